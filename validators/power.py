"""How much does each check see? The same answers before checks of rising strength.

    Checks(validator).rejected_by(text, gold=gold, request=request) -> ("closed", "spec", ...)

The weaker ones are what people use: JSON Schema in either dialect, with the top closed or not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs

from callforge_core.records import Payload
from validators.diagnosis import diagnose
from validators.payload import Validator
from validators.schema import decide

CHECKS: dict[str, str] = {
    "2020-12": "JSON Schema, 2020-12 dialect",
    "draft-4": "JSON Schema, Draft 4 dialect",
    "top": "2020-12 with unevaluatedProperties false at the top",
    "closed": "Draft 4, closed at every level, subtypes resolved",
    "spec": "all layers of the specification, on the text",
    "request": "and grounded in the request",
    "gold": "and compared with the right answer",
}
"""Check -> what it is."""


class Checks:
    """The checks, compiled for one operation."""

    def __init__(self, validator: Validator) -> None:
        self.validator = validator
        published = validator.operation.schema
        modern: Any = jsonschema_rs.Draft202012Validator
        self.engines: dict[str, Callable[[object], bool]] = {
            "2020-12": engine(modern, published),
            "draft-4": engine(jsonschema_rs.Draft4Validator, published),
            "top": engine(modern, published | {"unevaluatedProperties": False}),
            "closed": engine(jsonschema_rs.Draft4Validator, validator.operation.closed),
        }

    def rejected_by(self, text: str, *, gold: Payload, request: str) -> tuple[str, ...]:
        """Return the names of the checks that reject an answer."""
        try:
            payload = json.loads(text)
        except ValueError:
            rejected = list(self.engines)
        else:
            rejected = [name for name, accepts in self.engines.items() if not accepts(payload)]
        if not self.validator.verdict_text(text).ok:
            rejected.append("spec")
        if diagnose(text, self.validator, request=request):
            rejected.append("request")
        if diagnose(text, self.validator, gold=gold, request=request):
            rejected.append("gold")
        return tuple(rejected)


def engine(kind: Any, schema: dict[str, Any]) -> Callable[[object], bool]:
    """Return a compiled schema as a function that says whether it accepts a payload."""
    compiled = kind(schema, validate_formats=True)
    return lambda payload: decide(compiled, payload)
