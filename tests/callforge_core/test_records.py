"""The records that travel: what is written is what is read, and a wrong key is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import DataError
from callforge_core.records import Fault, Issue, Item, Pair, Sample, Verdict

SAMPLE: dict[str, Any] = {
    "id": "s-1",
    "api": "quality-on-demand",
    "release": "1.1.0",
    "operation": "createSession",
    "decision": "call",
    "request": "an hour of QOS_L to 192.0.2.1",
    "payload": {"applicationServer": {"ipv4Address": "192.0.2.1"}, "duration": 3600},
    "cluster": "c",
    "family": "f",
    "facts": {"duration": "an hour"},
    "provenance": {"seed": 1},
}
PAIR: dict[str, Any] = {
    "id": "p-1",
    "api": "quality-on-demand",
    "release": "1.1.0",
    "operation": "createSession",
    "request": "an hour",
    "chosen": '{"duration":3600}',
    "rejected": '{"duration":60}',
    "fault": {"class": "V2", "pointer": "/duration", "before": 3600, "after": 60, "tier": 2},
    "cluster": "c",
    "family": "f",
}
TEXTS = st.text(min_size=1, max_size=8)
OBJECTS = st.dictionaries(TEXTS, st.integers() | st.none() | TEXTS, max_size=3)


@given(payload=OBJECTS, facts=OBJECTS, text=TEXTS)
def test_a_sample_survives_the_round_trip(
    payload: dict[str, Any], facts: dict[str, Any], text: str
) -> None:
    row = SAMPLE | {"payload": payload, "facts": facts, "request": text}
    sample = Sample.from_json(row)
    assert sample.to_json() == row
    assert Sample.from_json(sample.to_json()) == sample


@pytest.mark.parametrize(
    ("decision", "extra"),
    [("clarify", {"missing": ["duration"]}), ("refuse", {"reason": "no flights here"})],
)
def test_a_row_without_a_call_has_its_own_key_and_no_payload(
    decision: str, extra: dict[str, Any]
) -> None:
    row = {key: value for key, value in SAMPLE.items() if key != "payload"}
    written = Sample.from_json(row | {"decision": decision} | extra).to_json()
    assert written == row | {"decision": decision} | extra
    assert "payload" not in written


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"payload": None}, "'payload' is missing"),
        ({"payload": '{"duration":1}'}, "was it dumped twice"),
        ({"payload": [1]}, "'payload' is an array"),
        ({"decision": "maybe"}, "expected one of call, clarify, refuse"),
        ({"request": ""}, "'request'"),
        ({"id": 7}, "'id' is a number"),
        ({"cluster": None}, "'cluster' is missing"),
        ({"facts": [1]}, "'facts' is an array"),
        ({"provenance": "x"}, "'provenance' is a string"),
        ({"decision": "clarify", "missing": "duration"}, "'missing'"),
    ],
    ids=str,
)
def test_a_wrong_sample_names_the_key(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        Sample.from_json(SAMPLE | change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fault": None}, "'fault' is missing"),
        ({"fault": {"class": "V2", "tier": 2}}, "'pointer'"),
        ({"fault": PAIR["fault"] | {"tier": 3}}, "expected 1 or 2"),
        ({"fault": PAIR["fault"] | {"class": None}}, "'class' is missing"),
        ({"chosen": {"duration": 1}}, "'chosen' is an object"),
        ({"rejected": ""}, "'rejected'"),
    ],
    ids=str,
)
def test_a_wrong_pair_names_the_key(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        Pair.from_json(PAIR | change)


def test_a_pair_keeps_its_texts_byte_for_byte() -> None:
    texts = {"chosen": ' {"duration": 3600}\n', "rejected": '{"duration":3600.0,'}
    written = Pair.from_json(PAIR | texts).to_json()
    assert {side: written[side] for side in texts} == texts
    assert Pair.from_json(written).to_json() == written


def test_a_fault_calls_its_class_class_in_files() -> None:
    fault = Fault.from_json(PAIR["fault"])
    assert fault.cls == "V2"
    assert fault.to_json()["class"] == "V2"


def test_an_evaluation_row_takes_one_or_several_other_answers() -> None:
    row = {"id": "e-1", "request": "r", "payload": {}, "also": {"/a": 1, "/b": [1, 2]}}
    item = Item.from_json(row)
    assert item.also == {"/a": (1,), "/b": (1, 2)}
    assert Item.from_json(item.to_json()) == item
    assert item.cluster == "e-1"


def test_a_warning_leaves_a_verdict_ok_and_an_error_does_not() -> None:
    warning = Issue(cls="T4", code="c", path="$", message="m", layer="rules", severity="warn")
    error = Issue(cls="T4", code="c", path="$", message="m", layer="rules")
    assert Verdict().ok
    assert Verdict(issues=(warning,)).ok
    assert not Verdict(issues=(warning, error)).ok
