"""What schema words mean once compiled: published and closed, in OpenAPI 3.0 and 3.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from callforge_core.spec import (
    Operation,
    Reference,
    declared,
    load_spec,
    order_keys,
    resolve,
    select,
    to_2020_12,
)
from callforge_core.spec_patterns import translate_pattern

Schema = dict[str, Any]


def compiled(
    tmp_path: Path, schema: Any, *, version: str = "3.0.3", shared: Schema | None = None
) -> Operation:
    """Compile a document whose only operation has `schema` as its body."""
    body = {"content": {"application/json": {"schema": schema}}}
    document = {
        "openapi": version,
        "info": {"title": "Parcel Lockers", "version": "2.0"},
        "paths": {"/parcels": {"post": {"operationId": "store", "requestBody": body}}},
        "components": {"schemas": shared or {}},
    }
    path = tmp_path / "api.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return load_spec(path).operation("store")


def says(operation: Operation, value: object) -> tuple[bool, bool]:
    """Return the published and the closed verdict, after checking the translation of both."""
    made: Any = (
        jsonschema_rs.Draft4Validator
        if operation.dialect == "draft4"
        else jsonschema_rs.Draft202012Validator
    )
    verdicts = []
    for shut, schema in ((False, operation.schema), (True, operation.closed)):
        verdict = bool(made(schema, validate_formats=True).is_valid(value))
        other: Any = jsonschema_rs.Draft202012Validator(
            to_2020_12(operation, closed=shut), validate_formats=True
        )
        assert other.is_valid(value) == verdict
        verdicts.append(verdict)
    return verdicts[0], verdicts[1]


def about(operation: Operation) -> set[tuple[str, str]]:
    return {(note.effect, note.about) for note in operation.notes}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def member(schema: Schema) -> Schema:
    """Return the schema of an object with one member `a`."""
    return {"type": "object", "properties": {"a": schema}}


CASES_3_0: list[tuple[str, Schema, object, bool]] = [
    ("nullable allows null", {"type": "string", "nullable": True}, None, True),
    ("without it null is refused", {"type": "string"}, None, False),
    ("nullable needs a type", {"nullable": True, "allOf": [{"type": "string"}]}, None, False),
    ("no type takes null", {"nullable": True}, None, True),
    ("an enum lists null itself", {"type": "string", "nullable": True, "enum": ["x"]}, None, False),
    ("or does", {"type": "string", "nullable": True, "enum": ["x", None]}, None, True),
    ("an open limit", {"type": "integer", "minimum": 3, "exclusiveMinimum": True}, 3, False),
    ("a closed limit", {"type": "integer", "minimum": 3, "exclusiveMinimum": False}, 3, True),
    ("a 3.1 limit as meant", {"type": "integer", "exclusiveMinimum": 3}, 3, False),
    ("and above it", {"type": "integer", "exclusiveMinimum": 3}, 4, True),
    ("the tighter of both", {"minimum": 5, "exclusiveMinimum": 3}, 4, False),
    ("3600.0 is no integer", {"type": "string"}, 5, False),
    ("const is no word of 3.0", {"const": "x"}, "y", True),
    ("uuid is asserted", {"type": "string", "maxLength": 3, "format": "uuid"}, "long one", False),
]
CASES_3_1: list[tuple[str, Schema, object, bool]] = [
    ("a list of types", {"type": ["string", "null"]}, None, True),
    ("nullable is no word of 3.1", {"type": "string", "nullable": True}, None, False),
    ("const", {"const": "x"}, "y", False),
    ("a limit is a number", {"exclusiveMinimum": 3}, 3, False),
    ("a 3.0 limit as meant", {"minimum": 3, "exclusiveMinimum": True}, 3, False),
    ("prefixItems", {"prefixItems": [{"type": "string"}], "items": False}, ["x", 1], False),
    ("and what fits", {"prefixItems": [{"type": "string"}], "items": False}, ["x"], True),
    ("if and then", {"if": {"type": "string"}, "then": {"minLength": 2}}, "x", False),
    ("if and else", {"if": {"type": "string"}, "else": {"minimum": 2}}, 1, False),
    ("not", {"not": {"type": "string"}}, "x", False),
    ("contains", {"contains": {"const": 1}, "minContains": 2}, [1], False),
    ("false refuses", {"not": True}, 1, False),
]


@pytest.mark.parametrize(("name", "schema", "value", "fits"), CASES_3_0)
def test_words_of_openapi_3_0(
    tmp_path: Path, name: str, schema: Schema, value: object, fits: bool
) -> None:
    operation = compiled(tmp_path, member(schema))
    assert says(operation, {"a": value}) == (fits, fits), name


@pytest.mark.parametrize(("name", "schema", "value", "fits"), CASES_3_1)
def test_words_of_openapi_3_1(
    tmp_path: Path, name: str, schema: Schema, value: object, fits: bool
) -> None:
    operation = compiled(tmp_path, member(schema), version="3.1.0")
    assert says(operation, {"a": value}) == (fits, fits), name


def test_beside_a_reference_3_0_ignores_and_says_so_where_3_1_holds_both(tmp_path: Path) -> None:
    schema = member(ref("Code") | {"minLength": 3})
    shared = {"Code": {"type": "string", "maxLength": 5}}
    old = compiled(tmp_path, schema, shared=shared)
    assert says(old, {"a": "x"}) == (True, True)
    assert ("changed", "beside $ref") in about(old)
    new = compiled(tmp_path, schema, shared=shared, version="3.1.0")
    assert says(new, {"a": "x"}) == (False, False)
    assert says(new, {"a": "too long"}) == (False, False)
    assert says(new, {"a": "good"}) == (True, True)


def test_parts_that_hold_together_are_merged_before_they_are_closed(tmp_path: Path) -> None:
    shared = {
        "Size": member({"type": "object", "properties": {"x": {"type": "integer"}}}),
        "Depth": member({"type": "object", "properties": {"y": {"type": "integer"}}}),
    }
    operation = compiled(
        tmp_path, {"allOf": [ref("Size"), ref("Depth"), {"required": ["a"]}]}, shared=shared
    )
    assert says(operation, {"a": {"x": 1, "y": 2}}) == (True, True)
    assert says(operation, {"a": {"x": 1, "z": 2}}) == (True, False)
    assert says(operation, {"a": {"x": "1"}}) == (False, False)
    assert says(operation, {}) == (False, False)
    assert list(declared(operation.closed["properties"]["a"], {})) == ["x", "y"]


def test_what_one_part_shuts_the_others_cannot_open(tmp_path: Path) -> None:
    shut = {"properties": {"a": {}}, "additionalProperties": False}
    operation = compiled(tmp_path, {"allOf": [shut, {"properties": {"a": {}, "b": {}}}]})
    assert operation.keys == ("a",)
    assert says(operation, {"b": 1}) == (False, False)
    assert ("changed", "additionalProperties") in about(operation)


def test_clashing_limits_hold_together_with_what_belongs_to_them(tmp_path: Path) -> None:
    parts = [{"minimum": 5}, {"minimum": 1, "exclusiveMinimum": True}, {"type": ["integer"]}]
    operation = compiled(tmp_path, member({"allOf": [{"type": "number"}, *parts]}))
    assert says(operation, {"a": 5}) == (True, True)
    assert says(operation, {"a": 4}) == (False, False)


def test_what_only_answers_have_is_refused_and_not_required(tmp_path: Path) -> None:
    shared = {
        "Base": {
            "properties": {"id": ref("Id"), "name": {"type": "string"}},
            "required": ["id", "name"],
        },
        "Id": {"type": "string", "readOnly": True},
        "Secret": {"type": "string", "writeOnly": True},
    }
    schema = {"allOf": [ref("Base"), {"properties": {"pin": ref("Secret")}, "required": ["id"]}]}
    operation = compiled(tmp_path, schema, shared=shared)
    assert says(operation, {"name": "n", "pin": "1"}) == (True, True)
    assert says(operation, {"name": "n", "id": "1"}) == (True, False)
    assert operation.keys == ("name", "pin")
    assert ("hint", "readOnly") in about(operation)


def pets(mapping: bool = True, **extra: Any) -> Schema:
    """Return a base type and two that extend it."""
    told: Schema = {"propertyName": "kind"}
    if mapping:
        told["mapping"] = {"dog": "#/components/schemas/Dog", "cat": "Cat"}
    base = {"type": "object", "properties": {"kind": {"type": "string"}}, "discriminator": told}
    return {
        "Pet": base | extra,
        "Dog": {"allOf": [ref("Pet"), {"properties": {"bark": {"type": "integer"}}}]},
        "Cat": {"allOf": [ref("Pet"), {"properties": {"purr": {"type": "integer"}}}]},
    }


@pytest.mark.parametrize("mapping", [True, False])
def test_a_discriminator_selects_the_subtype_by_mapping_or_by_name(
    tmp_path: Path, mapping: bool
) -> None:
    operation = compiled(tmp_path, ref("Pet"), shared=pets(mapping))
    dog, cat = ("dog", "cat") if mapping else ("Dog", "Cat")
    assert says(operation, {"kind": dog, "bark": 1}) == (True, True)
    assert says(operation, {"kind": cat, "purr": 1}) == (True, True)
    assert says(operation, {"kind": cat, "bark": 1}) == (True, False)
    assert says(operation, {"kind": "fish"}) == (True, False)
    assert list(declared(operation.closed, {"kind": dog})) == ["kind", "bark"]
    assert len(select(operation.closed, {})) == (2 if mapping else 3)


def test_of_a_subtype_only_itself_and_what_extends_it_are_selected(tmp_path: Path) -> None:
    operation = compiled(tmp_path, ref("Dog"), shared=pets())
    assert says(operation, {"kind": "dog", "bark": 1}) == (True, True)
    assert says(operation, {"kind": "cat", "purr": 1}) == (True, False)


def test_alternatives_that_refer_back_to_their_base_do_not_refuse_themselves(
    tmp_path: Path,
) -> None:
    shared = pets(oneOf=[ref("Dog"), ref("Cat")])
    operation = compiled(tmp_path, ref("Dog"), shared=shared)
    assert says(operation, {"kind": "dog", "bark": 1}) == (True, True)


def test_a_subtype_that_its_own_member_excludes_is_told(tmp_path: Path) -> None:
    shared = pets(properties={"kind": {"type": "string", "enum": ["dog"]}})
    operation = compiled(tmp_path, ref("Pet"), shared=shared)
    assert says(operation, {"kind": "cat", "purr": 1}) == (False, False)
    sentences = [note.sentence for note in operation.notes]
    assert "kind cannot be cat: its subtype is never reached" in sentences


def test_two_groups_of_alternatives_multiply(tmp_path: Path) -> None:
    def group(*names: str) -> list[Schema]:
        return [{"properties": {name: {}}, "required": [name]} for name in names]

    operation = compiled(tmp_path, {"oneOf": group("a", "b"), "anyOf": group("c", "d")})
    assert says(operation, {"a": 1, "d": 1}) == (True, True)
    assert says(operation, {"a": 1, "d": 1, "x": 1}) == (True, False)
    assert says(operation, {"a": 1}) == (False, False)
    assert set(declared(operation.closed, {})) == {"a", "b", "c", "d"}


def test_members_under_conditions_are_known(tmp_path: Path) -> None:
    schema = {
        "properties": {"way": {"enum": ["mail", "shop"]}},
        "if": {"properties": {"way": {"const": "mail"}}, "required": ["way"]},
        "then": {"properties": {"street": {"type": "string"}}, "required": ["street"]},
        "dependentSchemas": {"gift": {"properties": {"note": {"type": "string"}}}},
        "unevaluatedProperties": False,
    }
    operation = compiled(tmp_path, schema, version="3.1.0")
    assert says(operation, {"way": "mail", "street": "s"}) == (True, True)
    assert says(operation, {"way": "mail", "street": 5}) == (False, False)
    assert says(operation, {"way": "mail"}) == (False, False)
    assert says(operation, {"way": "shop", "road": "s"}) == (False, False)


def test_members_by_pattern_are_known_and_closed(tmp_path: Path) -> None:
    schema = {
        "properties": {"a": {"type": "string"}},
        "patternProperties": {"^x-": {"properties": {"b": {}}}},
        "propertyNames": {"maxLength": 4},
    }
    operation = compiled(tmp_path, schema, version="3.1.0")
    assert says(operation, {"x-1": {"b": 1}}) == (True, True)
    assert says(operation, {"x-1": {"c": 1}}) == (True, False)
    assert says(operation, {"y": 1}) == (True, False)
    assert says(operation, {"x-long": {}}) == (False, False)


TREE = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "left": ref("Tree"),
        "more": {"type": "array", "items": {"allOf": [ref("Tree"), {"description": "child"}]}},
    },
}


def test_a_recursive_schema_is_checked_at_every_depth(tmp_path: Path) -> None:
    operation = compiled(tmp_path, ref("Tree"), shared={"Tree": TREE})

    def nested(leaf: Schema) -> Schema:
        for _ in range(5):
            leaf = {"name": "ab", "left": {"name": "ab", "more": [leaf]}}
        return leaf

    assert says(operation, nested({"name": "ab"})) == (True, True)
    assert says(operation, nested({"name": "a"})) == (False, False)
    assert says(operation, nested({"name": "ab", "nmae": 1})) == (True, False)


def test_references_of_a_recursive_schema_know_where_they_lead(tmp_path: Path) -> None:
    operation = compiled(tmp_path, ref("Tree"), shared={"Tree": TREE})
    left = operation.closed["properties"]["left"]
    assert isinstance(left, Reference)
    assert json.loads(json.dumps(left)) == {"$ref": "#/$defs/Tree"}
    assert list(declared(left, {})) == ["name", "left", "more"]
    assert resolve(left) is operation.closed["$defs"]["Tree"]
    tree = {"more": [{"left": {"left": {}, "name": "cc"}, "name": "bb"}], "name": "aa"}
    assert list(order_keys(operation, tree)["more"][0]["left"]) == ["name", "left"]
    assert operation.origins["/$defs/Tree/properties/name"] == (
        "/components/schemas/Tree/properties/name"
    )


def test_a_small_document_that_is_not_recursive_has_no_references(tmp_path: Path) -> None:
    shared = {"A": member(ref("B")), "B": {"type": "string"}}
    operation = compiled(tmp_path, member(ref("A")), shared=shared)
    assert "$ref" not in json.dumps([operation.schema, operation.closed])


def test_what_would_double_at_each_level_keeps_its_references(tmp_path: Path) -> None:
    shared = {
        f"L{n}": {"properties": {"a": ref(f"L{n + 1}"), "b": ref(f"L{n + 1}")}} for n in range(30)
    }
    operation = compiled(tmp_path, ref("L0"), shared=shared | {"L30": {"type": "integer"}})
    assert len(json.dumps([operation.schema, operation.closed])) < 20_000
    value: Any = "deep"
    for _ in range(30):
        value = {"b": value}
    assert says(operation, value) == (False, False)


def test_a_long_chain_of_parts_is_compiled(tmp_path: Path) -> None:
    shared = {f"L{n}": {"allOf": [ref(f"L{n + 1}")]} for n in range(60)}
    operation = compiled(tmp_path, ref("L0"), shared=shared | {"L60": member({"type": "string"})})
    assert says(operation, {"a": "x"}) == (True, True)
    assert says(operation, {"a": 1}) == (False, False)
    assert says(operation, {"b": 1}) == (True, False)


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf", "not"])
def test_a_schema_that_is_its_own_part_does_not_hang(tmp_path: Path, word: str) -> None:
    loop: Schema = {"properties": {"a": {"type": "string"}}}
    loop |= {"not": ref("Loop")} if word == "not" else {word: [ref("Loop"), {}]}
    operation = compiled(tmp_path, ref("Loop"), shared={"Loop": loop})
    says(operation, {"a": "x"})
    assert any("itself" in note.sentence for note in operation.notes)


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"type": "strin"}, "type"),
        ({"type": "string", "maxLength": "5"}, "maxLength"),
        ({"type": "string", "maxLength": -1}, "maxLength"),
        ({"required": True}, "required"),
        ({"enum": "abc"}, "enum"),
        ({"multipleOf": 0}, "multipleOf"),
        ({"properties": []}, "properties"),
        ({"allOf": {}}, "allOf"),
        ({"items": [{}]}, "items"),
        ({"type": "string", "pattern": "("}, "pattern"),
        ({"discriminator": "kind"}, "discriminator"),
    ],
)
def test_a_broken_word_is_left_out_and_noted(tmp_path: Path, schema: Schema, word: str) -> None:
    operation = compiled(tmp_path, member(schema))
    says(operation, {"a": "anything"})
    [note] = [note for note in operation.notes if note.effect == "lost"]
    assert note.about == word
    assert note.where.startswith("/paths/~1parcels/post/requestBody/content/application~1json")


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (r"^\d+$", "12", "1\u0662"),
        (r"^a$", "a", "a\n"),
        (r"^\w+$", "ab", "\u00e9"),
        (r"\A\d+\Z", "12", "12\n"),
        (r"^(?=.*\d).+$", "a1", "aa"),
        (r"^(a|b)\1$", "bb", "ba"),
        (r"^(?<x>a|b)\k<x>$", "bb", "ba"),
        (r"^\p{L}+$", "\u00e9", "1"),
        (r"^[\w-x]+$", "a-", "+"),
        (r"^[^]$", "\n", ""),
        (r"^\uD83D\uDE00$", "\U0001f600", "x"),
        (r"^a{,2}$", "a{,2}", "aa"),
        (r"^[[:alpha:]]$", "a]", "b"),
        (r"^x{y}$", "x{y}", "xy"),
    ],
)
def test_patterns_mean_what_ecma_262_says(pattern: str, yes: str, no: str) -> None:
    text = translate_pattern(pattern).pattern
    assert text is not None
    for engine in (jsonschema_rs.Draft4Validator, jsonschema_rs.Draft202012Validator):
        compiled_pattern: Any = engine({"pattern": text})
        assert compiled_pattern.is_valid(yes)
        assert not compiled_pattern.is_valid(no)


def test_names_given_inside_a_document_can_be_referred_to(tmp_path: Path) -> None:
    shared = {
        "Code": {"$anchor": "code", "type": "integer"},
        "Name": {"$id": "https://parcels.example/name", "type": "string"},
    }
    schema = {
        "properties": {"a": {"$ref": "#code"}, "b": {"$ref": "https://parcels.example/name"}},
        "$defs": {"Own": {"type": "boolean"}},
    }
    operation = compiled(tmp_path, schema, shared=shared, version="3.1.0")
    assert says(operation, {"a": 1, "b": "x"}) == (True, True)
    assert says(operation, {"a": "1"}) == (False, False)
    assert says(operation, {"b": 1}) == (False, False)
