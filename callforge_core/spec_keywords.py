"""Which words of a schema object hold, and with which values? One level, one dialect.

What is misspelt, of another version or of the wrong type is left out and noted; an engine would
refuse the whole schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from callforge_core.spec_documents import Place
from callforge_core.spec_notes import Notes
from callforge_core.spec_patterns import translate_pattern

Schema = dict[str, Any]
Dialect = Literal["draft4", "2020-12"]

SINGLE = {"draft4": {"not", "items", "additionalProperties"}}
SINGLE["2020-12"] = SINGLE["draft4"] | {
    "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip
LISTS = {"draft4": {"allOf", "anyOf", "oneOf"}}
LISTS["2020-12"] = LISTS["draft4"] | {"prefixItems"}
MAPS = {"draft4": {"properties"}}
MAPS["2020-12"] = {"properties", "patternProperties", "dependentSchemas"}
OPEN_OR_SHUT = {
    "draft4": {"additionalProperties"},
    "2020-12": {"additionalProperties", "items", "unevaluatedItems", "unevaluatedProperties"},
}
"""Words whose value may stay a plain true or false."""

COUNTS = {"maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"}
ANNOTATIONS = {"title", "description", "default", "deprecated"}
VALUES = {
    "draft4": COUNTS | ANNOTATIONS | {
        "multipleOf", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "pattern",
        "uniqueItems", "required", "enum", "type", "format",
    }
}  # fmt: skip
VALUES["2020-12"] = VALUES["draft4"] | {
    "const", "minContains", "maxContains", "dependentRequired",
}  # fmt: skip
SILENT = {
    "$ref", "$dynamicRef", "$id", "$anchor", "$dynamicAnchor", "$defs", "$comment", "$vocabulary",
    "definitions", "discriminator", "example", "examples", "externalDocs", "nullable", "readOnly",
    "writeOnly",
}  # fmt: skip
"""Words that need no note here: without effect, or read elsewhere."""

TYPES = {
    "string": str, "object": dict, "array": list, "boolean": bool, "null": type(None),
    "number": int | float, "integer": int,
}  # fmt: skip
ASSERTED = {
    "date", "date-time", "time", "duration", "uuid", "email", "idn-email", "hostname",
    "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "uri-template", "iri", "iri-reference",
    "json-pointer", "relative-json-pointer", "regex", "int32", "int64",
}  # fmt: skip
"""Formats that are checked; the engine for Draft 4 knows fewer by itself."""

WORDLESS = {"byte", "binary", "password", "float", "double"}
"""Formats of OpenAPI that limit nothing a JSON reader could check."""


def words_of(dialect: Dialect) -> set[str]:
    """Return the words that can make a schema refuse a value."""
    words = SINGLE[dialect] | LISTS[dialect] | MAPS[dialect] | VALUES[dialect]
    return words - ANNOTATIONS


def iter_words(place: Place, dialect: Dialect, notes: Notes) -> Iterator[tuple[str, Any]]:
    """Yield the words of a schema object that hold, with their values, as they are written."""
    node = normal(place, dialect, notes)
    for key, value in node.items():
        if key in SINGLE[dialect]:
            fits = isinstance(value, dict | bool)
        elif key in LISTS[dialect]:
            fits = isinstance(value, list) and bool(value)
        elif key in MAPS[dialect]:
            fits = isinstance(value, dict)
        elif key in VALUES[dialect]:
            if value == [] and key == "required":
                continue
            fits = is_fit(key, value)
        else:
            note_word(place, key, dialect, notes)
            continue
        if key == "pattern" and fits:
            yield from pattern_word(place, value, notes)
        elif key == "patternProperties" and fits:
            yield from pattern_members(place, value, notes)
        elif key == "type" and fits:
            yield key, type_of(value, dialect == "draft4" and node.get("nullable") is True)
        elif not fits and key not in ANNOTATIONS:
            notes.lost(place, key, f"{key} cannot be {value!r:.40}: this limit is left out", key)
        elif fits and not (key == "format" and value == node.get("type")):
            yield key, list(dict.fromkeys(value)) if key == "required" else value


def is_fit(key: str, value: Any) -> bool:
    """Say whether a word of the value kind has a value that an engine takes."""
    if key == "type":
        kinds = value if isinstance(value, list) else [value]
        return bool(kinds) and all(is_type(kind) for kind in kinds)
    if key in COUNTS or key in ("minContains", "maxContains"):
        return is_a(value, "integer") and value >= 0
    if key == "multipleOf":
        return is_a(value, "number") and value > 0
    if key in ("maximum", "minimum"):
        return is_a(value, "number")
    if key in ("exclusiveMaximum", "exclusiveMinimum"):
        return isinstance(value, bool | int | float)  # which of them: normal() saw to it
    if key in ("uniqueItems", "deprecated"):
        return isinstance(value, bool)
    if key == "required":
        return is_names(value)
    if key == "dependentRequired":
        return isinstance(value, dict) and all(is_names(names) for names in value.values())
    if key == "enum":
        return isinstance(value, list)
    return key in ("const", "default") or isinstance(value, str)


def is_type(value: Any) -> bool:
    """Say whether a value is the name of a JSON type."""
    return isinstance(value, str) and value in TYPES


def is_names(value: Any) -> bool:
    """Say whether a value is a list of names."""
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def is_a(value: Any, kind: str) -> bool:
    """Say whether a value has a JSON type."""
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def type_of(value: Any, nullable: bool) -> Any:
    """Return the type word, null added where OpenAPI 3.0 says nullable."""
    kinds = list(dict.fromkeys([value] if isinstance(value, str) else value))
    if nullable and "null" not in kinds:
        kinds.append("null")
    return kinds[0] if len(kinds) == 1 else kinds


def pattern_word(place: Place, pattern: str, notes: Notes) -> Iterator[tuple[str, Any]]:
    """Yield the pattern in words that the engine knows; note one that it does not."""
    text, remark = translate_pattern(pattern)
    if text is None:
        notes.lost(place, "pattern", f"the pattern {pattern!r:.60} is not compiled", "pattern")
        return
    if remark:
        notes.changed(place, "pattern", f"the pattern {pattern!r:.60}: {remark}", "pattern")
    yield "pattern", text


def pattern_members(
    place: Place, members: dict[str, Any], notes: Notes
) -> Iterator[tuple[str, Any]]:
    """Yield patternProperties with those patterns that the engine takes as they are."""
    sound = {pattern: child for pattern, child in members.items() if is_plain(pattern)}
    for pattern in members.keys() - sound.keys():
        notes.lost(
            place, "pattern", f"the pattern {pattern!r:.60} is not compiled", "patternProperties"
        )
    if sound:
        yield "patternProperties", sound


def is_plain(pattern: str) -> bool:
    """Say whether the engine takes a pattern as it is written."""
    return translate_pattern(pattern).pattern == pattern


def normal(place: Place, dialect: Dialect, notes: Notes) -> Schema:
    """Return a schema object with the words of the other version put into those of its own."""
    node: Schema = place.node
    for bound in ("Minimum", "Maximum"):
        exclusive, inclusive = f"exclusive{bound}", bound.lower()
        if exclusive in node and (dialect == "draft4") != isinstance(node[exclusive], bool):
            if is_a(node[exclusive], "number") or isinstance(node[exclusive], bool):
                node = other_bound(node, exclusive, inclusive)
                sentence = f"{exclusive} is written as in another version; read as it is meant"
                notes.changed(place, exclusive, sentence, exclusive)
        elif dialect == "draft4" and exclusive in node and not is_a(node.get(inclusive), "number"):
            node = {key: value for key, value in node.items() if key != exclusive}
            notes.changed(place, exclusive, f"{exclusive} has no {inclusive} to act on", exclusive)
    note_null(place, dialect, notes)
    return node


def other_bound(node: Schema, exclusive: str, inclusive: str) -> Schema:
    """Return a node with an exclusive limit in the form of the other version of JSON Schema."""
    said, limit = node[exclusive], node.get(inclusive)
    rest = {key: value for key, value in node.items() if key not in (exclusive, inclusive)}
    plain = {inclusive: limit} if is_a(limit, "number") else {}
    if isinstance(said, bool):
        return rest | ({exclusive: limit} if said and plain else plain)
    tighter = max if inclusive == "minimum" else min
    if plain and tighter(said, limit) != said:
        return rest | plain
    return rest | {inclusive: said, exclusive: True}


def note_null(place: Place, dialect: Dialect, notes: Notes) -> None:
    """Note where nullable does not do what its author thought."""
    node: Schema = place.node
    if node.get("nullable") is not True:
        return
    if dialect != "draft4":
        sentence = "nullable is a word of OpenAPI 3.0; 3.1 ignores it, so null is refused"
        notes.changed(place, "nullable", sentence, "nullable")
    elif "type" not in node and LISTS["draft4"] & node.keys():
        sentence = "nullable has no effect without a type beside it; null may stay refused"
        notes.changed(place, "nullable", sentence, "nullable")
    elif isinstance(node.get("enum"), list) and None not in node["enum"]:
        sentence = "nullable has no effect: the enum does not list null"
        notes.changed(place, "nullable", sentence, "nullable")


def note_word(place: Place, key: str, dialect: Dialect, notes: Notes) -> None:
    """Note a word that has no effect, unless everybody knows that it has none."""
    if key in SILENT or key.startswith("x-"):
        return
    if dialect == "draft4" and key in words_of("2020-12"):
        sentence = f"{key} is a word of OpenAPI 3.1; a 3.0 document does not know it: ignored"
        notes.changed(place, key, sentence, key)
    elif key in ("xml", "contentEncoding", "contentMediaType", "contentSchema"):
        notes.hint(place, key, f"{key} is not compiled: it limits no JSON value", key)
    elif key in ("dependencies", "additionalItems", "$recursiveRef"):
        notes.changed(place, key, f"{key} is a word of older drafts: ignored", key)
    elif key != "$schema":
        notes.hint(place, "unknown keyword", f"{key!r:.40} is no word of a schema: ignored", key)


def note_values(place: Place, notes: Notes) -> None:
    """Note what holds, but not as its author may think: odd formats, values nobody can send."""
    node: Schema = place.node
    name, kind = node.get("format"), node.get("type")
    if isinstance(name, str) and name not in ASSERTED and name != kind:
        how = "limits nothing" if name in WORDLESS else "is not known: it is not asserted"
        notes.hint(place, f"format {name}", f"the format {name!r:.40} {how}", "format")
    said = kind if isinstance(kind, list) else [kind]
    kinds = [each for each in said if isinstance(each, str) and each in TYPES]
    if kinds and isinstance(node.get("enum"), list):
        odd = [v for v in node["enum"] if v is not None and not any(is_a(v, k) for k in kinds)]
        if odd:
            sentence = f"{odd[0]!r:.40} is listed but is no {' or '.join(kinds)}: always refused"
            notes.changed(place, "enum", sentence, "enum")
