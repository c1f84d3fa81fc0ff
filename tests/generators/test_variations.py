"""Laws of variations over the requests written by hand: valid, grounded, labelled, distinct."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callforge_core.records import Sample
from callforge_core.seeding import stream
from generators.payloads import build_payload, cluster_of
from generators.samples import profile_choices
from generators.scenario_of import scenario_of
from generators.seeds import Seed, iter_outside
from generators.variations import KINDS, Variations, mark_of
from validators.catalogue import Catalogue
from validators.payload import Validator

ROWS = 240
BY_HAND = Path(__file__).parents[1] / "hand_written" / "development.jsonl"


def read_seeds() -> list[Seed]:
    rows = [json.loads(line) for line in BY_HAND.read_text().splitlines()]
    return [
        Seed(id=row["id"], row=number, request=row["request"], payload=row["payload"])
        for number, row in enumerate(rows, 1)
    ]


SEEDS = read_seeds()
REAL = Seed(
    id="real",
    row=1,
    request="Video call from my phone +44 20 7123 4567 to 8.8.8.8 for 45 minutes, please",
    payload={
        "device": {"phoneNumber": "+442071234567"},
        "applicationServer": {"ipv4Address": "8.8.8.8"},
        "qosProfile": "QOS_L",
        "duration": 2700,
    },
)


@pytest.fixture(scope="module")
def made(validator: Validator) -> list[Sample]:
    return list(Variations(SEEDS, validator, seed=3).iter_samples(ROWS))


def test_every_variation_is_valid_and_asked_for_by_its_words(
    made: list[Sample], validator: Validator
) -> None:
    assert len(made) == ROWS
    for sample in made:
        verdict = validator.verdict(sample.payload, sample.request)
        assert verdict.ok, (sample.request, verdict.issues)


def test_every_variation_says_where_it_comes_from(made: list[Sample]) -> None:
    names = {seed.id for seed in SEEDS}
    for sample in made:
        about = sample.provenance
        assert about["generator"] == "template"
        assert about["kind"] in KINDS
        assert about["parents"][0] == about["parent"]
        assert set(about["parents"]) <= names
        assert len(about["parents"]) == len(set(about["parents"]))
        assert (len(about["parents"]) > 1) == (about["kind"] == "combination")
        assert (sample.family == f"seed/{about['parent']}") == (about["words"] == "author")
        assert sample.cluster == cluster_of(sample.payload or {})


def test_variations_differ_from_all_seeds_and_from_each_other(made: list[Sample]) -> None:
    said = [mark_of(sample.request) for sample in made]
    assert len(set(said)) == len(said)
    assert not set(said) & {mark_of(seed.request) for seed in SEEDS}
    assert len({sample.id for sample in made}) == len(made)


def test_the_seeds_take_turns(made: list[Sample]) -> None:
    counts = Counter(sample.provenance["parent"] for sample in made)
    assert set(counts) == {seed.id for seed in SEEDS}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert {sample.provenance["kind"] for sample in made} == set(KINDS)


def test_a_paraphrase_keeps_the_call_and_a_resampling_the_words(made: list[Sample]) -> None:
    seeds = {seed.id: seed for seed in SEEDS}
    for sample in made:
        seed = seeds[sample.provenance["parent"]]
        if sample.provenance["kind"] == "paraphrase":
            assert sample.payload == seed.payload
        elif sample.provenance["kind"] == "resample":
            assert sample.payload != seed.payload
            assert shared_words(sample.request, seed.request) > 0.5


def shared_words(one: str, other: str) -> float:
    """Return the share of the second text's words of letters that the first has too."""
    words = [word for word in other.split() if word.isalpha()]
    return sum(word in one for word in words) / len(words) if words else 1.0


