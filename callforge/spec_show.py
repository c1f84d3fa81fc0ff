"""An operation explained, as lines for the terminal."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any

from callforge.spec_examples import Built
from callforge.spec_fields import Field, layout
from callforge.spec_nodes import Schema
from callforge.spec_view import Explained
from callforge.spec_words import in_words, visible
from validators.catalogue import Catalogue
from validators.releases import refuses_unknown

NARROWEST, WIDEST = 60, 120


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
    return "\n\n".join(filter(None, ("\n".join(map(visible, part)) for part in parts)))


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
    lead = f"Body, {operation.media_type}" + (", may be left out" * (not operation.body_required))
    stars = " (* required)" if explained.fields else ""
    yield f"{lead}{stars}"
    if kind != "object":
        yield from textwrap.wrap(kind, width, initial_indent="  ", subsequent_indent="  ")
    yield from layout(explained.fields, width)
    for text in note_texts(explained):
        yield ""
        yield from textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="  ")


def note_texts(explained: Explained) -> Iterator[str]:
    """Yield what is done about members that are not listed, and what was compiled otherwise."""
    operation = explained.operation
    if explained.fields and not closes(operation.schema):
        if refuses_unknown(operation.api, operation.release):
            yield "Members not listed are refused: this release says so in its prose (R1)."
        else:
            yield (
                "Members not listed are reported as invented: the published schema leaves its "
                "objects open, this project closes them (R1)."
            )
    for note in operation.notes:
        if note.effect != "hint" or note.about == "readOnly":
            yield f"Note: {note.sentence}."


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
    yield f"Profiles of the catalogue {catalogue.name!r} (R7, R8)"
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
