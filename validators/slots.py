"""What kind of value does each member of a request body hold? The schema, compiled once.

    compile_plan(operation.closed).members["duration"].kind == "seconds"

Kinds decide how a value may be derived from a request; they come from names, formats and limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from validators.places import Place

Schema = Mapping[str, Any]
NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
PHONES = frozenset({"phone", "msisdn", "telephone", "mobile"})
URLS = frozenset({"sink", "url", "uri", "webhook", "callback", "endpoint"})
LENGTHS = frozenset({"duration", "seconds", "ttl", "lifetime"})
OTHER_UNITS = frozenset({"minutes", "hours", "days", "ms", "millis", "milliseconds"})
UNIT_SAID = re.compile(r"\b[Ii]n (?:whole )?(?:minutes|hours|days|weeks|milliseconds)\b")
DEEPEST = 12  # of a recursive schema; nobody says more levels in one request


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A member that holds one value: a scalar, or a set of ports as a whole."""

    name: str
    kind: str
    """phone, ipv4, ipv6, url, seconds, port, ports, profile, number, choice, flag or text."""
    path: tuple[str, ...]
    """The members that lead to it, itself last; list steps are left out."""
    optional: tuple[int, ...]
    """How many steps of `path` lead to each member on it that may be absent, outer ones first."""
    fixed: tuple[Any, ...] = ()
    """Values that the schema itself gives: its default, or its only choice."""


@dataclass(slots=True, eq=False)
class Plan:
    """The members of an object, or what the items of a list are."""

    members: dict[str, Plan | Slot] = field(default_factory=dict)
    items: Plan | Slot | None = None


Leaf = tuple[Slot, Any, Place]


def compile_plan(schema: Schema) -> Plan:
    """Return the plan of a request body; alternatives of a schema are joined."""
    plan = compile_node("", schema, schema, (), (), 0)
    return plan if isinstance(plan, Plan) else Plan()


def compile_node(
    name: str,
    schema: Schema,
    root: Schema,
    path: tuple[str, ...],
    optional: tuple[int, ...],
    depth: int,
) -> Plan | Slot:
    """Return the plan of one member."""
    parts = list(iter_parts(schema, root))
    members: dict[str, Schema] = {}
    needed = {key for part in parts[:1] for key in part.get("required", ())}
    for part in parts:
        for key, child in (part.get("properties") or {}).items():
            members.setdefault(key, child)
    items = next((part["items"] for part in parts if isinstance(part.get("items"), Mapping)), None)
    if path and members and members.keys() <= {"ports", "ranges"}:
        return Slot(name, "ports", path, optional)
    plan = Plan()
    if members and depth < DEEPEST:
        for key, child in members.items():
            below = optional if key in needed else (*optional, len(path) + 1)
            plan.members[key] = compile_node(key, child, root, (*path, key), below, depth + 1)
    elif items is not None and depth < DEEPEST:
        plan.items = compile_node(name, items, root, path, optional, depth + 1)
    elif not members and items is None:
        merged = {key: value for part in reversed(parts) for key, value in part.items()}
        return Slot(name, kind_of(name, merged), path, optional, given(merged))
    return plan


def iter_parts(schema: Schema, root: Schema) -> Iterator[Schema]:
    """Yield a schema and what it is put together from, each reference followed once."""
    stack: list[Any] = [schema]
    seen: set[int] = set()
    while stack:
        part = stack.pop()
        if not isinstance(part, Mapping) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        for word in ("anyOf", "oneOf", "allOf"):
            alternatives = part.get(word)
            if isinstance(alternatives, list):
                stack.extend(reversed(alternatives))
        if isinstance(part.get("$ref"), str):
            stack.append(resolve(part["$ref"], root))


def resolve(reference: str, root: Schema) -> Any:
    """Return what a reference into the same schema stands for, None when it leads nowhere."""
    node: Any = root
    for token in reference.partition("#")[2].split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def given(schema: Schema) -> tuple[Any, ...]:
    """Return the values that need not be said: the default, a constant, an only choice."""
    values = [schema[word] for word in ("default", "const") if word in schema]
    choices = schema.get("enum")
    if isinstance(choices, list) and len(choices) == 1:
        values += choices
    return tuple(values)


def kind_of(name: str, schema: Schema) -> str:
    """Return the kind of a scalar member."""
    kinds = schema.get("type")
    types = {kinds} if isinstance(kinds, str) else set(kinds or ())
    words = {part.lower() for part in NAME_PART.findall(name)}
    if "boolean" in types:
        return "flag"
    if types & {"integer", "number"}:
        return number_kind(words, schema)
    if "enum" in schema or "const" in schema:
        return "choice"
    return text_kind(words, str(schema.get("format", "")))


def number_kind(words: set[str], schema: Schema) -> str:
    """Return the kind of a number: a port, a length in seconds, or just a number."""
    if words & {"port", "ports"} or schema.get("maximum") == 65535:
        return "port"
    other = words & OTHER_UNITS or UNIT_SAID.search(str(schema.get("description", "")))
    return "seconds" if words & LENGTHS and not other else "number"


def text_kind(words: set[str], form: str) -> str:
    """Return the kind of a text by its format, or by the words of its name."""
    if form in ("ipv4", "ipv6"):
        return form
    if words & PHONES:
        return "phone"
    if form in ("uri", "url") or words & URLS:
        return "url"
    if {"qos", "profile"} <= words:
        return "profile"
    for kind in ("ipv4", "ipv6"):
        if kind in words:
            return kind
    return "text"


def collect_leaves(payload: Any, plan: Plan) -> list[Leaf]:
    """Return the values of a payload that stand in slots; what is undeclared is left out."""
    found: list[Leaf] = []
    stack: list[tuple[Any, Plan, Place]] = [(payload, plan, ())]
    while stack:
        node, here, place = stack.pop()
        if isinstance(node, dict):
            members = here.members
            for key, value in node.items():
                child = members.get(key)
                if isinstance(child, Slot):
                    found.append((child, value, (*place, key)))
                elif child is not None:
                    stack.append((value, child, (*place, key)))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                if isinstance(here.items, Slot):
                    found.append((here.items, value, (*place, index)))
                elif here.items is not None:
                    stack.append((value, here.items, (*place, index)))
    return found


def iter_slots(plan: Plan) -> Iterator[Slot]:
    """Yield every slot of a plan, in spec order."""
    for child in (*plan.members.values(), *([plan.items] if plan.items else ())):
        if isinstance(child, Slot):
            yield child
        else:
            yield from iter_slots(child)
