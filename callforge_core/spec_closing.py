"""What does an operation mean to accept? Its body with every object closed, as JSON Schema.

Parts that must hold together (allOf) are merged first and closed then, as one: closing each by
itself would refuse the members of the others. Discriminators go first of all: requests often refer
to the base type only. Alternatives that declare members are closed together with what stands
beside them. What is closed never accepts more than what is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from callforge_core.spec_documents import Place
from callforge_core.spec_level import assemble
from callforge_core.spec_references import IN_PLACE, Definitions, Reading, build, resolve
from callforge_core.spec_schemas import ALTERNATIVES, Published, Trail
from callforge_core.spec_subtypes import Subtypes, find_subtypes

Schema = dict[str, Any]
Parts = tuple[Place, ...]
MAX_BRANCHES = 128  # groups of alternatives multiply; beyond it one stays an assertion


class Case(NamedTuple):
    """Schema objects that hold together, and which of their choices are made."""

    parts: Parts
    trail: Trail
    """What contains this value, up to the body: to see when a schema contains itself."""
    here: Trail
    """The alternatives that this value is one of."""
    spent: frozenset[Any] = frozenset()
    """Groups of alternatives of which one is among the parts."""
    pins: Mapping[str, str] = {}
    """Discriminating members and the value that each has in this case."""
    width: int = 1
    """How many cases the body has so far."""


def close(place: Place, reading: Reading) -> Schema:
    """Return the schema with allOf merged, discriminators resolved and every object closed."""
    return build(lambda definitions: Closing(reading, definitions).close((place,)))


class Closing:
    """Closes one schema."""

    def __init__(self, reading: Reading, definitions: Definitions) -> None:
        self.reading = reading
        self.definitions = definitions
        self.published = Published(reading, definitions, {})
        self.extended: dict[Any, frozenset[Any]] = {}

    def close(self, places: Parts, trail: Trail = (), here: Trail = ()) -> Schema:
        """Return the closed schema of what must hold together at one place of a payload."""
        targets: dict[Any, Place] = {}
        for place in places:
            target = self.reading.target(place)
            if target.node is False:
                return {"not": {}}
            if isinstance(target.node, dict):
                targets[target.identity] = target
        key, parts = tuple(targets), tuple(targets.values())
        if not key or any(identity in here for identity in key):
            return {}  # nothing is said, or just what is being said
        cut = bool(trail) and not here and any(self.is_cut(place) for place in places)
        if key in trail or cut:
            return self.definitions.reference(
                ("closed", key), key[-1][1], lambda _: self.merge(parts, (), ())
            )
        return self.merge(parts, trail, here)

    def is_cut(self, place: Place) -> bool:
        """Say whether a part of a huge schema becomes a definition of its own."""
        words = place.node if isinstance(place.node, dict) else ()
        return self.definitions.keep_all and not {"$ref", *IN_PLACE}.isdisjoint(words)

    def merge(self, targets: Parts, trail: Trail, here: Trail) -> Schema:
        """Return the closed schema of schema objects that hold together."""
        for target in targets:
            self.definitions.count(target, len(trail), len(here))
        key = tuple(target.identity for target in targets)
        return self.expand(Case(self.flatten(targets), (*trail, key), (*here, *key)))

    def flatten(self, targets: Parts) -> Parts:
        """Return schema objects with everything in their allOf, each once, inner ones first."""
        found: dict[Any, Place] = {}
        seen: set[Any] = set()

        def visit(place: Place) -> None:
            target = self.reading.target(place)
            if target.identity in seen or not isinstance(target.node, dict):
                return
            seen.add(target.identity)
            for part in self.reading.all_of(target):
                visit(part)
            found[target.identity] = target

        for target in targets:
            visit(target)
        return tuple(found.values())

    def expand(self, case: Case) -> Schema:
        """Return the closed schema of a case; the choices still open in it are made first."""
        for part in case.parts:
            if (part.identity, "discriminator") in case.spent:
                continue
            subtypes = self.open_subtypes(case, part)
            if subtypes and self.may_spread(case, len(subtypes.places)):
                return self.branch(case, part, subtypes)
        for part in case.parts:
            for key in ALTERNATIVES:
                choices = self.choices(part, key)
                if (part.identity, key) in case.spent or not choices:
                    continue
                if self.is_made(case, part, choices):
                    return self.expand(case._replace(spent=case.spent | {(part.identity, key)}))
                if any(self.names_in(choice) for choice in choices):
                    if self.may_spread(case, len(choices)):
                        return self.spread(case, part, key, choices)
                    sentence = f"so many {key} multiply that members are not told apart by them"
                    self.reading.notes.changed(part, key, sentence, key)
        return assemble(self, case)

    def open_subtypes(self, case: Case, part: Place) -> Subtypes | None:
        """Return the subtypes a value can still be: of Dog's base Pet no Cat, but Puppy."""
        subtypes = find_subtypes(part, self.reading)
        if subtypes is None:
            return None
        known = {place.identity for place in subtypes.places.values()} - {part.identity}
        known &= {other.identity for other in case.parts}
        if not known:
            return subtypes
        return Subtypes(
            subtypes.name,
            {
                value: place
                for value, place in subtypes.places.items()
                if known <= self.bases(place)
            },
        )

    def bases(self, place: Place) -> frozenset[Any]:
        """Return the identities of a schema and of everything it extends."""
        if place.identity not in self.extended:
            found = frozenset(part.identity for part in self.flatten((place,)))
            self.extended[place.identity] = found
        return self.extended[place.identity]

    def may_spread(self, case: Case, branches: int) -> bool:
        """Say whether the schema stays of a bearable size when each alternative is closed."""
        return not self.definitions.keep_groups and case.width * branches <= MAX_BRANCHES

    def is_made(self, case: Case, part: Place, choices: list[Place]) -> bool:
        """Say whether a value is one of these alternatives anyway: of Pet's, when it is a Dog."""
        said = {*case.here, *(other.identity for other in case.parts)}
        return any(
            self.reading.target(choice).identity in said and part.identity in self.bases(choice)
            for choice in choices
        )

    def choices(self, part: Place, key: str) -> list[Place]:
        """Return the alternatives that a schema object lists."""
        written = part.node.get(key)
        return list(part.child(key).members()) if isinstance(written, list) else []

    def branch(self, case: Case, part: Place, subtypes: Subtypes) -> Schema:
        """Return one closed case for each value of a discriminator."""
        groups = {(part.identity, key) for key in ("discriminator", *ALTERNATIVES)}
        spent, width = case.spent | groups, case.width * len(subtypes.places)
        cases: dict[str, Schema] = {}
        for value, subtype in subtypes.places.items():
            parts = self.flatten((*case.parts, subtype))
            if self.is_possible(parts, subtypes.name, value):
                pins = {**case.pins, subtypes.name: value}
                cases[value] = self.expand(
                    case._replace(parts=parts, spent=spent, pins=pins, width=width)
                )
            else:
                sentence = f"{subtypes.name} cannot be {value}: its subtype is never reached"
                self.reading.notes.changed(part, "discriminator", sentence, "discriminator")
        if not cases:
            return self.expand(case._replace(spent=spent))
        if not any(self.choices(part, key) for key in ALTERNATIVES):
            sentence = (
                f"only the closed reading looks into the subtypes that {subtypes.name} tells "
                f"apart ({', '.join(cases)}): as published, the base type is all that is checked"
            )
            self.reading.notes.changed(part, "discriminator", sentence, "discriminator")
        schema: Schema = {
            "discriminator": {
                "propertyName": subtypes.name,
                "mapping": {value: n for n, value in enumerate(cases)},
            },
            "anyOf": list(cases.values()),
        }
        groups_left = [
            key for key in ALTERNATIVES if not self.is_made(case, part, self.choices(part, key))
        ]
        return schema | self.as_published(part, *groups_left)

    def is_possible(self, parts: Parts, name: str, value: str) -> bool:
        """Say whether the schema objects allow a discriminating member to have a value."""
        said = [
            part.child("properties", name)
            for part in parts
            if isinstance(part.node.get("properties"), dict) and name in part.node["properties"]
        ]
        member = resolve(self.close(tuple(said)))
        return value in member.get("enum", [value]) and value == member.get("const", value)

    def spread(self, case: Case, part: Place, key: str, choices: list[Place]) -> Schema:
        """Return one closed case for each alternative of a group that declares members."""
        spent, width = case.spent | {(part.identity, key)}, case.width * len(choices)
        cases = [
            self.expand(
                case._replace(parts=self.flatten((*case.parts, choice)), spent=spent, width=width)
            )
            for choice in choices
        ]
        # more than one may fit before the objects are closed: then what is published refuses
        return {key: cases} | (self.as_published(part, key) if key == "oneOf" else {})

    def as_published(self, part: Place, *keys: str) -> Schema:
        """Return alternatives as an assertion, without closing anything in them."""
        groups = [
            {key: [self.published.schema(choice, "") for choice in choices]}
            for key in keys
            if (choices := self.choices(part, key))
        ]
        return {"allOf": groups} if groups else {}

    def is_hidden(self, places: list[Place]) -> bool:
        """Say whether a member may only be in answers."""
        return any(self.reading.is_read_only(place) for place in places)

    def names_in(self, place: Place, seen: set[Any] | None = None) -> list[str]:
        """Return the members that a schema declares anywhere about the same value."""
        names: dict[str, None] = {}
        seen = set() if seen is None else seen
        for part in self.flatten((place,)):
            if part.identity in seen:
                continue
            seen.add(part.identity)
            members = part.node.get("properties")
            names |= dict.fromkeys(members if isinstance(members, dict) else ())
            inner = [choice for key in ALTERNATIVES for choice in self.choices(part, key)]
            for choice in [*inner, *self.conditions(part)]:
                names |= dict.fromkeys(self.names_in(choice, seen))
        return list(names)

    def conditions(self, part: Place) -> list[Place]:
        """Return the schemas that hold under conditions (OpenAPI 3.1)."""
        if self.reading.dialect == "draft4":
            return []
        single = [part.child(key) for key in ("if", "then", "else") if key in part.node]
        depending = part.node.get("dependentSchemas")
        several = part.child("dependentSchemas").members() if isinstance(depending, dict) else ()
        return [*single, *several]
