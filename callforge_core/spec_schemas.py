"""What does an operation accept, as JSON Schema? Two readings of one OpenAPI schema.

`inline` says what is published, references replaced and OpenAPI 3.0 words translated: Draft 4 for
3.0, because only Draft 4 agrees with it that 3600.0 is no integer. `close` says what is meant:
allOf merged, discriminators resolved, objects closed. Discriminators go first: requests often refer
to the base type only, so that closing what allOf gives would refuse every member of the subtypes.
"""

from __future__ import annotations

from typing import Any

from callforge_core.spec_documents import Place, escape

Schema = dict[str, Any]

INTEGER_BOUNDS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
NOT_SCHEMA = {
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "xml",
    "nullable",
    "readOnly",
    "writeOnly",
}
LISTS = ("allOf", "anyOf", "oneOf")


def inline(
    place: Place, origins: dict[str, str], at: str = "", trail: tuple[Any, ...] = ()
) -> Schema:
    """Return the published schema without references; `origins` learns where parts stand."""
    target = place.follow()
    origins[at] = target.pointer
    if target.identity in trail or not isinstance(target.node, dict):
        return {}  # a type that contains itself: cut here, deeper levels accept anything
    trail = (*trail, target.identity)
    schema = translate(target.node)
    for key in ("items", "not", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            schema[key] = inline(target.child(key), origins, f"{at}/{key}", trail)
    if isinstance(schema.get("properties"), dict):
        schema["properties"] = {
            name: inline(
                target.child("properties", name), origins, f"{at}/properties/{escape(name)}", trail
            )
            for name in schema["properties"]
        }
    for key in LISTS:
        if isinstance(schema.get(key), list):
            schema[key] = [
                inline(target.child(key, index), origins, f"{at}/{key}/{index}", trail)
                for index in range(len(schema[key]))
            ]
    return schema


def translate(node: Schema) -> Schema:
    """Return one level of OpenAPI 3.0 in words that JSON Schema engines know."""
    schema = {
        key: value
        for key, value in node.items()
        if key not in NOT_SCHEMA and not key.startswith("x-")
    }
    if node.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if schema.get("format") == schema.get("type"):
        schema.pop("format", None)  # "format: string" says nothing, and some engines refuse it
    return schema


def close(place: Place, trail: tuple[Any, ...] = ()) -> Schema:
    """Return the schema with allOf merged, discriminators resolved and every object closed."""
    target = place.follow()
    if target.identity in trail:
        return {}
    merged = merge(target, (*trail, target.identity))
    branches = merged.pop("$branches", None)
    if branches is None:
        return seal(merged)
    name, mapping = branches
    return {
        "discriminator": {
            "propertyName": name,
            "mapping": {value: n for n, value in enumerate(mapping)},
        },
        "anyOf": [
            branch(place, name, value, (*trail, target.identity))
            for value, place in mapping.items()
        ],
    }


def branch(place: Place, name: str, value: str, trail: tuple[Any, ...]) -> Schema:
    """Return one subtype of a discriminated schema, closed, its discriminator fixed to `value`."""
    merged = merge(place.follow(), trail)
    merged.pop("$branches", None)
    merged["properties"] = merged.get("properties", {}) | {
        name: {"type": "string", "enum": [value]}
    }
    merged["required"] = list(dict.fromkeys([name, *merged.get("required", [])]))
    return seal(merged)


def merge(target: Place, trail: tuple[Any, ...]) -> Schema:
    """Return one level with allOf folded in; subtypes stay under $branches, children are closed."""
    node = target.node if isinstance(target.node, dict) else {}
    schema: Schema = {}
    for index in range(len(node.get("allOf", []))):
        part = target.child("allOf", index).follow()
        if part.identity not in trail or part.node.get("discriminator"):
            combine(
                schema, merge(part, trail if part.identity in trail else (*trail, part.identity))
            )
    combine(schema, own_level(target, trail))
    return schema


def own_level(target: Place, trail: tuple[Any, ...]) -> Schema:
    """Return what a node says itself, without its allOf."""
    node = target.node if isinstance(target.node, dict) else {}
    schema = {key: value for key, value in translate(node).items() if key != "allOf"}
    if schema.get("format") in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[schema["format"]]
        schema["minimum"] = max(schema.get("minimum", low), low)
        schema["maximum"] = min(schema.get("maximum", high), high)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            schema[key] = close(target.child(key), trail)
    if isinstance(schema.get("not"), dict):
        schema["not"] = inline(target.child("not"), {})  # what is refused must not be closed
    if isinstance(schema.get("properties"), dict):
        schema["properties"] = {
            name: close(target.child("properties", name), trail) for name in schema["properties"]
        }
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list):
            places = [target.child(key, index).follow() for index in range(len(schema[key]))]
            schema[key] = [merge(place, (*trail, place.identity)) for place in places]
    mapping = subtypes(target)
    if mapping:
        schema.pop("oneOf", None)
        schema.pop("anyOf", None)
        schema["$branches"] = (node["discriminator"]["propertyName"], mapping)
    return schema


