"""JSON that keeps how it was said: repeated keys, `3600.0`, `3.6e3` and `NaN` survive a round trip.

A payload inside a row has to be judged as it stands in the file; Python's own parser would quietly
mend it (the last of two equal keys wins, 3.6e3 becomes 3600.0). `span_of` finds where a value
stands, so that a row can be changed there and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Members = list[tuple[str, Any]]
LONGEST_INTEGER = 400  # digits
BLANK = " \t\r\n"
FILLED = re.compile(r"[^ \t\r\n]|\Z")
INDENTED = re.compile(r"[\[{]\r?\n([ \t]+)")
COLON = re.compile(r'"\s*:([ \t]?)')
COMMA = re.compile(r',([ \t]?)\s*"')


class Repeated(dict[str, Any]):
    """An object in which a key stands twice; `members` has them all, in order."""

    def __init__(self, members: Members) -> None:
        super().__init__(members)
        self.members = members


class Said(float):
    """A number with fraction or exponent (or NaN, Infinity), and the text it was written as."""

    text: str

    def __new__(cls, text: str) -> Said:
        number = super().__new__(cls, text)
        number.text = text
        return number


class Style(NamedTuple):
    """How a JSON text is set: what stands after commas and colons, and how far it is indented."""

    comma: str = ","
    colon: str = ":"
    indent: str = ""


COMPACT = Style()


def as_object(members: Members) -> dict[str, Any]:
    """Return the members as a dict that remembers repeated keys."""
    plain = dict(members)
    return plain if len(plain) == len(members) else Repeated(members)


def members_of(node: dict[str, Any]) -> Members:
    """Return the members of an object, repeated ones included."""
    return list(node.members) if isinstance(node, Repeated) else list(node.items())


def as_integer(text: str) -> int | Said:
    """Return an integer; one of absurd length (Python refuses 4,301 digits) stays what was said."""
    return int(text) if len(text) < LONGEST_INTEGER else Said(text)


DECODER = json.JSONDecoder(
    object_pairs_hook=as_object, parse_float=Said, parse_int=as_integer, parse_constant=Said
)


def parse_verbatim(text: str) -> Any:
    """Parse one JSON document; raise ValueError or RecursionError as json.loads does."""
    return DECODER.decode(text)


def render_verbatim(value: Any, style: Style = COMPACT, depth: int = 1) -> str:
    """Return JSON in a style, numbers and repeated keys as they were said."""
    if isinstance(value, Said):
        return value.text
    if isinstance(value, dict):
        members = value.members if isinstance(value, Repeated) else value.items()
        return enclose(
            "{}",
            [
                f"{render_text(key)}{style.colon}{render_verbatim(member, style, depth + 1)}"
                for key, member in members
            ],
            style,
            depth,
        )
    if isinstance(value, list | tuple):
        parts = [render_verbatim(member, style, depth + 1) for member in value]
        return enclose("[]", parts, style, depth)
    return json.dumps(value, ensure_ascii=False)


def enclose(ends: str, parts: list[str], style: Style, depth: int) -> str:
    """Join the parts of an object or list between its brackets, on lines of their own if so set."""
    if not style.indent or not parts:
        return ends[0] + style.comma.join(parts) + ends[1]
    line = "\n" + style.indent * depth
    return ends[0] + line + ("," + line).join(parts) + "\n" + style.indent * (depth - 1) + ends[1]


def style_of(text: str) -> Style:
    """Return the style in which a JSON text seems to be set."""
    indented = INDENTED.search(text)
    colon, comma = COLON.search(text), COMMA.search(text)
    return Style(
        comma="," + (comma[1] if comma else ""),
        colon=":" + (colon[1] if colon else ""),
        indent=indented[1] if indented else "",
    )


def render_text(text: str) -> str:
    """Return one string as JSON."""
    return json.dumps(text, ensure_ascii=False)


def skip_blank(text: str, at: int) -> int:
    """Return the place of the next character that is not blank."""
    match = FILLED.search(text, at)
    return match.start() if match else len(text)


def span_of(text: str, place: Sequence[str | int], at: int = 0) -> tuple[int, int]:
    """Return where the value at a place begins and ends; of a repeated key it is the last one.

    Raises LookupError when there is no such place, ValueError when the text is no JSON.
    """
    start = skip_blank(text, at)
    end = -1
    for step in place:
        spans = [span for key, *span in iter_spans(text, start) if key == step]
        if not spans:
            raise LookupError(f"nothing stands at {step!r}")
        start, end = spans[-1]
    return start, end if end >= 0 else DECODER.raw_decode(text, start)[1]


def iter_spans(text: str, start: int) -> Iterator[tuple[str | int, int, int]]:
    """Yield (key or index, begin, end) of what stands in the object or list at `start`."""
    opened = text[start : start + 1]
    if opened not in ("{", "["):
        return
    at, index = skip_blank(text, start + 1), 0
    while at < len(text) and text[at] not in "]}":
        key: str | int = index
        if opened == "{":
            key, at = DECODER.raw_decode(text, at)
            at = skip_blank(text, skip_blank(text, at) + 1)
        _, end = DECODER.raw_decode(text, at)
        yield key, at, end
        at, index = skip_blank(text, end), index + 1
        if text.startswith(",", at):
            at = skip_blank(text, at + 1)
