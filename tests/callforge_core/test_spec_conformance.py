"""The bundled definitions against the official ones: the same facts and verdicts, other words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from callforge_core.config import load_yaml
from callforge_core.seeding import stream
from callforge_core.spec import Operation, Spec, load_spec
from datasets_src.bundled import releases, spec_path
from tests.conformance_payloads import Maker, iter_payloads, member_names
from validators.schema import compile_schema, decide

REFERENCE = Path(__file__).resolve().parents[2] / ".." / "shared" / "camara"
OFFICIAL = {
    ("quality-on-demand", "0.11.1"): "r1.3/quality-on-demand.yaml",
    ("quality-on-demand", "1.0.0"): "r2.2/quality-on-demand.yaml",
    ("quality-on-demand", "1.1.0"): "r3.2/quality-on-demand.yaml",
    ("quality-on-demand", "1.2.0-rc"): "r4.1/quality-on-demand.yaml",
    ("qos-provisioning", "0.3.0"): "r3.2/qos-provisioning.yaml",
    ("qos-profiles", "1.1.0"): "r3.2/qos-profiles.yaml",
}
WITH_BODY = [
    ("quality-on-demand", release, name)
    for release in ("0.11.1", "1.0.0", "1.1.0", "1.2.0-rc")
    for name in ("createSession", "extendQosSessionDuration", "retrieveSessionsByDevice")
] + [
    ("qos-provisioning", "0.3.0", "createQosAssignment"),
    ("qos-provisioning", "0.3.0", "getQosAssignmentByDevice"),
    ("qos-profiles", "1.1.0", "retrieveQoSProfiles"),
]
PAYLOADS = 20_000  # per operation: half drawn from our document, half from the official one
WORDS = {"description", "title", "summary", "example", "examples"}
COPIED = 8  # so many words in a row are no coincidence

needs_reference = pytest.mark.skipif(
    not (REFERENCE / "r3.2").is_dir(),
    reason="the official API definitions are not beside this checkout",
)
each_release = pytest.mark.parametrize(("api", "release"), list(OFFICIAL))


@pytest.fixture(scope="module")
def pairs() -> dict[tuple[str, str], tuple[Spec, Spec]]:
    """Return our definition and the official one of each release."""
    return {
        key: (load_spec(spec_path(*key)), load_spec(REFERENCE / path))
        for key, path in OFFICIAL.items()
    }


def facts(schema: Any) -> Any:
    """Return a schema without its words."""
    if isinstance(schema, dict):
        return {
            key: facts(value)
            for key, value in schema.items()
            if key not in WORDS or not isinstance(value, str)
        }
    return [facts(item) for item in schema] if isinstance(schema, list) else schema


def parameters(operation: Operation) -> list[Any]:
    """Return the facts of an operation's parameters."""
    return [(p.name, p.where, p.required, facts(p.schema)) for p in operation.parameters]


def runs_of_words(node: Any) -> Iterator[tuple[str, ...]]:
    """Yield every COPIED words in a row of the prose of a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in WORDS and isinstance(value, str):
                words = re.findall(r"[a-z0-9]+", value.lower())
                yield from zip(*(words[n:] for n in range(COPIED)), strict=False)
            else:
                yield from runs_of_words(value)
    elif isinstance(node, list):
        for item in node:
            yield from runs_of_words(item)


def test_every_bundled_release_has_an_official_document_to_be_held_against() -> None:
    assert releases() == sorted(OFFICIAL)


@needs_reference
@each_release
def test_operations_and_parameters_are_the_official_ones(
    pairs: dict[tuple[str, str], tuple[Spec, Spec]], api: str, release: str
) -> None:
    ours, theirs = pairs[api, release]
    assert (ours.api, ours.title) == (theirs.api, theirs.title)
    assert theirs.release.startswith(ours.release)
    assert list(ours.operations) == list(theirs.operations)
    for name, operation in ours.operations.items():
        other = theirs.operation(name)
        assert (operation.method, operation.path) == (other.method, other.path)
        assert operation.keys == other.keys
        assert parameters(operation) == parameters(other)
        assert operation.dialect == other.dialect
        assert bool(operation.schema) == bool(other.schema)


@needs_reference
@pytest.mark.parametrize(("api", "release", "name"), WITH_BODY)
def test_verdicts_are_the_official_ones(
    pairs: dict[tuple[str, str], tuple[Spec, Spec]], api: str, release: str, name: str
) -> None:
    ours, theirs = (spec.operation(name) for spec in pairs[api, release])
    names = member_names([ours, theirs])
    payloads = [
        payload
        for label, operation in (("ours", ours), ("theirs", theirs))
        for payload in iter_payloads(operation, PAYLOADS // 2, stream(7, name, label), names)
    ]
    assert len(payloads) == PAYLOADS
    for form in ("schema", "closed"):
        mine = compile_schema(ours, getattr(ours, form))
        other = compile_schema(theirs, getattr(theirs, form))
        verdicts = [decide(mine, payload) for payload in payloads]
        assert 0.3 < sum(verdicts) / PAYLOADS < 0.75, "the payloads are lopsided"
        split = [p for p, ok in zip(payloads, verdicts, strict=True) if decide(other, p) != ok]
        assert split == [], form


@needs_reference
@each_release
def test_parameters_accept_what_the_official_ones_accept(
    pairs: dict[tuple[str, str], tuple[Spec, Spec]], api: str, release: str
) -> None:
    ours, theirs = pairs[api, release]
    couples = {
        mine.name: (operation, mine, other)
        for name, operation in ours.operations.items()
        for mine, other in zip(operation.parameters, theirs.operation(name).parameters, strict=True)
    }
    for name, (operation, mine, other) in couples.items():
        compile_ = partial(compile_schema, operation)
        engines = [compile_(part.schema) for part in (mine, other)]
        maker = Maker(compile_, stream(7, name), [])
        for value in chain(*maker.pool(mine.schema), *maker.pool(other.schema)):
            assert engines[0].is_valid(value) == engines[1].is_valid(value), value


@needs_reference
def test_no_run_of_words_is_copied() -> None:
    official: set[tuple[str, ...]] = set()
    for path in REFERENCE.glob("r*/*.yaml"):
        text = path.read_text(encoding="utf-8")
        official.update(runs_of_words(yaml.load(text, yaml.CSafeLoader)))
    for key in OFFICIAL:
        assert set(runs_of_words(load_yaml(spec_path(*key)))) & official == set(), key


@needs_reference
@pytest.mark.parametrize("path", sorted(REFERENCE.glob("r*/*.yaml")), ids=lambda path: path.stem)
def test_every_official_document_can_be_read(path: Path) -> None:
    spec = load_spec(path)
    assert spec.operations
    assert all(operation.keys for operation in spec.operations.values() if operation.closed)
