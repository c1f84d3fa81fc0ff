"""How are answers changed inside a Parquet file? Other columns keep their values and types."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from callforge_core.errors import DataError
from datasets_src.columnar import as_json, iter_parquet
from datasets_src.packing import writing_bytes
from datasets_src.readers import Entry, iter_entries
from datasets_src.shapes import Shape
from datasets_src.verbatim import render_verbatim
from validators.places import Place, path_of

Texts = dict[int, list[tuple[Place, str]]]
"""Row (from 0) -> the places with new answers."""
FEATURES = b"huggingface"


def rewrite_parquet(path: Path, out: Path, shape: Shape, change: Any) -> None:
    """Write a Parquet file with changed answers; memory grows with the rows that change."""
    import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

    columns = collect(iter_entries(iter_parquet(path), shape), change)
    with pyarrow.parquet.ParquetFile(path) as file, writing_bytes(out) as stream:
        schema = new_schema(file.schema_arrow, columns)
        first = 0
        with pyarrow.parquet.ParquetWriter(stream, schema) as writer:
            for batch in file.iter_batches():
                writer.write_batch(new_batch(batch, schema, columns, first))
                first += batch.num_rows


def collect(entries: Iterator[Entry], change: Any) -> dict[str, Texts]:
    """Return column -> the new answers in it."""
    columns: dict[str, Texts] = defaultdict(dict)
    for entry in entries:
        for name, text in change(entry).items():
            place = entry.places[name]
            if not place:
                raise DataError(
                    "the columns themselves are the payload, and a column cannot leave a key out; "
                    "write the rows as JSON lines and repair those"
                )
            columns[str(place[0])].setdefault(entry.row - 1, []).append((place[1:], text))
    return dict(columns)


def new_schema(schema: Any, columns: Mapping[str, Texts]) -> Any:
    """Return the schema in which changed struct columns are text."""
    import pyarrow

    for name in columns:
        index = schema.get_field_index(name)
        if pyarrow.types.is_struct(schema.field(index).type):
            schema = schema.set(index, pyarrow.field(name, pyarrow.string()))
            schema = schema.with_metadata(text_feature(schema.metadata, name))
    return schema


def text_feature(metadata: Any, name: str) -> Any:
    """Return the metadata that `datasets` reads, with a column declared as text."""
    if not metadata or FEATURES not in metadata:
        return metadata
    try:
        found = json.loads(metadata[FEATURES])
        found["info"]["features"][name] = {"dtype": "string", "_type": "Value"}
    except (ValueError, KeyError, TypeError):
        return {key: value for key, value in metadata.items() if key != FEATURES}
    return {**metadata, FEATURES: json.dumps(found).encode()}


def new_batch(batch: Any, schema: Any, columns: Mapping[str, Texts], first: int) -> Any:
    """Return a batch with the new answers of its rows."""
    import pyarrow

    arrays = []
    for field in schema:
        old = batch.column(field.name)
        texts = columns.get(field.name, {})
        mine = {row - first: new for row, new in texts.items() if 0 <= row - first < len(old)}
        if old.type == field.type and not mine:
            arrays.append(old)
            continue
        cells = old.to_pylist()
        for row, places in mine.items():
            for place, text in places:
                cells[row] = changed(cells[row], place, text)
        if old.type != field.type:  # a struct: every row as JSON text
            cells = [as_text(cell) for cell in cells]
        arrays.append(fitted(pyarrow, cells, field))
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def changed(cell: Any, place: Place, text: str) -> Any:
    """Return a cell with a new answer at a place inside it."""
    if not place:
        return text
    copied = copy.deepcopy(cell)
    parent = copied
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = text if isinstance(parent[place[-1]], str) else json.loads(text)
    return copied


def as_text(cell: Any) -> str | None:
    """Return an object of a column as JSON text; what is text already stays."""
    return cell if cell is None or isinstance(cell, str) else render_verbatim(as_json(cell))


def fitted(pyarrow: Any, cells: list[Any], field: Any) -> Any:
    """Return the cells as a column; raise DataError when the type cannot hold them."""
    try:
        array = pyarrow.array(cells, type=field.type)
        if array.to_pylist() == cells:
            return array
    except (pyarrow.ArrowException, TypeError, ValueError, OverflowError):
        pass
    raise DataError(
        f"column {path_of((field.name,))[2:]} has a type that cannot hold the repaired answers; "
        "write its objects as JSON text, or the rows as JSON lines, and repair those"
    )
