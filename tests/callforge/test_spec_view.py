"""An operation explained to a person, and examples that the validator accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callforge.spec_documented import find_examples
from callforge.spec_examples import build_example, first_error
from callforge.spec_fields import iter_fields
from callforge.spec_list import list_specs, render_list
from callforge.spec_releases import compare_releases
from callforge.spec_show import render_explained
from callforge.spec_texts import iter_matches, longest_match
from callforge.spec_view import explain, gather_fields, render_schema
from callforge.spec_words import class_gloss, in_words
from callforge_core.errors import CallforgeError
from callforge_core.spec import load_spec
from datasets_src.bundled import catalogue_path, releases, spec_path
from validators.catalogue import load_catalogue
from validators.payload import Validator

SHOP = """
openapi: 3.1.0
info: {title: Pet Shop, version: 2.0.0}
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
        - {name: tag, in: query, required: true, description: One of ours., schema: {type: string}}
    post:
      operationId: createPet
      summary: Add a pet
      description: The shop keeps it.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Pet'}
            examples:
              good: {value: {kind: dog, name: Rex, barks: true}}
              bad: {value: {kind: dog, name: 3}}
  /odd:
    post:
      operationId: sendOdd
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [when]
              minProperties: 2
              properties:
                id: {type: integer, readOnly: true}
                when: {type: string, format: date-time}
                price: {type: number, exclusiveMinimum: 0, multipleOf: 0.5}
                even: {type: integer, minimum: 3, multipleOf: 2}
                note: {type: [string, 'null'], maxLength: 5, default: none}
                code: {type: string, pattern: '^(?=.*[0-9])[A-Z]{3}-[0-9]{4}$'}
                either: {oneOf: [{type: string, minLength: 30}, {type: integer, maximum: -5}]}
                labels: {type: object, additionalProperties: {enum: [a, b]}, minProperties: 2}
                pair: {type: array, prefixItems: [{type: string}, {type: integer}], minItems: 2,
                       items: false}
                tags: {type: array, minItems: 2, uniqueItems: true, items: {enum: [x, y, z]}}
              oneOf: [{required: [price]}, {required: [even]}]
  /list:
    post:
      operationId: sendList
      requestBody:
        content: {application/json: {schema: {type: array, minItems: 2, items: {type: integer}}}}
  /impossible:
    post:
      operationId: sendImpossible
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [a]
              properties: {a: {type: integer, minimum: 5, maximum: 4}}
