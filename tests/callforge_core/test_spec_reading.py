"""Reading definition files: YAML 1.2 and JSON as OpenAPI means them; hostile files are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callforge_core.errors import SpecError
from callforge_core.spec import load_spec
from callforge_core.spec_reading import MAX_NESTING, read_document


def read(tmp_path: Path, text: str | bytes, name: str = "api.yaml") -> Any:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", "on"),
        ("a: NO", "NO"),
        ("a: 2024-01-01", "2024-01-01"),
        ("a: 12:30", "12:30"),
        ("a: 0123", "0123"),
        ("a: 1_000", "1_000"),
        ("a: .inf", ".inf"),
        ("a: 0x1F", 31),
        ("a: 1e3", 1000.0),
        ("a: 12", 12),
        ("a: -0.5", -0.5),
        ("a: true", True),
        ("a: ~", None),
        ("a:", None),
        ('a: "5"', "5"),
        ("a: !!str 5", "5"),
    ],
)
def test_plain_words_mean_what_yaml_1_2_says(tmp_path: Path, text: str, value: object) -> None:
    found = read(tmp_path, text)["a"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    assert read(tmp_path, "200: a\non: b\n1.0: c\n~: d") == {
        "200": "a",
        "on": "b",
        "1.0": "c",
        "~": "d",
    }


def test_anchors_and_merges_are_followed_and_what_stands_there_wins(tmp_path: Path) -> None:
    text = "base: &base {a: 1, b: 2}\nmore:\n  <<: *base\n  b: 3\nsame: *base"
    found = read(tmp_path, text)
    assert found["more"] == {"a": 1, "b": 3}
    assert found["same"] == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' stands twice"),
        ("a: &x [*x]", "leads into itself"),
        ("a: !python/object:os.system {}", "has no meaning"),
        ("? [a]\n: 1", "cannot be a key"),
        ("a: 1\n---\nb: 2", "second document"),
        ("a: [1", "flow sequence"),
        ("[" * 5000, "nested deeper"),
        ("- " * 5000 + "a", "nested deeper"),
        ("a: " + "9" * 5000, "too large"),
        (b"\x00\x01\x02", "no text file"),
        (b"\xff\xfe\x80", "not UTF-8"),
    ],
)
def test_what_yaml_cannot_mean_is_refused_in_one_line(
    tmp_path: Path, text: str | bytes, words: str
) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"a": 1e999}', "too large"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"a": 1,}', "line 1 column"),
        ('{"a": ' * (MAX_NESTING + 2) + "1" + "}" * (MAX_NESTING + 2), "nested deeper"),
    ],
)
def test_json_is_read_strictly_too(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        read(tmp_path, text, "api.json")


def test_aliases_that_stand_for_billions_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(SpecError, match="aliases stand for"):
        read(tmp_path, "\n".join(lines))


def test_merges_that_stand_for_billions_cost_nothing(tmp_path: Path) -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 30)]
    assert read(tmp_path, "\n".join(lines))["a29"] == {"x": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no OpenAPI 3 document"),
        ("just words", "no OpenAPI 3 document"),
        ("swagger: '2.0'\ninfo: {}", "convert it"),
        ("openapi: 4.0.0\ninfo: {}\npaths: {}", "no OpenAPI 3 document"),
        ("openapi: 3.0.3\ninfo: {}\ncomponents: {}", "has no 'info' or no 'paths'"),
        ("openapi: 3.1.0\ninfo: {}", "has no 'info'"),
        ("openapi: 3.1.0\npaths: {}", "has no 'info'"),
    ],
)
def test_other_documents_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(SpecError, match=words):
        load_spec(path)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="does not exist"):
        load_spec(tmp_path / "nobody.yaml")


@pytest.mark.parametrize("key", ["components", "webhooks"])
def test_openapi_3_1_may_have_no_paths(tmp_path: Path, key: str) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(f"openapi: 3.1.0\ninfo: {{title: Empty, version: '1'}}\n{key}: {{}}")
    assert not load_spec(path).operations


@pytest.mark.parametrize(
    "ref",
    [
        "#/components/schemas/a~1b~0c%20d",
        "#/components/schemas/a~1b~0c d",
        "parts.yaml#/list/1",
        "./parts.yaml#/list/1",
        "more%20parts.yaml",
    ],
)
def test_references_are_unescaped_and_followed_across_files(tmp_path: Path, ref: str) -> None:
    (tmp_path / "parts.yaml").write_text(
        "list: [{}, {$ref: 'api.yaml#/components/schemas/a~1b~0c d'}]"
    )
    (tmp_path / "more parts.yaml").write_text("{$ref: 'parts.yaml#/list/1'}")
    assert accepted_type(tmp_path, ref) == "integer"


def test_a_negative_index_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "parts.yaml").write_text("list: [{}]")
    with pytest.raises(SpecError, match="does not exist"):
        accepted_type(tmp_path, "parts.yaml#/list/-1")


def accepted_type(tmp_path: Path, ref: str) -> Any:
    """Return the type of a body that is a reference."""
    body = {"content": {"application/json": {"schema": {"$ref": ref}}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {"/x": {"post": {"operationId": "store", "requestBody": body}}},
        "components": {"schemas": {"a/b~c d": {"type": "integer"}}},
    }
    path = tmp_path / "api.yaml"
    path.write_text(json.dumps(document))
    return load_spec(path).operation("store").schema["type"]
