"""Decisions: what an answer says, whether it was right, whether a row's own decision is sound."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.records import Payload
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import spec_path
from validators.answers import parse_answer
from validators.catalogue import Catalogue
from validators.decision_faults import Expected, Validators, diagnose_decision
from validators.decisions import find_slot, iter_row_issues
from validators.payload import Validator

CREATE = "createSession"
EXTEND = "extendQosSessionDuration"
SESSION = "5f2c1a9e-0f4b-4c3d-9b1a-2d3e4f5a6b7c"


@pytest.fixture(scope="module")
def several(catalogue: Catalogue) -> Validators:
    operations = load_spec(spec_path()).operations
    return {name: Validator(operation, catalogue) for name, operation in operations.items()}


@pytest.fixture(scope="module")
def one(several: Validators) -> Validators:
    return {CREATE: several[CREATE]}


def call(body: Payload, operation: str = CREATE, **more: Any) -> str:
    return json.dumps({"operation": operation, **more, "body": body})


def expected(payload: Payload | None, **changes: Any) -> Expected:
    given: dict[str, Any] = {"decision": "call", "operation": CREATE, "payload": payload}
    return Expected(**given | changes)


READINGS = {
    '{"qosProfile":"QOS_E"}': "call",
    "{}": "call",
    '{"clarify":["duration"]}': "clarify",
    '{"refuse":"no flights here"}': "refuse",
    '{"refuse":""}': "refuse",
    '{"clarify":[]}': "malformed",
    '{"clarify":"duration"}': "malformed",
    '{"clarify":[1]}': "malformed",
    '{"refuse":{"qosProfile":"QOS_E"}}': "malformed",
    '{"clarify":["duration"],"qosProfile":"QOS_E"}': "call",
    "I am sorry, I cannot do that.": "malformed",
    "": "malformed",
    '["clarify"]': "malformed",
    '{"refuse":"no': "malformed",
}


@pytest.mark.parametrize(("text", "decision"), READINGS.items())
def test_what_an_answer_decides(text: str, decision: str) -> None:
    answer = parse_answer(text, [CREATE])
    assert answer.decision == decision
    assert bool(answer.issues) == (decision == "malformed")
    assert all(issue.cls[0] == "F" for issue in answer.issues)


def test_a_refusal_between_words_is_a_refusal_with_a_faulty_text() -> None:
    answer = parse_answer('Sorry. {"refuse":"no flights here"}', [CREATE])
    assert (answer.decision, answer.reason) == ("refuse", "no flights here")
    assert [issue.cls for issue in answer.issues] == ["F2"]


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ('{"operation":"getSession","path":{"sessionId":"x"}}', "call"),
        ('{"qosProfile":"QOS_E"}', "malformed"),
        ('{"operation":7,"body":{}}', "malformed"),
        ('{"operation":"createSession","body":[]}', "malformed"),
        ('{"operation":"createSession","body":{},"note":"x"}', "malformed"),
    ],
)
def test_with_several_operations_a_call_names_its_own(text: str, decision: str) -> None:
    assert parse_answer(text, [CREATE, EXTEND]).decision == decision


@given(st.text() | st.from_regex(r'\{"(clarify|refuse|operation)":.{0,20}\}?'))
def test_no_text_crashes_the_reading(text: str) -> None:
    for operations in ([CREATE], [CREATE, EXTEND]):
        answer = parse_answer(text, operations)
        assert answer.decision != "malformed" or answer.issues


def test_the_right_decisions_have_no_fault(
    one: Validators, several: Validators, gold: Payload
) -> None:
    asks = expected(None, decision="clarify", missing=("duration",))
    refuses = expected(None, decision="refuse", reason="no flights")
    extends = expected(
        {"requestedAdditionalDuration": 1800}, operation=EXTEND, path={"sessionId": SESSION}
    )
    for text, wanted, known in (
        (json.dumps(gold), expected(gold), one),
        (call(gold), expected(gold), several),
        ('{"clarify":["duration"]}', asks, one),
        ('{"clarify":["Duration"]}', asks, several),
        ('{"refuse":"that is not a network session"}', refuses, one),
        (
            call(dict(extends.payload or {}), EXTEND, path={"sessionId": SESSION.upper()}),
            extends,
            several,
        ),
    ):
        assert diagnose_decision(text, wanted, known) == frozenset(), text


@pytest.mark.parametrize(
    ("decision", "text", "fault"),
    [
        ("call", '{"clarify":["duration"]}', ("D2", "/clarify")),
        ("call", '{"refuse":"no"}', ("D3", "/refuse")),
        ("clarify", '{"refuse":"no"}', ("D2", "/refuse")),
        ("refuse", '{"clarify":["duration"]}', ("D3", "/clarify")),
        ("refuse", '{"qosProfile":"QOS_E"}', ("D3", "")),
        ("refuse", "No.", ("F3", "")),
    ],
)
def test_a_wrong_decision_explains_the_whole_answer(
    one: Validators, gold: Payload, decision: str, text: str, fault: tuple[str, str]
) -> None:
    wanted = expected(gold, decision=decision, missing=("sink",))
    assert diagnose_decision(text, wanted, one) == {fault}


def test_another_operation_explains_its_body(several: Validators, gold: Payload) -> None:
    text = call(gold, EXTEND, path={"sessionId": SESSION})
    assert diagnose_decision(text, expected(gold), several) == {("D1", "/operation")}
    text = call(gold, "startSession")
    assert diagnose_decision(text, expected(gold), several) == {("D1", "/operation")}


@pytest.mark.parametrize(
    ("seconds", "faults"),
    [
        (5400, {("D1", "/body/requestedAdditionalDuration")}),
        (1800, set()),
        (30, {("V2", "/body/requestedAdditionalDuration")}),
        (1900, {("V1", "/body/requestedAdditionalDuration")}),
    ],
)
def test_the_total_is_not_the_additional_duration(
    several: Validators, seconds: int, faults: set[tuple[str, str]]
) -> None:
    wanted = expected(
        {"requestedAdditionalDuration": 1800},
        operation=EXTEND,
        path={"sessionId": SESSION},
        running_s=3600,
    )
    text = call({"requestedAdditionalDuration": seconds}, EXTEND, path={"sessionId": SESSION})
    assert diagnose_decision(text, wanted, several) == faults


def test_path_parameters_are_told_one_by_one(several: Validators) -> None:
    wanted = expected(None, operation="getSession", path={"sessionId": SESSION})
    for path, fault in (
        ({}, ("S1", "/path/sessionId")),
        ({"sessionId": 5}, ("T1", "/path/sessionId")),
        ({"sessionId": SESSION[::-1]}, ("V1", "/path/sessionId")),
        ({"sessionId": SESSION, "id": SESSION}, ("S3", "/path/id")),
    ):
        text = json.dumps({"operation": "getSession", "path": path})
        assert diagnose_decision(text, wanted, several) == {fault}
    text = call({"qosProfile": "QOS_E"}, "getSession", path={"sessionId": SESSION})
    assert diagnose_decision(text, wanted, several) == {("S2", "/body/qosProfile")}


def test_a_missing_slot_is_asked_for_not_made_up_nor_left_out(
    one: Validators, several: Validators, gold: Payload
) -> None:
    known = {name: value for name, value in gold.items() if name != "duration"}
    wanted = expected(known, decision="clarify", missing=("duration",))
    for made_up, fault in (
        (gold, ("V5", "/duration")),
        (known, ("D2", "/duration")),
        (known | {"duration": "3600"}, ("T1", "/duration")),
        (known | {"durationSeconds": 3600}, ("S4", "/durationSeconds")),
    ):
        assert diagnose_decision(json.dumps(made_up), wanted, one) == {fault}
        place = f"/body{fault[1]}"
        assert diagnose_decision(call(made_up), wanted, several) == {(fault[0], place)}


def test_an_optional_slot_that_is_missing_is_made_up_not_unrequested(
    one: Validators, gold: Payload
) -> None:
    known = {name: value for name, value in gold.items() if name != "device"}
    wanted = expected(known, decision="clarify", missing=("device",))
    assert diagnose_decision(json.dumps(gold), wanted, one) == {("V5", "/device")}
    assert diagnose_decision(json.dumps(known), wanted, one) == {("D2", "/device")}


def test_other_faults_are_told_beside_the_missing_slot(one: Validators, gold: Payload) -> None:
    known = {name: value for name, value in gold.items() if name != "duration"}
    wanted = expected(known, decision="clarify", missing=("duration",))
    text = json.dumps(gold | {"qosProfile": "QOS_L", "priority": 1})
    assert diagnose_decision(text, wanted, one) == {
        ("V5", "/duration"),
        ("V4", "/qosProfile"),
        ("S2", "/priority"),
    }


@pytest.mark.parametrize(
    ("asked", "faults"),
    [
        (["duration"], {("D2", "/clarify")}),
        (["duration", "device"], set()),
        (["phoneNumber", "duration"], set()),
        (["duration", "device", "sink"], {("D2", "/clarify/2")}),
        (["sink"], {("D2", "/clarify/0"), ("D2", "/clarify")}),
    ],
)
def test_a_question_asks_for_all_that_is_missing_and_no_more(
    one: Validators, asked: list[str], faults: set[tuple[str, str]]
) -> None:
    wanted = expected(None, decision="clarify", missing=("device", "duration"))
    assert diagnose_decision(json.dumps({"clarify": asked}), wanted, one) == faults


@pytest.mark.parametrize(
    ("token", "changes", "faults"),
    [
        ("two-legged", {}, set()),
        ("two-legged", {"device": None}, {("D4", "/device")}),
        ("three-legged", {}, {("D4", "/device")}),
        ("three-legged", {"device": None}, set()),
        (None, {"device": None}, {("V6", "/device")}),
        ("two-legged", {"device": None, "ueId": {"msisdn": "1"}}, {("S5", "/ueId")}),
        ("two-legged", {"device": "+447700900123"}, {("S6", "/device")}),
    ],
)
def test_the_token_decides_whether_a_device_belongs_in(
    one: Validators,
    gold: Payload,
    token: Any,
    changes: dict[str, Any],
    faults: set[tuple[str, str]],
) -> None:
    answer = {name: value for name, value in (gold | changes).items() if value is not None}
    if token == "three-legged":
        del gold["device"]
    assert diagnose_decision(json.dumps(answer), expected(gold, token=token), one) == faults


def test_a_key_said_twice_in_the_body_is_told_once(several: Validators, gold: Payload) -> None:
    text = call(gold)[:-2] + ', "duration": 60}}'
    assert diagnose_decision(text, expected(gold), several) == {("F4", "/body/duration")}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("duration", ("duration",)),
        ("device.phoneNumber", ("device", "phoneNumber")),
        ("/device/phoneNumber", ("device", "phoneNumber")),
        ("phone_number", ("device", "phoneNumber")),
        ("qos_profile", ("qosProfile",)),
        ("seat", None),
        ("", None),
    ],
)
def test_a_slot_has_several_names(
    operation: Operation, name: str, place: tuple[str, ...] | None
) -> None:
    assert find_slot(name, operation) == place


ROWS: dict[str, tuple[str, str, str | None, list[tuple[str, str]]]] = {
    "a call": ("call", '{"duration":1}', None, []),
    "a question": ("clarify", '{"clarify":["duration"]}', "a game please", []),
    "two slots": ("clarify", '{"clarify":["duration","device"]}', None, []),
    "a refusal": ("refuse", '{"refuse":"flights are no network sessions"}', "a flight", []),
    "a call that asks": ("call", '{"clarify":["duration"]}', None, [("D2", "disagrees")]),
    "a call that refuses": ("call", '{"refuse":"no"}', None, [("D3", "disagrees")]),
    "an empty call": ("call", "{}", None, [("D2", "no_payload")]),
    "a faulty call is judged elsewhere": ("call", '{"duration"', None, []),
    "a question that calls": ("clarify", '{"duration":1}', None, [("D2", "disagrees")]),
    "a question that refuses": ("clarify", '{"refuse":"no"}', None, [("D2", "disagrees")]),
    "a refusal that calls": ("refuse", '{"duration":1}', None, [("D3", "disagrees")]),
    "a question without slot": ("clarify", '{"clarify":[]}', None, [("F3", "malformed")]),
    "a question in prose": ("clarify", "How long?", None, [("F3", "malformed")]),
    "a refusal cut off": ("refuse", '{"refuse":"no', None, [("F1", "malformed")]),
    "no such slot": ("clarify", '{"clarify":["seat"]}', None, [("D2", "unknown_slot")]),
    "twice": ("clarify", '{"clarify":["duration","duration"]}', None, [("D2", "slot_twice")]),
    "twice by another name": (
        "clarify",
        '{"clarify":["phoneNumber","msisdn"]}',
        None,
        [("D2", "slot_twice")],
    ),
    "no reason": ("refuse", '{"refuse":" ? "}', None, [("D3", "no_reason")]),
    "a payload for a reason": (
        "refuse",
        json.dumps({"refuse": 'no: {"qosProfile":"QOS_E","duration":60}'}),
        None,
        [("D3", "payload_in_reason")],
    ),
    "braces in a reason": ("refuse", '{"refuse":"{device} is unknown to us"}', None, []),
    "an unknown decision": ("wait", '{"duration":1}', None, [("", "unknown")]),
    "duration stated": (
        "clarify",
        '{"clarify":["duration"]}',
        "QoS for my game for 30 minutes please",
        [("D2", "slot_stated")],
    ),
    "duration hinted at": ("clarify", '{"clarify":["duration"]}', "for 30 minutes or so", []),
    "waiting is no duration": (
        "clarify",
        '{"clarify":["duration"]}',
        "I have been waiting for 30 minutes, start it now",
        [],
    ),
    "phone stated": (
        "clarify",
        '{"clarify":["device"]}',
        "low latency for +447700900123",
        [("D2", "slot_stated")],
    ),
    "which of two phones": (
        "clarify",
        '{"clarify":["device"]}',
        "low latency for +447700900123 and +447700900124",
        [],
    ),
    "profile stated": (
        "clarify",
        '{"clarify":["qosProfile"]}',
        "use QOS_E",
        [("D2", "slot_stated")],
    ),
    "sink stated": (
        "clarify",
        '{"clarify":["sink"]}',
        "send notifications to https://a.example/x",
        [("D2", "slot_stated")],
    ),
    "a server is no sink": ("clarify", '{"clarify":["sink"]}', "reach https://a.example/x", []),
}


@pytest.mark.parametrize("case", ROWS.values(), ids=ROWS.keys())
def test_what_is_wrong_with_the_decision_of_a_row(
    operation: Operation, case: tuple[str, str, str | None, list[tuple[str, str]]]
) -> None:
    decision, answer, request, wanted = case
    issues = list(
        iter_row_issues(decision=decision, request=request, answer=answer, operation=operation)
    )
    assert [(issue.cls, issue.code) for issue in issues] == [
        (cls, f"decision.{code}") for cls, code in wanted
    ]
    assert {issue.layer for issue in issues} <= {"decision"}


@given(
    st.sampled_from(["call", "clarify", "refuse"]),
    st.none() | st.text(),
    st.text() | st.lists(st.text()).map(lambda slots: json.dumps({"clarify": slots})),
)
def test_no_row_crashes_the_check(
    operation: Operation, decision: str, request: str | None, answer: str
) -> None:
    for issue in iter_row_issues(
        decision=decision, request=request, answer=answer, operation=operation
    ):
        issue.message.encode()
