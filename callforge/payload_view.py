"""A JSON value as people read it, with marks where something is wrong, missing or not wanted.

    {"duration": 60}  against  {"duration": 3600}      marks /duration: wrong, "3600 expected"

Places are JSON pointers. Nothing here judges: whoever calls says where the marks go, or asks
`compare_payloads` for the plain differences to the gold answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup, escape

from callforge_core.records import Payload

Kind = Literal["wrong", "extra", "missing"]
SHORT = 30  # a value up to this many characters stays on its line
LONGEST_TEXT = 700  # a model that rambles is quoted up to here

STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]")


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


def render_payload(value: Any, marks: Marks | None = None) -> Markup:
    """Return indented JSON as HTML, marked places wrapped in <mark class="...">."""
    lines = Lines(marks or {})
    lines.add_value("", value, 0, "", "")
    return Markup("").join(lines.lines)


def render_text(text: str) -> Markup:
    """Return text that is no JSON, escaped, cut where it rambles."""
    if not text:
        return Markup('<span class="note">(nothing)</span>')
    rest = len(text) - LONGEST_TEXT
    cut = Markup('<span class="note"> … {} more characters</span>').format(rest)
    return escape(text[:LONGEST_TEXT]) + (cut if rest > 0 else Markup(""))


def parse_answer(text: str) -> Any:
    """Return the object a text is, or None when it is not exactly one JSON object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_path(path: str) -> str:
    """Turn a place such as $.device.ipv4Address or $.ranges[0].from into a JSON pointer."""
    return "".join(f"/{token(a or b or c)}" for a, b, c in STEP.findall(path.removeprefix("$")))


def token(key: str) -> str:
    """Escape a key for a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def compact(value: Any) -> str:
    """Write a value on one line, with blanks after separators."""
    return json.dumps(value, ensure_ascii=False)


def holds(payload: Payload | Sequence[Any], pointer: str) -> bool:
    """Say whether `pointer` leads to a value of `payload`."""
    value: Any = payload
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return False
    return True


class Lines:
    """The lines of one rendered value, built top to bottom."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.lines: list[Markup] = []

    def add_value(self, pointer: str, value: Any, depth: int, label: str, end: str) -> None:
        """Add one member: on its own line when short, else opened over several."""
        if not self.opens(pointer, value):
            self.add_line(pointer, depth, label, compact(value) + end)
            return
        inner: list[tuple[str, str, Any]]
        if isinstance(value, dict):
            start, stop = "{", "}"
            inner = [(token(key), f"{compact(key)}: ", item) for key, item in value.items()]
        else:
            start, stop = "[", "]"
            inner = [(str(index), "", item) for index, item in enumerate(value)]
        self.add_line(pointer, depth, label, start)
        for index, (step, name, item) in enumerate(inner):
            comma = "," if index < len(inner) - 1 else ""
            self.add_value(f"{pointer}/{step}", item, depth + 1, name, comma)
        self.add_missing(pointer, value, depth + 1)
        self.add_line("\0", depth, "", stop + end)

    def opens(self, pointer: str, value: Any) -> bool:
        """Say whether a value is written over several lines."""
        if not isinstance(value, dict | list):
            return False
        inside = any(place.startswith(f"{pointer}/") for place in self.marks)
        return pointer == "" or inside or len(compact(value)) > SHORT

    def add_missing(self, pointer: str, value: Any, depth: int) -> None:
        """Add a ghost line for each marked member that the value does not have."""
        for place, mark in self.marks.items():
            parent, _, key = place.rpartition("/")
            if mark.kind == "missing" and parent == pointer and not holds(value, f"/{key}"):
                name = key.replace("~1", "/").replace("~0", "~")
                self.add_line(place, depth, "", f'"{name}" missing')

    def add_line(self, pointer: str, depth: int, label: str, text: str) -> None:
        """Add one line, with its mark and remark when the place has one."""
        mark = self.marks.get(pointer)
        written: str = label + text
        if mark is not None:
            note = Markup(' <span class="note">{}</span>').format(mark.note) if mark.note else ""
            written = Markup('<mark class="{}">{}</mark>{}').format(mark.kind, written, note)
        # The blanks stay text, so that a copied payload is indented; --in hangs wrapped lines.
        line = Markup('<span class="line" style="--in:{}">{}{}\n</span>')
        self.lines.append(line.format(2 * depth, "  " * depth, written))
