"""Laws of compiling: what is closed accepts no more, and 2020-12 says the same.

Documents are made up at random, small enough to be read when one breaks a law.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callforge_core.errors import CallforgeError
from callforge_core.spec import Operation, load_spec, order_keys, to_2020_12

NAMES = ("name", "size", "inner", "kind")
SHARED = {f"#/components/schemas/{name}": name for name in ("Box", "Shelf", "Cart")}
quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def schemas(modern: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Schema objects of OpenAPI 3.0, or of 3.1, that may refer to three shared ones."""
    leaves = st.sampled_from(
        [
            {"type": "string"},
            {"type": "string", "enum": ["a", "b"]},
            {"type": "integer", "minimum": 1, "exclusiveMinimum": 1 if modern else True},
            {"type": "integer", "format": "int32"},
            {"type": "string", "readOnly": True},
            {},
            {"type": ["string", "null"]} if modern else {"type": "string", "nullable": True},
            *({"$ref": ref} for ref in SHARED),
        ]
    )
    return st.recursive(leaves, lambda inner: objects(inner, modern), max_leaves=8)


def objects(inner: st.SearchStrategy[Any], modern: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Schema objects around others."""
    several = st.lists(inner, min_size=1, max_size=3)
    words: dict[str, Any] = {
        "properties": st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=3),
        "required": st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
        "additionalProperties": st.one_of(st.booleans(), inner),
        "items": inner,
        "allOf": several,
        "anyOf": several,
        "oneOf": several,
        "not": inner,
    }
    if modern:
        words |= {
            "patternProperties": st.dictionaries(st.sampled_from(["^n", "e$"]), inner, max_size=1),
            "unevaluatedProperties": st.booleans(),
            "if": inner,
            "then": inner,
            "else": inner,
            "dependentSchemas": st.dictionaries(st.sampled_from(NAMES), inner, max_size=1),
            "prefixItems": several,
            "$ref": st.sampled_from(sorted(SHARED)),
            "const": st.sampled_from(["a", 5, None]),
        }
    return st.fixed_dictionaries({}, optional=words).filter(lambda schema: len(schema) <= 5)


parts = st.recursive(
    st.sampled_from(["a", "a", "b", 2, 5, 2**31, None, True]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from((*NAMES, "extra")), inner, max_size=3),
    ),
    max_leaves=4,
)
values = st.dictionaries(st.sampled_from((*NAMES, "extra")), parts, max_size=3)


def bodies(modern: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A body, and the three schemas that may be shared."""
    inner = schemas(modern)
    members = st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=3)
    words = {"properties": members, "additionalProperties": st.booleans()}
    words |= {key: st.lists(inner, min_size=1, max_size=2) for key in ("allOf", "oneOf", "anyOf")}
    body = st.fixed_dictionaries({}, optional=words)
    return st.tuples(body, body, inner, inner).map(list)


BODIES = {"3.0.3": bodies(modern=False), "3.1.0": bodies(modern=True)}


def compile_random(tmp_path: Path, version: str, drawn: list[dict[str, Any]]) -> Operation | None:
    """Return the operation of a made-up document; None when it is refused, saying why."""
    content = {"content": {"application/json": {"schema": drawn[0]}}}
    document = {
        "openapi": version,
        "info": {"title": "Made up", "version": "1"},
        "paths": {"/x": {"post": {"operationId": "store", "requestBody": content}}},
        "components": {"schemas": dict(zip(SHARED.values(), drawn[1:], strict=True))},
    }
    path = tmp_path / "made_up.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        return load_spec(path).operation("store")
    except CallforgeError as exc:
        assert "\n" not in str(exc)
        return None


def engine(operation: Operation, schema: dict[str, Any]) -> Any:
    made: Any = (
        jsonschema_rs.Draft4Validator
        if operation.dialect == "draft4"
        else jsonschema_rs.Draft202012Validator
    )
    return made(schema, validate_formats=True)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@quick
@given(data=st.data())
def test_what_is_closed_never_accepts_more_than_what_is_published(
    version: str, tmp_path: Path, data: st.DataObject
) -> None:
    operation = compile_random(tmp_path, version, data.draw(BODIES[version]))
    if operation is None:
        return
    published, closed = engine(operation, operation.schema), engine(operation, operation.closed)
    for value in data.draw(st.lists(values, min_size=5, max_size=12)):
        assert published.is_valid(value) or not closed.is_valid(value), value
        order_keys(operation, value) if isinstance(value, dict) else None


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@quick
@given(data=st.data())
def test_the_translation_to_2020_12_says_the_same_to_another_engine(
    version: str, tmp_path: Path, data: st.DataObject
) -> None:
    operation = compile_random(tmp_path, version, data.draw(BODIES[version]))
    if operation is None:
        return
    for shut, schema in ((False, operation.schema), (True, operation.closed)):
        translated = to_2020_12(operation, closed=shut)
        jsonschema.Draft202012Validator.check_schema(translated)
        other = jsonschema.Draft202012Validator(translated)
        ours = engine(operation, schema)
        for value in data.draw(st.lists(values, min_size=4, max_size=8)):
            assert ours.is_valid(value) == other.is_valid(value), value
