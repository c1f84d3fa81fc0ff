"""What does a document itself say of an operation for people? Descriptions and examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from callforge.spec_examples import Spot
from callforge_core.errors import SpecError
from callforge_core.spec import Operation
from callforge_core.spec_documents import Document, Place

DEEPEST = 12


class Documented(NamedTuple):
    """A whole body that the document gives as an example."""

    name: str
    payload: Any


class Found(NamedTuple):
    """All examples of one operation."""

    bodies: list[Documented]
    values: dict[Spot, list[Any]]


class Words(NamedTuple):
    """What a document says for people."""

    description: str
    parameters: dict[tuple[str, str], str]
    """Where and name of a parameter -> its description."""


def find_examples(path: Path, operation: Operation) -> Found:
    """Return the examples of an operation's body; nothing where the document cannot be walked."""
    try:
        item = Document(path).place().child("paths", operation.path).follow()
        content = item.child(operation.method, "requestBody").follow()
        kinds = content.node.get("content", {})
        media = content.child("content", next(name for name in kinds if "json" in name))
        values: dict[Spot, list[Any]] = {}
        bodies = list(iter_bodies(media))
        if "schema" in media.node:
            for spot, value in iter_values(media.child("schema"), (), ()):
                values.setdefault(spot, []).append(value)
        bodies += [Documented("schema example", value) for value in values.get((), [])]
    except (SpecError, KeyError, TypeError, AttributeError, StopIteration):
        return Found([], {})  # an example is a courtesy: without it one is built
    return Found(bodies, values)


def read_words(path: Path, operation: Operation) -> Words:
    """Return what a document says about an operation and its parameters, in its own words."""
    try:
        item = Document(path).place().child("paths", operation.path).follow()
        place = item.child(operation.method)
        nodes = [
            each.child("parameters", n).follow().node
            for each in (item, place)
            for n in range(len(each.node.get("parameters") or ()))
        ]
        parameters = {
            (str(node.get("in")), str(node.get("name"))): " ".join(
                str(node.get("description") or "").split()
            )
            for node in nodes
        }
        return Words(str(place.node.get("description") or ""), parameters)
    except (SpecError, KeyError, TypeError, AttributeError):
        return Words("", {})


def iter_bodies(media: Place) -> Iterator[Documented]:
    """Yield the examples beside a body's schema."""
    if "example" in media.node:
        yield Documented("example", media.node["example"])
    examples = media.node.get("examples")
    for name in examples if isinstance(examples, dict) else ():
        target = media.child("examples", name).follow()
        if isinstance(target.node, dict) and "value" in target.node:
            yield Documented(str(name), target.node["value"])


def iter_values(
    place: Place, spot: Spot, trail: tuple[tuple[str, str], ...]
) -> Iterator[tuple[Spot, Any]]:
    """Yield the examples written at a schema and below it, with where in a body they belong."""
    target = place.follow()
    node = target.node
    if not isinstance(node, dict) or target.identity in trail or len(spot) > DEEPEST:
        return
    trail = (*trail, target.identity)
    if "example" in node:
        yield spot, node["example"]
    if isinstance(node.get("examples"), list):
        yield from ((spot, value) for value in node["examples"])
    for name in node.get("properties") or ():
        yield from iter_values(target.child("properties", name), (*spot, str(name)), trail)
    if isinstance(node.get("items"), dict):
        yield from iter_values(target.child("items"), (*spot, "[]"), trail)
    for key in ("allOf", "anyOf", "oneOf"):
        for index in range(len(node.get(key) or ())):
            yield from iter_values(target.child(key, index), spot, trail)
    told = node.get("discriminator")
    mapping = told.get("mapping") if isinstance(told, dict) else None
    for ref in (mapping or {}).values():
        ref = ref if "/" in ref or "#" in ref else f"#/components/schemas/{ref}"
        yield from iter_values(target.document.resolve(ref, target.pointer), spot, trail)
