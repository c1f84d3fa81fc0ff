"""Which spans between clock times does a text state? "from 14:00 to 15:30" -> 5400 seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

CLOCK = re.compile(
    r"(?<![\d./])(?<!\d:)(?:(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?![\d:])|(\d{1,2})(?:[.:](\d{2}))?"
    r"(?=\s?[ap]\.?m\b)|(\d{1,2})(?=\s?(?:-|–|to|until|till)\s?\d{1,2}(?:[.:]\d{2})?\s?[ap]\.?m\b)"
    r"|(noon|midday|midnight))(?:\s?([ap])\.?m\b)?"
)
JOINT = re.compile(r"\s*(?:to|-|–|—|until|untill|till|til|and|through|thru|up to)\s*(?:about )?")
DAY = 86400
MOST = 8  # clock times; nobody books by a longer timetable


class Clock(NamedTuple):
    """A time of day in seconds, whether its half of the day is told, and its place."""

    seconds: int
    told: bool
    start: int
    end: int


def iter_clock_spans(text: str) -> Iterator[tuple[float, int, int, bool]]:
    """Yield (seconds, start, end, firm) for every two clock times; joined ones are firm."""
    clocks = [clock for clock in map(read_clock, CLOCK.finditer(text)) if clock]
    for place, one in enumerate(clocks[:MOST]):
        # 1:30:00 may itself be a length
        yield one.seconds, one.start, one.end, False
        for other in clocks[place + 1 : MOST]:
            joined = JOINT.fullmatch(text, one.end, other.start) is not None
            span = (other.seconds - one.seconds) % DAY
            start, end = min(one.start, other.start), max(one.end, other.end)
            yield span, start, end, joined
            yield DAY - span, start, end, False
            if not (one.told and other.told):
                yield span % (DAY // 2), start, end, joined


def read_clock(match: re.Match[str]) -> Clock | None:
    """Return the time of day that a match writes, None when there is no such time."""
    word, half = match[7], match[8]
    if word:
        return Clock(0 if word == "midnight" else DAY // 2, True, *match.span())
    hour = int(match[1] or match[4] or match[6])
    minute, second = int(match[2] or match[5] or 0), int(match[3] or 0)
    if hour > 24 or minute > 59 or second > 59:
        return None
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    told = bool(half) or hour > 12 or (match[1] or "").startswith("0")
    return Clock(hour * 3600 + minute * 60 + second, told, *match.span())