def test_the_same_seed_gives_the_same_rows_and_a_longer_run_begins_with_a_shorter(
    made: list[Sample], validator: Validator
) -> None:
    again = list(Variations(SEEDS, validator, seed=3).iter_samples(60))
    assert [row.to_json() for row in again] == [row.to_json() for row in made[:60]]
    other = list(Variations(SEEDS, validator, seed=4).iter_samples(60))
    assert [row.request for row in other] != [row.request for row in again]


def test_variations_hold_reserved_values_only(made: list[Sample], validator: Validator) -> None:
    for sample in made:
        assert not list(iter_outside(sample.payload, sample.request)), sample.request
    of_real = list(Variations([REAL], validator, seed=0).iter_samples(30))
    assert len(of_real) == 30
    for sample in of_real:
        assert "7123" not in sample.request
        assert "8.8.8.8" not in json.dumps(sample.to_json())
        assert sample.provenance["kind"] == "resample"


def test_real_values_of_one_seed_never_travel_into_another(validator: Validator) -> None:
    donors = [REAL, *SEEDS[:3]]
    for sample in Variations(donors, validator, seed=0).iter_samples(80):
        assert "8.8.8.8" not in sample.request
        assert "7123" not in sample.request


def test_a_seed_without_anything_to_vary_gives_nothing(validator: Validator) -> None:
    bare = Seed(
        id="bare",
        row=1,
        request="the same as yesterday, please",
        payload={
            "applicationServer": {"ipv4Address": "8.8.8.8"},
            "qosProfile": "QOS_L",
            "duration": 2700,
        },
    )
    variations = Variations([bare], validator, seed=0)
    assert list(variations.iter_samples(5)) == []
    assert not variations.tally["resample", "made"]


def test_few_values_end_before_the_rows_do_without_repeats(validator: Validator) -> None:
    seed = Seed(
        id="short",
        row=1,
        request="QOS_E to the server 10.0.0.5 for 3/4 of an hour",
        payload={
            "applicationServer": {"ipv4Address": "10.0.0.5"},
            "qosProfile": "QOS_E",
            "duration": 2700,
        },
    )
    made = list(Variations([seed], validator, seed=0).iter_samples(50))
    requests = {mark_of(sample.request) for sample in made}
    assert len(requests) == len(made) == 50
    assert {sample.payload["duration"] for sample in made if sample.payload} <= {900, 1800, 2700}


def test_a_draft_that_was_said_before_is_a_repeat(validator: Validator) -> None:
    variations = Variations(SEEDS[:2], validator, seed=0)
    drawn = [variations.make(0, "resample", ("once",)) for _ in range(2)]
    assert drawn[0] is not None and drawn[1] is not None
    assert variations.accept(0, "resample", drawn[0])
    assert not variations.accept(0, "resample", drawn[1])
    assert variations.tally["resample", "repeat"] == 1


def test_ids_of_variations_and_of_seeds_never_meet(validator: Validator) -> None:
    first = list(Variations(SEEDS[:3], validator, seed=0).iter_samples(9))
    seeds = [
        Seed(id=row.id, row=number, request=row.request, payload=row.payload or {})
        for number, row in enumerate(first, 1)
    ]
    second = Variations(seeds, validator, seed=0).iter_samples(20)
    assert not {row.id for row in first} & {row.id for row in second}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.id)
def test_a_call_becomes_a_scenario_and_the_same_call_again(
    seed: Seed, catalogue: Catalogue
) -> None:
    choices = {choice.name: choice for choice in profile_choices(catalogue)}
    scenario = scenario_of(seed.payload, choices[seed.payload["qosProfile"]], stream(0, "law"))
    assert scenario is not None
    assert build_payload(scenario) == seed.payload


def test_a_call_that_no_scenario_holds_is_told(catalogue: Catalogue) -> None:
    choice = profile_choices(catalogue)[0]
    payload: dict[str, Any] = {"qosProfile": choice.name, "duration": 60, "note": "more"}
    assert scenario_of(payload, choice, stream(0, "law")) is None
