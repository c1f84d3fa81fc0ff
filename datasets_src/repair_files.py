"""Mends the answers of a file row by row, and keeps the record of what was done and what was left.

Of a preference row only the chosen side is mended: the rejected one is wrong on purpose.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callforge_core.jsonl import render_json, writing
from datasets_src.filters import load_payload
from datasets_src.readers import AUTO, Entry
from datasets_src.repair import Mended, Mender
from datasets_src.repairing import Left
from datasets_src.rewriting import rewrite
from validators.payload import Validator

SIDES_TO_MEND = ("payload", "chosen")
SUFFIX = ".repairs.jsonl"
IN_PARTS = "the answer stands in several parts of the row; nothing could be put back"
AS_REJECTED = "mended, the chosen side would say what the rejected one says"

Record = dict[str, Any]


@dataclass(slots=True)
class Summary:
    """The counts of a repair."""

    rows: int = 0
    unreadable: int = 0
    valid_before: int = 0
    valid_after: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    """repaired, partly, left -> rows that were invalid, or are mended."""
    unfaithful: int = 0
    """Rows that are valid afterwards, but say what their request does not, or less."""
    rules: Counter[str] = field(default_factory=Counter)
    """Fault class and rule -> changes."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Fault class and reason -> faults left."""

    @property
    def ok(self) -> bool:
        """True when every row is valid afterwards."""
        return 0 < self.rows == self.valid_after

    def to_json(self) -> dict[str, Any]:
        """Return the document of `repair --json`."""
        return {
            "ok": self.ok,
            "rows": self.rows,
            "unreadable": self.unreadable,
            "valid_before": self.valid_before,
            "valid_after": self.valid_after,
            **{name: self.statuses[name] for name in ("repaired", "partly", "left")},
            "unfaithful": self.unfaithful,
            "changes": dict(self.rules.most_common()),
            "reasons": dict(self.reasons.most_common()),
        }


class Workshop:
    """Mends entries one after another; hands each record to `keep`."""

    def __init__(self, validator: Validator, keep: Callable[[Record], None]) -> None:
        self.mender = Mender(validator)
        self.keep = keep
        self.summary = Summary()

    def change(self, entry: Entry) -> Mapping[str, str]:
        """Return the new text of the side that is to be right, if it changes."""
        self.summary.rows += 1
        if entry.problem:
            self.summary.unreadable += 1
            left = [Left(cls="", code="row.unreadable", pointer="", reason=entry.problem)]
            self.note(entry, "row", Mended(text="", left=tuple(left)))
            return {}
        name = next((side for side in SIDES_TO_MEND if side in entry.fields), None)
        if name is None:  # a row that asks or refuses
            self.summary.valid_before += 1
            self.summary.valid_after += 1
            return {}
        mended = self.mend(entry, name)
        self.summary.valid_before += mended.was_valid
        self.summary.valid_after += mended.is_valid
        self.note(entry, name, mended)
        return {name: mended.text} if mended.changes else {}

    def mend(self, entry: Entry, name: str) -> Mended:
        """Return one side mended, or as it is where it cannot be put back."""
        old = entry.fields[name]
        mended = self.mender.mend(old, request_of(entry))
        if not mended.changes:
            return mended
        if name not in entry.places:
            return undone(mended, old, IN_PARTS)
        if name == "chosen" and is_same(mended.text, entry.fields.get("rejected", "")):
            return undone(mended, old, AS_REJECTED)
        return mended

    def note(self, entry: Entry, name: str, mended: Mended) -> None:
        """Count what was done to a row and keep its record, if it had a fault."""
        if mended.status == "right":
            return
        if mended.changes or not mended.is_valid:
            self.summary.statuses[mended.status] += 1
        self.summary.unfaithful += mended.is_valid and bool(mended.left)
        self.summary.rules.update(f"{c.cls} {c.rule}" for c in mended.changes)
        self.summary.reasons.update(f"{left.cls} {left.reason}".strip() for left in mended.left)
        self.keep(
            {
                "row": entry.row,
                "id": entry.id,
                "field": name,
                "status": mended.status,
                "changes": [change.to_json() for change in mended.changes],
                "left": [left.to_json() for left in mended.left],
            }
        )


def undone(mended: Mended, old: str, reason: str) -> Mended:
    """Return the old text; what would have been mended is left, for one reason."""
    faults = [
        Left(cls=change.cls, code=change.code, pointer=change.pointer, reason=reason)
        for change in mended.changes
    ]
    valid = mended.was_valid
    return Mended(text=old, left=(*faults, *mended.left), was_valid=valid, is_valid=valid)


def request_of(entry: Entry) -> str | None:
    """Return what the user says: the request, or all user turns of a conversation."""
    said = [str(turn["content"]) for turn in entry.messages if turn.get("role") == "user"]
    return "\n".join(said) if len(said) > 1 else entry.request


def is_same(chosen: str, rejected: str) -> bool:
    """Say whether two answers say the same object."""
    one, other = load_payload(chosen), load_payload(rejected)
    return chosen == rejected if one is None else one == other


def repair_file(
    path: Path, out: Path, validator: Validator, form: str = AUTO
) -> tuple[str, Summary]:
    """Write `out` with mended answers and the records beside it; return format and counts."""
    with keeping(out.with_name(out.name + SUFFIX)) as keep:
        workshop = Workshop(validator, keep)
        form = rewrite(path, out, workshop.change, form)
    return form, workshop.summary


@contextlib.contextmanager
def keeping(path: Path) -> Iterator[Callable[[Record], None]]:
    """Open the file of records; it appears complete or not at all."""
    with writing(path) as stream:

        def keep(record: Record) -> None:
            stream.write(f"{render_json(record)}\n")

        yield keep
