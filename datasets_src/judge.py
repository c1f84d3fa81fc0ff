"""Is this row right? Judges rows one by one and counts what it finds.

A preference row is right when its chosen side is valid and its rejected side is wrong. What a row
says beyond its request, or leaves out of it, makes it unfaithful, not invalid.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from callforge_core.records import Issue, Verdict
from datasets_src.cells import Line, Raw, read_cell
from datasets_src.coverage import Survey
from datasets_src.filters import reject_faults
from datasets_src.findings import (
    BASES,
    LAYERS,
    accepted_issue,
    depth,
    errors,
    join,
    unreadable_issue,
)
from datasets_src.near_duplicates import hash_text
from datasets_src.readers import Entry, iter_entries
from datasets_src.row_operations import RowValidators
from datasets_src.row_sides import (
    asked,
    asked_about,
    callable_by,
    expected_of,
    judge_sides,
    read_payload,
    with_decisions,
)
from datasets_src.shapes import get_shape
from datasets_src.soundness import iter_reject_faults, speaks_of_decisions, unknown_operation
from datasets_src.tally import Limits, Tally
from validators.decisions import iter_row_issues
from validators.dialogue import iter_dialogue_issues
from validators.dialogue_calls import iter_call_issues
from validators.payload import Validator

STRETCH = 128  # rows judged together: validators.payload.Validator.verdicts says why


class Judge:
    """Judges rows, those that name their operation by that one. Does not pickle."""

    def __init__(
        self, validator: Validator, limits: Limits, documents: Sequence[Path] = ()
    ) -> None:
        self.validator = validator
        self.validators = RowValidators(validator, documents)
        self.limits = limits
        self.survey = Survey(validator.operation, validator.catalogue)

    def judge_cells(self, form: str, first: int, cells: Iterable[Line | Raw]) -> Tally:
        """Read and judge a stretch of rows that starts with row number `first`."""
        return self.judge(iter_entries(map(read_cell, cells), get_shape(form), first))

    def judge(self, entries: Iterable[Entry]) -> Tally:
        """Judge a stretch of rows."""
        payloads: list[Any] = []
        tally = self.start()
        for entry, verdicts in self.iter_judged(entries):
            before = tally.issues_total - tally.warnings
            self.judge_row(entry, verdicts, tally, payloads)
            content = {"id": entry.id, "request": entry.request, **entry.fields}
            faulty = tally.issues_total - tally.warnings > before
            tally.show(entry.row, content, faulty=faulty)
        tally.coverage.merge(self.survey.count(payloads))
        tally.marks.close()
        return tally

    def iter_judged(
        self, entries: Iterable[Entry]
    ) -> Iterator[tuple[Entry, Mapping[str, Verdict]]]:
        """Yield each row with the verdict on each of its sides, judged a stretch at a time."""
        rows = iter(entries)
        while part := list(itertools.islice(rows, STRETCH)):
            groups: dict[str, list[Entry]] = {}
            for entry in part:
                judge = self.validators.judge_for(entry.operation)
                groups.setdefault(judge.operation.operation_id, []).append(entry)
            found = {
                entry.row: verdicts
                for name, entries in groups.items()
                for entry, verdicts in zip(
                    entries, judge_sides(entries, self.validators[name]), strict=True
                )
            }
            for entry in part:
                yield entry, with_decisions(entry, found[entry.row], self.validators)

    def start(self) -> Tally:
        """Return a tally of no rows."""
        return Tally(limits=self.limits, coverage=self.survey.count(()))

    def judge_row(
        self, entry: Entry, verdicts: Mapping[str, Verdict], tally: Tally, payloads: list[Any]
    ) -> None:
        """Judge one row and note what is wrong with it."""
        tally.rows += 1
        if entry.id is not None:
            tally.ids.append(hash_text(entry.id))
        if entry.problem:
            tally.unreadable += 1
            tally.note(join(entry, "row", unreadable_issue(entry)))
            return
        tally.decisions[entry.decision or "call"] += 1
        said = list(entry.fields.values()) or [entry.decision or ""]
        tally.marks.add(entry.row, entry.request, said)
        if entry.request is not None:
            tally.request_lengths[len(entry.request)] += 1
        right = True
        for name, text in entry.fields.items():
            if name != "rejected":
                tally.payload_lengths[len(text)] += 1
                if self.validators.judge_for(entry.operation) is self.validator:
                    payloads.append(read_payload(text))
                right = self.judge_side(entry, name, verdicts[name].issues, tally) and right
        if is_dialogue(entry):
            payloads += bodies_of(entry, self.validator.operation.operation_id)
            calls = list(iter_call_issues(entry.messages, self.validators))
            right = self.judge_side(entry, "messages", calls, tally) and right
        self.judge_turns(entry, tally)
        if "rejected" in entry.fields:
            found = errors(verdicts["rejected"].issues)
            right = self.judge_reject(entry, found, tally, chosen_ok=right) and right
        tally.valid += right

    def judge_side(self, entry: Entry, name: str, issues: Sequence[Issue], tally: Tally) -> bool:
        """Note the issues of an answer that should be right; say whether it is valid."""
        for issue in issues:
            tally.note(join(entry, name, issue))
        found = errors(issues)
        wrong = [issue for issue in found if issue.layer in LAYERS]
        if wrong:
            tally.first_layers[min((issue.layer for issue in wrong), key=depth)] += 1
            tally.basis[min((issue.basis for issue in wrong), key=BASES.index)] += 1
        tally.unused += any(issue.cls == "V6" and issue.layer == "grounding" for issue in issues)
        tally.grounded += asked(entry) is not None
        tally.ungrounded += len(found) > 0 and not wrong
        return not wrong

    def judge_turns(self, entry: Entry, tally: Tally) -> None:
        """Note what is wrong with a row that asks or refuses, and with a talk of several turns."""
        operation = self.validators.judge_for(
            entry.operation or asked_about(entry, self.validators)
        ).operation
        found: list[tuple[str, Issue]] = []
        if entry.decision is not None and entry.answer is not None:
            found += (
                ("answer", issue)
                for issue in iter_row_issues(
                    decision=entry.decision,
                    request=asked(entry),
                    answer=entry.answer,
                    operation=operation,
                )
            )
        if entry.decision == "call" and not self.validators.knows(entry.operation):
            found.append(("operation", unknown_operation(f"no operation {entry.operation!r}")))
        turns = all_turns(entry)
        if is_dialogue(entry) or sum(turn["role"] == "user" for turn in turns) > 1:
            found += (("messages", issue) for issue in iter_dialogue_issues(turns, operation))
        for name, issue in found:
            tally.note(join(entry, name, issue))
        tally.misjudged += len(errors(issue for _, issue in found)) > 0

    def reject_faults(self, entry: Entry) -> frozenset[tuple[str, str]]:
        """Return what is wrong with a rejected side, measured against the chosen one."""
        chosen, rejected = entry.fields["chosen"], entry.fields["rejected"]
        if speaks_of_decisions(chosen, rejected):
            _, expected = expected_of(entry, self.validators)
            return frozenset(
                iter_reject_faults(rejected, expected, callable_by(entry, self.validators))
            )
        judge = self.validators.judge_for(entry.operation)
        return reject_faults(chosen, rejected, entry.request, judge)

    def judge_reject(
        self, entry: Entry, found: Sequence[Issue], tally: Tally, *, chosen_ok: bool
    ) -> bool:
        """Say whether the rejected side is wrong: invalid, or not the call that chosen is."""
        tally.rejects += 1
        faults = {(issue.cls, issue.path) for issue in found}
        missing = entry.fault is not None and entry.fault not in {cls for cls, _ in faults}
        if chosen_ok and (missing or not faults):
            faults |= self.reject_faults(entry)
        classes = {cls for cls, _ in faults}
        tally.reject_faults.update(sorted(cls for cls, _ in faults))
        tally.rejects_several += len(faults) > 1
        if entry.fault:
            tally.stated[entry.fault] += 1
            if entry.fault not in classes:
                tally.unconfirmed[entry.fault] += 1
        if classes:
            tally.rejects_wrong += 1
            return True
        tally.note(join(entry, "rejected", accepted_issue(entry, chosen_ok=chosen_ok)))
        return False


def is_dialogue(entry: Entry) -> bool:
    """Say whether every turn of a row counts, not one answer."""
    return bool(entry.messages) and not entry.fields and entry.answer is None


def bodies_of(entry: Entry, operation: str) -> Iterator[Any]:
    """Yield the bodies of the calls of an operation in a dialogue."""
    for turn in entry.messages:
        if turn["role"] == "assistant" and str(turn["content"]).startswith('{"operation"'):
            value = read_payload(str(turn["content"]))
            if isinstance(value, dict) and value.get("operation") == operation:
                yield value.get("body")


def all_turns(entry: Entry) -> list[Mapping[str, Any]]:
    """Return the turns of a conversation, the answer among them."""
    turns = list(entry.messages)
    answer = entry.answer or entry.fields.get("payload") or entry.fields.get("chosen")
    if turns and answer is not None and turns[-1]["role"] != "assistant":
        turns.append({"role": "assistant", "content": answer})
    return turns
