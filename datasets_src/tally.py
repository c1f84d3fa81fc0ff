"""What was counted in a stretch of rows. Tallies of stretches, merged in row order, give the whole.

A tally holds at most `Limits` issues and rows, and 160 bytes for every row it has seen.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from datasets_src.coverage import Coverage
from datasets_src.findings import LAYERS, Finding
from datasets_src.near_duplicates import Marks

LONGEST_SHOWN = 50_000  # characters of a row that is kept to be looked at


class Limits(NamedTuple):
    """How much is kept to be shown; everything is counted."""

    issues: int = 1000
    rows: int = 200


@dataclass(slots=True)
class Tally:
    """The counts of a stretch of rows."""

    limits: Limits
    coverage: Coverage
    rows: int = 0
    valid: int = 0
    unreadable: int = 0
    issues_total: int = 0
    warnings: int = 0
    rejects: int = 0
    rejects_wrong: int = 0
    rejects_several: int = 0
    grounded: int = 0
    """Sides whose request was at hand, so that grounding was looked at."""
    ungrounded: int = 0
    """Rows that are valid, but not what was asked."""
    unused: int = 0
    misjudged: int = 0
    """Rows that ask, refuse or go on where they should not."""
    faults: Counter[str] = field(default_factory=Counter)
    unfaithful: Counter[str] = field(default_factory=Counter)
    decision_faults: Counter[str] = field(default_factory=Counter)
    first_layers: Counter[str] = field(default_factory=Counter)
    basis: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    unconfirmed: Counter[str] = field(default_factory=Counter)
    reject_faults: Counter[str] = field(default_factory=Counter)
    request_lengths: Counter[int] = field(default_factory=Counter)
    payload_lengths: Counter[int] = field(default_factory=Counter)
    issues: list[Finding] = field(default_factory=list)
    kinds: set[tuple[str, str]] = field(default_factory=set)
    """Class and code of what was found: the first of each is kept even beyond the limit."""
    mild: int = 0
    """Warnings among the issues kept."""
    faulty: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    right: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    ids: array[int] = field(default_factory=lambda: array("Q"))
    marks: Marks = field(default_factory=Marks)

    def note(self, finding: Finding) -> None:
        """Count an issue and keep it while there is room, the first of its kind in any case."""
        issue = finding.issue
        self.issues_total += 1
        if issue.severity == "warn":
            self.warnings += 1
        elif issue.cls and issue.layer in LAYERS:
            self.faults[issue.cls] += 1
        elif issue.layer == "grounding":
            self.unfaithful[issue.cls] += 1
        elif issue.layer in ("decision", "dialogue"):
            self.decision_faults[issue.cls or issue.code] += 1  # the taxonomy names no bad turns
        self.keep(finding)

    def keep(self, finding: Finding) -> None:
        """Keep an issue while there is room, which warnings may not fill; the first of a kind has
        room always."""
        kind = (finding.issue.cls, finding.issue.code)
        mild = finding.issue.severity == "warn"
        room = len(self.issues) < self.limits.issues
        if (room and not (mild and 4 * self.mild >= self.limits.issues)) or kind not in self.kinds:
            self.kinds.add(kind)
            self.issues.append(finding)
            self.mild += mild

    def show(self, row: int, content: Mapping[str, Any], *, faulty: bool) -> None:
        """Keep a row to be looked at while there is room for its kind."""
        kept = self.faulty if faulty else self.right
        if len(kept) < self.limits.rows:
            texts = (value for value in content.values() if isinstance(value, str))
            if sum(map(len, texts)) <= LONGEST_SHOWN:
                kept[row] = content

    def merge(self, other: Tally) -> None:
        """Add the next stretch of rows."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for finding in other.issues:
            self.keep(finding)
        for mine, theirs in ((self.faulty, other.faulty), (self.right, other.right)):
            for row, content in theirs.items():
                if len(mine) < self.limits.rows:
                    mine[row] = content
        self.ids += other.ids
        self.marks.merge(other.marks)
        self.coverage.merge(other.coverage)

    def shown(self) -> dict[int, Mapping[str, Any]]:
        """Return the rows to look at in row order: the faulty ones, then right ones if room."""
        room = self.limits.rows - len(self.faulty)
        kept = list(self.faulty.items()) + list(self.right.items())[: max(0, room)]
        return dict(sorted(kept))


NUMBERS = (
    "rows", "valid", "unreadable", "issues_total", "warnings", "rejects", "rejects_wrong",
    "rejects_several", "grounded", "ungrounded", "unused", "misjudged",
)  # fmt: skip
COUNTERS = (
    "faults", "unfaithful", "decision_faults", "first_layers", "basis", "decisions", "stated",
    "unconfirmed", "reject_faults", "request_lengths", "payload_lengths",
)  # fmt: skip
