"""Base, SFT and SFT + DPO side by side: which measures are shown, in which words, and what changed.

Reads evaluation summaries. A measure that no model has is left out, one that a model lacks is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from callforge import charts, figures
from callforge.fault_names import name_fault
from callforge.figures import Measured, as_mapping
from eval.proportions import proportion

MODELS = {"base": "Base", "sft": "SFT", "dpo": "SFT + DPO"}
CHANGES = {"sft_vs_base": "SFT − base", "dpo_vs_sft": "DPO − SFT"}

Summaries = Mapping[str, Mapping[str, Any]]


class Measure(NamedTuple):
    """One row of the before/after table.

    `fault` names a metric that counts a fault, for summaries that do not hold `key` itself.
    """

    key: str
    name: str
    meaning: str
    fault: str = ""


MEASURES = (
    Measure("json_valid", "JSON validity", "the whole answer is one strict JSON object"),
    Measure("required_all", "Required fields", "none of the required fields is missing"),
    Measure("names_right", "Correct names", "an object without a misnamed field", "defect.S4"),
    Measure("nesting", "Nesting", "of the right values said anywhere, those in the right place"),
    Measure(
        "fields_declared",
        "No invented field",
        "an object whose every field the API declares",
        "halluc_field_item",
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
        "fields_declared",
        "No invented field",
        "One JSON object whose every field the API declares.",
        "halluc_field_item",
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
    """Return a measure; one known by its fault is the share of JSON answers without that fault.

    Text that is no JSON has no field to get wrong. Counting it as free of faults would flatter the
    models that write prose, so it counts as not right.
    """
    found = figures.read_measured(summary, measure.key)
    if found or not measure.fault:
        return found
    parsed = figures.read_measured(summary, "json_valid")
    faulty = figures.read_measured(summary, measure.fault)
    if parsed is None or faulty is None or not parsed.n or parsed.n != faulty.n:
        return None
    right = max(0, round((parsed.value - faulty.value) * parsed.n))
    low, high = proportion(right, parsed.n)
    return Measured(value=right / parsed.n, low=low, high=high, n=parsed.n)


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
        changes = [
            figures.read_change(as_mapping(comparisons.get(name)), measure.key) for name in CHANGES
        ]
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
