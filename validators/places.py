"""How is a place in a payload written, and how is a value quoted in a message?

A place is a tuple of keys and indices; people read `$.device.ports[0]`, records a JSON pointer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from callforge_core.spec_documents import escape

Place = tuple[str | int, ...]

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
STEP = re.compile(r'\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')
QUOTE_LENGTH = 60


def path_of(place: Iterable[str | int]) -> str:
    """Write a place as people read it: $.device.ipv4Address, $.ports[0], $["odd key"]."""
    return "$" + "".join(render_step(key) for key in place)


def render_step(key: str | int) -> str:
    """Write one step of a path."""
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key)}]"


def place_of(path: str) -> Place:
    """Read a path that `path_of` has written."""
    steps = STEP.findall(path)
    return tuple(name or (int(index) if index else json.loads(odd)) for name, index, odd in steps)


def pointer_of(place: Iterable[str | int]) -> str:
    """Write a place as a JSON pointer (RFC 6901)."""
    return "".join(f"/{escape(key)}" for key in place)


def value_at(payload: Any, place: Iterable[str | int]) -> Any:
    """Return the value at a place, None when there is none."""
    for key in place:
        if isinstance(payload, list):
            payload = payload[key] if isinstance(key, int) and key < len(payload) else None
        else:
            payload = payload.get(key) if isinstance(payload, Mapping) else None
    return payload


def has_place(payload: Any, place: Place) -> bool:
    """Say whether a member stands at a place (its value may be null)."""
    parent = value_at(payload, place[:-1])
    return not place or (isinstance(parent, Mapping) and place[-1] in parent)


def is_within(place: Place, other: Place) -> bool:
    """Say whether `place` is `other` or lies below it."""
    return place[: len(other)] == other


def quote(value: object) -> str:
    """Return a value for a message: short, on one line, never raising on junk."""
    if isinstance(value, Mapping):
        return (
            f"an object with {len(value)} members" if len(value) != 1 else "an object with 1 member"
        )
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 200:
        return "a huge integer"  # str() refuses more than 4,300 digits
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = f"a Python {type(value).__name__}"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= QUOTE_LENGTH else text[: QUOTE_LENGTH - 1] + "…"
