"""How does a file stand? The verdict in a sentence, the checks in order, what findings rest on.

Numbers come from the document of `validate --json`; parts that an older document lacks stay away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from callforge import figures
from callforge.fault_names import name_fault
from callforge.fault_view import BASES, LAYERS, kind_of
from callforge.figures import as_mapping

COUNTS = ("rows", "valid", "invalid", "unreadable")
FIRM = ("schema", "normative")
QUESTIONS = {
    "parse": "exactly one JSON object, no key twice",
    "schema": "the published request schema, formats asserted",
    "closed": "no member that the operation does not declare",
    "rules": "what a schema cannot say",
    "catalogue": "the profile exists, and the duration fits it",
}


def read_counts(document: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of rows, 0 for what is not there."""
    return {key: int(figures.number(document.get(key)) or 0) for key in COUNTS}


def share(part: float, whole: float) -> float:
    """Return part of whole, from 0 to 1."""
    return min(1.0, part / whole) if whole else 0.0


def is_good(counts: Mapping[str, int], document: Mapping[str, Any]) -> bool:
    """Say whether a file is good: what the document says itself, else no bad row among some."""
    said = document.get("ok")
    if isinstance(said, bool):
        return said
    return counts["rows"] > 0 and not counts["invalid"] and not counts["unreadable"]


def say_verdict(counts: Mapping[str, int], document: Mapping[str, Any]) -> str:
    """Say in one sentence how the file stands."""
    rows, invalid, unreadable = counts["rows"], counts["invalid"], counts["unreadable"]
    if not rows and not unreadable:
        return "There are no rows in this file"
    doubtful = int(figures.number(as_mapping(document.get("unfaithful")).get("rows")) or 0)
    parts = []
    if not invalid and not unreadable:
        parts.append(f"All {rows:,} rows are valid" if rows != 1 else "The one row is valid")
    if invalid:
        parts.append(f"{invalid:,} of {rows:,} rows {'is' if invalid == 1 else 'are'} not valid")
    if unreadable:
        parts.append(f"{unreadable:,} cannot be read")
    if doubtful:
        say = "is" if doubtful == 1 else "are"
        but = "" if invalid or unreadable else "but "
        parts.append(f"{but}{doubtful:,} {say} not what was asked")
    return ", ".join(parts)


def say_in_short(
    counts: Mapping[str, int],
    document: Mapping[str, Any],
    issues: Sequence[Mapping[str, Any]],
    *,
    complete: bool,
) -> list[str]:
    """Return the one or two sentences that a reader in a hurry takes along."""
    faults = {
        cls: n
        for cls, value in as_mapping(document.get("faults")).items()
        if (n := figures.number(value))
    }
    every, lines = sum(faults.values()), []
    order = sorted(faults, key=lambda cls: (-faults[cls], cls))
    if len(order) == 1 and every > 1:
        paths = {str(i.get("path")) for i in issues if kind_of(i) == "faults" and i.get("class")}
        place = f", always at {next(iter(paths))}" if complete and len(paths) == 1 else ""
        lines.append(f"It is one and the same fault {every:,.0f} times: {words(order)}{place}.")
    elif len(order) > 3:
        top = sum(faults[cls] for cls in order[:3])
        lines.append(
            f"{len(order)} kinds of faults; the three most frequent, {words(order[:3])}, make up "
            f"{figures.percent(top / every)} of the findings."
        )
    basis = as_mapping(document.get("basis"))
    firm = sum(figures.number(basis.get(key)) or 0 for key in FIRM)
    if counts["invalid"] and basis:
        lines.append(
            f"{firm:,.0f} rows ({figures.percent(share(firm, counts['rows']))}) break what the "
            "definition itself says: this is the rate to quote."
        )
    return lines


def words(classes: Sequence[str]) -> str:
    """List fault classes by number and name."""
    names = [name_fault(cls).label for cls in classes]
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


def view_steps(document: Mapping[str, Any], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the waterfall: how many rows are left after each check, how many fail there first."""
    layers, rows = as_mapping(document.get("layers")), counts["rows"]
    found = [("read", "can be read", "the row is JSON of the expected form", counts["unreadable"])]
    for layer, question in QUESTIONS.items():
        failed = figures.number(as_mapping(layers.get(layer)).get("failed"))
        if failed is not None:
            found.append((layer, LAYERS[layer], question, int(failed)))
    if len(found) == 1 or not rows:
        return []
    amiss = rows - sum(failed for *_, failed in found) - counts["valid"]
    if amiss > 0 and figures.number(as_mapping(document.get("rejects")).get("rows")):
        question = "what a preference row rejects is really wrong"
        found.append(("gold", "rejected side", question, amiss))
    unfaithful = as_mapping(document.get("unfaithful"))
    doubts = figures.number(unfaithful.get("rows"))
    if doubts is not None and figures.number(unfaithful.get("checked")):
        question = "every value comes from the request: valid rows only"
        found.append(("grounding", LAYERS["grounding"], question, int(doubts)))
    steps, left = [], rows
    for layer, name, question, failed in found:
        left = max(0, left - failed)
        steps.append(
            {
                "layer": layer, "name": name, "question": question, "failed": failed, "left": left,
                "left_share": share(left, rows), "failed_share": share(failed, rows),
            }
        )  # fmt: skip
    return steps


def view_basis(document: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, Any] | None:
    """Return what the invalid rows rest on, strongest ground first."""
    basis = as_mapping(document.get("basis"))
    lines: list[dict[str, Any]] = [
        {"text": text, "rows": n, "share": share(n, counts["rows"]), "firm": name in FIRM}
        for name, text in BASES.items()
        if (n := figures.number(basis.get(name))) is not None
    ]
    firm = sum(line["rows"] for line in lines if line["firm"])
    return {"lines": lines, "firm": firm, "share": share(firm, counts["rows"])} if lines else None


def view_unfaithful(
    unfaithful: Mapping[str, Any], doubts: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return how many valid rows are not what was asked; None when nothing was checked."""
    if not figures.number(unfaithful.get("checked")) and not doubts:
        return None
    return {key: figures.number(unfaithful.get(key)) or 0 for key in ("checked", "rows", "unused")}


def view_rejects(rejects: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was found on the rejected sides of preference rows, if there are any."""
    rows = figures.number(rejects.get("rows"))
    if not rows:
        return None
    tables = {key: as_mapping(rejects.get(key)) for key in ("stated", "faults", "unconfirmed")}
    classes = dict.fromkeys(cls for table in tables.values() for cls in table)
    lines: list[dict[str, Any]] = [
        {
            "fault": name_fault(cls),
            **{key: figures.number(table.get(cls)) for key, table in tables.items()},
        }
        for cls in classes
    ]
    most = max((max(line["stated"] or 0, line["faults"] or 0) for line in lines), default=0)
    return {
        "rows": rows,
        "wrong": figures.number(rejects.get("wrong")) or 0,
        "several": figures.number(rejects.get("several")) or 0,
        "has_faults": bool(tables["faults"]),
        "lines": [
            {**line, "share": share(line["stated"] or line["faults"] or 0, most)} for line in lines
        ],
    }
