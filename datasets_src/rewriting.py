"""How are answers changed inside a file, and nothing else? Same rows, order, format and container.

In text files every byte outside the changed answers stays. Parquet columns keep their types, but a
column of objects with changed answers becomes JSON text: a struct column cannot leave a key out.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from callforge_core.errors import DataError
from datasets_src.cells import Line, Raw, read_cell
from datasets_src.containers import is_parquet, is_saved_dataset
from datasets_src.json_files import (
    LINES,
    is_document,
    iter_chunks,
    iter_document,
    line_of,
    load_document,
)
from datasets_src.packing import bare_suffix, open_bytes, packing_of, writing_bytes
from datasets_src.readers import AUTO, Entry, iter_entries, open_file
from datasets_src.shapes import Shape, get_shape
from datasets_src.verbatim import (
    parse_verbatim,
    render_text,
    render_verbatim,
    span_of,
    style_of,
)

LOG = logging.getLogger(__name__)
Change = Callable[[Entry], Mapping[str, str]]
"""Entry -> field -> its new text; fields that stay are left out."""
HALF = re.compile("[\ud800-\udfff]")


class Piece(NamedTuple):
    """A stretch of a file: a row with what stands around it, or something that is no row."""

    data: bytes
    cell: Line | Raw | None = None


def rewrite(path: Path, out: Path, change: Change, form: str = AUTO) -> str:
    """Write `out`, the file `path` with changed answers; return the format it was read as.

    Raises DataError when the file cannot be written back, OutputError when `out` cannot be written.
    """
    check_places(path, out)
    opened = open_file(path, form)
    for note in opened.notes:
        LOG.info("%s: %s", path.name, note)
    shape = get_shape(opened.format)
    if is_parquet(path):
        from datasets_src.rewriting_columns import rewrite_parquet

        rewrite_parquet(path, out, shape, change)
        return shape.name
    with writing_bytes(out, packing_of(path)) as stream:
        for data in iter_rewritten(path, shape, change):
            stream.write(data)
    return shape.name


def check_places(path: Path, out: Path) -> None:
    """Refuse an output that is the input, or whose name promises another container."""
    if is_saved_dataset(path) or path.is_dir():
        raise DataError(
            f"{path} is a folder; name one file of rows in it (a folder saved by `datasets`: "
            "export it first with to_json or to_parquet)"
        )
    if out.exists() and path.exists() and out.samefile(path):
        raise DataError(f"{out} is the input itself; give another --out, it is never overwritten")
    if container_name(path) != container_name(out):
        raise DataError(
            f"{out} would hold what {path.name} holds ({container_name(path)}); "
            f"give --out a name that ends like it: {''.join(path.suffixes[-2:]) or 'no suffix'}"
        )


def container_name(path: Path) -> str:
    """Name the container that a file's name promises, and its packing."""
    suffix = bare_suffix(path)
    kind = "Parquet" if suffix == ".parquet" else "JSON lines" if suffix in LINES else "JSON"
    packed = path.suffix.lower().strip(".") if path.suffix.lower() in (".gz", ".zst") else ""
    return f"{kind}, packed as {packed}" if packed else kind


def iter_rewritten(path: Path, shape: Shape, change: Change) -> Iterator[bytes]:
    """Yield the bytes of a text file with changed answers."""
    number = 0
    for piece in iter_pieces(path):
        if piece.cell is None:
            yield piece.data
            continue
        number += 1
        raw = read_cell(piece.cell)
        (entry,) = iter_entries([raw], shape, number)
        texts = change(entry)
        yield splice(piece.data, raw, entry, texts) if texts else piece.data


def iter_pieces(path: Path) -> Iterator[Piece]:
    """Yield all bytes of a text file, those of a row together with the row."""
    if not is_document(path):
        with open_bytes(path) as stream:
            for chunk in iter_chunks(stream, path):
                yield Piece(chunk.data, line_of(chunk, path.name))
        return
    text, done = load_document(path), 0
    for raw in iter_document(text, path.name):
        if raw.at < 0:  # an array breaks off here: the rest is copied as it is
            yield Piece(b"", raw)
            continue
        yield Piece(text[done : raw.at].encode())
        done = raw.at + len(raw.text)
        yield Piece(raw.text.encode(), raw)
    yield Piece(text[done:].encode())


def splice(data: bytes, raw: Raw, entry: Entry, texts: Mapping[str, str]) -> bytes:
    """Return the bytes of a row with new answers; what stands around them stays."""
    row = raw.text
    places = [(entry.places[name], text) for name, text in texts.items()]
    spans = [
        (*span_of(row, place), text) if place else (0, len(row), text) for place, text in places
    ]
    for begin, end, text in sorted(spans, reverse=True):
        whole = (begin, end) == (0, len(row))
        row = row[:begin] + (text if whole else literal(row, begin, end, text)) + row[end:]
    old = raw.text.encode()
    at = data.index(old)
    return data[:at] + without_halves(row).encode() + data[at + len(old) :]


def literal(row: str, begin: int, end: int, text: str) -> str:
    """Return a new answer as JSON, set like the row: a text in quotes, an object as it is."""
    old = row[begin:end]
    if old.startswith('"'):
        return render_text(text) if not old.isascii() or "\\u" not in old else escaped(text)
    style = style_of(old if ":" in old else row)
    line = row.rfind("\n", 0, begin) + 1
    margin = re.match(r"[ \t]*", row[line:])
    base = margin[0] if margin and "\n" in old else ""
    indent = style_of(old).indent.removeprefix(base)
    said = render_verbatim(parse_verbatim(text), style._replace(indent=indent))
    return said.replace("\n", ("\r\n" if "\r\n" in old else "\n") + base)


def escaped(text: str) -> str:
    """Return a text in quotes, in ASCII only, as the old one was written."""
    return json.dumps(text)


def without_halves(text: str) -> str:
    """Return JSON text that UTF-8 can write: halves of surrogate pairs as escapes."""
    return HALF.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
