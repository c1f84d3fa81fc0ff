"""Is every row of a file right, and if not, exactly why? The logic of `callforge validate`.

Streams entries once. Every issue is counted; the first `examples` of them are kept to be shown. A
preference row is right when its chosen side is valid and its rejected side is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from callforge_core.records import Basis, Issue, Layer
from datasets_src.filters import reject_faults
from datasets_src.readers import Entry
from validators.payload import Validator

EXAMPLES = 1000
LAYERS: tuple[Layer, ...] = ("parse", "schema", "closed", "rules", "catalogue")
BASES: tuple[Basis, ...] = get_args(Basis)  # strongest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One issue and the row it was found in."""

    row: int
    place: str
    id: str | None
    field: str
    issue: Issue

    def to_json(self) -> dict[str, Any]:
        """Return the issue as `validate --json` writes it."""
        where = {"row": self.row, "place": self.place, "id": self.id, "field": self.field}
        return where | self.issue.to_json()


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
    """The first ones; `issues_total` counts all."""
    issues_total: int
    warnings: int
    """Issues that leave a row valid; counted, and shown among the issues."""
    layers: Mapping[str, Mapping[str, int]]
    """Layer -> rows that fail there first, and rows left after it (payloads and chosen sides)."""
    basis: Mapping[str, int]
    """Basis -> invalid rows whose strongest finding rests on it."""
    decisions: Mapping[str, int]
    rejects: Mapping[str, Any]
    """Rejected sides: how many, found wrong, stated classes, stated classes not confirmed."""
    duplicate_ids: int

    @property
    def ok(self) -> bool:
        """True for a good file: there are rows, all were read, and all are right."""
        return self.rows > 0 and self.invalid == 0 and self.unreadable == 0

    def to_json(self) -> dict[str, Any]:
        """Return the document of `validate --json`."""
        return {
            "format": self.format,
            "ok": self.ok,
            "rows": self.rows,
            "valid": self.valid,
            "invalid": self.invalid,
            "unreadable": self.unreadable,
            "faults": dict(self.faults),
            "layers": {layer: dict(counts) for layer, counts in self.layers.items()},
            "basis": dict(self.basis),
            "decisions": dict(self.decisions),
            "rejects": dict(self.rejects),
            "duplicate_ids": self.duplicate_ids,
            "warnings": self.warnings,
            "issues_total": self.issues_total,
            "issues_shown": len(self.issues),
            "issues": [finding.to_json() for finding in self.issues],
        }


@dataclass(slots=True)
class Tally:
    """The counts of an audit under way."""

    examples: int
    rows: int = 0
    valid: int = 0
    unreadable: int = 0
    issues_total: int = 0
    warnings: int = 0
    duplicate_ids: int = 0
    issues: list[Finding] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    first_layers: Counter[str] = field(default_factory=Counter)
    basis: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    unconfirmed: Counter[str] = field(default_factory=Counter)
    rejects: int = 0
    rejects_wrong: int = 0
    ids: set[int] = field(default_factory=set)

    def note(self, finding: Finding) -> None:
        """Count an issue and keep it while there is room."""
        self.issues_total += 1
        if finding.issue.severity == "warn":
            self.warnings += 1
        elif finding.issue.cls:
            self.faults[finding.issue.cls] += 1
        if len(self.issues) < self.examples:
            self.issues.append(finding)


def audit(
    entries: Iterable[Entry],
    validator: Validator,
    *,
    form: str = "",
    examples: int = EXAMPLES,
) -> Audit:
    """Judge every entry; memory grows with `examples` and with 8 bytes an id, not with the rows."""
    tally = Tally(examples=examples)
    for entry in entries:
        tally.rows += 1
        if entry.id is not None:
            tally.duplicate_ids += hash(entry.id) in tally.ids
            tally.ids.add(hash(entry.id))
        if entry.problem:
            tally.unreadable += 1
            tally.note(finding(entry, "row", unreadable_issue(entry)))
            continue
        tally.decisions[entry.decision or "call"] += 1
        tally.valid += is_right(entry, validator, tally)
    return finish(tally, form)


