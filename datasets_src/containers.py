"""Which rows lie in a file or folder? Containers only: what a row means is for `shapes` to say.

JSON lines, a JSON array or document (each also .gz or .zst), Parquet, and folders saved by the
`datasets` library. Lines stream; a JSON document is read whole. A line that cannot be read is a
row with a problem, not an end.
"""

from __future__ import annotations

import gzip
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from callforge_core.errors import DataError
from callforge_core.jsonl import UNREADABLE, unreadable
from datasets_src.verbatim import DECODER, parse_verbatim

LONGEST_LINE = 16 << 20  # bytes; a longer row is damage, not data
LINES = (".jsonl", ".ndjson", ".txt")
DATA = (*LINES, ".parquet")
LISTS = ("data", "rows", "examples", "samples")  # keys under which a document may hold its rows
BLANK = " \t\r\n"


class Raw(NamedTuple):
    """One row as it lies in a file: its place, its text, and its value or what is wrong with it."""

    place: str
    text: str = ""
    value: Any = None
    problem: str = ""


class Line(NamedTuple):
    """One line of a file, still unparsed: whoever judges rows in parallel parses there."""

    place: str
    data: bytes


def list_files(source: str | Path) -> list[Path]:
    """Return the data files behind a path, sorted; raise DataError when there are none."""
    path = Path(source)
    if not path.exists():
        raise DataError(absent(str(source)))
    if path.is_file() or is_saved_dataset(path):
        return [path]
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and is_visible(file, path)]
    found = [file for file in files if bare_suffix(file) in DATA]
    found = found or [file for file in files if bare_suffix(file) == ".json"]
    if not found:
        raise DataError(f"{path}: no data file in this folder; expected .jsonl, .json or .parquet")
    return found


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
    return not any(part.startswith((".", "_")) for part in parts) and file.name != "manifest.json"


def bare_suffix(path: Path) -> str:
    """Return the suffix without .gz and .zst: rows.jsonl.gz has .jsonl."""
    plain = path.with_suffix("") if path.suffix in (".gz", ".zst") else path
    return plain.suffix.lower()


def is_saved_dataset(path: Path) -> bool:
    """Say whether `path` is a folder written by save_to_disk."""
    marks = ("state.json", "dataset_dict.json")
    return path.is_dir() and any((path / mark).is_file() for mark in marks)


def iter_raw(path: Path) -> Iterator[Raw]:
    """Yield the rows of one file (or folder saved by `datasets`), in order."""
    return map(read_cell, iter_cells(path))


def read_cell(cell: Line | Raw) -> Raw:
    """Parse a line; what a container had to parse to find its rows is parsed already."""
    return read_raw(cell.data, cell.place) if isinstance(cell, Line) else cell


def iter_cells(path: Path) -> Iterator[Line | Raw]:
    """Yield the rows of one file in order, lines as bytes."""
    if is_saved_dataset(path):
        yield from iter_saved(path)
    elif bare_suffix(path) == ".parquet":
        yield from iter_parquet(path)
    elif is_document(path):
        yield from iter_document(path)
    else:
        yield from iter_lines(path)


def is_document(path: Path) -> bool:
    """Say whether the file is one JSON value rather than one a line."""
    with open_bytes(path) as stream:
        lines = itertools.takewhile(bool, (read_line(stream, path) for _ in itertools.count()))
        filled = list(itertools.islice(filter(bytes.strip, lines), 2))
    texts = [line.decode("utf-8-sig", "replace").strip(BLANK) for line in filled]
    if not texts:
        return False
    if texts[0].startswith("["):
        return len(texts) == 1 or not is_json(texts[0])
    return bare_suffix(path) not in LINES and (len(texts) == 1 or not any(map(is_json, texts)))


def is_json(text: str) -> bool:
    """Say whether `text` is a complete JSON value."""
    try:
        parse_verbatim(text)
    except (ValueError, RecursionError):
        return False
    return True


def iter_lines(path: Path) -> Iterator[Line]:
    """Yield one row a line, blank lines skipped."""
    with open_bytes(path) as stream:
        number = 0
        while line := read_line(stream, path):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield Line(f"{path.name}:{number}", line)


def read_line(stream: IO[bytes], path: Path) -> bytes:
    """Return the next line; of one that is too long only the start, the rest is skipped."""
    try:
        line = stream.readline(LONGEST_LINE + 1)
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE + 1)
    except UNREADABLE as exc:
        raise DataError(unreadable(path, exc)) from exc
    return line


