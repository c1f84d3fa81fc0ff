"""Which row does a finding belong to, and where does that row stand on the page?

Rows of a single file come by number. Those of several files come as "a.jsonl:17" or as a pair
(position of the file, number); their findings name the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from callforge.foreign_text import Redactor

Row = Mapping[str, Any]
Rows = Mapping[Any, Row]

APART = ("id", "request", "place", "file", "row", "decision", "fault", "problem", "messages")
"""Keys of a row that are no answer."""
ANSWERS = ("payload", "output", "response", "completion", "answer", "chosen", "rejected")


class Key(NamedTuple):
    """A row of a file; the file is empty when there is only one."""

    file: str
    row: int


class RowLookup:
    """The rows at hand, and the name of each row's place on the page."""

    def __init__(self, rows: Rows | None, files: Sequence[str]) -> None:
        self.files = list(dict.fromkeys(files))
        self.shown: set[Key] = set()
        """The rows that stand on the page: only these can be linked to."""
        found = (rows or {}).items() if isinstance(rows, Mapping) or rows is None else ()
        self.rows = {
            key: row
            for name, row in found
            if (key := self.read_key(name)) is not None and isinstance(row, Mapping)
        }
        self.redactor = Redactor(
            text for row in self.rows.values() for text in iter_texts(row, depth=3)
        )

    def read_key(self, name: Any) -> Key | None:
        """Return the key that the caller's name of a row stands for."""
        if isinstance(name, tuple) and len(name) == 2 and isinstance(name[1], int):
            file, row = name
            if isinstance(file, int) and 0 <= file < len(self.files):
                file = self.files[file]
            return Key(str(file), row)
        if isinstance(name, int):
            return Key("", name)
        file, _, row = str(name).rpartition(":")
        return Key(file, int(row)) if row.isdecimal() and len(row) < 16 else None

    def key_of(self, issue: Mapping[str, Any]) -> Key | None:
        """Return the row a finding belongs to; None when it names none."""
        row = issue.get("row")
        if not isinstance(row, int) or isinstance(row, bool):
            return None
        return Key(str(issue.get("file") or ""), row)

    def anchor(self, key: Key) -> str:
        """Return the name of a row's place: row-17, or row-2-17 for the second of several files."""
        if not key.file:
            return f"row-{key.row}"
        if key.file in self.files:
            return f"row-{self.files.index(key.file) + 1}-{key.row}"
        return f"row-{re.sub(r'[^A-Za-z0-9]+', '-', key.file)}-{key.row}"

    def link(self, key: Key) -> tuple[str, str]:
        """Return where a row stands, nothing if it is not on the page, and its number."""
        return (self.anchor(key) if key in self.shown else "", f"{key.row:,}")


def sides_of(row: Row) -> dict[str, Any]:
    """Return the answers of a row under their names; a bare payload is its own answer."""
    sides = {key: value for key, value in row.items() if key not in APART}
    if sides and not any(key in row for key in (*APART, *ANSWERS)):
        return {"payload": dict(row)}
    return {key: said(value) for key, value in sides.items() if value is not None}


def said(value: Any) -> Any:
    """Return the last thing said in a conversation, anything else as it is."""
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        return value[-1].get("content", value)
    return value


def pick_side(row: Row, field: str) -> tuple[str, Any] | None:
    """Return name and value of the answer a finding is about."""
    sides = sides_of(row)
    if field in sides:
        return field, sides[field]
    return next(iter(sides.items()), None)


def iter_texts(value: Any, depth: int) -> Iterator[str]:
    """Yield the texts of a row, however it is nested; an object also as one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and depth:
        for key, child in value.items():
            if isinstance(child, str):
                yield f'"{key}": "{child}"'
            else:
                yield from iter_texts(child, depth - 1)
    elif isinstance(value, list) and depth:
        for child in value:
            yield from iter_texts(child, depth - 1)
