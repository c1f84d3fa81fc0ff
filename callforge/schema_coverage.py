"""How much of a schema does a file of samples exercise? Fields, listed values, alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from callforge.api import Api
from callforge_core.jsonl import iter_rows
from datasets_src.coverage import Survey

KINDS = ("fields", "values", "branches")
SHOWN = 8  # parts that nothing covers


def measure_schema_coverage(apis: list[Api], path: Path) -> dict[str, Any]:
    """Return what the payloads of a file use of each operation: counts, and shares in 0..1."""
    parts: dict[str, dict[str, bool]] = {kind: {} for kind in KINDS}
    for api in apis:
        name = api.operation.operation_id
        if api.operation.media_type is None:
            continue
        survey = Survey(api.operation, api.catalogue)
        payloads = (
            row.value.get("payload") for row in iter_rows(path) if row.value["operation"] == name
        )
        start = f"{name}: " if len(apis) > 1 else ""
        for record in survey.report(survey.count(payloads)):
            for kind, part, is_used in parts_of(record):
                parts[kind][start + part] = is_used
    whole = {part: used for kind in KINDS for part, used in parts[kind].items()}
    return {
        "total": share(whole),
        **{
            kind: {"covered": sum(found.values()), "total": len(found)}
            for kind, found in parts.items()
        },
        "missing": [part for part, used in whole.items() if not used],
    }


def parts_of(record: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Yield (kind, name, whether it occurs) for a field and everything it can be."""
    place = record["path"]
    yield "fields", place, record["rows"] > 0
    for value, rows in (record["values"] or {}).items():
        yield "values", f"{place} = {value}", rows > 0
    for number, branch in enumerate(record["branches"] or (), 1):
        yield "branches", f"{place} as {branch['name']} ({number})", branch["rows"] > 0


def share(parts: Mapping[str, bool]) -> float:
    """Return the covered share, 1 when there is nothing to cover."""
    return sum(parts.values()) / len(parts) if parts else 1.0


def word_schema_coverage(found: Mapping[str, Any]) -> str:
    """Return a line with the shares, and one with what is missing."""
    counts = {kind: found[kind] for kind in KINDS}
    shares = ", ".join(f"{kind} {n['covered']} of {n['total']}" for kind, n in counts.items())
    line = f"coverage: {found['total']:.1%} ({shares})"
    missing = found["missing"]
    if not missing:
        return line
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    return f"{line}\nnot covered: {', '.join(missing[:SHOWN])}{more}"
