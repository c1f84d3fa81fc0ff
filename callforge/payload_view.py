"""A JSON value as people read it, with marks where something is wrong, missing or not wanted.

    {"duration": 60}  against  {"duration": 3600}      marks /duration: wrong, "3600 expected"

Places are JSON pointers. Nothing here judges: whoever calls says where the marks go, or asks
`compare_payloads` for the plain differences to the gold answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from markupsafe import Markup

from callforge.foreign_text import HIDDEN, Redactor, cut, is_secret_name, visible
from callforge_core.records import Payload
from datasets_src.verbatim import Said, members_of
from validators.places import place_of, pointer_of

Kind = Literal["wrong", "extra", "missing", "doubt"]
SHORT = 30  # a value up to this many characters stays on its line
LONGEST_TEXT = 700  # a model that rambles is quoted up to here
LONGEST_VALUE = 400
LONGEST_NOTE = 160
MOST_LINES = 120  # of a longer value the beginning, and the lines around marks
AROUND = 2
DEEPEST = 24


@dataclass(frozen=True, slots=True)
class Mark:
    """What to show at a place, and a short remark beside it."""

    kind: Kind
    note: str = ""


Marks = Mapping[str, Mark]


def same(_pointer: str, left: Any, right: Any) -> bool:
    """Compare two values as JSON: True is not 1, 1.0 is not 1."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def compare_payloads(
    gold: Any, answer: Any, *, equal: Callable[[str, Any, Any], bool] = same
) -> dict[str, Mark]:
    """Return the differences by JSON pointer; `equal` may know equivalent spellings."""
    return dict(differences("", gold, answer, equal))


def differences(
    pointer: str, gold: Any, answer: Any, equal: Callable[[str, Any, Any], bool]
) -> Iterator[tuple[str, Mark]]:
    """Yield a mark for each place where two values differ."""
    if equal(pointer, gold, answer):
        return
    if isinstance(gold, dict) and isinstance(answer, dict):
        for key in [*answer, *(key for key in gold if key not in answer)]:
            place = f"{pointer}/{token(key)}"
            if key not in gold:
                yield place, Mark("extra", "not asked for")
            elif key not in answer:
                yield place, Mark("missing", f"{compact(gold[key])} expected")
            else:
                yield from differences(place, gold[key], answer[key], equal)
    elif isinstance(gold, list) and isinstance(answer, list) and len(gold) == len(answer):
        for index, (left, right) in enumerate(zip(gold, answer, strict=True)):
            yield from differences(f"{pointer}/{index}", left, right, equal)
    else:
        yield pointer, Mark("wrong", f"{compact(gold)} expected")


def render_payload(
    value: Any, marks: Marks | None = None, redactor: Redactor | None = None
) -> Markup:
    """Return indented JSON as HTML, marked places wrapped in <mark class="...">."""
    lines = Lines(marks or {}, redactor)
    lines.add_value("", value, 0, "", "")
    return Markup("").join(fold(lines.lines))


def render_text(text: str) -> Markup:
    """Return text that is no JSON, escaped, cut where it rambles."""
    return cut(text, LONGEST_TEXT) if text else Markup('<span class="note">(nothing)</span>')


def parse_answer(text: str) -> Any:
    """Return the object a text is, or None when it is not exactly one JSON object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_path(path: str) -> str:
    """Turn a place such as $.device.ipv4Address or $.ranges[0].from into a JSON pointer."""
    try:
        return pointer_of(place_of(path))
    except ValueError:
        return ""


def token(key: str) -> str:
    """Escape a key for a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def untoken(step: str) -> str:
    """Return the key that a step of a JSON pointer stands for."""
    return step.replace("~1", "/").replace("~0", "~")


def compact(value: Any) -> str:
    """Write a value on one line, with blanks after separators and numbers as they were said."""
    if isinstance(value, Said):
        return value.text
    if isinstance(value, dict):
        inner = (f"{compact(key)}: {compact(item)}" for key, item in members_of(value))
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(compact, value))}]"
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):  # str() refuses integers of more than 4,300 digits
        return f"(a Python {type(value).__name__})"


def holds(payload: Payload | Sequence[Any], pointer: str) -> bool:
    """Say whether `pointer` leads to a value of `payload`."""
    value: Any = payload
    for step in pointer.split("/")[1:]:
        key = untoken(step)
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return False
    return True


def is_short(value: Any, room: int = SHORT) -> bool:
    """Say whether a value fits on its line, without writing a huge one down."""
    return measure(value, room) >= 0


def measure(value: Any, room: int) -> int:
    """Return the room left after writing a value on one line; below zero once it does not fit."""
    if not isinstance(value, dict | list):
        return room - (len(value) if isinstance(value, str) else len(compact(value)))
    for item in members_of(value) if isinstance(value, dict) else value:
        if isinstance(item, tuple):
            room, item = room - len(item[0]) - 4, item[1]  # a member
        room = measure(item, room - 2)
        if room < 0:
            break
    return room - 2