def is_right(entry: Entry, validator: Validator, tally: Tally) -> bool:
    """Judge one readable entry and note its issues; say whether the row is right."""
    if "rejected" in entry.fields:
        found = list(side_issues(entry, "chosen", validator, tally))
        return judge_reject(entry, validator, tally, chosen_ok=not errors(found)) and not errors(
            found
        )
    return not errors(
        [i for name in entry.fields for i in side_issues(entry, name, validator, tally)]
    )


def side_issues(entry: Entry, name: str, validator: Validator, tally: Tally) -> Iterator[Issue]:
    """Yield the issues of a side that should be valid, after noting them and their layer."""
    issues = validator.verdict_text(entry.fields[name]).issues
    for issue in issues:
        tally.note(finding(entry, name, issue))
    wrong = errors(issues)
    if wrong:
        tally.first_layers[min((issue.layer for issue in wrong), key=depth)] += 1
        tally.basis[min((issue.basis for issue in wrong), key=BASES.index)] += 1
    yield from issues


def judge_reject(entry: Entry, validator: Validator, tally: Tally, *, chosen_ok: bool) -> bool:
    """Say whether the rejected side is wrong: invalid, or not the call that chosen is."""
    tally.rejects += 1
    chosen, rejected = entry.fields["chosen"], entry.fields["rejected"]
    classes = {issue.cls for issue in errors(validator.verdict_text(rejected).issues)}
    if chosen_ok and entry.fault not in classes:
        faults = reject_faults(chosen, rejected, entry.request, validator)
        classes |= {cls for cls, _ in faults}
    if entry.fault:
        tally.stated[entry.fault] += 1
        if entry.fault not in classes:
            tally.unconfirmed[entry.fault] += 1
    if classes:
        tally.rejects_wrong += 1
        return True
    tally.note(finding(entry, "rejected", accepted_issue(entry, chosen_ok=chosen_ok)))
    return False


def finding(entry: Entry, name: str, issue: Issue) -> Finding:
    """Join an issue with its row."""
    return Finding(row=entry.row, place=entry.place, id=entry.id, field=name, issue=issue)


def unreadable_issue(entry: Entry) -> Issue:
    """Word that a row could not be read; it has no fault class, nothing was judged."""
    return Issue(
        cls="",
        code="row.unreadable",
        path="$",
        message=f"{entry.place}: {entry.problem}",
        layer="parse",
        basis="project",
    )


def accepted_issue(entry: Entry, *, chosen_ok: bool) -> Issue:
    """Word that nothing is wrong with a rejected side."""
    stated = f", although the row states {entry.fault}" if entry.fault else ""
    than = "as good as the chosen one" if chosen_ok else "valid and the chosen one is not"
    return Issue(
        cls="",
        code="pair.reject_not_wrong",
        path="$",
        message=f"the rejected answer is {than}{stated}",
        layer="gold",
        basis="project",
    )


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues that make a payload invalid."""
    return [issue for issue in issues if issue.severity == "error"]


def depth(layer: Layer) -> int:
    """Return how late a layer looks."""
    return LAYERS.index(layer) if layer in LAYERS else len(LAYERS)


def finish(tally: Tally, form: str) -> Audit:
    """Turn the counts into the result."""
    return Audit(
        format=form,
        rows=tally.rows,
        valid=tally.valid,
        invalid=tally.rows - tally.valid - tally.unreadable,
        unreadable=tally.unreadable,
        faults=by_count(tally.faults),
        issues=tuple(tally.issues),
        issues_total=tally.issues_total,
        warnings=tally.warnings,
        layers=waterfall(tally),
        basis={basis: tally.basis[basis] for basis in BASES if tally.basis[basis]},
        decisions=by_count(tally.decisions),
        rejects={
            "rows": tally.rejects,
            "wrong": tally.rejects_wrong,
            "stated": by_count(tally.stated),
            "unconfirmed": by_count(tally.unconfirmed),
        },
        duplicate_ids=tally.duplicate_ids,
    )


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
