"""How do people state a length of time?  Exact seconds and words for them, the unit always said."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from generators.lexicon import load_values

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
USUAL_SECONDS = (30, 45, 60, 90, 120, 180, 240, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200)
USUAL_MINUTES = (2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 120)
USUAL_REST = (30, 30, 30, 15, 45, 10, 20, 40, 5, 50)
SECOND_UNITS = (" seconds", " seconds", " s", "s", " sec", " secs")
MINUTE_UNITS = (" minutes", " minutes", " min", "min", " mins", "m")
HOUR_UNITS = (" hours", " hours", " h", "h", " hrs", "hrs")
QUARTERS = (2, 3, 5, 6, 10, 14, 18, 22, 26, 30)  # of an hour, for decimals


@dataclass(frozen=True, slots=True)
class Duration:
    """Exact seconds, the words for them, and whether they are a clock interval."""

    seconds: int
    words: str
    interval: bool = False


def draw_duration(rng: Random, low_s: int, high_s: int, *, plain: bool = False) -> Duration:
    """Return a duration within the limits, worded in one of many ways, or as number and unit."""
    kinds, weights = (PLAIN_KINDS, PLAIN_WEIGHTS) if plain else (KINDS, WEIGHTS)
    for _ in range(24):
        duration = kinds[bisect(weights, rng.random() * weights[-1])](rng)
        if low_s <= duration.seconds <= high_s:
            return duration
    seconds = low_s + int(rng.random() * (high_s - low_s + 1))
    return Duration(seconds, f"{seconds} seconds")


def pick(rng: Random, *options: str) -> str:
    """Return one of the options."""
    return options[int(rng.random() * len(options))]


def number_words(value: int) -> str:
    """Return a number below 1000 in English words."""
    if value < 20:
        return ONES[value]
    if value < 100:
        ten, one = divmod(value, 10)
        return TENS[ten] + (f"-{ONES[one]}" if one else "")
    hundred, rest = divmod(value, 100)
    return f"{ONES[hundred]} hundred" + (f" and {number_words(rest)}" if rest else "")


def say_seconds(rng: Random) -> Duration:
    """3600 seconds, 90 s."""
    value = draw_number(rng, USUAL_SECONDS, 30, 9999, usual_rate=0.7)
    return Duration(value, f"{value}{pick(rng, *SECOND_UNITS)}")


def say_minutes(rng: Random) -> Duration:
    """45 minutes, 20min."""
    value = draw_number(rng, USUAL_MINUTES, 2, 180, usual_rate=0.88)
    return Duration(value * 60, f"{value}{pick(rng, *MINUTE_UNITS)}")


def say_hours(rng: Random) -> Duration:
    """3 hours, 6h; short ones more often."""
    value = 2 + int(rng.random() ** 3 * 22)
    return Duration(value * 3600, f"{value}{pick(rng, *HOUR_UNITS)}")


def say_days(rng: Random) -> Duration:
    """2 days, three days."""
    value = 1 + int(rng.random() ** 2 * 7)
    unit = "day" if value == 1 else "days"
    return Duration(value * 86400, f"{pick(rng, str(value), number_words(value))} {unit}")


def say_idiom(rng: Random) -> Duration:
    """half an hour, an hour and a half."""
    idioms = load_values().idioms
    seconds, words = idioms[int(rng.random() * len(idioms))]
    return Duration(seconds, pick(rng, *words))


def say_mixed(rng: Random) -> Duration:
    """1 h 30 min, two hours and ten minutes, 4 min 30 s."""
    values = load_values()
    rest = USUAL_REST[int(rng.random() * len(USUAL_REST))]
    if rng.random() < 0.2:
        minutes = 1 + int(rng.random() * 9)
        words = pick(rng, *values.minutes_and_seconds).format(a=minutes, b=rest)
        return Duration(minutes * 60 + rest, words)
    hours = 1 + int(rng.random() ** 2 * 5)
    words = pick(rng, *values.hours_and_minutes).format(
        a=hours,
        b=rest,
        u="hour" if hours == 1 else "hours",
        aw=number_words(hours),
        bw=number_words(rest),
    )
    return Duration(hours * 3600 + rest * 60, words)


def say_words(rng: Random) -> Duration:
    """ninety minutes, twenty-five minutes, four hours, forty seconds."""
    kind = rng.random()
    if kind < 0.55:
        value = draw_number(rng, USUAL_MINUTES, 2, 99, usual_rate=0.88)
        return Duration(value * 60, f"{number_words(value)} {pick(rng, 'minutes', 'mins')}")
    if kind < 0.85:
        value = 2 + int(rng.random() ** 3 * 22)
        return Duration(value * 3600, f"{number_words(value)} hours")
    value = draw_number(rng, USUAL_SECONDS[:10], 30, 999, usual_rate=0.88)
    return Duration(value, f"{number_words(value)} seconds")


def say_decimal(rng: Random) -> Duration:
    """2.5 hours, 1.25 h, 0.5 hours."""
    quarters = QUARTERS[int(rng.random() * len(QUARTERS))]
    return Duration(quarters * 900, f"{quarters / 4:g}{pick(rng, *HOUR_UNITS)}")


def say_interval(rng: Random) -> Duration:
    """from 14:00 to 15:30."""
    start = 15 * int(rng.random() * 80)
    end = min(start + 15 * (1 + int(rng.random() ** 2 * 24)), 23 * 60 + 45)
    clocks = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start, end)]
    words = pick(rng, *load_values().intervals).format(*clocks)
    return Duration((end - start) * 60, words, interval=True)


def draw_number(
    rng: Random, usual: tuple[int, ...], low: int, high: int, *, usual_rate: float
) -> int:
    """Return a usual number mostly, any number in the range sometimes."""
    if rng.random() < usual_rate:
        return usual[int(rng.random() * len(usual))]
    return low + int(rng.random() * (high - low + 1))


MIX: tuple[tuple[Callable[[Random], Duration], float], ...] = (
    (say_minutes, 24),
    (say_hours, 15),
    (say_seconds, 16),
    (say_idiom, 18),
    (say_words, 11),
    (say_mixed, 9),
    (say_decimal, 3),
    (say_days, 2),
    (say_interval, 4),
)
KINDS = tuple(kind for kind, _ in MIX)
WEIGHTS = tuple(accumulate(weight for _, weight in MIX))
PLAIN_KINDS = (say_minutes, say_hours, say_seconds)
PLAIN_WEIGHTS = (45, 75, 100)
