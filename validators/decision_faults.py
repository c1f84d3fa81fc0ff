"""Was the decision right, and the call that follows from it? Answer and expectation -> faults.

    diagnose_decision(text, expected, validators) -> {("D1", "/operation")}

A wrong decision explains the whole answer: nobody grades the body of a call that should not be.
Pointers lead into the answer, into the body of an envelope as /body/duration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from callforge_core.jsonl import render_json
from callforge_core.records import Decision, Payload
from callforge_core.spec import Operation
from validators.answers import Answer, parse_answer
from validators.decisions import find_slot, is_in_path
from validators.diagnosis import Diagnosis, diagnose
from validators.payload import Validator
from validators.places import Place, has_place, is_within, place_of, pointer_of, value_at
from validators.rules.context import Token, context_issues

Validators = Mapping[str, Validator]
"""Operation id -> its validator: the operations that an answer may call."""
Found = set[tuple[str, str]]

MORE_SECONDS = "requestedAdditionalDuration"
DEVICE = "/device"
ITEM_CLASSES = "V"  # what only gold or the request can show


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a request calls for."""

    decision: Decision
    operation: str
    payload: Payload | None = None
    """The gold body of a call; of a question, what is known already."""
    path: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """The slots to ask for."""
    reason: str | None = None
    request: str | None = None
    token: Token | None = None
    """None: nothing is said of the token, so the device is not judged by it."""
    running_s: int | None = None
    """How long the session that is to be extended lasts so far."""


def diagnose_decision(text: str, expected: Expected, validators: Validators) -> Diagnosis:
    """Return (fault class, JSON pointer) for every fault of an answer; empty when there is none."""
    answer = parse_answer(text, validators.keys())
    faults = {(issue.cls, pointer_of(place_of(issue.path))) for issue in answer.issues}
    if answer.decision == "malformed":
        return frozenset(faults)
    if answer.decision == "call" and expected.decision != "refuse":
        return frozenset(faults | called_faults(answer, expected, validators))
    if answer.decision != expected.decision:
        right = expected.decision
        told = answer.decision if right == "call" else right
        place = "" if answer.decision == "call" else f"/{answer.decision}"
        faults.add(("D2" if told == "clarify" else "D3", place))
    elif answer.decision == "clarify":
        operation = validators[expected.operation].operation
        faults |= set(question_faults(answer.asked, expected.missing, operation))
    return frozenset(faults)


def question_faults(
    asked: tuple[str, ...], missing: tuple[str, ...], operation: Operation
) -> Iterator[tuple[str, str]]:
    """Yield slots that are asked for in vain, and a question that leaves out what is missing."""
    wanted = {slot_name(name, operation) for name in missing}
    if not wanted:
        return  # the row does not say what is missing: any question will do
    for index, name in enumerate(asked):
        if slot_name(name, operation) not in wanted:
            yield "D2", f"/clarify/{index}"
    if wanted - {slot_name(name, operation) for name in asked}:
        yield "D2", "/clarify"


def slot_name(name: str, operation: Operation) -> str:
    """Return the top-level member or the path parameter that a slot name is about, or the name."""
    place = find_slot(name, operation)
    if place is None:
        return name
    return str(place[-1] if is_in_path(place, operation) else place[0])


def called_faults(answer: Answer, expected: Expected, validators: Validators) -> Found:
    """Return the faults of a call where a call or a question was due."""
    name = answer.operation or next(iter(validators))
    if name != expected.operation:
        wrong = {("D1", "/operation")}
        return wrong if expected.decision == "call" else wrong | {("D2", "")}
    validator = validators[name]
    judged = judge_body(answer, expected, validator)
    if expected.decision == "clarify":
        judged = invented_faults(judged, answer, expected, validator)
    else:
        judged = total_faults(judged, answer, expected)
    judged = token_faults(judged, answer, expected, validator)
    faults = {(cls, answer.root + pointer) for cls, pointer in judged}
    found = set(path_faults(answer, expected, validator.operation))
    if expected.decision == "clarify":
        found = invented_ids(found, answer, expected, validator.operation)
    return faults | found


def invented_ids(found: Found, answer: Answer, expected: Expected, operation: Operation) -> Found:
    """Return the faults of a path that nobody could know: V5 filled in, D2 left out."""
    if answer.operation is None:
        return found
    for slot in expected.missing:
        place = find_slot(slot, operation)
        if place is not None and is_in_path(place, operation):
            pointer, there = pointer_of(place), place[1] in answer.path
            found = {fault for fault in found if not (fault[0] == "S1" and fault[1] == pointer)}
            found |= {("V5" if there else "D2", pointer)}
    return found


