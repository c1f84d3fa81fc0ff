"""Which rows lie in a Parquet file or in a folder saved by `datasets`?

A struct column holds the same keys for every row: where a row lacked one, it holds null. Nobody can
tell such a null from one that was said, so inside a row nulls stay and are faults, as they are for
whoever trains on the file; `find_pollution` says so once. A null in a column itself is an absence.
"""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from callforge_core.errors import DataError
from datasets_src.cells import Raw
from datasets_src.verbatim import Said
from validators.places import Place, path_of

NAMES = 4  # keys that a note names


def iter_parquet(path: Path) -> Iterator[Raw]:
    """Yield the rows of a Parquet file, batch by batch."""
    import pyarrow  # type: ignore[import-untyped]  # ships no types
    import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            rows = (row for batch in file.iter_batches() for row in batch.to_pylist())
            yield from read_rows(rows, path.name)
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as exc:
        why = " ".join(str(exc).split())[:200]
        raise DataError(f"{path} cannot be read as Parquet: {why}; write the file anew") from exc


def iter_saved(path: Path) -> Iterator[Raw]:
    """Yield the rows of a folder written by save_to_disk, split by split."""
    import datasets

    try:
        saved = datasets.load_from_disk(str(path))
        splits = saved if isinstance(saved, dict) else {path.name: saved}
        for name, rows in splits.items():
            yield from read_rows(rows, name)
    except Exception as exc:  # the library raises whatever its storage raises
        why = " ".join(str(exc).split())[:200]
        raise DataError(f"{path} cannot be read by datasets: {why}; save it anew") from exc


def read_rows(rows: Iterable[Any], name: str) -> Iterator[Raw]:
    """Yield rows of columns as JSON values, without the columns that hold null."""
    for index, row in enumerate(rows, 1):
        filled = {key: as_json(cell) for key, cell in row.items() if cell is not None}
        yield Raw(f"{name}[{index}]", value=filled)


def as_json(value: Any) -> Any:
    """Return a value of a column as JSON has it: times and bytes as text, NaN as said."""
    if isinstance(value, Mapping):
        return {str(key): as_json(child) for key, child in value.items()}
    if isinstance(value, list | tuple | set):
        return [as_json(child) for child in value]
    if isinstance(value, float) and not math.isfinite(value):
        return Said("NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, decimal.Decimal):
        return Said(str(value)) if value.is_finite() else str(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def find_pollution(answers: Iterable[tuple[Place, Any]]) -> str:
    """Return a note when the answers in a struct column all have the same keys, some null."""
    found: dict[Place, set[str]] = {}
    keys: dict[Place, set[frozenset[str]]] = {}
    for place, answer in answers:
        note_nulls(
            answer, tuple("*" if isinstance(key, int) else key for key in place), found, keys
        )
    polluted = [at for at in found if len(keys[at]) == 1]
    if not polluted:
        return ""
    names = [path_of((*at, name))[2:] for at in polluted for name in sorted(found[at])]
    shown = ", ".join(names[:NAMES]) + (" and others" if len(names) > NAMES else "")
    return (
        f"null pollution: its columns hold null where a row had no such key ({shown}); "
        "whoever trains on the file sees these nulls, so they are counted as faults (T3); "
        "write such columns as JSON text"
    )


def note_nulls(
    node: Any,
    place: Place,
    found: dict[Place, set[str]],
    keys: dict[Place, set[frozenset[str]]],
) -> None:
    """Collect, for each object inside answers, the keys that are null and the sets of keys."""
    if isinstance(node, Mapping):
        keys.setdefault(place, set()).add(frozenset(node))
        for key, child in node.items():
            if child is None:
                found.setdefault(place, set()).add(key)
            note_nulls(child, (*place, key), found, keys)
    elif isinstance(node, list):
        for child in node:
            note_nulls(child, (*place, "*"), found, keys)
