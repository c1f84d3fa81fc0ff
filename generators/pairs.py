"""Which preference pairs do samples give?  The same request, the right answer, one precise lie.

A pair is written only if the diagnosis of the rejected side against its gold names exactly the
stated class. Shares follow a mix: the class that lags most behind its share comes next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random

from callforge_core.errors import ConfigError, DataError
from callforge_core.records import Pair, Payload, Sample
from callforge_core.registry import unknown
from callforge_core.seeding import stream
from callforge_core.spec import render_payload
from generators.defects import Defect, inject, injectable
from validators.diagnosis import diagnose
from validators.payload import Validator

Mix = Mapping[str, float]
# Invented fields are what small models get wrong most (they feed a schema they half remember); the
# classes that shorten an answer (F1 S1 S6 S8 C2 V6) weigh against those that lengthen it.
DEMO: Mix = {
    "F1": 2, "F2": 2, "F3": 2, "F4": 1,
    "S1": 7, "S2": 20, "S3": 15, "S4": 4, "S5": 2, "S6": 5, "S7": 3, "S8": 3, "S9": 2,
    "T1": 3, "T2": 1, "T3": 1, "T4": 2, "T5": 1, "T6": 1, "C2": 2, "C3": 1,
    "V1": 5, "V2": 5, "V3": 2, "V4": 4, "V5": 2, "V6": 7, "V7": 2, "V8": 2,
}  # fmt: skip
MIXES: Mapping[str, Mix] = {"demo": DEMO, "uniform": dict.fromkeys(DEMO, 1)}


def iter_pairs(
    samples: Iterable[Sample],
    validator: Validator,
    *,
    rows: int,
    seed: int,
    mix: str | Mix = "demo",
) -> Iterator[Pair]:
    """Yield `rows` pairs, one per sample until samples run out, then another class of each.

    Raises DataError for a sample that is not valid, ConfigError when no more pairs can be made.
    """
    shares = read_mix(mix)
    counts: Counter[str] = Counter()
    used: dict[str, set[str]] = {}
    seen: list[Sample] = []
    made = 0
    while made < rows:
        before = made
        for sample in seen or remember(samples, seen):
            if made == rows:
                return
            taken = used.setdefault(sample.id, set())
            rng = stream(seed, "pair", sample.id, len(taken))
            pair = draw_pair(sample, validator, rng, order_classes(shares, counts, rng, taken))
            if pair is None:
                continue
            made += 1
            taken.add(pair.fault.cls)
            counts[pair.fault.cls] += 1
            yield name_pair(pair, made, seed)
        if made == before:
            raise ConfigError(f"only {made} pairs can be made of {len(seen)} samples; give more")


def read_mix(mix: str | Mix) -> Mix:
    """Return shares that sum to 1; raise ConfigError for an unknown mix or class."""
    if isinstance(mix, str):
        if mix not in MIXES:
            raise ConfigError(unknown("mix", mix, MIXES))
        mix = MIXES[mix]
    strange = [cls for cls in mix if cls not in injectable()]
    total = sum(mix.values())
    if strange or total <= 0 or min(mix.values()) < 0:
        raise ConfigError(
            unknown("fault class", strange[0], injectable())
            if strange
            else "a mix needs weights above 0"
        )
    return {cls: weight / total for cls, weight in mix.items() if weight}


def remember(samples: Iterable[Sample], seen: list[Sample]) -> Iterator[Sample]:
    """Yield the samples that hold a call, and keep them for a second round."""
    for sample in samples:
        if sample.payload is not None:
            seen.append(sample)
            yield sample


def order_classes(shares: Mix, counts: Counter[str], rng: Random, taken: set[str]) -> list[str]:
    """Return the classes left for a sample, the one furthest behind its share first."""
    total = counts.total() + 1
    lag = {
        cls: share * total - counts[cls] + rng.random() * 1e-6
        for cls, share in shares.items()
        if cls not in taken
    }
    return sorted(lag, key=lag.__getitem__, reverse=True)


def draw_pair(
    sample: Sample, validator: Validator, rng: Random, classes: Iterable[str]
) -> Pair | None:
    """Return a pair of the first class that fits and keeps the law; None if none does."""
    gold = sample.payload or {}
    chosen = render_payload(validator.operation, gold)
    faults = diagnose(chosen, validator, gold=gold, request=sample.request)
    if faults:
        raise DataError(
            f"sample {sample.id} is not valid ({sorted(faults)[0]}); run validate first"
        )
    for cls in classes:
        defect = inject(cls, gold, validator, rng)
        if isinstance(defect, Defect) and is_lawful(defect, gold, sample.request, validator):
            return Pair(
                id=sample.id,
                api=sample.api,
                release=sample.release,
                operation=sample.operation,
                request=sample.request,
                chosen=chosen,
                rejected=defect.text,
                fault=defect.fault,
                cluster=sample.cluster,
                family=sample.family,
                provenance=dict(sample.provenance) | {"sample": sample.id},
            )
    return None


def is_lawful(defect: Defect, gold: Payload, request: str, validator: Validator) -> bool:
    """Say whether the diagnosis names the injected class and no other."""
    found = diagnose(defect.text, validator, gold=gold, request=request)
    return {cls for cls, _ in found} == {defect.fault.cls}


def name_pair(pair: Pair, number: int, seed: int) -> Pair:
    """Return the pair under its running number."""
    return replace(pair, id=f"p-{seed}-{number:06d}")
