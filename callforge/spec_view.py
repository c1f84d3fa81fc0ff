"""What does an operation accept? Explained to a person: fields, rules, profiles, examples."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callforge.api import find_spec
from callforge.spec_documented import Words, find_examples, read_words
from callforge.spec_examples import Built, build_example, first_error
from callforge.spec_fields import Field, iter_fields, layout
from callforge.spec_nodes import Schema
from callforge.spec_words import in_words
from callforge_core.errors import SpecError
from callforge_core.spec import Operation, load_spec
from callforge_core.spec_modern import to_2020_12
from datasets_src.bundled import catalogue_path
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator
from validators.rules.packs import rules_for

NARROWEST, WIDEST = 60, 120
PROFILE = "qosProfile"


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
        fields=tuple(iter_fields(operation.closed, operation.closed)),
        rules=rules,
        catalogue=offered if chooses else None,
        minimal=minimal,
        full=full,
        documented=documented,
    )


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


def render_explained(explained: Explained, width: int | None = None) -> str:
    """Return the explanation, wrapped to the terminal."""
    columns = width or shutil.get_terminal_size((80, 24)).columns
    columns = max(NARROWEST, min(columns, WIDEST))
    parts = [
        head_lines(explained, columns),
        parameter_lines(explained, columns),
        body_lines(explained, columns),
        rule_lines(explained, columns),
        profile_lines(explained.catalogue, columns),
        example_lines(explained, columns),
    ]
    return "\n\n".join(filter(None, ("\n".join(part) for part in parts)))


def head_lines(explained: Explained, width: int) -> Iterator[str]:
    """Yield what the operation is and does."""
    operation = explained.operation
    yield f"{operation.operation_id}  {operation.method.upper()} {operation.path}"
    yield f"{operation.api} {operation.release}"
    body = str(operation.closed.get("description", ""))
    told = dict.fromkeys(filter(None, (operation.summary, explained.words.description or body)))
    for text in told:
        yield ""
        yield from paragraphs(text, width, "  ")


def paragraphs(text: str, width: int, indent: str) -> Iterator[str]:
    """Yield a text wrapped; what looks like a list or a heading keeps its own lines."""
    for line in text.strip().splitlines():
        body = line.strip()
        lead = indent + " " * (len(line) - len(line.lstrip()))
        follow = lead + "  " * body.startswith(("- ", "* "))
        yield from textwrap.wrap(
            body, width, initial_indent=lead, subsequent_indent=follow, break_on_hyphens=False
        ) or [""]


def parameter_lines(explained: Explained, width: int) -> Iterator[str]:
    """Yield the values that travel outside the body."""
    parameters = explained.operation.parameters
    if parameters:
        yield "Parameters (* required)"
        rows = [
            Field(
                depth=0,
                path=each.name,
                name=f"{each.name} ({each.where})",
                required=each.required,
                words=in_words(each.schema, each.schema),
                description=explained.words.parameters.get((each.where, each.name), ""),
            )
            for each in parameters
        ]
        yield from layout(rows, width)


def body_lines(explained: Explained, width: int) -> Iterator[str]:
    """Yield the tree of the body's members, and what is done about others."""
    operation, schema = explained.operation, explained.operation.closed
    if operation.media_type is None:
        yield "No JSON request body"
        return
    kind = in_words(schema, schema)
    need = "* required" if operation.body_required else "the body may be left out; * required in it"
    lead = f"Body, {operation.media_type} ({need})"
    yield f"{lead}: {kind}" if kind != "object" else lead
    yield from layout(explained.fields, width)
    if explained.fields and not closes(explained.operation.schema):
        yield ""
        yield from textwrap.wrap(
            "Members not listed are reported as invented: the published schema leaves its objects "
            "open, this project closes them (R1).",
            width, initial_indent="  ", subsequent_indent="  ",
        )  # fmt: skip


def closes(schema: Schema) -> bool:
    """Say whether a published schema itself refuses members it does not list."""
    return schema.get("additionalProperties") is False or any(
        isinstance(part, dict) and closes(part)
        for key in ("allOf", "anyOf", "oneOf")
        for part in schema.get(key, ())
    )


def rule_lines(explained: Explained, width: int) -> Iterator[str]:
    """Yield the rules that hold beyond the schema."""
    if explained.rules:
        yield "Rules beyond the schema"
        for number, meaning in explained.rules:
            lead = f"  {number:<4} "
            yield from textwrap.wrap(
                meaning, width, initial_indent=lead, subsequent_indent=" " * len(lead)
            )


def profile_lines(catalogue: Catalogue | None, width: int) -> Iterator[str]:
    """Yield the profiles that the catalogue offers, with their limits."""
    if catalogue is None:
        return
    yield f"Profiles of the catalogue {catalogue.name!r} (R7 known and active, R8 duration)"
    longest = max(len(profile.name) for profile in catalogue.profiles)
    for profile in catalogue.profiles:
        low, high = profile.min_duration_s, profile.max_duration_s
        span = f"{low} to {high} s" if high else f"at least {low} s"
        state = "" if profile.status == "ACTIVE" else f", {profile.status}"
        lead = f"  {profile.name.ljust(longest)}  "
        yield from textwrap.wrap(
            f"{span}{state}: {profile.use}", width, initial_indent=lead,
            subsequent_indent=" " * len(lead),
        )  # fmt: skip


def example_lines(explained: Explained, width: int) -> Iterator[str]:
    """Yield a least and a full payload, and what the document's own examples are worth."""
    if explained.operation.media_type is None:
        return
    same = explained.minimal.payload == explained.full.payload
    shown = [("A minimal valid body", explained.minimal), ("A full valid body", explained.full)]
    for title, built in shown[: 1 if same else 2]:
        yield title if not built.problem else f"{title}: none could be built"
        yield from built_lines(built, width)
        yield ""
    refused = [(name, why) for name, why in explained.documented if why]
    good = len(explained.documented) - len(refused)
    if explained.documented:
        yield f"Examples of the document: {good} of {len(explained.documented)} valid"
    for name, why in refused:
        yield from textwrap.wrap(f"{name}: {why}", width, initial_indent="  ",
                                 subsequent_indent="    ")  # fmt: skip


def built_lines(built: Built, width: int) -> Iterator[str]:
    """Yield a payload as indented JSON, on one line where it is short."""
    if built.problem:
        yield from textwrap.wrap(built.problem, width, initial_indent="  ", subsequent_indent="  ")
        return
    yield from (f"  {line}" for line in json_lines(built.payload, width - 2))


def json_lines(value: Any, width: int, lead: str = "") -> list[str]:
    """Return JSON in lines: what fits on one stays on one, the rest opens up."""
    line = lead + json.dumps(value, ensure_ascii=False)
    if len(line) < width or not value or not isinstance(value, dict | list):
        return [line]
    pairs = (
        [(f"{json.dumps(key, ensure_ascii=False)}: ", child) for key, child in value.items()]
        if isinstance(value, dict)
        else [("", child) for child in value]
    )
    ends = "{}" if isinstance(value, dict) else "[]"
    lines = [lead + ends[0]]
    for number, (key, child) in enumerate(pairs):
        inner = json_lines(child, width - 3, key)
        comma = "," if number < len(pairs) - 1 else ""
        lines += [f"  {each}" for each in inner[:-1]] + [f"  {inner[-1]}{comma}"]
    return [*lines, ends[1]]
