"""What does a definition file say? YAML 1.2 or JSON, read into plain JSON values.

As OpenAPI wants it: keys are text (`200:` too), `on` and `2024-01-01` are text, a key stands once.
What could make a reader lie, hang or grow without end is refused here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from callforge_core.errors import DataError, SpecError
from callforge_core.jsonl import UNREADABLE, is_encodable, open_text, unreadable

MAX_NESTING = 120  # no real document passes 40; engines stop at 255, and closing adds levels
MAX_REPEATS = 20  # aliases may repeat what is written this often; a "billion laughs" file more
FREE_NODES = 100_000  # small enough to unfold, whatever the aliases do
BOOLEANS = dict.fromkeys(("true", "True", "TRUE"), True)
BOOLEANS |= dict.fromkeys(("false", "False", "FALSE"), False)
NULLS = {"", "~", "null", "Null", "NULL"}
# 0123 is text, as in JSON: three dialects of YAML read three different numbers
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
MAX_DIGITS = 400
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
TAG = "tag:yaml.org,2002:"
KINDS = ("str", "int", "float", "bool", "null")
TOO_DEEP = f"nested deeper than {MAX_NESTING} levels; flatten it"


class Extent(NamedTuple):
    """How many nodes a value has when written out, and how deep it goes."""

    nodes: int
    depth: int


def read_document(path: Path) -> Any:
    """Read one definition file; raise SpecError saying what cannot be read in it."""
    try:
        with open_text(path) as stream:
            text = stream.read()
    except DataError as exc:
        raise SpecError(str(exc)) from exc
    except UNREADABLE as exc:
        raise SpecError(unreadable(path, exc)) from exc
    if "\0" in text:
        raise SpecError(f"{path} is no text file: it has null characters; name a YAML or JSON file")
    try:
        root = read_json(text) if is_json(path, text) else read_yaml(text)
        check_extent(root)
    except (ValueError, yaml.YAMLError) as exc:
        raise SpecError(f"{path}: {' '.join(str(exc).split())}") from exc
    except RecursionError as exc:
        raise SpecError(f"{path}: {TOO_DEEP}") from exc
    return root


def is_json(path: Path, text: str) -> bool:
    """Say whether a file is JSON: by its name, or because only JSON starts so."""
    return path.suffix == ".json" or re.match(r'\s*\{\s*"', text) is not None


def read_json(text: str) -> Any:
    """Parse JSON as RFC 8259 has it; raise ValueError for NaN, 1e999 and a key said twice."""

    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is no JSON number; correct it")

    value = json.loads(
        text,
        object_pairs_hook=unique,
        parse_constant=refuse,
        parse_float=finite,
        parse_int=whole,
    )
    if SURROGATE.search(text) and not is_encodable(json.dumps(value, ensure_ascii=False)):
        raise ValueError("half of a surrogate pair (\\ud8..) is no character; correct it")
    return value


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raise ValueError for a key that stands in it twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(
            f"the key {twice!r} stands twice in the object of {', '.join(map(repr, keys[:4]))}; "
            "keep the one that is meant"
        )
    return found


def finite(text: str) -> float:
    """Return a number; raise ValueError for one that no machine can hold."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text} is too large; correct it")
    return value


def whole(text: str) -> int:
    """Return an integer; raise ValueError for one of absurd length."""
    if len(text) > MAX_DIGITS:
        raise ValueError(f"the number {text[:20]}... is too large; correct it")
    return int(text)


def read_yaml(text: str) -> Any:
    """Parse one YAML document; raise ValueError or YAMLError with the line."""
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return Builder(events).document()


class Builder:
    """Turns YAML events into JSON values. (The parser's own tree overflows on deep files.)"""

    def __init__(self, events: Iterable[Any]) -> None:
        self.events = iter(events)
        self.anchors: dict[str, Any] = {}

    def document(self) -> Any:
        """Return the value of the only document; None for an empty file."""
        value, started = None, False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if started:
                    raise ValueError(f"{line_of(event)}: a second document starts; keep one a file")
                value, started = self.value(next(self.events), 0), True
        return value

    def value(self, event: Any, depth: int) -> Any:
        """Return the value that starts with an event."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise ValueError(
                    f"{line_of(event)}: the alias *{event.anchor} leads into itself or nowhere"
                )
            return self.anchors[event.anchor]
        if depth > MAX_NESTING:
            raise ValueError(f"{line_of(event)}: {TOO_DEEP}")
        anchor = event.anchor
        self.anchors.pop(anchor, None)
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = scalar(event)
        elif event.tag not in (None, "!", TAG + "map", TAG + "seq"):
            raise ValueError(f"{line_of(event)}: the tag {event.tag} has no meaning in OpenAPI")
        elif isinstance(event, yaml.MappingStartEvent):
            value = self.mapping(depth)
        else:
            value = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                value.append(self.value(event, depth + 1))
        if anchor is not None:
            self.anchors[anchor] = value
        return value

    def mapping(self, depth: int) -> dict[str, Any]:
        """Return an object: its own members, and beside them those that `<<` brings."""
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise ValueError(f"{line_of(event)}: a list, object or alias cannot be a key")
            key = event.value
            value = self.value(next(self.events), depth + 1)
            if key == "<<" and not event.style:
                for source in value if isinstance(value, list) else [value]:
                    if not isinstance(source, dict):
                        raise ValueError(f"{line_of(event)}: << wants an object or a list of them")
                    merged = source | merged
            elif key in own:
                raise ValueError(
                    f"{line_of(event)}: the key {key!r} stands twice; keep the one that is meant"
                )
            else:
                own[key] = value
        return merged | own if merged else own


def scalar(event: yaml.ScalarEvent) -> Any:
    """Return text, number, boolean or null, as the core schema of YAML 1.2 reads it."""
    text: str = event.value
    tag = (event.tag or "").removeprefix(TAG)
    if tag not in ("", "!", *KINDS):
        raise ValueError(f"{line_of(event)}: the tag {event.tag} has no meaning in OpenAPI")
    if tag in ("!", "str") or (event.style and not tag):
        return text
    if text in NULLS:
        return None
    if text in BOOLEANS:
        return BOOLEANS[text]
    if INTEGER.fullmatch(text):
        base = {"0o": 8, "0x": 16}.get(text[:2])
        return int(text[2:], base) if base else whole(text)
    return finite(text) if FLOAT.fullmatch(text) else text


def line_of(event: Any) -> str:
    """Say where an event stands in its file."""
    return f"line {event.start_mark.line + 1}"


def check_extent(root: Any) -> None:
    """Raise ValueError for a value that nests too deep or that aliases blow up."""
    known: dict[int, Extent] = {}
    extent = extent_of(root, 0, known)
    if extent.nodes > max(FREE_NODES, MAX_REPEATS * sum(1 for _ in known)):
        raise ValueError(f"its aliases stand for {extent.nodes} nodes; write out what is meant")


def extent_of(node: Any, depth: int, known: dict[int, Extent]) -> Extent:
    """Return the extent of a value, every container looked at once."""
    if not isinstance(node, dict | list):
        return Extent(0, 0)
    extent = known.get(id(node))
    if extent is None:
        nodes, below = 1, 0
        if depth <= MAX_NESTING:
            for child in node.values() if isinstance(node, dict) else node:
                if isinstance(child, dict | list):
                    inner = extent_of(child, depth + 1, known)
                    nodes, below = nodes + inner.nodes, max(below, inner.depth + 1)
        extent = known[id(node)] = Extent(nodes, below)
    if depth + extent.depth > MAX_NESTING:
        raise ValueError(TOO_DEEP)
    return extent
