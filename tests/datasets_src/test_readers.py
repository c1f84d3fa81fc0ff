"""Rows of any form become entries: what is asked, what is answered, and where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callforge_core.errors import DataError
from datasets_src.readers import Entry, open_file
from tests.datasets_src.conftest import MakePair, MakeSample, SaveRows

BODY = {"qosProfile": "QOS_E", "duration": 60}
TEXT = '{"qosProfile":"QOS_E","duration":60}'
USER, ASSISTANT = {"role": "user", "content": "a minute"}, {"role": "assistant", "content": TEXT}


def read(path: Path, form: str = "auto") -> tuple[str, list[Entry]]:
    opened = open_file(path, form)
    return opened.format, list(opened.entries)


FORMS: list[tuple[str, dict[str, Any], dict[str, str], str | None]] = [
    ("payload", BODY, {"payload": TEXT}, None),
    (
        "instruction",
        {"instruction": "Call the API", "input": "a minute", "output": BODY},
        {"payload": TEXT},
        "Call the API\na minute",
    ),
    ("instruction", {"instruction": "x", "response": TEXT}, {"payload": TEXT}, "x"),
    ("instruction", {"question": "a minute", "answer": TEXT}, {"payload": TEXT}, "a minute"),
    ("messages", {"messages": [USER, ASSISTANT]}, {"payload": TEXT}, "a minute"),
    (
        "messages",
        {"messages": [USER, ASSISTANT, {"role": "user", "content": "again"}, ASSISTANT]},
        {"payload": TEXT},
        "again",
    ),
    (
        "sharegpt",
        {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": TEXT}]},
        {"payload": TEXT},
        "hi",
    ),
    ("prompt-completion", {"prompt": "p", "completion": TEXT}, {"payload": TEXT}, "p"),
    (
        "prompt-completion",
        {"prompt": [{"role": "system", "content": "s"}, USER], "completion": [ASSISTANT]},
        {"payload": TEXT},
        "a minute",
    ),
    (
        "prompt-chosen-rejected",
        {"prompt": "p", "chosen": TEXT, "rejected": "{}"},
        {"chosen": TEXT, "rejected": "{}"},
        "p",
    ),
    (
        "prompt-chosen-rejected",
        {"prompt": [USER], "chosen": [ASSISTANT], "rejected": [{**ASSISTANT, "content": "no"}]},
        {"chosen": TEXT, "rejected": "no"},
        "a minute",
    ),
    (
        "prompt-chosen-rejected",
        {"chosen": [USER, ASSISTANT], "rejected": [USER, {**ASSISTANT, "content": "no"}]},
        {"chosen": TEXT, "rejected": "no"},
        "a minute",
    ),
    (
        "prompt-chosen-rejected",
        {"prompt": "p", "chosen": BODY, "rejected": {}},
        {"chosen": TEXT, "rejected": "{}"},
        "p",
    ),
    (
        "evaluation",
        {"id": "e-1", "request": "r", "payload": BODY, "also": {}},
        {"payload": TEXT},
        "r",
    ),
    ("evaluation", {"id": "e-1", "request": "r", "decision": "refuse", "payload": None}, {}, "r"),
]


@pytest.mark.parametrize(("name", "row", "fields", "request_text"), FORMS)
def test_each_form_is_recognised_and_read(
    save_rows: SaveRows,
    name: str,
    row: dict[str, Any],
    fields: dict[str, str],
    request_text: str | None,
) -> None:
    form, entries = read(save_rows([row]))
    assert form == name
    assert [(e.fields, e.request, e.problem, e.row) for e in entries] == [
        (fields, request_text, "", 1)
    ]


def test_our_own_files_are_recognised(
    save_rows: SaveRows, make_sample: MakeSample, make_pair: MakePair
) -> None:
    sample = make_sample(1)
    form, entries = read(save_rows([sample.to_json()]))
    assert (form, entries[0].id, entries[0].decision) == ("samples", "s-1", "call")
    form, entries = read(save_rows([make_pair(sample).to_json()]))
    assert (form, entries[0].fault, set(entries[0].fields)) == (
        "preference",
        "S2",
        {"chosen", "rejected"},
    )


@pytest.mark.parametrize("decision", ["clarify", "refuse"])
def test_a_row_that_asks_or_refuses_has_no_payload_to_judge(
    save_rows: SaveRows, make_sample: MakeSample, decision: str
) -> None:
    row = make_sample(1, decision=decision, missing=["duration"], reason="no").to_json()
    _, entries = read(save_rows([row]))
    assert (entries[0].fields, entries[0].decision, entries[0].problem) == ({}, decision, "")
    said = json.dumps({"clarify": ["duration"]} if decision == "clarify" else {"refuse": "no"})
    _, entries = read(save_rows([{"prompt": "p", "completion": said}]))
    assert (entries[0].fields, entries[0].decision) == ({}, decision)


def test_a_payload_that_merely_has_such_a_key_is_still_a_call(save_rows: SaveRows) -> None:
    said = ['{"clarify":["duration"],"duration":1}', '{"clarify":"duration"}', '{"refuse":1']
    _, entries = read(save_rows([{"prompt": "p", "completion": text} for text in said]))
    assert [entry.fields["payload"] for entry in entries] == said


def test_a_payload_stays_as_it_was_said_whether_object_or_text(save_rows: SaveRows) -> None:
    odd = '{"duration": 3.6e3, "duration": NaN}'
    _, entries = read(
        save_rows([f'{{"prompt":"p","completion":{odd}}}', {"prompt": "p", "completion": odd}])
    )
    assert [entry.fields["payload"] for entry in entries] == [odd.replace(" ", ""), odd]


CALL = {"name": "createSession", "arguments": TEXT}
PLACES: list[tuple[dict[str, Any], dict[str, tuple[str | int, ...]]]] = [
    (BODY, {"payload": ()}),
    ({"prompt": "p", "completion": TEXT}, {"payload": ("completion",)}),
    ({"request": "r", "payload": BODY}, {"payload": ("payload",)}),
    ({"messages": [USER, ASSISTANT]}, {"payload": ("messages", 1, "content")}),
    (
        {"conversations": [{"from": "human", "value": "h"}, {"from": "gpt", "value": TEXT}]},
        {"payload": ("conversations", 1, "value")},
    ),
    (
        {"messages": [USER, {"role": "assistant", "tool_calls": [{"function": CALL}]}]},
        {"payload": ("messages", 1, "tool_calls", 0, "function", "arguments")},
    ),
    (
        {"messages": [USER, {"role": "assistant", "content": None, "function_call": CALL}]},
        {"payload": ("messages", 1, "function_call", "arguments")},
    ),
    (
        {"messages": [{"role": "assistant", "content": [{"type": "text", "text": TEXT}]}]},
        {"payload": ("messages", 0, "content", 0, "text")},
    ),
    (
        {"messages": [{"role": "assistant", "content": [{"text": TEXT[:9]}, {"text": TEXT[9:]}]}]},
        {},
    ),
    (
        {"prompt": "p", "chosen": [ASSISTANT], "rejected": BODY},
        {"chosen": ("chosen", 0, "content"), "rejected": ("rejected",)},
    ),
]


@pytest.mark.parametrize(("row", "places"), PLACES)
def test_each_answer_knows_where_it_stands_in_its_row(
    save_rows: SaveRows, row: dict[str, Any], places: dict[str, tuple[str | int, ...]]
) -> None:
    _, entries = read(save_rows([row]))
    assert entries[0].places == places


@pytest.mark.parametrize(
    "row", [{"question": "q"}, {"prompt": "q"}, {"instruction": "q"}, {"request": "q"}]
)
def test_a_pair_has_its_request_under_any_usual_key(
    save_rows: SaveRows, row: dict[str, Any]
) -> None:
    _, entries = read(save_rows([row | {"chosen": TEXT, "rejected": "{}"}]))
    assert (entries[0].request, set(entries[0].fields)) == ("q", {"chosen", "rejected"})


def test_the_arguments_of_a_tool_call_are_the_answer(save_rows: SaveRows) -> None:
    call = {"function": {"name": "createSession", "arguments": TEXT}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    _, entries = read(save_rows([{"messages": [USER, turn]}]))
    assert entries[0].fields == {"payload": TEXT}


def test_text_parts_of_a_turn_are_joined(save_rows: SaveRows) -> None:
    parts = [{"type": "text", "text": TEXT[:5]}, {"type": "text", "text": TEXT[5:]}]
    _, entries = read(save_rows([{"messages": [USER, {"role": "assistant", "content": parts}]}]))
    assert entries[0].fields == {"payload": TEXT}


def test_an_id_inside_a_bare_payload_is_no_row_id(save_rows: SaveRows) -> None:
    _, entries = read(save_rows([{"id": "x", **BODY}]))
    assert entries[0].id is None


def test_a_form_can_be_forced_and_an_unknown_one_is_answered_with_the_nearest(
    save_rows: SaveRows,
) -> None:
    path = save_rows([{"prompt": "p", "completion": TEXT}])
    form, entries = read(path, "payload")
    assert (form, entries[0].fields["payload"][:9]) == ("payload", '{"prompt"')
    with pytest.raises(DataError, match="did you mean 'messages'"):
        open_file(path, "message")
