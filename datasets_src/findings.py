"""One issue and the row it was found in, and the issues that only a whole row can have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from callforge_core.records import Basis, Issue, Layer
from datasets_src.readers import Entry

LAYERS: tuple[Layer, ...] = ("parse", "schema", "closed", "rules", "catalogue")
"""What makes a payload invalid whatever was asked; the layers behind need to know the request."""
BASES: tuple[Basis, ...] = get_args(Basis)  # strongest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One issue and the row it was found in."""

    row: int
    place: str
    id: str | None
    field: str
    issue: Issue
    definition: str = ""
    """JSON pointer to the part of the API definition that is about the place."""

    def to_json(self) -> dict[str, Any]:
        """Return the issue as `validate --json` writes it."""
        where = {"row": self.row, "place": self.place, "id": self.id, "field": self.field}
        return where | self.issue.to_json() | {"definition": self.definition}


def join(entry: Entry, name: str, issue: Issue) -> Finding:
    """Join an issue with its row."""
    return Finding(row=entry.row, place=entry.place, id=entry.id, field=name, issue=issue)


def unreadable_issue(entry: Entry) -> Issue:
    """Word that a row could not be read; it has no fault class, nothing was judged."""
    return Issue(
        cls="",
        code="row.unreadable",
        path="$",
        message=f"{entry.place}: {entry.problem}",
        layer="parse",
        basis="project",
    )


def accepted_issue(entry: Entry, *, chosen_ok: bool) -> Issue:
    """Word that nothing is wrong with a rejected side."""
    stated = f", although the row states {entry.fault}" if entry.fault else ""
    than = "as good as the chosen one" if chosen_ok else "valid and the chosen one is not"
    return Issue(
        cls="",
        code="pair.reject_not_wrong",
        path="$",
        message=f"the rejected answer is {than}{stated}",
        layer="gold",
        basis="project",
    )


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues that make an answer wrong."""
    return [issue for issue in issues if issue.severity == "error"]


def depth(layer: Layer) -> int:
    """Return how late a layer looks."""
    return LAYERS.index(layer) if layer in LAYERS else len(LAYERS)
