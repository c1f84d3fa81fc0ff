"""Which rows say the same again: exactly, with other numbers, or with a word changed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets_src.near_duplicates import (
    HASHES,
    MOST_EXAMPLES,
    MOST_TEXTS,
    Marks,
    components,
    mask,
    sign,
    summarise,
)

WISH = (
    "please give the tablet of our field engineer a steady line to the office server "
    "for the whole inspection round this afternoon and tell me when it is over"
)
OTHER = "book the quiet profile while the surgeon operates from another town"
WORDS = [f"{a}{b}{c}" for a in "bdfglmnprst" for b in "aeiou" for c in "klmnrst"]

Row = tuple[str | None, str]


def marks_of(rows: Iterable[Row], *, first: int = 1) -> Marks:
    marks = Marks()
    for number, (request, answer) in enumerate(rows, first):
        marks.add(number, request, [answer])
    marks.close()
    return marks


def found(*rows: Row) -> dict[str, Any]:
    return summarise(marks_of(rows))


def counts(*rows: Row) -> tuple[int, int, int]:
    summary = found(*rows)
    return summary["exact_rows"], summary["near_rows"], summary["groups"]


def test_different_requests_are_no_duplicates() -> None:
    assert counts((WISH, "{}"), (OTHER, "{}")) == (0, 0, 0)


def test_the_same_request_with_the_same_answer_is_an_exact_repeat() -> None:
    assert counts((WISH, "{}"), (OTHER, "{}"), (WISH, "{}"), (WISH, "{}")) == (2, 0, 1)


def test_the_same_request_with_another_answer_is_near() -> None:
    assert counts((WISH, "{}"), (WISH, '{"duration":60}')) == (0, 1, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Give +44 7700 900123 an hour", "Give +12025550100 an hour"),
        ("From 10.0.0.1:80 to 10.0.0.2/24", "from 192.0.2.7:8080 to 198.51.100.0/28"),
        ("Tell https://a.example.org/x?y=1 then", "tell https://other.example.com then"),
        ("Low latency, please!", "low latency - please"),
        ("Server 2001:db8::1 for 2h", "server 2001:db8:5::99 for 30min"),
    ],
)
def test_numbers_addresses_links_case_and_punctuation_do_not_matter(one: str, other: str) -> None:
    assert counts((one, "{}"), (other, "{}")) == (0, 1, 1)


def test_one_changed_word_in_a_long_request_is_near_and_many_are_not() -> None:
    words = WISH.split()
    slightly = " ".join([*words[:9], "stable", *words[10:]])
    strongly = " ".join(word if n % 3 else "other" for n, word in enumerate(words))
    assert counts((WISH, "{}"), (slightly, "{}")) == (0, 1, 1)
    assert counts((WISH, "{}"), (strongly, "{}")) == (0, 0, 0)


def test_rows_without_a_request_only_repeat_exactly() -> None:
    assert counts((None, '{"duration":60}'), (None, '{"duration":61}')) == (0, 0, 0)
    assert counts((None, '{"duration":60}'), (None, '{"duration":60}')) == (1, 0, 1)


def test_examples_name_the_rows_what_they_say_and_how_alike_they_are() -> None:
    near = WISH.replace("steady", "stable")
    (example,) = found((OTHER, "{}"), (WISH, "{}"), (near, "{}"))["examples"]
    assert (example["rows"], example["texts"]) == ([2, 3], [WISH, near])
    assert 0.8 <= example["similarity"] <= 1


def test_a_group_gives_one_example_and_examples_are_bounded() -> None:
    rows = [(f"{word} {OTHER} {word}", "{}") for word in WORDS[:40] for _ in range(3)]
    summary = found(*[(f"{w} {v} {x}", "{}") for w, v, x in triples(40) for _ in range(3)])
    assert (summary["exact_rows"], summary["groups"]) == (80, 40)
    assert len(summary["examples"]) == MOST_EXAMPLES
    assert len(found(*rows)["examples"]) <= MOST_EXAMPLES


def triples(count: int) -> list[tuple[str, str, str]]:
    """Return word triples that share no pair of neighbours."""
    return [(WORDS[3 * n], WORDS[3 * n + 1], WORDS[3 * n + 2]) for n in range(count)]


def test_the_estimate_follows_the_true_similarity() -> None:
    rng = random.Random(7)
    errors = []
    for changed in range(120):
        one = [rng.choice(WORDS) for _ in range(30)]
        other = list(one)
        for _ in range(changed % 6):
            other[rng.randrange(30)] = rng.choice(WORDS)
        pairs = [set(zip([*w, ""], [*w[1:], "", ""], strict=False)) for w in (one, other)]
        truth = len(pairs[0] & pairs[1]) / len(pairs[0] | pairs[1])
        left, right = np.frombuffer(sign([one, other]), dtype=np.uint8).reshape(2, -1)
        errors.append(float((left == right).mean()) - truth)
    assert abs(float(np.mean(errors))) < 0.02
    assert float(np.std(errors)) < 0.05


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([None, "", WISH, OTHER, WISH.replace("steady", "stable"), "\ud800 a"]),
            st.sampled_from(["{}", "[]"]),
        ),
        max_size=12,
    ),
    cut=st.integers(0, 12),
)
def test_stretches_add_up_to_the_whole(rows: list[Row], cut: int) -> None:
    parts = marks_of(rows[:cut])
    parts.merge(marks_of(rows[cut:], first=1 + len(rows[:cut])))
    assert summarise(parts) == summarise(marks_of(rows))


@settings(max_examples=30)
@given(
    rows=st.lists(st.sampled_from([WISH, OTHER, "x", WISH.replace("steady", "stable")]), max_size=9)
)
def test_every_repeat_is_counted_once(rows: list[str]) -> None:
    exact, near, groups = counts(*[(text, "{}") for text in rows])
    assert exact == len(rows) - len(set(rows))
    alike = {WISH: "a", WISH.replace("steady", "stable"): "a"}
    kinds = [alike.get(text, text) for text in rows]
    assert exact + near == len(kinds) - len(set(kinds))
    assert groups == sum(kinds.count(kind) > 1 for kind in set(kinds))


@given(
    pairs=st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=20),
)
def test_components_are_what_pairs_connect(pairs: list[tuple[int, int]]) -> None:
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    half = len(pairs) // 2
    label = components(np.arange(15), left[:half], right[:half])
    label = components(label, left[half:], right[half:])
    expected = list(range(15))
    for _ in range(15):
        for one, other in pairs:
            expected[one] = expected[other] = min(expected[one], expected[other])
    assert label.tolist() == expected


@pytest.mark.parametrize("text", ["", " ", "a" * 100_000, "1 " * 50_000, "://" * 9_000, "\ud800"])
def test_hostile_requests_are_only_texts(text: str) -> None:
    assert isinstance(mask(text), list)
    assert counts((text, "{}"), (WISH, "{}"))[0] == 0


def test_memory_grows_by_the_same_few_bytes_whatever_a_row_says() -> None:
    marks = marks_of([(WISH * 50, "{}" * 999)] * 20, first=MOST_TEXTS + 1)
    held = len(marks.signatures) + 8 * (len(marks.rows) + len(marks.exact) + len(marks.masked))
    assert (held / 20, marks.texts) == (HASHES + 24, {})
