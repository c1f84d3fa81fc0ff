"""Exact binomial arithmetic: intervals of one proportion, McNemar's test, the paired difference.

Pure Python: quantiles of the normal come from the standard library, those of the binomial and of
Student's t from a bisection on their distribution functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    low: float
    high: float


def normal_quantile(level: float = LEVEL) -> float:
    """Return the two-sided normal quantile: 1.96 for 95 %."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(right: int, n: int, level: float = LEVEL) -> Interval:
    """Return the Wilson score interval of `right` out of `n`."""
    check_counts(right, n)
    z, share = normal_quantile(level), right / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if right == 0 else (centre - half) / scale
    return Interval(low, 1.0 if right == n else (centre + half) / scale)


def clopper_pearson(right: int, n: int, level: float = LEVEL) -> Interval:
    """Return the exact interval of `right` out of `n`: never covers less than `level`."""
    check_counts(right, n)
    tail = (1 - level) / 2
    low = 0.0 if right == 0 else solve(lambda p: 1 - binomial_cdf(right - 1, n, p) - tail)
    high = 1.0 if right == n else solve(lambda p: tail - binomial_cdf(right, n, p))
    return Interval(low, high)


def proportion(right: int, n: int, level: float = LEVEL) -> Interval:
    """Return Wilson's interval, the exact one at 0 of n and n of n (metrics.md, I1)."""
    return clopper_pearson(right, n, level) if right in (0, n) else wilson(right, n, level)


def rule_of_three(right: int, n: int) -> str:
    """Return the one-sided 95 % bound in words for 0 of n and n of n, else nothing."""
    check_counts(right, n)
    if 0 < right < n:
        return ""
    share = 100 * (1 - (1 - LEVEL) ** (1 / n))  # about 3 / n
    what = "none" if right == 0 else "all"
    bound = f"at most {share:.2g} % have it" if right == 0 else f"at most {share:.2g} % lack it"
    return f"{what} of {n} observed: with 95 % confidence {bound}"


def binomial_cdf(k: int, n: int, p: float) -> float:
    """Return P(X <= k) for X ~ Binomial(n, p), summed from the shorter tail."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    if k > n * p:
        return 1 - math.fsum(binomial_mass(i, n, p) for i in range(k + 1, n + 1))
    return math.fsum(binomial_mass(i, n, p) for i in range(k + 1))


def binomial_mass(k: int, n: int, p: float) -> float:
    """Return P(X = k) for X ~ Binomial(n, p)."""
    if p <= 0 or p >= 1:
        return float(k == (0 if p <= 0 else n))
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p))


def student_cdf(t: float, freedom: int) -> float:
    """Return P(T <= t) of Student's t with whole degrees of freedom (a finite series)."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    inside = (angle + math.sin(angle) * total) * 2 / math.pi if odd else math.sin(angle) * total
    return 0.5 + inside / 2


def student_quantile(freedom: int, level: float = LEVEL) -> float:
    """Return the two-sided quantile of Student's t: 2.26 for 9 degrees of freedom."""
    return solve(lambda t: student_cdf(t, freedom) - (0.5 + level / 2), high=1e4)


def mcnemar(only_left: int, only_right: int) -> float:
    """Return the exact mid-p of McNemar's test; it depends on the discordant pairs only."""
    n, least = only_left + only_right, min(only_left, only_right)
    check_counts(least, max(n, 1))
    if only_left == only_right:
        return 1.0
    return 2 * (binomial_cdf(least, n, 0.5) - binomial_mass(least, n, 0.5) / 2)


def newcombe(
    both: int, only_left: int, only_right: int, neither: int, level: float = LEVEL
) -> Interval:
    """Return Newcombe's interval (his method 10) of left share - right share on paired items."""
    n = both + only_left + only_right + neither
    left, right = both + only_left, both + only_right
    first, second = wilson(left, n, level), wilson(right, n, level)
    p, q = left / n, right / n
    below, above = p - first.low, first.high - p
    low_q, high_q = q - second.low, second.high - q
    phi = correlation(both, only_left, only_right, neither)
    down = below**2 - 2 * phi * below * high_q + high_q**2
    up = above**2 - 2 * phi * above * low_q + low_q**2
    change = p - q
    return Interval(change - math.sqrt(max(down, 0.0)), change + math.sqrt(max(up, 0.0)))


def correlation(both: int, only_left: int, only_right: int, neither: int) -> float:
    """Return the phi coefficient of a paired table with Newcombe's continuity correction."""
    n = both + only_left + only_right + neither
    margins = (
        (both + only_left) * (only_right + neither) * (both + only_right) * (only_left + neither)
    )
    if margins == 0:
        return 0.0
    cross = both * neither - only_left * only_right
    return (max(cross - n / 2, 0.0) if cross > 0 else cross) / math.sqrt(margins)


def solve(rising: Callable[[float], float], low: float = 0.0, high: float = 1.0) -> float:
    """Return the root of a rising function by bisection, to the last bit that matters."""
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def check_counts(right: int, n: int) -> None:
    """Refuse counts that no sample has: that is a mistake of the caller."""
    if n < 1 or not 0 <= right <= n:
        raise ValueError(f"{right} of {n} is not a proportion; n >= 1 and 0 <= right <= n")
