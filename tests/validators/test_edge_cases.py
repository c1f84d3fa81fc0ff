"""Edge cases written by hand, one line each (edge_cases/*.yaml): the exact verdict on each."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from callforge_core.records import Payload
from validators.payload import Validator
from validators.places import place_of, pointer_of

FOLDER = Path(__file__).parent / "edge_cases"
Case = Mapping[str, Any]


def load_cases(name: str) -> list[Any]:
    cases = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=f"{number}-{case['why']}") for number, case in enumerate(cases)]


def compact(payload: Payload) -> str:
    return json.dumps(payload, separators=(",", ":"))


def write(text: str, gold: Payload) -> str:
    """Return a text with its placeholders filled in."""
    rest = {key: value for key, value in gold.items() if key != "duration"}
    for mark, value in (
        ("BODY2", compact(rest)[1:-1]),
        ("BODY", compact(gold)[1:-1]),
        ("GOLD", compact(gold)),
        ("HUGE", "0" * 999),
    ):
        text = text.replace(mark, value)
    return text


def apply(case: Case, gold: Payload, credential: Mapping[str, str]) -> Payload:
    """Return the gold payload with the changes of a case."""
    payload = copy.deepcopy(gold)
    for pointer, value in case.get("set", {}).items():
        parent, name = parent_of(payload, pointer)
        parent[name] = dict(credential) if value == "TOKEN" else value
    for pointer in case.get("drop", ()):
        parent, name = parent_of(payload, pointer)
        del parent[name]
    return payload


def parent_of(payload: Payload, pointer: str) -> tuple[Any, str]:
    *way, last = (k.replace("~1", "/").replace("~0", "~") for k in pointer.split("/")[1:])
    node: Any = payload
    for key in way:
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node, last


def judge(validator: Validator, text: str) -> tuple[dict[str, str], list[str]]:
    issues = validator.verdict_text(text).issues
    faults = [(pointer_of(place_of(i.path)), i.cls) for i in issues if i.severity == "error"]
    assert len(dict(faults)) == len(faults), "two faults at one place"
    return dict(faults), [i.spec for i in issues if i.severity == "warn"]


@pytest.mark.parametrize("case", load_cases("text"))
def test_a_whole_answer(validator: Validator, gold: Payload, case: Case) -> None:
    faults, _ = judge(validator, write(case["text"], gold))
    assert faults == case.get("faults", {})


@pytest.mark.parametrize("case", load_cases("values"))
def test_one_change_to_the_gold(
    validator: Validator, gold: Payload, credential: dict[str, str], case: Case
) -> None:
    text = json.dumps(apply(case, gold, credential), ensure_ascii=False)
    faults, warnings = judge(validator, text)
    assert faults == case.get("faults", {})
    assert warnings == case.get("warns", [])
