"""What does a schema say, in words? Types and limits of one level, for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from callforge.spec_nodes import (
    Schema,
    follow,
    forms_of,
    is_requirement,
    plain_level,
    required_of,
    types_of,
)
from callforge_core.jsonl import render_json

FORMATS = {
    "ipv4": "IPv4 address", "ipv6": "IPv6 address", "uri": "URI", "uri-reference": "URI reference",
    "date-time": "RFC 3339 time with zone", "date": "date YYYY-MM-DD", "uuid": "UUID",
    "email": "e-mail address", "hostname": "host name", "int32": "32-bit", "int64": "64-bit",
    "byte": "base64", "password": "secret",
    "duration": "ISO 8601 duration", "time": "RFC 3339 time",
}  # fmt: skip
WIDTHS = ("int32", "int64")  # said by the limits that come with them
GLOSSES = {
    r"^\+[1-9][0-9]{4,14}$": "E.164 phone number",
    r"^https:\/\/.+$": "starts with https://",
    r"^https://.+$": "starts with https://",
}
CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]")
CLASS = re.compile(r"\^\[((?:[^\]\\]|\\.)+)\](\+|\*|\{\d+(?:,\d*)?\})?\$")
RANGES = {"a-zA-Z": "letters", "A-Za-z": "letters", "a-z": "small letters", "A-Z": "capitals"}
COUNTED = (
    ("minLength", "maxLength", "character"),
    ("minItems", "maxItems", "item"),
    ("minProperties", "maxProperties", "member"),
)
PLURAL = {"object": "objects", "string": "strings", "integer": "integers", "number": "numbers"}


def in_words(node: Any, root: Schema) -> str:
    """Return type and limits of a schema on one line: `integer, 1 to 2147483647`."""
    schema = follow(node, root)
    return ", ".join([kind_of(schema, root), *limits_of(schema, root)])


def kind_of(schema: Schema, root: Schema, depth: int = 0) -> str:
    """Return the type of a schema: `string`, `list of integers`, `integer or null`."""
    kinds = [name for name in types_of(schema) if name != "null"]
    forms = forms_of(schema, root)
    if not kinds and "properties" in schema:
        kinds = ["object"]
    if not kinds and forms.parts and depth < 4:
        kinds = list(dict.fromkeys(kind_of(part, root, depth + 1) for part in forms.parts))
    words = [list_of(schema, root, depth) if kind == "array" else kind for kind in kinds]
    if not words:
        words = ["null" if types_of(schema) else value_kind(schema)]
    if "null" in types_of(schema) and words != ["null"]:
        words.append("null")
    return " or ".join(words)


def value_kind(schema: Mapping[str, Any]) -> str:
    """Return what a schema without a type accepts."""
    return "value" if "enum" in schema or "const" in schema else "anything"


def list_of(schema: Schema, root: Schema, depth: int) -> str:
    """Return `list of` what its items are."""
    if "prefixItems" in schema:
        return f"list ({', then '.join(prefix_words(schema, root, depth))})"
    if "items" not in schema or depth > 4:
        return "list"
    kind = kind_of(follow(schema["items"], root), root, depth + 1)
    return f"list of {PLURAL.get(kind, kind)}"


def prefix_words(schema: Schema, root: Schema, depth: int) -> Iterator[str]:
    """Yield what a list holds at its first places, and whether more may follow."""
    for part in schema["prefixItems"]:
        yield in_words(part, root) if depth < 4 else "..."
    if schema.get("items") is False:
        yield "no more"
    elif "items" in schema:
        yield f"any number of {in_words(schema['items'], root)}"


def limits_of(schema: Schema, root: Schema) -> list[str]:
    """Return every limit of one level in words, those of a list's plain items included."""
    words = [*choice_words(schema), *range_words(schema), *count_words(schema)]
    words += [*text_words(schema), *other_words(schema)]
    items = follow({} if "prefixItems" in schema else schema.get("items", {}), root)
    if "properties" not in items and (inner := limits_of(items, root) if items else []):
        words.append(f"each {', '.join(inner)}")
    words += condition_words(plain_level(schema), root)
    forms = forms_of(schema, root)
    if forms.told_by:
        words.append(f"{len(forms.parts)} forms, told by {forms.told_by}")
    elif forms.parts and not all(map(is_requirement, forms.parts)):
        exact = "exactly one" if forms.keyword == "oneOf" else "one"
        words.append(f"{exact} of {len(forms.parts)} forms")
    return words


def condition_words(schema: Schema, root: Schema) -> Iterator[str]:
    """Yield what has to hold besides: parts that could not be merged, members that need others."""
    for part in schema.get("allOf", ()):
        yield from limits_of(follow(part, root), root)
    if isinstance(schema.get("not"), dict):
        refused = schema["not"]
        names = required_of(refused)
        told = " + ".join(names) if names else in_words(refused, root)
        yield f"without {told}" if names else f"but not: {told}" if refused else "nothing fits"
    for key in ("dependentRequired", "dependencies"):
        for name, needed in (schema.get(key) or {}).items():
            if isinstance(needed, list):
                yield f"{name} needs {', '.join(map(str, needed))}"


