"""Rows that ask, refuse or talk in several turns: judged by their own checks, apart from calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datasets_src.audit import Audit, audit_file
from datasets_src.readers import open_file
from tests.datasets_src.conftest import MakeSample, SaveRows, make_payload
from validators.payload import Validator

WISH = "Keep my sensor on +99900000001 connected to the server 10.0.1.1 with QOS_S, please."


@pytest.fixture
def judge(save_rows: SaveRows, validator: Validator) -> Any:
    """Return a function from rows to their audit."""

    def run(*rows: Any, **options: Any) -> Audit:
        return audit_file(open_file(save_rows(list(rows))), validator, **options)

    return run


def found(result: Audit) -> list[tuple[str, str, str]]:
    return [(f.field, f.issue.cls, f.issue.code) for f in result.issues]


def test_sound_questions_and_refusals_are_left_alone(judge: Any, make_sample: MakeSample) -> None:
    result = judge(
        make_sample(1, decision="clarify", payload=None, missing=["duration"]).to_json(),
        make_sample(2, decision="refuse", payload=None, reason="no such service").to_json(),
    )
    assert (result.ok, found(result), result.decision_faults) == (True, [], {})
    assert result.decisions == {"clarify": 1, "refuse": 1}


@pytest.mark.parametrize(
    ("answer", "cls"),
    [
        ({"clarify": ["colour"]}, "D2"),
        ({"clarify": ["duration", "duration"]}, "D2"),
        ({"clarify": ["device.phoneNumber"]}, "D2"),
        ({"refuse": "..."}, "D3"),
    ],
)
def test_a_question_or_refusal_that_makes_no_sense_is_named_and_leaves_the_row_valid(
    judge: Any, answer: dict[str, Any], cls: str
) -> None:
    result = judge({"prompt": WISH, "completion": json.dumps(answer)})
    assert (result.valid, result.invalid, result.faults) == (1, 0, {})
    assert result.decision_faults == {cls: 1}
    assert [(f.field, f.issue.layer) for f in result.issues] == [("answer", "decision")]


def test_only_the_strict_gate_counts_decisions(judge: Any) -> None:
    row = {"prompt": WISH, "completion": '{"clarify": ["colour"]}'}
    assert judge(row).ok
    assert not judge(row, gate="faithful").ok


def test_a_row_that_does_not_tell_what_it_asks_is_not_judged(judge: Any) -> None:
    result = judge({"id": "a", "request": WISH, "decision": "clarify", "operation": "x"})
    assert (result.valid, found(result)) == (1, [])


def test_a_talk_of_several_turns_is_judged_as_a_whole(judge: Any) -> None:
    talk = [
        {"role": "user", "content": WISH},
        {"role": "assistant", "content": '{"clarify": ["duration"]}'},
        {"role": "user", "content": "One minute."},
        {"role": "assistant", "content": json.dumps(make_payload(1, duration=60))},
    ]
    assert found(judge({"messages": talk})) == []
    swapped = [talk[0], talk[2], talk[1], talk[3]]
    result = judge({"messages": swapped})
    assert {field for field, _, _ in found(result)} == {"messages"}
    assert (result.valid, result.faults) == (1, {})
    assert sum(result.decision_faults.values()) >= 1


def test_one_question_with_one_answer_is_no_talk(judge: Any) -> None:
    turns = [
        {"role": "system", "content": "One JSON object."},
        {"role": "user", "content": WISH},
        {"role": "assistant", "content": json.dumps(make_payload(1))},
    ]
    assert judge({"messages": turns}).decision_faults == {}


def test_the_answer_of_a_prompt_with_turns_counts_as_the_last_turn(judge: Any) -> None:
    prompt = [
        {"role": "user", "content": WISH},
        {"role": "assistant", "content": '{"clarify": ["duration"]}'},
        {"role": "user", "content": "One minute."},
    ]
    answer = json.dumps(make_payload(1, duration=60))
    assert found(judge({"prompt": prompt, "completion": answer})) == []
    pair = {"prompt": prompt, "chosen": answer, "rejected": '{"duration":60}'}
    assert judge(pair).decision_faults == {}
