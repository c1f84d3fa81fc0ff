"""What the tests of datasets share: the bundled API, and samples made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callforge_core.jsonl import render_json
from callforge_core.records import Fault, Pair, Sample
from callforge_core.spec import Operation, load_spec, render_payload
from datasets_src.bundled import catalogue_path, spec_path
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator

MakeSample = Callable[..., Sample]
MakePair = Callable[..., Pair]
SaveRows = Callable[..., Path]


@pytest.fixture(scope="session")
def operation() -> Operation:
    return load_spec(spec_path()).operation("createSession")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(catalogue_path())


@pytest.fixture(scope="session")
def validator(operation: Operation, catalogue: Catalogue) -> Validator:
    return Validator(operation, catalogue)


def make_payload(number: int, **changes: Any) -> dict[str, Any]:
    """Return a valid body whose phone and server belong to `number` alone."""
    body: dict[str, Any] = {
        "device": {"phoneNumber": f"+99900{number:06d}"},
        "applicationServer": {"ipv4Address": f"10.{number >> 8}.{number & 255}.1"},
        "qosProfile": ("QOS_E", "QOS_S", "QOS_M", "QOS_L")[number % 4],
        "duration": 60 + number,
    }
    return body | changes


@pytest.fixture(scope="session")
def make_sample() -> MakeSample:
    """Return a maker of samples: one number, one request, one payload, families of eight."""

    def make(number: int, **changes: Any) -> Sample:
        row = {
            "id": f"s-{number}",
            "api": "quality-on-demand",
            "release": "1.1.0",
            "operation": "createSession",
            "decision": "call",
            "request": f"request number {number}",
            "payload": make_payload(number),
            "cluster": f"c-{number}",
            "family": f"register{number % 4}/frame{number % 16}",
            "provenance": {"generator": "hand"},
        }
        return Sample.from_json(row | changes)

    return make


@pytest.fixture(scope="session")
def make_pair(operation: Operation) -> MakePair:
    """Return a maker of pairs: the reject of a sample has an invented field."""

    def make(sample: Sample, **changes: Any) -> Pair:
        payload = sample.payload or {}
        fault = Fault(
            cls="S2",
            detail="priority",
            pointer="/priority",
            before=None,
            after="high",
            layer="closed",
            tier=1,
            basis="project",
        )
        row = {
            "id": f"p-{sample.id}",
            "api": sample.api,
            "release": sample.release,
            "operation": sample.operation,
            "request": sample.request,
            "chosen": render_payload(operation, payload),
            "rejected": render_payload(operation, payload | {"priority": "high"}),
            "fault": fault.to_json(),
            "cluster": sample.cluster,
            "family": sample.family,
        }
        return Pair.from_json(row | changes)

    return make


@pytest.fixture
def save_rows(tmp_path: Path) -> SaveRows:
    """Return a writer of JSON lines (a text is a line as it stands) into a temporary file."""

    def save(rows: list[Any], name: str = "rows.jsonl") -> Path:
        lines = [row if isinstance(row, str) else render_json(row) for row in rows]
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return save
