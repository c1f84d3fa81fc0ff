"""What does an engine object to, and which fault class is it? Alternatives come down to one.

A value that fits none of several alternatives breaks each of them in another way. What counts is
the one that was meant: the one whose members it has. Members of two that exclude each other are C1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from callforge_core.spec_documents import escape
from validators.places import Place

Schema = dict[str, Any]

ORDER = ("S6", "S9", "S8", "T3", "T1", "T2", "T6", "T4", "T5", "S1", "C1", "C2")
CLASS_OF = {
    "minItems": "S9", "maxItems": "S9", "uniqueItems": "S9",
    "minProperties": "S8", "maxProperties": "C1", "not": "C1",
    "enum": "T6", "const": "T6",
    "pattern": "T4", "format": "T4", "minLength": "T4", "maxLength": "T4",
    "minimum": "T5", "maximum": "T5", "exclusiveMinimum": "T5", "exclusiveMaximum": "T5",
    "multipleOf": "T5", "required": "S1", "dependencies": "C2", "dependentRequired": "C2",
}  # fmt: skip
ALTERNATIVES = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing the engine objects to."""

    keyword: str
    place: Place
    schema: Schema
    """The part of the schema that is not satisfied."""
    pointer: str
    """Where that part stands: a pointer into the schema."""
    value: Any
    several: bool
    """True when more than one alternative of a oneOf holds."""
    branches: tuple[tuple[Violation, ...], ...] = ()
    """What each alternative objects to, when none holds."""
    verdict: str = ""
    """The fault class, where another look has told it."""


def iter_violations(engine: Any, schema: Schema, payload: object) -> Iterator[Violation]:
    """Yield an engine's errors with the part of the schema and of the payload they are about."""
    for error in engine.iter_errors(payload):
        for violation in settle(read_violation(error, schema)):
            if not is_crowded(violation):
                yield violation


def is_crowded(violation: Violation) -> bool:
    """Say whether an object has too many members only because some of them are undeclared.

    A closed object tells of those itself.
    """
    schema, value = violation.schema, violation.value
    if violation.keyword != "maxProperties" or schema.get("additionalProperties") is not False:
        return False
    most: int = schema["maxProperties"]
    return len(schema.get("properties", {}).keys() & value.keys()) <= most


def read_violation(error: Any, schema: Schema) -> Violation:
    """Return an engine's error, and those of the alternatives below it."""
    node: Any = schema
    steps: list[Any] = []
    keyword = ""
    path = list(error.schema_path)
    for step in path:
        following = node.get(step) if isinstance(node, dict) else node[int(step)]
        if not isinstance(following, dict | list) or step in ("required", "enum", "type"):
            keyword = str(step)
            break
        keyword, node = str(step), following
        steps.append(step)
    else:  # the last step is the keyword itself: anyOf, oneOf, items as an object
        node = lookup(schema, steps[:-1])
        steps = steps[:-1]
    return Violation(
        keyword=keyword,
        place=tuple(error.instance_path),
        schema=node,
        pointer="".join(f"/{escape(step)}" for step in steps),
        value=error.instance,
        several="Multiple" in type(error.kind).__name__,
        branches=tuple(
            tuple(read_violation(inner, schema) for inner in branch)
            for branch in getattr(error.kind, "context", None) or ()
        ),
    )


def lookup(schema: Any, steps: Iterable[Any]) -> Any:
    """Return the part of a schema that steps lead to."""
    for step in steps:
        schema = schema[int(step)] if isinstance(schema, list) else schema[step]
    return schema


def settle(violation: Violation) -> Iterator[Violation]:
    """Yield a violation; where no alternative holds, what the one that was meant objects to."""
    parts = violation.schema.get(violation.keyword) if violation.branches else None
    if not isinstance(parts, list) or len(parts) != len(violation.branches):
        yield violation
    elif isinstance(violation.value, dict):
        yield from settle_object(violation, parts)
    else:
        classes = [best_class(branch, violation.place) for branch in violation.branches]
        yield replace(violation, verdict=common_class(classes))


def settle_object(violation: Violation, parts: list[Schema]) -> Iterator[Violation]:
    """Yield what the alternative objects to whose members an object has, if it is one."""
    claims = [frozenset(part.get("properties", ())) & set(violation.value) for part in parts]
    claimed = [part for part, names in zip(parts, claims, strict=True) if names]
    widest = max(claims, key=len)
    if claims.count(widest) == 1 and all(names <= widest for names in claims):
        for inner in violation.branches[claims.index(widest)]:
            yield from settle(inner)
    elif all(part.get("additionalProperties") is False for part in claimed) and any(
        one - other and other - one for one in claims for other in claims
    ):
        yield replace(violation, verdict="C1")
    else:
        yield violation


def best_class(branch: Iterable[Violation], place: Place) -> str | None:
    """Return the most telling class that an alternative gives a value itself, if any."""
    classes = [classify(inner) for one in branch for inner in settle(one) if inner.place == place]
    return min(classes, key=ORDER.index, default=None)


def common_class(classes: list[str | None]) -> str:
    """Return the class of a value that no alternative takes; nothing when they do not agree.

    An alternative that takes the type of the value knows better than one that does not.
    """
    if None in classes:
        return ""
    known = [cls for cls in classes if cls is not None]
    typed = [cls for cls in known if cls in ("T4", "T5", "T6")]
    return min(typed or known, key=ORDER.index, default="")


def classify(violation: Violation) -> str:
    """Return the fault class of a violation."""
    keyword, value = violation.keyword, violation.value
    if violation.verdict:
        return violation.verdict
    if keyword == "type":
        return classify_type(violation.schema.get("type"), value)
    if isinstance(value, dict) and not value and violation.place:
        return "S8"
    if keyword in ALTERNATIVES:
        return "C1" if violation.several else "T3" if value is None else "C2"
    return CLASS_OF.get(keyword, "C2")


def classify_type(expected: Any, value: Any) -> str:
    """Return the fault class of a value of the wrong type."""
    if value is None:
        return "T3"
    if expected == "array":
        return "S9"
    if expected == "object":
        return "S9" if isinstance(value, list) else "S6"
    return "T2" if expected == "integer" and isinstance(value, float) else "T1"
