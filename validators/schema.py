"""Does a payload satisfy the published schema? An engine's findings, one class per place.

Formats are asserted, and `$` matches at the very end only, as ECMA-262 has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from callforge_core.records import Issue
from callforge_core.spec import Operation
from validators.places import Place, path_of, quote
from validators.violations import (
    ALTERNATIVES,
    ORDER,
    Schema,
    Violation,
    classify,
    iter_violations,
)

WORDING = {
    "pattern": "does not match", "format": "does not have the format",
    "minLength": "is shorter than", "maxLength": "is longer than",
    "minimum": "is below the minimum", "maximum": "is above the maximum",
    "minItems": "has fewer items than", "maxItems": "has more items than",
    "minProperties": "has fewer members than", "maxProperties": "has more members than",
}  # fmt: skip
CLOSING = {"additionalProperties", "unevaluatedProperties", "propertyNames"}
LATER_FORMATS = (
    "uuid", "duration", "uri-reference", "uri-template", "iri", "iri-reference", "idn-hostname",
    "json-pointer", "relative-json-pointer",
)  # fmt: skip
MAX_DEPTH = 64  # no API nests deeper; the engine stops at 255, Python at 1,000


class SchemaEngine:
    """The compiled schemas of one operation. Does not pickle: build one per process."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.published = compile_schema(operation, operation.schema)
        self.closed = compile_schema(operation, operation.closed)

    def accepts(self, payload: object) -> bool:
        """Say whether the published schema accepts a payload."""
        return decide(self.published, payload)

    def accepts_closed(self, payload: object) -> bool:
        """Say whether the closed schema does: known members only, subtypes resolved."""
        return decide(self.closed, payload)

    def iter_issues(self, payload: object) -> Iterator[Issue]:
        """Yield the violations of the published schema, the most telling one for each place."""
        yield from self.issues_of(self.published, self.operation.schema, payload, "schema")

    def iter_closed_issues(self, payload: object) -> Iterator[Issue]:
        """Yield what only the closed schema objects to, for APIs that no rule pack covers."""
        yield from self.issues_of(self.closed, self.operation.closed, payload, "closed")

    def issues_of(
        self, engine: Any, schema: Schema, payload: object, layer: Any
    ) -> Iterator[Issue]:
        """Yield one issue per place from an engine's errors, in the order of places."""
        best: dict[Place, tuple[int, Issue]] = {}
        for violation in iter_violations(engine, schema, payload):
            for issue, place in describe(violation, self.spec_pointer(violation), layer):
                rank = ORDER.index(issue.cls)
                if place not in best or rank < best[place][0]:
                    best[place] = (rank, issue)
        yield from (issue for _, issue in best.values())

    def spec_pointer(self, violation: Violation) -> str:
        """Return where in the document the violated words stand."""
        pointer = violation.pointer
        while pointer and pointer not in self.operation.origins:
            pointer = pointer.rpartition("/")[0]
        origin = self.operation.origins.get(pointer, "")
        return f"{origin}{violation.pointer[len(pointer) :]}/{violation.keyword}"


def compile_schema(operation: Operation, schema: Schema) -> Any:
    """Return an engine for a schema in the dialect of an operation, formats asserted."""
    if operation.dialect == "draft4":
        return jsonschema_rs.Draft4Validator(schema, validate_formats=True, formats=later_formats())
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@cache
def later_formats() -> dict[str, Callable[[str], bool]]:
    """Return checks of the formats that Draft 4 does not know and OpenAPI 3.0 documents use."""
    engine = jsonschema_rs.Draft202012Validator
    return {
        name: engine({"format": name}, validate_formats=True).is_valid for name in LATER_FORMATS
    }


def decide(engine: Any, payload: object) -> bool:
    """Ask an engine for its verdict; what it cannot even read is made plain first."""
    try:
        return bool(engine.is_valid(payload))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return bool(engine.is_valid(plain(payload)))


def describe(violation: Violation, spec: str, layer: Any) -> Iterator[tuple[Issue, Place]]:
    """Yield the issues a violation stands for, and their places: a missing member's is its own."""
    keyword, value, place = violation.keyword, violation.value, violation.place
    if keyword in CLOSING:
        return  # undeclared members are told, and named better, by the closed layer
    cls = classify(violation)
    if cls == "S1":
        for name in violation.schema.get("required", ()):
            if name not in value:
                message = f"required member {name!r} is missing"
                yield (
                    make(cls, "schema.required", (*place, name), message, spec, layer),
                    (*place, name),
                )
        return
    message = word(cls, violation)
    yield make(cls, f"schema.{code_of(keyword)}", place, message, spec, layer), place


def word(cls: str, violation: Violation) -> str:
    """Word a violation for a person."""
    schema, value, keyword = violation.schema, violation.value, violation.keyword
    if cls == "S8":
        return "an empty object says nothing; leave the member out or fill it"
    if cls == "T3":
        return "null is not allowed; leave the member out instead"
    if keyword == "type":
        article = "an" if str(schema.get("type"))[0] in "aeio" else "a"
        return f"{quote(value)} is not {article} {schema.get('type')}"
    if cls == "C1" and not violation.several:
        return f"{', '.join(map(quote, value))} exclude each other; one way of saying it has to do"
    if keyword in ALTERNATIVES:
        demands = [part.get("required", ()) for part in schema[keyword] if isinstance(part, dict)]
        if isinstance(value, dict) and all(demands) and not violation.several:
            ways = ", or ".join(" with ".join(names) for names in demands)
            return f"only {', '.join(value)} given; what is needed is {ways}"
        which = "more than one" if violation.several else "none"
        return f"{quote(value)} matches {which} of the alternatives the schema gives"
    if keyword == "enum":
        return f"{quote(value)} is not one of {', '.join(map(str, schema['enum']))}"
    return f"{quote(value)} {WORDING.get(keyword, f'breaks {keyword}')} {schema.get(keyword)}"


def make(cls: str, code: str, place: Place, message: str, spec: str, layer: Any) -> Issue:
    """Return an issue that rests on the schema."""
    return Issue(
        cls=cls,
        code=code,
        path=path_of(place),
        message=message,
        layer=layer,
        spec=spec,
        basis="schema",
    )


def code_of(keyword: str) -> str:
    """Return a keyword as the end of a machine code: minItems is min_items."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in keyword)


def plain(value: object, depth: int = 0) -> Any:
    """Return a copy that any engine can read: text for odd values, nothing below MAX_DEPTH."""
    if depth > MAX_DEPTH:
        return {}
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 10**300 else (10**300 if value > 0 else -(10**300))
    if isinstance(value, str):
        return str(value).encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {
            str(key).encode("utf-8", "replace").decode(): plain(child, depth + 1)
            for key, child in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(child, depth + 1) for child in value]
    return f"a Python {type(value).__name__}"
