"""Is one system better than another on the same items?  Paired differences of per-item scores.

Rows are joined by item id; an item that only one side has is an error, never dropped. Verdicts and
words are left to the reader of the numbers: an interval that holds 0 does not mean "equal".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy

from callforge_core.errors import DataError
from callforge_core.seeding import derive
from eval.proportions import Interval, mcnemar, newcombe
from eval.statistics import (
    REPLICATES,
    Observation,
    Total,
    cluster_totals,
    mean_interval,
    tidy,
)

EXACT_FLIPS = 12  # so many clusters that differ: all sign patterns are tried

Rows = Mapping[str, Mapping[str, Any]]
"""Item id -> row of scores.jsonl."""


class Pairing(NamedTuple):
    """One item under both systems."""

    before: float
    after: float
    cluster: str | None


def compare(before: Rows, after: Rows, *, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Return metric -> difference (after - before), low, high, p, n for all per-item metrics.

    Failures of the machinery on either side leave the comparison and are not counted in n.
    """
    check_join(before, after)
    pairings: dict[str, list[Pairing]] = {}
    for name in sorted(before):
        left, right = before[name], after[name]
        if left.get("error") or right.get("error"):
            continue
        for metric, value in left["indicators"].items():
            other = right["indicators"].get(metric)
            if isinstance(value, int | float) and isinstance(other, int | float):
                pairing = Pairing(value, other, left["cluster"])
                pairings.setdefault(metric, []).append(pairing)
    return {metric: difference(rows, seed=seed) for metric, rows in pairings.items()}


def check_join(before: Rows, after: Rows) -> None:
    """Raise DataError when the two sides do not hold the same items."""
    alone = sorted(before.keys() ^ after.keys())
    if alone:
        side = "first" if alone[0] in before else "second"
        raise DataError(
            f"{len(alone)} items stand on one side only, such as {alone[0]!r} of the {side}; "
            "evaluate both systems on the same file"
        )


def difference(pairings: Sequence[Pairing], *, seed: int) -> dict[str, Any]:
    """Return the paired difference of one metric by rule I7."""
    observations = [Observation(row.after - row.before, 1, row.cluster) for row in pairings]
    totals = cluster_totals(observations)
    value = math.fsum(row.part for row in observations) / len(observations)
    is_binary = all({row.before, row.after} <= {0, 1} for row in pairings)
    if is_binary and len(totals) == len(pairings):
        interval, p = binary_difference(pairings)
        method = "newcombe, mid-p mcnemar"
    else:
        interval, p = clustered_difference(totals, seed), sign_flip(totals, seed)
        method = "cluster bootstrap, sign flip"
    return {
        "difference": tidy(value),
        "low": tidy(interval.low),
        "high": tidy(interval.high),
        "p": tidy(p),
        "n": len(pairings),
        "method": method,
    }


def binary_difference(pairings: Sequence[Pairing]) -> tuple[Interval, float]:
    """Return Newcombe's interval and McNemar's exact mid-p."""
    both = sum(1 for row in pairings if row.before and row.after)
    lost = sum(1 for row in pairings if row.before and not row.after)
    won = sum(1 for row in pairings if row.after and not row.before)
    interval = newcombe(both, won, lost, len(pairings) - both - won - lost)
    return interval, mcnemar(won, lost)


def clustered_difference(totals: Sequence[Total], seed: int) -> Interval:
    """Return the interval of a mean difference over clusters; swapping the sides mirrors it."""
    mirrored = sorted(Total(-total.part, total.whole) for total in totals)
    if list(totals) <= mirrored:
        return mean_interval(totals, seed)
    interval = mean_interval(mirrored, seed)
    return Interval(-interval.high, -interval.low)


def sign_flip(totals: Sequence[Total], seed: int, replicates: int = REPLICATES) -> float:
    """Return the two-sided p of the permutation that flips the sign of whole clusters."""
    sizes = numpy.array(sorted(abs(total.part) for total in totals if total.part))
    observed = abs(math.fsum(total.part for total in totals))
    count = len(sizes)
    if not count:
        return 1.0
    if count <= EXACT_FLIPS:
        signs = 1 - 2 * ((numpy.arange(2**count)[:, None] >> numpy.arange(count)) & 1)
        return float((numpy.abs(signs @ sizes) >= observed - 1e-9).mean())
    generator = numpy.random.default_rng(derive(seed, "sign flip"))
    signs = generator.integers(0, 2, size=(replicates, count), dtype=numpy.int8) * 2 - 1
    extreme = int((numpy.abs(signs @ sizes) >= observed - 1e-9).sum())
    return (extreme + 1) / (replicates + 1)
