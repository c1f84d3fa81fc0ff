"""The page of `callforge validate --html`: is this file good, and if not, what is wrong and where?

`render_validation_report` takes the document of `validate --json` (datasets_src/audit.py)
and, if at hand, the texts of its rows, so that each fault class shows one example in its place:

    {"rows", "valid", "invalid", "unreadable", "faults": {CLASS: n},
     "issues": [{"row", "id", "field", "class", "code", "path", "message"}]}
    rows: {ROW NUMBER or PLACE: {FIELD: payload or text}}

The parts "layers", "basis", "rejects" and "issues_total" are shown when present, and so are "spec",
"basis" and "severity" of an issue; any other key stands as it is under "What was checked". The
document of several files holds theirs under "files": these parts are then added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from callforge import charts, figures
from callforge.fault_names import name_fault
from callforge.figures import as_mapping
from callforge.pages import render_page
from callforge.payload_view import (
    Mark,
    holds,
    parse_answer,
    read_path,
    render_payload,
    render_text,
)

SHOWN = {
    "rows", "valid", "invalid", "unreadable", "ok", "faults", "issues", "issues_total",
    "issues_shown", "layers", "basis", "rejects", "files", "decisions",
}  # fmt: skip
MOST_ISSUES = 2000  # about a megabyte of HTML
Rows = Mapping[int, Mapping[str, Any]] | Mapping[str, Mapping[str, Any]]
LAYERS = {
    "parse": "strict JSON",
    "schema": "request schema",
    "closed": "no unknown field",
    "rules": "rules",
    "catalogue": "profile catalogue",
}
BASES = {
    "schema": "the published schema says so",
    "normative": "the text of the definition demands it",
    "described": "it follows from a description",
    "project": "our own line: the definition is silent",
}


def render_validation_report(document: Mapping[str, Any], rows: Rows | None = None) -> str:
    """Return the page as self-contained HTML; without `rows` examples show no payload."""
    issues = [issue for issue in document.get("issues") or [] if isinstance(issue, Mapping)]
    files = [part for part in document.get("files") or [document] if isinstance(part, Mapping)]
    counts = {
        key: int(figures.number(document.get(key)) or 0)
        for key in ("rows", "valid", "invalid", "unreadable")
    }
    return render_page(
        "validation.html",
        title=say_verdict(counts),
        good=counts["rows"] > 0 and not counts["invalid"] and not counts["unreadable"],
        counts=counts,
        bar=draw_bar(counts),
        facts=list_facts(document),
        faults=view_faults(as_mapping(document.get("faults")), issues, rows or {}, counts["rows"]),
        issues=[view_issue(issue) for issue in issues[:MOST_ISSUES]],
        total=max(len(issues), int(figures.number(add_up(files, "issues_total")) or 0)),
        layers=draw_layers(as_mapping(add_up(files, "layers"))),
        bases=list_bases(as_mapping(add_up(files, "basis"))),
        rejects=view_rejects(as_mapping(add_up(files, "rejects"))),
        files=files if len(files) > 1 else [],
    )


def add_up(files: Sequence[Mapping[str, Any]], key: str) -> Any:
    """Return the sum of one part over the documents of all files; objects are added by key."""
    return total([part[key] for part in files if part.get(key) is not None])


def total(values: Sequence[Any]) -> Any:
    """Add numbers, or objects of numbers."""
    if not all(isinstance(value, Mapping) for value in values):
        return sum(number for value in values if (number := figures.number(value)) is not None)
    keys = dict.fromkeys(key for value in values for key in value)
    return {key: total([value[key] for value in values if key in value]) for key in keys}


def say_verdict(counts: Mapping[str, int]) -> str:
    """Say in one sentence how the file stands."""
    rows, invalid, unreadable = counts["rows"], counts["invalid"], counts["unreadable"]
    if not rows and not unreadable:
        return "There are no rows in this file"
    if not invalid and not unreadable:
        return f"All {rows:,} rows are valid" if rows != 1 else "The one row is valid"
    parts = []
    if invalid:
        parts.append(f"{invalid:,} of {rows:,} rows {'is' if invalid == 1 else 'are'} not valid")
    if unreadable:
        parts.append(f"{unreadable:,} cannot be read")
    return ", ".join(parts)


def draw_bar(counts: Mapping[str, int]) -> str:
    """Draw valid, invalid and unreadable rows as one bar."""
    parts = [
        charts.Part(label=key, amount=counts[key], text=f"{counts[key]:,}", style=style)
        for key, style in (
            ("valid", "fill-good"),
            ("invalid", "fill-dpo"),
            ("unreadable", "fill-muted"),
        )
        if counts[key]
    ]
    return charts.render_stack(parts, title="Valid, invalid and unreadable rows", legend=False)


def draw_layers(layers: Mapping[str, Any]) -> str:
    """Draw how many rows are left after each check, and how many fail there first."""
    parts = []
    for layer, name in LAYERS.items():
        step = as_mapping(layers.get(layer))
        failed, left = figures.number(step.get("failed")), figures.number(step.get("left"))
        if failed is not None and left is not None:
            text = f"{left:,.0f}" + (f", {failed:,.0f} fail here" if failed else "")
            parts.append(charts.Part(label=name, amount=left, text=text))
    return charts.render_bars(parts, title="Rows left after each check", style="good")


def list_bases(basis: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what the findings rest on, strongest first, with the number of rows."""
    return [(text, figures.count(basis[name])) for name, text in BASES.items() if name in basis]


