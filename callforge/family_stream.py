"""Rows of several operations and decisions as lines of a file, drawn by one process or several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from callforge.sample_stream import BlockStream
from callforge_core.spec import Operation, load_spec
from generators.family import FamilyDrafter
from validators.catalogue import Catalogue

Named = tuple[Path, str]
"""A definition and the id of an operation in it: what travels to a worker process."""


class FamilyStream(BlockStream):
    """Rows of several operations, and of the decisions that are asked for."""

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
        arguments = (tuple(operations), catalogue, seed, mix, tuple(decisions))
        super().__init__(make_drafter, arguments, rows=rows, workers=workers)


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