def subtypes(target: Place) -> dict[str, Place]:
    """Return discriminator value -> subtype, by the mapping or the names of the alternatives."""
    discriminator = target.node.get("discriminator") if isinstance(target.node, dict) else None
    if not isinstance(discriminator, dict) or not discriminator.get("propertyName"):
        return {}
    mapping = discriminator.get("mapping") or {
        part["$ref"].rpartition("/")[2]: part["$ref"]
        for part in target.node.get("oneOf", target.node.get("anyOf", []))
        if isinstance(part, dict) and "$ref" in part
    }
    # a mapping may name a schema instead of pointing to it
    refs = {
        value: ref if "/" in ref or "#" in ref else f"#/components/schemas/{ref}"
        for value, ref in mapping.items()
    }
    return {value: target.document.resolve(ref, target.pointer) for value, ref in refs.items()}


def combine(schema: Schema, more: Schema) -> None:
    """Fold `more` into `schema`, both to hold; what clashes stays under allOf."""
    for key, value in more.items():
        if key == "properties":
            known = schema.setdefault(key, {})
            for name, child in value.items():
                known[name] = (
                    {"allOf": [known[name], child]}
                    if name in known and known[name] != child
                    else child
                )
        elif key == "required":
            schema[key] = list(dict.fromkeys([*schema.get(key, []), *value]))
        elif key in ("title", "description", "$branches") or schema.get(key, value) == value:
            schema[key] = value
        else:
            schema.setdefault("allOf", []).append({key: value})


def seal(schema: Schema) -> Schema:
    """Close an object that lists its members, alternatives too; a free-form one stays open."""
    for key in ("anyOf", "oneOf"):
        if any("properties" in part for part in schema.get(key, ())):
            outer = {name: value for name, value in schema.items() if name != key}
            return {key: [seal(fold(outer, part)) for part in schema[key]]}
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema


def fold(outer: Schema, part: Schema) -> Schema:
    """Return an alternative together with what stands beside it."""
    merged: Schema = {}
    combine(merged, outer)
    combine(merged, part)
    merged.pop("$branches", None)
    return merged


def select(schema: Schema, value: object) -> list[Schema]:
    """Return the alternatives that `value` can mean; one, if a discriminator tells."""
    parts = next(
        (schema[key] for key in ("anyOf", "oneOf") if key in schema and "properties" not in schema),
        None,
    )
    if parts is None:
        return [schema]
    told = schema.get("discriminator")
    if told and isinstance(value, dict):
        kind = value.get(told["propertyName"])
        index = told["mapping"].get(kind) if isinstance(kind, str) else None
        if index is not None:
            return [parts[index]]
    return list(parts)


def declared(schema: Schema, value: object) -> dict[str, Schema]:
    """Return the members that `schema` declares for `value`, in spec order."""
    members: dict[str, Schema] = {}
    for part in select(schema, value):
        for name, child in part.get("properties", {}).items():
            members.setdefault(name, child)
    return members
