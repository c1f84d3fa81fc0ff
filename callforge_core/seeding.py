"""One seed per run, many independent named random streams."""

from __future__ import annotations

import hashlib
import random


def stream(seed: int, *names: object) -> random.Random:
    """Return a Random that depends on `seed` and `names` only, on every platform and Python."""
    return random.Random(derive(seed, *names))


def derive(seed: int, *names: object) -> int:
    """Return a 64-bit seed for the named purpose (first 8 bytes of SHA-256)."""
    text = "\x1f".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


class Focused(random.Random):
    """Draws that prefer low values: u ** power instead of u, so early options come more often."""

    def __init__(self, seed: int, power: float) -> None:
        super().__init__(seed)
        self.power = power

    def random(self) -> float:
        """Return a number in [0, 1); at power 3 it lies in the first tenth 46 % of the time."""
        return float(super().random() ** self.power)
