"""What does a model get wrong on requests it was trained on? Its own answers become rejects.

    judge_answer({"output": ..., ...}, truth, validators) -> a Pair, or why there is none

An answer is used only if the diagnosis against the right one names exactly one fault class: what
has several faults would teach something, but nobody could say what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from callforge_core.faults import fault_class
from callforge_core.records import Basis, Fault, Issue, Layer, Pair
from generators.edits import split_pointer
from generators.expectations import answer_of
from generators.pair_lint import common_start
from generators.pairs import Truth, diagnose_answer, join
from validators.answers import parse_answer
from validators.comparators import canonical
from validators.decision_faults import Validators
from validators.diagnosis import Diagnosis, is_value_of, iter_missing
from validators.places import place_of, pointer_of
from validators.strict_json import parse_strict

Reason = Literal[
    "right",
    "several_faults",
    "undiagnosed",
    "cut_off",
    "no_answer",
    "repeated",
    "not_in_training",
]
REASONS: Mapping[Reason, str] = {
    "right": "right answers",
    "several_faults": "with several faults",
    "undiagnosed": "wrong in a way that has no name",
    "cut_off": "cut off by the limit of tokens",
    "no_answer": "without an answer",
    "repeated": "answered a second time",
    "not_in_training": "not among the valid training requests",
}
assert tuple(REASONS) == get_args(Reason)

ELSEWHERE = ("S4", "S5", "S7", "V3")  # a gold value stands under another name or parent
OF_TEXT = ("F1", "F2", "F3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """An answer that cannot be used, and its fault classes."""

    reason: Reason
    classes: tuple[str, ...] = ()


def judge_answer(row: Mapping[str, Any], truth: Truth, validators: Validators) -> Pair | Turned:
    """Return the pair of one answer, a row of scores.jsonl; never raises for what a model says."""
    text = row.get("output")
    if row.get("error") or not isinstance(text, str):
        return Turned(reason="no_answer")
    try:
        found = diagnose_answer(text, truth, validators)
    except RecursionError:
        return Turned(reason="undiagnosed")
    classes = tuple(sorted({cls for cls, _ in found}))
    if not classes:
        return Turned(reason="right" if is_right(text, truth, validators) else "undiagnosed")
    if row.get("finish") == "length" and "F1" in classes:
        return Turned(reason="cut_off", classes=classes)  # our limit cut it, not the model
    if len(classes) > 1:
        return Turned(reason="several_faults", classes=classes)
    pair = join(truth, text, record_fault(found, text, truth, validators))
    places = sorted(pointer for _, pointer in found)
    about: dict[str, Any] = {"generator": "on-policy", "sample": truth.sample.id}
    return replace(pair, provenance=about | ({"places": places} if len(places) > 1 else {}))


def is_right(text: str, truth: Truth, validators: Validators) -> bool:
    """Say whether an answer without a fault is the one that was due, other spellings allowed."""
    sample = truth.sample
    said = parse_answer(text, validators.keys())
    if sample.decision != "call" or said.payload is None:
        return said.decision == sample.decision
    return bool(canonical(said.payload) == canonical(sample.payload))


def record_fault(found: Diagnosis, text: str, truth: Truth, validators: Validators) -> Fault:
    """Return the record of faults of one class; of several places it names the first."""
    cls, pointer = min(found)
    usual, issue = fault_class(cls), find_issue(cls, pointer, text, truth, validators)
    is_invalid = issue is not None
    tier: Literal[1, 2] = 1 if is_invalid else 2
    layer: Layer = issue.layer if issue else usual.layer if usual.tier == 2 else "gold"
    basis: Basis = issue.basis if issue else "project"
    before, after = find_values(cls, pointer, text, truth, validators)
    return Fault(
        cls=cls,
        detail="by the model itself",
        pointer=pointer,
        before=before,
        after=after,
        layer=layer,
        tier=tier,
        basis=basis,
    )


def find_issue(
    cls: str, pointer: str, text: str, truth: Truth, validators: Validators
) -> Issue | None:
    """Return what the spec alone says of a fault: of its place, else the first error."""
    answer = parse_answer(text, validators.keys())
    if answer.decision != "call" and not answer.issues:
        return None  # a question or a refusal: no call that could be invalid
    name = answer.operation or truth.sample.operation
    found = [*answer.issues]
    if answer.decision == "call" and name in validators:
        found += validators[name].verdict(answer.payload).issues
    errors = [issue for issue in found if issue.severity == "error"]
    same = [i for i in errors if answer.root + pointer_of(place_of(i.path)) == pointer]
    named = [issue for issue in errors if issue.cls == cls]
    return next(iter([*same, *named, *errors]), None)


def find_values(
    cls: str, pointer: str, text: str, truth: Truth, validators: Validators
) -> tuple[Any, Any]:
    """Return what stands in the right answer and in the model's where the fault is."""
    parsed = parse_strict(text)
    if cls in OF_TEXT or not parsed.found:
        return differing(truth.chosen, text)
    gold = answer_of(truth.expected, validators)
    if not pointer:
        return gold, parsed.value
    before, after = value_at(gold, pointer), value_at(parsed.value, pointer)
    if before is not None or cls not in ELSEWHERE:
        return before, after
    missing = iter_missing(parsed.value, gold)
    same = (place for place, value in missing if is_value_of(place, after, value))
    place = next(same, None)
    if place is None:
        return before, after
    before = value_at(gold, pointer_of(place))
    parent, _, name = pointer.rpartition("/")
    if parent != pointer_of(place[:-1]):
        return before, after
    return {str(place[-1]): before}, {name: after}


def value_at(payload: Any, pointer: str) -> Any:
    """Return the value a pointer leads to, None when it leads nowhere: it may be of other data."""
    for token in split_pointer(pointer):
        if isinstance(payload, list):
            known = token.isdecimal() and int(token) < len(payload)
            payload = payload[int(token)] if known else None
        else:
            payload = payload.get(token) if isinstance(payload, dict) else None
    return payload


def differing(chosen: str, rejected: str) -> tuple[str, str]:
    """Return the parts of two texts between their common beginning and their common end."""
    start = common_start(chosen, rejected)
    one, other = chosen[start:], rejected[start:]
    end = common_start(one[::-1], other[::-1])
    return one[: len(one) - end], other[: len(other) - end]
