"""Which rows of a foreign dataset may seed variations, and why may the others not?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from callforge.api import Api
from callforge_core.jsonl import render_json
from callforge_core.manifest import digest
from callforge_core.records import Issue, Payload, Sample
from datasets_src.containers import list_files
from datasets_src.filters import LONGEST_REQUEST
from datasets_src.findings import errors
from datasets_src.readers import DIALOGUE, Entry, open_file
from generators.payloads import cluster_of
from generators.seeds import Seed, iter_outside
from generators.variations import mark_of, words_of
from validators.strict_json import parse_strict

Reason = Literal[
    "unreadable",
    "no_call",
    "other_operation",
    "invalid",
    "no_request",
    "several_turns",
    "unfaithful",
    "too_long",
    "duplicate",
    "contradictory",
]
ENVELOPE = frozenset({"operation", "path", "body"})
REASONS: tuple[Reason, ...] = get_args(Reason)
WORDS: Mapping[Reason, str] = {
    "unreadable": "the row cannot be read",
    "no_call": "the row asks or refuses: there is no call to vary",
    "other_operation": "the row calls another operation; --operation names the one that is varied",
    "no_request": "the row has no request: there are no words to vary",
    "several_turns": "the request is told in several turns",
    "too_long": f"the request is longer than {LONGEST_REQUEST} characters",
    "duplicate": "an earlier row has the same request and the same call",
    "contradictory": "another row answers the same request with another call",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedRow:
    """A row that cannot seed anything, and why."""

    file: str
    row: int
    id: str | None
    reason: Reason
    detail: str
    issue: Issue | None = None
    """The first error, for rows that the validator refuses."""
    family: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the row of dropped.jsonl."""
        issue = self.issue.to_json() if self.issue else None
        return {
            "file": self.file,
            "row": self.row,
            "id": self.id,
            "reason": self.reason,
            "detail": self.detail,
            "issue": issue,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A dataset as seeds: what was kept of it and what was dropped; kept + dropped == seen."""

    name: str
    formats: tuple[str, ...]
    inputs: Mapping[str, str]
    """File name -> SHA-256."""
    seeds: tuple[Seed, ...]
    places: Mapping[str, str]
    """Seed id -> the file it comes from."""
    dropped: tuple[DroppedRow, ...]
    opening: str = ""
    """The instruction that the requests began with, left out of the seeds."""

    @property
    def seen(self) -> int:
        """Rows of the dataset."""
        return len(self.seeds) + len(self.dropped)

    @property
    def reasons(self) -> dict[str, int]:
        """Reason -> dropped rows, in the order of the checks."""
        counts = Counter(row.reason for row in self.dropped)
        return {reason: counts[reason] for reason in REASONS if counts[reason]}


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its verdict: what it is dropped for, or the call that it makes."""

    file: str
    entry: Entry
    reason: Reason | None = None
    issue: Issue | None = None
    payload: Payload | None = None


def read_source(api: Api, path: Path) -> Source:
    """Read and judge a file or folder of rows; sees all rows and keeps them in memory.

    Raises DataError when nothing can be read.
    """
    rows: list[Judged] = []
    formats: dict[str, None] = {}
    inputs: dict[str, str] = {}
    for file in list_files(path):
        opened = open_file(file)
        formats[opened.format] = None
        inputs |= digests_of(file)
        rows += (judge_row(file.name, entry, api) for entry in opened.entries)
    opening = find_opening(rows)
    rows = list(without_repeats([without_opening(row, opening, api) for row in rows]))
    kept = list(name_seeds(row for row in rows if row.reason is None))
    return Source(
        name=path.name,
        formats=tuple(formats),
        inputs=inputs,
        seeds=tuple(seed for _, seed in kept),
        places={seed.id: file for file, seed in kept},
        dropped=tuple(word_drop(row) for row in rows if row.reason is not None),
        opening=opening,
    )


def digests_of(file: Path) -> dict[str, str]:
    """Return the digest of a file, or of every file of a saved dataset."""
    if file.is_file():
        return {file.name: digest(file)}
    parts = sorted(part for part in file.rglob("*") if part.is_file())
    return {str(part.relative_to(file.parent)): digest(part) for part in parts}


def judge_row(file: str, entry: Entry, api: Api) -> Judged:
    """Say why a row cannot seed anything, or which call it makes."""
    if entry.problem:
        return Judged(file, entry, "unreadable")
    text = entry.fields.get("chosen", entry.fields.get("payload"))
    if entry.decision in DIALOGUE or text is None:
        return Judged(file, entry, "no_call")
    named, text = unwrap(text)
    if (named or entry.operation or api.operation.operation_id) != api.operation.operation_id:
        return Judged(file, entry, "other_operation")
    request = entry.request
    found = errors(api.validator.verdict_text(text, request).issues)
    wrong = next((issue for issue in found if issue.layer != "grounding"), None)
    if wrong:
        return Judged(file, entry, "invalid", wrong)
    if not request or not request.strip():
        return Judged(file, entry, "no_request")
    if sum(turn["role"] == "user" for turn in entry.messages) > 1:
        return Judged(file, entry, "several_turns")
    if found:
        return Judged(file, entry, "unfaithful", found[0])
    if len(request) > LONGEST_REQUEST:
        return Judged(file, entry, "too_long")
    entry = replace(entry, request=request.strip())
    return Judged(file, entry, payload=parse_strict(text).value)


def unwrap(text: str) -> tuple[str | None, str]:
    """Return the operation that an envelope names, and the body in it; other texts as they are."""
    value = parse_strict(text).value
    if not isinstance(value, dict) or "operation" not in value or value.keys() - ENVELOPE:
        return None, text
    return str(value["operation"]), render_json(value.get("body"))


def find_opening(rows: list[Judged]) -> str:
    """Return the first line that most requests share: an instruction, not somebody's words."""
    requests = [row.entry.request or "" for row in rows if row.payload is not None]
    heads = [request.partition("\n")[0] for request in requests if "\n" in request]
    if not heads:
        return ""
    head, count = Counter(heads).most_common(1)[0]
    return head if count > 1 and count * 2 > len(requests) else ""


def without_opening(row: Judged, opening: str, api: Api) -> Judged:
    """Return a row without a shared instruction, if its request still asks for the call."""
    request = row.entry.request or ""
    rest = request.removeprefix(f"{opening}\n").strip()
    if row.payload is None or not opening or rest == request or not rest:
        return row
    if errors(api.validator.verdict(row.payload, rest).issues):
        return row
    return replace(row, entry=replace(row.entry, request=rest))


def without_repeats(rows: list[Judged]) -> Iterator[Judged]:
    """Yield all rows: repeats with their reason, and every row of a request with two answers."""
    answers: dict[str, set[str]] = {}
    for row in rows:
        if row.payload is not None:
            mark = mark_of(row.entry.request or "")
            answers.setdefault(mark, set()).add(cluster_of(row.payload))
    seen: set[str] = set()
    for row in rows:
        mark = mark_of(row.entry.request or "")
        if row.payload is None:
            yield row
        elif len(answers[mark]) > 1:
            yield Judged(row.file, row.entry, "contradictory")
        elif mark in seen:
            yield Judged(row.file, row.entry, "duplicate")
        else:
            seen.add(mark)
            yield row


def name_seeds(rows: Iterator[Judged]) -> Iterator[tuple[str, Seed]]:
    """Yield seeds under names of their own, with their files."""
    taken: set[str] = set()
    for row in rows:
        name = base = row.entry.id or f"row-{row.entry.row}"
        count = 1
        while name in taken:
            count += 1
            name = f"{base}#{count}"
        taken.add(name)
        assert row.payload is not None
        yield (
            row.file,
            Seed(id=name, row=row.entry.row, request=row.entry.request or "", payload=row.payload),
        )


def word_drop(row: Judged) -> DroppedRow:
    """Return the record of a dropped row."""
    assert row.reason is not None
    detail = row.issue.message if row.issue else row.entry.problem or WORDS[row.reason]
    return DroppedRow(
        file=row.file,
        row=row.entry.row,
        id=row.entry.id,
        reason=row.reason,
        detail=detail,
        issue=row.issue,
    )


def seed_sample(seed: Seed, api: Api, file: str) -> Sample:
    """Return a kept row as a sample; it says when it holds values that are not reserved."""
    operation = api.operation
    outside = len(set(iter_outside(seed.payload, seed.request)))
    origin = {"generator": "seeds", "kind": "seed", "file": file, "row": seed.row}
    return Sample(
        id=seed.id,
        api=operation.api,
        release=operation.release,
        operation=operation.operation_id,
        decision="call",
        request=seed.request,
        payload=seed.payload,
        cluster=cluster_of(seed.payload),
        family=seed.family,
        facts=words_of(api.validator, seed.payload, seed.request),
        provenance=origin | ({"outside_reserved": outside} if outside else {}),
    )