components:
  schemas:
    Pet:
      type: object
      required: [kind]
      properties: {kind: {type: string}}
      discriminator:
        propertyName: kind
        mapping: {dog: '#/components/schemas/Dog', cat: '#/components/schemas/Cat'}
    Base:
      type: object
      required: [kind, name]
      properties:
        kind: {type: string}
        name: {type: string, minLength: 2, description: What it listens to., example: Rex}
    Dog:
      allOf:
        - $ref: '#/components/schemas/Base'
        - {type: object, required: [barks], properties: {barks: {type: boolean}}}
    Cat:
      allOf:
        - $ref: '#/components/schemas/Base'
        - {type: object, properties: {lives: {type: integer, minimum: 1, maximum: 9}}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A foreign definition with a bit of everything."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    return file


def bundled_bodies() -> list[tuple[str, str, str]]:
    """Return every bundled operation that takes a body."""
    return [
        (api, release, name)
        for api, release in releases()
        for name, operation in load_spec(spec_path(api, release)).operations.items()
        if operation.media_type
    ]


@pytest.mark.parametrize(("api", "release", "name"), bundled_bodies())
def test_both_examples_of_every_bundled_operation_are_valid(
    api: str, release: str, name: str
) -> None:
    explained = explain(name, api=api, release=release)
    validator = Validator(explained.operation, load_catalogue(catalogue_path()))
    for built in (explained.minimal, explained.full):
        assert built.problem == ""
        assert first_error(validator, built.payload) is None
    assert all(why == "" for _, why in explained.documented)


def test_the_minimal_example_has_what_is_required_and_the_full_one_every_usable_member() -> None:
    explained = explain("createSession")
    assert list(explained.minimal.payload) == ["applicationServer", "qosProfile", "duration"]
    full = explained.full.payload
    assert tuple(full) == explained.operation.keys
    assert "networkAccessIdentifier" not in full["device"]  # reserved: R10 refuses it
    assert full["sinkCredential"]["credentialType"] == "ACCESSTOKEN"  # R4a refuses the others
    addresses = full["device"]["ipv4Address"]
    assert addresses["publicAddress"] != addresses["privateAddress"]


def test_examples_are_the_same_every_time() -> None:
    operation = load_spec(spec_path()).operation("createSession")
    validator = Validator(operation, load_catalogue(catalogue_path()))
    built = [build_example(validator, full=True, known={}, names=["QOS_E"]) for _ in range(2)]
    assert built[0] == built[1]
    assert built[0].problem == ""


def test_an_example_keeps_odd_limits_of_a_foreign_document(shop: Path) -> None:
    explained = explain("sendOdd", spec=shop)
    assert len(explained.minimal.payload) == 2  # minProperties
    full = explained.full.payload
    assert ("price" in full) != ("even" in full)  # exactly one of the two
    assert "id" not in full  # readOnly
    assert full["pair"] == ["text", 1]
    assert len(set(full["tags"])) == 2
    assert len(full["labels"]) == 2
    assert explained.full.problem == ""


def test_a_list_as_body_gets_an_example(shop: Path) -> None:
    assert explain("sendList", spec=shop).minimal.payload == [1, 0]


def test_a_body_that_nothing_satisfies_is_said_to_have_no_example(shop: Path) -> None:
    explained = explain("sendImpossible", spec=shop)
    assert "$.a" in explained.minimal.problem
    assert "none could be built" in render_explained(explained, 80)


def test_examples_of_the_document_are_judged_and_their_values_used(shop: Path) -> None:
    explained = explain("createPet", spec=shop)
    told = dict(explained.documented)
    assert told["good"] == ""
    assert told["bad"]
    assert explained.minimal.payload["name"] == "Rex"
    operation = load_spec(shop).operation("createPet")
    assert find_examples(shop, operation).values[("name",)] == ["Rex", "Rex"]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", ["createSession", "getSession", "extendQosSessionDuration"])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    lines = render_explained(explain(name), width).splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_the_explanation_says_fields_limits_branches_rules_and_profiles() -> None:
    text = " ".join(render_explained(explain("createSession"), 120).split())
    for said in (
        "createSession POST /sessions",
        "* applicationServer object, at least 1 member",
        "matches ^\\+[1-9][0-9]{4,14}$ (E.164 phone number)",
        "one of: publicAddress + privateAddress, or publicAddress + publicPort",
        "if credentialType is ACCESSTOKEN",
        "1 to 2147483647",
        "R2 A port range",
        "QOS_E at least 1 s: ultra-low-latency",
        "A minimal valid body",
    ):
        assert said in text, said


def test_a_catalogue_with_limits_shows_them() -> None:
    text = render_explained(explain("createSession", catalogue="camara-reference"), 120)
    assert "1 to 86400 s" in text


def test_an_operation_without_profiles_shows_none() -> None:
    assert explain("extendQosSessionDuration").catalogue is None


def test_parameters_are_explained_with_their_own_words(shop: Path) -> None:
    text = render_explained(explain("listPets", spec=shop), 80)
    assert "limit (query)  integer, 1 to 100, default 20" in text
    assert "* tag (query)" in text
    assert "One of ours." in text
    assert "No JSON request body" in text


def test_a_read_only_member_is_told(shop: Path) -> None:
    assert "'id' is readOnly" in render_explained(explain("sendOdd", spec=shop), 120)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, "integer, 1 to 9"),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, "integer, above 1"),
        ({"type": "number", "exclusiveMaximum": 3}, "number, below 3"),
        ({"type": "integer", "maximum": 3, "multipleOf": 2}, "integer, at most 3, a multiple of 2"),
        ({"type": "string", "minLength": 1}, "string, at least 1 character"),
        ({"type": "string", "maxLength": 5}, "string, at most 5 characters"),
        ({"type": ["string", "null"], "default": "x"}, "string or null, default x"),
        ({"enum": ["a", 1, None]}, "value, one of a | 1 | null"),
        ({"const": True}, "value, always true"),
        ({"type": "array", "items": {"type": "string", "format": "uuid"}, "uniqueItems": True},
         "list of strings, no item twice, each UUID"),
        ({"type": "array", "prefixItems": [{"type": "string"}], "items": False},
         "list (string, then no more)"),
        ({"type": "object"}, "object, free-form"),
        ({"type": "object", "additionalProperties": False}, "object, no members"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]},
         "string or integer, one of 2 forms"),
        ({"type": "object", "dependentRequired": {"a": ["b"]}}, "object, free-form, a needs b"),
        ({"not": {"required": ["a", "b"]}}, "anything, without a + b"),
        ({}, "anything"),
    ],
)  # fmt: skip
def test_a_schema_is_put_into_words(schema: dict[str, Any], words: str) -> None:
    said = in_words(schema, schema)
    assert sorted(said.split(", ")) == sorted(words.split(", "))


