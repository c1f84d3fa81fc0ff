"""Which members does a payload have that the operation does not declare, and what was meant?

The closed world at every level, discriminators resolved first (R1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from callforge_core.records import Basis, Issue
from callforge_core.spec import Operation, Reference, declared, resolve, select
from validators.places import Place, path_of, quote
from validators.releases import alias_names, foreign_names, refuses_unknown, squeeze

Schema = dict[str, Any]
Pattern = tuple[str, ...]
"""A place in the schema: keys, `*` for the items of a list."""

MAX_DISTANCE = 2
LETTERS_PER_EDIT = 3  # three letters bear one slip; "id" and "to" are not the same word
MANY_NAMES = 200  # a payload with more unknown members than this is junk: no guessing


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An undeclared member, its class, and the declared members it stands for, if any."""

    cls: str
    place: Place
    value: Any
    stands_for: tuple[Place, ...] = ()
    """Places that this member explains when they are missing."""
    of_other_subtype: bool = False
    """True for a member of another subtype of the same object."""
    basis: Basis = "project"
    """Normative where the release refuses what it does not declare (R1)."""


class ClosedWorld:
    """The declared members of one operation, by place."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        strict = refuses_unknown(operation.api, operation.release)
        self.basis: Basis = "normative" if strict else "project"
        self.foreign = foreign_names(operation.api, operation.release)
        self.aliases = alias_names(operation.api)
        self.parents: dict[str, list[Pattern]] = {}
        # subtypes share members: each place counts once
        for pattern in dict.fromkeys(iter_patterns(operation.closed)):
            self.parents.setdefault(pattern[-1], []).append(pattern[:-1])

    def iter_unknown(self, payload: Mapping[str, Any]) -> Iterator[Unknown]:
        """Yield the undeclared members, outer ones first."""
        found = list(self.iter_named(payload))
        moved = [member for member in found if member.cls in ("S5", "S7")]
        claimed = {place for member in moved for place in member.stands_for}
        for member in found:
            if member.cls == "S4" and claimed.issuperset(member.stands_for):
                # what it seemed to mean is not absent, but elsewhere: this is an invention
                member = replace(member, cls="S3" if member.place[:-1] else "S2", stands_for=())
            yield member

    def iter_named(self, payload: Mapping[str, Any]) -> Iterator[Unknown]:
        """Yield the undeclared members, each named by itself."""
        count = 0
        for place, schema, node in iter_objects(self.operation.closed, payload):
            members = declared(schema, node)
            for name in [name for name in node if name not in members]:
                count += 1
                if count > MANY_NAMES:
                    yield self.stranger(place, name, node)
                else:
                    yield self.name_fault(place, name, node, schema)

    def name_fault(
        self, place: Place, name: str, node: Mapping[str, Any], schema: Schema
    ) -> Unknown:
        """Say what an undeclared member is: of another release, moved, misnamed or invented."""
        members = declared(schema, node)
        unknown = self.stranger(place, name, node)
        if name in self.foreign:
            names = self.foreign[name]
            targets = tuple((*place, other) for other in names if other not in node)
            return replace(unknown, cls="S5", stands_for=targets)
        here = pattern_of(place)
        elsewhere = [parent for parent in self.parents.get(name, ()) if parent != here]
        if elsewhere:
            targets = tuple((*parent, name) for parent in elsewhere)
            return replace(unknown, cls="S7", stands_for=targets)
        if name in self.parents:
            return replace(unknown, of_other_subtype=True)
        inner = self.wrapped(node[name]) if not place else ()
        if inner:
            return replace(unknown, cls="S7", stands_for=inner)
        absent = [member for member in members if member not in node]
        meant = [member for member in absent if self.means(name, member)]
        if meant:
            return replace(
                unknown, cls="S4", stands_for=tuple((*place, member) for member in meant)
            )
        return unknown

    def stranger(self, place: Place, name: str, node: Mapping[str, Any]) -> Unknown:
        """Return an undeclared member that nothing is known of."""
        cls = "S3" if place else "S2"
        return Unknown(cls=cls, place=(*place, name), value=node[name], basis=self.basis)

    def wrapped(self, value: Any) -> tuple[Place, ...]:
        """Return the top members inside a value when it looks like the body itself."""
        if not isinstance(value, dict):
            return ()
        inner = [key for key in self.operation.keys if key in value]
        required = set(self.operation.closed.get("required", ()))
        # one shared name may be chance; a required one, or two, is the body
        return tuple((key,) for key in inner) if len(inner) > 1 or required & set(inner) else ()

    def means(self, name: str, member: str) -> bool:
        """Say whether `name` is another word for `member`, or a slip of the pen."""
        short = squeeze(name[:80])
        if short == squeeze(member) or short in self.aliases.get(member, ()):
            return True
        budget = min(MAX_DISTANCE, max(len(name), len(member)) // LETTERS_PER_EDIT)
        return budget > 0 and is_near(name, member, budget)


def iter_patterns(
    schema: Schema, prefix: Pattern = (), seen: set[int] | None = None
) -> Iterator[Pattern]:
    """Yield the place of every declared member of a closed schema, of a recursive one once."""
    seen = set() if seen is None else seen
    if isinstance(schema, Reference):
        if id(schema.target) in seen:
            return
        seen.add(id(schema.target))
    for part in select(schema, None):
        for name, child in part.get("properties", {}).items():
            yield (*prefix, name)
            yield from iter_patterns(child, (*prefix, name), seen)
        if isinstance(part.get("items"), dict):
            yield from iter_patterns(part["items"], (*prefix, "*"), seen)


def iter_objects(
    schema: Schema, value: Any, place: Place = ()
) -> Iterator[tuple[Place, Schema, Any]]:
    """Yield each object that a closed schema describes in a value, with its place and schema."""
    if isinstance(value, list):
        items = resolve(schema).get("items")
        for index, item in enumerate(value if isinstance(items, dict) else ()):
            yield from iter_objects(items or {}, item, (*place, index))
    elif isinstance(value, dict):
        if is_closed(schema):
            yield place, schema, value
        for name, child in declared(schema, value).items():
            if name in value:
                yield from iter_objects(child, value[name], (*place, name))


def is_closed(schema: Schema) -> bool:
    """Say whether every reading of a schema refuses unknown members."""
    return all(part.get("additionalProperties") is False for part in select(schema, None))


def pattern_of(place: Place) -> Pattern:
    """Return the place in the schema that a place in a payload belongs to."""
    return tuple("*" if isinstance(key, int) else key for key in place)


def is_near(left: str, right: str, budget: int) -> bool:
    """Say whether at most `budget` letters differ (optimal string alignment: a swap is one)."""
    if abs(len(left) - len(right)) > budget:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1] <= budget


def unknown_issue(unknown: Unknown, explains: bool) -> Issue:
    """Return the issue of an undeclared member; the layer of a schema fault it explains, if any."""
    return Issue(
        cls=unknown.cls,
        code=CODES[unknown.cls],
        path=path_of(unknown.place),
        message=word(unknown),
        layer="schema" if explains else "closed",
        spec="R1",
        basis="schema" if explains else unknown.basis,
    )


def word(unknown: Unknown) -> str:
    """Word an undeclared member for a person."""
    name = quote(str(unknown.place[-1]))
    where = path_of(unknown.place[:-1])
    meant = " or ".join(path_of(place) for place in unknown.stands_for[:2])
    if unknown.cls == "S5":
        hint = f"; this one has {meant}" if meant else "; it is no part of a request"
        return f"{name} belongs to another release or to answers{hint}"
    if unknown.cls == "S7":
        return f"{name} does not belong into {where}; it holds what belongs to {meant}"
    if unknown.cls == "S4":
        return f"{name} is not a member of {where}; {meant} was probably meant"
    if unknown.of_other_subtype:
        return f"{name} belongs to another kind of {where}"
    return f"{name} is not a member of {where}; the operation declares no such thing"


CODES = {
    "S2": "closed.invented",
    "S3": "closed.invented",
    "S4": "closed.misnamed",
    "S5": "closed.other_release",
    "S7": "closed.misplaced",
}
