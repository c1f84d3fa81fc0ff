"""Preference pairs: the law diagnose(inject(x, c)) == {c}, and the mix of classes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from callforge_core.errors import ConfigError, DataError
from callforge_core.faults import FAULTS
from callforge_core.jsonl import render_json
from callforge_core.records import Pair, Sample
from callforge_core.spec import render_payload
from generators.defects import Defect, inject, injectable
from generators.mixes import DEMO, fault_classes, read_mix
from generators.pair_lint import iter_sides, lint_pairs
from generators.pair_streams import iter_stretches, make_pairs
from generators.pairs import iter_pairs
from validators.diagnosis import diagnose
from validators.payload import Validator

Draw = Callable[..., list[Sample]]

RARE = {"T6", "C3"}  # need a credential, or a range, in the sample


def lines(pairs: list[Pair]) -> list[str]:
    return [render_json(pair.to_json()) for pair in pairs]


@pytest.fixture(scope="module")
def pairs(draw: Draw, validator: Validator) -> list[Pair]:
    return list(iter_pairs(draw(400, 21), validator, rows=400, seed=5))


def test_no_sample_has_a_fault(draw: Draw, validator: Validator) -> None:
    for sample in draw(60, 22):
        text = render_payload(validator.operation, sample.payload or {})
        assert diagnose(text, validator, gold=sample.payload, request=sample.request) == frozenset()


@pytest.mark.parametrize("cls", injectable())
def test_an_injected_fault_is_diagnosed_as_itself_and_nothing_else(
    cls: str, draw: Draw, validator: Validator
) -> None:
    wrong = []
    for index, sample in enumerate(draw(60, 23)):
        gold = sample.payload or {}
        defect = inject(cls, gold, validator, Random(index))
        if isinstance(defect, Defect):
            found = diagnose(defect.text, validator, gold=gold, request=sample.request)
            if {name for name, _ in found} != {cls}:
                wrong.append(
                    (defect.fault.detail, defect.fault.pointer, sorted(found), defect.text)
                )
    assert wrong == []


def test_a_pair_states_its_fault_and_keeps_its_sample(
    pairs: list[Pair], validator: Validator
) -> None:
    for pair in pairs:
        gold = json.loads(pair.chosen)
        assert validator.verdict(gold).ok
        assert pair.chosen != pair.rejected
        found = diagnose(pair.rejected, validator, gold=gold, request=pair.request)
        assert {cls for cls, _ in found} == {pair.fault.cls}


def test_a_sample_gives_one_pair_until_samples_run_out(
    pairs: list[Pair], draw: Draw, validator: Validator
) -> None:
    assert len({pair.cluster for pair in pairs}) == 400
    twice = list(iter_pairs(draw(30, 21), validator, rows=75, seed=5))
    assert len({pair.rejected for pair in twice}) == 75
    assert Counter(pair.request for pair in twice).most_common(1)[0][1] == 3


def test_invented_fields_lead_and_every_class_of_the_mix_appears(pairs: list[Pair]) -> None:
    counts = Counter(pair.fault.cls for pair in pairs)
    assert 0.28 < (counts["S2"] + counts["S3"]) / len(pairs) < 0.42
    assert set(DEMO) - RARE <= set(counts) <= set(DEMO)
    tiers = Counter(pair.fault.tier for pair in pairs)
    assert 0.15 < tiers[2] / len(pairs) < 0.45


def test_longer_and_shorter_rejects_are_equally_common(pairs: list[Pair]) -> None:
    longer = sum(len(pair.rejected) > len(pair.chosen) for pair in pairs) / len(pairs)
    shorter = sum(len(pair.rejected) < len(pair.chosen) for pair in pairs) / len(pairs)
    assert abs(longer - shorter) < 0.1
    assert longer > 0.3


@pytest.fixture(scope="module", params=["uniform", "natural", "demo"])
def thousand(
    request: pytest.FixtureRequest, draw: Draw, validator: Validator
) -> tuple[str, list[Pair]]:
    mix = request.param
    return mix, list(iter_pairs(draw(1000, 31), validator, rows=1000, seed=7, mix=mix))


def test_a_thousand_pairs_have_the_shares_of_their_mix(thousand: tuple[str, list[Pair]]) -> None:
    mix, pairs = thousand
    counts = Counter(pair.fault.cls for pair in pairs)
    for cls, share in read_mix(mix).items():
        if cls == "C1":  # no two members of 1.1.0 exclude each other
            assert counts[cls] == 0
        elif cls not in RARE:
            assert abs(counts[cls] / 1000 - share) < 0.02, (cls, counts[cls], share)
    if mix != "demo":
        assert min(counts[cls] for cls in fault_classes() if cls not in (*RARE, "C1")) >= 9
    assert {pair.fault.tier for pair in pairs} == {1, 2}


def test_no_length_tells_a_thousand_pairs_apart(thousand: tuple[str, list[Pair]]) -> None:
    lint = lint_pairs(iter_sides(pair.to_json() for pair in thousand[1]))
    assert lint.ok, lint.problems
    assert lint.separabilities["characters"].paired.value < 0.56
    assert lint.separabilities["characters"].rule < 0.63
    assert (lint.duplicate_chosen, lint.duplicate_pairs, lint.contradictions) == (0, 0, 0)


def test_balancing_keeps_the_kinds_of_a_fault(thousand: tuple[str, list[Pair]]) -> None:
    """A class that can lengthen or shorten still does both."""
    _, pairs = thousand
    tiers = {pair.fault.tier for pair in pairs if pair.fault.cls == "V4"}
    units = {pair.fault.detail.split()[0] for pair in pairs if pair.fault.cls == "V2"}
    assert tiers == {1, 2}
    assert units == {"times", "divided"}


def test_stretches_add_up_and_do_not_depend_on_each_other(draw: Draw, validator: Validator) -> None:
    samples = draw(50, 32)
    parts = list(iter_stretches(samples, count=50, rows=120, length=20))
    assert [len(part.samples) for part in parts] == [20, 20, 10]
    assert [part.rows for part in parts] == [48, 48, 24]
    validators = {"createSession": validator}
    last = make_pairs(parts[2], validators, seed=1, mix=read_mix("uniform"))
    assert len(last) == 24
    assert {pair.provenance["sample"] for pair in last} == {each.id for each in samples[40:]}


def test_pairs_are_deterministic_and_prefix_stable(
    pairs: list[Pair], draw: Draw, validator: Validator
) -> None:
    again = list(iter_pairs(draw(400, 21), validator, rows=90, seed=5))
    assert lines(again) == lines(pairs)[:90]
    other = list(iter_pairs(draw(400, 21), validator, rows=90, seed=6))
    assert lines(other) != lines(again)


def test_a_mix_may_be_uniform_or_named_by_class(draw: Draw, validator: Validator) -> None:
    only = list(iter_pairs(draw(40, 21), validator, rows=20, seed=5, mix={"S2": 1, "V2": 1}))
    assert Counter(pair.fault.cls for pair in only) == {"S2": 10, "V2": 10}
    assert len(list(iter_pairs(draw(40, 21), validator, rows=30, seed=5, mix="uniform"))) == 30


@pytest.mark.parametrize("mix", ["typo", {"S99": 1.0}, {"S2": 0.0}, {}])
def test_an_unknown_or_empty_mix_is_refused(mix: object, draw: Draw, validator: Validator) -> None:
    with pytest.raises(ConfigError):
        list(iter_pairs(draw(3, 21), validator, rows=1, seed=5, mix=mix))  # type: ignore[arg-type]  # the point


def test_too_few_samples_are_said_to_be_too_few(draw: Draw, validator: Validator) -> None:
    with pytest.raises(ConfigError, match="2 pairs"):
        list(iter_pairs(draw(2, 21), validator, rows=9, seed=5, mix={"S2": 1}))


def test_a_sample_that_is_not_grounded_is_refused(draw: Draw, validator: Validator) -> None:
    sample = draw(1, 21)[0]
    other = replace(sample, payload=dict(sample.payload or {}) | {"sink": "https://a.example.com"})
    with pytest.raises(DataError, match=f"{sample.id} is not valid"):
        list(iter_pairs([other], validator, rows=1, seed=5))


def test_the_classes_of_the_mix_are_those_of_the_taxonomy() -> None:
    assert set(DEMO) <= set(FAULTS)
