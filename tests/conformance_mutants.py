"""Which facts does a schema state? The same schema with one of them changed, again and again.

A comparison of two documents that does not notice such a change would not notice a wrong copy.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
NUMBERS = (
    "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
    "maxProperties",
)  # fmt: skip
OTHER_TYPE = {"string": "integer", "integer": "string", "object": "array", "array": "object"}


def iter_mutants(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield (what was changed, the changed schema); everything else stays."""
    for pointer, node in list(iter_nodes(schema)):
        for what, changes in iter_changes(node):
            mutant = copy.deepcopy(schema)
            target = at(mutant, pointer)
            for key, value in changes.items():
                if value is ...:
                    target.pop(key, None)
                else:
                    target[key] = value
            yield f"/{'/'.join(map(str, pointer))} {what}", mutant


def iter_nodes(
    node: Any, pointer: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Schema]]:
    """Yield every schema within a schema, with the keys that lead to it."""
    yield pointer, node
    for name, child in node.get("properties", {}).items():
        yield from iter_nodes(child, (*pointer, "properties", name))
    for key in ("items", "not"):
        if isinstance(node.get(key), dict):
            yield from iter_nodes(node[key], (*pointer, key))
    for key in ("allOf", "anyOf", "oneOf"):
        for index, part in enumerate(node.get(key, ())):
            yield from iter_nodes(part, (*pointer, key, index))


def without_echoes(schema: Any) -> Any:
    """Return a schema without alternatives that allOf repeats: changing one would not show."""
    if isinstance(schema, list):
        return [without_echoes(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    said = [{key: schema.get(key)} for key in ("anyOf", "oneOf")]
    kept = [part for part in schema.get("allOf", ()) if part not in said]
    lean = {key: without_echoes(value) for key, value in schema.items() if key != "allOf"}
    return lean | ({"allOf": without_echoes(kept)} if kept else {})


def at(schema: Any, pointer: tuple[Any, ...]) -> Any:
    """Return what stands at the end of some keys."""
    for key in pointer:
        schema = schema[key]
    return schema


def iter_changes(node: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what can be changed at one node: a name, and the members to set (... takes one out)."""
    for key in NUMBERS:
        if key in node:
            for value in (node[key] - 1, node[key] + 1, ...):
                if not (isinstance(value, int) and value < 0 and key.endswith(("s", "h"))):
                    yield f"{key} {node[key]} -> {value}", {key: value}
    yield from text_changes(node)
    yield from object_changes(node)
    for key in ("anyOf", "oneOf", "allOf"):
        for index in range(len(node.get(key, ()))):
            rest = node[key][:index] + node[key][index + 1 :]
            yield f"{key} without {index}", {key: rest or ...}
    if "type" in node and node["type"] in OTHER_TYPE:
        yield (
            f"type {node['type']} -> {OTHER_TYPE[node['type']]}",
            {"type": OTHER_TYPE[node["type"]]},
        )
        yield f"no type {node['type']}", {"type": ...}
    if "uniqueItems" in node:
        yield "uniqueItems off", {"uniqueItems": False}


def text_changes(node: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield other patterns, formats and words."""
    if "pattern" in node:
        yield "no pattern", {"pattern": ...}
        for pattern in dict.fromkeys(iter_patterns(node["pattern"])):
            yield f"pattern {node['pattern']} -> {pattern}", {"pattern": pattern}
    if "format" in node:
        yield f"no format {node['format']}", {"format": ...}
    for index, word in enumerate(node.get("enum", ())):
        rest = node["enum"][:index] + node["enum"][index + 1 :]
        yield f"enum without {word}", {"enum": rest or ["none"]}
        yield f"enum with {word}S", {"enum": [*node["enum"], f"{word}S"]}


def object_changes(node: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield other members, required or declared, and an open object for a closed one."""
    required, members = node.get("required", []), node.get("properties", {})
    for name in required:
        yield f"{name} not required", {"required": [n for n in required if n != name] or ...}
    for name in members:
        if name not in required:
            yield f"{name} required", {"required": [*required, name]}
        rest = {other: child for other, child in members.items() if other != name}
        yield f"no member {name}", {"properties": rest}
    if node.get("additionalProperties") is False:
        yield "open", {"additionalProperties": ...}


def iter_patterns(pattern: str) -> Iterator[str]:
    """Yield patterns one edit away: a count, an anchor, an optional part, a letter of a class."""
    for match in re.finditer(r"(?<=[{,])\d+", pattern):
        for step in (-1, 1):
            count = int(match[0]) + step
            if count >= 0:
                yield pattern[: match.start()] + str(count) + pattern[match.end() :]
    yield pattern.removeprefix("^")
    yield pattern.removesuffix("$")
    for match in re.finditer(r"(?<=[\])])\?", pattern):
        yield pattern[: match.start()] + pattern[match.end() :]
    for match in re.finditer(r"\[([^\]]+)\]", pattern):
        for piece in re.findall(r"\\.|.-[^\]]|.", match[1]):
            letters = match[1].replace(piece, "", 1)
            if letters:
                yield f"{pattern[: match.start(1)]}{letters}{pattern[match.end(1) :]}"
        yield f"{pattern[: match.start(1)]}~{match[1]}{pattern[match.end(1) :]}"
