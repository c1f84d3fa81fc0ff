"""What is in the data, right or wrong: fields used, rows said twice, lengths. Views for the page.

A share becomes an intensity by its square root, so that one row in a hundred still shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from callforge import charts, figures
from callforge.figures import as_mapping
from callforge.foreign_text import cut
from callforge.row_lookup import Key, RowLookup

MOST_FIELDS = 1000
MOST_VALUES = 40  # of one field; the used ones first
MOST_EXAMPLES = 12
LONGEST_TEXT = 400


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, anything else as an empty one."""
    return value if isinstance(value, list) else []


def view_coverage(records: Any, rows: float) -> dict[str, Any] | None:
    """Return the heat map: each declared field with its share, values and branches."""
    found = [record for record in as_list(records) if isinstance(record, Mapping)]
    if not found or rows <= 0:
        return None
    fields = [view_field(record, rows) for record in found[:MOST_FIELDS]]
    parts = [part for field in fields for part in (*field["options"], *field["branches"])]
    return {
        "fields": fields,
        "used": sum(1 for record in found if figures.number(record.get("rows"))),
        "declared": len(found),
        "parts_used": sum(1 for part in parts if part["rows"]),
        "parts": len(parts) + sum(field["more"] for field in fields),
        "left_out": len(found) - len(fields),
        "rows": rows,
    }


def view_field(record: Mapping[str, Any], rows: float) -> dict[str, Any]:
    """Return one line of the heat map."""
    path = str(record.get("path", ""))
    values = [view_part(str(name), n, rows) for name, n in as_mapping(record.get("values")).items()]
    values.sort(key=lambda part: not part["rows"])
    branches = [
        view_part(str(branch.get("name", "")), branch.get("rows"), rows)
        for branch in as_list(record.get("branches"))
        if isinstance(branch, Mapping)
    ]
    depth = int(figures.number(record.get("depth")) or 1)
    return {
        **view_part(path.rpartition(".")[2] or path, record.get("rows"), rows),
        "path": path,
        "depth": max(0, min(depth - 1, 8)),
        "required": record.get("required") is True,
        "type": str(record.get("type") or ""),
        "distinct": figures.number(record.get("distinct")),
        "options": values[:MOST_VALUES],
        "more": len(values[MOST_VALUES:]),
        "branches": branches[:MOST_VALUES],
    }


def view_part(name: str, used: Any, rows: float) -> dict[str, Any]:
    """Return a name with its rows, their share in words and as an intensity from 0 to 1."""
    number = figures.number(used) or 0.0
    share = min(1.0, number / rows)
    return {
        "name": name,
        "rows": number,
        "share": share,
        "percent": say_share(share),
        "heat": f"{math.sqrt(share):.3f}",
    }


def say_share(share: float) -> str:
    """Write a share as a whole percentage, the small ones as what they are."""
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def view_near(found: Any, lookup: RowLookup, file: str = "") -> dict[str, Any] | None:
    """Return what is said twice, with examples; None when it was not looked for."""
    near = as_mapping(found)
    if not near:
        return None
    examples = [
        {
            "rows": [
                lookup.link(Key(file, number))
                for number in as_list(example.get("rows"))
                if is_row(number)
            ],
            "similarity": say_similarity(figures.number(example.get("similarity"))),
            "texts": [
                cut(str(text), LONGEST_TEXT, lookup.redactor)
                for text in as_list(example.get("texts"))
            ],
        }
        for example in as_list(near.get("examples"))[:MOST_EXAMPLES]
        if isinstance(example, Mapping)
    ]
    numbers = {
        key: figures.number(near.get(key)) or 0.0 for key in ("exact_rows", "near_rows", "groups")
    }
    return {**numbers, "examples": examples}


def is_row(number: Any) -> bool:
    """Say whether something is the number of a row."""
    return isinstance(number, int) and not isinstance(number, bool)


def say_similarity(similarity: float | None) -> str:
    """Put a similarity (0..1) into words."""
    if similarity is None:
        return ""
    return "the same words" if similarity >= 1 else f"{100 * similarity:.0f} % alike"


def view_lengths(lengths: Any) -> list[dict[str, Any]]:
    """Return a histogram for requests and one for payloads, those that were measured."""
    return [
        {"name": name, "unit": str(found.get("unit") or ""), "chart": chart, "facts": facts}
        for key, name in (("request", "Requests"), ("payload", "Payloads"))
        if (found := as_mapping(as_mapping(lengths).get(key)))
        and (chart := draw_histogram(name, found))
        and (facts := length_facts(found))
    ]


def draw_histogram(name: str, found: Mapping[str, Any]) -> Markup | str:
    """Draw how many rows have which length."""
    bins = [
        (low, high, rows)
        for part in as_list(found.get("bins"))
        if isinstance(part, Mapping)
        and (low := figures.number(part.get("low"))) is not None
        and (high := figures.number(part.get("high"))) is not None
        and (rows := figures.number(part.get("rows"))) is not None
    ]
    marks = [
        (label, value)
        for label, key in (("half", "p50"), ("90 %", "p90"))
        if (value := figures.number(found.get(key))) is not None
    ]
    unit = str(found.get("unit") or "")
    return charts.render_histogram(bins, title=f"{name}: {unit}", x_label=unit, marks=marks)


def length_facts(found: Mapping[str, Any]) -> str:
    """Say the extremes and the middle in words."""
    keys: Sequence[tuple[str, str]] = (
        ("shortest", "min"), ("half up to", "p50"), ("90 % up to", "p90"), ("longest", "max"),
    )  # fmt: skip
    parts = [
        f"{name} {value:,.0f}"
        for name, key in keys
        if (value := figures.number(found.get(key))) is not None
    ]
    return ", ".join(parts)
