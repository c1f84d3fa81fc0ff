"""Preference pairs as rows of a file, made by one process or several: the same bytes either way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from callforge.api import Api
from callforge_core.records import Pair, Sample
from callforge_core.spec import Operation
from datasets_src.workers import count_cores, map_in_order
from generators.mixes import Mix
from generators.pair_streams import Stretch, iter_stretches, make_pairs, number_pairs
from validators.catalogue import Catalogue
from validators.payload import Validator

LAYOUT = 2  # raise it when the same order should give other pairs


class PairStream:
    """The pairs of one run; iterate once."""

    def __init__(
        self,
        apis: Sequence[Api],
        samples: Iterable[Sample],
        *,
        count: int,
        rows: int,
        seed: int,
        mix: Mix,
        workers: int = 1,
    ) -> None:
        self.apis = apis
        self.stretches = iter_stretches(samples, count=count, rows=rows)
        self.rows = rows
        self.count = count
        self.seed = seed
        self.mix = mix
        self.workers = workers or count_cores()

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[Pair]:
        return number_pairs(self.parts(), lambda number: f"p-{self.seed}-{number:06d}")

    def parts(self) -> Iterator[list[Pair]]:
        """Yield the pairs of each stretch, in order."""
        if self.workers == 1:
            validators = {api.operation.operation_id: api.validator for api in self.apis}
            for stretch in self.stretches:
                yield make_pairs(stretch, validators, seed=self.seed, mix=self.mix)
            return
        known = tuple((api.operation, api.catalogue) for api in self.apis)
        yield from map_in_order(
            work,
            self.stretches,
            workers=self.workers,
            prepare=prepare,
            arguments=(known, self.seed, dict(self.mix)),
        )


PREPARED: dict[str, Any] = {}  # what a worker process was given at its start


def prepare(known: Sequence[tuple[Operation, Catalogue]], seed: int, mix: Mix) -> None:
    """Set up this worker process."""
    validators = {each.operation_id: Validator(each, catalogue) for each, catalogue in known}
    PREPARED.update(validators=validators, seed=seed, mix=mix)


def work(stretch: Stretch) -> list[Pair]:
    """Make the pairs of a stretch in a worker process."""
    return make_pairs(stretch, PREPARED["validators"], seed=PREPARED["seed"], mix=PREPARED["mix"])
