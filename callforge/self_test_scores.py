"""What becomes of injected faults of one class? Counts of found, exactly named and missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from callforge_core.records import Payload
from callforge_core.seeding import stream
from eval.proportions import wilson
from generators.defects import Defect, inject
from generators.edits import NotApplicable
from generators.faults_decisions import inject_decision
from validators.decision_faults import Expected, Validators, diagnose_decision
from validators.diagnosis import Diagnosis, diagnose
from validators.payload import Validator

ROUNDS = 25  # how often the golds are gone through for a class that seldom applies
EXAMPLES = 3


class Gold(NamedTuple):
    """A right payload; its request, when that says all of it."""

    payload: Payload
    request: str | None


class Outcome(NamedTuple):
    """A fault that was injected, what the diagnosis named, and which lesser checks saw it."""

    defect: Defect
    found: Diagnosis
    by_text: bool | None = None
    by_request: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """What became of the faults of one class."""

    cls: str
    injected: int
    by_text: int | None = None
    """So many are rejected by the text alone; None when nobody could judge by that."""
    by_request: int | None = None
    """So many are rejected by text and request, of `requests`."""
    requests: int = 0
    found: int = 0
    """So many are named when the right answer is known."""
    exact: int = 0
    """So many are named, and nothing else is."""
    why_none: str = ""
    """Why the class has no instance here."""
    missed: tuple[str, ...] = ()
    """Some answers whose diagnosis was another."""

    def to_json(self) -> dict[str, Any]:
        """Return the score with its rate and Wilson's 95 % interval."""
        row: dict[str, Any] = {"class": self.cls, "injected": self.injected}
        if not self.injected:
            return row | {"not_applicable": self.why_none}
        low, high = wilson(self.found, self.injected)
        return row | {
            "rejected_by_text": self.by_text,
            "rejected_with_request": self.by_request,
            "with_request": self.requests,
            "found": self.found,
            "exact": self.exact,
            "kill_rate": {"value": self.found / self.injected, "low": low, "high": high},
            "missed": list(self.missed),
        }


def score_payloads(
    cls: str, golds: Sequence[Gold], validator: Validator, *, rows: int, seed: int
) -> ClassScore:
    """Inject `rows` payload faults of a class and count what is said of them."""
    outcomes = []
    for gold, defect in islice(iter_payload_faults(cls, golds, validator, seed), rows):
        found = diagnose(defect.text, validator, gold=gold.payload, request=gold.request)
        by_text = not validator.verdict_text(defect.text).ok
        by_request = None
        if gold.request is not None:
            by_request = by_text or bool(diagnose(defect.text, validator, request=gold.request))
        outcomes.append(Outcome(defect, found, by_text, by_request))
    if outcomes:
        return count(cls, outcomes)
    edit = inject(cls, golds[0].payload, validator, stream(seed, "none", cls))
    why = edit.reason if isinstance(edit, NotApplicable) else "no gold offers a place for it"
    return ClassScore(cls=cls, injected=0, why_none=why)


def iter_payload_faults(
    cls: str, golds: Sequence[Gold], validator: Validator, seed: int
) -> Iterator[tuple[Gold, Defect]]:
    """Yield faults of a class in gold after gold, round after round."""
    for turn in range(ROUNDS):
        for number, gold in enumerate(golds):
            defect = inject(cls, gold.payload, validator, stream(seed, cls, turn, number))
            if isinstance(defect, Defect):
                yield gold, defect


def score_decisions(
    cls: str, due: Sequence[Expected], validators: Validators, *, rows: int, seed: int
) -> ClassScore:
    """Inject `rows` decision faults of a class and count what is said of them."""
    faults = iter_decision_faults(cls, due, validators, seed)
    outcomes = [
        Outcome(defect, diagnose_decision(defect.text, expected, validators))
        for expected, defect in islice(faults, rows)
    ]
    return count(cls, outcomes)


def iter_decision_faults(
    cls: str, due: Sequence[Expected], validators: Validators, seed: int
) -> Iterator[tuple[Expected, Defect]]:
    """Yield faults of a class in answer after answer, round after round."""
    for turn in range(ROUNDS):
        for number, expected in enumerate(due):
            defect = inject_decision(cls, expected, validators, stream(seed, cls, turn, number))
            if isinstance(defect, Defect):
                yield expected, defect


def count(cls: str, outcomes: Iterable[Outcome]) -> ClassScore:
    """Return the counts of one class."""
    counts: Counter[str] = Counter()
    missed: list[str] = []
    judged_by_text = False
    for outcome in outcomes:
        named = {name for name, _ in outcome.found}
        counts["injected"] += 1
        counts["found"] += cls in named
        counts["exact"] += named == {cls}
        counts["text"] += outcome.by_text is True
        counts["request"] += outcome.by_request is True
        counts["requests"] += outcome.by_request is not None
        judged_by_text |= outcome.by_text is not None
        if named != {cls} and len(missed) < EXAMPLES:
            said = ", ".join(f"{name} {place}" for name, place in sorted(outcome.found))
            missed.append(f"{outcome.defect.fault.detail}: {said or 'nothing'}")
    return ClassScore(
        cls=cls,
        injected=counts["injected"],
        by_text=counts["text"] if judged_by_text else None,
        by_request=counts["request"] if counts["requests"] else None,
        requests=counts["requests"],
        found=counts["found"],
        exact=counts["exact"],
        missed=tuple(missed),
    )
