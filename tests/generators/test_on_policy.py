"""What becomes of a model's own answers: one named fault is a pair, all else is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from callforge_core.jsonl import render_json
from callforge_core.records import Pair, Sample
from generators.defects import Defect, inject, injectable
from generators.on_policy import Turned, differing, judge_answer
from generators.pairs import Truth, prove
from validators.decision_faults import Validators
from validators.diagnosis import diagnose
from validators.payload import Validator

REQUEST = (
    "Give +447700900123 low latency for cloud gaming to our servers 198.51.100.0/24, "
    "ports 5010 to 5020, for one hour."
)
GOLD = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.0/24"},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}]},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
SAMPLE = Sample(
    id="s-1", api="quality-on-demand", release="1.1.0", operation="createSession", decision="call",
    request=REQUEST, payload=GOLD, cluster="c", family="f",
)  # fmt: skip


@pytest.fixture(scope="module")
def validators(validator: Validator) -> Validators:
    return {"createSession": validator}


@pytest.fixture(scope="module")
def truth(validators: Validators) -> Truth:
    return prove(SAMPLE, validators)


def judge(answer: Any, truth: Truth, validators: Validators, **more: Any) -> Pair | Turned:
    text = answer if isinstance(answer, str) else render_json(answer)
    return judge_answer({"output": text, **more}, truth, validators)


def changed(**parts: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GOLD, **parts}.items() if value is not None}


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (changed(duration=60), ("V2", "/duration", 3600, 60, 2)),
        (changed(duration="3600"), ("T1", "/duration", 3600, "3600", 1)),
        (changed(qosProfile="QOS_L"), ("V4", "/qosProfile", "QOS_E", "QOS_L", 2)),
        (changed(qosProfile="QOS_XXL"), ("V4", "/qosProfile", "QOS_E", "QOS_XXL", 1)),
        (changed(priority="high"), ("S2", "/priority", None, "high", 1)),
        (changed(duration=None), ("S1", "/duration", 3600, None, 1)),
        (
            changed(duration=None, seconds=3600),
            ("S4", "/seconds", {"duration": 3600}, {"seconds": 3600}, 1),
        ),
        (
            changed(device={"phoneNumber": "+447700900132"}),
            ("V1", "/device/phoneNumber", "+447700900123", "+447700900132", 2),
        ),
        (
            changed(applicationServerPorts=None),
            ("V6", "/applicationServerPorts", GOLD["applicationServerPorts"], None, 2),
        ),
        ({"clarify": ["duration"]}, ("D2", "/clarify", None, ["duration"], 2)),
        ({"refuse": "No."}, ("D3", "/refuse", None, "No.", 2)),
    ],
)
def test_an_answer_with_one_fault_is_a_pair_with_its_record(
    answer: Any, fault: tuple[Any, ...], truth: Truth, validators: Validators
) -> None:
    pair = judge(answer, truth, validators)
    assert isinstance(pair, Pair), pair
    found = pair.fault
    assert (found.cls, found.pointer, found.before, found.after, found.tier) == fault
    assert (pair.chosen, pair.rejected) == (truth.chosen, render_json(answer))
    assert pair.provenance == {"generator": "on-policy", "sample": "s-1"}


def test_a_text_that_is_no_json_records_what_differs(truth: Truth, validators: Validators) -> None:
    pair = judge(truth.chosen[:-20], truth, validators)
    assert isinstance(pair, Pair)
    assert (pair.fault.cls, pair.fault.layer, pair.fault.tier) == ("F1", "parse", 1)
    assert (pair.fault.before, pair.fault.after) == (truth.chosen[-20:], "")
    wrapped = judge(f"Sure! {truth.chosen}", truth, validators)
    assert isinstance(wrapped, Pair)
    assert (wrapped.fault.cls, wrapped.fault.after) == ("F2", "Sure! ")


@pytest.mark.parametrize(
    ("answer", "more", "reason"),
    [
        (GOLD, {}, "right"),
        (dict(reversed(GOLD.items())), {}, "right"),
        (
            changed(device={"phoneNumber": "+447700900124"}, duration=60),
            {},
            "several_faults",
        ),
        ("", {"error": "out of memory"}, "no_answer"),
        ('{"device":{"phoneNumber":"+4477', {"finish": "length"}, "cut_off"),
    ],
)
def test_any_other_answer_is_turned_away_with_a_reason(
    answer: Any, more: dict[str, Any], reason: str, truth: Truth, validators: Validators
) -> None:
    assert getattr(judge(answer, truth, validators, **more), "reason", None) == reason


def test_a_row_without_an_output_is_no_answer(truth: Truth, validators: Validators) -> None:
    assert judge_answer({}, truth, validators) == Turned(reason="no_answer")


def test_deep_nesting_does_not_stop_the_work(truth: Truth, validators: Validators) -> None:
    result = judge('{"a":' * 30_000, truth, validators)
    assert isinstance(result, Turned | Pair)


def test_one_class_in_two_places_names_both(truth: Truth, validators: Validators) -> None:
    pair = judge(changed(tier="gold", priority=1), truth, validators)
    assert isinstance(pair, Pair)
    assert pair.fault.pointer == "/priority"
    assert pair.provenance["places"] == ["/priority", "/tier"]


@pytest.mark.parametrize("cls", injectable())
def test_the_record_of_an_answer_is_that_of_the_fault_that_was_made(
    cls: str, draw: Callable[..., list[Sample]], validators: Validators
) -> None:
    """Whatever an injector does, judging its text names the same class and place and tier."""
    validator = validators["createSession"]
    for index, sample in enumerate(draw(40, 41)):
        truth, gold = prove(sample, validators), sample.payload or {}
        defect = inject(cls, gold, validator, Random(index))
        if not isinstance(defect, Defect):
            continue
        pair = judge(defect.text, truth, validators)
        assert isinstance(pair, Pair), (pair, defect)
        found = diagnose(defect.text, validator, gold=gold, request=sample.request)
        assert (pair.fault.cls, pair.fault.pointer) in found
        assert pair.fault.cls == cls
        assert pair.fault.tier == defect.fault.tier, (pair.fault, defect.fault)
        if pair.fault.pointer == defect.fault.pointer and cls[0] in "TV":
            assert json.dumps(pair.fault.before) == json.dumps(defect.fault.before)


def test_what_differs_lies_between_a_common_start_and_a_common_end() -> None:
    assert differing("abcdef", "abXef") == ("cd", "X")
    assert differing("aaa", "aa") == ("a", "")
    assert differing("same", "same") == ("", "")