def choice_words(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values that are allowed, when they are counted out."""
    if "const" in schema:
        yield f"always {say(schema['const'])}"
    choices = schema.get("enum")
    if isinstance(choices, list):
        told = " | ".join(say(value) for value in choices)
        yield f"always {told}" if len(choices) == 1 else f"one of {told}"


def range_words(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the limits of a number."""
    low, high = bound(schema, "minimum"), bound(schema, "maximum")
    if low and high and not low[1] and not high[1]:
        yield f"{say(low[0])} to {say(high[0])}"
    else:
        if low:
            yield f"{'above' if low[1] else 'at least'} {say(low[0])}"
        if high:
            yield f"{'below' if high[1] else 'at most'} {say(high[0])}"
    if "multipleOf" in schema:
        yield f"a multiple of {say(schema['multipleOf'])}"


def bound(schema: Mapping[str, Any], keyword: str) -> tuple[Any, bool] | None:
    """Return a limit and whether it is excluded, in the wording of either dialect."""
    exclusive = schema.get(f"exclusive{keyword.capitalize()}")
    inclusive = schema.get(keyword)
    if is_number(exclusive):
        sign = 1 if keyword == "minimum" else -1
        if not isinstance(inclusive, int | float) or exclusive * sign >= inclusive * sign:
            return exclusive, True
    return (inclusive, exclusive is True) if is_number(inclusive) else None


def is_number(value: Any) -> TypeGuard[int | float]:
    """Say whether a value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def count_words(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield how many characters, items or members there may be."""
    for least, most, what in COUNTED:
        low, high = schema.get(least) or 0, schema.get(most)
        if high is not None:
            span = str(high) if low == high else f"{low} to {high}" if low else f"at most {high}"
            yield f"{span} {plural(what, high)}"
        elif low:
            yield f"at least {low} {plural(what, low)}"


def plural(word: str, count: Any) -> str:
    """Return `1 member` but `2 members`."""
    return word if count == 1 else f"{word}s"


def text_words(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield format and pattern, the pattern with what it means where that is known."""
    if "format" in schema and not (
        schema["format"] in WIDTHS and bound(schema, "minimum") and bound(schema, "maximum")
    ):
        yield FORMATS.get(str(schema["format"]), str(schema["format"]))
    if "pattern" in schema:
        pattern = str(schema["pattern"])
        gloss = GLOSSES.get(pattern) or class_gloss(pattern)
        yield f"matches {pattern} ({gloss})" if gloss else f"matches {pattern}"


def class_gloss(pattern: str) -> str:
    """Return the meaning of a pattern that repeats one set of characters, or nothing."""
    match = CLASS.fullmatch(pattern)
    if match is None or match[1].startswith("^"):
        return ""
    rest, words = match[1], []
    for span, word in RANGES.items():
        if span in rest:
            rest = rest.replace(span, "", 1)
            words.append(word)
    for span in ("0-9", r"\d"):
        if span in rest:
            rest = rest.replace(span, "", 1)
            words.append("digits")
    if re.search(r"[^-\\]-[^-]|\\[a-zA-Z]", rest):
        return ""  # a range or a class that has no plain word here
    words += [" ".join(dict.fromkeys(rest.replace("\\", "")))] if rest else []
    return f"{', '.join(words)}{span_words(match[2] or '')}"


def span_words(repeat: str) -> str:
    """Return how often a set repeats, in words: `{0,256}` is `, 0 to 256 of them`."""
    if not repeat.startswith("{"):
        return "" if repeat else ", one of them"
    low, comma, high = repeat.strip("{}").partition(",")
    many = f"{low} to {high}" if high else f"{low} or more" if comma else low
    return f"; {many} of them"


def other_words(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield uniqueness, open members, the default and whether a member is for answers only."""
    if schema.get("uniqueItems") is True:
        yield "no item twice"
    if "object" in types_of(schema) and "properties" not in schema:
        free = schema.get("additionalProperties", True)
        yield "no members" if free is False else "free-form" if free is True else "free names"
    elif schema.get("additionalProperties") is True:
        yield "further members allowed"
    if "default" in schema:
        yield f"default {say(schema['default'])}"
    if schema.get("readOnly") is True:
        yield "read-only: answers only, refused in a request"
    if schema.get("writeOnly") is True:
        yield "never in answers"
    if schema.get("deprecated") is True:
        yield "deprecated"


def say(value: Any) -> str:
    """Return a value as a person reads it: texts bare, the rest as JSON."""
    return value if isinstance(value, str) and value else render_json(value)


def visible(line: str) -> str:
    """Return a line with what a terminal would obey, not show, written out: colours, new lines."""
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
