"""What of a document is compiled, and what is not? Its operations, and everything left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callforge.spec_surroundings import note_surroundings
from callforge_core.spec import Operation, open_document, read_spec
from callforge_core.spec_notes import Effect, Note, Notes
from callforge_core.spec_operations import iter_sites
from callforge_core.spec_references import Reading
from callforge_core.spec_samples import Sample, iter_samples
from validators.schema import compile_schema

SHOWN = 3
TITLES: dict[Effect, str] = {
    "lost": "Not compiled, so that verdicts are incomplete",
    "changed": "Means something else, or less, than it seems to",
    "hint": "Has no influence on verdicts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecCheck:
    """What `spec check` found in a document."""

    path: str
    title: str
    release: str
    version: str
    """Of OpenAPI."""
    operations: tuple[Operation, ...]
    notes: tuple[Note, ...]
    examples: int
    """How many examples and defaults were checked against their schemas."""

    @property
    def ok(self) -> bool:
        """True when everything that can make a request wrong is compiled."""
        return not self.of("lost")

    def of(self, effect: Effect) -> list[Note]:
        """Return the notes of one effect."""
        return [note for note in self.notes if note.effect == effect]

    def to_json(self) -> dict[str, Any]:
        """Return the findings for machines."""
        return {
            "file": self.path,
            "title": self.title,
            "release": self.release,
            "openapi": self.version,
            "ok": self.ok,
            "examples": self.examples,
            "operations": [
                {
                    "id": operation.operation_id,
                    "method": operation.method,
                    "path": operation.path,
                    "parameters": len(operation.parameters),
                    "body": operation.media_type,
                }
                for operation in self.operations
            ],
            "counts": {effect: len(self.of(effect)) for effect in TITLES},
            "notes": [note.to_json() for note in self.notes],
        }


def check_document(path: Path) -> SpecCheck:
    """Compile all of a document; raise SpecError when it cannot be read at all."""
    root = open_document(path)
    spec = read_spec(root, lenient=True)
    operations = tuple(spec.operations.values())
    notes = Notes()
    sites = list(iter_sites(root, notes))
    note_surroundings(root, sites, notes)
    found = dict.fromkeys(note for operation in operations for note in operation.notes)
    seen: set[Any] = set()
    examples = 0
    for site, operation in zip(sites, operations, strict=True):
        reading = Reading(operation.dialect, Notes(), lenient=True)
        for sample in iter_samples(site, reading, seen):
            examples += 1
            check_sample(operation, sample, notes)
    return SpecCheck(
        path=str(path),
        title=spec.title,
        release=spec.release,
        version=str(root.node["openapi"]),
        operations=operations,
        notes=tuple(dict.fromkeys([*found, *notes])),
        examples=examples,
    )


def check_sample(operation: Operation, sample: Sample, notes: Notes) -> None:
    """Note an example or a default that its own schema refuses."""
    engine = compile_schema(operation, sample.schema)
    error = next(iter(engine.iter_errors(sample.value)), None)
    if error is not None:
        inside = "".join(f"/{step}" for step in error.instance_path)
        where = f"at {inside} " if inside else ""
        sentence = f"the {sample.about} does not satisfy its schema: {where}{error.message:.160}"
        notes.hint(sample.place, sample.about, " ".join(sentence.split()))


def render_check(check: SpecCheck) -> str:
    """Return the findings for a person."""
    return "\n".join(iter_lines(check))


def iter_lines(check: SpecCheck) -> Iterator[str]:
    """Yield the operations, then the notes, the gravest first."""
    yield (
        f"{check.title} {check.release} (OpenAPI {check.version}): "
        f"{count(len(check.operations), 'operation')}, "
        f"{count(check.examples, 'sample value')} checked"
    )
    rows = [
        (
            operation.operation_id,
            f"{operation.method.upper()} {operation.path}",
            count(len(operation.parameters), "parameter"),
            f"body {operation.media_type}" if operation.media_type else "no JSON body",
        )
        for operation in check.operations
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield f"  {'  '.join(cells)}  {row[3]}"
    for effect, title in TITLES.items():
        notes = check.of(effect)
        if notes:
            yield ""
            yield f"{title}: {len(notes)}"
            yield from group_lines(notes)
    if check.ok:
        yield ""
        yield "Everything that can make a request wrong is compiled."


def count(number: int, noun: str) -> str:
    """Return a number with its noun: 1 parameter, 2 parameters."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def group_lines(notes: list[Note]) -> Iterator[str]:
    """Yield the notes by construct, a few of each."""
    groups: dict[str, list[Note]] = {}
    for note in notes:
        groups.setdefault(note.about, []).append(note)
    for about, group in groups.items():
        for note in group[:SHOWN]:
            yield f"  {about}: {note.sentence}"
            yield f"      {note.where}"
        if len(group) > SHOWN:
            yield f"  {about}: {len(group) - SHOWN} more; --json FILE has them all"
