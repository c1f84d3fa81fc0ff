"""Which examples and defaults does a document give, and which schema should each satisfy?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from callforge_core.errors import SpecError
from callforge_core.spec_documents import Place, keys_of
from callforge_core.spec_operations import Site, find_body, written_parameters
from callforge_core.spec_references import Reading
from callforge_core.spec_schemas import Schema, inline


class Sample(NamedTuple):
    """A value that a document shows, and what it should satisfy."""

    place: Place
    about: str
    """example or default."""
    value: Any
    schema: Schema


def iter_samples(site: Site, reading: Reading, seen: set[Any]) -> Iterator[Sample]:
    """Yield the samples of what an operation takes, each place of the document once."""
    holders: list[Place] = []
    body = find_body(site.place, reading)
    if body:
        holders.append(body.content)
    for target in written_parameters(site, reading):
        content = target.node.get("content")
        kinds = list(content) if isinstance(content, dict) else []
        holders.append(target.child("content", kinds[0]) if kinds else target)
    for holder in holders:
        if not isinstance(holder.node, dict) or holder.identity in seen:
            continue
        seen.add(holder.identity)
        if isinstance(holder.node.get("schema"), dict):
            yield from samples_of(holder, reading, seen)


def samples_of(holder: Place, reading: Reading, seen: set[Any]) -> Iterator[Sample]:
    """Yield the samples beside a schema and in it."""
    places: dict[str, Place] = {}
    schema = inline(holder.child("schema"), reading, places)
    for place, about, value in iter_shown(holder, reading):
        yield Sample(place, about, value, schema)
    definitions = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    for at, target in places.items():
        if not isinstance(target.node, dict) or target.identity in seen:
            continue
        seen.add(target.identity)
        found = list(iter_written(target, reading.dialect != "draft4"))
        if found:
            part: Any = schema
            for key in keys_of(at):
                part = part[int(key)] if isinstance(part, list) else part[key]
            for place, about, value in found:
                yield Sample(place, about, value, {**part, **definitions})


def iter_shown(holder: Place, reading: Reading) -> Iterator[tuple[Place, str, Any]]:
    """Yield the examples of a media type or of a parameter."""
    if "example" in holder.node:
        yield holder.child("example"), "example", holder.node["example"]
    named = holder.node.get("examples")
    for name in named if isinstance(named, dict) else ():
        try:
            place = holder.child("examples", name).follow()
        except SpecError as exc:
            reading.notes.hint(holder, "example", f"{exc}: not looked at", "examples", name)
            continue
        if isinstance(place.node, dict) and "value" in place.node:
            yield place.child("value"), "example", place.node["value"]


def iter_written(target: Place, several: bool) -> Iterator[tuple[Place, str, Any]]:
    """Yield the examples and the default of a schema object."""
    for key in ("example", "default"):
        if key in target.node:
            yield target.child(key), key, target.node[key]
    examples = target.node.get("examples")
    if several and isinstance(examples, list):
        for place in target.child("examples").members():
            yield place, "example", place.node
