"""Which rows lie in a file or folder? Containers only: what a row means is for `shapes` to say.

JSON lines, a JSON array or document (each also .gz or .zst), Parquet, and folders saved by the
`datasets` library.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from callforge_core.errors import DataError
from datasets_src.cells import Line, Raw, read_cell
from datasets_src.columnar import iter_parquet, iter_saved
from datasets_src.json_files import (
    LINES,
    is_document,
    is_json,
    iter_document,
    iter_lines,
    load_document,
)
from datasets_src.packing import PARQUET, STRANGERS, bare_suffix, first_bytes

DATA = (*LINES, ".parquet")
TABLES = (".csv", ".tsv", ".xls", ".xlsx", ".arrow", ".feather", ".pkl")


def list_files(source: str | Path) -> list[Path]:
    """Return the data files behind a path, sorted; raise DataError when there are none."""
    path = Path(source)
    try:
        path.stat()
        whole = path.is_file() or is_saved_dataset(path)
    except FileNotFoundError as exc:
        raise DataError(absent(str(source))) from exc
    except (OSError, ValueError) as exc:
        why = getattr(exc, "strerror", None) or exc
        raise DataError(f"{str(source)[:200]!r} cannot be opened: {why}; check the path") from exc
    if whole:
        return [path]
    if not path.is_dir():
        raise DataError(f"{path} is no regular file; save its content to one and name that")
    found = data_files(path)
    if not found:
        raise DataError(f"{path}: no data file in this folder; expected .jsonl, .json or .parquet")
    return found


def data_files(folder: Path) -> list[Path]:
    """Return the files of rows in a folder, sorted; .json files only when there is no other."""
    try:
        files = [f for f in sorted(folder.rglob("*")) if f.is_file() and is_visible(f, folder)]
    except OSError as exc:
        raise DataError(f"{folder} cannot be listed: {exc.strerror}; name a file in it") from exc
    found = [file for file in files if bare_suffix(file) in DATA]
    return found or [file for file in files if bare_suffix(file) == ".json"]


def absent(source: str) -> str:
    """Word that nothing lies at `source`; a Hub id gets its own hint."""
    parts = source.split("/")
    if len(parts) == 2 and all(parts) and "." not in source:
        return (
            f"{source} does not exist here; if it is a Hub dataset id: reading from the Hub comes "
            "with the publishing work, so download it and give the folder"
        )
    return f"{source} does not exist; check the path"


def is_visible(file: Path, folder: Path) -> bool:
    """Say whether a file is data: not hidden, half-written or a record of ours."""
    parts = file.relative_to(folder).parts
    hidden = any(part.startswith((".", "_")) for part in parts)
    return not hidden and file.name != "manifest.json" and not file.name.endswith(RECORDS)


RECORDS = ".repairs.jsonl"  # what `repair` writes beside its output is no data


def is_saved_dataset(path: Path) -> bool:
    """Say whether `path` is a folder written by save_to_disk."""
    marks = ("state.json", "dataset_dict.json")
    return path.is_dir() and any((path / mark).is_file() for mark in marks)


def is_parquet(path: Path) -> bool:
    """Say whether a file is Parquet, by its name or its first bytes."""
    return path.is_file() and (
        bare_suffix(path) == ".parquet" or first_bytes(path).startswith(PARQUET)
    )


def iter_cells(path: Path) -> Iterator[Line | Raw]:
    """Yield the rows of one file (or folder saved by `datasets`) in order, lines as bytes."""
    if is_saved_dataset(path):
        yield from iter_saved(path)
    elif is_parquet(path):
        yield from iter_parquet(path)
    else:
        refuse_strangers(path)
        if is_document(path):
            yield from iter_document(load_document(path), path.name)
        else:
            yield from iter_lines(path)


def refuse_strangers(path: Path) -> None:
    """Raise DataError for kinds of files that hold no JSON, saying what to do with them."""
    head = first_bytes(path)
    what = next((what for magic, what in STRANGERS.items() if head.startswith(magic)), None)
    if what is not None:
        raise DataError(f"{path} is {what}")
    if bare_suffix(path) in TABLES:
        raise DataError(
            f"{path} is a table, and its cells are text; convert it to JSON lines, for example "
            "with pandas: read_csv(FILE).to_json(OUT, orient='records', lines=True)"
        )


__all__ = [
    "Line",
    "Raw",
    "is_json",
    "is_parquet",
    "is_saved_dataset",
    "iter_cells",
    "list_files",
    "read_cell",
]
