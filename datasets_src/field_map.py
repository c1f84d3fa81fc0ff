"""What does an operation declare? Every field, branch and enum value, as one flat list.

Read from the closed schema (callforge_core/spec.py): allOf is merged there and discriminators are
resolved. A type that contains itself is followed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from callforge_core.spec import Operation
from callforge_core.spec_documents import escape
from validators.places import Place, path_of

Schema = dict[str, Any]

CHOICES = ("anyOf", "oneOf")
DEEPEST = 12
MOST_FIELDS = 3000  # of a huge document the first ones, level by level, are enough to look at


class Branch:
    """One alternative of a field, and whether a value takes it."""

    def __init__(self, name: str, schema: Schema, reader: Reader) -> None:
        self.name = name
        self.schema = schema
        self.reader = reader
        self.engine: Any = None

    def holds(self, value: Any) -> bool:
        """Say whether a value satisfies this alternative."""
        if self.engine is None:
            self.engine = self.reader.compile(self.schema)
        try:
            return bool(self.engine.is_valid(value))
        except (ValueError, TypeError, OverflowError, RecursionError):
            return False


@dataclass(slots=True, kw_only=True)
class Field:
    """One declared field; of an array, `type`, values and branches are those of its items."""

    path: str
    pointer: str
    depth: int
    required: bool
    type: str
    values: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()


@dataclass(slots=True, kw_only=True)
class Position:
    """A place in a payload: which field is counted there, and what may stand below."""

    index: int
    """Its number among the fields, -1 for the whole body."""
    members: dict[str, Position] = field(default_factory=dict)
    items: Position | None = None


def map_fields(operation: Operation) -> tuple[Position, list[Field]]:
    """Return the top of the body, and all fields in spec order."""
    reader = Reader(operation)
    whole = reader.add(operation.closed, (), True, ())
    if not reader.fields[whole].branches:  # a body of one kind is no field of its own
        reader.fields.clear()
        whole = -1
    return reader.read(operation.closed, whole, (), ()), reader.fields


class Reader:
    """Turns one closed schema into positions and fields."""

    def __init__(self, operation: Operation) -> None:
        self.root = operation.closed
        self.draft4 = operation.dialect == "draft4"
        self.fields: list[Field] = []

    def compile(self, schema: Schema) -> Any:
        """Return an engine for a part of the schema."""
        engine: Any = (
            jsonschema_rs.Draft4Validator if self.draft4 else jsonschema_rs.Draft202012Validator
        )
        shared = {key: self.root[key] for key in ("$defs", "definitions") if key in self.root}
        return engine(shared | schema, validate_formats=True)

    def read(self, schema: Schema, index: int, place: Place, trail: tuple[str, ...]) -> Position:
        """Return the position of a schema; its members become fields."""
        position = Position(index=index)
        required = self.required_in(schema, trail)
        parts, trail = self.readings(schema, trail)
        for part in parts:
            for name, child in part.get("properties", {}).items():
                if name in position.members or len(place) >= DEEPEST:
                    continue
                if len(self.fields) >= MOST_FIELDS or not isinstance(child, dict):
                    continue
                same = self.declarations(parts, name)
                below = (*place, name)
                number = self.add(same, below, name in required, trail)
                position.members[name] = self.descend(same, number, below, trail)
        return position

    def required_in(self, schema: Schema, trail: tuple[str, ...]) -> set[str]:
        """Return the members that every reading of a schema requires."""
        schema, trail = self.follow(schema, trail)
        names = set(schema.get("required", ()))
        for part in schema.get("allOf", ()):
            names |= self.required_in(part, trail)
        for key in CHOICES:
            if parts := schema.get(key):
                names |= set.intersection(*(self.required_in(part, trail) for part in parts))
        return names

    def declarations(self, parts: list[Schema], name: str) -> Schema:
        """Return what the alternatives together say of one member."""
        found = [part["properties"][name] for part in parts if name in part.get("properties", {})]
        said = [without_words(child) for child in found]
        different = [child for n, child in enumerate(found) if said[n] not in said[:n]]
        return different[0] if len(different) == 1 else {"allOf": different}

    def add(self, schema: Schema, place: Place, required: bool, trail: tuple[str, ...]) -> int:
        """File a field and return its number."""
        inner, _ = self.items_of(schema, trail)
        parts, _ = self.readings(inner, trail)
        self.fields.append(
            Field(
                path=path_of(place).replace('["*"]', "[*]"),
                pointer="".join(f"/{escape(step)}" for step in place),
                depth=sum(step != "*" for step in place),
                required=required,
                type=self.type_of(schema, trail),
                values=tuple(values_of(parts)),
                branches=tuple(self.branches_of(self.follow(inner, trail)[0])),
            )
        )
        return len(self.fields) - 1

    def descend(
        self, schema: Schema, number: int, place: Place, trail: tuple[str, ...]
    ) -> Position:
        """Return the position of a field; an array is looked at item by item."""
        inner, trail = self.items_of(schema, trail)
        if inner is schema:
            return self.read(schema, number, place, trail)
        return Position(index=number, items=self.read(inner, number, (*place, "*"), trail))

    def items_of(self, schema: Schema, trail: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
        """Return the schema of the items of an array, any other schema as it is."""
        target, after = self.follow(schema, trail)
        items = target.get("items")
        return (items, after) if isinstance(items, dict) else (schema, trail)

    def readings(
        self, schema: Schema, trail: tuple[str, ...]
    ) -> tuple[list[Schema], tuple[str, ...]]:
        """Return the schema itself and its alternatives, references replaced."""
        schema, trail = self.follow(schema, trail)
        parts = [schema]
        for key in (*CHOICES, "allOf"):
            for part in schema.get(key, ()):
                more, trail = self.readings(part, trail)
                parts += more
        return parts, trail

    def follow(self, schema: Schema, trail: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
        """Return what a reference points to; nothing when it leads back to where we are."""
        while isinstance(ref := schema.get("$ref"), str):
            if ref in trail or not ref.startswith("#/"):
                return {}, trail
            trail = (*trail, ref)
            node: Any = self.root
            for step in ref[2:].split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                node = node.get(name) if isinstance(node, dict) else node[int(name)]
            schema = node if isinstance(node, dict) else {}
        return schema, trail

    def branches_of(self, schema: Schema) -> Iterator[Branch]:
        """Yield the alternatives of a schema under names that tell them apart."""
        key = next((key for key in CHOICES if len(schema.get(key, ())) > 1), None)
        if key is None:
            return
        told = schema.get("discriminator")
        kinds = list(told.get("mapping", ())) if isinstance(told, dict) else []
        parts: list[Schema] = schema[key]
        plain = [self.follow(part, ())[0] for part in parts]
        for number, part in enumerate(parts):
            name = kinds[number] if len(kinds) == len(parts) else name_part(number, plain)
            yield Branch(name, part, self)

    def type_of(self, schema: Schema, trail: tuple[str, ...]) -> str:
        """Name the JSON type of a field: string, integer or null, array of object."""
        parts, _ = self.readings(schema, trail)
        names: dict[str, None] = {}
        for part in parts:
            said = part.get("type", ())
            names |= dict.fromkeys([said] if isinstance(said, str) else said)
        if not names and any("properties" in part for part in parts):
            names = {"object": None}
        if list(names) == ["array"]:
            inner, after = self.items_of(schema, trail)
            return "array" if inner is schema else f"array of {self.type_of(inner, after)}"
        return " or ".join(names) or "any"


def without_words(schema: Schema) -> Schema:
    """Return one level of a schema without what only people read."""
    return {key: value for key, value in schema.items() if key not in ("title", "description")}


def values_of(parts: list[Schema]) -> Iterator[str]:
    """Yield the texts of the values that a field, or any reading of it, is limited to."""
    for part in parts:
        said = [part["const"]] if "const" in part else part.get("enum", ())
        said = said or ([True, False] if part.get("type") == "boolean" else [])
        for value in said:
            if not isinstance(value, dict | list):
                yield value if isinstance(value, str) else word(value)


def word(value: Any) -> str:
    """Return a number, a truth value or null as JSON has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int) and abs(value) >= 1 << 200:
        return "huge"  # str() refuses more than 4,300 digits
    return str(value)


def name_part(number: int, parts: list[Schema]) -> str:
    """Name an alternative by its title, by what it alone requires, or by its members or type."""
    part = parts[number]
    others = parts[:number] + parts[number + 1 :]
    title = part.get("title")
    if isinstance(title, str) and all(other.get("title") != title for other in others):
        return title
    required = part.get("required")
    if required and all(other.get("required") != required for other in others):
        return " + ".join(required)
    members = list(part.get("properties", ()))
    if members and all(list(other.get("properties", ())) != members for other in others):
        return ", ".join(members)
    kind = part.get("format") or part.get("type")
    if isinstance(kind, str) and all((o.get("format") or o.get("type")) != kind for o in others):
        return kind
    return f"alternative {number + 1}"
