"""What an output says: a call, a question, a refusal, or nothing that counts."""

from __future__ import annotations

import pytest

from eval.parsing import MOST_CHARACTERS, read_output


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ('{"duration":60}', "call"),
        ("{}", "call"),
        ('{"clarify":["duration"]}', "clarify"),
        ('{"refuse":"no such service"}', "refuse"),
        ('{"clarify":[]}', "malformed"),
        ('{"clarify":"duration"}', "malformed"),
        ('{"refuse":null}', "malformed"),
        ('{"clarify":["duration"],"duration":60}', "call"),
        ('[{"duration":60}]', "malformed"),
        ('{"duration":NaN}', "malformed"),
        ('{"duration":60} done', "malformed"),
        ('{"duration":60,"duration":60}', "malformed"),
        ("Which duration do you want?", "malformed"),
    ],
)
def test_a_decision_is_said_or_it_is_malformed(text: str, decision: str) -> None:
    assert read_output(text).decision == decision


def test_a_question_names_its_slots_and_a_refusal_its_reason() -> None:
    assert read_output('{"clarify":["device","duration"]}').asked == ("device", "duration")
    assert read_output('{"refuse":"no such service"}').reason == "no such service"


def test_an_envelope_carries_operation_and_body() -> None:
    said = read_output('{"operation":"createSession","body":{"duration":60}}', enveloped=True)
    assert (said.decision, said.operation, said.payload) == (
        "call",
        "createSession",
        {"duration": 60},
    )
    assert read_output('{"duration":60}', enveloped=True).decision == "malformed"


def test_an_endless_output_is_cut_before_it_is_parsed() -> None:
    text = '{"a":"' + "x" * (MOST_CHARACTERS * 50) + '"}'
    assert read_output(text).decision == "malformed"


def test_a_repeated_key_is_no_matter_of_wrapping() -> None:
    assert not read_output('Sure: {"a":1,"a":2}').is_json_lenient
    assert read_output('Sure: {"a":1}').is_json_lenient
