"""Which requests with right answers does a file hold, ours or foreign? And was it held out?

Reads samples.jsonl, the sft/*.jsonl of a built folder and every form that `validate` reads. Rows
that cannot be used are counted by reason, they stop nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callforge.api import Api
from callforge_core.errors import DataError
from callforge_core.jsonl import load_json, write_json
from callforge_core.manifest import digest, load_manifest
from callforge_core.records import Sample, names
from datasets_src.cells import read_cell
from datasets_src.readers import Entry, Opened, open_sources, read_entry
from datasets_src.shapes import get_shape
from generators.pairs import prove
from generators.payloads import cluster_of
from validators.answers import parse_answer

DATA = "data.json"
SPLITS = ("train", "validation", "test")
OWN = ("api", "release", "operation", "decision", "request", "cluster", "family")


@dataclass(slots=True)
class Found:
    """The usable rows of a file, and why others are not usable."""

    samples: list[Sample] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def word(self) -> str:
        """Return one line about the rows that were left out; empty when there are none."""
        parts = [f"{count} {reason}" for reason, count in sorted(self.skipped.items())]
        return f"left out: {', '.join(parts)}" if parts else ""


def read_training_rows(path: Path, api: Api, decisions: tuple[str, ...] = ("call",)) -> Found:
    """Return the proven samples of a file or folder of rows; DataError when there is none."""
    found = Found()
    validators = {api.operation.operation_id: api.validator}
    for opened in open_sources(path):
        for sample, problem in iter_read(opened, api):
            if sample is None:
                found.skipped[problem] += 1
            elif sample.decision not in decisions:
                found.skipped[f"{sample.decision} rows"] += 1
            elif sample.operation not in validators:
                found.skipped["of other operations"] += 1
            else:
                try:
                    found.samples.append(prove(sample, validators).sample)
                except DataError:
                    found.skipped["not valid, or not grounded in their request"] += 1
    if not found.samples:
        raise DataError(f"{path} has no row that can be used; {found.word() or 'it is empty'}")
    return found


def iter_read(opened: Opened, api: Api) -> Iterator[tuple[Sample | None, str]]:
    """Yield each row as a sample, or None and why it is none."""
    shape = get_shape(opened.format)
    for number, cell in enumerate(opened.cells, 1):
        raw = read_cell(cell)
        try:
            entry = read_entry(number, raw, shape)
            yield read_sample(entry, raw.value, api), ""
        except (DataError, RecursionError):
            yield None, "unreadable or without request and answer"


def read_sample(entry: Entry, row: Mapping[str, Any], api: Api) -> Sample:
    """Return one row as a sample; DataError when it has no request or no answer."""
    if all(isinstance(row.get(key), str) for key in OWN):
        return Sample.from_json(row)
    text = entry.answer or entry.fields.get("payload") or entry.fields.get("chosen")
    if not entry.request or not text:
        raise DataError("no request or no answer")
    said = parse_answer(text, (api.operation.operation_id,))
    if said.decision == "malformed" or said.issues:
        raise DataError("the answer is no object")
    identity = entry.id or str(entry.row)
    payload = said.payload if said.decision == "call" else None
    missing = names(row, "missing") if "missing" in row else said.asked
    return Sample(
        id=identity,
        api=api.operation.api,
        release=api.operation.release,
        operation=str(row.get("operation") or api.operation.operation_id),
        decision=said.decision,
        request=entry.request,
        payload=payload,
        cluster=str(row.get("cluster") or (cluster_of(payload) if payload else identity)),
        family=str(row.get("family") or f"seed/{identity}"),
        missing=missing,
        reason=said.reason,
        provenance={"generator": "from", "parent": identity},
    )


def note_data(out: Path, path: Path, rows: int) -> None:
    """Write OUT/data.json, unless it is there: which file an evaluation's requests came from."""
    about = {
        "file": str(path.resolve()),
        "sha256": digest(path),
        "split": split_of(path),
        "rows": rows,
    }
    if not (out / DATA).is_file() or load_json(out / DATA) != about:
        write_json(out / DATA, about)


def find_data(run: Path) -> tuple[Path, str]:
    """Return the file whose requests a run asked, and its split; DataError when nobody knows."""
    place = run / DATA
    if not place.is_file():
        raise DataError(
            f"{run} has no {DATA}, so nobody knows whether its requests were held out; run "
            "`callforge eval --data DIR/sft/train.jsonl` again (--engine replay asks no model)"
        )
    about = load_json(place)
    if not isinstance(about, dict) or not isinstance(about.get("file"), str):
        raise DataError(f"{place} names no file; run `callforge eval` again")
    path = Path(about["file"])
    if not path.is_file():
        raise DataError(f"{place}: {path} is gone; name the requests with --from FILE")
    return path, str(about.get("split") or split_of(path))


def split_of(path: Path) -> str:
    """Return train, validation or test for a file of a built folder, else an empty text."""
    manifest = load_manifest(path.resolve().parent.parent) or {}
    name = path.name.partition(".")[0]
    is_built = manifest.get("stage") == "build" and f"{path.parent.name}/{path.name}" in (
        manifest.get("outputs") or {}
    )
    return name if is_built and name in SPLITS else ""
