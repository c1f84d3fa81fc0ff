"""What does a closed object look like once all choices are made? Its words, its members, shut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callforge_core.spec_documents import Place
from callforge_core.spec_keywords import iter_words
from callforge_core.spec_merging import Members, bound_integers, combine, gather_members
from callforge_core.spec_schemas import ALTERNATIVES

if TYPE_CHECKING:
    from callforge_core.spec_closing import Case, Closing

Schema = dict[str, Any]
MEMBER_WORDS = {
    "properties", "patternProperties", "additionalProperties", "unevaluatedProperties",
}  # fmt: skip
ITEM_WORDS = {"items", "prefixItems"}
LATER = object()


def assemble(closing: Closing, case: Case) -> Schema:
    """Return the closed schema of a case without open choices."""
    reading, published = closing.reading, closing.published
    members = gather_members(case.parts, reading.dialect)
    hidden = [name for name, said in members.places.items() if closing.is_hidden(said)]
    arrays = [part for part in case.parts if ITEM_WORDS & part.node.keys()]
    mixed = len(arrays) > 1 and any("prefixItems" in part.node for part in arrays)
    schema: Schema = {}
    loose: dict[str, Schema] = {}
    for part in case.parts:
        words: Schema = {}
        for key, value in iter_words(part, reading.dialect, reading.notes):
            if key == "allOf" or (part.identity, key) in case.spent:
                continue
            if key in MEMBER_WORDS or (key in ITEM_WORDS and not mixed):
                words[key] = LATER  # keeps its place among the words
            elif key in ALTERNATIVES:
                words |= close_group(closing, case, part, key)
            else:
                words[key] = published.word(part, key, value)
        bound_integers(words)
        combine(schema, words)
        loose |= {name: {} for name in loose_names(closing, case, part)}
    if members.patterns and len(case.parts) > 1:
        keep_published_members(closing, case, schema)
    for part in case.parts if reading.dialect != "draft4" else ():
        # it sees less than what all parts say together, or what depends on conditions
        narrow = loose or len(closing.flatten((part,))) < len(case.parts)
        if "unevaluatedProperties" in part.node and narrow:
            schema.setdefault("allOf", []).append(published.schema(part, ""))
    schema |= close_members(closing, case, members, hidden)
    schema |= {} if mixed else close_items(closing, case, arrays)
    if any(part.node.get("additionalProperties") not in (None, True) for part in case.parts):
        loose = {}  # additionalProperties sees what stands beside it only
    refused = {*hidden, *members.forbidden}
    loose = {name: child for name, child in loose.items() if name not in refused}
    return seal(schema, loose, hidden, case)


def loose_names(closing: Closing, case: Case, part: Place) -> list[str]:
    """Return members that a schema declares under conditions, or in groups left as assertions."""
    groups = [
        choice
        for key in ALTERNATIVES
        if (part.identity, key) not in case.spent
        for choice in closing.choices(part, key)
    ]
    return [
        name for place in [*groups, *closing.conditions(part)] for name in closing.names_in(place)
    ]


def close_group(closing: Closing, case: Case, part: Place, key: str) -> Schema:
    """Return a group of alternatives that stays an assertion, closed within where that is right."""
    choices = closing.choices(part, key)
    open_group: Schema = closing.as_published(part, key)["allOf"][0]
    if any(closing.names_in(choice) for choice in choices):
        return open_group
    here = (*case.here, *(part.identity for part in case.parts))
    group = {key: [closing.close((choice,), case.trail, here) for choice in choices]}
    # more than one may fit before the objects are closed: then what is published refuses
    return group | ({"allOf": [open_group]} if key == "oneOf" and group != open_group else {})


def close_members(closing: Closing, case: Case, members: Members, hidden: list[str]) -> Schema:
    """Return the words that say which members there are, in the order they were written."""
    properties = {
        name: closing.close(tuple(places), case.trail)
        for name, places in members.places.items()
        if name not in hidden
    }
    for name in hidden:
        sentence = f"{name!r:.40} is readOnly: no request needs it, and none may have it"
        closing.reading.notes.hint(members.places[name][0], "readOnly", sentence)
    for name in members.forbidden:
        sentence = f"{name!r:.40} is declared here, but a schema that must hold too refuses it"
        closing.reading.notes.changed(case.parts[0], "additionalProperties", sentence)
    words: Schema = {"properties": properties} if members.places or members.forbidden else {}
    if members.patterns:
        words["patternProperties"] = {
            pattern: closing.close(tuple(places), case.trail)
            for pattern, places in members.patterns.items()
        }
    if members.shut:
        words["additionalProperties"] = False
    elif members.others:
        words["additionalProperties"] = closing.close(tuple(members.others), case.trail)
    elif members.opened:
        words["additionalProperties"] = True
    return words


def close_items(closing: Closing, case: Case, arrays: list[Place]) -> Schema:
    """Return the words that say what a list holds."""
    words: Schema = {}
    items = [part.child("items") for part in arrays if "items" in part.node]
    schemas = tuple(place for place in items if isinstance(place.node, dict))
    if any(place.node is False for place in items):
        words["items"] = {"not": {}} if closing.reading.dialect == "draft4" else False
    elif schemas:
        words["items"] = closing.close(schemas, case.trail)
    for part in arrays:
        if closing.reading.dialect != "draft4" and isinstance(part.node.get("prefixItems"), list):
            words["prefixItems"] = [
                closing.close((place,), case.trail) for place in part.child("prefixItems").members()
            ]
    return words


def keep_published_members(closing: Closing, case: Case, schema: Schema) -> None:
    """Let patterns of members hold as they are written: merged ones may allow more."""
    for part in case.parts:
        if {"patternProperties", "additionalProperties"} & part.node.keys():
            schema.setdefault("allOf", []).append(
                {
                    key: closing.published.word(part, key, value)
                    for key, value in iter_words(
                        part, closing.reading.dialect, closing.reading.notes
                    )
                    if key in MEMBER_WORDS - {"unevaluatedProperties"}
                }
            )


def seal(schema: Schema, loose: Schema, hidden: list[str], case: Case) -> Schema:
    """Return the schema, shut if it names any members; a free-form object stays open."""
    schema = {key: value for key, value in schema.items() if value is not LATER}
    if "properties" in schema or schema.get("additionalProperties") is False:
        named = schema.get("properties", {})
        extra = {name: child for name, child in loose.items() if name not in named}
        schema |= {"properties": named | extra} if named or extra else {}
    if case.pins:
        pinned = {name: {"type": "string", "enum": [value]} for name, value in case.pins.items()}
        schema["properties"] = schema.get("properties", {}) | pinned
        schema["required"] = list(dict.fromkeys([*case.pins, *schema.get("required", [])]))
    if hidden and "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in hidden]
    if not schema.get("required", True):
        del schema["required"]
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)
        if schema["additionalProperties"] is not False:  # an open object would let them in
            schema["properties"] |= {name: {"not": {}} for name in hidden}
    return schema
