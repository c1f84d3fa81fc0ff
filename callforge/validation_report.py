"""The page of `callforge validate --html`: is this file good, and if not, what is wrong and where?

`render_validation_report` takes the document of `validate --json` (datasets_src/audit.py) and, if
at hand, the texts of its rows for the row browser:

    {"rows", "valid", "invalid", "unreadable", "faults": {CLASS: n},
     "issues": [{"row", "id", "field", "class", "code", "path", "message", "layer", "spec"}]}
    rows: {ROW NUMBER: {"id", "request", FIELD: payload or text}}; of several files "FILE:ROW"

Every other part is shown when present: layers, basis, unfaithful, rejects, coverage,
near_duplicates, lengths, and files (the documents of several files, shown one by one as well). A
key that has no place on the page stands as it is under "What was checked".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

from callforge import figures
from callforge.data_view import as_list, view_coverage, view_lengths, view_near
from callforge.fault_view import kind_of, view_kinds, view_rules
from callforge.figures import as_mapping
from callforge.foreign_text import cut
from callforge.pages import render_page
from callforge.row_browser import view_browser
from callforge.row_lookup import RowLookup, Rows
from callforge.verdict_view import (
    COUNTS,
    is_good,
    read_counts,
    say_in_short,
    say_verdict,
    share,
    view_basis,
    view_rejects,
    view_steps,
    view_unfaithful,
)

SHOWN = {
    "rows", "valid", "invalid", "unreadable", "ok", "gate", "faults", "issues", "issues_total",
    "issues_shown", "layers", "basis", "rejects", "files", "unfaithful", "coverage",
    "near_duplicates", "lengths", "decision_faults", "file", "warnings", "notes",
}  # fmt: skip
LONGEST_NAME = 120


def render_validation_report(document: Mapping[str, Any], rows: Rows | None = None) -> str:
    """Return the page as self-contained HTML; without `rows` the browser shows findings only."""
    issues = [issue for issue in as_list(document.get("issues")) if isinstance(issue, Mapping)]
    files = [part for part in as_list(document.get("files")) if isinstance(part, Mapping)]
    several = len(files) > 1
    names = [str(part.get("file") or f"file {n}") for n, part in enumerate(files, 1)]
    lookup = RowLookup(rows, names if several else [])
    whole = document if not several else add_parts(document, files)
    complete = all_listed(whole, issues)
    counts = read_counts(whole)
    browser = view_browser(issues, lookup, complete=complete)  # first: it knows what can be linked
    return render_page(
        "validation.html",
        title=say_verdict(counts, whole),
        file=cut(str(document.get("file") or ""), LONGEST_NAME),
        good=is_good(counts, whole),
        short=say_in_short(counts, whole, issues, complete=complete),
        part=view_part(whole, issues, lookup, complete=complete),
        facts=list_facts(document, files),
        notes=[
            cut(str(note), 1000)
            for part in files or [document]
            for note in as_list(part.get("notes"))
        ],
        files=[
            view_file(part, name, number, issues, lookup)
            for number, (part, name) in enumerate(zip(files, names, strict=True), 1)
        ]
        if several
        else [],
        browser=browser,
        listed=len(issues),
        found=max(len(issues), int(figures.number(whole.get("issues_total")) or 0)),
        rules=view_rules(issues),
        script=load_script(),
        script_hash=hash_script(),
    )


def view_part(
    document: Mapping[str, Any],
    issues: Sequence[Mapping[str, Any]],
    lookup: RowLookup,
    *,
    complete: bool,
    file: str = "",
) -> dict[str, Any]:
    """Return what the page says of one document: a file, or all of them together."""
    counts = read_counts(document)
    kinds: dict[str, list[Mapping[str, Any]]] = {"faults": [], "unfaithful": [], "warnings": []}
    for issue in issues:
        kinds[kind_of(issue)].append(issue)
    unfaithful = as_mapping(document.get("unfaithful"))
    doubts = {**as_mapping(unfaithful.get("faults")), **as_mapping(document.get("decision_faults"))}
    sides = figures.number(unfaithful.get("checked")) or counts["rows"] - counts["unreadable"]
    return {
        "counts": counts,
        "bar": [(key, counts[key], share(counts[key], counts["rows"])) for key in COUNTS[1:]],
        "steps": view_steps(document, counts),
        "basis": view_basis(document, counts),
        "faults": view_kinds(
            as_mapping(document.get("faults")), kinds["faults"], lookup, complete=complete
        ),
        "unfaithful": view_unfaithful(unfaithful, doubts),
        "doubts": view_kinds(doubts, kinds["unfaithful"], lookup, complete=complete, block="asked"),
        "warnings": view_kinds({}, kinds["warnings"], lookup, complete=complete, block="note"),
        "rejects": view_rejects(as_mapping(document.get("rejects"))),
        "coverage": view_coverage(document.get("coverage"), sides),
        "near": view_near(document.get("near_duplicates"), lookup, file),
        "lengths": view_lengths(document.get("lengths")),
    }


def view_file(
    part: Mapping[str, Any],
    name: str,
    number: int,
    issues: Sequence[Mapping[str, Any]],
    lookup: RowLookup,
) -> dict[str, Any]:
    """Return one of several files: its line in the table and its own part of the page."""
    own = [issue for issue in issues if issue.get("file") == name]
    counts = read_counts(part)
    return {
        "number": number,
        "name": cut(name, LONGEST_NAME),
        "format": str(part.get("format") or ""),
        "counts": counts,
        "good": is_good(counts, part),
        "valid_share": share(counts["valid"], counts["rows"]),
        "part": view_part(part, own, lookup, complete=all_listed(part, own), file=name),
    }


def all_listed(document: Mapping[str, Any], issues: Sequence[Any]) -> bool:
    """Say whether every finding of a document stands in its list."""
    total = figures.number(document.get("issues_total"))
    return total is None or total <= len(issues)


def add_parts(document: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the document of several files, parts it lacks added up from them."""
    keys = ("layers", "basis", "rejects", "unfaithful", "decision_faults", "issues_total")
    absent = [key for key in keys if key not in document]
    return {
        **document,
        **{
            key: total([part[key] for part in files if part.get(key) is not None])
            for key in absent
            if any(part.get(key) is not None for part in files)
        },
    }


def total(values: Sequence[Any]) -> Any:
    """Add numbers, or objects of numbers."""
    if not all(isinstance(value, Mapping) for value in values):
        return sum(number for value in values if (number := figures.number(value)) is not None)
    keys = dict.fromkeys(key for value in values for key in value)
    return {key: total([value[key] for value in values if key in value]) for key in keys}


def list_facts(
    document: Mapping[str, Any], files: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Return the keys of the document that this page has no place for, as they are."""
    known = ("api", "release", "operation", "catalogue")
    shared = {
        key: files[0][key]
        for key in known
        if files
        and key in files[0]
        and key not in document
        and all(part.get(key) == files[0][key] for part in files)
    }
    rest = {key: value for key, value in document.items() if key not in SHOWN}
    return [(name, text[:500]) for name, text in figures.flatten(shared | rest)]


@cache
def load_script() -> Markup:
    """Return the script of the page."""
    text = resources.files("callforge").joinpath("templates/validation.js").read_text("utf-8")
    return Markup(text)  # noqa: S704  # our own file, no foreign text in it


@cache
def hash_script() -> str:
    """Return the hash that lets this script run, and no other, by the page's own policy."""
    digest = hashlib.sha256(load_script().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
