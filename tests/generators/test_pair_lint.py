"""What the lint of preference sets sees: lengths, members, repeats and contradictions."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import DataError
from generators.pair_balance import Balance, Change, Lean, count_keys, size_class
from generators.pair_lint import Sides, common_start, iter_sides, lint_pairs
from generators.separability import Tally, separability


def sides(number: int, chosen: str, rejected: str) -> Sides:
    return Sides(f"request {number}", chosen, rejected, "S2", 1)


def texts(rng: Random, more: int) -> tuple[str, str]:
    """Return an answer of 20 to 60 characters and one that is `more` longer."""
    size = rng.randrange(20, 60)
    return "a" * size, "b" * (size + more)


def test_a_set_whose_rejects_are_longer_is_caught() -> None:
    rng = Random(1)
    rows = [sides(n, *texts(rng, 8 if n % 4 else -8)) for n in range(400)]
    lint = lint_pairs(rows)
    assert not lint.ok
    assert lint.separabilities["characters"].paired.value == pytest.approx(0.75)
    assert "characters alone tell chosen from rejected: 0.75" in lint.problems[0]
    assert lint_pairs(rows, max_auc=0.8).ok


def test_a_balanced_set_passes() -> None:
    rng = Random(2)
    lint = lint_pairs([sides(n, *texts(rng, 8 if n % 2 else -8)) for n in range(400)])
    assert lint.ok
    assert lint.separabilities["characters"].paired.value == 0.5
    assert lint.separabilities["characters"].auc.value < 0.56


def test_what_lengths_hide_members_can_show() -> None:
    """Rejects with a member more and a shorter value are as long as their chosen sides."""
    rows = [sides(n, '{"a":"bbbbbb"}', '{"a":1,"c":22}') for n in range(50)]
    lint = lint_pairs(rows)
    assert lint.separabilities["characters"].paired.value == 0.5
    assert lint.separabilities["keys"].paired.value == 1.0
    assert lint.problems == ["keys alone tell chosen from rejected: 1.00, at most 0.60 is allowed"]


def test_a_rule_that_is_not_monotonous_is_measured_too() -> None:
    """Small differences lengthen, large ones shorten: no threshold sees that, a rule does."""
    rng = Random(3)
    rows = [sides(n, *texts(rng, 5 if n % 2 else -15)) for n in range(500)]
    figure = lint_pairs(rows).separabilities["characters"]
    assert figure.paired.value == 0.5
    assert figure.rule == 1.0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60))
def test_figures_are_free_of_sign_and_hold_their_intervals(pairs: list[tuple[int, int]]) -> None:
    one, other = Tally(), Tally()
    for chosen, rejected in pairs:
        one.add(chosen, rejected)
        other.add(rejected, chosen)
    left, right = separability(one), separability(other)
    assert left.auc.value == pytest.approx(right.auc.value)
    assert left.paired.value == pytest.approx(right.paired.value)
    wins = sum((b > a) + (a == b) / 2 for a, _ in pairs for _, b in pairs) / len(pairs) ** 2
    assert left.auc.value == pytest.approx(max(wins, 1 - wins))
    for found in (left.auc, left.paired):
        assert 0.5 <= found.value <= 1
        assert found.low <= found.value <= found.high


def test_the_interval_is_that_of_hanley_and_mcneil() -> None:
    """Their worked example has 51 of one kind, 58 of the other and an area of 0.893, SE 0.032."""
    from generators.separability import estimate_auc

    negatives = {1: 33, 2: 6, 3: 6, 4: 11, 5: 2}
    positives = {1: 3, 2: 2, 3: 2, 4: 11, 5: 33}
    found = estimate_auc(negatives, positives)
    assert found.value == pytest.approx(0.893, abs=0.001)
    assert (found.high - found.value) / 1.96 == pytest.approx(0.0325, abs=0.001)


def test_repeats_and_contradictions_are_counted() -> None:
    rows = [
        Sides("r", '{"a":1}', '{"a":2}'),
        Sides("r", '{"a": 1}', '{"a":3}'),  # the same chosen side
        Sides("r", '{"a":1}', '{"a":2}'),  # the same pair
        Sides("r", '{"a":3}', '{"a":4}'),  # prefers what was rejected
        Sides("other", '{"a":2}', '{"a":1}'),  # of another request
    ]
    lint = lint_pairs(rows, max_auc=1)
    assert (lint.duplicate_chosen, lint.duplicate_pairs, lint.contradictions) == (2, 1, 1)
    assert "1 answers are preferred here and rejected there" in lint.problems[0]


def test_rows_of_texts_and_of_conversations_are_read_alike() -> None:
    fault = {"class": "V1", "tier": 2}
    text = {"request": "r", "chosen": "x", "rejected": "y", "fault": fault}
    turns = {
        "prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "r"}],
        "chosen": [{"role": "assistant", "content": "x"}],
        "rejected": [{"role": "assistant", "content": "y"}],
        "fault": fault,
    }
    assert list(iter_sides([text])) == list(iter_sides([turns])) == [Sides("r", "x", "y", "V1", 2)]
    with pytest.raises(DataError, match="row 1: 'rejected'"):
        list(iter_sides([{"prompt": "r", "chosen": "x", "rejected": None}]))
    with pytest.raises(DataError, match="no preference pair"):
        lint_pairs([])


def test_tokens_can_be_counted_too() -> None:
    lint = lint_pairs([Sides("r", "a b c", "d e f")], count_tokens=lambda text: len(text.split()))
    assert set(lint.separabilities) == {"characters", "keys", "tokens"}


def test_members_are_counted_in_text_that_is_no_json() -> None:
    assert count_keys('{"a":{"b":1},"sink":"https://x.example.com:80"}') == 3
    assert count_keys("{'a':1,'b':2}") == 2
    assert count_keys('{"a":1,"b":') == 2


def test_a_balance_prefers_what_sets_it_right_and_else_keeps_the_order() -> None:
    balance = Balance()
    longer, shorter = Change(20, 1), Change(-20, -1)
    assert balance.order([("first", longer), ("second", shorter)]) == ["first", "second"]
    for _ in range(10):
        balance.add(longer)
    assert balance.order([("first", longer), ("second", shorter)]) == ["second", "first"]
    lean = Lean(seen=100, more=6)
    assert (lean.cost(1), lean.cost(-1), Lean(seen=1000, more=6).cost(1)) == (0, 0, 0)
    assert (Lean(seen=100, more=8).cost(1), Lean(seen=100, more=-8).cost(1)) == (1, -1)


@given(st.integers(-5000, 5000))
def test_size_classes_grow_with_the_size(value: int) -> None:
    assert size_class(value) == size_class(-value)
    assert size_class(abs(value) + 1) >= size_class(value)


@given(st.text("ab", max_size=8), st.text("ab", max_size=8))
def test_a_common_start_is_the_longest_one(one: str, other: str) -> None:
    size = common_start(one, other)
    assert one[:size] == other[:size]
    assert one[size : size + 1] != other[size : size + 1] or size == len(one) == len(other)
