"""Which rows may stay? Each filter yields what it keeps, the rest goes to a sink with a reason.

Law: kept + dropped == seen. Reasons are codes of a fixed list; what a dropped row looked like is
for the sink to remember.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from callforge_core.records import Issue, Pair, Payload, Sample
from datasets_src.soundness import (
    Validators,
    has_envelopes,
    iter_answer_issues,
    iter_reject_faults,
    iter_sample_issues,
    read_expected,
    speaks_of_decisions,
)
from validators.diagnosis import diagnose
from validators.payload import Validator

LONGEST_REQUEST = 4000  # characters; about 1,000 tokens, more than any prompt of ours has room for

Reason = Literal[
    "invalid",
    "duplicate_id",
    "duplicate_request",
    "contradictory",
    "too_long",
    "chosen_invalid",
    "reject_not_wrong",
    "held_out",
    "leak",
]
Kind = Literal["sample", "pair", "dialogue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A row that may not stay, and why."""

    kind: Kind
    id: str
    reason: Reason
    detail: str = ""
    """The first issue, or the kind of value that leaks."""

    def to_json(self) -> dict[str, str]:
        """Return the row of dropped.json."""
        return {"kind": self.kind, "id": self.id, "reason": self.reason, "detail": self.detail}


Sink = Callable[[Drop], None]


def keep_valid(samples: Iterable[Sample], validators: Validators, drop: Sink) -> Iterator[Sample]:
    """Keep the samples whose call, question or refusal is sound for the operation they name."""
    for sample in samples:
        found = first_issue(iter_sample_issues(sample, validators))
        if found:
            drop(Drop(kind="sample", id=sample.id, reason="invalid", detail=found))
        else:
            yield sample


def keep_short(
    samples: Iterable[Sample], drop: Sink, *, longest: int = LONGEST_REQUEST
) -> Iterator[Sample]:
    """Keep the samples whose request has at most `longest` characters."""
    for sample in samples:
        if len(sample.request) > longest:
            detail = f"{len(sample.request)} characters"
            drop(Drop(kind="sample", id=sample.id, reason="too_long", detail=detail))
        else:
            yield sample


def keep_distinct(samples: Iterable[Sample], drop: Sink) -> Iterator[Sample]:
    """Keep the first of the samples that share an id, or a request and its answer."""
    ids: set[str] = set()
    said: set[bytes] = set()
    for sample in samples:
        mark = fingerprint(sample.request, answer_key(sample))
        if sample.id in ids:
            drop(Drop(kind="sample", id=sample.id, reason="duplicate_id"))
        elif mark in said:
            drop(Drop(kind="sample", id=sample.id, reason="duplicate_request"))
        else:
            ids.add(sample.id)
            said.add(mark)
            yield sample


def keep_consistent(samples: Iterable[Sample], drop: Sink) -> Iterator[Sample]:
    """Drop every sample whose request has several answers: none can be trusted. Sees all rows."""
    rows = list(samples)
    answers: dict[bytes, set[bytes]] = {}
    for sample in rows:
        answers.setdefault(fingerprint(sample.request), set()).add(fingerprint(answer_key(sample)))
    for sample in rows:
        count = len(answers[fingerprint(sample.request)])
        if count > 1:
            detail = f"{count} answers to one request"
            drop(Drop(kind="sample", id=sample.id, reason="contradictory", detail=detail))
        else:
            yield sample


def keep_telling(pairs: Iterable[Pair], validators: Validators, drop: Sink) -> Iterator[Pair]:
    """Keep the pairs with a right chosen side and a rejected side that is wrong against it."""
    ids: set[str] = set()
    for pair in pairs:
        detail = ""
        reason: Reason | None = "duplicate_id" if pair.id in ids else None
        if reason is None:
            reason, detail = judge_pair(pair, validators)
        ids.add(pair.id)
        if reason:
            drop(Drop(kind="pair", id=pair.id, reason=reason, detail=detail))
        else:
            yield pair


def judge_pair(pair: Pair, validators: Validators) -> tuple[Reason | None, str]:
    """Return why a pair may not stay, with the first issue of its chosen side; None if it may."""
    if not has_envelopes(validators) and not speaks_of_decisions(pair.chosen):
        validator = next(iter(validators.values()))
        if detail := first_issue(validator.verdict_text(pair.chosen).issues):
            return "chosen_invalid", detail
        return (None if is_wrong(pair, validator) else "reject_not_wrong"), ""
    answer, expected = read_expected(
        pair.chosen, pair.operation, pair.request, pair.provenance, validators
    )
    if detail := first_issue(iter_answer_issues(answer, validators)):
        return "chosen_invalid", detail
    wrong = any(iter_reject_faults(pair.rejected, expected, validators))
    return (None if wrong else "reject_not_wrong"), ""


def is_wrong(pair: Pair, validator: Validator) -> bool:
    """Say whether the rejected side is invalid, or differs from chosen in a way that matters."""
    if not validator.verdict_text(pair.rejected).ok:
        return True
    return reject_faults(pair.chosen, pair.rejected, pair.request, validator) != frozenset()


def reject_faults(
    chosen: str, rejected: str, request: str | None, validator: Validator
) -> frozenset[tuple[str, str]]:
    """Return what is wrong with a rejected answer, measured against a valid chosen one."""
    gold = load_payload(chosen)
    return diagnose(rejected, validator, gold=gold, request=request)


def first_issue(issues: Iterable[Issue]) -> str:
    """Word the first error among issues; empty when there is none."""
    found = (issue for issue in issues if issue.severity == "error")
    return next((f"{issue.cls} {issue.path}: {issue.message}" for issue in found), "")


def load_payload(text: str) -> Payload | None:
    """Return the object that a text says, or None when it says none."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def answer_key(sample: Sample) -> str:
    """Return the answer of a sample as text that ignores key order."""
    said = [sample.decision, sample.payload, sorted(sample.missing), sample.reason]
    if sample.decision == "call":
        said += [sample.operation, dict(sample.path)]
    return json.dumps(said, sort_keys=True)


def fingerprint(*texts: str) -> bytes:
    """Return a short hash of texts."""
    return hashlib.blake2b("\x1f".join(texts).encode("utf-8", "replace"), digest_size=16).digest()


def count_reasons(drops: Iterable[Drop]) -> dict[str, int]:
    """Return reason -> number of rows, most frequent first, then by name."""
    counts = Counter(drop.reason for drop in drops)
    return {str(reason): n for reason, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))}
