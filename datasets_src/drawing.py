"""Which phrasing families are held out? The best of many random drawings.

A good drawing loses few rows to shared values, takes little more than it was asked for, and leaves
the held-out rows looking like the rest (profiles, kinds of device).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from random import Random
from typing import Literal

from callforge_core.records import Sample
from callforge_core.seeding import stream

Place = Literal["train", "validation", "test"]
WORK = 400_000  # row visits spent on drawings: 0.2 s, and never fewer than DRAWINGS[0] drawings
DRAWINGS = (12, 200)
VALIDATION = 0.6  # validation rows per test row: enough to see a loss curve turn
SLACK = 1.12  # rows drawn per test row wanted: some are lost to shared values


def draw_families(
    samples: Sequence[Sample],
    keys: Sequence[Collection[Hashable]],
    *,
    seed: int,
    wanted: int,
) -> dict[str, Place]:
    """Return family -> split, at least `wanted` test rows before losses where that can be."""
    sizes = Counter(sample.family for sample in samples)
    units = units_of(samples)
    strata = [stratum_of(sample) for sample in samples]
    shared = shared_keys(samples, keys)
    rng = stream(seed, "splits")
    count = min(DRAWINGS[1], max(DRAWINGS[0], WORK // len(samples)))
    drawn = [draw_once(units, sizes, rng, wanted) for _ in range(count)]
    return min(drawn, key=lambda plan: cost(plan, samples, strata, shared, wanted))


def units_of(samples: Sequence[Sample]) -> list[tuple[str, ...]]:
    """Return what is drawn together: families, or all families of one fold of values.

    A generator that takes the values of a family from one fold (provenance) makes splits along
    folds free of loss; when a family spans folds this says nothing and families stand alone.
    """
    folds: dict[str, set[str]] = {}
    for sample in samples:
        folds.setdefault(sample.family, set()).add(str(sample.provenance.get("fold", "")))
    units: dict[str, list[str]] = {}
    for family in sorted(folds):
        fold = next(iter(folds[family]))
        alone = len(folds[family]) > 1 or not fold
        units.setdefault(f"family {family}" if alone else f"fold {fold}", []).append(family)
    if len(units) < 3:  # too few to split along
        return [(family,) for family in sorted(folds)]
    return [tuple(unit) for unit in units.values()]


def draw_once(
    units: Sequence[tuple[str, ...]], sizes: Mapping[str, int], rng: Random, wanted: int
) -> dict[str, Place]:
    """Return one random drawing: test first, then validation, the rest trains."""
    queue = spread(units, rng)
    plan: dict[str, Place] = {}
    goals: tuple[tuple[Place, float], ...] = (
        ("test", wanted * SLACK),
        ("validation", wanted * VALIDATION),
    )
    for place, goal in goals:
        rows = 0
        while rows < goal and len(queue) > (2 if place == "test" else 1):
            unit = queue.pop()
            plan |= dict.fromkeys(unit, place)
            rows += sum(sizes[family] for family in unit)
    return {family: plan.get(family, "train") for family in sorted(sizes)}


def spread(units: Sequence[tuple[str, ...]], rng: Random) -> list[tuple[str, ...]]:
    """Return the units in random order, neighbours from different registers (text before /)."""
    order = list(units)
    rng.shuffle(order)
    turn: Counter[str] = Counter()
    ranked = []
    for position, unit in enumerate(order):
        register = unit[0].partition("/")[0]
        ranked.append((turn[register], position, unit))
        turn[register] += 1
    return [unit for _, _, unit in sorted(ranked, reverse=True)]


def stratum_of(sample: Sample) -> str:
    """Return what held-out rows should show in the same shares as the rest."""
    payload = sample.payload or {}
    device = payload.get("device")
    kinds = "+".join(sorted(device)) if isinstance(device, dict) else "none"
    return f"{sample.operation} {sample.decision} {payload.get('qosProfile', '')} {kinds}"


def shared_keys(
    samples: Sequence[Sample], keys: Sequence[Collection[Hashable]]
) -> list[Counter[str]]:
    """Return, for each key in more than one family, how many rows of which family hold it."""
    families: dict[Hashable, Counter[str]] = {}
    for sample, row_keys in zip(samples, keys, strict=True):
        for key in row_keys:
            families.setdefault(key, Counter())[sample.family] += 1
    return [held for held in families.values() if len(held) > 1]


def cost(
    plan: Mapping[str, Place],
    samples: Sequence[Sample],
    strata: Sequence[str],
    shared: Iterable[Counter[str]],
    wanted: int,
) -> float:
    """Return how bad a drawing is: rows lost or held out needlessly, and crooked shares."""
    lost = 0
    for held in shared:
        rows: Counter[Place] = Counter()
        for family, count in held.items():
            rows[plan[family]] += count
        lost += rows.total() - max(rows.values())
    test = Counter(s for s, row in zip(strata, samples, strict=True) if plan[row.family] == "test")
    everything = Counter(strata)
    crooked = sum(
        abs(test[stratum] / max(test.total(), 1) - count / len(samples))
        for stratum, count in everything.items()
    )
    short = max(0.0, wanted - test.total())
    excess = max(0.0, test.total() - wanted * SLACK)
    return (2 * lost + excess + 4 * short) / len(samples) + 0.5 * crooked
