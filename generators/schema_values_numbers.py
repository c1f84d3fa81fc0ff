"""Which number does a schema accept, and would a person say? Limits, steps, usual sizes."""

from __future__ import annotations

import math
from decimal import Decimal
from random import Random
from typing import NamedTuple

from generators.schema_values_merging import Bound, Words

HUGE = 2**31 - 1  # limits from here on come from the machine, nobody means them
EDGE_SHARE = 0.08  # how often a limit itself is drawn
TRIES = 40


class Usual(NamedTuple):
    """The sizes that people give a thing, and with how many decimals."""

    low: float
    high: float
    decimals: int = 0


class Range(NamedTuple):
    """First and last number to draw from; None where the schema sets no limit of its own."""

    low: float
    high: float
    edges: tuple[float, ...]


def draw_number(words: Words, rng: Random, usual: Usual, whole: bool) -> float | None:
    """Return a number, an int when it is whole; None when the limits leave none."""
    span = range_of(words, usual, whole)
    if span is None:
        return None
    for attempt in range(TRIES):
        edge = span.edges and attempt < TRIES // 2 and rng.random() < EDGE_SHARE
        if words.steps:
            value = draw_multiple(words, span, rng, bool(edge))
        elif edge:
            value = span.edges[int(rng.random() * len(span.edges))]
        elif whole:
            value = span.low + int(rng.random() * (span.high - span.low + 1))
        else:
            value = draw_fraction(span, rng, usual.decimals, attempt)
        if value is not None and fits(value, words, whole):
            return int(value) if float(value).is_integer() else value
    return None


def range_of(words: Words, usual: Usual, whole: bool) -> Range | None:
    """Return where to draw: the usual sizes inside the limits, else what lies next to them."""
    low, high = limit(words.low), limit(words.high)
    if whole and low is not None:
        low = math.ceil(low) + (1 if words.low == Bound(math.ceil(low), True) else 0)
    if whole and high is not None:
        high = math.floor(high) - (1 if words.high == Bound(math.floor(high), True) else 0)
    if low is not None and high is not None and low > high:
        return None
    edges = tuple(edge for edge in (low, high) if edge is not None)
    first, last = usual.low, usual.high
    width = max(last - first, 1)
    if low is not None and (last < low or (high is not None and first > high)):
        first, last = low, low + width
    elif high is not None and first > high:
        first, last = high - width, high
    first = first if low is None else max(first, low)
    last = last if high is None else min(last, high)
    if first >= last and low is not None and high is not None:
        first, last = low, high  # what is usual touches the limits only
    return Range(first, last, edges)


def limit(bound: Bound | None) -> float | None:
    """Return a limit that somebody means."""
    return None if bound is None or abs(bound.value) >= HUGE else bound.value


def draw_multiple(words: Words, span: Range, rng: Random, edge: bool) -> float | None:
    """Return a multiple of the step in a range; steps are written in decimals."""
    step = Decimal(str(words.steps[0]))
    for other in words.steps[1:]:
        step = common_multiple(step, Decimal(str(other)))
    first = math.ceil(Decimal(str(span.low)) / step)
    last = math.floor(Decimal(str(span.high)) / step)
    if words.high is not None and first > last:
        return None
    last = max(first + (0 if words.high else 10), last)
    count = first if edge else first + int(rng.random() * (last - first + 1))
    return float(step * count) if step % 1 else int(step * count)


def common_multiple(one: Decimal, other: Decimal) -> Decimal:
    """Return the least common multiple of two decimal steps."""
    places = max(-int(each.as_tuple().exponent) for each in (one, other))
    scale = Decimal(10) ** max(places, 0)
    return Decimal(math.lcm(int(one * scale), int(other * scale))) / scale


def draw_fraction(span: Range, rng: Random, decimals: int, attempt: int) -> float:
    """Return a number with few decimals; with more when these do not fit the range."""
    value = span.low + rng.random() * (span.high - span.low)
    return round(value, min(decimals + attempt // 8, 12))


def fits(value: float, words: Words, whole: bool) -> bool:
    """Say whether limits and steps hold, for engines that reckon in floats as well."""
    if whole and not float(value).is_integer():
        return False
    low, high = words.low, words.high
    if low and (value < low.value or (low.exclusive and value == low.value)):
        return False
    if high and (value > high.value or (high.exclusive and value == high.value)):
        return False
    return all(is_multiple(value, step) for step in words.steps)


def is_multiple(value: float, step: float) -> bool:
    """Say whether a number is a multiple of a step in decimals and in floats."""
    exact = Decimal(str(value)) % Decimal(str(step)) == 0
    return exact and (float(value) / step).is_integer()
