"""Laws of compiling: what is closed accepts no more, and 2020-12 says the same.

Documents are made up at random, small enough to be read when one breaks a law.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callforge_core.errors import CallforgeError
from callforge_core.spec import Operation, load_spec, order_keys, to_2020_12

Schema = dict[str, Any]

VERSIONS = ("3.0.3", "3.1.0")
NAMES = ("name", "size", "inner", "kind")
SHARED = {f"#/components/schemas/{name}": name for name in ("Box", "Shelf", "Cart")}
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
quick = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def made_up(rng: Random, modern: bool, depth: int = 2) -> Schema:
    """Return a schema object of OpenAPI 3.0, or of 3.1, that may refer to three shared ones."""
    if depth == 0 or rng.random() < 0.3:
        return dict(rng.choice(leaves(modern)))
    words = ["properties", "properties", "required", "additionalProperties", "items", "not"]
    words += LISTS[:3]
    if modern:
        words += ["patternProperties", "unevaluatedProperties", "if", "then", "else", "$ref"]
        words += ["dependentSchemas", "prefixItems", "const"]
    schema: Schema = {}
    for word in rng.sample(words, rng.randint(1, 3)):
        schema[word] = value_of(word, rng, modern, depth - 1)
    return schema


def leaves(modern: bool) -> list[Schema]:
    """Return schemas without others in them. (readOnly has no part in the law: whether a member

    is required may depend on alternatives, and only the closed reading looks through them.)
    """
    return [
        {"type": "string"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "integer", "minimum": 1, "exclusiveMinimum": 1 if modern else True},
        {"type": "integer", "format": "int32"},
        {"type": ["string", "null"]} if modern else {"type": "string", "nullable": True},
        {},
        *({"$ref": ref} for ref in SHARED),
    ]


def value_of(word: str, rng: Random, modern: bool, depth: int) -> Any:
    """Return a value for a word of a schema."""
    if word in ("properties", "dependentSchemas"):
        names = rng.sample(NAMES, rng.randint(1, 3))
        return {name: made_up(rng, modern, depth) for name in names}
    if word == "patternProperties":
        return {rng.choice(["^n", "e$"]): made_up(rng, modern, depth)}
    if word in LISTS:
        return [made_up(rng, modern, depth) for _ in range(rng.randint(1, 3))]
    if word == "required":
        return rng.sample(NAMES, rng.randint(1, 2))
    if word == "const":
        return rng.choice(["a", 5, None])
    if word == "$ref":
        return rng.choice(list(SHARED))
    if word.endswith("Properties") and rng.random() < 0.6:
        return rng.random() < 0.4
    return made_up(rng, modern, depth)


def payload(rng: Random, depth: int = 2) -> Any:
    """Return a value of names that the schemas know, and one that they do not."""
    if depth == 0 or (rng.random() < 0.3 and depth < 2):
        return rng.choice(["a", "a", "b", 2, 5, 2**31, None, True])
    if depth < 2 and rng.random() < 0.2:
        return [payload(rng, depth - 1) for _ in range(rng.randint(0, 2))]
    names = rng.sample((*NAMES, "extra"), rng.randint(0, 3))
    return {name: payload(rng, depth - 1) for name in names}


def compile_random(tmp_path: Path, version: str, rng: Random) -> Operation | None:
    """Return the operation of a made-up document; None when it is refused, saying why."""
    modern = version == "3.1.0"
    body = {"properties": value_of("properties", rng, modern, 2)} | made_up(rng, modern)
    content = {"content": {"application/json": {"schema": body}}}
    document = {
        "openapi": version,
        "info": {"title": "Made up", "version": "1"},
        "paths": {"/x": {"post": {"operationId": "store", "requestBody": content}}},
        "components": {"schemas": {name: made_up(rng, modern) for name in SHARED.values()}},
    }
    path = tmp_path / "made_up.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        return load_spec(path).operation("store")
    except CallforgeError as exc:
        assert "\n" not in str(exc)
        return None


def engine(operation: Operation, schema: Schema) -> Any:
    made: Any = (
        jsonschema_rs.Draft4Validator
        if operation.dialect == "draft4"
        else jsonschema_rs.Draft202012Validator
    )
    return made(schema, validate_formats=True)


@pytest.mark.parametrize("version", VERSIONS)
@quick
@given(seed=st.integers(0, 2**32))
def test_what_is_closed_never_accepts_more_than_what_is_published(
    version: str, tmp_path: Path, seed: int
) -> None:
    rng = Random(seed)
    operation = compile_random(tmp_path, version, rng)
    if operation is None or any("itself" in note.sentence for note in operation.notes):
        return  # a schema that is said to be its own opposite says nothing; it is noted
    published, closed = engine(operation, operation.schema), engine(operation, operation.closed)
    for value in (payload(rng) for _ in range(12)):
        assert published.is_valid(value) or not closed.is_valid(value), value
        assert order_keys(operation, value) == value


@pytest.mark.parametrize("version", VERSIONS)
@quick
@given(seed=st.integers(0, 2**32))
def test_the_translation_to_2020_12_says_the_same_to_another_engine(
    version: str, tmp_path: Path, seed: int
) -> None:
    rng = Random(seed)
    operation = compile_random(tmp_path, version, rng)
    if operation is None:
        return
    for shut, schema in ((False, operation.schema), (True, operation.closed)):
        translated = to_2020_12(operation, closed=shut)
        jsonschema.Draft202012Validator.check_schema(translated)
        other, ours = jsonschema.Draft202012Validator(translated), engine(operation, schema)
        for value in (payload(rng) for _ in range(6)):
            assert ours.is_valid(value) == other.is_valid(value), value


def test_the_made_up_documents_have_the_power_to_break_a_law(tmp_path: Path) -> None:
    rng = Random(3)
    seen = set()
    for version in VERSIONS:
        for _ in range(40):
            operation = compile_random(tmp_path, version, rng)
            for value in [payload(rng) for _ in range(8)] if operation else []:
                assert operation is not None
                published = engine(operation, operation.schema).is_valid(value)
                closed = engine(operation, operation.closed).is_valid(value)
                seen.add((version, published, closed))
    assert len(seen) == 6
