"""Rows of any supported form -> a stream of entries that can be judged.

`open_sources` says which format it took before a row is read. A row that cannot be read becomes an
entry with a problem: it is counted, it does not stop the audit. Nothing here judges a payload.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from callforge_core.errors import DataError
from datasets_src.columnar import find_pollution
from datasets_src.containers import Line, Raw, is_json, iter_cells, list_files, read_cell
from datasets_src.shapes import Content, Shape, detect_shape, get_shape
from datasets_src.verbatim import parse_verbatim, render_verbatim
from validators.places import Place, value_at

AUTO = "auto"
PAYLOAD = "payload"
TOO_DEEP = "nested too deeply; no API takes such a payload"
PEEK = 50  # rows looked at before a format is taken
DIALOGUE = ("clarify", "refuse")
CALL = re.compile(r'\s*\{\s*"operation"\s*:')
ENVELOPE_KEYS = frozenset({"operation", "path", "query", "body"})
ENVELOPE = re.compile(r'\s*\{\s*"(clarify|refuse)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row as the audit sees it."""

    row: int
    """1-based, blank lines not counted."""
    place: str
    """File and line (or element) for people."""
    id: str | None = None
    request: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """payload -> text, or chosen and rejected -> text; empty when no call was due."""
    fault: str | None = None
    """The fault class that a preference row states for its rejected side."""
    decision: str | None = None
    operation: str | None = None
    """The operation that the row names; None: the one that the file is judged by."""
    path: Mapping[str, Any] = field(default_factory=dict)
    """The path parameters of its call."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Its provenance."""
    answer: str | None = None
    """What a row says that asks or refuses; None when it calls or does not tell."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Field -> where its text stands in the row (an empty place: it is the row)."""
    messages: tuple[Mapping[str, Any], ...] = ()
    """All turns of a conversation, with role and content; empty for rows of one request."""
    problem: str = ""
    """Why the row is unreadable; empty when it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file, the format it is read as, and its rows (one pass)."""

    path: Path
    format: str
    cells: Iterator[Line | Raw]
    notes: tuple[str, ...] = ()
    """What a person should know of the file as a whole before its rows are judged."""

    @property
    def entries(self) -> Iterator[Entry]:
        """The rows, read; takes the one pass."""
        return iter_entries(map(read_cell, self.cells), get_shape(self.format))


def open_sources(source: str | Path, form: str = AUTO) -> list[Opened]:
    """Open a file or the data files of a folder; raise DataError when nothing can be read."""
    return [open_file(path, form) for path in list_files(source)]


def open_file(path: Path, form: str = AUTO) -> Opened:
    """Open one file in the given format, or in the one its first rows show."""
    cells = iter_cells(path)
    first = list(itertools.islice(cells, PEEK))
    if not first:
        raise DataError(f"{path} has no rows; check that it is the right file")
    shape = get_shape(detect_format(map(read_cell, first), path) if form == AUTO else form)
    return Opened(
        path=path,
        format=shape.name,
        cells=itertools.chain(first, cells),
        notes=notes_on(first, shape),
    )


def notes_on(cells: Iterable[Line | Raw], shape: Shape) -> tuple[str, ...]:
    """Return what the first rows show of the file as a whole: nulls that columns put there."""
    rows = [raw for raw in cells if isinstance(raw, Raw) and not raw.text]
    note = find_pollution(
        (place, value_at(raw.value, place))
        for raw, entry in zip(rows, iter_entries(rows, shape), strict=True)
        for place in entry.places.values()
    )
    return (note,) if note else ()


def detect_format(rows: Iterable[Raw], path: Path) -> str:
    """Name the format of the first row that has a known one; bare payloads are the last resort."""
    problem = ""
    payloads = False
    for raw in rows:
        if shape := detect_shape(raw.value):
            return shape.name
        payloads = payloads or isinstance(raw.value, dict)
        problem = problem or (f"{raw.place}: {raw.problem}" if raw.problem else "")
    if payloads:
        return PAYLOAD
    raise DataError(
        f"{path.parent / (problem or path.name + ': no row is a JSON object')}; "
        "give a file of JSON rows, or name its format with --format"
    )


def iter_entries(rows: Iterable[Raw], shape: Shape, first: int = 1) -> Iterator[Entry]:
    """Turn raw rows into entries of one shape; problems stay in the stream, counted as rows."""
    for number, raw in enumerate(rows, first):
        try:
            yield read_entry(number, raw, shape)
        except DataError as exc:
            yield Entry(row=number, place=raw.place, id=row_id(raw.value), problem=str(exc))
        except RecursionError:
            yield Entry(row=number, place=raw.place, problem=TOO_DEEP)


def read_entry(number: int, raw: Raw, shape: Shape) -> Entry:
    """Read one row; raise DataError saying what is wrong with it."""
    if shape.name == PAYLOAD and raw.text:
        # Here the line is the answer itself: how it is broken is a finding, not a reading problem.
        whole = Content(fields={"payload": raw.text}, places={"payload": ()})
        return entry_of(number, raw, whole)
    if raw.problem:
        raise DataError(raw.problem)
    if not isinstance(raw.value, dict):
        raise DataError("the row is not a JSON object; write one object a row")
    if shape.name != PAYLOAD and not shape.fits(raw.value):
        other = detect_shape(raw.value)
        hint = f"; it looks like {other.name}" if other else ""
        raise DataError(f"the row does not have the keys of format {shape.name}{hint}")
    identity = None if shape.name == PAYLOAD else row_id(raw.value)
    return entry_of(number, raw, shape.read(raw.value), identity)


def entry_of(number: int, raw: Raw, content: Content, identity: str | None = None) -> Entry:
    """Join the place and the content of a row; an answer that asks or refuses has no payload."""
    content = unwrap(content)
    decision = content.decision or decision_of(content.fields)
    return Entry(
        row=number,
        place=raw.place,
        id=identity,
        request=content.request,
        fields={} if decision in DIALOGUE else content.fields,
        fault=content.fault,
        decision=decision,
        operation=content.operation,
        path=content.path,
        context=content.context,
        answer=content.fields.get("payload", content.answer) if decision in DIALOGUE else None,
        places=content.places,
        messages=content.messages,
    )


def unwrap(content: Content) -> Content:
    """Return a row whose answer is a call in an envelope as one that names operation and path."""
    text = content.fields.get("payload")
    if text is None or CALL.match(text) is None or not is_json(text):
        return content
    value = parse_verbatim(text)
    if value.keys() - ENVELOPE_KEYS or not isinstance(value["operation"], str):
        return content
    path, body = value.get("path", {}), value.get("body", {})
    if not (isinstance(path, dict) and isinstance(body, dict)) or len(value) < 2:
        return content
    # the body has no place of its own in the row: it cannot be repaired where it stands
    return replace(
        content,
        operation=value["operation"],
        path=path,
        fields={"payload": render_verbatim(body)},
        places={},
    )


def row_id(value: Any) -> str | None:
    """Return the id of a row as text, if it has one."""
    found = value.get("id") if isinstance(value, dict) else None
    return str(found) if isinstance(found, str | int) and found != "" else None


def decision_of(fields: Mapping[str, str]) -> str | None:
    """Return clarify or refuse when the answer is such an envelope, else call."""
    text = fields.get("payload")
    if text is None:
        return None
    value = parse_verbatim(text) if is_json(text) else None
    if isinstance(value, dict) and len(value) == 1:
        key, said = next(iter(value.items()))
        if (key == "clarify" and isinstance(said, list)) or (
            key == "refuse" and isinstance(said, str)
        ):
            return str(key)
    return "call"
