"""Counts of a long stream in little memory: exact while small, close when large, and additive."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets_src.sketches import BINS, MOST_MARKS, Distinct, summarise_lengths

TEXTS = st.lists(st.text(max_size=3), max_size=30)


def count(texts: list[str]) -> int:
    found = Distinct()
    found.add(texts)
    return found.count()


@settings(max_examples=40)
@given(texts=TEXTS)
def test_few_texts_are_counted_exactly(texts: list[str]) -> None:
    assert count(texts) == len(set(texts))


def test_as_many_texts_as_marks_are_still_counted_exactly() -> None:
    assert count([f"t{n}" for n in range(MOST_MARKS)]) == MOST_MARKS


@pytest.mark.parametrize("many", [5_000, 60_000])
def test_many_texts_are_estimated_within_five_percent(many: int) -> None:
    texts = [f"+4670000{n}" for n in range(many)]
    assert count(texts * 2) == pytest.approx(many, rel=0.05)


def test_the_memory_of_a_count_does_not_grow() -> None:
    found = Distinct()
    for start in range(0, 50_000, 1000):
        found.add([f"t{n}" for n in range(start, start + 1000)])
        assert len(found.marks) <= 2 * MOST_MARKS + 1000


@pytest.mark.parametrize("sizes", [(10, 20), (4_000, 4_000), (9_000, 3), (9_000, 12_000)])
def test_parts_add_up_to_the_whole_in_any_order(sizes: tuple[int, int]) -> None:
    left = [f"a{n}" for n in range(sizes[0])]
    right = [f"a{n + sizes[0] // 2}" for n in range(sizes[1])]
    counts = set()
    for first, second in ((left, right), (right, left)):
        whole, part = Distinct(), Distinct()
        whole.add(first)
        part.add(second)
        whole.merge(part)
        counts.add(whole.count())
    assert counts == {count(left + right)}


@settings(max_examples=60)
@given(lengths=st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_lengths_are_summarised_exactly(lengths: list[int]) -> None:
    found = summarise_lengths(Counter(lengths))
    ordered = sorted(lengths)
    assert (found["n"], found["min"], found["max"]) == (len(lengths), ordered[0], ordered[-1])
    assert found["p50"] == ordered[-(-len(lengths) * 50 // 100) - 1]
    assert found["p90"] == ordered[-(-len(lengths) * 90 // 100) - 1]
    assert len(found["bins"]) <= BINS
    for each in found["bins"]:
        assert each["rows"] == sum(each["low"] <= length <= each["high"] for length in lengths)
    assert sum(each["rows"] for each in found["bins"]) == len(lengths)


def test_no_texts_have_no_lengths() -> None:
    found = summarise_lengths(Counter())
    assert (found["n"], found["p50"], found["bins"]) == (0, None, [])
