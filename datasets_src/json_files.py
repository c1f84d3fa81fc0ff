"""Which rows lie in a JSON file? JSON lines stream; an array or document is read whole.

A line that cannot be read is a row with a problem, not an end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from callforge_core.errors import DataError
from callforge_core.jsonl import UNREADABLE, unreadable
from datasets_src import cells
from datasets_src.cells import MARK, Line, Raw, read_raw, word
from datasets_src.packing import bare_suffix, open_bytes
from datasets_src.verbatim import BLANK, DECODER, parse_verbatim, skip_blank, span_of

LINES = (".jsonl", ".ndjson", ".txt")
LISTS = (
    *("data", "rows", "examples", "samples", "items", "records", "entries", "dataset"),
    *("instances", "train", "validation", "test"),
)
"""Keys under which a document may hold its rows."""


class Chunk(NamedTuple):
    """A piece of a file of lines: a whole line, or a part of one that is too long."""

    number: int
    data: bytes
    first: bool
    """False for what follows the first part of a line."""


def is_document(path: Path) -> bool:
    """Say whether the file is one JSON value rather than one a line."""
    with open_bytes(path) as stream:
        lines = (chunk.data for chunk in iter_chunks(stream, path) if chunk.first)
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


def iter_chunks(stream: IO[bytes], path: Path) -> Iterator[Chunk]:
    """Yield all bytes of a file, line by line; a line that is too long comes in parts."""
    number, whole = 0, True
    while True:
        try:
            data = stream.readline(cells.LONGEST_LINE + 1)
        except UNREADABLE as exc:
            raise DataError(unreadable(path, exc)) from exc
        if not data:
            return
        number += whole
        yield Chunk(number, data, whole)
        whole = len(data) <= cells.LONGEST_LINE or data.endswith(b"\n")


def iter_lines(path: Path) -> Iterator[Line]:
    """Yield one row a line, blank lines skipped."""
    name = path.name
    with open_bytes(path) as stream:
        for chunk in iter_chunks(stream, path):
            if line := line_of(chunk, name):
                yield line


def line_of(chunk: Chunk, name: str) -> Line | None:
    """Return the row that a chunk of the file `name` holds, if it holds one."""
    data = chunk.data.removeprefix(MARK) if chunk.number == 1 else chunk.data
    if not chunk.first or not data or data.isspace():
        return None
    return Line(f"{name}:{chunk.number}", data)


def load_document(path: Path) -> str:
    """Return the text of a JSON document; raise DataError when it cannot be read."""
    with open_bytes(path) as stream:
        try:
            return stream.read().decode("utf-8")
        except UNREADABLE as exc:
            raise DataError(unreadable(path, exc)) from exc


def iter_document(text: str, name: str) -> Iterator[Raw]:
    """Yield the elements of a JSON array one by one, or the rows of a single JSON object."""
    start = skip_blank(text, len("\ufeff") if text.startswith("\ufeff") else 0)
    if text.startswith("[", start):
        yield from iter_array(text, start + 1, name)
        return
    raw = read_raw(text[start:].encode(), f"{name}:1")
    found = [key for key in LISTS if is_rows(raw.value, key)]
    if not found or {"messages", "conversations"} & raw.value.keys():
        yield raw._replace(at=start)
        return
    for key in found:
        begin, _ = span_of(text, (key,), start)
        yield from iter_array(text, begin + 1, name if len(found) == 1 else f"{name}:{key}")


def is_rows(value: object, key: str) -> bool:
    """Say whether an object holds a list of objects under `key`."""
    rows = value.get(key) if isinstance(value, dict) else None
    return isinstance(rows, list) and (not rows or any(isinstance(row, dict) for row in rows))


def iter_array(text: str, at: int, name: str) -> Iterator[Raw]:
    """Yield array elements with their text; after a broken one nothing more can be read."""
    index = 0
    at = skip_blank(text, at)
    while not text.startswith("]", at):
        index += 1
        place = f"{name}[{index}]"
        try:
            value, end = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as exc:
            problem = f"not valid JSON: {word(exc)}; rows from here on are lost; fix the file here"
            yield Raw(place, problem=problem)
            return
        yield Raw(place, text[at:end], value, at=at)
        at = skip_blank(text, end)
        if text.startswith(",", at):
            at = skip_blank(text, at + 1)
        elif not text.startswith("]", at):
            line = text.count("\n", 0, at) + 1
            problem = "the array breaks off; rows from here on are lost; fix the file here"
            yield Raw(f"{name.partition(':')[0]}:{line}", problem=problem)
            return
