"""Calls and questions in conversations: grounded in what was said up to there, no further."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callforge_core.spec import load_spec
from datasets_src.bundled import spec_path
from validators.catalogue import Catalogue
from validators.dialogue_calls import Validators, iter_call_issues
from validators.payload import Validator

ONE = "5f2c1a9e-0f4b-4c3d-9b1a-2d3e4f5a6b7c"
BODY: dict[str, Any] = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "203.0.113.5"},
    "applicationServerPorts": {"ports": [5060]},
    "qosProfile": "QOS_E",
    "duration": 1200,
}
WISH = "QOS_E for +447700900123 to 203.0.113.5 port 5060 for 20 minutes"


@pytest.fixture(scope="module")
def validators(catalogue: Catalogue) -> Validators:
    operations = load_spec(spec_path()).operations
    return {name: Validator(operation, catalogue) for name, operation in operations.items()}


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def says(value: Any) -> dict[str, str]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"role": "assistant", "content": text}


def tool(value: Any) -> dict[str, str]:
    return {"role": "tool", "content": json.dumps(value)}


def create(**change: Any) -> dict[str, str]:
    return says({"operation": "createSession", "body": BODY | change})


def extend(seconds: int) -> dict[str, str]:
    body = {"requestedAdditionalDuration": seconds}
    path = {"sessionId": ONE}
    return says({"operation": "extendQosSessionDuration", "path": path, "body": body})


def session(**more: Any) -> dict[str, str]:
    return tool({"sessionId": ONE, "duration": 1200, "qosStatus": "AVAILABLE", **more})


MADE = [user(WISH), create(), session(), says("Done.")]
PORT = {"applicationServerPorts": {"ports": [5061]}}
OTHER = {"device": {"phoneNumber": "+447700900456"}}
CASES: dict[str, tuple[list[dict[str, str]], list[str]]] = {
    "a call as asked": (MADE, []),
    "a fact of an answer": (
        [
            user("QOS_E for +447700900123 to 203.0.113.5 port 5060"),
            says({"clarify": ["duration"]}),
            user("20 minutes"),
            create(),
        ],
        [],
    ),
    "a fact taken back": ([user(WISH), create(), user("no, port 5061"), create(**PORT)], []),
    "a fact of later": (
        [user(WISH), create(**PORT), user("no, port 5061"), create(**PORT)],
        ["$[1].body.applicationServerPorts V1"],
    ),
    "the same for another device": ([*MADE, user("same for +447700900456"), create(**OTHER)], []),
    "a device nobody has named": (
        [*MADE, user("same for my other phone"), create(**OTHER)],
        ["$[5].body.device.phoneNumber V1"],
    ),
    "another topic": (
        [
            user("QOS_S for +447700900456 to 2001:db8::7 port 443 for 2 hours"),
            says({"refuse": "not now"}),
            user(WISH),
            create(),
        ],
        [],
    ),
    "a value that a tool has told": (
        [
            user("what runs on +447700900123?"),
            says({"operation": "retrieveSessionsByDevice", "body": {"device": BODY["device"]}}),
            tool([{**BODY, "sessionId": ONE, "qosStatus": "AVAILABLE"}]),
            says("One session."),
            user("the same for +447700900456"),
            create(**OTHER),
        ],
        [],
    ),
    "an invalid body": (
        [user(WISH), create(duration="1200")],
        ["$[1].body.duration T1"],
    ),
    "more time": ([*MADE, user("10 minutes more"), extend(600)], []),
    "the total for more time": (
        [*MADE, user("10 minutes more"), extend(1800)],
        ["$[5].body.requestedAdditionalDuration D1"],
    ),
    "up to a stated total": ([*MADE, user("make it 30 minutes in total"), extend(600)], []),
    "another amount": (
        [*MADE, user("10 minutes more"), extend(900)],
        ["$[5].body.requestedAdditionalDuration V1"],
    ),
    "the amount of an earlier extension": (
        [
            *MADE, user("10 minutes more"), extend(600), session(duration=1800), says("Done."),
            user("and 5 minutes more"), extend(600),
        ],
        ["$[9].body.requestedAdditionalDuration V1"],
    ),
    "an amount before a question": (
        [*MADE, user("10 minutes more for one of them"), says({"clarify": ["sessionId"]}),
         user("the first"), extend(600)],
        [],
    ),
    "asked for what was just said": (
        [user("QOS_E for +447700900123, for 20 minutes"), says({"clarify": ["duration"]})],
        ["$[1].clarify[0] D2"],
    ),
    "asked for nothing there is": (
        [user("a session"), says({"clarify": ["colour"]})],
        ["$[1].clarify[0] D2"],
    ),
    "asked twice": (
        [user("a session"), says({"clarify": ["duration", "duration"]})],
        ["$[1].clarify[1] D2"],
    ),
    "asked for a session": ([user("extend it"), says({"clarify": ["sessionId"]})], []),
    "no such operation": (
        [user(WISH), says({"operation": "pauseSession", "body": {}})],
        ["$[1].operation D1"],
    ),
    "no session in the path": (
        [user("end it"), says({"operation": "deleteSession", "body": {}})],
        ["$[1].path.sessionId S1"],
    ),
    "no UUID in the path": (
        [user("end it"), says({"operation": "getSession", "path": {"sessionId": "7"}})],
        ["$[1].path.sessionId T4"],
    ),
    "a body where none belongs": (
        [user("end it"), says({"operation": "deleteSession", "path": {"sessionId": ONE},
                               "body": {"force": True}})],
        ["$[1].body.force S2"],
    ),
    "a refusal without a reason": ([user("a taxi"), says({"refuse": ""})], ["$[1].refuse D3"]),
    "words": ([user("hello"), says("Hello {you}.")], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_wrong_with_the_calls_of_a_conversation(
    validators: Validators, case: tuple[list[dict[str, str]], list[str]]
) -> None:
    turns, wanted = case
    found = iter_call_issues(turns, validators)
    assert [f"{each.path} {each.cls}" for each in found if each.severity == "error"] == wanted


@pytest.mark.parametrize(
    "text",
    ["{", '{"operation": 7}', '{"operation":"createSession","body":[]}', '{"clarify":[]}', "[1]"],
)
def test_junk_is_told_and_never_crashes(validators: Validators, text: str) -> None:
    turns = [user("hello"), says(text), tool(text), {"role": "tool", "content": text}, says(text)]
    found = list(iter_call_issues(turns, validators))
    assert bool(found) == text.startswith("{")
    assert list(iter_call_issues([{"role": 3}, {"content": None}, {}], validators)) == []
