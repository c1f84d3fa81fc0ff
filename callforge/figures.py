"""How a measured number is read from a summary and written for people: percentages, changes, times.

A number that was not measured stays None here and becomes a dash on the page; it is never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

DASH = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value with its 95 % interval and the number of rows behind it."""

    value: float
    low: float | None
    high: float | None
    n: int | None

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval; a point when none was given."""
        low = self.value if self.low is None else self.low
        return low, self.value if self.high is None else self.high

    @property
    def percent(self) -> str:
        """The value as a percentage."""
        return percent(self.value)

    @property
    def percent_interval(self) -> str:
        """The interval as percentages, or nothing."""
        if self.low is None or self.high is None:
            return ""
        return f"{percent(self.low, unit='')} to {percent(self.high)}"

    @property
    def count(self) -> int | None:
        """How many of the n rows, when the value is a share of them."""
        return None if self.n is None else round(self.value * self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A paired difference between two models on the same rows, in shares (-1..1)."""

    difference: float
    low: float
    high: float
    p: float | None
    n: int | None

    @property
    def verdict(self) -> str:
        """Better or worse when the interval excludes zero, else undecided (metrics.md, I9)."""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "undecided"

    @property
    def points(self) -> str:
        """The difference in percentage points, with its sign."""
        return signed(100 * self.difference)

    @property
    def points_interval(self) -> str:
        """The interval in percentage points."""
        return f"{signed(100 * self.low)} to {signed(100 * self.high)}"


def read_measured(summary: Mapping[str, Any] | None, key: str) -> Measured | None:
    """Return the metric `key` of a summary, or None when it is absent, null or not finite."""
    entry = as_mapping(as_mapping(summary).get("metrics")).get(key)
    entry = entry if isinstance(entry, Mapping) else {"value": entry}
    value = number(entry.get("value"))
    if value is None:
        return None
    rows = number(entry.get("n"))
    return Measured(
        value=value,
        low=number(entry.get("low")),
        high=number(entry.get("high")),
        n=None if rows is None else int(rows),
    )


def read_change(comparison: Mapping[str, Any] | None, key: str) -> Change | None:
    """Return the paired change of metric `key`, or None when it was not compared."""
    entry = as_mapping(as_mapping(comparison).get(key))
    difference, low, high = (number(entry.get(name)) for name in ("difference", "low", "high"))
    if difference is None or low is None or high is None:
        return None
    rows = number(entry.get("n"))
    return Change(
        difference=difference,
        low=low,
        high=high,
        p=number(entry.get("p")),
        n=None if rows is None else int(rows),
    )


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def number(value: Any) -> float | None:
    """Return a finite number, or None for anything else (bool included)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def percent(share: float, *, unit: str = " %") -> str:
    """Write a share as a percentage: one decimal, none at exactly 0 and 100."""
    return f"{100 * share:.0f}{unit}" if share in (0.0, 1.0) else f"{100 * share:.1f}{unit}"


def signed(value: float) -> str:
    """Write a number with one decimal and a real minus sign; zero carries no sign."""
    rounded = round(value, 1)
    if rounded == 0:
        return "0.0"
    return f"{'+' if rounded > 0 else '−'}{abs(rounded):.1f}"


def seconds(value: float) -> str:
    """Write a time the way people say it: 0.42 s, 12.3 s, 4 min 05 s, 1 h 02 min."""
    if value < 1:
        return f"{value:.2f} s"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def count(value: Any) -> str:
    """Write a whole number with thousands separated, anything else as it is."""
    found = number(value)
    if found is None:
        return DASH if value is None else str(value)
    return f"{found:,.0f}" if found == int(found) else f"{found:,.2f}"


def flatten(value: Any) -> list[tuple[str, str]]:
    """Return nested facts as (name, text) lines; lists become one line, booleans yes and no."""
    return list(iter_facts("", value)) if isinstance(value, Mapping) else []


def iter_facts(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the leaves of nested objects with their path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from iter_facts(f"{prefix} · {key}" if prefix else str(key), inner)
    elif isinstance(value, list | tuple):
        yield prefix, ", ".join(str(item) for item in value) or "none"
    elif isinstance(value, bool):
        yield prefix, "yes" if value else "no"
    elif isinstance(value, float):
        yield prefix, f"{value:g}"
    else:
        yield prefix, DASH if value is None else str(value)
