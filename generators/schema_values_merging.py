"""What do several schemas say of one value? Their words, folded into one set of limits.

What cannot be folded (negations, several patterns, conditions) stays with the schemas: the sampler
asks an engine whether a value it has drawn satisfies them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from callforge_core.spec import Schema
from callforge_core.spec_keywords import is_a

TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
TELLING = {
    "object": {"properties", "required", "additionalProperties", "patternProperties",
               "minProperties", "maxProperties", "propertyNames", "dependentRequired"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"},
    "string": {"pattern", "format", "minLength", "maxLength"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}  # fmt: skip
"""Words that tell which type is meant when none is said."""


class Bound(NamedTuple):
    """A limit of a number, and whether it is itself allowed."""

    value: float
    exclusive: bool = False


@dataclass(slots=True)
class Words:
    """The limits of one value."""

    types: tuple[str, ...] = TYPES
    choices: list[Any] | None = None
    """The only values there are; None when they are not listed."""
    refused: list[str] = field(default_factory=list)
    """Marks of values that must not be."""
    default: tuple[Any, ...] = ()
    low: Bound | None = None
    high: Bound | None = None
    steps: list[float] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    lengths: dict[str, int] = field(default_factory=dict)
    """minLength, maxItems and the like, the tightest of each."""
    unique: bool = False
    items: list[Schema] = field(default_factory=list)
    prefix: list[Schema] = field(default_factory=list)
    contains: Schema | None = None
    properties: dict[str, Schema] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    patterned: dict[str, Schema] = field(default_factory=dict)
    others: list[Schema] = field(default_factory=list)
    """What is said of members that nobody names."""
    shut: bool = False
    opened: bool = False
    """True when members that nobody names are welcome in so many words."""
    names: Schema | None = None
    needs: dict[str, list[str]] = field(default_factory=dict)
    """Member -> members that must be there with it."""
    depending: dict[str, Schema] = field(default_factory=dict)
    forbidden: list[list[str]] = field(default_factory=list)
    """Members that must not all be there."""


def fold(parts: Sequence[Schema]) -> Words:
    """Return the limits of schema objects that hold together (alternatives already chosen)."""
    words = Words()
    told: list[str] = []
    for part in parts:
        if "type" in part:
            kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
            words.types = tuple(kind for kind in words.types if allows(kinds, kind))
        told += [kind for kind in TELLING if not TELLING[kind].isdisjoint(part)]
        fold_choices(words, part)
        fold_numbers(words, part)
        fold_texts_and_lists(words, part)
        fold_members(words, part)
    if words.types == TYPES and told:
        words.types = tuple(kind for kind in words.types if kind in told)
    elif words.types == TYPES and words.choices is None:
        words.types = ("string", "integer", "boolean")  # anything goes: what people say
    if "integer" in words.types and "number" in words.types:
        words.types = tuple(kind for kind in words.types if kind != "integer")
    if words.choices is not None and words.refused:
        words.choices = [each for each in words.choices if mark(each) not in words.refused]
    return words


def allows(kinds: Sequence[str], kind: str) -> bool:
    """Say whether a type word allows a type."""
    return kind in kinds or (kind == "integer" and "number" in kinds)


def fold_choices(words: Words, part: Schema) -> None:
    """Fold in what lists the values themselves."""
    listed = [part["const"]] if "const" in part else part.get("enum")
    if listed is not None:
        marks = {mark(value) for value in listed}
        old = listed if words.choices is None else words.choices
        words.choices = [value for value in old if mark(value) in marks]
    wrong = part.get("not")
    if isinstance(wrong, dict) and len(wrong) == 1 and not {"const", "enum"}.isdisjoint(wrong):
        words.refused += [mark(each) for each in wrong.get("enum", [wrong.get("const")])]
    if "default" in part:
        words.default = (part["default"],)


def mark(value: Any) -> str:
    """Return a text that tells JSON values apart: true is not 1."""
    return json.dumps(value, sort_keys=True)


def fold_numbers(words: Words, part: Schema) -> None:
    """Fold in limits of numbers, exclusive ones in the way of either dialect."""
    for key, sign in (("minimum", 1), ("maximum", -1)):
        exclusive = part.get("exclusive" + key.capitalize())
        bounds = [Bound(part[key], exclusive is True)] if key in part else []
        if exclusive is not None and is_a(exclusive, "number"):
            bounds.append(Bound(exclusive, True))
        for bound in bounds:
            old = words.low if sign > 0 else words.high
            if old is None or (bound.value * sign, bound.exclusive) > (
                old.value * sign, old.exclusive
            ):  # fmt: skip
                if sign > 0:
                    words.low = bound
                else:
                    words.high = bound
    if "multipleOf" in part and part["multipleOf"] not in words.steps:
        words.steps.append(part["multipleOf"])


def fold_texts_and_lists(words: Words, part: Schema) -> None:
    """Fold in limits of texts and lists."""
    if "pattern" in part and part["pattern"] not in words.patterns:
        words.patterns.append(part["pattern"])
    if "format" in part and part["format"] not in words.formats:
        words.formats.append(part["format"])
    for key, value in part.items():
        if key.startswith("min") and key != "minimum":
            words.lengths[key] = max(value, words.lengths.get(key, value))
        elif key.startswith("max") and key != "maximum":
            words.lengths[key] = min(value, words.lengths.get(key, value))
    words.unique = words.unique or part.get("uniqueItems", False)
    if part.get("items") is False:
        words.lengths["maxItems"] = min(
            len(part.get("prefixItems", ())), words.lengths.get("maxItems", 1 << 30)
        )
    elif isinstance(part.get("items"), dict):
        words.items.append(part["items"])
    words.prefix = words.prefix or part.get("prefixItems", [])
    words.contains = words.contains or part.get("contains")


def fold_members(words: Words, part: Schema) -> None:
    """Fold in what is said of the members of an object."""
    own = part.get("properties", {})
    refuses = part.get("additionalProperties") is False and not part.get("patternProperties")
    if words.shut:
        own = {name: child for name, child in own.items() if name in words.properties}
    if refuses:
        words.properties = {
            name: child
            for name, child in words.properties.items()
            if name in part.get("properties", {})
        }
    for name, child in own.items():
        old = words.properties.get(name)
        words.properties[name] = child if old is None or old is child else both(old, child)
    words.shut = words.shut or part.get("additionalProperties") is False
    if part.get("unevaluatedProperties") is False:
        words.shut = True
    rest = part.get("additionalProperties")
    words.others += [rest] if isinstance(rest, dict) else []
    words.opened = words.opened or rest is True
    words.required = list(dict.fromkeys([*words.required, *part.get("required", ())]))
    words.patterned |= part.get("patternProperties", {})
    words.names = words.names or part.get("propertyNames")
    words.depending |= part.get("dependentSchemas", {})
    for name, needed in part.get("dependentRequired", {}).items():
        words.needs.setdefault(name, []).extend(needed)
    refused = part.get("not")
    if isinstance(refused, dict) and refused.keys() == {"required"}:
        words.forbidden.append(list(refused["required"]))


def both(one: Schema, other: Schema) -> Schema:
    """Return a schema that says what two say."""
    return {"allOf": [one, other]}
