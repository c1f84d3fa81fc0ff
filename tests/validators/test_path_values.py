"""Path parameters of a call: all there, well formed, declared, and said in the request."""

from __future__ import annotations

from typing import Any

import pytest

from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import catalogue_path, resolve_spec
from validators.catalogue import load_catalogue
from validators.decision_faults import Expected, diagnose_decision
from validators.decisions import find_slot, iter_row_issues
from validators.path_values import iter_path_issues, said_id
from validators.payload import Validator

ID = "0b708eec-0c41-4a8a-bff4-71716f63a285"
OTHER = "6f9e2fdc-b7c9-4ab2-a1aa-baac00be63de"


def operation(name: str) -> Operation:
    return load_spec(resolve_spec(name)).operation(name)


@pytest.mark.parametrize(
    ("path", "request_text", "found"),
    [
        ({"sessionId": ID}, f"stop {ID}", []),
        ({"sessionId": ID}, f"stop {ID.upper()}", []),
        ({"sessionId": ID}, f"stop {OTHER}", [("V5", "$.path.sessionId")]),
        ({"sessionId": "17"}, "stop 17", [("T4", "$.path.sessionId")]),
        ({"sessionId": 17}, "stop 17", [("T1", "$.path.sessionId")]),
        ({}, "stop it", [("S1", "$.path.sessionId")]),
        ({"sessionId": ID, "id": ID}, f"stop {ID}", [("S3", "$.path.id")]),
    ],
)
def test_a_path_is_judged(
    path: dict[str, Any], request_text: str, found: list[tuple[str, str]]
) -> None:
    issues = iter_path_issues(path, operation("deleteSession"), request_text)
    assert [(issue.cls, issue.path) for issue in issues] == found


def test_an_id_is_said_when_it_is_the_only_one() -> None:
    assert said_id(f"stop {ID}") == ID
    assert said_id(f"{ID}, not {OTHER}") == said_id("stop my session") == ""


def question(name: str, slot: str, text: str) -> list[str]:
    found = iter_row_issues(
        decision="clarify",
        request=text,
        answer=f'{{"clarify":["{slot}"]}}',
        operation=operation(name),
    )
    return [issue.code for issue in found]


def test_a_question_may_ask_for_what_stands_in_the_path() -> None:
    assert find_slot("sessionId", operation("deleteSession")) == ("path", "sessionId")
    assert question("deleteSession", "sessionId", "stop my session") == []
    assert question("deleteSession", "sessionId", f"stop {ID}") == ["decision.slot_stated"]
    assert question("createSession", "sessionId", "stop") == ["decision.unknown_slot"]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{"clarify":["sessionId"]}', set()),
        ('{"clarify":["requestedAdditionalDuration"]}', {("D2", "/clarify/0"), ("D2", "/clarify")}),
        (
            f'{{"operation":"extendQosSessionDuration","path":{{"sessionId":"{ID}"}},'
            '"body":{"requestedAdditionalDuration":600}}',
            {("V5", "/path/sessionId")},
        ),
        (
            '{"operation":"extendQosSessionDuration","body":{"requestedAdditionalDuration":600}}',
            {("D2", "/path/sessionId")},
        ),
    ],
)
def test_a_call_where_the_id_should_have_been_asked_for(
    answer: str, found: set[tuple[str, str]]
) -> None:
    catalogue = load_catalogue(catalogue_path())
    names = ("deleteSession", "extendQosSessionDuration")
    validators = {name: Validator(operation(name), catalogue) for name in names}
    due = Expected(
        decision="clarify",
        operation="extendQosSessionDuration",
        payload={"requestedAdditionalDuration": 600},
        missing=("sessionId",),
        request="ten minutes more, please",
    )
    assert diagnose_decision(answer, due, validators) == found
