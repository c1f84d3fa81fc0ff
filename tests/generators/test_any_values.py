"""Single values of a schema: patterns, numbers, formats, hostile keywords."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import SpecError
from callforge_core.seeding import stream
from callforge_core.spec import Operation
from generators.schema_values import CannotDraw, Draft, Sampler
from generators.schema_values_patterns import draw_match
from generators.schema_values_texts import FORMATS

OPERATION = Operation(
    api="x", release="1", operation_id="x", method="post", path="/x", summary="", dialect="2020-12"
)
PATTERNS = [
    r"^[A-Z]{3}-\d{5}$",
    r"^\+[1-9][0-9]{4,14}$",
    r"^(?:red|green|(?:dark|light)blue)$",
    r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$",
    r"^v?(\d+)\.(\d+)(?:-(alpha|beta)\.\d)?$",
    r"^(a|b)\1$",
    r"^[\w.-]{3,8}$",
    r"^\p{Lu}\p{Ll}+$",
    r"^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$",
    r"^(?=.*[0-9])[a-z0-9]{4,6}$",
    r"[0-9]{2}:[0-5][0-9]",
    r"^\u0041\x42[\]\\^-]$",
    r"^.{0,3}$",
]
SCHEMAS: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 7, "maximum": 7},
    {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 0.001},
    {"type": "number", "multipleOf": 0.01, "minimum": 19.9, "maximum": 20},
    {"type": "integer", "multipleOf": 7, "minimum": -30, "maximum": -20},
    {"type": "integer", "allOf": [{"multipleOf": 4}, {"multipleOf": 6}], "minimum": 100},
    {"type": "string", "minLength": 12, "maxLength": 12},
    {"type": "string", "maxLength": 1},
    {"type": "string", "pattern": "^[A-Z]+$", "minLength": 30, "maxLength": 32},
    {"type": "string", "not": {"enum": ["a", "b"]}, "enum": ["a", "b", "c"]},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    {"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}, "minContains": 2,
     "maxItems": 4},
    {"type": "array", "prefixItems": [{"const": "a"}, {"type": "null"}], "items": False,
     "minItems": 2},
    {"type": "object", "minProperties": 3, "additionalProperties": {"type": "boolean"}},
    {"type": "object", "patternProperties": {"^x-[a-z]{2}$": {"type": "integer"}},
     "additionalProperties": False, "minProperties": 2},
    {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
     "oneOf": [{"required": ["a"]}, {"required": ["b"]}], "additionalProperties": False},
    {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "maxProperties": 1,
     "not": {"required": ["a", "b"]}, "additionalProperties": False},
    {"type": "object", "properties": {"kind": {"enum": ["x", "y"]}, "n": {"type": "integer"}},
     "required": ["kind"], "additionalProperties": False,
     "if": {"properties": {"kind": {"const": "x"}}}, "then": {"required": ["n"]},
     "else": {"properties": {"n": {"not": {}}}}},
    {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
     "dependentSchemas": {"a": {"required": ["b"]}}, "additionalProperties": False},
    {"type": ["string", "null"], "format": "date"},
    {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
    {"const": {"deep": [1, {"x": None}]}},
    {"type": "object", "propertyNames": {"pattern": "^[A-Z]{2}[0-9]$"}, "minProperties": 1},
]  # fmt: skip


def draft(seed: int, share: float = 0.5) -> Draft:
    return Draft(rng=stream(seed, "test"), fold=seed % 10, share=share)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_drawn_from_a_pattern_match_it(pattern: str) -> None:
    sampler = Sampler(OPERATION, {"type": "string", "pattern": pattern})
    engine = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    texts = {sampler.draw(draft(seed)) for seed in range(60)}
    assert all(engine.is_valid(text) for text in texts)
    assert len(texts) > 1
    assert all(text.isprintable() for text in texts)


def test_most_texts_match_at_the_first_try() -> None:
    hits = [
        re.search(pattern, draw_match(pattern, stream(n, "x"))) is not None
        for pattern in PATTERNS[:7]
        for n in range(100)
    ]
    assert sum(hits) == len(hits)


@pytest.mark.parametrize("pattern", ["(a", "a)", "[", "(?>a)", "\\", "\\xZZ", "[^"])
def test_a_pattern_that_nobody_can_read_is_an_error_of_the_document(pattern: str) -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        draw_match(pattern, stream(0, "x"))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema)[:50])
def test_values_satisfy_unusual_schemas_for_two_engines(schema: dict[str, Any]) -> None:
    sampler = Sampler(OPERATION, schema)
    first = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    second = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for seed in range(80):
        value = sampler.draw(draft(seed, share=seed % 11 / 10))
        assert first.is_valid(value), value
        assert second.is_valid(value), value


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_formats_are_what_both_engines_take_them_for(name: str) -> None:
    schema = {"type": "string", "format": name}
    first = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    second = jsonschema.Draft202012Validator(schema, format_checker=checker)
    for seed in range(40):
        text = FORMATS[name](stream(seed, name), seed % 10)
        assert first.is_valid(text), text
        assert name.startswith("iri") or second.is_valid(text), text  # its parser takes seconds


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "string", "minLength": 5, "maxLength": 4},
        {"not": {}},
        {"type": "object", "required": ["a"], "properties": {"a": {"not": {}}}},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "array", "items": {"enum": [1]}, "uniqueItems": True, "minItems": 2},
    ],
    ids=str,
)
def test_a_schema_that_nothing_satisfies_says_so_soon(schema: dict[str, Any]) -> None:
    with pytest.raises(CannotDraw, match=r"^/"):
        Sampler(OPERATION, schema).draw(draft(0))


def test_an_optional_member_without_a_value_is_left_out_and_named() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 2, "maximum": 1},
              "b": {"type": "boolean"}}, "required": ["b"]}  # fmt: skip
    sampler = Sampler(OPERATION, schema)
    assert all(sampler.draw(draft(seed, share=1.0)).keys() == {"b"} for seed in range(5))
    assert list(sampler.left_out) == ["/a"]


@given(
    low=st.integers(-1000, 1000),
    width=st.integers(0, 500),
    step=st.sampled_from([None, 1, 3, 0.5, 0.25, 0.1, 0.01]),
    whole=st.booleans(),
)
def test_numbers_keep_their_limits_and_steps(
    low: int, width: int, step: float | None, whole: bool
) -> None:
    schema: dict[str, Any] = {"type": "integer" if whole else "number", "minimum": low}
    schema |= {"maximum": low + width} | ({"multipleOf": step} if step else {})
    sampler = Sampler(OPERATION, schema)
    try:
        value = sampler.draw(draft(low + width))
    except CannotDraw:
        assert step == 3 and width < 3  # no multiple of three in so short a range
        return
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(value)
    assert jsonschema.Draft202012Validator(schema).is_valid(value)
