"""Injectors: one fault unit, recorded truthfully, never an unchanged answer."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from callforge_core.errors import UnknownName
from callforge_core.faults import PAYLOAD_CLASSES
from callforge_core.jsonl import render_json
from callforge_core.records import Payload, Sample
from generators.defects import Defect, inject, injectable
from generators.edits import NotApplicable, split_pointer, value_at
from validators.payload import Validator

Draw = Callable[..., list[Sample]]
NEVER = {"C1", "T6"}  # no instance in createSession 1.1.0 without a credential
EDITED_IN_PLACE = [cls for cls in injectable() if cls[0] in "STCV" and cls not in {*NEVER, "S7"}]
RICH: Payload = {
    "device": {
        "phoneNumber": "+447700900123",
        "ipv4Address": {"publicAddress": "203.0.113.7", "publicPort": 59765},
    },
    "applicationServer": {"ipv4Address": "198.51.100.0/24", "ipv6Address": "2001:db8:5::9"},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}], "ports": [5060]},
    "qosProfile": "QOS_E",
    "sink": "https://hooks17.example.com/qod",
    "duration": 3600,
}


def inject_some(
    cls: str, golds: list[Payload], validator: Validator, seed: int = 0
) -> list[tuple[Payload, Defect]]:
    made = [
        (gold, inject(cls, gold, validator, Random(f"{seed}/{index}")))
        for index, gold in enumerate(golds)
    ]
    return [(gold, defect) for gold, defect in made if isinstance(defect, Defect)]


@pytest.fixture(scope="module")
def golds(draw: Draw) -> list[Payload]:
    return [RICH] * 20 + [sample.payload for sample in draw(80, 11) if sample.payload]


def test_every_payload_class_has_an_injector() -> None:
    assert sorted(injectable()) == sorted(PAYLOAD_CLASSES)


def test_an_unknown_class_is_named(validator: Validator) -> None:
    with pytest.raises(UnknownName, match="S99"):
        inject("S99", RICH, validator, Random(0))


@pytest.mark.parametrize("cls", sorted(set(injectable()) - NEVER))
def test_a_class_applies_to_a_rich_payload_and_changes_its_text(
    cls: str, golds: list[Payload], validator: Validator
) -> None:
    made = inject_some(cls, golds, validator)
    assert len(made) >= 5
    for gold, defect in made:
        assert defect.text != render_json(gold)
        assert defect.fault.cls == cls


@pytest.mark.parametrize("cls", sorted(NEVER))
def test_a_class_without_instance_says_so(cls: str, validator: Validator) -> None:
    assert isinstance(inject(cls, RICH, validator, Random(0)), NotApplicable)


@pytest.mark.parametrize("cls", injectable())
def test_injecting_leaves_the_gold_alone_and_repeats_byte_for_byte(
    cls: str, golds: list[Payload], validator: Validator
) -> None:
    kept = copy.deepcopy(golds)
    first = [defect for _, defect in inject_some(cls, golds, validator)]
    assert golds == kept
    assert first == [defect for _, defect in inject_some(cls, golds, validator)]


@pytest.mark.parametrize("cls", EDITED_IN_PLACE)
def test_nothing_but_the_recorded_place_differs(
    cls: str, golds: list[Payload], validator: Validator
) -> None:
    for gold, defect in inject_some(cls, golds, validator):
        faulty = json.loads(defect.text)
        place = defect.fault.pointer
        renamed = isinstance(defect.fault.before, dict) and value_at(gold, place) is None
        old = f"{place.rpartition('/')[0]}/{next(iter(defect.fault.before))}" if renamed else place
        assert json.dumps(without(faulty, place)) == json.dumps(without(gold, old)), defect


def without(payload: Any, pointer: str) -> Any:
    """Return a copy without the member at `pointer`, whether it is there or not."""
    rest = copy.deepcopy(payload)
    parent = value_at(rest, pointer.rpartition("/")[0])
    key = split_pointer(pointer)[-1]
    if isinstance(parent, list):
        del parent[int(key)]
    elif isinstance(parent, dict):
        parent.pop(key, None)
    return rest


def test_a_truncated_answer_is_a_beginning_of_the_gold(
    golds: list[Payload], validator: Validator
) -> None:
    for gold, defect in inject_some("F1", golds, validator):
        assert render_json(gold).startswith(defect.text)


@pytest.mark.parametrize("cls", ["F1", "F2", "F3"])
def test_a_text_fault_is_no_json_object(
    cls: str, golds: list[Payload], validator: Validator
) -> None:
    for _, defect in inject_some(cls, golds, validator):
        with pytest.raises(ValueError, match=r"."):
            json.loads(defect.text, parse_constant=refuse)


def refuse(word: str) -> None:
    raise ValueError(word)


def test_invented_fields_come_in_many_names_at_every_level(
    golds: list[Payload], validator: Validator
) -> None:
    top = {
        d.fault.pointer for seed in range(4) for _, d in inject_some("S2", golds, validator, seed)
    }
    nested = {
        d.fault.pointer for seed in range(4) for _, d in inject_some("S3", golds, validator, seed)
    }
    assert len(top) >= 30
    assert len({place.rpartition("/")[0] for place in nested}) >= 5
    assert not {"/" + name for name in validator.operation.keys} & top


def test_a_profile_fault_says_its_own_tier(golds: list[Payload], validator: Validator) -> None:
    known = set(validator.catalogue.by_name)
    made = [defect.fault for _, defect in inject_some("V4", golds, validator)]
    assert {fault.tier for fault in made} == {1, 2}
    assert all((fault.after in known) == (fault.tier == 2) for fault in made)
