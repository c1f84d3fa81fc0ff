"""Injectors of decision faults: the laws for D1 to D4 and D6, with one operation and several."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest

from callforge_core.spec import load_spec
from datasets_src.bundled import catalogue_path, spec_path
from generators.defects import Defect, injectable
from generators.edits import NotApplicable
from generators.expectations import render_answer, vary
from generators.faults_decisions import DECISION_INJECTORS, inject_decision
from generators.mixes import DEMO
from generators.samples import iter_samples
from validators.catalogue import Catalogue, load_catalogue
from validators.decision_faults import Expected, Validators, diagnose_decision
from validators.payload import Validator

ROWS = 1000
CREATE = "createSession"


@pytest.fixture(scope="module")
def limited(catalogue: Catalogue) -> Catalogue:
    """The default profiles with limits, and one that sleeps: every D6 of a catalogue occurs."""
    first, *others = catalogue.profiles
    limits = {"min_duration_s": 2, "max_duration_s": 30 * 86400}
    profiles = [profile.model_copy(update=limits) for profile in (first, *others)]
    asleep = first.model_copy(update={"name": "QOS_OLD", "status": "INACTIVE", "workloads": ()})
    return Catalogue(name="limited", profiles=(*profiles, asleep))


@pytest.fixture(scope="module")
def several(limited: Catalogue) -> Validators:
    operations = load_spec(spec_path()).operations
    return {name: Validator(operation, limited) for name, operation in operations.items()}


@pytest.fixture(scope="module")
def one(several: Validators) -> Validators:
    return {CREATE: several[CREATE]}


@pytest.fixture(scope="module")
def expectations(several: Validators, limited: Catalogue) -> list[Expected]:
    """What 100 samples call for, and the questions, refusals and extensions made of them."""
    operation = several[CREATE].operation
    samples = iter_samples(operation, limited, rows=100, seed=31)
    return [each for number, sample in enumerate(samples) for each in vary(sample, Random(number))]


def draw(
    cls: str, expectations: list[Expected], known: Validators
) -> Iterator[tuple[Expected, Defect]]:
    """Yield a thousand defects of a class; go round as often as it takes."""
    made = 0
    for turn in range(30):
        for number, expected in enumerate(expectations):
            if expected.operation not in known:
                continue
            defect = inject_decision(cls, expected, known, Random(f"{turn}/{number}"))
            if isinstance(defect, Defect):
                yield expected, defect
                made += 1
                if made == ROWS:
                    return
    raise AssertionError(f"{cls} applies too seldom: {made}")


def test_the_decision_classes_are_all_there_and_in_no_mix_of_payload_faults() -> None:
    assert DECISION_INJECTORS.names() == ["D1", "D2", "D3", "D4", "D6"]
    assert not {cls for cls in injectable() if cls[0] == "D"}
    assert not {cls for cls in DEMO if cls[0] == "D"}


@pytest.mark.parametrize("cls", DECISION_INJECTORS.names())
def test_a_thousand_decision_faults_are_found_for_what_they_are(
    cls: str, expectations: list[Expected], one: Validators, several: Validators
) -> None:
    """L1, L5 and L6, half of them in envelopes; D1 needs several operations."""
    details = set()
    for known in (several,) if cls == "D1" else (one, several):
        for expected, defect in draw(cls, expectations, known):
            assert defect.text != render_answer(expected, known), "L5"
            found = diagnose_decision(defect.text, expected, known)
            assert {name for name, _ in found} == {cls}, (expected, defect, sorted(found))
            assert defect.fault.cls == cls
            details.add(defect.fault.detail)
    assert DETAILS[cls] <= details


DETAILS = {
    "D1": {"getSession instead", "createSession instead", "total for additional"},
    "D2": {"over-ask", "calls without asking", "refuses instead", "asks for what is known"},
    "D3": {"over-refuse", "asks instead", "calls instead"},
    "D4": {"no device, two-legged token", "a device, three-legged token"},
    "D6": {
        "network access identifier",
        "forbidden credential",
        "inactive profile",
        "below the minimum",
        "above the maximum",
    },
}


def test_what_is_due_has_no_fault(
    expectations: list[Expected], one: Validators, several: Validators
) -> None:
    """L2."""
    for known in (one, several):
        for expected in expectations:
            if expected.operation in known:
                text = render_answer(expected, known)
                assert diagnose_decision(text, expected, known) == frozenset(), (expected, text)


@pytest.mark.parametrize("cls", DECISION_INJECTORS.names())
def test_the_same_seed_gives_the_same_answer_and_leaves_the_gold_alone(
    cls: str, expectations: list[Expected], several: Validators
) -> None:
    """L6."""
    for expected in expectations[:60]:
        before = json.dumps(expected.payload)
        made = [inject_decision(cls, expected, several, Random(7)) for _ in range(2)]
        assert made[0] == made[1]
        assert json.dumps(expected.payload) == before


@pytest.mark.parametrize("cls", ["D1", "D4", "D6"])
def test_one_unit_of_the_answer_differs(
    cls: str, expectations: list[Expected], several: Validators
) -> None:
    """L3, for the faults inside a call."""
    for expected, defect in draw(cls, expectations, several):
        right, faulty = json.loads(render_answer(expected, several)), json.loads(defect.text)
        place = defect.fault.pointer.split("/")[1:]
        for value in (right, faulty):
            for key in place[:-1]:
                value = value.get(key, {})
            value.pop(place[-1], None)
        assert right == faulty, defect


@pytest.mark.parametrize(
    ("cls", "decision"), [("D1", "clarify"), ("D2", "refuse"), ("D3", "clarify"), ("D6", "refuse")]
)
def test_a_class_that_has_no_instance_says_so(
    cls: str, decision: str, expectations: list[Expected], several: Validators
) -> None:
    expected = next(each for each in expectations if each.decision == decision)
    assert isinstance(inject_decision(cls, expected, several, Random(0)), NotApplicable)


def test_a_catalogue_without_limits_rules_nothing_out(one: Validators) -> None:
    """The catalogue that ships states no limits: only what the API itself rules out remains."""
    plain = {CREATE: Validator(one[CREATE].operation, load_catalogue(catalogue_path()))}
    call = Expected(
        decision="call",
        operation=CREATE,
        payload={
            "applicationServer": {"ipv4Address": "198.51.100.9"},
            "qosProfile": "QOS_E",
            "duration": 60,
        },
    )
    assert isinstance(inject_decision("D6", call, plain, Random(0)), NotApplicable)