def fold(lines: Sequence[Line]) -> list[Markup]:
    """Return the lines, those far from the beginning and from any mark left out."""
    if len(lines) <= MOST_LINES:
        return [line.html for line in lines]
    kept = set(range(MOST_LINES // 2)) | {len(lines) - 1}
    for number, line in enumerate(lines):
        if line.marked and len(kept) < MOST_LINES:
            kept |= set(range(max(0, number - AROUND), min(len(lines), number + AROUND + 1)))
    shown, last = [], -1
    for number in sorted(kept):
        if number > last + 1:
            note = Markup('<span class="line note" style="--in:2">… {} more lines\n</span>')
            shown.append(note.format(f"{number - last - 1:,}"))
        shown.append(lines[number].html)
        last = number
    return shown


class Line(NamedTuple):
    """One line as HTML, and whether a mark stands on it."""

    html: Markup
    marked: bool


class Lines:
    """The lines of one rendered value, built top to bottom."""

    def __init__(self, marks: Marks, redactor: Redactor | None = None) -> None:
        self.marks = marks
        self.redactor = redactor
        self.lines: list[Line] = []

    def add_value(self, pointer: str, value: Any, depth: int, label: str, end: str) -> None:
        """Add one member: on its own line when short, else opened over several."""
        if self.hides(pointer, value) or not self.opens(pointer, value):
            self.add_line(pointer, depth, label, *self.write(pointer, value, end))
            return
        if depth >= DEEPEST:
            self.add_line(pointer, depth, label, "…" + end, "deeper levels are not shown")
            return
        inner: list[tuple[str, str, Any]]
        if isinstance(value, dict):
            start, stop = "{", "}"
            inner = [(token(key), f"{compact(key)}: ", item) for key, item in members_of(value)]
        else:
            start, stop = "[", "]"
            inner = [(str(index), "", item) for index, item in enumerate(value)]
        self.add_line(pointer, depth, label, start)
        for index, (step, name, item) in enumerate(inner):
            comma = "," if index < len(inner) - 1 else ""
            self.add_value(f"{pointer}/{step}", item, depth + 1, name, comma)
        self.add_missing(pointer, value, depth + 1)
        self.add_line("\0", depth, "", stop + end)

    def shorten(self, pointer: str, note: str) -> Markup:
        """Return a remark: no essay, and nothing about a secret."""
        hidden = self.redactor is not None and is_secret_name(untoken(pointer.rpartition("/")[2]))
        return cut("differs" if hidden and " " in note else note, LONGEST_NOTE, self.redactor)

    def hides(self, pointer: str, value: Any) -> bool:
        """Say whether a value is a secret."""
        name = untoken(pointer.rpartition("/")[2])
        return self.redactor is not None and is_secret_name(name) and value not in (None, "")

    def write(self, pointer: str, value: Any, end: str) -> tuple[str, str]:
        """Return a short value and a remark: a long text is cut, a secret is only measured."""
        if self.hides(pointer, value):
            size = f"{len(value):,} characters, " if isinstance(value, str) else ""
            return f'"{HIDDEN}"{end}', f"{size}hidden here"
        if isinstance(value, str) and len(value) > LONGEST_VALUE:
            rest = len(value) - LONGEST_VALUE
            return compact(value[:LONGEST_VALUE]) + end, f"… {rest:,} more characters"
        text = compact(value)
        if len(text) > LONGEST_VALUE:
            return text[:LONGEST_VALUE], f"… {len(text) - LONGEST_VALUE:,} more characters"
        return text + end, ""

    def opens(self, pointer: str, value: Any) -> bool:
        """Say whether a value is written over several lines."""
        if not isinstance(value, dict | list):
            return False
        inside = any(place.startswith(f"{pointer}/") for place in self.marks)
        return pointer == "" or inside or not is_short(value)

    def add_missing(self, pointer: str, value: Any, depth: int) -> None:
        """Add a ghost line for each marked member that the value does not have."""
        for place, mark in self.marks.items():
            parent, _, key = place.rpartition("/")
            if mark.kind == "missing" and parent == pointer and not holds(value, f"/{key}"):
                self.add_line(place, depth, "", f'"{untoken(key)}" missing')

    def add_line(self, pointer: str, depth: int, label: str, text: str, remark: str = "") -> None:
        """Add one line, with its mark and remark when the place has one."""
        mark = self.marks.get(pointer)
        written = label + text
        if self.redactor is not None:
            written = self.redactor.clean(written)
        html: str = visible(written)
        if mark is not None:
            html = Markup('<mark class="{}">{}</mark>').format(mark.kind, html)
        for note in (remark, mark.note if mark else ""):
            if note:
                html += Markup(' <span class="note">{}</span>').format(self.shorten(pointer, note))
        # The blanks stay text, so that a copied payload is indented; --in hangs wrapped lines.
        line = Markup('<span class="line" style="--in:{}">{}{}\n</span>')
        self.lines.append(Line(line.format(2 * depth, "  " * depth, html), mark is not None))
