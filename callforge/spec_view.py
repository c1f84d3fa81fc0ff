"""What does an operation accept? Fields, rules, profiles and proven examples, gathered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from callforge.api import find_spec
from callforge.spec_documented import Words, find_examples, read_words
from callforge.spec_examples import Built, build_example, first_error
from callforge.spec_fields import Field, heading, iter_fields
from callforge.spec_nodes import Schema
from callforge.spec_words import in_words
from callforge_core.errors import SpecError
from callforge_core.spec import Operation, load_spec
from callforge_core.spec_modern import to_2020_12
from datasets_src.bundled import catalogue_path
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator
from validators.rules.packs import rules_for

PROFILE = "qosProfile"
MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An operation and everything worth saying of it."""

    operation: Operation
    words: Words
    fields: tuple[Field, ...]
    rules: tuple[tuple[str, str], ...]
    """Number and meaning of each rule that the schema cannot say."""
    catalogue: Catalogue | None
    """The profiles to choose from; None where no member names one."""
    minimal: Built
    full: Built
    documented: tuple[tuple[str, str], ...]
    """Name of each body example of the document, and why it is refused (nothing when it is not)."""

    def to_json(self) -> dict[str, Any]:
        """Return the same for machines."""
        operation = self.operation
        return {
            "api": operation.api,
            "release": operation.release,
            "operation": operation.operation_id,
            "method": operation.method,
            "path": operation.path,
            "summary": operation.summary,
            "description": self.words.description,
            "parameters": [
                {
                    "name": each.name,
                    "in": each.where,
                    "required": each.required,
                    "words": in_words(each.schema, each.schema),
                }
                for each in operation.parameters
            ],
            "fields": [field.to_json() for field in self.fields if field.name],
            "rules": [{"number": number, "meaning": meaning} for number, meaning in self.rules],
            "profiles": [
                profile.model_dump(
                    mode="json",
                    include={"name", "status", "use", "min_duration_s", "max_duration_s"},
                )
                for profile in (self.catalogue.profiles if self.catalogue else ())
            ],
            "examples": {"minimal": self.minimal.to_json(), "full": self.full.to_json()},
            "documented": [{"name": name, "problem": why or None} for name, why in self.documented],
            "schema": to_2020_12(operation, closed=True) if operation.media_type else None,
        }


def explain(
    name: str,
    *,
    release: str | None = None,
    spec: Path | None = None,
    api: str | None = None,
    catalogue: str = "default",
) -> Explained:
    """Gather what there is to say of an operation; examples are proven by the validator."""
    place = find_spec(release, spec, api, name)
    operation = load_spec(place).operation(name)
    offered = load_catalogue(catalogue_path(catalogue))
    chooses = PROFILE in operation.keys
    minimal = full = Built(problem="the operation has no JSON request body")
    rules: tuple[tuple[str, str], ...] = ()
    documented: tuple[tuple[str, str], ...] = ()
    if operation.media_type:
        validator, found = Validator(operation, offered), find_examples(place, operation)
        names = [profile.name for profile in offered.active]
        minimal, full = (
            build_example(validator, full=whole, known=found.values, names=names)
            for whole in (False, True)
        )
        rules = tuple(iter_rules(operation))
        documented = tuple((each.name, refusal(validator, each.payload)) for each in found.bodies)
    return Explained(
        operation=operation,
        words=read_words(place, operation),
        fields=gather_fields(operation.closed),
        rules=rules,
        catalogue=offered if chooses else None,
        minimal=minimal,
        full=full,
        documented=documented,
    )


def gather_fields(schema: Schema) -> tuple[Field, ...]:
    """Return the tree of fields; types that contain each other would go on for ever."""
    found = tuple(islice(iter_fields(schema, schema), MOST_FIELDS + 1))
    if len(found) <= MOST_FIELDS:
        return found
    return (*found[:MOST_FIELDS], heading(0, "$", "and more: --schema has them all"))


def refusal(validator: Validator, payload: Any) -> str:
    """Return why the validator refuses an example of the document, nothing when it does not."""
    issue = first_error(validator, payload)
    return f"{issue.cls} at {issue.path}: {issue.message}" if issue else ""


def iter_rules(operation: Operation) -> Iterator[tuple[str, str]]:
    """Yield number and meaning of the rules that hold for an operation."""
    for rule in rules_for(operation):
        yield rule.number, " ".join((rule.check.__doc__ or rule.check.__name__).split())


def render_schema(explained: Explained) -> str:
    """Return the body as JSON Schema 2020-12: the closed reading, every object sealed."""
    operation = explained.operation
    if operation.media_type is None:
        raise SpecError(f"{operation.operation_id} has no JSON request body, so it has no schema")
    return json.dumps(to_2020_12(operation, closed=True), indent=2, ensure_ascii=False)
