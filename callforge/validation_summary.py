"""What a person reads after `callforge validate`: the verdict first, then the reasons."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from callforge.advice import advise
from callforge.fault_names import name_fault
from callforge.foreign_text import Redactor
from datasets_src.row_sides import read_payload
from validators.places import has_place, place_of, value_at

Document = Mapping[str, Any]
Rows = Mapping[int, Mapping[str, Any]]

LAYERS = {
    "parse": "strict JSON",
    "schema": "request schema",
    "closed": "no unknown field",
    "rules": "rules",
    "catalogue": "profile catalogue",
}
FIRM = {"schema": "the schema", "normative": "its binding text"}
SOFT = {"described": "a description", "project": "our own policy"}
WIDEST = 110  # longer lines are hard to read
COLOURS = {"good": "\033[32m", "bad": "\033[31m", "head": "\033[1m"}
MOST_FAULTS = 12
MOST_NAMES = 6
VALUE_LENGTH = 70


def render_summary(document: Document, rows: Rows | None = None) -> str:
    """Return the summary of one file, fitted to the terminal."""
    parts = [
        verdict_lines(document),
        layer_lines(document),
        *fault_parts(document, rows or {}),
        wrap(basis_lines(document)),
        wrap(reject_lines(document)),
        *unfaithful_parts(document, rows or {}),
        wrap([*duplicate_lines(document), *coverage_lines(document)]),
    ]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def render_total(document: Document) -> str:
    """Return one line over several files."""
    good = sum(part["ok"] for part in document["files"])
    files = len(document["files"])
    line = f"{document['file']}: {good} of {files} good; {count_rows(document)}"
    return paint(line, "good" if good == files else "bad")


def verdict_lines(document: Document) -> Iterator[str]:
    """Yield what stands at the top: file, format, verdict."""
    yield paint(f"{document['file']} ({document['format']}): {count_rows(document)}", "head")
    yield paint(say_verdict(document), "good" if document["ok"] else "bad")
    yield from wrap(f"note: {note}" for note in document["notes"])


def count_rows(document: Document) -> str:
    """Say how many rows there are and how they stand."""
    return (
        f"{document['rows']:,} {'row' if document['rows'] == 1 else 'rows'}, "
        f"{document['valid']:,} valid, {document['invalid']:,} invalid, "
        f"{document['unreadable']:,} unreadable"
    )


def say_verdict(document: Document) -> str:
    """Say in one sentence whether the file is good."""
    if document["ok"]:
        doubts = document["unfaithful"]["rows"] or document["decision_faults"]
        return "VALID, but look at what follows" if doubts else "GOOD: every row is right"
    if not document["rows"]:
        return "NOT GOOD: there are no rows"
    reasons = [
        f"{share(document[key], document['rows'])} {what}"
        for key, what in (("invalid", "invalid"), ("unreadable", "unreadable"))
        if document[key]
    ]
    if not reasons:
        wrong = document["unfaithful"]["rows"]
        reasons.append(f"{share(wrong, document['rows'])} not what was asked")
    return f"NOT GOOD: {', '.join(reasons)}"


def share(part: int, whole: int) -> str:
    """Return a count with its share: 18 of 48 rows (37.5 %)."""
    return f"{part:,} of {whole:,} rows ({100 * part / whole:.1f} %)"


def layer_lines(document: Document) -> Iterator[str]:
    """Yield the checks in order: how many rows fail there first, how many are left."""
    layers = document["layers"]
    if not any(step["failed"] for step in layers.values()):
        return
    yield f"  {'check':<20}{'fail here':>10}{'left':>10}"
    for layer, step in layers.items():
        yield f"  {LAYERS[layer]:<20}{step['failed']:>10,}{step['left']:>10,}"


def fault_parts(document: Document, rows: Rows) -> Iterator[list[str]]:
    """Yield a block for each fault class: name, count, first example, what one could do."""
    first = first_issues(document, ("parse", "schema", "closed", "rules", "catalogue", "gold"))
    known = dict(document["faults"])
    counts = known | {code: 0 for cls, code in first if not cls}
    for number, (name, count) in enumerate(counts.items()):
        if number == MOST_FAULTS:
            yield [f"  and {len(counts) - MOST_FAULTS} more kinds; --json and --html name them all"]
            return
        issue = next((i for (cls, code), i in first.items() if name in (cls, code)), None)
        if issue is not None:
            yield list(fault_lines(name, count, issue, rows))


def first_issues(
    document: Document, layers: Iterable[str]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the first error of each class, of issues without a class by their code."""
    first: dict[tuple[str, str], Mapping[str, Any]] = {}
    for issue in document["issues"]:
        if issue["severity"] == "error" and issue["layer"] in layers:
            key = (issue["class"], "" if issue["class"] else issue["code"])
            first.setdefault(key, issue)
    return first


def fault_lines(name: str, count: int, issue: Mapping[str, Any], rows: Rows) -> Iterator[str]:
    """Yield the block of one fault class."""
    label = name_fault(name).label if issue["class"] else name
    yield paint(f"  {label}" + (f" ×{count:,}" if count else ""), "head")
    message = issue["message"].removeprefix(f"{issue['place']}: ")
    where = f"row {issue['row']} ({issue['place']})"
    place = "" if issue["path"] == "$" else f" at {issue['path']}"
    side = "" if issue["field"] in ("payload", "row") else f", {issue['field']}"
    yield from wrap([f"e.g. {where}{side}{place}: {message}"], "    ")
    if value := show_value(issue, rows):
        yield f"    found: {value}"
    if advice := advise(issue["class"], issue["code"], issue["path"]):
        yield from wrap([f"what to do: {advice}"], "    ")


