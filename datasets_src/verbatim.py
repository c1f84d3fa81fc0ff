"""JSON that keeps how it was said: repeated keys, `3600.0`, `3.6e3` and `NaN` survive a round trip.

A payload inside a row has to be judged as it stands in the file; Python's own parser would quietly
mend it (the last of two equal keys wins, 3.6e3 becomes 3600.0).
"""

from __future__ import annotations

import json
from typing import Any

Members = list[tuple[str, Any]]
LONGEST_INTEGER = 400  # digits


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


def as_object(members: Members) -> dict[str, Any]:
    """Return the members as a dict that remembers repeated keys."""
    plain = dict(members)
    return plain if len(plain) == len(members) else Repeated(members)


def as_integer(text: str) -> int | Said:
    """Return an integer; one of absurd length (Python refuses 4,301 digits) stays what was said."""
    return int(text) if len(text) < LONGEST_INTEGER else Said(text)


DECODER = json.JSONDecoder(
    object_pairs_hook=as_object, parse_float=Said, parse_int=as_integer, parse_constant=Said
)


def parse_verbatim(text: str) -> Any:
    """Parse one JSON document; raise ValueError or RecursionError as json.loads does."""
    return DECODER.decode(text)


def render_verbatim(value: Any) -> str:
    """Return compact JSON with numbers and repeated keys as they were said."""
    if isinstance(value, Said):
        return value.text
    if isinstance(value, dict):
        members = value.members if isinstance(value, Repeated) else value.items()
        inner = (f"{render_text(key)}:{render_verbatim(member)}" for key, member in members)
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(render_verbatim, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def render_text(text: str) -> str:
    """Return one string as JSON."""
    return json.dumps(text, ensure_ascii=False)
