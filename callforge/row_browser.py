"""The rows themselves: request and answer side by side, everything found in them in its place.

All rows stand in the page as plain HTML, so that links and the browser's own search work without a
script; the script only filters and pages them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from callforge.answer_text import render_answer
from callforge.fault_view import LAYERS, Issue, kind_of, name_kind, name_of, view_issue
from callforge.foreign_text import cut
from callforge.payload_view import compact
from callforge.row_lookup import Key, RowLookup, sides_of

MOST_CHARACTERS = 4_500_000  # of HTML for all rows together
MOST_FINDINGS = 40  # listed of one row
FRAME = 700  # characters of HTML around a row, roughly
FRAME_OF_FINDING = 420
LONGEST_REQUEST = 2000
LONGEST_ID = 120
LONGEST_TURN = 1000
MOST_TURNS = 40
ROLES = {"payload": "answer", "chosen": "chosen", "rejected": "rejected"}
STATES = {
    "invalid": "✗ not valid",
    "unreadable": "⊘ cannot be read",
    "unfaithful": "≠ valid, but not what was asked",
    "valid": "✓ valid",
    "unlisted": "findings not listed",
}


def view_browser(issues: Sequence[Issue], lookup: RowLookup, *, complete: bool) -> dict[str, Any]:
    """Return the rows to look through, those with findings first in line when room is short.

    Unless the list of findings is `complete`, a row without any is not called valid.
    """
    found: dict[Key, list[Issue]] = {}
    for issue in issues:
        if key := lookup.key_of(issue):
            found.setdefault(key, []).append(issue)
    keys = list(dict.fromkeys([*found, *lookup.rows]))
    views: list[tuple[Key, dict[str, Any]]] = []
    room = MOST_CHARACTERS
    for key in keys:
        view = view_row(key, found.get(key, []), lookup, complete=complete)
        room -= size_of(view)
        if room < 0 and views:
            break
        views.append((key, view))
    views.sort(key=lambda item: (file_order(item[0], lookup), item[0].row))
    lookup.shown = {key for key, _ in views}
    shown = [view for _, view in views]
    mark_first(shown)
    return {
        "rows": shown,
        "left_out": len(keys) - len(shown),
        "classes": count_names([name for view in shown for name in view["classes"]]),
        "layers": [
            (name, LAYERS.get(name, name), n)
            for name, _, n in count_names([name for view in shown for name in view["layers"]])
        ],
        "files": lookup.files,
        "states": {state: sum(view["state"] == state for view in shown) for state in STATES},
    }


def mark_first(views: Sequence[dict[str, Any]]) -> None:
    """Note which row is the first of a kind: where links to the kind lead without a script."""
    seen: set[str] = set()
    for view in views:
        names = [name for name in view["classes"] if name not in seen]
        seen.update(names)
        view["first_of"] = names


def file_order(key: Key, lookup: RowLookup) -> int:
    """Return the position of a row's file."""
    return lookup.files.index(key.file) if key.file in lookup.files else len(lookup.files)


def view_row(
    key: Key, issues: Sequence[Issue], lookup: RowLookup, *, complete: bool
) -> dict[str, Any]:
    """Return one row with everything that was found in it."""
    row = lookup.rows.get(key)
    redactor = lookup.redactor
    request = "" if row is None else row.get("request")
    request = request if isinstance(request, str) else ""
    identity = next((str(i["id"]) for i in issues if i.get("id") is not None), None)
    identity = str(row["id"]) if row and row.get("id") is not None else identity
    state = state_of(issues, known=complete or bool(issues))
    return {
        "anchor": lookup.anchor(key),
        "label": f"{key.row:,}",
        "file": key.file,
        "file_number": file_order(key, lookup) + 1 if key.file else 0,
        "id": cut(identity or "", LONGEST_ID, redactor),
        "state": state,
        "says": STATES[state],
        "classes": list(dict.fromkeys(map(name_of, issues))),
        "layers": list(dict.fromkeys(str(i.get("layer") or "") for i in issues)),
        "known": row is not None,
        "request": cut(request, LONGEST_REQUEST, redactor),
        "turns": view_turns(row, issues, lookup) if row else [],
        "sides": view_sides(row, issues, lookup) if row else [],
        "findings": [view_issue(issue, lookup) for issue in issues[:MOST_FINDINGS]],
        "more": max(0, len(issues) - MOST_FINDINGS),
    }


def view_sides(
    row: Mapping[str, Any], issues: Sequence[Issue], lookup: RowLookup
) -> list[dict[str, Any]]:
    """Return each answer of a row, marked with the findings about it."""
    sides = sides_of(row)
    only = len(sides) == 1
    stated = row.get("fault")
    return [
        {
            "name": ROLES.get(name, name),
            "states": str(stated) if name == "rejected" and isinstance(stated, str) else "",
            "html": render_answer(
                value,
                [i for i in issues if only or i.get("field") == name],
                lookup.redactor,
                chosen=sides.get("chosen") if name == "rejected" else None,
            ),
        }
        for name, value in sides.items()
    ]


def view_turns(
    row: Mapping[str, Any], issues: Sequence[Issue], lookup: RowLookup
) -> list[dict[str, Any]]:
    """Return the turns of a conversation, if the row has more than a request and its answer."""
    said = row.get("messages")
    said = said if isinstance(said, list | tuple) else ()
    turns = [turn for turn in said if isinstance(turn, Mapping)]
    if sum(turn.get("role") != "system" for turn in turns) < 3:
        return []
    marked: dict[str, list[str]] = {}
    for issue in issues:
        if issue.get("layer") == "dialogue":
            marked.setdefault(str(issue.get("path")), []).append(name_kind(name_of(issue)).label)
    return [
        {
            "number": number,
            "role": str(turn.get("role") or "?")[:20],
            "text": cut(as_text(turn.get("content")), LONGEST_TURN, lookup.redactor),
            "found": ", ".join(marked.get(f"$[{number}]", [])),
        }
        for number, turn in enumerate(turns[:MOST_TURNS])
    ]


def as_text(value: Any) -> str:
    """Return a text as it is, any other JSON as text."""
    return value if isinstance(value, str) else "" if value is None else compact(value)


def state_of(issues: Sequence[Issue], *, known: bool) -> str:
    """Return how a row stands, by its findings."""
    if any(issue.get("code") == "row.unreadable" for issue in issues):
        return "unreadable"
    kinds = {kind_of(issue) for issue in issues}
    if "faults" in kinds:
        return "invalid"
    if "unfaithful" in kinds:
        return "unfaithful"
    return "valid" if known else "unlisted"


def size_of(view: Mapping[str, Any]) -> int:
    """Return about how much HTML a row takes."""
    texts = [view["request"], *(side["html"] for side in view["sides"])]
    texts += [turn["text"] for turn in view["turns"]]
    texts += [finding["message"] for finding in view["findings"]]
    return FRAME + FRAME_OF_FINDING * len(view["findings"]) + sum(map(len, texts))


def count_names(names: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return (name, words, rows), the most frequent first."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return [(name, name_kind(name).label, counts[name]) for name in order]
