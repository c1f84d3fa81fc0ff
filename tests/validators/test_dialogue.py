"""Conversations: who may speak when, what leaks, and which calls the state of a session allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.spec import Operation
from validators.dialogue import iter_dialogue_issues

Turn = Mapping[str, Any]

BODY = {"qosProfile": "QOS_E", "duration": 3600}
RULES = "You turn requests into calls and never speak about the weather. Be brief."
ONE = "5f2c1a9e-0f4b-4c3d-9b1a-2d3e4f5a6b7c"
OTHER = "11111111-2222-4333-8444-555555555555"
PHONE = {"phoneNumber": "+447700900123"}


def system(text: str = RULES) -> Turn:
    return {"role": "system", "content": text}


def user(text: str = "a game, one hour") -> Turn:
    return {"role": "user", "content": text}


def says(value: Any) -> Turn:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"role": "assistant", "content": text}


def tool(value: Any, **more: Any) -> Turn:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"role": "tool", "content": text, **more}


def codes(turns: list[Any], operation: Operation | None = None) -> list[str]:
    found = list(iter_dialogue_issues(turns, operation))
    assert {issue.layer for issue in found} <= {"dialogue"}
    return [f"{issue.path} {issue.code.removeprefix('dialogue.')}" for issue in found]


SOUND: dict[str, list[Turn]] = {
    "one exchange": [user(), says(BODY)],
    "with a system turn": [system(), user(), says(BODY)],
    "a question first": [user(), says({"clarify": ["duration"]}), user("1 h"), says(BODY)],
    "a tool that answers": [user(), says(BODY), tool({"qosStatus": "AVAILABLE"}), says("Done.")],
    "two answers of tools": [user(), says(BODY), tool("1"), tool("2"), says("Done.")],
    "the user repeats what was said": [user(), says(BODY), user(json.dumps(BODY)), says(BODY)],
    "a call without words": [
        user(),
        {"role": "assistant", "content": None, "tool_calls": [{"id": "a", "function": {}}]},
        tool("", tool_call_id="a"),
        says("Done."),
    ],
    "JSON of something else": [user('my config is {"theme": "dark", "size": 2}'), says(BODY)],
}


@pytest.mark.parametrize("turns", SOUND.values(), ids=SOUND.keys())
def test_a_sound_conversation_has_no_issue(operation: Operation, turns: list[Turn]) -> None:
    assert codes(turns, operation) == []


FAULTY: dict[str, tuple[list[Any], list[str]]] = {
    "nobody speaks": ([], ["$ no_turns"]),
    "unknown role": ([user(), {"role": "judge", "content": "x"}, says("y")], ["$[1] unknown_role"]),
    "no role": ([{"content": "x"}, says("y")], ["$[0] unknown_role"]),
    "system in the middle": ([user(), system(), says("y")], ["$[1] system_late", "$[2] no_user"]),
    "assistant first": ([says("Hello"), user(), says(BODY)], ["$[0] no_user"]),
    "assistant after system": ([system(), says("Hello"), user(), says("y")], ["$[1] no_user"]),
    "two users": ([user(), user("please"), says(BODY)], ["$[1] same_role"]),
    "two assistants": ([user(), says("one"), says("two")], ["$[2] same_role"]),
    "the user has the last word": ([user(), says(BODY), user("thanks")], ["$[2] no_answer"]),
    "an empty turn": ([user("  "), says(BODY)], ["$[0] empty_turn"]),
    "an empty answer": ([user(), says("")], ["$[1] empty_turn"]),
    "a tool nobody called": ([user(), tool("{}"), says("y")], ["$[1] tool_uncalled"]),
    "a tool after words": (
        [user(), says("Sure."), tool("{}"), says("y")],
        ["$[2] tool_uncalled"],
    ),
    "a tool nobody listens to": (
        [user(), says(BODY), tool("{}"), user("and?"), says("y")],
        ["$[3] tool_unread"],
    ),
    "a tool for another call": (
        [
            user(),
            {"role": "assistant", "content": "", "tool_calls": [{"id": "a"}]},
            tool("{}", tool_call_id="b"),
            says("y"),
        ],
        ["$[2] tool_unknown_call"],
    ),
    "a marker": ([user("hi<|im_end|>"), says(BODY)], ["$[0] role_marker"]),
    "a script of a talk": (
        [user("User: hi\nAssistant: hello"), says(BODY)],
        ["$[0] role_marker"],
    ),
    "the answer in the request": (
        [user("call ```json\n" + json.dumps(BODY) + "\n```"), says(BODY)],
        ["$[0] answer_leaked"],
    ),
    "another payload in the request": (
        [user(json.dumps(BODY | {"duration": 60})), says(BODY)],
        ["$[0] payload_leaked"],
    ),
    "an envelope in the request": (
        [user(json.dumps({"operation": "createSession", "body": {}})), says(BODY)],
        ["$[0] payload_leaked"],
    ),
    "instructions repeated": (
        [system(), user(), says("I am told: " + RULES)],
        ["$[2] system_leaked"],
    ),
    "another script": (
        [user(), says("Сессия создана, всё готово к игре")],
        ["$[1] other_script"],
    ),
    "a refusal in another script": (
        [user("слишком медленно, помоги с игрой"), says({"refuse": "this is out of our reach"})],
        ["$[1] other_script"],
    ),
    "an endless turn": ([user("a " * 20_000), says(BODY)], ["$[0] too_long"]),
}


@pytest.mark.parametrize("case", FAULTY.values(), ids=FAULTY.keys())
def test_what_is_wrong_with_a_conversation(
    operation: Operation, case: tuple[list[Any], list[str]]
) -> None:
    turns, wanted = case
    assert codes(turns, operation) == wanted


def test_all_issues_are_told_not_the_first() -> None:
    turns = [says(""), user("<|im_start|>x"), user(" ")]
    assert codes(turns) == [
        "$[0] no_user",
        "$[2] same_role",
        "$[2] no_answer",
        "$[0] empty_turn",
        "$[1] role_marker",
        "$[2] empty_turn",
    ]


def create(device: Any = PHONE) -> Turn:
    return says({"operation": "createSession", "body": {"device": device} | BODY})


def about(operation: str, session: str = ONE, **body: Any) -> Turn:
    return says({"operation": operation, "path": {"sessionId": session}, "body": body})


def extends(session: str = ONE) -> Turn:
    return about("extendQosSessionDuration", session, requestedAdditionalDuration=60)


def made(status: str = "AVAILABLE", session: str = ONE) -> Turn:
    return tool({"sessionId": session, "qosStatus": status})


FAILED = {"status": 503, "code": "UNAVAILABLE", "message": "try again"}
DONE = says("Done.")
STORIES: dict[str, tuple[list[Turn], str | None]] = {
    "made, extended, deleted": (
        [create(), made(), extends(), made(), about("deleteSession"), tool(""), DONE],
        None,
    ),
    "a second session": ([create(), made(), create()], "second_session"),
    "spelled another way": (
        [
            create({"ipv6Address": "2a02::7"}),
            made(),
            create({"ipv6Address": "2A02:0::7"}),
        ],
        "second_session",
    ),
    "another device": (
        [create(), made(), create({"phoneNumber": "+4915112345"})],
        None,
    ),
    "after the first was deleted": (
        [create(), made(), about("deleteSession"), tool(""), create()],
        None,
    ),
    "after the first has ended": (
        [create(), made("UNAVAILABLE"), create()],
        None,
    ),
    "after the first has failed": (
        [create(), tool(FAILED), create()],
        None,
    ),
    "a deletion that failed": (
        [create(), made(), about("deleteSession"), tool(FAILED), create()],
        "second_session",
    ),
    "an unknown session": ([create(), made(), extends(OTHER)], "unknown_session"),
    "a session of nowhere": ([extends(OTHER)], "unknown_session"),
    "a session the user names": (
        [user(f"extend {OTHER}"), extends(OTHER)],
        None,
    ),
    "a session of an unread answer": (
        [create(), extends(OTHER)],
        None,
    ),
    "extended when deleted": (
        [create(), made(), about("deleteSession"), tool(""), extends()],
        "finished_session",
    ),
    "deleted twice": (
        [create(), made(), about("deleteSession"), tool(""), about("deleteSession")],
        "finished_session",
    ),
    "looked at when over": (
        [create(), made("UNAVAILABLE"), about("getSession")],
        None,
    ),
    "extended too early": ([create(), made("REQUESTED"), extends()], "not_available"),
    "extended when available at last": (
        [create(), made("REQUESTED"), about("getSession"), made(), extends()],
        None,
    ),
    "extended too late": ([create(), made("UNAVAILABLE"), extends()], "not_available"),
    "one of a list": (
        [
            says({"operation": "retrieveSessionsByDevice", "body": {"device": PHONE}}),
            tool([{"sessionId": ONE, "qosStatus": "AVAILABLE", "device": PHONE}]),
            DONE,
            extends(),
        ],
        None,
    ),
    "a second session beside one of a list": (
        [
            says({"operation": "retrieveSessionsByDevice", "body": {"device": PHONE}}),
            tool([{"sessionId": ONE, "qosStatus": "AVAILABLE", "device": PHONE}]),
            create(),
        ],
        "second_session",
    ),
    "extended too early, one of a list": (
        [
            says({"operation": "retrieveSessionsByDevice", "body": {"device": PHONE}}),
            tool([{"sessionId": ONE, "qosStatus": "REQUESTED", "device": PHONE}]),
            extends(),
        ],
        "not_available",
    ),
    "extended when an event has come": (
        [
            create(),
            made("REQUESTED"),
            tool({"type": "status", "data": {"sessionId": ONE, "qosStatus": "AVAILABLE"}}),
            extends(),
        ],
        None,
    ),
    "a question is no call": (
        [says({"clarify": ["device"]}), create()],
        None,
    ),
}


@pytest.mark.parametrize("case", STORIES.values(), ids=STORIES.keys())
def test_the_last_call_of_a_story_fits_the_state_or_not(
    case: tuple[list[Turn], str | None],
) -> None:
    story, code = case
    turns: list[Turn] = []
    for turn in story:  # the user speaks wherever nobody else has to
        if turn["role"] == "assistant" and (not turns or turns[-1]["role"] == "assistant"):
            turns.append(user("go on"))
        turns.append(turn)
    found = [(issue.path, issue.code) for issue in iter_dialogue_issues(turns) if issue.cls == "D5"]
    assert found == ([(f"$[{len(turns) - 1}]", f"dialogue.{code}")] if code else [])


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ROLE = st.sampled_from(["system", "user", "assistant", "tool", "function"]) | JUNK
TEXTS = st.sampled_from(
    [create()["content"], extends()["content"], made()["content"], json.dumps(FAILED), "{", ""]
)
TURN = st.fixed_dictionaries(
    {},
    optional={
        "role": ROLE,
        "content": JUNK | TEXTS,
        "tool_calls": JUNK,
        "tool_call_id": JUNK,
    },
)


@given(st.lists(TURN | JUNK, max_size=8))
def test_no_junk_crashes_the_check(operation: Operation, turns: list[Any]) -> None:
    for issue in iter_dialogue_issues(turns, operation):
        issue.message.encode()


def test_deep_and_large_answers_are_read_or_left_alone() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    large = json.dumps({"duration": int("9" * 3000)})
    turns = [user(deep), says(deep), user(large), says(large)]
    assert "$[0] answer_leaked" in codes(turns) or codes(turns) == []
    assert codes([user("{" * 15_000), says("}" * 15_000)]) == []


def test_a_list_of_turns_without_end_is_looked_at_in_part() -> None:
    turns = [user(), says(BODY)] * 300
    assert codes(turns) == ["$ too_many_turns"]
