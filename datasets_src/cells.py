"""One row as it lies in a file: unparsed bytes of a line, or a value that its container gave."""

from __future__ import annotations

from typing import Any, NamedTuple

from datasets_src.verbatim import BLANK, parse_verbatim

LONGEST_LINE = 16 << 20  # bytes; a longer row is damage, not data
MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Raw(NamedTuple):
    """One row as it lies in a file: its place, its text, and its value or what is wrong with it."""

    place: str
    text: str = ""
    value: Any = None
    problem: str = ""
    at: int = -1
    """Where the text begins in a JSON document; -1 elsewhere."""


class Line(NamedTuple):
    """One line of a file, still unparsed: whoever judges rows in parallel parses there."""

    place: str
    data: bytes


def read_cell(cell: Line | Raw) -> Raw:
    """Parse a line; what a container had to parse to find its rows is parsed already."""
    return read_raw(cell.data, cell.place) if isinstance(cell, Line) else cell


def read_raw(line: bytes, place: str) -> Raw:
    """Turn one line into a row; a line too long, not UTF-8 or not JSON is a problem."""
    if len(line) > LONGEST_LINE:
        return Raw(place, problem=f"the line is longer than {LONGEST_LINE >> 20} MiB; cut it up")
    try:
        text = line.decode("utf-8").strip(BLANK)
    except UnicodeDecodeError as exc:
        what = "UTF-16 text" if line.startswith(UTF_16) else "not UTF-8 text"
        return Raw(place, problem=f"{what} (byte {exc.start + 1} of the line); save it as UTF-8")
    try:
        return Raw(place, text, parse_verbatim(text))
    except (ValueError, RecursionError) as exc:
        return Raw(place, text, problem=f"not valid JSON: {word(exc)}; fix or remove the row")


def word(exc: Exception) -> str:
    """Word why a text is no JSON."""
    return "nested too deeply" if isinstance(exc, RecursionError) else str(exc)
