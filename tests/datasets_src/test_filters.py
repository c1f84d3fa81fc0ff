"""Kept + dropped == seen, and each drop says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.records import Sample
from callforge_core.spec import Operation, render_payload
from datasets_src.filters import (
    Drop,
    Reason,
    Sink,
    count_reasons,
    keep_consistent,
    keep_distinct,
    keep_short,
    keep_telling,
    keep_valid,
)
from tests.datasets_src.conftest import MakePair, MakeSample
from validators.payload import Validator

Filter = Callable[[Iterable[Sample], Sink], Iterator[Sample]]


def run(keep: Filter, samples: Iterable[Sample]) -> tuple[list[str], list[tuple[str, str]]]:
    drops: list[Drop] = []
    kept = [sample.id for sample in keep(samples, drops.append)]
    return kept, [(drop.id, drop.reason) for drop in drops]


def test_an_invalid_payload_is_dropped_with_its_first_issue(
    make_sample: MakeSample, validator: Validator
) -> None:
    good, ask = make_sample(1), make_sample(2, decision="clarify", missing=["duration"])
    bad = make_sample(3, payload={"duration": "3600"})
    drops: list[Drop] = []
    kept = list(keep_valid([good, bad, ask], {"createSession": validator}, drops.append))
    assert [sample.id for sample in kept] == ["s-1", "s-2"]
    assert [(drop.id, drop.reason) for drop in drops] == [("s-3", "invalid")]
    assert drops[0].detail


def test_a_request_of_just_the_longest_length_stays(make_sample: MakeSample) -> None:
    rows = [make_sample(1, request="x" * 10), make_sample(2, request="x" * 11)]
    kept, dropped = run(lambda s, d: keep_short(s, d, longest=10), rows)
    assert (kept, dropped) == (["s-1"], [("s-2", "too_long")])


def test_the_first_of_equal_rows_stays_and_key_order_makes_no_difference(
    make_sample: MakeSample,
) -> None:
    first = make_sample(1)
    payload = dict(reversed((first.payload or {}).items()))
    again = make_sample(2, request=first.request, payload=payload)
    same_id = make_sample(3, id="s-1")
    kept, dropped = run(keep_distinct, [first, again, same_id])
    assert kept == ["s-1"]
    assert dropped == [("s-2", "duplicate_request"), ("s-1", "duplicate_id")]


def test_no_answer_of_a_request_with_several_answers_is_kept(make_sample: MakeSample) -> None:
    rows = [
        make_sample(1, request="same"),
        make_sample(2),
        make_sample(3, request="same"),
        make_sample(4, request="same", decision="refuse", reason="no"),
    ]
    kept, dropped = run(keep_consistent, rows)
    assert kept == ["s-2"]
    assert dropped == [("s-1", "contradictory"), ("s-3", "contradictory"), ("s-4", "contradictory")]


def test_pairs_stay_when_chosen_is_right_and_rejected_is_wrong(
    make_sample: MakeSample, make_pair: MakePair, validator: Validator, operation: Operation
) -> None:
    sample = make_sample(1)
    payload = sample.payload or {}
    longer = render_payload(operation, payload | {"duration": 7200})
    pairs = [
        make_pair(sample),
        make_pair(sample, id="another call", rejected=longer),
        make_pair(sample, id="same call", rejected=" " + make_pair(sample).chosen),
        make_pair(sample, id="bad chosen", chosen="{}"),
        make_pair(sample, id="no json", chosen="Sure!"),
        make_pair(sample),
    ]
    drops: list[Drop] = []
    kept = [pair.id for pair in keep_telling(pairs, {"createSession": validator}, drops.append)]
    assert kept == ["p-s-1", "another call"]
    assert [(drop.id, drop.reason) for drop in drops] == [
        ("same call", "reject_not_wrong"),
        ("bad chosen", "chosen_invalid"),
        ("no json", "chosen_invalid"),
        ("p-s-1", "duplicate_id"),
    ]


def test_reasons_are_counted_most_frequent_first() -> None:
    reasons: tuple[Reason, ...] = ("leak", "invalid", "invalid", "held_out")
    drops = [Drop(kind="sample", id="x", reason=reason) for reason in reasons]
    assert list(count_reasons(drops).items()) == [("invalid", 2), ("held_out", 1), ("leak", 1)]


@settings(max_examples=40)
@given(
    numbers=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=8)
)
@pytest.mark.parametrize("name", ["valid", "short", "distinct", "consistent"])
def test_kept_and_dropped_add_up_to_seen(
    name: str, numbers: list[tuple[int, int, int]], make_sample: MakeSample, validator: Validator
) -> None:
    filters: dict[str, Filter] = {
        "valid": lambda samples, drop: keep_valid(samples, {"createSession": validator}, drop),
        "short": lambda samples, drop: keep_short(samples, drop, longest=2),
        "distinct": keep_distinct,
        "consistent": keep_consistent,
    }
    rows = [make_sample(a, request="x" * (b + 1), payload={"duration": c}) for a, b, c in numbers]
    kept, dropped = run(filters[name], rows)
    assert sorted(kept + [id for id, _ in dropped]) == sorted(row.id for row in rows)  # noqa: A001
    assert run(filters[name], rows) == (kept, dropped)
