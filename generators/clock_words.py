"""How do people state a length by two clock times?  24 hours, am and pm, or in words."""

from __future__ import annotations

from random import Random

from generators.lexicon import load_values

HOURS = ("twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven")  # fmt: skip
PARTS = {0: "{}", 15: "a quarter past {}", 30: "half past {}", 45: "a quarter to {}"}
DAY = 1440  # minutes


def word_interval(rng: Random, seconds: int) -> str:
    """Return two clock times that lie `seconds` apart, a whole number of minutes below a day."""
    draw = rng.random
    span = seconds // 60
    kind = draw()
    if kind < 0.12 and span < 720 and span % 15 == 0:
        start = 15 * int(draw() * 48)
        return join(rng, said(start), said(start + span), spoken=True)
    step = 15 if draw() < 0.8 else 5
    if draw() < 0.88 and span < DAY - 6 * 60:
        start = 360 + step * int(draw() * ((DAY - 360 - span) // step))  # from 6:00, same day
    else:
        start = DAY - step * (1 + int(draw() * min(span, 180) / step))  # across midnight
    if kind < 0.42:
        dot = "." if draw() < 0.2 else ":"
        short = draw() < 0.7
        return join(rng, half_day(start, dot, short), half_day(start + span, dot, short))
    if kind > 0.96:
        return join(rng, twenty_four(start, "h"), twenty_four(start + span, "h"))
    return join(rng, twenty_four(start, ":"), twenty_four(start + span, ":"))


def join(rng: Random, start: str, end: str, *, spoken: bool = False) -> str:
    """Return an interval of two times as they are written or spoken."""
    patterns = load_values().spoken_intervals if spoken else load_values().intervals
    return patterns[int(rng.random() * len(patterns))].format(start, end)


def twenty_four(minute: int, sign: str) -> str:
    """14:05, 09:00, 14h05."""
    return f"{minute // 60 % 24:02d}{sign}{minute % 60:02d}"


def half_day(minute: int, sign: str, short: bool) -> str:
    """2pm, 4:30 pm, noon, midnight."""
    hour, rest = minute // 60 % 24, minute % 60
    if not rest and hour in (0, 12):
        return "noon" if hour else "midnight"
    half = "am" if hour < 12 else "pm"
    number = str(hour % 12 or 12) + (f"{sign}{rest:02d}" if rest else "")
    return f"{number}{half}" if short else f"{number} {half}"


def said(minute: int) -> str:
    """Nine, half past ten, a quarter to five."""
    hour, rest = minute // 60, minute % 60
    return PARTS[rest].format(HOURS[(hour + (rest == 45)) % 12])