def view_rejects(rejects: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was found on the rejected sides of preference rows, if there are any."""
    rows = figures.number(rejects.get("rows"))
    if not rows:
        return None
    stated = as_mapping(rejects.get("stated"))
    parts = [
        charts.Part(label=name_fault(cls).label, amount=n, text=f"{n:,.0f}")
        for cls, value in stated.items()
        if (n := figures.number(value)) is not None
    ]
    unconfirmed = as_mapping(rejects.get("unconfirmed"))
    return {
        "rows": rows,
        "wrong": figures.number(rejects.get("wrong")),
        "chart": charts.render_bars(parts, title="Stated faults of the rejected answers"),
        "unconfirmed": [
            (name_fault(cls).label, figures.count(n)) for cls, n in unconfirmed.items()
        ],
    }


def list_facts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the keys of the document that this page has no place for, as they are."""
    return figures.flatten({key: value for key, value in document.items() if key not in SHOWN})


def view_faults(
    faults: Mapping[str, Any],
    issues: Iterable[Mapping[str, Any]],
    rows: Rows,
    total: int,
) -> list[dict[str, Any]]:
    """Return each fault class with its count and first example, the most frequent first."""
    first: dict[str, Mapping[str, Any]] = {}
    for issue in issues:
        if issue.get("severity") != "warn":
            first.setdefault(str(issue.get("class", "")), issue)
    counted = {cls: figures.number(n) or 0.0 for cls, n in faults.items()}
    order = sorted(counted, key=lambda cls: (-counted[cls], cls))
    return [
        {
            "fault": name_fault(cls),
            "count": counted[cls],
            "share": min(1.0, counted[cls] / total) if total else None,
            "example": view_issue(first[cls]) if cls in first else None,
            "payload": view_place(first[cls], rows) if cls in first else None,
        }
        for cls in order
    ]


def view_issue(issue: Mapping[str, Any]) -> dict[str, Any]:
    """Return one issue with every key the page shows, absent ones as empty text."""
    keys = ("row", "id", "field", "class", "code", "path", "message", "spec", "severity", "file")
    view = {key: "" if issue.get(key) is None else str(issue[key]) for key in keys}
    view["basis"] = BASES.get(str(issue.get("basis")), "")
    view["name"] = name_fault(view["class"]).name
    return view


def view_place(issue: Mapping[str, Any], rows: Rows) -> Markup | None:
    """Return the payload of an issue's row with the offending place marked, if the row is known."""
    row = as_mapping(rows).get(issue.get("place", "")) or as_mapping(rows).get(issue.get("row", -1))
    if row is None:
        return None
    value = pick_value(row, str(issue.get("field") or ""))
    if isinstance(value, str):
        payload = parse_answer(value)
        if payload is None:
            return render_text(value)
        value = payload
    pointer, mark = find_place(value, read_path(str(issue.get("path") or "$")))
    return render_payload(value, {pointer: mark} if pointer else {})


def pick_value(row: Mapping[str, Any], field: str) -> Any:
    """Return what stands under `field`: a payload, a text, or a conversation's last message."""
    for key in (field, "payload", "output", "response", "completion"):
        if key in row:
            value = row[key]
            break
    else:
        return dict(row)
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        return value[-1].get("content", value)
    return value


def find_place(value: Any, pointer: str) -> tuple[str, Mark]:
    """Return what to mark: the place itself, a missing member, or the nearest thing above."""
    if holds(value, pointer):
        return pointer, Mark("wrong")
    parent = pointer.rpartition("/")[0]
    if holds(value, parent):
        return pointer, Mark("missing")
    while parent and not holds(value, parent):
        parent = parent.rpartition("/")[0]
    return parent, Mark("wrong")