def judge_body(answer: Answer, expected: Expected, validator: Validator) -> Found:
    """Return what the payload layers say of the body, pointers from the body."""
    body = answer.payload or {}
    if not validator.operation.schema:  # nothing is sent: every member is invented
        return {("S2", pointer_of((name,))) for name in body}
    text = render_json(body)
    found = diagnose(text, validator, gold=expected.payload, request=expected.request)
    twice = [pointer_of(place_of(issue.path)) for issue in answer.issues if issue.cls == "F4"]
    return {
        (cls, pointer)
        for cls, pointer in found
        if not any(is_below(answer.root + pointer, other) for other in twice)
    }


def invented_faults(
    judged: Found, answer: Answer, expected: Expected, validator: Validator
) -> Found:
    """Return the faults of a call that should have been a question: V5 filled in, D2 left out."""
    places = [find_slot(name, validator.operation) for name in expected.missing]
    if not places or None in places:
        return judged | {("D2", "")}
    body = answer.payload or {}
    operation = validator.operation
    for place in (each for each in places if each and not is_in_path(each, operation)):
        pointer, there = pointer_of(place), has_place(body, place)
        # what gold says of the slot, and that it is absent, follows from the wrong decision
        judged = {
            fault
            for fault in judged
            if not touches(fault[1], pointer)
            or not (fault[0][0] in ITEM_CLASSES or (fault[0] == "S1" and not there))
        }
        explained = any(touches(other, pointer) for _, other in judged)
        if not explained and (there or not has_stand_in(place, body, validator)):
            judged |= {("V5" if there else "D2", pointer)}
    return judged


def has_stand_in(place: Place, body: Payload, validator: Validator) -> bool:
    """Say whether an undeclared member stands for what is not at a place."""
    meant = [other for member in validator.examine(body).unknown for other in member.stands_for]
    return any(is_within(other, place) or is_within(place, other) for other in meant)


def total_faults(judged: Found, answer: Answer, expected: Expected) -> Found:
    """Return the faults with the total instead of the additional duration under its own name."""
    gold, got = (value_at(body, (MORE_SECONDS,)) for body in (expected.payload, answer.payload))
    if not isinstance(got, int) or not isinstance(gold, int) or not expected.running_s:
        return judged
    place = f"/{MORE_SECONDS}"
    named = {("V1", place), ("V2", place)} & judged
    if got != gold + expected.running_s or not named:
        return judged
    return (judged - named) | {("D1", place)}


def token_faults(judged: Found, answer: Answer, expected: Expected, validator: Validator) -> Found:
    """Return the faults with a device that the token forbids, or misses, under its own name."""
    body, operation = answer.payload or {}, validator.operation
    issues = context_issues(operation, body, token=expected.token)
    if all(issue.cls != "D4" or issue.severity != "error" for issue in issues):
        return judged
    named = {fault for fault in judged if fault[1] == DEVICE}
    mild = {fault for fault in named if fault[0] in ("V6", "V7", "S1")}
    if named - mild:
        return judged  # asked for in vain, or in a wrong form: that place is explained
    if "device" not in body and not mild:
        gold = expected.payload or {}
        # a gold device that nobody misses stands in the answer under another name
        if "device" in gold or has_stand_in(("device",), body, validator):
            return judged
    return (judged - mild) | {("D4", DEVICE)}


def path_faults(
    answer: Answer, expected: Expected, operation: Operation
) -> Iterator[tuple[str, str]]:
    """Yield path parameters that are missing, invented or not those of the gold."""
    declared = {part.name: part for part in operation.parameters if part.where == "path"}
    if answer.operation is None:
        return  # a bare body travels without its path
    for name in declared:
        if name not in answer.path:
            yield "S1", f"/path/{name}"
        elif not isinstance(answer.path[name], str):
            yield "T1", f"/path/{name}"
        elif name in expected.path and answer.path[name].lower() != expected.path[name].lower():
            yield "V1", f"/path/{name}"
    for name in answer.path:
        if name not in declared:
            yield "S3", pointer_of(("path", name))


def touches(one: str, other: str) -> bool:
    """Say whether one pointer leads into what the other leads to, or the other way round."""
    return is_below(one, other) or is_below(other, one)


def is_below(pointer: str, other: str) -> bool:
    """Say whether a pointer leads to what the other leads to, or into it."""
    return pointer == other or pointer.startswith(other + "/")
