"""What is said of each side of a row? Verdicts on bodies, paths, envelopes, questions and refusals.

A row that names its operation is judged by that one; a pair of decisions by what its chosen side
says is due.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from callforge_core.prompting import path_names
from callforge_core.records import Verdict
from datasets_src.readers import Entry
from datasets_src.row_operations import RowValidators
from datasets_src.soundness import iter_answer_issues, no_body, read_expected, speaks_of_decisions
from validators.answers import Answer, parse_answer
from validators.decision_faults import Expected
from validators.decisions import find_slot
from validators.path_values import iter_path_issues
from validators.payload import Validator
from validators.strict_json import parse_strict


def judge_sides(entries: Sequence[Entry], validator: Validator) -> Iterator[Mapping[str, Verdict]]:
    """Yield the verdicts on the sides of rows of one operation, all judged together."""
    asks = [
        (entry.fields[name], request_for(entry, name)) for entry in entries for name in entry.fields
    ]
    if validator.operation.media_type is None:
        found = iter([Verdict() for _ in asks])
    else:
        found = iter(validator.verdicts(asks))
    for entry in entries:
        yield {name: next(found) for name in entry.fields}


def with_decisions(
    entry: Entry, verdicts: Mapping[str, Verdict], validators: RowValidators
) -> Mapping[str, Verdict]:
    """Return the verdicts with what no body shows: the path, a body where none is, decisions."""
    chosen = entry.fields.get("chosen")
    if chosen is not None and speaks_of_decisions(*entry.fields.values()):
        answer, _ = expected_of(entry, validators)
        issues = tuple(iter_answer_issues(answer, callable_by(entry, validators)))
        return {"chosen": Verdict(issues=issues), "rejected": Verdict()}
    judge = validators.judge_for(entry.operation)
    operation = judge.operation
    if "payload" not in verdicts or entry.operation != operation.operation_id:
        return verdicts
    if not (entry.path or path_names(operation) or operation.media_type is None):
        return verdicts
    more = [*iter_path_issues(entry.path, operation, asked(entry))]
    if operation.media_type is None and isinstance(
        body := read_payload(entry.fields["payload"]), dict
    ):
        more += [no_body(name, entry.operation) for name in body]
    return {**verdicts, "payload": Verdict(issues=(*verdicts["payload"].issues, *more))}


def asked_about(entry: Entry, validators: RowValidators) -> str | None:
    """Return the operation that a question is about, if the system turn lists several."""
    listed = " ".join(str(turn["content"]) for turn in entry.messages if turn["role"] == "system")
    if entry.decision != "clarify" or entry.answer is None or '"operation"' not in listed:
        return None
    asked = parse_answer(entry.answer, ()).asked
    for name in validators:
        if f"{name}(" in listed and all(find_slot(s, validators[name].operation) for s in asked):
            return name
    return None


def callable_by(entry: Entry, validators: RowValidators) -> Mapping[str, Validator]:
    """Return the operations that the sides of a pair may call: all when one is an envelope."""
    if any('"operation"' in side[:20] for side in entry.fields.values()):
        return validators
    judge = validators.judge_for(entry.operation)
    return {judge.operation.operation_id: judge}


def expected_of(entry: Entry, validators: RowValidators) -> tuple[Answer, Expected]:
    """Return the chosen side of a pair, read, and what is due by it."""
    operation = validators.judge_for(entry.operation).operation.operation_id
    known = callable_by(entry, validators)
    return read_expected(entry.fields["chosen"], operation, entry.request, entry.context, known)


def request_for(entry: Entry, name: str) -> str | None:
    """Return what a side is grounded in; a rejected one is wrong on purpose."""
    return None if name == "rejected" else asked(entry)


def asked(entry: Entry) -> str | None:
    """Return what the user has said before the answer: all turns, a value may stand in any."""
    turns = [str(turn["content"]) for turn in entry.messages if turn["role"] == "user"]
    return "\n".join(turns) or entry.request


def read_payload(text: str) -> Any:
    """Return the object that an answer holds, wrapped or not; None when there is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return parse_strict(text).value
