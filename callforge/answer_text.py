"""An answer of a row as HTML, with what was found marked in its place, be it JSON or a ruin of it.

{"duration": "3600"}  with a finding at $.duration   marks the line and names the class beside it
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from callforge.foreign_text import Redactor, cut, visible
from callforge.payload_view import (
    Kind,
    Mark,
    compare_payloads,
    holds,
    parse_answer,
    read_path,
    render_payload,
    token,
)
from datasets_src.verbatim import DECODER, Said, members_of

Finding = Mapping[str, Any]

LONGEST_RUIN = 1500  # characters shown of a text that is no JSON
BEFORE = 500  # of them before the place where it breaks
LONGEST_WORDS = 400  # of what stands around an object
DOUBTS = ("grounding", "decision", "dialogue", "gold")
BROKEN = re.compile(r"\w+|.|\Z", re.DOTALL)


def render_answer(
    value: Any,
    findings: Sequence[Finding] = (),
    redactor: Redactor | None = None,
    *,
    chosen: Any = None,
) -> Markup:
    """Return one side of a row: indented JSON, words around it, or the text as it is.

    Of a rejected answer the differences to the `chosen` one are marked.
    """
    redactor = redactor or Redactor()
    if not isinstance(value, str):
        return render_payload(value, marks_of(value, findings, chosen), redactor)
    start = value.find("{")
    try:
        payload, end = DECODER.raw_decode(value, max(start, 0))
    except (ValueError, RecursionError):
        return render_ruin(redactor.clean(value), findings)
    before, after = value[: max(start, 0)].strip(), value[end:].strip()
    if not isinstance(payload, dict):
        return render_ruin(redactor.clean(value), findings)
    shown = render_payload(payload, marks_of(payload, findings, chosen), redactor)
    return render_words(before, redactor) + shown + render_words(after, redactor)


def render_words(text: str, redactor: Redactor) -> Markup:
    """Return what stands before or after an object: it should not be there."""
    if not text:
        return Markup("")
    words = cut(text, LONGEST_WORDS, redactor)
    return Markup('<mark class="extra">{}</mark>\n').format(words)


def render_ruin(text: str, findings: Sequence[Finding] = ()) -> Markup:
    """Return a text that holds no object, the place marked where a parser gives up."""
    if not text.strip():
        return Markup('<span class="note">(nothing)</span>')
    at = breaking_point(text) if findings else -1
    if at < 0:
        return cut(text, LONGEST_RUIN)
    start = max(0, at - BEFORE) if len(text) > LONGEST_RUIN else 0
    lead = Markup('<span class="note">{} characters … </span>').format(start) if start else ""
    if at >= len(text.rstrip()):
        return lead + escape(visible(text[start:at])) + ghost("the text ends here")
    match = BROKEN.match(text, at)
    end = match.end() if match else at + 1
    broken = Markup('<mark class="wrong">{}</mark>').format(visible(text[at:end][:60]))
    return lead + escape(visible(text[start:at])) + broken + cut(text[end:], LONGEST_RUIN - BEFORE)


def ghost(words: str) -> Markup:
    """Return a mark for something that is not there."""
    return Markup(' <mark class="missing">{}</mark>').format(words)


def breaking_point(text: str) -> int:
    """Return where a JSON parser gives up; -1 when it does not say."""
    try:
        json.loads(text)
    except json.JSONDecodeError as exc:
        # a text that is never closed is broken at its end, not where it was opened
        return len(text) if exc.msg.startswith("Unterminated string") else exc.pos
    except (ValueError, RecursionError):
        pass
    return -1


def marks_of(value: Any, findings: Sequence[Finding], chosen: Any = None) -> dict[str, Mark]:
    """Return what to mark in a payload, the classes found there as the remark."""
    gold = parse_answer(chosen) if isinstance(chosen, str) else chosen
    apart = compare_sides(gold, value) if isinstance(gold, dict) else {}
    kinds: dict[str, Kind] = {}
    notes: dict[str, dict[str, None]] = {}
    for finding in findings:
        for pointer in places_of(value, finding):
            place, kind = find_place(value, pointer)
            if place:
                kinds.setdefault(place, kind if kind == "missing" else kind_of(finding))
                notes.setdefault(place, {})[note_of(finding)] = None
    return apart | {place: Mark(kind, ", ".join(notes[place])) for place, kind in kinds.items()}


def compare_sides(chosen: Any, rejected: Any) -> dict[str, Mark]:
    """Return where a rejected answer differs from the chosen one, which may be wrong itself."""
    found = compare_payloads(chosen, rejected)
    return {
        place: Mark(mark.kind, f"chosen: {mark.note.removesuffix(' expected')}")
        if mark.kind != "extra"
        else Mark("extra", "not in chosen")
        for place, mark in found.items()
    }


def places_of(value: Any, finding: Finding) -> list[str]:
    """Return the pointers a finding is about; NaN is looked for, as the parser names no place."""
    if finding.get("layer") == "dialogue":
        return []  # these are about turns, not about the payload
    if finding.get("code") == "parse.constant":
        return list(iter_constants(value))
    return [read_path(str(finding.get("path") or "$"))]


def iter_constants(value: Any, pointer: str = "") -> Iterator[str]:
    """Yield where NaN and Infinity stand."""
    todo = [(pointer, value)]
    while todo:
        place, node = todo.pop()
        if isinstance(node, dict):
            todo += [(f"{place}/{token(key)}", child) for key, child in members_of(node)]
        elif isinstance(node, list):
            todo += [(f"{place}/{index}", child) for index, child in enumerate(node)]
        elif isinstance(node, Said) and node.text.lstrip("-")[:1] in ("N", "I"):
            yield place


def kind_of(finding: Finding) -> Kind:
    """Return how a finding is marked: wrong, not declared, or valid but doubtful."""
    if finding.get("severity") == "warn" or finding.get("layer") in DOUBTS:
        return "doubt"
    return "extra" if str(finding.get("code", "")).startswith("closed.") else "wrong"


def note_of(finding: Finding) -> str:
    """Return the remark beside a mark."""
    name = str(finding.get("class") or finding.get("code") or "")
    return f"{name} (only a warning)" if finding.get("severity") == "warn" else name


def find_place(value: Any, pointer: str) -> tuple[str, Kind]:
    """Return what to mark: the place itself, a missing member, or the nearest thing above."""
    if holds(value, pointer):
        return pointer, "wrong"
    parent = pointer.rpartition("/")[0]
    if holds(value, parent):
        return pointer, "missing"
    while parent and not holds(value, parent):
        parent = parent.rpartition("/")[0]
    return parent, "wrong"
