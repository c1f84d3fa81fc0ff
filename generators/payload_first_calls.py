"""Which calls does an operation accept? A body and the parameters around it, drawn and proven.

The body is drawn from the closed schema. What no schema says (rules between members, profiles of a
catalogue) is left to the validator: a body it refuses is drawn again, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callforge_core.errors import SpecError
from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from callforge_core.spec import Operation, Parameter, order_keys
from generators.schema_values import Draft, Sampler
from generators.schema_values_aims import Aim, list_aims
from validators.catalogue import Catalogue
from validators.payload import Validator

TRIES = 300
PROFILE = "qosProfile"
SAID = ("path", "query")
"""Parameters that a request states; headers and cookies are set by the program that calls."""
BARE_SHARE, FULL_SHARE = 0.12, 0.08  # how often nothing, or everything, optional is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one call sends."""

    body: Payload
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)


class Caller:
    """Draws calls of one operation. Does not pickle: build one per process."""

    def __init__(self, operation: Operation, catalogue: Catalogue) -> None:
        refuse_bodies_without_schema(operation)
        names = tuple(each.name for each in catalogue.profiles if each.status == "ACTIVE")
        usual = {PROFILE: names} if PROFILE in operation.keys else {}
        self.operation = operation
        self.has_body = operation.media_type is not None
        self.validator = Validator(operation, catalogue) if self.has_body else None
        self.sampler = Sampler(operation, operation.closed, usual)
        self.aims: list[Aim] = list_aims(operation.closed) if self.has_body else []
        self.parameters = [
            (each, Sampler(operation, each.schema))
            for each in operation.parameters
            if each.where in SAID and each.media_type is None
        ]
        self.rejects: Counter[str] = Counter()
        """Why bodies were drawn again: fault class and code -> how often."""

    @property
    def redraws(self) -> int:
        """How many values engines have refused inside the samplers."""
        return self.sampler.redraws + sum(each.redraws for _, each in self.parameters)

    def draw(self, draft: Draft) -> Call:
        """Return a call that is proven valid; raise SpecError naming the place without a value."""
        body = self.draw_body(draft) if self.validator else {}
        return Call(body=body, path=self.outside("path", draft), query=self.outside("query", draft))

    def draw_body(self, draft: Draft) -> Payload:
        """Return a body that the validator accepts, members in spec order."""
        assert self.validator is not None
        leaves, why = draft.leaves, ""
        for attempt in range(TRIES):
            draft.leaves = leaves
            if attempt > 8:  # an aim may lead where no call can go
                draft.forced, draft.value = frozenset(), None
            body = self.find_body(draft)
            issues = [
                each for each in self.validator.verdict(body).issues if each.severity == "error"
            ]
            if not issues and body:
                return order_keys(self.operation, body)
            why = f"{issues[0].path}: {issues[0].message}" if issues else "the body is empty"
            self.rejects[f"{issues[0].cls} {issues[0].code}" if issues else "empty body"] += 1
            draft.share = max(draft.share, 0.0 if issues else 0.5)
        raise SpecError(
            f"{self.operation.operation_id}: {TRIES} bodies in a row were refused, the last one "
            f"because of {why}; this operation cannot be generated from its schema alone"
        )

    def find_body(self, draft: Draft) -> Payload:
        """Return a body that the schema accepts."""
        try:
            body = self.sampler.draw(draft)
        except SpecError as exc:
            raise SpecError(f"{self.operation.operation_id}: no value for {exc}") from exc
        if not isinstance(body, dict):
            raise SpecError(
                f"{self.operation.operation_id}: its body is no object; only objects are generated"
            )
        return body

    def outside(self, where: str, draft: Draft) -> dict[str, Any]:
        """Return the parameters of a place: required ones, and others at the draft's share."""
        found: dict[str, Any] = {}
        for parameter, sampler in self.parameters:
            if parameter.where != where:
                continue
            if parameter.required or draft.rng.random() < draft.share:
                found[parameter.name] = self.draw_parameter(parameter, sampler, draft)
        return found

    def draw_parameter(self, parameter: Parameter, sampler: Sampler, draft: Draft) -> Any:
        """Return a value of a parameter; in a path it is text without a slash."""
        why = "no value fits into a path"
        for _ in range(TRIES):
            try:
                value = sampler.value(sampler.root, draft, (parameter.name,), 0)
            except SpecError as exc:
                why = str(exc)
                break
            if parameter.where != "path" or is_path_part(value):
                return value
        raise SpecError(
            f"{self.operation.operation_id}: no value for the {parameter.where} parameter "
            f"{parameter.name}: {why}"
        )


def refuse_bodies_without_schema(operation: Operation) -> None:
    """Raise SpecError for a body that is not JSON, or of which nothing is known."""
    name = operation.operation_id
    if operation.media_type is not None and not operation.closed:
        raise SpecError(f"{name}: the schema of its body says nothing, so nothing can be drawn")
    if operation.media_type is None:
        lost = [each for each in operation.notes if each.about in ("media type", "requestBody")]
        if lost:
            raise SpecError(f"{name}: {lost[0].sentence}; only JSON bodies are generated")
        if not any(each.where in SAID for each in operation.parameters):
            raise SpecError(f"{name} takes neither a body nor a parameter: there is nothing to ask")


def is_path_part(value: Any) -> bool:
    """Say whether a value can stand between two slashes."""
    if isinstance(value, str):
        return bool(value.strip()) and "/" not in value
    return isinstance(value, int | float)


def path_text(value: Any) -> str:
    """Return a path parameter as it stands in the path."""
    return value if isinstance(value, str) else render_json(value)
