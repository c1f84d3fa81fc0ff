"""How well does one number, such as a length, tell the chosen side of a pair from the rejected?

Two answers: over all sides (the area under the ROC curve) and within a pair (how often the side
with the larger number is the rejected one). Both are free of sign: 0.5 tells nothing, 1 all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from generators.pair_balance import size_class

Z = 1.959964  # two-sided 95 % quantile of the normal distribution
FOLDS = 5


class Estimate(NamedTuple):
    """A value between 0.5 and 1 with its 95 % interval, which may reach below 0.5."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Separability:
    """What one number tells."""

    n: int
    auc: Estimate
    """Over all sides; interval by Hanley and McNeil, Radiology 143, 1982."""
    paired: Estimate
    """Within a pair, ties count half; Wilson's interval."""
    rule: float
    """Within a pair, by the best rule on the size of the difference, cross-validated."""

    @property
    def worst(self) -> float:
        """The figure that the gate looks at."""
        return max(self.auc.value, self.paired.value)

    def to_json(self) -> dict[str, Any]:
        """Return the figures for machines."""
        return {
            "n": self.n,
            "auc": rounded(self.auc),
            "paired": rounded(self.paired),
            "paired_any_rule": round(self.rule, 4),
        }


@dataclass(slots=True)
class Tally:
    """Counts of a number on both sides, and of its difference within pairs."""

    chosen: Counter[int] = field(default_factory=Counter)
    rejected: Counter[int] = field(default_factory=Counter)
    folds: tuple[Counter[int], ...] = field(
        default_factory=lambda: tuple(Counter() for _ in range(FOLDS))
    )
    n: int = 0

    def add(self, chosen: int, rejected: int) -> None:
        """Count a pair."""
        self.chosen[chosen] += 1
        self.rejected[rejected] += 1
        self.folds[self.n % FOLDS][rejected - chosen] += 1
        self.n += 1


def separability(tally: Tally) -> Separability:
    """Return what the counted number tells."""
    return Separability(
        n=tally.n,
        auc=estimate_auc(tally.chosen, tally.rejected),
        paired=estimate_paired(sum(tally.folds, Counter())),
        rule=best_rule(tally.folds),
    )


def estimate_auc(negatives: Mapping[int, int], positives: Mapping[int, int]) -> Estimate:
    """Return the area under the ROC curve: P(positive > negative), ties count half."""
    below, wins = 0, 0.0
    for value in sorted({*negatives, *positives}):
        here = negatives.get(value, 0)
        wins += positives.get(value, 0) * (below + here / 2)
        below += here
    n, m = sum(positives.values()), below
    area = wins / (n * m)
    area = max(area, 1 - area)
    # Hanley and McNeil's variance takes the sides for independent; those of a pair are not, which
    # makes the interval wide rather than narrow
    both_above, both_below = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area)
    spread += (n - 1) * (both_above - area**2) + (m - 1) * (both_below - area**2)
    half = Z * math.sqrt(max(0.0, spread) / (n * m))
    return Estimate(area, max(0.0, area - half), min(1.0, area + half))


def estimate_paired(differences: Mapping[int, int]) -> Estimate:
    """Return how often the side with the larger number is the rejected one, free of sign."""
    n = sum(differences.values())
    more = sum(count for value, count in differences.items() if value > 0)
    right = more + differences.get(0, 0) / 2
    share = max(right, n - right) / n
    centre = share + Z * Z / (2 * n)
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return Estimate(share, max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))


def best_rule(folds: tuple[Counter[int], ...]) -> float:
    """Return the accuracy of a rule "so large a difference: the longer one is wrong".

    It is learnt on four fifths of the pairs and tried on the last: half when it learns nothing.
    """
    right = n = 0.0
    for index, held_out in enumerate(folds):
        lean: Counter[int] = Counter()
        for other, fold in enumerate(folds):
            if other != index:
                for value, count in fold.items():
                    lean[size_class(value)] += count if value > 0 else -count if value else 0
        for value, count in held_out.items():
            guess = lean[size_class(value)]
            n += count
            right += count * (0.5 if not value or not guess else float((guess > 0) == (value > 0)))
    return right / n


def rounded(estimate: Estimate) -> dict[str, float]:
    """Return an estimate for machines."""
    return {name: round(value, 4) for name, value in estimate._asdict().items()}
