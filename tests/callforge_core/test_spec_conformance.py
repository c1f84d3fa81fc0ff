"""The bundled definition against the official one: the same facts, other words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callforge_core.config import load_yaml
from callforge_core.spec import load_spec
from datasets_src.bundled import spec_path

REFERENCE = Path(__file__).resolve().parents[2] / ".." / "shared" / "camara"
OFFICIAL = REFERENCE / "r3.2" / "quality-on-demand.yaml"
WORDS = {"description", "title", "summary", "example", "examples"}

needs_reference = pytest.mark.skipif(
    not OFFICIAL.is_file(), reason="the official API definitions are not beside this checkout"
)


def facts(schema: Any) -> Any:
    """Return a schema without its words."""
    if isinstance(schema, dict):
        return {
            key: facts(value)
            for key, value in schema.items()
            if key not in WORDS or not isinstance(value, str)
        }
    return [facts(item) for item in schema] if isinstance(schema, list) else schema


def texts(node: Any) -> Iterator[str]:
    """Yield the descriptions and summaries of a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in WORDS and isinstance(value, str):
                yield " ".join(value.split())
            else:
                yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)


@needs_reference
def test_every_operation_says_the_same_as_the_official_one() -> None:
    ours, theirs = load_spec(spec_path()), load_spec(OFFICIAL)
    assert list(ours.operations) == list(theirs.operations)
    for name, operation in ours.operations.items():
        other = theirs.operation(name)
        assert (operation.method, operation.path) == (other.method, other.path)
        assert operation.keys == other.keys
        assert facts(operation.schema) == facts(other.schema), name
        assert facts(operation.closed) == facts(other.closed), name
        assert [(p.name, p.where, p.required, facts(p.schema)) for p in operation.parameters] == [
            (p.name, p.where, p.required, facts(p.schema)) for p in other.parameters
        ]


@needs_reference
def test_no_sentence_is_copied() -> None:
    ours, theirs = set(texts(load_yaml(spec_path()))), set(texts(load_yaml(OFFICIAL)))
    assert {text for text in ours & theirs if len(text.split()) > 2} == set()


@needs_reference
@pytest.mark.parametrize("path", sorted(REFERENCE.glob("r*/*.yaml")), ids=lambda path: path.stem)
def test_every_official_document_can_be_read(path: Path) -> None:
    spec = load_spec(path)
    assert spec.operations
    assert all(operation.keys for operation in spec.operations.values() if operation.closed)