def show_value(issue: Mapping[str, Any], rows: Rows) -> str:
    """Return the offending value as JSON; empty when the row is not at hand or has none."""
    text = rows.get(issue["row"], {}).get(issue["field"])
    place = place_of(issue["path"])
    payload = read_payload(text) if isinstance(text, str) else None
    if not isinstance(text, str) or not place or not has_place(payload, place):
        return ""
    shown = json.dumps(value_at(payload, place), ensure_ascii=False, default=str)
    shown = Redactor([text]).clean(shown)
    shown = shown.encode("utf-8", "backslashreplace").decode()
    return shown if len(shown) <= VALUE_LENGTH else shown[: VALUE_LENGTH - 1] + "…"


def basis_lines(document: Document) -> Iterator[str]:
    """Yield what the invalid rows rest on: the definition itself, or less than that."""
    basis = document["basis"]
    for names, what in (
        (FIRM, "break what the API definition itself says"),
        (SOFT, "rest on less: the definition does not say so in binding words"),
    ):
        found = {name: basis[name] for name in names if name in basis}
        if found:
            parts = ", ".join(f"{names[name]} {n:,}" for name, n in found.items())
            yield f"{sum(found.values()):,} invalid {what} ({parts})"


def reject_lines(document: Document) -> Iterator[str]:
    """Yield what was found on the rejected sides of preference rows."""
    rejects = document["rejects"]
    if not rejects["rows"]:
        return
    kinds = name_counts(rejects["faults"])
    yield (
        f"rejected sides: {rejects['wrong']:,} of {rejects['rows']:,} are wrong, as they should be"
        + (f": {kinds}" if kinds else "")
    )
    if rejects["several"]:
        yield (
            f"{rejects['several']:,} rejected sides have several faults at once; a pair teaches "
            "most precisely with one"
        )
    if rejects["unconfirmed"]:
        yield f"stated but not found on the rejected side: {name_counts(rejects['unconfirmed'])}"


def name_counts(counts: Mapping[str, int]) -> str:
    """Return classes with their counts: S1 missing required ×93, T1 wrong type ×2."""
    shown = [f"{name_fault(cls).label} ×{n:,}" for cls, n in list(counts.items())[:MOST_NAMES]]
    more = len(counts) - len(shown)
    return ", ".join([*shown, f"{more} more kinds"] if more > 0 else shown)


def unfaithful_parts(document: Document, rows: Rows) -> Iterator[list[str]]:
    """Yield what is valid but not what was asked, and decisions that are wrong."""
    found, decisions = document["unfaithful"], document["decision_faults"]
    if found["checked"] and (found["rows"] or found["faults"] or found["unused"]):
        line = (
            f"{found['rows']:,} valid {'row is' if found['rows'] == 1 else 'rows are'} not what "
            f"the request says ({found['checked']:,} checked): {name_counts(found['faults'])}"
        )
        unused = f"{rows_that(found['unused'], 'leave')} out something that the request states"
        yield list(wrap([line, *([unused] if found["unused"] else [])]))
    if decisions:
        yield list(wrap([f"asking, refusing and dialogues: {name_counts(decisions)}"]))
    for (name, _), issue in first_issues(document, ("grounding", "decision", "dialogue")).items():
        count = found["faults"].get(name) or decisions.get(name or issue["code"], 0)
        yield list(fault_lines(name, count, issue, rows))


def duplicate_lines(document: Document) -> Iterator[str]:
    """Yield rows that say the same again."""
    near = document["near_duplicates"]
    parts = []
    if near["exact_rows"]:
        parts.append(f"{rows_that(near['exact_rows'], 'repeat')} an earlier one word for word")
    if near["near_rows"]:
        parts.append(f"{rows_that(near['near_rows'], 'repeat')} an earlier one but for details")
    if parts:
        one, other = near["examples"][0]["rows"]
        yield f"duplicates: {', '.join(parts)}; the first: rows {one:,} and {other:,}"
    if document["duplicate_ids"]:
        yield f"{rows_that(document['duplicate_ids'], 'use')} the id of an earlier one"


def rows_that(count: int, verb: str) -> str:
    """Return 1 row repeats, 2 rows repeat."""
    return f"1 row {verb}s" if count == 1 else f"{count:,} rows {verb}"


def coverage_lines(document: Document) -> Iterator[str]:
    """Yield how much of the API the data exercise, and what they never do."""
    fields = document["coverage"]
    unused = [field["path"] for field in fields if not field["rows"]]
    if not fields or len(unused) == len(fields):
        return
    values = [
        f"{field['path']} = {text}"
        for field in fields
        for text, rows in (field["values"] or {}).items()
        if field["rows"] and not rows
    ]
    # below an unused field everything is unused: the topmost is enough
    names = [path for path in unused if not any(path.startswith(f"{top}.") for top in unused)]
    line = f"coverage: {len(fields) - len(unused)} of {len(fields)} fields used"
    missing = ", ".join([*names[:MOST_NAMES], *values[:MOST_NAMES]])
    more = max(0, len(names) - MOST_NAMES) + max(0, len(values) - MOST_NAMES)
    yield line + (f"; never {missing}" if missing else "") + (f" and {more} more" if more else "")


def wrap(lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    """Yield lines folded to the width of the terminal."""
    width = min(WIDEST, shutil.get_terminal_size((100, 24)).columns)
    for line in lines:
        yield from textwrap.wrap(
            line,
            max(width, 40),
            initial_indent=indent,
            subsequent_indent=indent + "  ",
            break_on_hyphens=False,
        )


def paint(text: str, style: str) -> str:
    """Return coloured text for a terminal, plain text otherwise."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return f"{COLOURS[style]}{text}\033[0m"
