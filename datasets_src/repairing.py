"""The words of repair: what is changed and why, what is left and why, and the bench it is done on.

A repair is a small function of one class of faults: (Case) -> Fix, Refusal or None. It changes one
place without guessing, says why it cannot, or passes. Repairs live in repairs_text, _structure,
_types and _request; `repair` applies them until none has anything left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from callforge_core.records import Issue
from datasets_src.filters import load_payload
from datasets_src.repair_request import Stated
from datasets_src.verbatim import render_verbatim
from validators.payload import Validator
from validators.places import Place, is_within, place_of, pointer_of, value_at

ABSENT = None  # how a change says that there was, or is, nothing
LONGEST_QUOTE = 2000  # characters of a text that the record of a change keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that was mended, what stood there, what stands there now, and by which rule."""

    cls: str
    code: str
    pointer: str
    before: Any
    after: Any
    rule: str
    why: str

    def to_json(self) -> dict[str, Any]:
        """Return the change as the repairs file has it."""
        return {
            "class": self.cls,
            "code": self.code,
            "pointer": self.pointer,
            "before": self.before,
            "after": self.after,
            "rule": self.rule,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One fault that stays, and why nobody can mend it without guessing."""

    cls: str
    code: str
    pointer: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the fault as the repairs file has it."""
        return {
            "class": self.cls,
            "code": self.code,
            "pointer": self.pointer,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Fix:
    """The payload (or, for a fault of the text, the text) after one change."""

    after: Any
    change: Change
    place: Place = ()
    """Where the mended value stands now."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a fault is left."""

    reason: str


class Bench:
    """The validator and the request that repairs of one row look at."""

    def __init__(self, validator: Validator, stated: Stated) -> None:
        self.validator = validator
        self.operation = validator.operation
        self.stated = stated
        self.seen: dict[str, list[Issue]] = {}

    def errors(self, tree: Any) -> list[Issue]:
        """Return what makes a payload invalid."""
        return self.text_errors(render_verbatim(tree))

    def text_errors(self, text: str) -> list[Issue]:
        """Return what makes a text invalid."""
        if text not in self.seen:
            issues = self.validator.verdict_text(text).issues
            self.seen[text] = [issue for issue in issues if issue.severity == "error"]
        return self.seen[text]

    def findings(self, tree: Any) -> list[Issue]:
        """Return what makes a payload invalid, then what the request does not bear out."""
        return self.text_findings(render_verbatim(tree))

    def text_findings(self, text: str) -> list[Issue]:
        """Return what makes a text invalid, then what the request does not bear out."""
        errors = self.text_errors(text)
        places = [place_of(issue.path) for issue in errors]
        if not self.stated.known or () in places:
            return errors
        payload = load_payload(text)
        unknown = self.validator.world.iter_unknown(payload) if errors and payload else ()
        places += [place for member in unknown for place in member.stands_for]
        return [*errors, *self.stated.issues(payload, places)]

    def is_clean(self, tree: Any, place: Place) -> bool:
        """Say whether nothing is wrong at or below a place."""
        return not any(is_within(place_of(issue.path), place) for issue in self.errors(tree))

    def is_optional(self, tree: Any, place: Place) -> bool:
        """Say whether the schema lets the member at a place be left out."""
        from datasets_src.repair_edits import schema_at

        parent = schema_at(self.operation, tree, place[:-1])
        return isinstance(place[-1], str) and place[-1] not in parent.get("required", ())


@dataclass(frozen=True, slots=True)
class Case:
    """One fault to look at: the payload it is in, the finding, and the bench."""

    tree: Any
    issue: Issue
    bench: Bench

    @property
    def place(self) -> Place:
        """Where the finding points."""
        return place_of(self.issue.path)

    @property
    def value(self) -> Any:
        """What stands there."""
        return value_at(self.tree, self.place)

    def fix(
        self, after: Any, rule: str, why: str, *, place: Place | None = None, value: Any = ...
    ) -> Fix:
        """Return the fix that leads to the tree `after`; `place` is where the value stands now."""
        there = self.place if place is None else place
        now = value_at(after, there) if value is ... else value
        change = Change(
            cls=self.issue.cls,
            code=self.issue.code,
            pointer=pointer_of(self.place),
            before=as_record(self.value),
            after=as_record(now),
            rule=rule,
            why=why,
        )
        return Fix(after, change, there)

    def text_fix(self, text: str, rule: str, why: str) -> Fix:
        """Return the fix of a fault of the text."""
        fixed = self.fix(text, rule, why, place=(), value=None)
        change = replace(fixed.change, before=cut(self.tree), after=cut(text))
        return replace(fixed, change=change)


Repair = Callable[[Case], Fix | Refusal | None]
REPAIRS: dict[str, list[Repair]] = {}
"""Fault class -> the repairs that know it, tried in the order in which they are written."""
BY_REQUEST: dict[str, list[Repair]] = {}
"""The same for repairs that take a value from the request: tried when no other one helps."""


def repairs(*classes: str, by_request: bool = False) -> Callable[[Repair], Repair]:
    """Return a decorator that files a repair under fault classes."""

    def add(repair: Repair) -> Repair:
        for cls in classes:
            (BY_REQUEST if by_request else REPAIRS).setdefault(cls, []).append(repair)
        return repair

    return add


def choose(case: Case, fixes: Sequence[Fix], what: str) -> Fix | Refusal | None:
    """Return the only fix that holds: valid where it stands, and not against the request.

    With several, the request decides; when it cannot, that is the refusal.
    """
    sound = [fix for fix in fixes if case.bench.is_clean(fix.after, fix.place)]
    if not sound:
        return None
    stated = case.bench.stated
    borne = [
        fix
        for fix in sound
        if stated.bears(fix.after, fix.place) and not stated.meant_for(fix.after, case.place)
    ]
    derived = [fix for fix in borne if stated.derives(fix.after, fix.place)]
    if len(derived) == 1:
        return derived[0]
    if len(borne) == 1:
        return borne[0]
    if not borne:
        return Refusal(f"{what}, but the request does not bear that out")
    targets = " or ".join(sorted({pointer_of(fix.place) for fix in borne}))
    return Refusal(f"it could be {targets}; nothing in the row says which")


def as_record(value: Any) -> Any:
    """Return a value for the record of a change: numbers that were said oddly become text."""
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 1 << 53):
        return render_verbatim(value)
    if isinstance(value, dict):
        return {key: as_record(child) for key, child in value.items()}
    return [as_record(child) for child in value] if isinstance(value, list) else value


def cut(text: str) -> str:
    """Return a text, shortened when it is very long."""
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"
