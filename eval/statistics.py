"""How sure are we?  One estimate per metric, with the interval of metrics.md, section 9.

An item is a (part, whole) pair: (1, 1) for an indicator that holds, (2, 7) for two fields of
seven. The value is sum of parts / sum of wholes (ratio estimator); whole clusters are resampled,
never fields. Order of items and names of clusters change nothing; the same seed gives the same
bytes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy

from callforge_core.errors import DataError
from callforge_core.seeding import derive
from eval.proportions import (
    LEVEL,
    Interval,
    clopper_pearson,
    normal_quantile,
    proportion,
    rule_of_three,
    student_quantile,
)

REPLICATES = 10_000
FEWEST_CLUSTERS = 30  # below: cluster-robust SE and Student's t (rule I3)


class Observation(NamedTuple):
    """What one item adds to a metric, and the cluster it belongs to."""

    part: float
    whole: float
    cluster: str | None


class Total(NamedTuple):
    """What one cluster adds to a metric."""

    part: float
    whole: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value, how sure it is, and by which rule."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    """Items in the denominator."""
    clusters: int
    method: str
    design_effect: float | None = None
    note: str = ""
    """The bound in words when nothing or everything was observed."""

    def to_json(self) -> dict[str, Any]:
        """Return the entry of summary.json."""
        entry = {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "clusters": self.clusters,
            "method": self.method,
        }
        if self.design_effect is not None:
            entry["design_effect"] = self.design_effect
        return entry | ({"note": self.note} if self.note else {})


def estimate(
    observations: Sequence[Observation],
    *,
    seed: int,
    is_share: bool = True,
    replicates: int = REPLICATES,
) -> Estimate:
    """Return the ratio of sums with its interval.

    `is_share` says that parts lie between 0 and their whole, so that the interval does too.
    Raises DataError when an item has no cluster, before any shortcut.
    """
    totals = cluster_totals(observations)
    items = [row for row in observations if row.whole]
    if not items:
        return Estimate(value=None, low=None, high=None, n=0, clusters=0, method="none")
    value = ratio(totals)
    interval, method = choose(items, totals, is_share, seed, replicates)
    return Estimate(
        value=tidy(value),
        low=tidy(clip(interval.low, is_share)),
        high=tidy(clip(interval.high, is_share)),
        n=len(items),
        clusters=len(totals),
        method=method,
        design_effect=design_effect(items),
        note=rule_of_three(round(value) * len(totals), len(totals)) if is_edge(method) else "",
    )


def is_edge(method: str) -> bool:
    """Say whether nothing or everything was observed."""
    return method.startswith("clopper-pearson")


def choose(
    items: Sequence[Observation],
    totals: Sequence[Total],
    is_share: bool,
    seed: int,
    replicates: int,
) -> tuple[Interval, str]:
    """Return the interval and its name by the rules I1 to I3 and I5."""
    count, value = len(totals), ratio(totals)
    if is_share and all(row.whole == 1 and row.part in (0, 1) for row in items):
        right = round(math.fsum(row.part for row in items))
        if len(items) == count:
            at_edge = right in (0, count)
            return proportion(right, count), "clopper-pearson" if at_edge else "wilson"
        if right in (0, len(items)):  # resampling would give a point
            return clopper_pearson(right and count, count), "clopper-pearson on clusters"
    if is_share and value in (0.0, 1.0):
        return clopper_pearson(round(value) * count, count), "clopper-pearson on clusters"
    if count < 2:
        return (Interval(0.0, 1.0) if is_share else Interval(-math.inf, math.inf)), "one cluster"
    method = "cluster-robust t" if count < FEWEST_CLUSTERS else "cluster bootstrap (BCa)"
    return mean_interval(totals, seed, replicates), method


def mean_interval(totals: Sequence[Total], seed: int, replicates: int = REPLICATES) -> Interval:
    """Return the interval of a ratio over clusters: bootstrap, or Student's t for few (I2, I3)."""
    count = len(totals)
    if count < 2:
        return Interval(-math.inf, math.inf)
    if count >= FEWEST_CLUSTERS:
        return bca(totals, seed, replicates)
    half = student_quantile(count - 1) * standard_error(totals)
    return Interval(ratio(totals) - half, ratio(totals) + half)