@pytest.mark.parametrize(
    ("pattern", "gloss"),
    [
        ("^[a-zA-Z0-9_.-]+$", "letters, digits, _ . -"),
        ("^[A-Z]{3}$", "capitals; 3 of them"),
        ("^[a-z]{2,}$", "small letters; 2 or more of them"),
        (r"^[\d]$", "digits, one of them"),
        ("^[^a]+$", ""),
        (r"^[\w]+$", ""),
        ("^[a-f]+$", ""),
    ],
)
def test_a_pattern_of_one_set_is_put_into_words(pattern: str, gloss: str) -> None:
    assert class_gloss(pattern) == gloss


def test_a_type_that_contains_itself_ends() -> None:
    tree = {
        "type": "object",
        "properties": {"left": {"$ref": "#/$defs/Tree"}},
        "$defs": {"Tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}}},
    }
    fields = list(iter_fields(tree, tree))
    assert any("contains itself" in field.words for field in fields)
    assert len(fields) < 6


@pytest.mark.parametrize(
    "pattern",
    ["^a{2,4}$", r"^\+[1-9][0-9]{4,14}$", "^(cat|dog)-[^0-9]$", r"^(a)(b)?\1\s\W$", "^x.y$", ""],
)
def test_texts_built_from_a_pattern_match_it(pattern: str) -> None:
    import re

    texts = list(iter_matches(pattern))
    assert texts
    assert all(re.search(pattern, text) for text in texts)


def test_a_pattern_nobody_can_read_gives_no_text() -> None:
    assert list(iter_matches(r"^\p{L}+$")) == []
    assert list(iter_matches("(")) == []


def test_the_longest_text_of_a_pattern_is_known_only_when_both_ends_are_fixed() -> None:
    assert longest_match("^a{1,5}$") == 5
    assert longest_match("^a{1,5}") == float("inf")
    assert longest_match("^a+$") == float("inf")
    assert longest_match("^a|b$") == float("inf")


def test_the_schema_is_printed_in_2020_12(shop: Path) -> None:
    text = render_schema(explain("sendOdd", spec=shop))
    assert '"$schema": "https://json-schema.org/draft/2020-12/schema"' in text
    with pytest.raises(CallforgeError, match="no JSON request body"):
        render_schema(explain("listPets", spec=shop))


def test_all_bundled_apis_are_listed_with_their_releases_and_the_default_one() -> None:
    text = render_list(list_specs(None, None, None))
    assert "quality-on-demand  4 releases: 0.11.1, 1.0.0, 1.1.0 (default), 1.2.0-rc" in text
    assert "createQosAssignment" in text
    assert text.count("createSession ") == 1


def test_a_choice_leaves_only_its_definitions() -> None:
    only = list_specs("quality-on-demand", "1.2.0-rc", None)
    assert [(each.api, each.release, each.default) for each in only] == [
        ("quality-on-demand", "1.2.0-rc", False)
    ]
    with pytest.raises(CallforgeError, match=r"did you mean '1\.1\.0'"):
        list_specs(None, "1.1", None)


def test_a_foreign_definition_is_listed(shop: Path) -> None:
    (listed,) = list_specs(None, None, shop)
    assert [each["body"] for each in listed.to_json()["operations"]][:2] == [
        None, "application/json",
    ]  # fmt: skip
    assert "listPets" in render_list([listed])


def test_what_a_terminal_would_obey_is_written_out(tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text(SHOP.replace("Add a pet", '"Add \\e[31m a pet"'))
    file = file.rename(tmp_path / "odd.yaml")
    assert "Add \\u001b[31m a pet" in render_explained(explain("createPet", spec=file), 80)
    assert "\x1b" not in render_list(list_specs(None, None, file))


def test_types_that_all_contain_each_other_end(tmp_path: Path) -> None:
    types = {
        f"T{n}": {
            "type": "object",
            "properties": {f"p{m}": {"$ref": f"#/components/schemas/T{m}"} for m in range(6)},
        }
        for n in range(6)
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/T0"}}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Knot", "version": "1"},
        "paths": {"/t": {"post": {"operationId": "tie", "requestBody": body}}},
        "components": {"schemas": types},
    }
    file = tmp_path / "knot.json"
    file.write_text(json.dumps(document))
    schema = load_spec(file).operation("tie").closed
    assert gather_fields(schema)[-1].words.startswith("and more")
    assert compare_releases(str(file), str(file)).changes == ()
