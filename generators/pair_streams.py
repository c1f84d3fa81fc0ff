"""How do a million pairs fit into memory? Samples come in stretches, each a set of its own.

Every stretch keeps its own shares and its own balance of lengths, so any process can make any
stretch and the bytes do not depend on who did. Of samples that call, ask and refuse so many are
taken that both directions of a decision come alike: asking in vain and not asking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from callforge_core.records import Pair, Sample
from generators.mixes import Mix
from generators.pairs import iter_pairs
from validators.decision_faults import Validators

STRETCH = 1000  # samples: enough for the rarest class of a mix to come ten times


class Stretch(NamedTuple):
    """Samples that become pairs together."""

    samples: tuple[Sample, ...]
    rows: int
    """How many pairs they shall give."""


def iter_stretches(
    samples: Iterable[Sample], *, count: int, rows: int, length: int = STRETCH
) -> Iterator[Stretch]:
    """Yield `count` samples in stretches that together give `rows` pairs."""
    stream, low = iter(samples), 0
    while part := tuple(islice(stream, length)):
        high = min(count, low + len(part))
        quota = rows * high // count - rows * low // count
        if quota:
            yield Stretch(part, quota)
        low = high


def make_pairs(stretch: Stretch, validators: Validators, *, seed: int, mix: Mix) -> list[Pair]:
    """Return the pairs of a stretch, numbered from 1; raises what `iter_pairs` raises."""
    return list(iter_pairs(stretch.samples, validators, rows=stretch.rows, seed=seed, mix=mix))


def number_pairs(parts: Iterable[Iterable[Pair]], name: Callable[[int], str]) -> Iterator[Pair]:
    """Yield the pairs of all stretches under running numbers."""
    pairs = (pair for part in parts for pair in part)
    for number, pair in enumerate(pairs, 1):
        yield replace(pair, id=name(number))


def decision_shares(mix: Mix, decisions: Iterable[str]) -> Mix:
    """Return the share of samples of each decision that a mix wants.

    Half of D2 is due where a question was right and half where a call was; so it is with D3.
    """
    shares = {
        "clarify": mix.get("D2", 0.0) / 2,
        "refuse": mix.get("D3", 0.0) / 2,
    }
    shares["call"] = 1 - sum(shares.values())
    return {name: shares[name] for name in ("call", "clarify", "refuse") if name in decisions}


def count_decisions(shares: Mix, rows: int) -> dict[str, int]:
    """Return how many of `rows` samples each decision gives; they add up to `rows`."""
    counts = Counter(islice(iter_order(shares), rows))
    return {name: counts[name] for name in shares}


def iter_order(shares: Mix) -> Iterator[str]:
    """Yield the decision of each row without end: the one that lags most behind its share."""
    counts: Counter[str] = Counter()
    total = sum(shares.values())
    while True:
        made = counts.total() + 1
        lag = {name: share / total * made - counts[name] for name, share in shares.items()}
        name = max(lag, key=lag.__getitem__)
        counts[name] += 1
        yield name


def interleave(streams: Mapping[str, Iterable[Sample]], shares: Mix) -> Iterator[Sample]:
    """Yield the samples of several streams by their shares, until each of them has run out."""
    left = {name: iter(stream) for name, stream in streams.items() if shares.get(name)}
    order = iter_order({name: shares[name] for name in left})
    while left:
        name = next(order)
        if name not in left:
            continue
        sample = next(left[name], None)
        if sample is None:
            del left[name]
        else:
            yield sample
