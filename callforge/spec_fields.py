"""Which fields does a body have? The tree of its members, one record a line, and its layout."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from callforge.spec_nodes import (
    Forms,
    Schema,
    beside_forms,
    follow,
    form_title,
    forms_of,
    is_requirement,
    members_of,
    reference,
    required_of,
)
from callforge.spec_words import in_words

DEEPEST = 12
WIDEST_NAME = 34
LEAST_WORDS = 30  # columns for words beside a name; with fewer they go below it


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of the tree: a member, or a heading over alternatives (then `name` is empty)."""

    depth: int
    path: str
    name: str
    required: bool
    words: str
    description: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the field for machines."""
        return {
            "path": self.path,
            "required": self.required,
            "words": self.words,
            "description": self.description,
        }


def iter_fields(
    node: Any, root: Schema, *, path: str = "$", depth: int = 0, trail: tuple[str, ...] = ()
) -> Iterator[Field]:
    """Yield the members below a schema in spec order, alternatives under headings."""
    here = reference(node)
    if (here and here in trail) or depth > DEEPEST:
        yield heading(depth, path, "and so on: this type contains itself")
        return
    trail = (*trail, here) if here else trail
    schema = follow(node, root)
    for number, part in enumerate(schema.get("prefixItems", ())):
        yield from iter_fields(part, root, path=f"{path}[{number}]", depth=depth, trail=trail)
    if "items" in schema:
        yield from iter_fields(schema["items"], root, path=f"{path}[]", depth=depth, trail=trail)
    yield from member_fields(schema, root, path, depth, trail)
    forms = forms_of(schema, root)
    if forms.parts:
        yield from form_fields(schema, forms, root, path, depth, trail)


def member_fields(
    schema: Schema, root: Schema, path: str, depth: int, trail: tuple[str, ...]
) -> Iterator[Field]:
    """Yield the declared members of an object, then what free names may hold."""
    for name, member, required in members_of(schema):
        yield from one_member(name, member, required, root, f"{path}.{name}", depth, trail)
    for pattern, member in (schema.get("patternProperties") or {}).items():
        name = f"(names matching {pattern})"
        yield from one_member(name, member, False, root, f"{path}.*", depth, trail)
    if isinstance(schema.get("additionalProperties"), dict):
        member = schema["additionalProperties"]
        yield from one_member("(any other name)", member, False, root, f"{path}.*", depth, trail)


def one_member(
    name: str,
    member: Any,
    required: bool,
    root: Schema,
    path: str,
    depth: int,
    trail: tuple[str, ...],
) -> Iterator[Field]:
    """Yield a member and everything below it."""
    schema = follow(member, root)
    yield Field(
        depth=depth,
        path=path,
        name=name,
        required=required,
        words=in_words(schema, root),
        description=describe(schema),
    )
    yield from iter_fields(member, root, path=path, depth=depth + 1, trail=trail)


def describe(schema: Schema) -> str:
    """Return the description of a schema on one line."""
    return " ".join(str(schema.get("description") or schema.get("title") or "").split())


def form_fields(
    schema: Schema, forms: Forms, root: Schema, path: str, depth: int, trail: tuple[str, ...]
) -> Iterator[Field]:
    """Yield alternatives: groups of members on one line, else a heading and members for each."""
    if all(map(is_requirement, forms.parts)):
        groups = ", or ".join(" + ".join(required_of(part)) for part in forms.parts)
        yield heading(depth, path, f"{lead(forms)}: {groups}")
        return
    if not any(holds_members(part) for part in forms.parts):
        for part in forms.parts:
            yield heading(depth, path, f"either {in_words(part, root)}", describe(part))
        return
    shared = {name for name, _, _ in members_of(schema)}
    for number, part in enumerate(forms.parts, 1):
        yield heading(depth, path, form_name(forms, number), describe(part))
        inner = {
            name: member
            for name, member in (part.get("properties") or {}).items()
            if name != forms.told_by and name not in shared
        }
        below = {**part, "properties": inner}
        if forms.told_by and not inner:
            yield heading(depth + 1, path, "no members of its own")
        yield from member_fields(below, root, path, depth + 1, trail)
        nested = forms_of(part, root)
        if nested.parts:
            yield from form_fields(beside_forms(part), nested, root, path, depth + 1, trail)


def holds_members(part: Schema) -> bool:
    """Say whether an alternative declares members, itself or through alternatives of its own."""
    return "properties" in part or any(
        isinstance(part.get(key), list) for key in ("anyOf", "oneOf")
    )


def form_name(forms: Forms, number: int) -> str:
    """Return the heading of one alternative."""
    if forms.told_by:
        return f"if {forms.told_by} is {forms.names[number - 1]}"
    name = forms.names[number - 1] or form_title(forms, number - 1)
    which = f"form {number}"
    told = "" if name == which else f": {name}"
    return f"{which} of {len(forms.parts)}{told}"


def lead(forms: Forms) -> str:
    """Return how many of several groups have to hold."""
    return "exactly one of" if forms.keyword == "oneOf" else "one of"


def heading(depth: int, path: str, words: str, description: str = "") -> Field:
    """Return a line that stands for no member."""
    return Field(
        depth=depth, path=path, name="", required=False, words=words, description=description
    )


def layout(fields: Iterable[Field], width: int, indent: str = "  ") -> Iterator[str]:
    """Yield the lines of a tree in two columns: names on the left, words and descriptions right."""
    kept = list(fields)
    labels = [label(field, indent) for field in kept]
    longest = max(
        (len(text) for text, field in zip(labels, kept, strict=True) if field.name), default=0
    )
    column = min(longest, WIDEST_NAME, width - LEAST_WORDS) + 2
    for text, field in zip(labels, kept, strict=True):
        start = column if field.name else len(text)
        lines = wrap(field.words, width - start)
        about = wrap(field.description, width - start) if field.description else []
        if not field.name:
            about = [f"  {line}" for line in about]
        if len(text) >= column and field.name:
            yield text
        else:
            first, lines = (lines or [""])[0], lines[1:]
            yield f"{text.ljust(start)}{first}".rstrip()
        yield from (" " * start + line for line in [*lines, *about])


def label(field: Field, indent: str) -> str:
    """Return what stands in the left column: * marks a required member."""
    lead_in = indent + "  " * field.depth
    return f"{lead_in}{'*' if field.required else ' '} {field.name}"


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines; patterns stay whole where they fit."""
    return textwrap.wrap(text, max(width, 20), break_on_hyphens=False)
