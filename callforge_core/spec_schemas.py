"""What does an operation accept as it is published? One OpenAPI schema as JSON Schema.

References replaced and the words of OpenAPI 3.0 translated: Draft 4 for 3.0, because only Draft 4
agrees with it that 3600.0 is no integer; 2020-12 for 3.1. A schema that contains itself, or a huge
one, keeps references, into its own `$defs`.
"""

from __future__ import annotations

from typing import Any

from callforge_core.spec_documents import Place, escape
from callforge_core.spec_keywords import (
    LISTS,
    MAPS,
    OPEN_OR_SHUT,
    SINGLE,
    iter_words,
    note_values,
)
from callforge_core.spec_references import IN_PLACE, Definitions, Reading, Reference, build, resolve

Schema = dict[str, Any]
Trail = tuple[Any, ...]
ALTERNATIVES = ("oneOf", "anyOf")
NOBODY: frozenset[str] = frozenset()


def inline(place: Place, reading: Reading, places: dict[str, Place] | None = None) -> Schema:
    """Return the published schema; `places` learns where its parts stand in the document."""
    found = {} if places is None else places

    def compiling(definitions: Definitions) -> Schema:
        found.clear()
        return Published(reading, definitions, found).schema(place, "")

    return build(compiling)


class Published:
    """Replaces the references of one schema."""

    def __init__(
        self, reading: Reading, definitions: Definitions, places: dict[str, Place]
    ) -> None:
        self.reading = reading
        self.definitions = definitions
        self.places = places

    def schema(
        self,
        place: Place,
        at: str,
        trail: Trail = (),
        here: Trail = (),
        spared: frozenset[str] = NOBODY,
    ) -> Schema:
        """Return what stands at a place; `here` are the schemas about the same value so far."""
        target = self.reading.target(place)
        self.places[at] = target
        if isinstance(target.node, bool):
            return {} if target.node else {"not": {}}
        if not isinstance(target.node, dict):
            sentence = f"a schema is wanted, not {target.node!r:.40}: anything is accepted here"
            self.reading.notes.lost(target, "schema", sentence)
            return {}
        if target.identity in here:
            sentence = "it refers to itself without going into a member; that says nothing"
            self.reading.notes.changed(target, "$ref", sentence)
            return {}
        if target.identity in trail or (trail and self.is_cut(place, target)):
            return self.refer(target)
        self.definitions.count(target, len(trail), len(here))
        return self.reading.overlay(place, self.level(target, at, trail, here, spared))

    def is_cut(self, place: Place, target: Place) -> bool:
        """Say whether a reference of a huge schema is kept: only circles in place must not be."""
        return (
            self.definitions.keep_all
            and place.identity != target.identity
            and not self.reading.is_circular(target)
        )

    def refer(self, target: Place) -> Reference:
        """Return a reference to the schema at a place."""
        return self.definitions.reference(
            ("open", target.identity), target.pointer, lambda at: self.schema(target, at)
        )

    def level(
        self, target: Place, at: str, trail: Trail, here: Trail, spared: frozenset[str]
    ) -> Schema:
        """Return one schema object and all below it."""
        trail, here = (*trail, target.identity), (*here, target.identity)
        spared |= self.read_only_names(target)
        note_values(target, self.reading.notes)
        schema: Schema = {}
        for key, value in iter_words(target, self.reading.dialect, self.reading.notes):
            if key == "required" and spared:
                needed = [name for name in value if name not in spared]
                schema |= {key: needed} if needed else {}
            elif not (key in ALTERNATIVES and self.leads_back(target, key, here)):
                inner, kept = (here, spared) if key in IN_PLACE else ((), NOBODY)
                schema[key] = self.word(target, key, value, f"{at}/{key}", trail, inner, kept)
        bare = self.reading.beside(target)
        if bare:
            parts = schema.setdefault("allOf", [])
            parts.append(self.schema(bare, f"{at}/allOf/{len(parts)}", trail, here, spared))
        return schema

    def leads_back(self, target: Place, key: str, here: Trail) -> bool:
        """Say whether a value that is one alternative already is asked to be one of them again."""
        parts = target.child(key).members()
        back = any(self.reading.target(part).identity in here for part in parts)
        if back:
            self.reading.notes.changed(target, key, f"{key} leads back to itself: ignored", key)
        return back

    def word(
        self,
        target: Place,
        key: str,
        value: Any,
        at: str = "",
        trail: Trail = (),
        here: Trail = (),
        spared: frozenset[str] = NOBODY,
    ) -> Any:
        """Return the value of one word, references in it replaced."""
        dialect = self.reading.dialect
        if key in SINGLE[dialect]:
            if isinstance(value, bool) and key in OPEN_OR_SHUT[dialect]:
                return value
            return self.schema(target.child(key), at, trail, here, spared)
        if key in LISTS[dialect]:
            return [
                self.schema(part, f"{at}/{n}", trail, here, spared)
                for n, part in enumerate(target.child(key).members())
            ]
        if key in MAPS[dialect]:
            return {
                name: self.schema(
                    target.child(key, name), f"{at}/{escape(name)}", trail, here, spared
                )
                for name in value
            }
        return value

    def read_only_names(self, target: Place, seen: Trail = ()) -> frozenset[str]:
        """Return the members that only answers have: no request needs them, required or not."""
        if not isinstance(target.node, dict) or target.identity in seen:
            return frozenset()
        members = target.node.get("properties")
        names = {
            name
            for name in (members if isinstance(members, dict) else ())
            if self.reading.is_read_only(target.child("properties", name))
        }
        for part in self.reading.all_of(target):
            whole = self.reading.target(part)
            names |= self.read_only_names(whole, (*seen, target.identity))
        return frozenset(names)


def select(schema: Schema, value: object) -> list[Schema]:
    """Return the alternatives that `value` can mean; one, if a discriminator tells."""
    schema = resolve(schema)
    parts = next(
        (schema[key] for key in ("anyOf", "oneOf") if key in schema and "properties" not in schema),
        None,
    )
    if parts is None:
        return [schema]
    told = schema.get("discriminator")
    if told and isinstance(value, dict):
        kind = value.get(told["propertyName"])
        index = told["mapping"].get(kind) if isinstance(kind, str) else None
        if index is not None:
            return select(parts[index], value)
    return [leaf for part in parts for leaf in select(part, value)]


def declared(schema: Schema, value: object) -> dict[str, Schema]:
    """Return the members that `schema` declares for `value`, in spec order."""
    members: dict[str, Schema] = {}
    for part in select(schema, value):
        for name, child in part.get("properties", {}).items():
            members.setdefault(name, child)
    return members
