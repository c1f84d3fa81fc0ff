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
from typing import Any

import numpy as np
from numpy.typing import NDArray

HASHES = 128
BAND = 4  # hashes that have to agree
BANDS = 24
ALIKE = 0.8
MOST_WORDS = 1000  # of a longer request the beginning is compared
MOST_EXAMPLES = 20
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
    keys = np.where(masked == NOTHING, exact, masked)
    _, leaders, group = np.unique(keys, return_index=True, return_inverse=True)
    asked = np.flatnonzero(masked[leaders] != NOTHING)
    signatures = np.frombuffer(marks.signatures, dtype=np.uint8).reshape(-1, HASHES)
    left, right, alike = near_pairs(signatures, leaders[asked])
    labels = components(len(leaders), asked[left], asked[right])[group]
    sizes = np.bincount(labels, minlength=len(leaders))
    repeats = len(exact) - len(np.unique(exact))
    links = examples(leaders, group, labels, (asked[left], asked[right], alike))
    rows = marks.rows
    return {
        "exact_rows": int(repeats),
        "near_rows": int((sizes[sizes > 1] - 1).sum()) - int(repeats),
        "groups": int((sizes > 1).sum()),
        "examples": [
            {
                "rows": [rows[one], rows[other]],
                "similarity": round(similarity, 2),
                "texts": [marks.texts.get(rows[one], ""), marks.texts.get(rows[other], "")],
            }
            for one, other, similarity in links
        ],
    }


def near_pairs(signatures: Numbers, chosen: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return pairs (numbers into `chosen`) of rows that are alike, each with its similarity.

    In every band, rows that agree are compared with the one before them and with the first one.
    """
    found: list[tuple[Numbers, Numbers, Numbers]] = []
    for band in range(BANDS if len(chosen) > 1 else 0):
        at = signatures[:, band * BAND : (band + 1) * BAND][chosen]
        key = np.ascontiguousarray(at).view(np.uint32).ravel()
        order = np.argsort(key, kind="stable")
        key = key[order]
        new = np.concatenate(([True], key[1:] != key[:-1]))
        first = np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))
        later = np.flatnonzero(~new)
        for earlier in (later - 1, first[later]):
            found.append(compare(signatures, chosen, order[earlier], order[later]))
    if not found:
        return (np.empty(0, np.int64),) * 3
    left, right, alike = (np.concatenate(part) for part in zip(*found, strict=True))
    _, once = np.unique(left * len(chosen) + right, return_index=True)
    return left[once], right[once], alike[once]


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
    low, high = np.minimum(left, right)[near], np.maximum(left, right)[near]
    return low, high, alike[near]


def components(count: int, left: Numbers, right: Numbers) -> Numbers:
    """Return for each of `count` things the least one that pairs connect it with."""
    label = np.arange(count)
    while True:
        before = label.copy()
        least = np.minimum(label[left], label[right])
        np.minimum.at(label, left, least)
        np.minimum.at(label, right, least)
        label = label[label]
        if np.array_equal(label, before):
            return label


def examples(
    leaders: Numbers, group: Numbers, labels: Numbers, pairs: tuple[Numbers, Numbers, Numbers]
) -> list[tuple[int, int, float]]:
    """Return one pair of rows for each of the first groups, in row order."""
    masked = np.flatnonzero(leaders[group] != np.arange(len(group)))[: 50 * MOST_EXAMPLES]
    links = [(int(leaders[group[row]]), int(row), 1.0) for row in masked]
    left, right = leaders[pairs[0]], leaders[pairs[1]]
    first = np.argsort(np.maximum(left, right), kind="stable")[: 50 * MOST_EXAMPLES]
    for n in first:
        one, other = sorted((int(left[n]), int(right[n])))
        links.append((one, other, float(pairs[2][n])))
    chosen: dict[int, tuple[int, int, float]] = {}
    for link in sorted(links, key=lambda link: (link[1], link[0])):
        chosen.setdefault(int(labels[link[1]]), link)
    return list(chosen.values())[:MOST_EXAMPLES]


def count_repeats(hashes: array[int]) -> int:
    """Return how many hashes repeat an earlier one."""
    return len(hashes) - len(np.unique(np.frombuffer(hashes, dtype=np.uint64))) if hashes else 0
