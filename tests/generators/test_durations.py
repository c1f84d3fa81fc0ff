"""Durations: an independent reader gets the same seconds from the words."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.durations import draw_duration, number_words

UNITS = {"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60}
UNITS |= {"minute": 60, "minutes": 60, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600}
UNITS |= {"hours": 3600, "day": 86400, "days": 86400}
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = {word: number for number, word in enumerate(SMALL.split())}
WORDS |= {word: 10 * number for number, word in enumerate(TENS.split(), 2)}
FIXED = {
    "a quarter of an hour": 900,
    "quarter of an hour": 900,
    "a quarter hour": 900,
    "half an hour": 1800,
    "half-hour": 1800,
    "a half hour": 1800,
    "1/2 hour": 1800,
    "three quarters of an hour": 2700,
    "three-quarters of an hour": 2700,
    "an hour and a quarter": 4500,
    "an hour and a half": 5400,
    "1 1/2 hours": 5400,
    "a couple of hours": 7200,
    "two hours and a half": 9000,
    "half a day": 43200,
}


def read_duration(words: str) -> int:
    """Return the seconds that a person would read."""
    clocks = re.findall(r"(\d\d):(\d\d)", words)
    if clocks:
        start, end = (60 * int(hour) + int(minute) for hour, minute in clocks)
        return 60 * (end - start)
    if words in FIXED:
        return FIXED[words]
    half = re.fullmatch(r"(\w+) and a half hours", words)
    if half:
        return 3600 * (int(half[1]) if half[1].isdigit() else WORDS[half[1]]) + 1800
    digits = re.fullmatch(r"(\d+)h(\d\d)", words)
    if digits:
        return 3600 * int(digits[1]) + 60 * int(digits[2])
    return read_parts(words)


def read_parts(words: str) -> int:
    """Read `number unit` pairs; a number without unit after hours counts minutes."""
    total, number, last = 0, None, 0
    for token in re.findall(r"[0-9.]+|[a-z]+", words.replace("full ", "").replace("whole ", "")):
        if token in UNITS and number is not None:
            total, number, last = total + int(number * UNITS[token]), None, UNITS[token]
        elif token in ("a", "an"):
            number = 1.0
        elif token == "hundred":
            number = (number or 1) * 100
        elif token in WORDS:
            number = (number or 0) + WORDS[token]
        elif token != "and":
            number = float(token)
    return total + int((number or 0) * last / 60)


@given(st.integers(min_value=0, max_value=10**9))
def test_the_words_of_a_duration_mean_its_seconds(seed: int) -> None:
    duration = draw_duration(Random(seed), 1, 7 * 86400)
    assert read_duration(duration.words) == duration.seconds, duration


def test_every_wording_of_two_thousand_draws_reads_back() -> None:
    rng = Random(5)
    drawn = [draw_duration(rng, 1, 7 * 86400) for _ in range(2000)]
    wrong = [duration for duration in drawn if read_duration(duration.words) != duration.seconds]
    assert wrong == []
    assert len({duration.words for duration in drawn}) > 400


@given(st.integers(min_value=0, max_value=10**6))
def test_a_duration_keeps_the_limits_of_its_profile(seed: int) -> None:
    assert 10 <= draw_duration(Random(seed), 10, 600).seconds <= 600


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (40, "forty"),
        (95, "ninety-five"),
        (120, "one hundred and twenty"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert number_words(number) == words
