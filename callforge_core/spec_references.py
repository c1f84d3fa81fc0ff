"""How does a compiled schema refer to itself? By references that know where they lead.

To an engine a Reference is `{"$ref": "#/$defs/Name"}`; to our own walkers it also tells its target,
so that nobody has to carry the root of the schema along.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from typing import Any

from callforge_core.errors import SpecError
from callforge_core.spec_documents import Place
from callforge_core.spec_keywords import Dialect, words_of
from callforge_core.spec_notes import Notes

Schema = dict[str, Any]
NODES = 2_000  # a body of more schema nodes than this keeps its references; CAMARA's have 60
NODES_REFERRED = 10_000  # beyond it alternatives that declare members stay plain assertions
NODES_AT_ALL = 50_000  # what nothing can save is refused
MAX_CHAIN = 40  # a chain of allOf and the like of this length is no design
IN_PLACE = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"}
"""Words whose schemas are about the same value, not about a part of it."""


class Reference(dict[str, Any]):
    """A reference into the definitions of its own schema."""

    def __init__(self, name: str, definitions: dict[str, Schema]) -> None:
        super().__init__({"$ref": f"#/$defs/{name}"})
        self.name = name
        self.definitions = definitions

    @property
    def target(self) -> Schema:
        """What it stands for."""
        return self.definitions[self.name]


def resolve(schema: Schema) -> Schema:
    """Return what a schema says, itself or by reference."""
    while isinstance(schema, Reference):
        schema = schema.target
    return schema


class Overflow(Exception):  # control flow: compile again, references kept
    """A schema grows beyond measure when its references are replaced."""


class Definitions:
    """The parts of one compiled schema that are referred to, and the size of the whole."""

    def __init__(self, keep_all: bool = False, keep_groups: bool = False) -> None:
        self.keep_all = keep_all
        self.keep_groups = keep_groups
        self.schemas: dict[str, Schema] = {}
        self.names: dict[Hashable, str] = {}
        self.waiting: list[tuple[str, Callable[[str], Schema]]] = []
        self.nodes = 0

    def reference(self, key: Hashable, title: str, build: Callable[[str], Schema]) -> Reference:
        """Return a reference to what `key` means; `build` makes it later, given its pointer."""
        if key not in self.names:
            stem = re.sub(r"[^A-Za-z0-9._-]+", "_", title.rpartition("/")[2]) or "part"
            taken = set(self.names.values())
            name = next(
                name
                for n in range(len(taken) + 1)
                if (name := f"{stem}_{n + 1}" if n else stem) not in taken
            )
            self.names[key] = name
            self.waiting.append((name, build))
        return Reference(self.names[key], self.schemas)

    def attach(self, schema: Schema) -> Schema:
        """Return a schema together with all definitions it needs."""
        while self.waiting:
            name, build = self.waiting.pop(0)
            self.schemas[name] = build(f"/$defs/{name}")
        return schema | {"$defs": self.schemas} if self.schemas else schema

    def count(self, place: Place, depth: int, in_place: int) -> None:
        """Count one node; raise Overflow, or SpecError when nothing helps."""
        self.nodes += 1
        if not self.keep_all and (self.nodes > NODES or depth > MAX_CHAIN):
            raise Overflow
        if not self.keep_groups and self.nodes > NODES_REFERRED:
            raise Overflow
        if self.nodes > NODES_AT_ALL or in_place > MAX_CHAIN:
            raise SpecError(
                f"{place.document.path}: {place.pointer or '/'} is too entangled to compile "
                "(allOf, anyOf and oneOf that multiply); simplify it"
            )


def build(compiling: Callable[[Definitions], Schema]) -> Schema:
    """Return a compiled schema: fully inlined when it is small, with references when it is not."""
    for definitions in (Definitions(), Definitions(keep_all=True)):
        try:
            return definitions.attach(compiling(definitions))
        except Overflow:
            continue
    definitions = Definitions(keep_all=True, keep_groups=True)
    return definitions.attach(compiling(definitions))


class Reading:
    """How references of a document are followed, and what is noted on the way."""

    def __init__(self, dialect: Dialect, notes: Notes, lenient: bool = False) -> None:
        self.dialect: Dialect = dialect
        self.notes = notes
        self.lenient = lenient
        self.circular: dict[Any, bool] = {}
        self.subtypes: dict[Any, Any] = {}  # identity -> what its discriminator tells apart
        self.words = words_of(dialect)

    def target(self, place: Place) -> Place:
        """Return the place whose words hold here; raise SpecError for a broken reference."""
        here, seen = place, set()
        while here.reference is not None and not self.is_extended(here):
            if self.dialect == "draft4":
                self.note_siblings(here)
            try:
                if here.identity in seen:
                    raise SpecError(f"{here.document.path}: {here.pointer} refers to itself")
                seen.add(here.identity)
                here = here.hop()
            except SpecError as exc:
                if not self.lenient:
                    raise
                self.notes.lost(here, "$ref", f"{exc}: anything is accepted here")
                return Place(place.document, place.pointer, {})
        return here

    def is_extended(self, place: Place) -> bool:
        """Say whether words stand beside a $ref that hold too (OpenAPI 3.1)."""
        return self.dialect != "draft4" and not self.words.isdisjoint(place.node)

    def beside(self, place: Place) -> Place | None:
        """Return the bare reference of a place where other words hold too."""
        if self.dialect == "draft4" or place.reference is None:
            return None
        return Place(place.document, place.pointer, {"$ref": place.reference})

    def note_siblings(self, place: Place) -> None:
        """Note what OpenAPI 3.0 ignores beside a $ref, if it would make a difference."""
        other = [key for key in place.node if key in self.words or key in ("nullable", "readOnly")]
        if other:
            sentence = f"{', '.join(other)} beside $ref: ignored, as OpenAPI 3.0 has it"
            self.notes.changed(place, "beside $ref", sentence)

    def is_read_only(self, place: Place, seen: frozenset[Any] = frozenset()) -> bool:
        """Say whether a member may only be in answers."""
        target = self.target(place)
        if not isinstance(target.node, dict) or target.identity in seen:
            return False
        if self.dialect != "draft4" and place.node.get("readOnly") is True:
            return True
        parts = self.all_of(target)
        return target.node.get("readOnly") is True or any(
            self.is_read_only(part, seen | {target.identity}) for part in parts
        )

    def all_of(self, target: Place) -> list[Place]:
        """Return what must hold together with a schema object: allOf, and a $ref beside words."""
        written = target.node.get("allOf")
        parts = list(target.child("allOf").members()) if isinstance(written, list) else []
        bare = self.beside(target)
        return [*parts, bare] if bare else parts

    def is_circular(self, target: Place) -> bool:
        """Say whether a schema leads to itself without going into a member."""
        if target.identity not in self.circular:
            seen: set[Any] = set()
            stack = list(self.in_place(target))
            while stack:
                part = self.target(stack.pop())
                if part.identity not in seen:
                    seen.add(part.identity)
                    stack += self.in_place(part)
            self.circular[target.identity] = target.identity in seen
        return self.circular[target.identity]

    def in_place(self, target: Place) -> Iterator[Place]:
        """Yield the schemas in a schema object that are about the same value."""
        for key in IN_PLACE.intersection(target.node if isinstance(target.node, dict) else ()):
            inner = target.child(key)
            yield from inner.members() if key.endswith(("Of", "Schemas")) else [inner]
        bare = self.beside(target)
        yield from [bare] if bare else []

    def overlay(self, place: Place, schema: Schema) -> Schema:
        """Return a schema with the title and the like that stand beside the $ref to it (3.1)."""
        if self.dialect == "draft4" or isinstance(schema, Reference) or place.reference is None:
            return schema
        return schema | {
            key: value
            for key, value in place.node.items()
            if key in ("title", "description") and isinstance(value, str)
        }
