"""One answer, judged: gold is perfect; a fault lowers the metrics its layer feeds, no others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.records import Item, Payload
from eval.scorers import Scored, score
from tests.eval.examples import GOLD, make_item
from validators.payload import Validator

PAYLOAD_METRICS = {
    "schema_valid", "closed_valid", "spec_valid", "spec_valid_normative",
    "required_recall", "required_all", "key_precision", "key_recall", "key_f1", "key_f1_micro",
    "slot.device", "slot.applicationServer", "slot.ports", "slot.qosProfile", "slot.duration",
    "slot.sink", "joint", "em_bytes", "em_canonical",
}  # fmt: skip
EXACT = {"joint", "em_bytes", "em_canonical"}
KEYS = {"key_precision", "key_recall", "key_f1", "key_f1_micro"}
ERRORS = {"halluc_field_item", "halluc_field_rate", "placeholder_rate", "wrapper_rate"}


def lowered(scored: Scored) -> set[str]:
    """Return the metrics that are below full marks."""
    return {
        name
        for name, (part, whole) in scored.indicators.items()
        if name not in ERRORS and part < whole
    }


def value(scored: Scored, name: str) -> float:
    part, whole = scored.indicators[name]
    return part / whole


def test_gold_scores_one_on_every_metric(item: Item, gold_text: str, validator: Validator) -> None:
    scored = score(item, gold_text, validator)
    assert lowered(scored) == set()
    assert {name: value(scored, name) for name in ERRORS} == dict.fromkeys(ERRORS, 0)
    assert set(scored.indicators) >= PAYLOAD_METRICS | {"decision", "json_valid", "nesting"}
    assert scored.faults == ()


def edited(item: Item, change: Callable[[Any], object]) -> str:
    """Return the text of the gold payload after a change in place."""
    payload = json.loads(json.dumps(item.payload))
    change(payload)
    return json.dumps(payload, separators=(",", ":"))


Change = Callable[[Any], object]
CASES: list[tuple[str, Change, set[str]]] = [
    ("V2", lambda p: p.update(duration=60), {"slot.duration"} | EXACT),
    ("V4", lambda p: p.update(qosProfile="QOS_L"), {"slot.qosProfile"} | EXACT),
    (
        "V8",
        lambda p: p["applicationServer"].update(ipv4Address="198.51.100.0/16"),
        {"slot.applicationServer"} | EXACT,
    ),
    (
        "S2",
        lambda p: p.update(priority="high"),
        {"closed_valid", "spec_valid", "fields_declared"}
        | {"key_precision", "key_f1", "key_f1_micro"}
        | EXACT,
    ),
    (
        "S4",
        lambda p: p.update(durationSeconds=p.pop("duration")),
        {"schema_valid", "closed_valid", "spec_valid", "spec_valid_normative", "slot.duration"}
        | {"required_recall", "required_all", "names_right", "fields_declared"}
        | KEYS
        | EXACT,
    ),
    (
        "V6",
        lambda p: p.pop("applicationServerPorts"),
        {"slot.ports", "key_recall", "key_f1", "key_f1_micro"} | EXACT,
    ),
    (
        "V7",
        lambda p: p.update(devicePorts={"ports": [443]}),
        {"slot.ports", "key_precision", "key_f1", "key_f1_micro"} | EXACT,
    ),
    (
        "T1",
        lambda p: p.update(duration="3600"),
        {"schema_valid", "closed_valid", "spec_valid", "spec_valid_normative", "slot.duration"}
        | EXACT,
    ),
    (
        "S1",
        lambda p: p.pop("duration"),
        {"schema_valid", "closed_valid", "spec_valid", "spec_valid_normative", "slot.duration"}
        | {"required_recall", "required_all", "key_recall", "key_f1", "key_f1_micro"}
        | EXACT,
    ),
]


@pytest.mark.parametrize(("cls", "change", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_fault_lowers_exactly_the_metrics_its_layer_feeds(
    cls: str, change: Change, expected: set[str], item: Item, validator: Validator
) -> None:
    scored = score(item, edited(item, change), validator)
    assert lowered(scored) == expected
    assert {name for name, _ in scored.faults} == {cls}


def test_another_spelling_is_right_where_a_naive_comparison_is_not(
    item: Item, validator: Validator
) -> None:
    def respell(payload: Any) -> None:
        payload["applicationServer"]["ipv4Address"] = "198.51.100.9/24"
        payload["applicationServerPorts"] = {"ports": list(range(5010, 5021))}

    scored = score(item, edited(item, respell), validator)
    assert lowered(scored) & (PAYLOAD_METRICS - KEYS) == {"em_bytes", "em_canonical"}


def test_key_order_and_blanks_cost_only_equal_bytes(item: Item, validator: Validator) -> None:
    text = json.dumps(dict(reversed((item.payload or {}).items())), indent=1)
    assert lowered(score(item, text, validator)) == {"em_bytes"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot help with that.",
        '{"clarify":["duration"]}',
        '{"refuse":"not possible"}',
        "null",
        "[" * 50_000,
    ],
)
def test_what_is_no_call_scores_zero_on_every_payload_metric(
    text: str, item: Item, validator: Validator
) -> None:
    scored = score(item, text, validator)
    wholes = {name: scored.indicators[name].whole for name in PAYLOAD_METRICS}
    assert {scored.indicators[name].part for name in PAYLOAD_METRICS} == {0}
    assert min(wholes.values()) >= 1  # and stays in every denominator
    assert value(scored, "decision") == 0


def test_a_wrapped_object_is_json_for_the_lenient_reading_only(
    item: Item, gold_text: str, validator: Validator
) -> None:
    scored = score(item, f"Here it is:\n```json\n{gold_text}\n```", validator)
    assert value(scored, "json_valid") == 0
    assert value(scored, "json_valid_lenient") == value(scored, "wrapper_rate") == 1
    assert value(scored, "joint") == 0
    assert scored.faults == (("F2", ""),)


def test_a_key_said_twice_is_json_for_neither_reading(
    item: Item, gold_text: str, validator: Validator
) -> None:
    scored = score(item, gold_text[:-1] + ',"duration":3600}', validator)
    assert value(scored, "json_valid") == value(scored, "json_valid_lenient") == 0
    assert scored.faults == (("F4", "/duration"),)


def test_a_slot_that_gold_lacks_has_no_indicator_but_breaks_joint_when_said(
    validator: Validator,
) -> None:
    item = make_item(payload={name: GOLD[name] for name in GOLD if name != "sink"})
    right = score(item, json.dumps(item.payload), validator)
    extra = score(item, json.dumps(GOLD), validator)
    assert "slot.sink" not in right.indicators and "slot.sink" not in extra.indicators
    assert (value(right, "joint"), value(extra, "joint")) == (1, 0)


def test_also_names_further_right_values(item: Item, validator: Validator) -> None:
    lenient = make_item(
        also={"/qosProfile": ("QOS_S",), "/device/phoneNumber": ("+4915112345678",)}
    )

    def change(payload: Any) -> None:
        payload["qosProfile"] = "QOS_S"
        payload["device"]["phoneNumber"] = "+4915112345678"

    text = edited(item, change)
    assert value(score(lenient, text, validator), "joint") == 1
    assert value(score(lenient, text, validator), "slot.device") == 1
    assert value(score(item, text, validator), "joint") == 0
    wrong = edited(item, lambda p: p.update(qosProfile="QOS_M"))
    assert value(score(lenient, wrong, validator), "slot.qosProfile") == 0


def test_a_value_that_may_also_be_there_is_no_extra(validator: Validator) -> None:
    without = {name: GOLD[name] for name in GOLD if name != "sink"}
    item = make_item(payload=without, also={"/sink": (GOLD["sink"],)})
    assert value(score(item, json.dumps(GOLD), validator), "joint") == 1
    assert value(score(item, json.dumps(without), validator), "joint") == 1


def test_invented_fields_are_counted_by_item_and_by_pointer(
    item: Item, validator: Validator
) -> None:
    def invent(payload: Any) -> None:
        payload["device"]["imei"] = "1"
        payload["options"] = {"retry": {"times": 3}}

    scored = score(item, edited(item, invent), validator)
    assert value(scored, "halluc_field_item") == 1
    assert scored.indicators["halluc_field_rate"] == (4, 16)


def test_ports_under_the_wrong_parent_are_misplaced_not_missing(
    item: Item, validator: Validator
) -> None:
    def move(payload: Any) -> None:
        payload["applicationServer"]["ranges"] = payload.pop("applicationServerPorts")["ranges"]

    scored = score(item, edited(item, move), validator)
    assert scored.indicators["nesting"] == (5, 7)


def test_a_conditional_requirement_counts_in_the_branch_taken(validator: Validator) -> None:
    device = {"ipv4Address": {"publicAddress": "84.125.93.10"}}
    scored = score(make_item(), json.dumps(GOLD | {"device": device}), validator)
    assert value(scored, "required_all") == 0
    assert value(scored, "required_recall") == pytest.approx(6 / 7)  # with from and to of a range


def test_a_stand_in_that_nobody_asked_for_is_counted(item: Item, validator: Validator) -> None:
    scored = score(
        item, edited(item, lambda p: p["device"].update(ipv6Address="2001:db8::1")), validator
    )
    assert scored.indicators["placeholder_rate"] == (1, 8)


@pytest.mark.parametrize(
    ("said", "wanted", "fault"),
    [
        ('{"clarify":["duration"]}', "call", "D2"),
        ('{"refuse":"no"}', "call", "D3"),
        ('{"qosProfile":"QOS_E"}', "clarify", "D2"),
        ('{"qosProfile":"QOS_E"}', "refuse", "D3"),
    ],
)
def test_a_wrong_decision_is_named(
    said: str, wanted: Any, fault: str, validator: Validator
) -> None:
    item = make_item(decision=wanted, payload=GOLD if wanted == "call" else None)
    scored = score(item, said, validator)
    assert scored.faults == ((fault, ""),)
    assert value(scored, "decision") == 0


def test_an_envelope_for_another_operation_is_no_call_of_this_one(
    item: Item, gold_text: str, validator: Validator
) -> None:
    def wrap(operation: str) -> str:
        return json.dumps({"operation": operation, "body": json.loads(gold_text)})

    right = score(item, wrap("createSession"), validator, enveloped=True)
    wrong = score(item, wrap("deleteSession"), validator, enveloped=True)
    bare = score(item, gold_text, validator, enveloped=True)
    assert [value(scored, "joint") for scored in (right, wrong, bare)] == [1, 0, 0]
    assert wrong.faults == (("D1", ""),)


@settings(max_examples=80)
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: '{"device":' + str(b)))
def test_no_text_makes_a_scorer_raise(validator: Validator, text: str) -> None:
    scored = score(make_item(), text, validator)
    assert value(scored, "joint") == 0


def test_a_canonical_match_implies_joint(item: Item, validator: Validator) -> None:
    payload: Payload = json.loads(json.dumps(item.payload)) | {"duration": 3600.0}
    scored = score(item, json.dumps(payload), validator)
    assert value(scored, "em_canonical") == value(scored, "joint") == 1
    assert value(scored, "schema_valid") == 0
