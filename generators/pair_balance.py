"""Which of several faults keeps a preference set from leaning? Lengths and members, pair by pair.

Preference learning takes length for quality where it can. While longer and shorter rejects are
about as many, a fault is drawn blindly; beyond a tolerance the one of a few draws is taken that
leans the other way (minimisation: Pocock and Simon, Biometrics 31, 1975).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

T = TypeVar("T")

TRIES = 4
TOLERANCE = 0.05  # of the pairs may be longer than shorter: a guess by length is right 52.5 % then
SLACK = 2  # pairs: the first few may lean


class Change(NamedTuple):
    """What a rejected answer has more than its chosen one."""

    characters: int
    keys: int


@dataclass(slots=True)
class Lean:
    """How much more often something was more than less."""

    seen: int = 0
    more: int = 0
    """Times more, less the times less."""

    @property
    def leans(self) -> bool:
        """True beyond the tolerance."""
        return abs(self.more) > TOLERANCE * self.seen + SLACK

    def cost(self, step: int) -> int:
        """Return -1 for a step that sets a lean right, 1 for one that worsens it, 0 without need.

        Within the tolerance nothing costs: what is drawn blindly then keeps its variety.
        """
        if not self.leans:
            return 0
        return step if self.more > 0 else -step

    def add(self, step: int) -> None:
        """Count once more."""
        self.seen += 1
        self.more += step


@dataclass(slots=True)
class Balance:
    """How the pairs so far lean."""

    characters: Lean = field(default_factory=Lean)
    keys: Lean = field(default_factory=Lean)
    by_size: dict[int, Lean] = field(default_factory=dict)
    """Size class of the difference in characters -> whether longer or shorter."""

    def order(self, changes: Sequence[tuple[T, Change]]) -> list[T]:
        """Return candidates, the one first that sets most right; as they came where nothing is."""
        return [item for item, _ in sorted(changes, key=lambda each: self.cost(each[1]))]

    def cost(self, change: Change) -> int:
        """Return what a change would worsen, less what it would set right."""
        longer, wider = sign(change.characters), sign(change.keys)
        size = self.by_size.get(size_class(change.characters))
        whole = self.characters.cost(longer) + self.keys.cost(wider)
        return 2 * whole + (size.cost(longer) if size else 0)

    def add(self, change: Change) -> None:
        """Count a pair."""
        longer, wider = sign(change.characters), sign(change.keys)
        self.characters.add(longer)
        self.keys.add(wider)
        self.by_size.setdefault(size_class(change.characters), Lean()).add(longer)


def size_class(value: int) -> int:
    """Return the class of a difference's size: each up to 8 its own, then four an octave."""
    size = abs(value)
    return size if size <= 8 else 8 + int(4 * math.log2(size / 8))


def change_of(chosen: str, rejected: str) -> Change:
    """Return what a rejected answer has more than its chosen one."""
    return Change(len(rejected) - len(chosen), count_keys(rejected) - count_keys(chosen))


def count_keys(text: str) -> int:
    """Return how many members a text names, as far as quotes tell: it need not be JSON."""
    return text.count('":') + text.count("':")


def sign(number: int) -> int:
    """Return -1, 0 or 1."""
    return (number > 0) - (number < 0)
