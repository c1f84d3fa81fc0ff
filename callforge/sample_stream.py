"""Samples as lines of a file, drawn by one process or several: the same bytes either way.

Workers draw blocks of rows; the parent takes them in order and has repeats drawn again.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from callforge.api import Api
from callforge.stages import Line
from callforge_core.jsonl import render_row
from callforge_core.records import Sample
from callforge_core.spec import Operation
from datasets_src.workers import count_cores, map_in_order
from generators.distinct import Seen, hash_text
from generators.samples import BLOCK, REPEAT, Drafter
from generators.scenarios import Cell
from validators.catalogue import Catalogue

STRETCH = 16  # blocks that a worker draws at a time


class Stretch(NamedTuple):
    """Rows that one call drew."""

    lines: list[Line]
    marks: list[int]
    """What stands for the request of each."""
    redrawn: Counter[str]


Maker = Callable[..., Any]
"""Makes what draws the rows of a run, in whichever process; a function of a module."""


class BlockStream:
    """The rows of one run; iterate once. `redrawn` counts why rows were drawn again."""

    def __init__(
        self, make: Maker, arguments: Sequence[Any], *, rows: int, workers: int = 1
    ) -> None:
        self.rows = rows
        self.workers = workers or count_cores()
        self.made_by = (make, *arguments)
        self.drafter = make(*arguments)
        self.redrawn = self.drafter.redrawn

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[Line]:
        seen = Seen(self.rows)
        index = 0
        gc.freeze()  # lexicons and tables stay: the collector need not walk them again and again
        try:
            for stretch in self.stretches():
                self.redrawn.update(stretch.redrawn)
                for line, mark in zip(stretch.lines, stretch.marks, strict=True):
                    if seen.add(mark):
                        yield line
                    else:
                        yield render_line(self.drafter.draw_again(index, REPEAT, seen))
                    index += 1
        finally:
            gc.unfreeze()

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
            work, jobs, workers=self.workers, prepare=prepare, arguments=self.made_by
        )


class SampleStream(BlockStream):
    """Calls of createSession, the first rows filling `cells` of a grid."""

    def __init__(
        self,
        api: Api,
        *,
        rows: int,
        seed: int,
        mix: str,
        cells: Sequence[Cell] = (),
        workers: int = 1,
    ) -> None:
        arguments = (api.operation, api.catalogue, seed, mix, tuple(map(dict, cells)))
        super().__init__(make_drafter, arguments, rows=rows, workers=workers)


def draw_stretch(drafter: Any, blocks: range, rows: int) -> Stretch:
    """Return the rows of some blocks, ready to be written."""
    lines: list[Line] = []
    marks: list[int] = []
    before = drafter.redrawn.copy()
    for block in blocks:
        samples = drafter.draw_block(block, rows)
        lines += map(render_line, samples)
        marks += [hash_text(sample.request) for sample in samples]
    redrawn = drafter.redrawn - before
    drafter.redrawn.subtract(redrawn)  # the stretch carries them
    return Stretch(lines, marks, redrawn)


def render_line(sample: Sample) -> Line:
    """Return one row of samples.jsonl."""
    return Line(render_row(sample.to_json()), sample.family)


def make_drafter(
    operation: Operation, catalogue: Catalogue, seed: int, mix: str, cells: Sequence[Cell]
) -> Drafter:
    """Return what draws the rows of a run."""
    return Drafter(operation, catalogue, seed=seed, mix=mix, cells=cells)


PREPARED: dict[str, Any] = {}  # what a worker process was given at its start


def prepare(make: Maker, *arguments: Any) -> None:
    """Set up this worker process."""
    PREPARED["drafter"] = make(*arguments)


def work(job: tuple[int, int, int]) -> Stretch:
    """Draw some blocks in a worker process."""
    first, last, rows = job
    return draw_stretch(PREPARED["drafter"], range(first, last), rows)
