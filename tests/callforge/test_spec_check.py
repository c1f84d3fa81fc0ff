"""Checking a document: operations, what is not compiled, broken examples; nothing crashes it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callforge.spec_check import SpecCheck, check_document, render_check
from callforge_core.errors import CallforgeError, SpecError
from callforge_core.spec import load_spec
from callforge_core.spec_reading import read_document
from datasets_src.bundled import spec_path

JUNK: tuple[Any, ...] = (
    None, True, -1, 1.5, "", "x", [], {}, [None], {"a": 1}, "#/", "(", 10**30, {"$ref": 5},
    {"$ref": "#"}, {"$ref": "#/components/schemas/Device"}, {"discriminator": 5},
    {"oneOf": [True, {"properties": {"a": False}}]}, ["string", "null"],
)  # fmt: skip
WORDS = (
    "allOf", "anyOf", "oneOf", "not", "items", "properties", "required", "enum", "type", "pattern",
    "format", "nullable", "readOnly", "discriminator", "additionalProperties", "exclusiveMinimum",
    "$ref", "if", "prefixItems", "patternProperties", "unevaluatedProperties", "example",
    "examples", "default", "parameters", "requestBody", "content", "schema",
)  # fmt: skip


def checked(tmp_path: Path, schema: Any, **operation: Any) -> SpecCheck:
    """Check a document whose only operation has `schema` as its body."""
    content = {"content": {"application/json": {"schema": schema}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Parcel Lockers", "version": "2.0"},
        "paths": {
            "/parcels": {"post": {"operationId": "store", "requestBody": content} | operation}
        },
    }
    path = tmp_path / "api.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return check_document(path)


def found(check: SpecCheck) -> set[tuple[str, str]]:
    return {(note.effect, note.about) for note in check.notes}


def test_the_bundled_document_is_compiled_and_its_examples_are_right() -> None:
    check = check_document(spec_path())
    assert check.ok
    assert [operation.operation_id for operation in check.operations][:2] == [
        "createSession",
        "getSession",
    ]
    assert check.examples > 10
    assert found(check) == {
        ("changed", "discriminator"),
        ("hint", "servers"),
        ("hint", "security"),
    }
    [note] = check.of("changed")
    assert note.where == "/components/schemas/SinkCredential/discriminator"


def test_a_clean_document_says_so(tmp_path: Path) -> None:
    check = checked(tmp_path, {"type": "object", "properties": {"a": {"type": "string"}}})
    assert (check.ok, check.notes) == (True, ())
    text = render_check(check)
    assert "store  POST /parcels  0 parameters  body application/json" in text
    assert text.endswith("Everything that can make a request wrong is compiled.")


def test_what_is_lost_makes_the_check_fail_and_says_where(tmp_path: Path) -> None:
    schema = {"properties": {"a": {"$ref": "#/nowhere"}, "b": {"pattern": "("}, "c": {"type": 5}}}
    check = checked(tmp_path, schema)
    assert not check.ok
    assert found(check) == {("lost", "$ref"), ("lost", "pattern"), ("lost", "type")}
    base = "/paths/~1parcels/post/requestBody/content/application~1json/schema/properties"
    assert [note.where for note in check.of("lost")] == [
        f"{base}/a",
        f"{base}/b/pattern",
        f"{base}/c/type",
    ]
    text = render_check(check)
    assert "Not compiled, so that verdicts are incomplete: 3" in text
    assert "Everything" not in text


def test_examples_and_defaults_are_held_against_their_own_schemas(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["size"],
        "properties": {"size": {"type": "integer", "default": "big", "example": 3}},
        "example": {"size": 2},
    }
    content = {
        "application/json": {
            "schema": schema,
            "examples": {"good": {"value": {"size": 1}}, "bad": {"value": {"size": "1"}}},
        }
    }
    parameter = {"name": "n", "in": "query", "schema": {"type": "integer"}, "example": "many"}
    check = checked(tmp_path, {}, requestBody={"content": content}, parameters=[parameter])
    assert check.ok
    assert check.examples == 6
    assert [note.where.rpartition("/post/")[2] for note in check.notes] == [
        "requestBody/content/application~1json/examples/bad/value",
        "requestBody/content/application~1json/schema/properties/size/default",
        "parameters/0/example",
    ]
    assert 'at /size "1" is not of type "integer"' in check.notes[0].sentence


def test_constructs_without_influence_are_listed(tmp_path: Path) -> None:
    schema = {"properties": {"a": {"type": "string", "format": "colour", "xml": {}, "typo": 1}}}
    check = checked(
        tmp_path,
        schema,
        callbacks={"done": {}},
        servers=[],
        security=[],
        responses={"200": {"links": {}}},
    )
    assert check.ok
    assert found(check) == {
        ("hint", "format colour"),
        ("hint", "xml"),
        ("hint", "unknown keyword"),
        ("hint", "callback"),
        ("hint", "servers"),
        ("hint", "security"),
        ("hint", "links"),
    }


def test_a_body_that_is_not_json_cannot_be_judged(tmp_path: Path) -> None:
    form = {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}
    check = checked(tmp_path, {}, requestBody=form)
    assert not check.ok
    assert found(check) == {("lost", "media type")}


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        (["text/plain", "application/merge-patch+json", "application/json"], "application/json"),
        (["application/x-ndjson", "application/vnd.a+json"], "application/vnd.a+json"),
        (["*/*"], "*/*"),
        (["application/json; charset=utf-8"], "application/json; charset=utf-8"),
        (["application/x-ndjson", "image/*"], None),
    ],
)
def test_plain_json_is_preferred_to_its_kin(
    tmp_path: Path, kinds: list[str], chosen: str | None
) -> None:
    body = {"content": {kind: {"schema": {"type": "object"}} for kind in kinds}}
    [operation] = checked(tmp_path, {}, requestBody=body).operations
    assert operation.media_type == chosen


def test_parameters_of_the_operation_replace_those_of_its_path(tmp_path: Path) -> None:
    document = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/p/{id}": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "n", "in": "query", "schema": {"type": "string"}},
                ],
                "get": {
                    "parameters": [
                        {"name": "n", "in": "query", "schema": {"type": "integer"}},
                        {"name": "q", "in": "query", "content": {"application/json": {}}},
                        {"name": "Authorization", "in": "header", "schema": {}},
                    ]
                },
            }
        },
    }
    path = tmp_path / "api.json"
    path.write_text(json.dumps(document))
    operation = load_spec(path).operation("get /p/{id}")
    found_ones = [(p.where, p.name, p.schema.get("type")) for p in operation.parameters]
    assert found_ones == [
        ("path", "id", "string"),
        ("query", "n", "integer"),
        ("query", "q", None),
    ]
    assert operation.parameters[2].media_type == "application/json"
    assert [note.about for note in operation.notes] == ["parameter"]


def test_two_operations_of_one_name_are_refused_with_both_places(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n"
        "paths: {/a: {get: {operationId: x}}, /b: {put: {operationId: x}}}"
    )
    with pytest.raises(SpecError, match="/paths/~1a/get and /paths/~1b/put"):
        check_document(path)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_a_damaged_document_compiles_or_is_refused_in_one_line(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(damage(read_document(spec_path()), Random(seed))))
    try:
        check = check_document(path)
        json.dumps(check.to_json())
        assert render_check(check)
        spec = load_spec(path)
        for name in spec.operations:
            spec.operation(name)
    except CallforgeError as exc:
        assert "\n" not in str(exc)


def damage(document: Any, rng: Random) -> Any:
    """Return a document with some nodes removed, replaced or given odd words."""
    document = copy.deepcopy(document)
    document["openapi"] = rng.choice(["3.0.3", "3.1.0"])
    for _ in range(rng.randint(1, 6)):
        places = list(iter_places(document))
        parent, key = rng.choice(places)
        way = rng.random()
        if way < 0.3:
            del parent[key]
        elif way < 0.6:
            parent[key] = copy.deepcopy(rng.choice(JUNK))
        else:
            objects = [owner for owner, _ in places if isinstance(owner, dict)]
            rng.choice(objects)[rng.choice(WORDS)] = copy.deepcopy(rng.choice(JUNK))
        if not isinstance(document, dict) or not document:
            break
    return document


def iter_places(root: Any) -> Any:
    """Yield every container of a document with each of its keys."""
    stack = [root]
    while stack:
        node = stack.pop()
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        for key in keys:
            yield node, key
            if isinstance(node[key], dict | list):
                stack.append(node[key])
