"""Is every row of a file right, and if not, exactly why? The logic of `callforge validate`.

Streams the rows once, in stretches that several processes may judge; merged in row order they give
the same audit with any number of workers. Every issue is counted, some are kept to be shown. For
each row 160 bytes stay in memory (its number and its id 16, exact and masked text 16, signature
128); nothing else grows with the rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from callforge_core.spec import Operation
from datasets_src import cells
from datasets_src.cells import Line, Raw
from datasets_src.findings import BASES, LAYERS, Finding
from datasets_src.judge import Judge
from datasets_src.near_duplicates import count_repeats, summarise
from datasets_src.readers import Entry, Opened
from datasets_src.sketches import summarise_lengths
from datasets_src.tally import Limits, Tally
from datasets_src.workers import count_cores, map_in_order, stretches
from validators.catalogue import Catalogue
from validators.definitions import Definitions
from validators.payload import Validator
from validators.places import place_of

Gate = Literal["valid", "faithful"]

STRETCH = 500  # rows judged together
STRETCH_BYTES = 4 << 20
LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found in a file of rows."""

    format: str
    rows: int
    valid: int
    invalid: int
    unreadable: int
    faults: Mapping[str, int]
    """Fault class -> issues with severity error, on payloads and chosen sides."""
    issues: tuple[Finding, ...]
    """The first ones, and the first of each kind; `issues_total` counts all."""
    issues_total: int
    warnings: int
    """Issues that leave a row valid; counted, and shown among the issues."""
    layers: Mapping[str, Mapping[str, int]]
    """Layer -> rows that fail there first, and rows left after it (payloads and chosen sides)."""
    basis: Mapping[str, int]
    """Basis -> invalid rows whose strongest finding rests on it."""
    unfaithful: Mapping[str, Any]
    """Grounding: rows with a request, those valid but not what was asked, their faults, and rows
    that leave stated facts unused."""
    decisions: Mapping[str, int]
    decision_faults: Mapping[str, int]
    """Fault class -> issues of rows that ask or refuse, and of dialogues."""
    rejects: Mapping[str, Any]
    """Rejected sides: how many, found wrong, wrong in several places, classes found on them,
    stated classes, stated classes not confirmed."""
    duplicate_ids: int
    near_duplicates: Mapping[str, Any]
    coverage: tuple[Mapping[str, Any], ...]
    lengths: Mapping[str, Any]
    gate: Gate = "valid"
    shown: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Row number -> id, request and texts of rows worth a look, the faulty ones first."""

    @property
    def ok(self) -> bool:
        """True for a good file: there are rows, all were read, and all are right."""
        sound = self.rows > 0 and self.invalid == 0 and self.unreadable == 0
        if self.gate == "valid":
            return sound
        return sound and not self.unfaithful["faults"] and not self.decision_faults

    def to_json(self) -> dict[str, Any]:
        """Return the document of `validate --json`."""
        return {
            "format": self.format,
            "ok": self.ok,
            "gate": self.gate,
            "rows": self.rows,
            "valid": self.valid,
            "invalid": self.invalid,
            "unreadable": self.unreadable,
            "faults": dict(self.faults),
            "layers": {layer: dict(counts) for layer, counts in self.layers.items()},
            "basis": dict(self.basis),
            "unfaithful": dict(self.unfaithful),
            "decisions": dict(self.decisions),
            "decision_faults": dict(self.decision_faults),
            "rejects": dict(self.rejects),
            "duplicate_ids": self.duplicate_ids,
            "near_duplicates": dict(self.near_duplicates),
            "lengths": dict(self.lengths),
            "coverage": [dict(record) for record in self.coverage],
            "warnings": self.warnings,
            "issues_total": self.issues_total,
            "issues_shown": len(self.issues),
            "issues": [finding.to_json() for finding in self.issues],
        }


def audit(
    entries: Iterable[Entry],
    validator: Validator,
    *,
    form: str = "",
    limits: Limits = LIMITS,
    gate: Gate = "valid",
) -> Audit:
    """Judge every entry, in this process."""
    judge = Judge(validator, limits)
    rows = iter(entries)
    parts = iter(lambda: list(itertools.islice(rows, STRETCH)), [])
    return finish(judge, map(judge.judge, parts), form, gate)


def audit_file(
    opened: Opened,
    validator: Validator,
    *,
    workers: int = 1,
    limits: Limits = LIMITS,
    gate: Gate = "valid",
    documents: Sequence[Path] = (),
) -> Audit:
    """Judge every row of a file, in `workers` processes (0: one a core); raises as reading does.

    A row that names another operation is judged by that one, if one of `documents` has it.
    """
    judge = Judge(validator, limits, documents)
    parts = stretches(opened.cells, size_of, most=STRETCH, largest=STRETCH_BYTES)
    numbered = number(parts)
    first = list(itertools.islice(numbered, 2))
    workers = workers or count_cores()
    if workers == 1 or len(first) < 2:  # not worth starting a process for
        tallies = (
            judge.judge_cells(opened.format, row, part)
            for row, part in itertools.chain(first, numbered)
        )
        return finish(judge, tallies, opened.format, gate)
    found = map_in_order(
        judge_stretch,
        ((row, list(map(pack, part))) for row, part in itertools.chain(first, numbered)),
        workers=workers,
        prepare=prepare_judge,
        arguments=(validator.operation, validator.catalogue, limits, opened.format, documents),
    )
    return finish(judge, found, opened.format, gate)


def number(parts: Iterable[list[Line | Raw]]) -> Iterator[tuple[int, list[Line | Raw]]]:
    """Yield each stretch with the number of its first row."""
    first = 1
    for part in parts:
        yield first, part
        first += len(part)


def size_of(cell: Line | Raw) -> int:
    """Return about how much memory a row takes."""
    return len(cell.data) if isinstance(cell, Line) else len(cell.text)


def pack(cell: Line | Raw) -> Line | Raw:
    """Return what travels to another process: text rather than the objects parsed from it."""
    if isinstance(cell, Line) or not cell.text or cell.problem:
        return cell
    data = cell.text.encode("utf-8", "surrogatepass")
    return Line(cell.place, data) if len(data) <= cells.LONGEST_LINE else cell


PREPARED: dict[str, Any] = {}  # what a worker process was given at its start


def prepare_judge(
    operation: Operation,
    catalogue: Catalogue,
    limits: Limits,
    form: str,
    documents: Sequence[Path] = (),
) -> None:
    """Set up this worker process."""
    judge = Judge(Validator(operation, catalogue), limits, documents)
    PREPARED.update(judge=judge, form=form)


def judge_stretch(stretch: tuple[int, list[Line | Raw]]) -> Tally:
    """Judge a stretch of rows in a worker process."""
    judge: Judge = PREPARED["judge"]
    return judge.judge_cells(PREPARED["form"], *stretch)


def finish(judge: Judge, tallies: Iterable[Tally], form: str, gate: Gate) -> Audit:
    """Add up the stretches and turn the counts into the result."""
    tally = judge.start()
    for part in tallies:
        tally.merge(part)
    return Audit(
        format=form,
        gate=gate,
        rows=tally.rows,
        valid=tally.valid,
        invalid=tally.rows - tally.valid - tally.unreadable,
        unreadable=tally.unreadable,
        faults=by_count(tally.faults),
        issues=tuple(located(tally.issues, judge.validator.operation)),
        issues_total=tally.issues_total,
        warnings=tally.warnings,
        layers=waterfall(tally),
        basis={basis: tally.basis[basis] for basis in BASES if tally.basis[basis]},
        unfaithful=unfaithful(tally),
        decisions=by_count(tally.decisions),
        decision_faults=by_count(tally.decision_faults),
        rejects=rejects(tally),
        duplicate_ids=count_repeats(tally.ids),
        near_duplicates=summarise(tally.marks),
        coverage=tuple(judge.survey.report(tally.coverage)),
        lengths={
            "request": summarise_lengths(tally.request_lengths),
            "payload": summarise_lengths(tally.payload_lengths),
        },
        shown=tally.shown(),
    )


def located(issues: Iterable[Finding], operation: Operation) -> Iterator[Finding]:
    """Yield issues with the part of the definition that is about their place."""
    definitions = Definitions(operation)
    for finding in issues:
        place = place_of(finding.issue.path)
        yield replace(finding, definition=definitions.pointer_to(place) if place else "")


def unfaithful(tally: Tally) -> dict[str, Any]:
    """Return what grounding in the requests has found."""
    return {
        "checked": tally.grounded,
        "rows": tally.ungrounded,
        "faults": by_count(tally.unfaithful),
        "unused": tally.unused,
    }


def rejects(tally: Tally) -> dict[str, Any]:
    """Return what was found on the rejected sides of preference rows."""
    return {
        "rows": tally.rejects,
        "wrong": tally.rejects_wrong,
        "several": tally.rejects_several,
        "faults": by_count(tally.reject_faults),
        "stated": by_count(tally.stated),
        "unconfirmed": by_count(tally.unconfirmed),
    }


def waterfall(tally: Tally) -> dict[str, dict[str, int]]:
    """Return layer -> rows that fail there first and rows left after it."""
    left = tally.rows - tally.unreadable
    steps: dict[str, dict[str, int]] = {}
    for layer in LAYERS:
        left -= tally.first_layers[layer]
        steps[layer] = {"failed": tally.first_layers[layer], "left": left}
    return steps


def by_count(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts, largest first, equal ones by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
