"""How many different values, which lengths? Counts of a long stream that take little memory.

Both add up: the sum over parts of a file is the same as over the whole, in any order.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

MOST_MARKS = 4096  # up to here the count is exact; beyond, its standard error is 1.6 %
BINS = 20


class Distinct:
    """How many different texts a stream holds, by its smallest hashes (k minimum values).

    After Bar-Yossef et al., "Counting distinct elements in a data stream" (2002). At most 8,192
    integers are kept however long the stream is.
    """

    __slots__ = ("limit", "marks")

    def __init__(self) -> None:
        self.marks: set[int] = set()
        self.limit = 1 << 64

    def add(self, texts: Iterable[str]) -> None:
        """Take in some texts."""
        self.include(mark_of(text) for text in texts)

    def merge(self, other: Distinct) -> None:
        """Take in what another part of the stream has seen."""
        if other.limit < self.limit:
            self.limit = other.limit
            self.marks = {mark for mark in self.marks if mark < self.limit}
        self.include(other.marks)

    def include(self, marks: Iterable[int]) -> None:
        """Keep the smallest marks; the rest only told how dense they lie."""
        limit = self.limit
        self.marks.update({mark for mark in marks if mark < limit})
        if len(self.marks) > 2 * MOST_MARKS:
            self.trim()

    def trim(self) -> None:
        """Forget all but the smallest marks."""
        kept = sorted(self.marks)[: MOST_MARKS + 1]
        self.limit = kept[-1]
        self.marks = set(kept[:-1])

    def count(self) -> int:
        """Return the number of different texts, estimated beyond `MOST_MARKS` of them."""
        if len(self.marks) > MOST_MARKS:
            self.trim()
        if self.limit == 1 << 64:
            return len(self.marks)
        return round(MOST_MARKS * (1 << 64) / self.limit)


def mark_of(text: str) -> int:
    """Return 64 bits that stand for a text, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())


def summarise_lengths(lengths: Counter[int]) -> dict[str, Any]:
    """Return count, extremes, percentiles and a histogram of text lengths.

    The counter stays small by itself: n different lengths need a file of about n²/2 characters.
    """
    ordered = sorted(lengths.items())
    total = sum(lengths.values())
    if not total:
        empty = dict.fromkeys(("min", "p50", "p90", "max"))
        return {"unit": "characters", "n": 0, **empty, "bins": []}
    return {
        "unit": "characters",
        "n": total,
        "min": ordered[0][0],
        "p50": percentile(ordered, total, 50),
        "p90": percentile(ordered, total, 90),
        "max": ordered[-1][0],
        "bins": bins(ordered),
    }


def percentile(ordered: list[tuple[int, int]], total: int, percent: int) -> int:
    """Return the length that `percent` of the texts do not exceed (nearest rank)."""
    rank = -(-total * percent // 100)
    seen = 0
    for length, rows in ordered:
        seen += rows
        if seen >= rank:
            return length
    return ordered[-1][0]


def bins(ordered: list[tuple[int, int]]) -> list[dict[str, int]]:
    """Return up to `BINS` bins of equal width from the shortest to the longest text."""
    low, high = ordered[0][0], ordered[-1][0]
    width = -(-(high - low + 1) // BINS)
    starts = range(low, high + 1, width)
    rows = [0] * len(starts)
    for length, count in ordered:
        rows[(length - low) // width] += count
    return [
        {"low": start, "high": start + width - 1, "rows": count}
        for start, count in zip(starts, rows, strict=True)
    ]
