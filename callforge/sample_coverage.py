"""How much of an API does a file of samples exercise? Fields, branches, enum values, limits, pairs.

Joins what the audit counts in payloads (datasets_src/coverage.py) with the grid of situations
(generators/coverage.py). Works on any file of samples, in memory that does not grow with it.
What a release forbids in its rules, or the catalogue switches off, is left out and listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from callforge.api import Api
from callforge_core.jsonl import iter_rows
from callforge_core.spec import Operation
from datasets_src.coverage import Survey
from generators.coverage import GridCounter, GridCoverage
from generators.grid import Grid, Pair
from generators.limits import iter_members

RESERVED = ("networkAccessIdentifier",)
FORBIDDEN_KINDS = ("PLAIN", "REFRESHTOKEN")
SHOWN = 8  # of what is missing, in the terminal; the JSON file has all


class Target(NamedTuple):
    """Something that a row can exercise."""

    kind: str
    """fields, branches or values."""
    name: str
    rows: int
    excuse: str
    """Why no row can; empty: one can."""


def measure_coverage(api: Api, grid: Grid, path: Path) -> dict[str, Any]:
    """Return what the samples of a file cover, by kind of target and in all."""
    survey, counter = Survey(api.operation, api.catalogue), GridCounter(grid)
    counted = survey.count(counter.watch(read_rows(path)))
    targets = list(iter_targets(api, survey.report(counted)))
    found = counter.report()
    kinds = {
        kind: sum_up([each for each in targets if each.kind == kind])
        for kind in ("fields", "branches", "values")
    }
    kinds["boundaries"] = {
        "covered": sum(rows > 0 for rows in found.edges.values()),
        "total": len(found.edges),
        "missing": list(found.missing_edges),
    }
    kinds["pairs"] = {
        "covered": found.pairs_covered,
        "total": found.pairs_total,
        "missing": list(map(word_pair, found.missing)),
    }
    possible = sum(each["total"] for each in kinds.values())
    return {
        "rows": found.rows,
        "total": round(sum(each["covered"] for each in kinds.values()) / possible, 4),
        **kinds,
        "left_out": {each.name: each.excuse for each in targets if each.excuse}
        | {word_pair(pair): why for pair, why in grid.infeasible.items()},
        "levels": levels_of(found),
    }


def read_rows(path: Path) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield payload and provenance of each row that is a call."""
    for row in iter_rows(path):
        about = row.value.get("provenance")
        if row.value.get("decision", "call") == "call":
            yield row.value.get("payload"), about if isinstance(about, dict) else {}


def iter_targets(api: Api, report: list[dict[str, Any]]) -> Iterator[Target]:
    """Yield the fields, branches and values of an operation with the rows that have them."""
    forbidden = forbidden_members(api.operation)
    for field in report:
        path, name = field["path"], field["path"].rpartition(".")[2]
        why = forbidden.get(name, "")
        yield Target("fields", path, field["rows"], why)
        for branch in field["branches"] or ():
            said = f"{path}: {branch['name']}"
            yield Target("branches", said, branch["rows"], why or excuse(api, branch["name"]))
        for value, rows in (field["values"] or {}).items():
            yield Target("values", f"{path} = {value}", rows, why or excuse(api, value))


def excuse(api: Api, value: str) -> str:
    """Say why a branch or value is not to be used; empty when it may be."""
    if value in FORBIDDEN_KINDS:
        return "the API forbids it in its text (R4a)"
    profile = api.catalogue.get(value)
    if profile is not None and profile.status != "ACTIVE":
        return f"the catalogue has it as {profile.status} (R7)"
    return ""


def forbidden_members(operation: Operation) -> dict[str, str]:
    """Return member -> why a request must not have it."""
    found = dict.fromkeys(RESERVED, "reserved for later releases (R10)")
    usable: set[str] = set()
    others: set[str] = set()
    for credential in iter_members(operation.closed, "sinkCredential"):
        for part in credential.get("anyOf", ()):
            members = part.get("properties", {})
            kinds = members.get("credentialType", {}).get("enum", ())
            (others if set(kinds) <= set(FORBIDDEN_KINDS) else usable).update(members)
    return found | dict.fromkeys(
        sorted(others - usable), "only with a credential that the API forbids (R4a)"
    )


def sum_up(targets: list[Target]) -> dict[str, Any]:
    """Return how many of the possible targets are met, and which are not."""
    possible = [each for each in targets if not each.excuse]
    return {
        "covered": sum(each.rows > 0 for each in possible),
        "total": len(possible),
        "missing": [each.name for each in possible if not each.rows],
    }


def word_pair(pair: Pair) -> str:
    """Return a pair of levels in words."""
    return " + ".join(f"{factor} {level}" for factor, level in pair)


def levels_of(found: GridCoverage) -> dict[str, dict[str, int]]:
    """Return factor -> level -> rows."""
    return {factor: dict(levels) for factor, levels in found.levels.items()}


def word_coverage(found: Mapping[str, Any]) -> str:
    """Return the coverage as a table."""
    lines = [f"coverage of the API by {found['rows']:,} rows: {found['total']:.1%}"]
    for kind in ("fields", "branches", "values", "boundaries", "pairs"):
        each = found[kind]
        said = f"  {kind:<11}{each['covered']:>6}/{each['total']}"
        if missing := each["missing"]:
            more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
            said += f"  missing: {'; '.join(missing[:SHOWN])}{more}"
        lines.append(said)
    if left := found["left_out"]:
        reasons: dict[str, list[str]] = {}
        for name, why in left.items():
            reasons.setdefault(why, []).append(name)
        lines.append("  left out:")
        for why, names in reasons.items():
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            lines.append(f"    {'; '.join(names[:SHOWN])}{more}: {why}")
    return "\n".join(lines)
