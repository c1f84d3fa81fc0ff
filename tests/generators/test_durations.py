"""Durations: an independent reader gets the same seconds from the words; every kind is reached."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import ConfigError
from generators.clock_words import HOURS as CLOCK_HOURS
from generators.clock_words import word_interval
from generators.duration_words import TABLES, number_words
from generators.durations import KINDS, MIX, draw_duration
from validators.lengths import read_lengths

WEEK = 7 * 86400
NOT_READ = {"bare", "interval"}
"""Kinds without a unit, or with times in words: their own tests below."""
HOURS = dict(zip(CLOCK_HOURS, range(12), strict=True))


def said_by(words: str) -> set[float]:
    """Return the seconds that the reader of the validators finds in the words."""
    low = re.sub(r"(\d) ?d\b", r"\1 days", words.lower())
    return {length.seconds for length in read_lengths(low)}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NOT_READ])
def test_every_wording_of_every_table_means_its_seconds(kind: str) -> None:
    entries = dict.fromkeys(TABLES[kind]())
    wrong = [
        (seconds, words)
        for seconds, wordings in entries
        for words in wordings
        if seconds not in said_by(words)
    ]
    assert wrong == []
    assert entries


@given(st.integers(min_value=0, max_value=10**9), st.sampled_from([s * 300 for s in range(1, 145)]))
def test_two_clock_times_lie_as_far_apart_as_they_should(seed: int, seconds: int) -> None:
    words = word_interval(Random(seed), seconds)
    minutes = [read_clock(clock) for clock in CLOCK.findall(words)]
    assert len(minutes) == 2, words
    apart = (minutes[1] - minutes[0]) * 60
    assert apart % 86400 == seconds or apart % 43200 == seconds, words


CLOCK = re.compile(
    r"\d{1,2}(?:[:.h]\d\d)? ?(?:[ap]m)?|noon|midnight|(?:a quarter past |half past |a quarter to )?"
    r"(?:twelve|one|two|three|four|five|six|seven|eight|nine|ten|eleven)\b"
)


def read_clock(words: str) -> int:
    """Return the minutes of a clock time as a person reads it."""
    if words in ("noon", "midnight"):
        return 720 if words == "noon" else 0
    digits = re.fullmatch(r"(\d{1,2})(?:[:.h](\d\d))? ?(am|pm)?", words)
    if digits:
        hour, minute, half = int(digits[1]), int(digits[2] or 0), digits[3]
        return (hour % 12 + (12 if half == "pm" else 0) if half else hour) * 60 + minute
    before, _, hour_word = words.rpartition(" ")
    shift = {"": 0, "a quarter past": 15, "half past": 30, "a quarter to": -15}[before]
    return HOURS[hour_word] * 60 + shift


def test_all_kinds_are_drawn_about_as_often_as_the_mix_says() -> None:
    rng = Random(5)
    drawn = Counter(draw_duration(rng, 1, WEEK).kind for _ in range(20_000))
    total = sum(MIX.values())
    for kind, weight in MIX.items():
        assert drawn[kind] / 20_000 == pytest.approx(weight / total, rel=0.25), kind


def test_lengths_are_spread_wide_and_the_unit_drives_them() -> None:
    rng = Random(6)
    drawn = [draw_duration(rng, 1, WEEK) for _ in range(3000)]
    seconds = Counter(duration.seconds for duration in drawn)
    assert len(seconds) > 300  # usual lengths come often; 311 to 338 over seeds 0 to 11
    assert max(seconds.values()) < 0.08 * 3000
    assert len({duration.words for duration in drawn}) > 1300
    minutes = {d.seconds // 60 for d in drawn if d.seconds % 60 == 0 and d.seconds <= 7200}
    assert len(minutes) > 105  # of 1 to 120
    assert {hours * 3600 for hours in range(1, 25)} <= set(seconds)


@given(
    st.integers(min_value=0, max_value=10**6),
    st.integers(min_value=1, max_value=5000),
    st.integers(min_value=0, max_value=5000),
    st.booleans(),
    st.sampled_from([None, *KINDS]),
)
def test_a_duration_keeps_the_limits_of_its_profile(
    seed: int, low: int, width: int, plain: bool, kind: str | None
) -> None:
    duration = draw_duration(Random(seed), low, low + width, plain=plain, kind=kind)
    assert low <= duration.seconds <= low + width
    assert duration.words


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_asked_for_is_given(kind: str) -> None:
    assert {draw_duration(Random(seed), 1, WEEK, kind=kind).kind for seed in range(20)} == {kind}


def test_a_kind_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match="did you mean 'minutes'"):
        draw_duration(Random(1), 1, WEEK, kind="minute")


def test_plain_durations_are_a_number_and_a_unit() -> None:
    rng = Random(1)
    for _ in range(500):
        duration = draw_duration(rng, 1, WEEK, plain=True)
        assert re.fullmatch(r"\d+ (minutes|min|hours|h|seconds|sec)", duration.words)
        assert said_by(duration.words) == {duration.seconds}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (40, "forty"),
        (95, "ninety-five"),
        (120, "one hundred and twenty"),
        (1200, "one thousand two hundred"),
        (3005, "three thousand and five"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert number_words(number) == words
