"""What do several schema objects say together? Their words merged; what clashes stays in allOf."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from callforge_core.spec_documents import Place
from callforge_core.spec_keywords import ANNOTATIONS, SINGLE, Dialect

Schema = dict[str, Any]

INTEGER_BOUNDS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
COUPLED = (
    {"minimum", "exclusiveMinimum"},
    {"maximum", "exclusiveMaximum"},
    {"if", "then", "else"},
    {"contains", "minContains", "maxContains"},
    {"prefixItems", "items", "unevaluatedItems"},
)
"""Words that change each other's meaning: they are moved together or not at all."""


def combine(schema: Schema, words: Schema) -> None:
    """Fold the words of one more schema object into `schema`, all to hold."""
    taken = set(schema)
    moved: set[str] = set()
    for key, value in words.items():
        group = next((group for group in COUPLED if key in group), {key})
        if not group & taken or key in ANNOTATIONS:
            schema[key] = value
        elif key == "required":
            schema[key] = list(dict.fromkeys([*schema[key], *value]))
        elif key not in moved and not intersect(schema, key, value):
            moved |= group
            block = {word: words[word] for word in words if word in group}
            if block != {word: schema[word] for word in schema if word in group}:
                schema.setdefault("allOf", []).append(block)


def intersect(schema: Schema, key: str, value: Any) -> bool:
    """Replace a type or an enum by what both allow; False when that is no matter of sets."""
    if key == "type":
        ours, theirs = as_list(schema[key]), as_list(value)
        both = [kind for kind in ours if kind in theirs]
        both += [kind for kind in ("integer",) if is_narrower(ours, theirs)]
        if both:
            schema[key] = both[0] if len(both) == 1 else both
        return bool(both)
    if key == "enum":
        both = [item for item in schema[key] if item in value]
        if both:
            schema[key] = both
        return bool(both)
    return False


def as_list(value: Any) -> list[Any]:
    """Return the types of a type word."""
    return value if isinstance(value, list) else [value]


def is_narrower(ours: list[Any], theirs: list[Any]) -> bool:
    """Say whether one side wants an integer where the other wants any number."""
    return ("integer" in ours and "number" in theirs and "integer" not in theirs) or (
        "integer" in theirs and "number" in ours and "integer" not in ours
    )


def bound_integers(words: Schema) -> None:
    """Add the limits that the formats int32 and int64 stand for."""
    if words.get("format") not in INTEGER_BOUNDS:
        return
    low, high = INTEGER_BOUNDS[words["format"]]
    words["minimum"] = max(words.get("minimum", low), low)
    words["maximum"] = min(words.get("maximum", high), high)


@dataclass(slots=True)
class Members:
    """What schema objects that hold together say of an object's members."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    """Name -> all that is said of this member."""
    forbidden: list[str] = field(default_factory=list)
    """Names that one schema object declares and another refuses."""
    patterns: dict[str, list[Place]] = field(default_factory=dict)
    others: list[Place] = field(default_factory=list)
    """What is said of members that nobody names."""
    shut: bool = False
    opened: bool = False
    """True when members that nobody names are welcome in so many words."""


def gather_members(parts: Iterable[Place], dialect: Dialect) -> Members:
    """Return the members that schema objects declare together, in the order they are written."""
    members = Members()
    parts = list(parts)
    names = {name: None for part in parts for name in written(part, "properties")}
    for name in names:
        said, refused = [], False
        for part in parts:
            here = [part.child("properties", name)] if name in written(part, "properties") else []
            here += [
                part.child("patternProperties", pattern)
                for pattern in patterns_of(part, dialect)
                if matches(pattern, name)
            ]
            rest = part.node.get("additionalProperties")
            if not here and isinstance(rest, dict):
                here = [part.child("additionalProperties")]
            refused = refused or (not here and rest is False)
            said += here
        if refused:
            members.forbidden.append(name)
        else:
            members.places[name] = said
    for part in parts:
        for pattern in patterns_of(part, dialect):
            place = part.child("patternProperties", pattern)
            members.patterns.setdefault(pattern, []).append(place)
        for key in ("additionalProperties", "unevaluatedProperties"):
            rest = part.node.get(key) if key in SINGLE[dialect] else None
            members.shut = members.shut or rest is False
            members.opened = members.opened or rest is True
            members.others += [part.child(key)] if isinstance(rest, dict) else []
    return members


def written(part: Place, key: str) -> Schema:
    """Return the object under a word of a schema object; an empty one when there is none."""
    value = part.node.get(key)
    return value if isinstance(value, dict) else {}


def patterns_of(part: Place, dialect: Dialect) -> list[str]:
    """Return the patterns by which a schema object declares members (OpenAPI 3.1)."""
    return [] if dialect == "draft4" else list(written(part, "patternProperties"))


def matches(pattern: str, name: str) -> bool:
    """Say whether a member's name matches a pattern; one that nobody can compile matches none."""
    try:
        return bool(jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid(name))
    except ValueError:
        return False