def read_raw(line: bytes, place: str) -> Raw:
    """Turn one line into a row; a line too long, not UTF-8 or not JSON is a problem."""
    if len(line) > LONGEST_LINE:
        return Raw(place, problem=f"the line is longer than {LONGEST_LINE >> 20} MiB")
    try:
        text = line.decode("utf-8").strip(BLANK)
    except UnicodeDecodeError as exc:
        return Raw(place, problem=f"not UTF-8 text (byte {exc.start + 1} of the line)")
    try:
        return Raw(place, text, parse_verbatim(text))
    except (ValueError, RecursionError) as exc:
        return Raw(place, text, problem=f"not valid JSON: {exc}")


def iter_document(path: Path) -> Iterator[Raw]:
    """Yield the elements of a JSON array one by one, or the rows of a single JSON object."""
    with open_bytes(path) as stream:
        try:
            text = stream.read().decode("utf-8-sig")
        except UNREADABLE as exc:
            raise DataError(unreadable(path, exc)) from exc
    start = skip(text, 0)
    if text.startswith("[", start):
        yield from iter_array(text, start + 1, path.name)
        return
    raw = read_raw(text.encode(), f"{path.name}:1")
    rows = next((raw.value[key] for key in LISTS if is_rows(raw.value, key)), None)
    if rows is None:
        yield raw
        return
    for index, value in enumerate(rows, 1):
        yield Raw(f"{path.name}[{index}]", value=value)


def is_rows(value: object, key: str) -> bool:
    """Say whether an object holds a list of objects under `key`."""
    rows = value.get(key) if isinstance(value, dict) else None
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


def iter_array(text: str, at: int, name: str) -> Iterator[Raw]:
    """Yield array elements with their text; after a broken one nothing more can be read."""
    index = 0
    at = skip(text, at)
    while not text.startswith("]", at):
        index += 1
        place = f"{name}[{index}]"
        try:
            value, end = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as exc:
            yield Raw(place, problem=f"not valid JSON: {exc}; rows from here on are lost")
            return
        yield Raw(place, text[at:end], value)
        at = skip(text, end)
        if text.startswith(",", at):
            at = skip(text, at + 1)
        elif not text.startswith("]", at):
            line = text.count("\n", 0, at) + 1
            yield Raw(f"{name}:{line}", problem="the array breaks off; rows from here on are lost")
            return


def skip(text: str, at: int) -> int:
    """Return the place of the next character that is not blank."""
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at


def iter_parquet(path: Path) -> Iterator[Raw]:
    """Yield the rows of a Parquet file, batch by batch."""
    import pyarrow  # type: ignore[import-untyped]  # ships no types
    import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            rows = (row for batch in file.iter_batches() for row in batch.to_pylist())
            for index, row in enumerate(rows, 1):
                yield Raw(f"{path.name}[{index}]", value=without_nulls(row))
    except (pyarrow.ArrowException, OSError) as exc:
        raise DataError(f"{path} cannot be read as Parquet: {exc}; write the file anew") from exc


def iter_saved(path: Path) -> Iterator[Raw]:
    """Yield the rows of a folder written by save_to_disk, split by split."""
    import datasets

    try:
        saved = datasets.load_from_disk(str(path))
    except Exception as exc:  # the library raises whatever its storage raises
        raise DataError(f"{path} cannot be read by datasets: {exc}; save it anew") from exc
    splits = saved if isinstance(saved, dict) else {path.name: saved}
    for name, rows in splits.items():
        for index, row in enumerate(rows, 1):
            yield Raw(f"{name}[{index}]", value=without_nulls(row))


def without_nulls(value: Any) -> Any:
    """Return a columnar value without the nulls that columns put where a key was absent."""
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    return [without_nulls(member) for member in value] if isinstance(value, list) else value


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacking .gz and .zst; raise DataError when it cannot be."""
    try:
        if path.suffix == ".zst":
            return open_zst(path)
        return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")
    except OSError as exc:
        raise DataError(f"{path} cannot be opened: {exc.strerror or exc}; check it") from exc


def open_zst(path: Path) -> IO[bytes]:
    """Open a Zstandard file through pyarrow, which `datasets` brings along."""
    try:
        import pyarrow
    except ImportError as exc:
        raise DataError(f"{path}: reading .zst needs pyarrow; unpack the file first") from exc
    return io.BufferedReader(pyarrow.input_stream(str(path), compression="zstd"))
