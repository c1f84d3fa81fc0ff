"""Which kinds of faults were found, how often, where, on what ground, and what can be done?

Findings are grouped by class (or by code, where they have none), and within a class by code and
place: the same slip in 18 rows is one line with 18 links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from callforge import figures
from callforge.advice import advise
from callforge.answer_text import render_answer
from callforge.fault_names import FaultName, name_fault
from callforge.foreign_text import cut
from callforge.row_lookup import Key, RowLookup, pick_side
from callforge.rule_texts import explain

Issue = Mapping[str, Any]

MOST_PATTERNS = 8
MOST_LINKS = 14
MOST_ADVICE = 3
LONGEST_MESSAGE = 400
INDEX = re.compile(r"\[\d+\]")
LAYERS = {
    "parse": "strict JSON",
    "schema": "request schema",
    "closed": "no unknown field",
    "rules": "rules",
    "catalogue": "profile catalogue",
    "grounding": "said by the request",
    "decision": "right decision",
    "dialogue": "fits the dialogue",
    "gold": "as asked",
}
BASES = {
    "schema": "the published schema says so",
    "normative": "the text of the definition demands it",
    "described": "it follows from a description",
    "project": "our own line: the definition is silent",
}
CODES = {
    "row.unreadable": ("unreadable row", "the row itself cannot be read, so nothing was judged"),
    "pair.reject_not_wrong": (
        "rejected answer is not wrong",
        "nothing is wrong with the rejected side, or not what the row says",
    ),
}


def kind_of(issue: Issue) -> str:
    """Return the block of the page a finding belongs to: faults, unfaithful or warnings."""
    if issue.get("severity") == "warn":
        return "warnings"
    if issue.get("layer") in ("grounding", "decision", "dialogue"):
        return "unfaithful"
    return "faults"


def name_of(issue: Issue) -> str:
    """Return the class of a finding, or its code when it has none."""
    return str(issue.get("class") or issue.get("code") or "")


def name_kind(name: str) -> FaultName:
    """Return the words for a class, or for a code that has no class."""
    if name in CODES:
        title, meaning = CODES[name]
        return FaultName("", title, meaning)
    if "." in name:
        return FaultName("", name.rpartition(".")[2].replace("_", " "), "")
    return name_fault(name)


def view_kinds(
    counts: Mapping[str, Any],
    issues: Iterable[Issue],
    lookup: RowLookup,
    *,
    complete: bool,
    block: str = "fault",
) -> list[dict[str, Any]]:
    """Return each kind of finding, the most frequent first; `counts` may know of more than listed.

    `complete` says that every finding is listed, so that rows can be counted.
    """
    listed: dict[str, list[Issue]] = {}
    for issue in issues:
        listed.setdefault(name_of(issue), []).append(issue)
    numbers = {name: float(len(found)) for name, found in listed.items()}
    numbers |= {cls: figures.number(n) or 0.0 for cls, n in counts.items()}
    every, most = sum(numbers.values()) or 1.0, max(numbers.values(), default=0.0) or 1.0
    order = sorted(numbers, key=lambda name: (-numbers[name], name))
    return [
        {
            "id": name,
            "anchor": f"{block}-{re.sub(r'[^A-Za-z0-9]+', '-', name)}",
            "fault": name_kind(name),
            "count": numbers[name],
            "share": numbers[name] / every,
            "length": numbers[name] / most,
            **view_kind(listed.get(name, []), lookup, complete=complete),
        }
        for name in order
    ]


def view_kind(issues: list[Issue], lookup: RowLookup, *, complete: bool) -> dict[str, Any]:
    """Return what the findings of one kind have in common, and one of them as the example."""
    example = next((i for i in issues if lookup.key_of(i) in lookup.rows), None)
    example = example or (issues[0] if issues else None)
    keys = dict.fromkeys(key for issue in issues if (key := lookup.key_of(issue)))
    advice = dict.fromkeys(
        advise(*(str(issue.get(key, "")) for key in ("class", "code", "path"))) for issue in issues
    )
    return {
        "rows": len(keys) if complete and keys else None,
        "layers": names_in(issues, "layer", LAYERS),
        "bases": names_in(issues, "basis", BASES),
        "advice": list(advice)[:MOST_ADVICE],
        "rules": [explain(spec) for spec in specs_of(issues)],
        "example": view_issue(example, lookup) if example else None,
        "payload": mark_example(example, lookup) if example else None,
        "patterns": view_patterns(issues, lookup),
    }


def names_in(issues: Iterable[Issue], key: str, names: Mapping[str, str]) -> list[str]:
    """Return the different words for a key of the findings, in the order of the table."""
    said = {str(issue.get(key) or "") for issue in issues}
    return [text for name, text in names.items() if name in said]


def specs_of(issues: Iterable[Issue]) -> list[str]:
    """Return what findings rest on, in the order of their appearance."""
    return list(dict.fromkeys(str(issue["spec"]) for issue in issues if issue.get("spec")))


def view_issue(issue: Issue, lookup: RowLookup) -> dict[str, Any]:
    """Return one finding with every key the page shows, absent ones as empty text."""
    keys = ("row", "id", "field", "class", "code", "severity", "layer", "file")
    view: dict[str, Any] = {key: "" if issue.get(key) is None else str(issue[key]) for key in keys}
    key = lookup.key_of(issue)
    path = str(issue.get("path") or "$")
    return view | {
        "name": name_kind(name_of(issue)),
        "kind": name_of(issue),
        "anchor": lookup.link(key)[0] if key else "",
        "message": cut(str(issue.get("message") or ""), LONGEST_MESSAGE, lookup.redactor),
        "path": cut(path, LONGEST_MESSAGE),
        "basis": BASES.get(str(issue.get("basis")), ""),
        "rule": explain(str(issue["spec"])) if issue.get("spec") else None,
        "where": LAYERS.get(str(issue.get("layer")), ""),
        "warn": issue.get("severity") == "warn",
        "mild": kind_of(issue) != "faults",
    }


def mark_example(issue: Issue, lookup: RowLookup) -> Markup | None:
    """Return the answer a finding is about with the place marked, if the row is at hand."""
    key = lookup.key_of(issue)
    row = lookup.rows.get(key) if key else None
    side = pick_side(row, str(issue.get("field") or "")) if row else None
    return render_answer(side[1], [issue], lookup.redactor) if side else None


def view_patterns(issues: Iterable[Issue], lookup: RowLookup) -> dict[str, Any]:
    """Return the places of one kind, the most frequent first, each with links to its rows."""
    found: dict[tuple[str, str], dict[Key, None]] = {}
    counts: dict[tuple[str, str], int] = {}
    for issue in issues:
        pattern = (INDEX.sub("[*]", str(issue.get("path") or "$")), str(issue.get("code") or ""))
        counts[pattern] = counts.get(pattern, 0) + 1
        if key := lookup.key_of(issue):
            found.setdefault(pattern, {})[key] = None
    order = sorted(counts, key=lambda pattern: -counts[pattern])
    lines = [
        {
            "path": cut(path, LONGEST_MESSAGE),
            "code": code,
            "count": counts[path, code],
            "links": [lookup.link(key) for key in list(found.get((path, code), ()))[:MOST_LINKS]],
            "more": max(0, len(found.get((path, code), ())) - MOST_LINKS),
        }
        for path, code in order[:MOST_PATTERNS]
    ]
    return {"lines": lines, "more": max(0, len(order) - MOST_PATTERNS)}


def view_rules(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    """Return every rule the findings rest on, numbered ones first, with how often it was broken."""
    counts: dict[str, int] = {}
    for issue in issues:
        if spec := issue.get("spec"):
            counts[str(spec)] = counts.get(str(spec), 0) + 1
    order = sorted(counts, key=lambda spec: ("/" in spec, natural(spec)))
    return [{"rule": explain(spec), "count": counts[spec]} for spec in order]


def natural(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts R2 before R10."""
    return [
        (int(part) if part.isdecimal() and len(part) < 10 else -1, part)
        for part in re.split(r"(\d+)", text)
    ]
