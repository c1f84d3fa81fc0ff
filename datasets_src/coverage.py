"""Which parts of an API does a dataset ever exercise? Fields, branches and enum values.

`survey` lays out everything an operation declares, once; `Coverage` counts it payload by payload.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from callforge_core.spec import Operation
from datasets_src.field_map import Field, Position, map_fields, word
from datasets_src.sketches import Distinct
from validators.catalogue import Catalogue

Key = int | tuple[int, int | str]
"""A field, or one branch (number) or value (text) of it."""
LARGE = 200  # characters of a value; of a longer one only the start is compared


class Coverage:
    """How often payloads use each declared field; parts add up."""

    def __init__(self, survey: Survey) -> None:
        self.rows: Counter[Key] = Counter()
        self.distinct = [Distinct() for _ in survey.fields]

    def merge(self, other: Coverage) -> None:
        """Add what another part of the data uses."""
        self.rows.update(other.rows)
        for mine, theirs in zip(self.distinct, other.distinct, strict=True):
            mine.merge(theirs)


class Survey:
    """The declared fields of an operation, ready to be looked for. Does not pickle."""

    def __init__(self, operation: Operation, catalogue: Catalogue) -> None:
        self.top, self.fields = map_fields(operation)
        profile = next((each for each in self.fields if each.pointer == "/qosProfile"), None)
        if profile is not None and not profile.values:
            profile.values = tuple(catalogue.by_name)

    def count(self, payloads: Iterable[Any]) -> Coverage:
        """Return what these payloads use."""
        found = Coverage(self)
        said: dict[int, set[str]] = {}
        for payload in payloads:
            touched: set[Key] = set()
            if isinstance(payload, dict):
                self.visit(self.top, payload, touched, said)
            found.rows.update(touched)
        for index, texts in said.items():
            found.distinct[index].add(texts)
        return found

    def visit(self, at: Position, value: Any, touched: set[Key], said: dict[int, set[str]]) -> str:
        """Note what one value uses; return a text that stands for it."""
        index = at.index
        if isinstance(value, dict):
            parts = []
            for name, child in at.members.items():
                if name in value:
                    touched.add(child.index)
                    parts.append(f"{name}={self.visit(child, value[name], touched, said)}")
            text = f"{{{','.join(parts)}}}"
        elif isinstance(value, list):
            if at.items is None:
                return ""
            return ",".join([self.visit(at.items, item, touched, said) for item in value])
        else:
            text = value[:LARGE] if isinstance(value, str) else word(value)
        if index >= 0:
            said.setdefault(index, set()).add(text)
            field = self.fields[index]
            if text in field.values:
                touched.add((index, text))
            for number, branch in enumerate(field.branches):
                if branch.holds(value):
                    touched.add((index, number))
        return text

    def report(self, coverage: Coverage) -> list[dict[str, Any]]:
        """Return one record a field, in spec order, unused ones with 0 rows."""
        return [
            self.describe(index, field, coverage.rows, coverage.distinct[index])
            for index, field in enumerate(self.fields)
        ]

    def describe(
        self, index: int, field: Field, rows: Mapping[Key, int], distinct: Distinct
    ) -> dict[str, Any]:
        """Return the record of one field."""
        return {
            "path": field.path,
            "pointer": field.pointer,
            "depth": field.depth,
            "required": field.required,
            "type": field.type,
            "rows": rows.get(index, 0),
            "distinct": distinct.count(),
            "values": {text: rows.get((index, text), 0) for text in field.values} or None,
            "branches": [
                {"name": branch.name, "rows": rows.get((index, number), 0)}
                for number, branch in enumerate(field.branches)
            ]
            or None,
        }


def add_records(parts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Add up the records of several files on one operation; distinct values cannot be added."""
    total = [dict(record) for record in parts[0]]
    for records in parts[1:]:
        for mine, theirs in zip(total, records, strict=True):
            mine["rows"] += theirs["rows"]
            mine["distinct"] = max(mine["distinct"], theirs["distinct"])
            if mine["values"]:
                mine["values"] = {
                    text: rows + theirs["values"][text] for text, rows in mine["values"].items()
                }
            if mine["branches"]:
                mine["branches"] = [
                    {"name": one["name"], "rows": one["rows"] + other["rows"]}
                    for one, other in zip(mine["branches"], theirs["branches"], strict=True)
                ]
    return total
