"""Dialogues as rows: round trip, what is refused, and the training rows inside them."""

from __future__ import annotations

from typing import Any

import pytest

from callforge_core.dialogue_records import (
    Dialogue,
    dialogue_prompt,
    iter_turn_rows,
    last_decision,
    preference_row,
    turn_decision,
)
from callforge_core.errors import DataError
from callforge_core.records import Fault
from callforge_core.spec import load_spec
from datasets_src.bundled import spec_path

TURNS = (
    {"role": "system", "content": "Answer with JSON."},
    {"role": "user", "content": "a session please"},
    {"role": "assistant", "content": '{"clarify":["duration"]}'},
    {"role": "user", "content": "an hour"},
    {"role": "assistant", "content": '{"operation":"createSession","body":{"duration":3600}}'},
    {"role": "tool", "content": '{"sessionId":"x"}'},
    {"role": "assistant", "content": "Done."},
)
DIALOGUE = Dialogue(
    id="d-1",
    api="quality-on-demand",
    release="1.1.0",
    messages=TURNS,
    decision="call",
    cluster="c",
    family="dialogue/plain",
    plan="missing",
    facts={"3.duration": "an hour"},
    provenance={"seed": 1},
)


def test_a_dialogue_survives_its_file() -> None:
    assert Dialogue.from_json(DIALOGUE.to_json()) == DIALOGUE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"decision": "chat"}, "'decision' is 'chat', expected one of call, clarify, refuse"),
        ({"messages": []}, "'messages' is an array, expected a list of turns"),
        ({"messages": "hello"}, "'messages' is a string"),
        ({"messages": [{"role": "user"}]}, r"'messages\[0\]' is no turn"),
        ({"messages": [{"role": "user", "content": None}]}, r"'messages\[0\]' is no turn"),
        ({"facts": {"3.duration": "an hour"}}, "'facts' is no list"),
        ({"family": ""}, "'family' is a string"),
    ],
)
def test_a_broken_row_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        Dialogue.from_json(DIALOGUE.to_json() | change)


def test_each_assistant_turn_is_a_row_with_all_before_it() -> None:
    rows = list(iter_turn_rows(DIALOGUE))
    assert [(row["id"], row["decision"]) for row in rows] == [
        ("d-1.2", "clarify"),
        ("d-1.4", "call"),
        ("d-1.6", "words"),
    ]
    for row, place in zip(rows, (2, 4, 6), strict=True):
        assert row["prompt"] == list(TURNS[:place])
        assert row["completion"] == [TURNS[place]]
        assert (row["cluster"], row["family"]) == ("c", "dialogue/plain")
    calls = iter_turn_rows(DIALOGUE, decisions=("call",))
    assert [row["id"] for row in calls] == ["d-1.4"]


def test_what_a_turn_decides() -> None:
    assert turn_decision('{"refuse":"no"}') == "refuse"
    assert turn_decision("Your session {id} is over.") == "words"
    assert last_decision(TURNS) == "call"
    assert last_decision(TURNS[:3]) == "clarify"
    assert last_decision(TURNS[:2]) is None


def test_a_wrong_last_turn_makes_a_preference_row() -> None:
    wrong = Dialogue.from_json(
        DIALOGUE.to_json()
        | {"messages": [*TURNS[:4], {"role": "assistant", "content": '{"refuse":"no"}'}]}
    )
    fault = Fault(
        cls="D3", detail="over_refuse", pointer="", before="", after="",
        layer="decision", tier=2, basis="project",
    )  # fmt: skip
    row = preference_row(DIALOGUE, wrong, fault)
    assert row["prompt"] == list(TURNS[:4])
    assert (row["chosen"], row["rejected"]) == ([TURNS[4]], [wrong.messages[4]])


def test_the_prompt_names_every_operation_and_every_way_to_answer() -> None:
    operations = tuple(load_spec(spec_path()).operations.values())
    text = dialogue_prompt(operations, ("QOS_E: games",))
    for operation in operations:
        assert operation.operation_id in text
    for word in ("clarify", "refuse", "QOS_E: games", "in words"):
        assert word in text
    assert "Answer with JSON only" not in text
