"""Rows of several operations and decisions as lines of a file, drawn by one process or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from callforge.sample_stream import STRETCH, SampleStream, Stretch, draw_stretch
from callforge_core.spec import Operation, load_spec
from datasets_src.workers import count_cores, map_in_order
from generators.family import FamilyDrafter
from generators.samples import BLOCK, Drafter
from validators.catalogue import Catalogue

Named = tuple[Path, str]
"""A definition and the id of an operation in it: what travels to a worker process."""


class FamilyStream(SampleStream):
    """The rows of one run; iterate once. `redrawn` counts why rows were drawn again."""

    def __init__(
        self,
        operations: Sequence[Named],
        catalogue: Catalogue,
        *,
        rows: int,
        seed: int,
        mix: str,
        decisions: Sequence[str],
        workers: int = 1,
    ) -> None:
        self.rows = rows
        self.job = (tuple(operations), catalogue, seed, mix, tuple(decisions))
        self.drafter = cast(Drafter, make_drafter(*self.job))  # draws blocks and again, as that
        self.workers = workers or count_cores()
        self.redrawn = self.drafter.redrawn

    def stretches(self) -> Iterator[Stretch]:
        """Yield the rows in order, each process drawing some."""
        blocks = -(-self.rows // BLOCK)
        if self.workers == 1 or blocks <= STRETCH:
            for block in range(blocks):
                yield draw_stretch(self.drafter, range(block, block + 1), self.rows)
            return
        jobs = (
            (first, min(first + STRETCH, blocks), self.rows) for first in range(0, blocks, STRETCH)
        )
        yield from map_in_order(
            work, jobs, workers=self.workers, prepare=prepare, arguments=self.job
        )


def load_operations(named: Sequence[Named]) -> list[Operation]:
    """Return compiled operations, each definition read once."""
    specs = {path: load_spec(path) for path in dict.fromkeys(path for path, _ in named)}
    return [specs[path].operation(name) for path, name in named]


def make_drafter(
    named: Sequence[Named], catalogue: Catalogue, seed: int, mix: str, decisions: Sequence[str]
) -> FamilyDrafter:
    """Return what draws the rows of a run."""
    operations = load_operations(named)
    return FamilyDrafter(operations, catalogue, seed=seed, mix=mix, decisions=decisions)


PREPARED: dict[str, Any] = {}  # what a worker process was given at its start


def prepare(*arguments: Any) -> None:
    """Set up this worker process."""
    PREPARED["drafter"] = make_drafter(*arguments)


def work(job: tuple[int, int, int]) -> Stretch:
    """Draw some blocks in a worker process."""
    first, last, rows = job
    return draw_stretch(PREPARED["drafter"], range(first, last), rows)
