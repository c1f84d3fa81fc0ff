"""What changed between two models on the same requests, with a paired test (metrics.md, I7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from callforge_core.errors import DataError

Rows = Mapping[str, Mapping[str, Any]]


def compare_scores(left: Rows, right: Rows) -> dict[str, dict[str, float | int]]:
    """Return per yes/no metric the difference left - right, its interval and the exact mid-p.

    Items are joined by id; one that a side lacks is an error, never dropped silently.
    """
    from eval.proportions import mcnemar, newcombe

    if missing := sorted(set(left) ^ set(right)):
        raise DataError(f"item {missing[0]!r} was answered by one model only; evaluate both again")
    found: dict[str, dict[str, float | int]] = {}
    for name, both, only_left, only_right, neither in tables(left, right):
        n = both + only_left + only_right + neither
        interval = newcombe(both, only_left, only_right, neither)
        found[name] = {
            "difference": (only_left - only_right) / n,
            "low": interval.low,
            "high": interval.high,
            "p": mcnemar(only_left, only_right),
            "n": n,
        }
    return found


def tables(left: Rows, right: Rows) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the paired 2 x 2 table of every metric that is yes or no on both sides."""
    names = sorted({name for row in left.values() for name in row.get("indicators", {})})
    for name in names:
        pairs = [
            (row["indicators"].get(name), right[item].get("indicators", {}).get(name))
            for item, row in left.items()
            if "indicators" in row
        ]
        counted = [pair for pair in pairs if None not in pair]
        if not counted or any(value not in (0, 1) for pair in counted for value in pair):
            continue
        cells = {(a, b): counted.count((a, b)) for a in (0, 1) for b in (0, 1)}
        yield name, cells[1, 1], cells[1, 0], cells[0, 1], cells[0, 0]
