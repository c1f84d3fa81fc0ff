"""Which share each fault class gets: names, weights, what was observed, and floors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import ConfigError
from generators.mixes import (
    FLOOR,
    LITERATURE,
    fault_classes,
    literature_weights,
    measured_mix,
    read_mix,
    with_floor,
)
from generators.pair_streams import count_decisions, decision_shares, interleave

CLASSES = fault_classes()


def test_every_class_that_a_pair_can_have_is_there() -> None:
    assert len(CLASSES) == 31  # 30 payload classes and D6
    every = fault_classes(("call", "clarify", "refuse"), ("createSession", "deleteSession"))
    assert {"D1", "D2", "D3", "D6"} <= set(every)
    assert not {"D4", "D5"} & set(every)


def test_natural_follows_what_was_observed() -> None:
    assert sum(kind.seen for kind in LITERATURE) == 1500
    shares = read_mix("natural", CLASSES)
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) == pytest.approx(FLOOR)
    # 650 of the 852 labels that a call can have are values, shared by six classes
    assert literature_weights(CLASSES)["V1"] == pytest.approx(650 / 6)
    assert shares["V1"] == shares["V8"] > 0.1
    assert shares["V1"] / shares["V6"] == pytest.approx(650 / 6 / 78)
    assert shares["S2"] == shares["C1"] == FLOOR


def test_natural_weighs_decisions_when_they_are_wanted() -> None:
    shares = read_mix("natural", fault_classes(("call", "clarify", "refuse")))
    assert shares["D3"] / shares["D2"] == pytest.approx((403 + 245 / 2) / (245 / 2))
    assert "D2" not in read_mix("natural", CLASSES)


@given(
    st.dictionaries(st.sampled_from(CLASSES), st.floats(0.001, 1e6), min_size=1),
    st.floats(0, 0.03),
)
def test_no_share_is_below_the_floor_and_the_rest_keep_their_proportions(
    weights: dict[str, float], floor: float
) -> None:
    shares = with_floor(weights, CLASSES, floor)
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) >= floor * 0.999
    above = [cls for cls in weights if shares[cls] > floor * 1.001]
    ratios = [shares[cls] / weights[cls] for cls in above]
    assert not ratios or max(ratios) == pytest.approx(min(ratios))


def test_weights_can_be_written_down() -> None:
    assert read_mix("S2=3, V1=1", CLASSES) == {"S2": 0.75, "V1": 0.25}
    assert read_mix("S2=3,V1=0", CLASSES) == {"S2": 1.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("S2=x", "'S2=x' is no weight"),
        ("S2=-1", "'S2=-1' is no weight"),
        ("S2=nan", "'S2=nan' is no weight"),
        ("S2=1,S2=2", "said twice"),
        ("S99=1", "unknown fault class"),
        ("D2=1", "unknown fault class"),
        ("S2=0", "weights above 0"),
        ("natrual", "natural"),
    ],
)
def test_weights_that_mean_nothing_are_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_mix(text, CLASSES)


def test_a_measured_mix_counts_a_class_once_an_answer() -> None:
    rows: list[dict[str, Any]] = [
        {"faults": [["V2", "/duration"]]},
        {"faults": [["V2", "/duration"], ["V2", "/x"], ["S4", "/server"]]},
        {"faults": []},
        {"error": "out of memory"},
        {"faults": [["D2", ""]]},
    ]
    shares = measured_mix(rows, CLASSES)
    assert shares["V2"] == pytest.approx(2 * shares["S4"])
    assert shares["F1"] == FLOOR
    with pytest.raises(ConfigError, match="no fault"):
        measured_mix([{"faults": []}], CLASSES)


def test_both_directions_of_a_decision_come_alike() -> None:
    mix = {"S2": 0.6, "D2": 0.3, "D3": 0.1}
    shares = decision_shares(mix, ("call", "clarify", "refuse"))
    assert shares == pytest.approx({"call": 0.8, "clarify": 0.15, "refuse": 0.05})
    assert count_decisions(shares, 100) == {"call": 80, "clarify": 15, "refuse": 5}
    assert decision_shares(mix, ("call",)).keys() == {"call"}


def test_interleaving_loses_nothing() -> None:
    streams: dict[str, Any] = {"call": [1, 2, 3], "clarify": [10], "refuse": []}
    found: list[Any] = list(interleave(streams, {"call": 0.5, "clarify": 0.25, "refuse": 0.25}))
    assert sorted(found) == [1, 2, 3, 10]
