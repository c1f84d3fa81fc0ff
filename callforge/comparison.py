"""Base, SFT and SFT + DPO side by side: which measures are shown, in which words, and what changed.

Reads evaluation summaries. A measure that no model has is left out, one that a model lacks is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from callforge import charts, figures
from callforge.fault_names import name_fault
from callforge.figures import Change, Measured, as_mapping

MODELS = {"base": "Base", "sft": "SFT", "dpo": "SFT + DPO"}
CHANGES = {"sft_vs_base": "SFT − base", "dpo_vs_sft": "DPO − SFT"}

Summaries = Mapping[str, Mapping[str, Any]]


class Measure(NamedTuple):
    """One row of the before/after table; `fails` marks metrics that count what went wrong."""

    key: str
    name: str
    meaning: str
    fails: bool = False


MEASURES = (
    Measure("json_valid", "JSON validity", "the whole answer is one strict JSON object"),
    Measure("required_all", "Required fields", "none of the required fields is missing"),
    Measure("defect.S4", "Correct names", "no misnamed field", fails=True),
    Measure("nesting", "Nesting", "of the right values said anywhere, those in the right place"),
    Measure(
        "halluc_field_item", "No invented field", "every field is one the API declares", fails=True
    ),
    Measure("slot.qosProfile", "Profile", "the profile that suits the stated use"),
    Measure("slot.duration", "Duration", "the exact number of seconds"),
    Measure("slot.device", "Device", "kind, format and value"),
    Measure("slot.applicationServer", "Server", "the same network"),
    Measure("slot.ports", "Ports", "the same set of ports, where ports were asked for"),
    Measure("spec_valid", "Valid call", "passes schema, closed objects, rules and catalogue"),
    Measure("joint", "Exactly right", "every value right and nothing extra"),
)
HEADLINES = (
    Measure(
        "joint", "Exactly the right call", "Every value as asked, nothing missing, nothing extra."
    ),
    Measure("spec_valid", "A valid call", "Passes schema, closed objects, rules and catalogue."),
    Measure(
        "halluc_field_item", "No invented field", "Every field is one the API declares.", fails=True
    ),
)
COSTS = (
    ("tokens", "Tokens per answer", "{:.1f}"),
    ("tokens_p50", "Tokens, median", "{:.0f}"),
    ("tokens_p95", "Tokens, 95th percentile", "{:.0f}"),
    ("latency_s", "Seconds per answer", "{:.2f}"),
    ("latency_s_p50", "Seconds, median", "{:.2f}"),
    ("latency_s_p95", "Seconds, 95th percentile", "{:.2f}"),
)
STAGES = (
    ("json_valid", "one JSON object"),
    ("schema_valid", "fits the schema"),
    ("closed_valid", "no unknown field"),
    ("spec_valid", "rules and catalogue"),
    ("joint", "exactly right"),
)


def read(summary: Mapping[str, Any], measure: Measure) -> Measured | None:
    """Return a measure, turned round when its metric counts failures."""
    found = figures.read_measured(summary, measure.key)
    return found.complement() if found and measure.fails else found


def headline(models: Summaries) -> str:
    """Say in one sentence what the run came to, in counts."""
    found = {name: figures.read_measured(models[name], "joint") for name in MODELS}
    last = next((found[name] for name in ("dpo", "sft") if found[name]), None)
    if last is None or not last.n:
        return "A demo run"
    text = f"{last.count} of {last.n} held-out requests answered exactly right"
    base = found["base"]
    return f"{text}, {base.count} before training" if base and base.n == last.n else text


def view_tiles(models: Summaries) -> list[dict[str, Any]]:
    """Return the headline numbers that were measured."""
    return [tile for measure in HEADLINES if (tile := view_tile(measure, models))]


def view_tile(measure: Measure, models: Summaries) -> dict[str, Any] | None:
    """Return one headline number: the last trained model's, with those before it."""
    found = [(name, read(models[name], measure)) for name in MODELS]
    measured = [(name, value) for name, value in found if value]
    if not measured:
        return None
    last, value = measured[-1]
    return {"measure": measure, "model": last, "value": value, "before": measured[:-1]}


def view_measures(models: Summaries, comparisons: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the before/after table; a measure that no model has is left out."""
    rows = []
    for measure in MEASURES:
        cells = {name: read(summary, measure) for name, summary in models.items()}
        changes: list[Change | None] = []
        for name in CHANGES:
            change = figures.read_change(as_mapping(comparisons.get(name)), measure.key)
            changes.append(change.reversed() if change and measure.fails else change)
        rows_of = {cell.n for cell in cells.values() if cell}
        if rows_of:
            n = rows_of.pop() if len(rows_of) == 1 else None
            rows.append({"measure": measure, "cells": cells, "changes": changes, "n": n})
    return rows


def view_costs(models: Summaries) -> list[dict[str, Any]]:
    """Return tokens and seconds per answer, as far as the summaries hold them."""
    rows = []
    for key, name, pattern in COSTS:
        cells = {model: figures.read_measured(summary, key) for model, summary in models.items()}
        if any(cells.values()):
            rows.append({"name": name, "cells": cells, "pattern": pattern})
    return rows


def estimates(models: Summaries, measure: Measure) -> list[charts.Estimate]:
    """Return one measure of each model for a chart."""
    found = []
    for name, label in MODELS.items():
        if value := read(models[name], measure):
            low, high = value.bounds
            found.append(
                charts.Estimate(label=label, style=name, value=value.value, low=low, high=high)
            )
    return found


def draw_intervals(models: Summaries) -> str:
    """Draw every measure of the table with its interval."""
    groups = [(measure.name, estimates(models, measure)) for measure in MEASURES]
    groups = [group for group in groups if group[1]]
    return charts.render_intervals(groups, title="Before and after, with 95 % intervals")


def draw_funnel(models: Summaries) -> str:
    """Draw the share of all answers that passes each check in turn."""
    groups = [(name, estimates(models, Measure(key, name, ""))) for key, name in STAGES]
    groups = [group for group in groups if group[1]]
    return charts.render_funnel(groups, title="Where answers fall out")


def view_defects(models: Summaries) -> list[dict[str, Any]]:
    """Return the fault classes any model still shows, the last model's most frequent first."""
    rows: list[dict[str, Any]] = []
    shares: list[list[float]] = []
    for key in defect_keys(models):
        cells = {name: figures.read_measured(summary, key) for name, summary in models.items()}
        if any(cell and cell.value > 0 for cell in cells.values()):
            rows.append({"fault": name_fault(key.removeprefix("defect.")), "cells": cells})
            shares.append([cell.value if cell else 0.0 for cell in cells.values()])
    order = sorted(range(len(rows)), key=lambda index: shares[index][::-1], reverse=True)
    return [rows[index] for index in order]


def defect_keys(models: Summaries) -> list[str]:
    """Return the fault metrics that any summary holds."""
    keys = (key for summary in models.values() for key in as_mapping(summary.get("metrics")))
    return list(dict.fromkeys(key for key in keys if key.startswith("defect.")))


def has_defects(models: Summaries) -> bool:
    """Say whether fault classes were measured at all."""
    return bool(defect_keys(models))