def cluster_totals(observations: Iterable[Observation]) -> list[Total]:
    """Return what each cluster adds up to, sorted by value; DataError without a cluster key."""
    members: dict[str, list[Observation]] = {}
    for row in observations:
        if not row.cluster:
            raise DataError("an item has no cluster key, so it gets no interval; add 'cluster'")
        members.setdefault(row.cluster, []).append(row)
    sums = (
        Total(math.fsum(row.part for row in rows), math.fsum(row.whole for row in rows))
        for rows in members.values()
    )
    return sorted(total for total in sums if total.whole)


def ratio(totals: Sequence[Total]) -> float:
    """Return the sum of parts over the sum of wholes."""
    return math.fsum(t.part for t in totals) / math.fsum(t.whole for t in totals)


def standard_error(totals: Sequence[Total]) -> float:
    """Return the cluster-robust standard error of the ratio, with the factor C / (C - 1)."""
    count, value = len(totals), ratio(totals)
    whole = math.fsum(t.whole for t in totals)
    squares = math.fsum((t.part - value * t.whole) ** 2 for t in totals)
    return math.sqrt(count / (count - 1) * squares) / whole


def bca(totals: Sequence[Total], seed: int, replicates: int = REPLICATES) -> Interval:
    """Return the bias-corrected and accelerated bootstrap interval over clusters.

    Clusters with equal totals are drawn together: a multinomial over the distinct totals is the
    same distribution and far cheaper.
    """
    kinds = sorted(Counter(totals).items())
    size = numpy.array([count for _, count in kinds], dtype=float)
    part = numpy.array([total.part for total, _ in kinds])
    whole = numpy.array([total.whole for total, _ in kinds])
    generator = numpy.random.default_rng(derive(seed, "bootstrap"))
    draws = generator.multinomial(len(totals), size / size.sum(), size=replicates)
    values = numpy.sort((draws @ part) / (draws @ whole))
    value, left_out = ratio(totals), jackknife(part, whole, size)
    return quantiles(values, value, acceleration(left_out, size))


def jackknife(part: Any, whole: Any, size: Any) -> Any:
    """Return the ratio without one cluster of each kind."""
    return ((size * part).sum() - part) / ((size * whole).sum() - whole)


def acceleration(left_out: Any, size: Any) -> float:
    """Return the skewness term of BCa from the jackknife values of each kind."""
    away = (size * left_out).sum() / size.sum() - left_out
    spread = float((size * away**2).sum())
    return 0.0 if spread <= 0 else float((size * away**3).sum()) / (6 * spread**1.5)


def quantiles(values: Any, value: float, skew: float) -> Interval:
    """Return the ends that BCa picks among sorted replicates; ties count half."""
    count = len(values)
    below = float((values < value - 1e-12).sum() + (values <= value + 1e-12).sum()) / 2
    bias = NormalDist().inv_cdf(min(max(below, 0.5), count - 0.5) / count)
    z = normal_quantile(LEVEL)
    ends = []
    for edge in (bias - z, bias + z):
        damp = 1 - skew * edge
        moved = bias + edge / damp if damp > 0 else math.copysign(8.0, edge)
        share = NormalDist().cdf(moved)
        ends.append(float(values[min(max(round(share * count - 0.5), 0), count - 1)]))
    return Interval(min(ends[0], value), max(ends[1], value))


def design_effect(items: Sequence[Observation]) -> float | None:
    """Return 1 + (m - 1) x ICC with the one-way ANOVA ICC; None when no cluster has two items."""
    groups: dict[str | None, list[float]] = {}
    for row in items:
        groups.setdefault(row.cluster, []).append(row.part / row.whole)
    n, count = len(items), len(groups)
    if n == count or count < 2:
        return None
    mean = math.fsum(x for group in groups.values() for x in group) / n
    means = {name: math.fsum(group) / len(group) for name, group in groups.items()}
    between = math.fsum(len(groups[g]) * (means[g] - mean) ** 2 for g in groups) / (count - 1)
    within = math.fsum((x - means[g]) ** 2 for g in groups for x in groups[g]) / (n - count)
    usual = (n - math.fsum(len(g) ** 2 for g in groups.values()) / n) / (count - 1)
    spread = between + (usual - 1) * within
    if spread <= 0:
        return None
    return tidy(max(1 + (n / count - 1) * (between - within) / spread, 0.0))


def clip(value: float, is_share: bool) -> float:
    """Keep the end of an interval of shares inside 0..1."""
    return min(max(value, 0.0), 1.0) if is_share else value


def tidy(value: float) -> float | None:
    """Return a float that every platform prints alike; None when it is not finite."""
    return round(value, 10) + 0.0 if math.isfinite(value) else None
