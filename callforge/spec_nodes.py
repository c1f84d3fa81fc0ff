"""How is a compiled schema walked? References followed, alternatives told from what stands beside.

Works on `Operation.closed` and `Operation.schema`; both inline small documents, while recursive or
huge ones keep `$ref` into their own `$defs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from callforge_core.spec_documents import keys_of

Schema = dict[str, Any]
NOTHING: Schema = {"not": {}}
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
MOST_NAMES = 2  # members that tell an untitled alternative
MOST_HOPS = 32  # references that lead to references


class Forms(NamedTuple):
    """The alternatives of a schema."""

    keyword: str
    """anyOf or oneOf; empty when there are none."""
    parts: tuple[Schema, ...]
    told_by: str
    """The member whose value tells the alternatives apart; empty when none does."""
    names: tuple[str, ...]
    """What each alternative is called: the telling value, its title, or nothing."""


NO_FORMS = Forms("", (), "", ())


def follow(node: Any, root: Schema) -> Schema:
    """Return a schema with its own $ref resolved; True accepts anything, False nothing."""
    for _ in range(MOST_HOPS):
        if not isinstance(node, dict):
            return {} if node is not False else NOTHING
        ref = node.get("$ref")
        if not isinstance(ref, str) or not ref.startswith("#"):
            return node
        beside = {key: value for key, value in node.items() if key != "$ref"}
        target = lookup(root, ref)
        node = {**target, **beside} if isinstance(target, dict) else target
    return {}


def lookup(root: Schema, ref: str) -> Any:
    """Return what a local reference names; a broken one names a schema that accepts anything."""
    node: Any = root
    for key in keys_of(ref[1:]):
        try:
            node = node[int(key)] if isinstance(node, list) else node[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return {}
    return node


def reference(node: Any) -> str:
    """Return the local reference that a node is, or nothing."""
    ref = node.get("$ref") if isinstance(node, dict) else None
    return ref if isinstance(ref, str) else ""


def types_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the JSON types that a schema names; none means any."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return (kind,)
    return tuple(kind) if isinstance(kind, list) else ()


def forms_of(schema: Schema, root: Schema) -> Forms:
    """Return the alternatives of a schema, each with references followed."""
    keyword = next((key for key in ("oneOf", "anyOf") if isinstance(schema.get(key), list)), "")
    if not keyword:
        return NO_FORMS
    parts = tuple(follow(part, root) for part in schema[keyword])
    told = schema.get("discriminator")
    if isinstance(told, dict) and isinstance(told.get("mapping"), dict):
        by_index: dict[int, list[str]] = {}
        for value, index in told["mapping"].items():
            if isinstance(index, int):
                by_index.setdefault(index, []).append(str(value))
        if by_index:
            names = tuple(" or ".join(by_index.get(n, [])) for n in range(len(parts)))
            return Forms(keyword, parts, str(told.get("propertyName", "")), names)
    return Forms(keyword, parts, "", tuple(str(part.get("title", "")) for part in parts))


def beside_forms(schema: Schema) -> Schema:
    """Return a schema without its alternatives."""
    return {k: v for k, v in schema.items() if k not in ("anyOf", "oneOf", "discriminator")}


def plain_level(schema: Schema) -> Schema:
    """Return a schema without the echo of its alternatives: the published ones, stated again.

    A closed schema states them under allOf, so that what it accepts is never more than published.
    """
    rest = [part for part in schema.get("allOf", ()) if not is_echo(part, schema)]
    level = {key: value for key, value in schema.items() if key != "allOf"}
    return level | {"allOf": rest} if rest else level


def is_echo(part: Any, schema: Schema) -> bool:
    """Say whether a part of allOf is nothing but alternatives, beside alternatives of the same."""
    words = {"anyOf", "oneOf"}
    return isinstance(part, dict) and set(part) <= words and bool(words & set(schema))


def is_requirement(part: Schema) -> bool:
    """Say whether an alternative only names members that have to be there."""
    return bool(part.get("required")) and set(part) <= {"required", "title", "description", "type"}


def members_of(schema: Schema) -> Iterator[tuple[str, Any, bool]]:
    """Yield the declared members of an object: name, schema, whether it is required."""
    required = required_of(schema)
    properties = schema.get("properties")
    for name, member in (properties if isinstance(properties, dict) else {}).items():
        yield str(name), member, name in required


def required_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the members that have to be there; Draft 3's `required: true` is none of them."""
    required = schema.get("required")
    return tuple(map(str, required)) if isinstance(required, list) else ()


def form_title(forms: Forms, index: int) -> str:
    """Return what tells an untitled alternative: members that no other one has, else its number."""
    own = list(forms.parts[index].get("properties") or ())
    others = {
        name
        for n, part in enumerate(forms.parts)
        if n != index
        for name in part.get("properties") or ()
    }
    telling = [name for name in own if name not in others][:MOST_NAMES]
    return f"with {', '.join(telling)}" if telling else f"form {index + 1}"


def join(beside: Schema, part: Schema) -> Schema:
    """Return an alternative together with what stands beside it."""
    joined = {**beside, **part}
    if "properties" in beside and "properties" in part:
        joined["properties"] = {**beside["properties"], **part["properties"]}
    joined["required"] = list(dict.fromkeys([*required_of(beside), *required_of(part)]))
    return joined if joined["required"] else {k: v for k, v in joined.items() if k != "required"}


def without(joined: Schema, part: Schema, others: Sequence[Schema]) -> Schema:
    """Return a schema without the members that only the other alternatives ask for."""
    foreign = {name for each in others for name in required_of(each)} - set(required_of(part))
    members = joined.get("properties")
    if not isinstance(members, dict):
        return joined
    return joined | {"properties": {k: v for k, v in members.items() if k not in foreign}}
