"""How is a file packed, and how is it opened for reading and writing? Plain, .gz and .zst.

The suffix says it, or the first bytes do: a packed file under another name is read all the same.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal, cast

from callforge_core.errors import DataError, OutputError
from callforge_core.jsonl import refusal

Packing = Literal["plain", "gz", "zst"]

MAGIC: tuple[tuple[bytes, Packing], ...] = ((b"\x1f\x8b", "gz"), (b"\x28\xb5\x2f\xfd", "zst"))
SUFFIXES: dict[str, Packing] = {".gz": "gz", ".zst": "zst"}
PARQUET = b"PAR1"
STRANGERS = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet; unpack or export it",
    b"ARROW1": "an Arrow file; convert it to Parquet or JSON lines",
    b"SQLite": "a database; export the rows as JSON lines",
    b"BZh": "packed with bzip2; unpack it, or pack it as .gz",
    b"\xfd7zXZ": "packed with xz; unpack it, or pack it as .gz",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"%PDF": "a PDF; export its rows as JSON lines",
}
"""The first bytes of what is often given by mistake, and what to do about it."""


def packing_of(path: Path) -> Packing:
    """Return how a file is packed: by its suffix, else by its first bytes."""
    if path.suffix.lower() in SUFFIXES:
        return SUFFIXES[path.suffix.lower()]
    head = first_bytes(path)
    return next((packing for magic, packing in MAGIC if head.startswith(magic)), "plain")


def first_bytes(path: Path, count: int = 8) -> bytes:
    """Return the first bytes of a file; raise DataError when it cannot be opened."""
    try:
        with path.open("rb") as stream:
            return stream.read(count)
    except OSError as exc:
        raise DataError(cannot_open(path, exc)) from exc


def bare_suffix(path: Path) -> str:
    """Return the suffix without .gz and .zst: rows.jsonl.gz has .jsonl."""
    plain = path.with_suffix("") if path.suffix.lower() in SUFFIXES else path
    return plain.suffix.lower()


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked; raise DataError when it cannot be."""
    packing = packing_of(path)
    try:
        if packing == "zst":
            return open_zst(path)
        return cast("IO[bytes]", gzip.open(path)) if packing == "gz" else path.open("rb")
    except OSError as exc:
        raise DataError(cannot_open(path, exc)) from exc


def cannot_open(path: Path, exc: OSError) -> str:
    """Word why a file cannot be opened."""
    return f"{path} cannot be opened: {exc.strerror or exc}; check the file and its permissions"


def open_zst(path: Path) -> IO[bytes]:
    """Open a Zstandard file through pyarrow, which `datasets` brings along."""
    try:
        import pyarrow  # type: ignore[import-untyped]  # ships no types
    except ImportError as exc:
        raise DataError(f"{path}: reading .zst needs pyarrow; unpack the file first") from exc
    return io.BufferedReader(pyarrow.input_stream(str(path), compression="zstd"))


@contextlib.contextmanager
def writing_bytes(path: Path, packing: Packing = "plain") -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path`, packed, and rename it on success."""
    try:
        if path.is_dir():
            raise OutputError(f"{path} is a folder, cannot be written as a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as exc:
        raise OutputError(refusal(path, exc)) from exc
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, packed(file, packing) as stream:
            yield stream
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as exc:
        raise OutputError(refusal(path, exc)) from exc
    finally:
        temporary.unlink(missing_ok=True)


def packed(file: IO[bytes], packing: Packing) -> contextlib.AbstractContextManager[Any]:
    """Return a stream that packs what is written to it; no clock goes into the bytes."""
    if packing == "gz":
        return gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
    if packing == "zst":
        import pyarrow

        return cast(
            "contextlib.AbstractContextManager[Any]",
            pyarrow.CompressedOutputStream(pyarrow.PythonFile(file, mode="w"), "zstd"),
        )
    return contextlib.nullcontext(file)
