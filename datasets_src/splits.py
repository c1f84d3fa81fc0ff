"""Which rows train, which validate, which test - so that nothing seen in training is tested?

Whole phrasing families are held out. What else two rows may share (a cluster, a request, an
identifying value) then never crosses a border: where it would, the side that loses fewer rows is
dropped. `certify` counts afresh what the splits share; every count has to be zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, NamedTuple

from callforge_core.errors import DataError
from callforge_core.records import Pair, Payload, Sample
from datasets_src.drawing import draw_families
from datasets_src.filters import Drop, Sink, load_payload
from datasets_src.identity import iter_values

Name = Literal["train", "validation", "test"]
NAMES: tuple[Name, ...] = ("train", "validation", "test")
TEST_ROWS = 80  # 80 yes/no answers give a 95 % interval of about +-11 points at worst
LARGEST_SHARE = 0.25  # of few rows, no more than this is held out for testing


class Key(NamedTuple):
    """Something that rows may share, but splits may not."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """The rows of each split, which split owns a family or value, and what the splits share."""

    samples: Mapping[Name, tuple[Sample, ...]]
    families: Mapping[str, Name]
    owners: Mapping[Key, Name]
    certificate: Mapping[str, Any]


def split_samples(
    samples: Sequence[Sample], drop: Sink, *, seed: int, test_rows: int = TEST_ROWS
) -> Splits:
    """Split samples by family; sees all rows. DataError when there are fewer than 3 families."""
    keys = [keys_in(sample) for sample in samples]
    wanted = min(test_rows, int(len(samples) * LARGEST_SHARE))
    count = len({sample.family for sample in samples})
    if count < len(NAMES) or wanted < 1:
        raise DataError(
            f"{len(samples)} samples of {count} phrasing families cannot be split without a leak; "
            f"train, validation and test need at least {len(NAMES)} families and 4 rows"
        )
    families = draw_families(samples, keys, seed=seed, wanted=wanted)
    places = [families[sample.family] for sample in samples]
    leaks = find_leaks(places, keys, floor=wanted)
    for index, kind in sorted(leaks.items()):
        drop(Drop(kind="sample", id=samples[index].id, reason="leak", detail=kind))
    kept = [index for index in range(len(samples)) if index not in leaks]
    rows = {
        name: tuple(samples[index] for index in kept if places[index] == name) for name in NAMES
    }
    if empty := [name for name in NAMES if not rows[name]]:
        raise DataError(
            f"no row is left for {' and '.join(empty)}: the rows share too many values with "
            "other splits; generate more rows or more phrasing families"
        )
    return Splits(
        samples=rows,
        families=families,
        owners={key: places[index] for index in kept for key in keys[index]},
        certificate=certify(rows, wanted=test_rows),
    )


def find_leaks(
    places: Sequence[Name], keys: Sequence[Collection[Key]], *, floor: int
) -> dict[int, str]:
    """Return row -> kind of the key for which it has to go, so that no key crosses a border."""
    rows_of: dict[Key, list[int]] = {}
    for index, row_keys in enumerate(keys):
        for key in row_keys:
            rows_of.setdefault(key, []).append(index)
    shared = {key: rows for key, rows in rows_of.items() if len({places[i] for i in rows}) > 1}
    gone: dict[int, str] = {}
    left = Counter(places)
    for key in sorted(shared, key=lambda key: (len(shared[key]), key)):
        alive = Counter(places[index] for index in shared[key] if index not in gone)
        if len(alive) < 2:
            continue
        keep = choose_side(alive, left["test"], floor)
        for index in shared[key]:
            if index not in gone and places[index] != keep:
                gone[index] = key.kind
                left[places[index]] -= 1
    return without_needless(gone, places, keys, rows_of)


def choose_side(alive: Mapping[Name, int], test_rows: int, floor: int) -> Name:
    """Return the split that keeps a shared key: test when it is short of rows, else the larger."""
    if alive.get("test") and test_rows - alive["test"] < floor:
        return "test"
    return max(alive, key=lambda name: (alive[name], NAMES.index(name)))


def without_needless(
    gone: dict[int, str],
    places: Sequence[Name],
    keys: Sequence[Collection[Key]],
    rows_of: Mapping[Key, Sequence[int]],
) -> dict[int, str]:
    """Take back each drop whose partners have all been dropped for other keys meanwhile."""
    kept = dict(gone)
    for index in sorted(gone):
        partners = (other for key in keys[index] for other in rows_of[key])
        if all(other in kept or places[other] == places[index] for other in partners):
            del kept[index]
    return kept


def split_pairs(
    pairs: Iterable[Pair], splits: Splits, drop: Sink
) -> dict[Literal["train", "validation"], list[Pair]]:
    """Put pairs where their family trains or validates; drop what test, or the other, owns."""
    owners = dict(splits.owners)
    rows: dict[Literal["train", "validation"], list[Pair]] = {"train": [], "validation": []}
    for pair in pairs:
        place = splits.families.get(pair.family, "train")
        said = {"chosen": load_payload(pair.chosen), "known": pair.provenance.get("known")}
        keys = keys_of(pair.request, pair.cluster, said)
        clash = next((key for key in sorted(keys) if owners.get(key, place) != place), None)
        if place == "test":
            drop(Drop(kind="pair", id=pair.id, reason="held_out", detail=pair.family))
        elif clash:
            drop(Drop(kind="pair", id=pair.id, reason="leak", detail=clash.kind))
        else:
            owners.update(dict.fromkeys(keys, place))
            rows[place].append(pair)
    return rows


def certify(rows: Mapping[Name, Sequence[Sample]], *, wanted: int) -> dict[str, Any]:
    """Count afresh, from the rows alone, what two splits share: all zero, or the split is wrong."""
    owned = {name: Counter(held_by(part)) for name, part in rows.items()}
    kinds = sorted({key.kind for held in owned.values() for key in held})
    shared = [key for a, b in combinations(owned.values(), 2) for key in a.keys() & b.keys()]
    collisions = {kind: sum(key.kind == kind for key in shared) for kind in kinds}
    assert not shared, f"splits share {sorted(shared)[:3]}"
    return {
        "rows": {name: len(part) for name, part in rows.items()},
        "families": {name: sorted({row.family for row in part}) for name, part in rows.items()},
        "clusters": {name: len({row.cluster for row in part}) for name, part in rows.items()},
        "collisions": collisions,
        "wanted_test_rows": wanted,
    }


def held_by(samples: Iterable[Sample]) -> Iterable[Key]:
    """Yield everything that the samples of one split hold, families included."""
    for sample in samples:
        yield Key("family", sample.family)
        yield from keys_in(sample)


def keys_in(sample: Sample) -> frozenset[Key]:
    """Return what a sample holds; a question holds what its request states beside the gap."""
    known = [sample.provenance.get(key) for key in ("known", "known_path")]
    said = {"payload": sample.payload, "path": dict(sample.path), "known": known}
    return keys_of(sample.request, sample.cluster, said)


def keys_of(request: str, cluster: str, payload: Payload | None) -> frozenset[Key]:
    """Return what a row may share with rows of its own split only."""
    words = " ".join(request.casefold().split())
    values = {Key(value.kind, value.text) for value in iter_values(payload)}
    return frozenset({Key("cluster", cluster), Key("request", words)} | values)
