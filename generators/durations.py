"""How do people state a length of time?  Exact seconds and words for them, of a named kind.

Every kind is a table of lengths with ready wordings (duration_words.py), so a draw is a pick; the
unit that is said drives the seconds. Clock intervals are worded when drawn (clock_words.py).
"""

from __future__ import annotations

from bisect import bisect
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from callforge_core.errors import ConfigError
from callforge_core.registry import unknown
from generators.clock_words import word_interval
from generators.duration_words import TABLES, Entry
from generators.duration_words import number_words as number_words

MIX = {
    "minutes": 21,
    "hours": 15,
    "seconds": 8,
    "words": 13,
    "mixed": 12,
    "idiom": 8,
    "fraction": 7,
    "interval": 8,
    "days": 4,
    "weeks": 1,
    "twice": 2,
    "sum": 1,
    "aside": 3,
    "corrected": 1,
    "iso": 1,
    "bare": 2,
}
"""Kind -> how often it is drawn."""
KINDS = tuple(MIX)
PLAIN = {"minutes": 45, "hours": 30, "seconds": 25}
USUAL_PLAIN = {
    "minutes": (10, 15, 20, 30, 45, 60, 90, 5, 25, 40, 120, 50, 75, 35),
    "hours": (2, 3, 4, 5, 6, 8, 10, 12, 24),
    "seconds": (60, 90, 120, 300, 600, 900, 1200, 1800, 3600, 5400, 7200, 30, 45, 180, 240),
}
SECONDS = {"minutes": 60, "hours": 3600, "seconds": 1}
CLAUSES = {"interval": "interval", "bare": "bare", "aside": "whole", "sum": "whole"}
"""Kind -> the flavour of clauses it needs; all others are a length that may stand behind "for"."""


class Duration(NamedTuple):
    """Exact seconds, the words for them, and which kind of expression they are."""

    seconds: int
    words: str
    kind: str = "minutes"

    @property
    def interval(self) -> bool:
        """Say whether the words are two clock times."""
        return self.kind == "interval"


def draw_duration(
    rng: Random, low_s: int, high_s: int, *, plain: bool = False, kind: str | None = None
) -> Duration:
    """Return a duration within the limits, of one kind, or as number and unit if `plain`.

    A kind that has no length within the limits gives a number of seconds. Raises ConfigError for a
    kind that is not one of KINDS.
    """
    draw = rng.random
    if plain:
        return draw_plain(rng, low_s, high_s)
    if kind is None:
        kinds, weights = kinds_within(low_s, high_s)
        kind = kinds[bisect(weights, draw() * weights[-1])] if kinds else "seconds"
    elif kind not in MIX:
        raise ConfigError(unknown("kind of duration", kind, MIX))
    entries = entries_within(kind, low_s, high_s)
    if not entries:
        seconds = low_s + int(draw() * (high_s - low_s + 1))
        return Duration(seconds, f"{seconds} seconds", "seconds")
    seconds, words = entries[int(draw() * len(entries))]
    if kind == "interval":
        return Duration(seconds, word_interval(rng, seconds), kind)
    return Duration(seconds, words[int(draw() * len(words))], kind)


def draw_plain(rng: Random, low_s: int, high_s: int) -> Duration:
    """Return a usual number of seconds, minutes or hours with its unit."""
    draw = rng.random
    kinds, weights = plain_within(low_s, high_s)
    if not kinds:
        seconds = low_s + int(draw() * (high_s - low_s + 1))
        return Duration(seconds, f"{seconds} seconds", "seconds")
    kind = kinds[bisect(weights, draw() * weights[-1])]
    entries = plain_entries(kind, low_s, high_s)
    seconds, words = entries[int(draw() * len(entries))]
    return Duration(seconds, words[int(draw() * len(words))], kind)


@lru_cache(maxsize=256)
def kinds_within(low_s: int, high_s: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the kinds with a length within the limits, and their running weights."""
    kinds = tuple(kind for kind in KINDS if entries_within(kind, low_s, high_s))
    return kinds, tuple(accumulate(MIX[kind] for kind in kinds))


@lru_cache(maxsize=1024)
def entries_within(kind: str, low_s: int, high_s: int) -> tuple[Entry, ...]:
    """Return the entries of a kind within the limits; usual lengths stand there several times."""
    return tuple(entry for entry in TABLES[kind]() if low_s <= entry[0] <= high_s)


@lru_cache(maxsize=256)
def plain_within(low_s: int, high_s: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the plain kinds with a length within the limits, and their running weights."""
    kinds = tuple(kind for kind in PLAIN if plain_entries(kind, low_s, high_s))
    return kinds, tuple(accumulate(PLAIN[kind] for kind in kinds))


@lru_cache(maxsize=256)
def plain_entries(kind: str, low_s: int, high_s: int) -> tuple[Entry, ...]:
    """Return usual numbers of one unit within the limits, with two spellings of the unit."""
    size = SECONDS[kind]
    return tuple(
        (number * size, (f"{number} {kind}", f"{number} {kind}", f"{number} {kind[:3]}"))
        if kind != "hours"
        else (number * size, (f"{number} hours", f"{number} hours", f"{number} h"))
        for number in USUAL_PLAIN[kind]
        if low_s <= number * size <= high_s
    )
