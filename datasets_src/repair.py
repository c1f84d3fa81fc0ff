"""Mends one answer without guessing: what can be told from the row is put right, the rest stays.

    mended = Mender(validator).mend(text, request)
    mended.text, mended.changes, mended.left

Laws: an answer without a fault is returned as it is; mending twice is mending once; no value comes
out that the row does not have; what is left is exactly what the validator still finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from callforge_core.records import Issue
from datasets_src import (
    repairs_request,
    repairs_shapes,
    repairs_structure,
    repairs_text,
    repairs_types,
)
from datasets_src.repair_reasons import reason_for
from datasets_src.repair_request import Stated
from datasets_src.repairing import BY_REQUEST, REPAIRS, Bench, Case, Change, Fix, Left, Refusal
from datasets_src.verbatim import BLANK, parse_verbatim, render_verbatim, style_of
from validators.grounding import Grounder
from validators.payload import Validator
from validators.places import place_of, pointer_of

REGISTERED = (repairs_text, repairs_shapes, repairs_structure, repairs_types, repairs_request)
MOST_CHANGES = 100  # a payload with more faults than this is junk
TEXT_FAULTS = ("F1", "F2", "F3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """An answer after repair; `text` is the old one when nothing was changed."""

    text: str
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    was_valid: bool = False
    is_valid: bool = False

    @property
    def status(self) -> str:
        """Repaired when valid now, partly when better, left when as it was; right without fault."""
        if self.changes:
            return "repaired" if self.is_valid else "partly"
        return "left" if self.left else "right"


@dataclass(slots=True)
class Work:
    """An answer under repair: the text until it can be parsed, then the payload."""

    bench: Bench
    state: Any
    changes: list[Change] = field(default_factory=list)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def apply(self, issues: Iterable[Issue]) -> bool:
        """Make the first change that one of the issues allows; say whether there was one."""
        for issue in issues:
            case = Case(self.state, issue, self.bench)
            for repair in (*REPAIRS.get(issue.cls, ()), *BY_REQUEST.get(issue.cls, ())):
                found = repair(case)
                if isinstance(found, Refusal):
                    self.reasons.setdefault((issue.cls, issue.path), found.reason)
                elif isinstance(found, Fix) and self.helps(found, issue):
                    self.state = found.after
                    self.changes.append(found.change)
                    self.reasons.clear()
                    return True
        return False

    def helps(self, fix: Fix, issue: Issue) -> bool:
        """Say whether a fix takes the finding away; one that does not is no fix."""
        if isinstance(fix.after, str):
            found = self.bench.text_errors(fix.after)
            return fix.after != self.state and issue.code not in {i.code for i in found}
        return all(
            (other.cls, other.path) != (issue.cls, issue.path)
            for other in self.bench.findings(fix.after)
        )


class Mender:
    """Mends answers of one operation. Does not pickle: build one per process."""

    def __init__(self, validator: Validator) -> None:
        self.validator = validator
        self.grounder = Grounder(validator.operation, validator.catalogue)

    def mend(self, text: str, request: str | None = None) -> Mended:
        """Return an answer with everything mended that can be mended without guessing."""
        bench = Bench(self.validator, Stated(request, self.grounder))
        if not bench.text_findings(text):
            return Mended(text=text, was_valid=True, is_valid=True)
        work = Work(bench, text)
        mended = mend_payload(mend_text(text, work), work)
        return Mended(
            text=mended,
            changes=tuple(work.changes),
            left=what_is_left(mended, work),
            was_valid=not bench.text_errors(text),
            is_valid=not bench.text_errors(mended),
        )


def mend_text(text: str, work: Work) -> str:
    """Return the text with what can be parsed, if its faults as a text can be mended."""
    while len(work.changes) < MOST_CHANGES:
        faults = [i for i in work.bench.text_errors(work.state) if i.cls in TEXT_FAULTS]
        if not faults or not work.apply(faults):
            break
    return work.state if work.changes else text


def mend_payload(text: str, work: Work) -> str:
    """Return the text with its payload mended, set as before."""
    if any(issue.cls in TEXT_FAULTS for issue in work.bench.text_errors(text)):
        return text
    style, before = style_of(text), len(work.changes)
    work.state = parse_verbatim(text.strip(BLANK))
    while len(work.changes) < MOST_CHANGES and work.apply(work.bench.findings(work.state)):
        pass
    return render_verbatim(work.state, style) if len(work.changes) > before else text


def what_is_left(text: str, work: Work) -> tuple[Left, ...]:
    """Return the faults that stay, each with the reason."""
    return tuple(
        Left(
            cls=issue.cls,
            code=issue.code,
            pointer=pointer_of(place_of(issue.path)),
            reason=work.reasons.get((issue.cls, issue.path))
            or reason_for(issue, work.bench.stated),
        )
        for issue in work.bench.text_findings(text)
    )
