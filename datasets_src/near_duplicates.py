"""Which rows say the same again, word for word or nearly? In 152 bytes a row, whatever its length.

Exact: the same request with the same answer. Near: requests that are equal once numbers, addresses,
links, case and punctuation are masked, or whose sets of masked word pairs have a Jaccard similarity
of 0.8 or more. The similarity is estimated: 128 minimum hashes a row (Broder, "On the resemblance
and containment of documents", 1997), of which 8 bits each are kept (Li and König, "b-Bit minwise
hashing", 2010; standard error 3.5 % at 0.8). Candidates agree in four hashes of one of 24 bands
(Indyk and Motwani, "Approximate nearest neighbors", 1998), which finds 99.999 % of the pairs at
0.8. Groups are what such pairs connect.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from array import array
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

HASHES = 128
BAND = 4  # hashes that have to agree
BANDS = 24
ALIKE = 0.8
MOST_WORDS = 1000  # of a longer request the beginning is compared
MOST_EXAMPLES = 20
MOST_LINKS = 1000  # of which the examples are chosen, a band
MOST_TEXTS = 20_000  # rows whose request is kept to be shown
LONGEST_TEXT = 400  # characters shown
BLOCK = 1 << 16  # pairs compared at a time
NOTHING = 0  # the masked hash of a row without a request

CACHED_WORDS = 1 << 15
DIGIT = re.compile(r"\d")
WORD = re.compile(r"[^\W\d_]+")
RANDOM = np.random.default_rng(20_101_997).integers(1, 1 << 32, (2, HASHES), dtype=np.uint32)
FACTORS, SHIFTS = RANDOM[0] | np.uint32(1), RANDOM[1]
JOIN = np.uint32(2_654_435_761)

Numbers = NDArray[Any]


class Link(NamedTuple):
    """Two rows that say the same, and how similar they are."""

    earlier: int
    later: int
    alike: float


class Marks:
    """What is kept of the rows of a stretch: hashes and the first texts; stretches add up."""

    def __init__(self) -> None:
        self.rows = array("Q")
        self.exact = array("Q")
        self.masked = array("Q")
        self.signatures = bytearray()
        self.texts: dict[int, str] = {}
        self.waiting: list[list[str]] = []

    def add(self, row: int, request: str | None, answers: Sequence[str]) -> None:
        """Take in one row; the rows of a stretch come in order."""
        self.rows.append(row)
        self.exact.append(hash_text("\x1f".join([request or "", *answers])))
        words = mask(request) if request else []
        self.masked.append(hash_text(" ".join(words)) if words else NOTHING)
        self.waiting.append(words)
        if request and row <= MOST_TEXTS:
            self.texts[row] = request[:LONGEST_TEXT]

    def close(self) -> None:
        """Sign the rows that were added."""
        self.signatures += sign(self.waiting)
        self.waiting = []

    def merge(self, other: Marks) -> None:
        """Append the rows of the next stretch."""
        self.rows += other.rows
        self.exact += other.exact
        self.masked += other.masked
        self.signatures += other.signatures
        self.texts |= other.texts


def mask(text: str) -> list[str]:
    """Return the words of a text without case and punctuation, numbers and links as one sign."""
    words: list[str] = []
    for token in text.casefold().split():
        if token.isalpha():
            words.append(token)
        elif "://" in token:
            words.append("@")
        elif not DIGIT.search(token):
            words += WORD.findall(token)
        elif not words or words[-1] != "#":  # a phone number with gaps is one number
            words.append("#")
    return words


def hash_text(text: str) -> int:
    """Return 64 bits that stand for a text, never `NOTHING`."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) or 1


def sign(texts: Sequence[Sequence[str]]) -> bytes:
    """Return the signatures of masked texts: one byte a hash, rows one after another."""
    if not texts:
        return b""
    pairs, starts = pair_hashes(texts)
    signatures = np.empty((len(texts), HASHES), dtype=np.uint8)
    for number, (factor, shift) in enumerate(zip(FACTORS, SHIFTS, strict=True)):
        least = np.minimum.reduceat(pairs * factor + shift, starts)
        signatures[:, number] = (least >> np.uint32(8)).astype(np.uint8)
    return signatures.tobytes()


def pair_hashes(texts: Sequence[Sequence[str]]) -> tuple[Numbers, Numbers]:
    """Return a hash for each two neighbouring words of all texts, and where each text starts.

    The end of a text counts as a word, so that even an empty one has a pair.
    """
    marks: list[int] = []
    for words in texts:
        marks += [0, *map(mark_word, words[:MOST_WORDS]), 0]
    counts = np.fromiter((min(len(words), MOST_WORDS) + 1 for words in texts), np.int64)
    ends = np.cumsum(counts + 1) - 1  # places of the last marks
    flat = np.array(marks, dtype=np.uint32)
    pairs = flat[:-1] * JOIN + flat[1:]
    return np.delete(pairs, ends[:-1]), np.cumsum(counts) - counts


