"""Which rows of a dataset break between two releases, and which become valid?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from callforge.spec_releases import Both, Comparison
from callforge_core.errors import SpecError
from callforge_core.records import Issue, Verdict
from datasets_src.bundled import catalogue_path
from datasets_src.readers import Entry, open_sources
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator

MOST_ROWS = 1000  # rows told one by one; all are counted
REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A row whose verdict differs, and why it is refused on the side that refuses it."""

    row: int
    id: str | None
    field: str
    issues: tuple[Issue, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the row for machines."""
        keys = ("class", "code", "path", "message", "spec")
        issues = [{key: issue.to_json()[key] for key in keys} for issue in self.issues]
        return {"row": self.row, "id": self.id, "field": self.field, "issues": issues}


@dataclass(kw_only=True)
class Side:
    """The rows that moved one way."""

    total: int = 0
    reasons: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """Class, code and place -> rows."""
    rows: list[Moved] = field(default_factory=list)

    def add(self, row: Moved) -> None:
        """Count a row and keep it while there is room."""
        self.total += 1
        for reason in {(each.cls, each.code, each.path) for each in row.issues}:
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if len(self.rows) < MOST_ROWS:
            self.rows.append(row)

    @property
    def sorted_reasons(self) -> list[tuple[tuple[str, str, str], int]]:
        """The reasons, the most frequent first."""
        return sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))

    def to_json(self) -> dict[str, Any]:
        """Return counts and rows for machines."""
        return {
            "total": self.total,
            "reasons": [
                {"class": cls, "code": code, "path": path, "rows": count}
                for (cls, code, path), count in self.sorted_reasons
            ],
            "rows": [row.to_json() for row in self.rows],
        }


@dataclass(kw_only=True)
class Moves:
    """What two releases say of the same rows."""

    operation: str
    file: str
    both: int = 0
    neither: int = 0
    skipped: int = 0
    """Rows without a payload: unreadable, or no call was due."""
    breaks: Side = field(default_factory=Side)
    heals: Side = field(default_factory=Side)

    @property
    def broken(self) -> int:
        """How many payloads are valid before and refused after."""
        return self.breaks.total

    def to_json(self) -> dict[str, Any]:
        """Return the result for machines."""
        return {
            "file": self.file,
            "operation": self.operation,
            "valid_in_both": self.both,
            "valid_in_neither": self.neither,
            "skipped": self.skipped,
            "breaks": self.breaks.to_json(),
            "heals": self.heals.to_json(),
        }


class Judge(NamedTuple):
    """The validators of both releases."""

    old: Validator
    new: Validator


def move_rows(
    found: Comparison, data: Path, operation: str | None, catalogue: str = "default"
) -> Moves:
    """Judge every payload of a file by both releases. Streams; keeps the first rows that moved."""
    pair = chosen_pair(found, operation)
    offered = load_catalogue(catalogue_path(catalogue))
    judge = Judge(validator(pair.old, offered, pair), validator(pair.new, offered, pair))
    moves = Moves(operation=pair.name, file=data.name)
    for opened in open_sources(str(data)):
        sort_entries(opened.entries, judge, moves)
    return moves


def chosen_pair(found: Comparison, operation: str | None) -> Both:
    """Return the operation that the rows are calls of; raise SpecError when it cannot be told."""
    pairs = [pair for pair in found.pairs if any(each and each.media_type for each in pair)]
    if operation is not None:
        pairs = [p for p in pairs if operation in [each.operation_id for each in p if each]]
    elif len(pairs) > 1:
        default = [pair for pair in pairs if pair.name == "createSession"]
        names = ", ".join(pair.name for pair in pairs)
        if not default:
            raise SpecError(f"--data holds calls of which operation? give --operation: {names}")
        pairs = default
    if not pairs:
        raise SpecError(
            f"{operation or 'the definition'} has no JSON request body to judge rows by"
        )
    return pairs[0]


def validator(operation: Any, catalogue: Catalogue, pair: Both) -> Validator:
    """Return the validator of one side; raise SpecError when that side lacks the operation."""
    if operation is None or operation.media_type is None:
        side = "old" if pair.old is operation else "new"
        raise SpecError(f"the {side} definition has no body for {pair.name}: every row would break")
    return Validator(operation, catalogue)


def sort_entries(entries: Iterable[Entry], judge: Judge, moves: Moves) -> None:
    """Count each payload of the rows by what the two releases say of it."""
    for entry in entries:
        texts = payloads_of(entry.fields)
        if entry.problem or not texts:
            moves.skipped += 1
            continue
        for name, text in texts.items():
            old, new = judge.old.verdict_text(text), judge.new.verdict_text(text)
            if old.ok == new.ok:
                moves.both += old.ok
                moves.neither += not old.ok
            else:
                side = moves.breaks if old.ok else moves.heals
                refused = new if old.ok else old
                issues = tuple(errors_of(refused))
                side.add(Moved(row=entry.row, id=entry.id, field=name, issues=issues))


def payloads_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the payloads that should be right: the rejected side of a pair is wrong by intent."""
    return {name: text for name, text in fields.items() if name != REJECTED}


def errors_of(verdict: Verdict) -> Iterator[Issue]:
    """Yield what a payload is refused for, warnings left out."""
    return (issue for issue in verdict.issues if issue.severity == "error")
