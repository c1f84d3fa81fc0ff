"""What can a payload exercise? Optional members, alternatives and listed values, each an aim.

A share of all rows is drawn towards the aims in turn, so that rare parts of a schema occur too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from callforge_core.spec import Schema, resolve
from generators.schema_values_merging import mark

DEEP = 4
MOST = 600
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Aim:
    """Schema objects that are to occur, by identity, and the value that one is to have."""

    forced: frozenset[int]
    value: tuple[int, Any] | None = None


def list_aims(schema: Schema) -> list[Aim]:
    """Return the aims of a schema in the order it is written, each once."""
    found: dict[tuple[frozenset[int], str], Aim] = {}
    for aim in iter_aims(schema, NOBODY, 0, ()):
        found.setdefault((aim.forced, mark(aim.value)), aim)
        if len(found) == MOST:
            break
    return list(found.values())


def iter_aims(
    schema: Schema, forced: frozenset[int], depth: int, trail: tuple[int, ...]
) -> Iterator[Aim]:
    """Yield the aims in and below a schema; a schema that contains itself is entered once."""
    schema = resolve(schema)
    if id(schema) in trail or depth > DEEP:
        return
    trail = (*trail, id(schema))
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if schema.get("type") == "boolean" and not values:
        values = [True, False]
    for value in values:
        yield Aim(forced, (id(schema), value))
    for part in schema.get("allOf", ()):
        yield from iter_aims(part, forced, depth, trail)
    for key in ("anyOf", "oneOf"):
        for option in schema.get(key, ()):
            chosen = forced | {id(resolve(option))}
            yield Aim(chosen)
            yield from iter_aims(option, chosen, depth, trail)
    for name, child in schema.get("properties", {}).items():
        child = resolve(child)
        if child == {"not": {}}:
            continue
        below = forced if name in schema.get("required", ()) else forced | {id(child)}
        if below != forced:
            yield Aim(below)
        yield from iter_aims(child, below, depth + 1, trail)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from iter_aims(schema[key], forced, depth + 1, trail)