@lru_cache(CACHED_WORDS)
def mark_word(word: str) -> int:
    """Return 32 bits that stand for a word, the same in every process."""
    return zlib.crc32(word.encode("utf-8", "replace")) or 1


def summarise(marks: Marks) -> dict[str, Any]:
    """Return the rows that repeat earlier ones, exactly or nearly, with some examples."""
    if not marks.rows:
        return {"exact_rows": 0, "near_rows": 0, "groups": 0, "examples": []}
    exact = np.frombuffer(marks.exact, dtype=np.uint64)
    masked = np.frombuffer(marks.masked, dtype=np.uint64)
    # a row without a request can only repeat another one exactly
    _, leaders, group = np.unique(
        np.where(masked == NOTHING, exact, masked), return_index=True, return_inverse=True
    )
    asked = np.flatnonzero(masked[leaders] != NOTHING)
    signatures = np.frombuffer(marks.signatures, dtype=np.uint8).reshape(-1, HASHES)
    labels, links = connect(signatures, leaders[asked])
    roots = np.arange(len(leaders))
    roots[asked] = asked[labels]
    roots = roots[group]
    sizes = np.bincount(roots, minlength=len(leaders))
    sizes = sizes[sizes > 1]
    repeats = count_repeats(marks.exact)
    same = [Link(int(leaders[group[row]]), int(row), 1.0) for row in repeating(leaders, group)]
    return {
        "exact_rows": repeats,
        "near_rows": int((sizes - 1).sum()) - repeats,
        "groups": len(sizes),
        "examples": [show(marks, link) for link in first_of_groups(same + links, roots)],
    }


def connect(signatures: Numbers, chosen: Numbers) -> tuple[Numbers, list[Link]]:
    """Return for each of the `chosen` rows the least one it is alike with, by way of others, and
    links between rows of some groups.

    In every band, rows that agree are compared with the one before them and with the first one.
    """
    labels = np.arange(len(chosen))
    links: list[Link] = []
    for band in range(BANDS if len(chosen) > 1 else 0):
        at = signatures[:, band * BAND : (band + 1) * BAND][chosen]
        key = np.ascontiguousarray(at).view(np.uint32).ravel()
        order = np.argsort(key, kind="stable")
        new = np.concatenate(([True], key[order[1:]] != key[order[:-1]]))
        first = np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))
        later = np.flatnonzero(~new)
        for earlier in (later - 1, first[later]):
            left, right = order[earlier], order[later]
            apart = labels[left] != labels[right]
            left, right, alike = compare(signatures, chosen, left[apart], right[apart])
            labels = components(labels, left, right)
            links += pick(chosen[left], chosen[right], alike)
    return labels, links


def compare(
    signatures: Numbers, chosen: Numbers, left: Numbers, right: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Return those of the pairs that are alike, and how much."""
    alike = np.empty(len(left))
    for start in range(0, len(left), BLOCK):
        part = slice(start, start + BLOCK)
        same = signatures[chosen[left[part]]] == signatures[chosen[right[part]]]
        alike[part] = same.mean(axis=1)
    alike = np.clip((alike - 1 / 256) / (1 - 1 / 256), 0, 1)  # chance agreement of 8 bits
    near = alike >= ALIKE
    return left[near], right[near], alike[near]


def components(labels: Numbers, left: Numbers, right: Numbers) -> Numbers:
    """Return labels after joining the groups that pairs connect: the least member of each."""
    while True:
        before = labels.copy()
        least = np.minimum(labels[left], labels[right])
        for side in (before[left], before[right], left, right):
            np.minimum.at(labels, side, least)
        labels = labels[labels]
        if np.array_equal(labels, before):
            return labels


def repeating(leaders: Numbers, group: Numbers) -> Numbers:
    """Return the first rows that another row has gone before, numbers aside."""
    return np.flatnonzero(leaders[group] != np.arange(len(group)))[:MOST_LINKS]


def pick(left: Numbers, right: Numbers, alike: Numbers) -> list[Link]:
    """Return the first of some pairs of rows as links."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    first = np.lexsort((low, high))[:MOST_LINKS]
    return [Link(int(low[n]), int(high[n]), float(alike[n])) for n in first]


def first_of_groups(links: list[Link], roots: Numbers) -> list[Link]:
    """Return one link for each of the first groups, in row order."""
    chosen: dict[int, Link] = {}
    for link in sorted(links, key=lambda link: (link.later, link.earlier)):
        chosen.setdefault(int(roots[link.later]), link)
    return list(chosen.values())[:MOST_EXAMPLES]


def show(marks: Marks, link: Link) -> dict[str, Any]:
    """Return a link as the document has it."""
    rows = [marks.rows[link.earlier], marks.rows[link.later]]
    return {
        "rows": rows,
        "similarity": round(link.alike, 2),
        "texts": [marks.texts.get(row, "") for row in rows],
    }


def count_repeats(hashes: array[int]) -> int:
    """Return how many hashes repeat an earlier one."""
    return len(hashes) - len(np.unique(np.frombuffer(hashes, dtype=np.uint64))) if hashes else 0
