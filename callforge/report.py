"""The page people open after a demo run: what the three models get right on the same requests.

`render_demo_report` takes one dict and returns HTML text; it reads no file. Every figure of a run
comes from that dict, and a part that is absent is said to be absent:

    {"models": {"base" | "sft" | "dpo": {"n", "metrics": {NAME: {"value", "low", "high", "n"}}}},
     "comparisons": {"sft_vs_base" | "dpo_vs_sft": {NAME: {"difference", "low", "high", "p", "n"}}},
     "data": {"samples", "pairs", "splits": {NAME: n}, "families": {...}, "fault_mix": {CLASS: n},
              "validation": {"rows", "valid", "invalid", "unreadable", ...}, "certificate": {...}},
     "curves": {"sft": [{"step", "loss", "eval_loss"}],
                "dpo": [{"step", "loss", "accuracy", "margin"}]},
     "examples": [{"id", "request", "gold", "answers": {MODEL: {"text", "faults", "ok"}}}],
     "wall_s": {STAGE: seconds, "total"}, "peak_rss_mb", "versions": {...}, "config": {...},
     "training": {...}}

Rates lie in 0..1. Metric names are those of the evaluation's summary.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callforge import charts, comparison, figures
from callforge.answers import view_examples
from callforge.comparison import MODELS
from callforge.fault_names import name_fault
from callforge.figures import as_mapping
from callforge.pages import render_page


def render_demo_report(report: Mapping[str, Any]) -> str:
    """Return the whole page as self-contained HTML."""
    summaries = as_mapping(report.get("models"))
    models = {name: as_mapping(summaries.get(name)) for name in MODELS}
    present = {name: label for name, label in MODELS.items() if models[name]}
    return render_page(
        "demo.html",
        models=present,
        title=comparison.headline(models),
        tiles=comparison.view_tiles(models),
        changes=comparison.CHANGES,
        measures=comparison.view_measures(models, as_mapping(report.get("comparisons"))),
        costs=comparison.view_costs(models),
        intervals=comparison.draw_intervals(models),
        funnel=comparison.draw_funnel(models),
        defects=comparison.view_defects(models),
        defects_measured=comparison.has_defects(models),
        examples=view_examples(report.get("examples"), present),
        curves=draw_curves(as_mapping(report.get("curves"))),
        data=view_data(as_mapping(report.get("data"))),
        timing=view_timing(as_mapping(report.get("wall_s"))),
        peak_mb=figures.number(report.get("peak_rss_mb")),
        training=figures.flatten(report.get("training")),
        versions=figures.flatten(report.get("versions")),
        config=figures.flatten(report.get("config")),
    )


def draw_curves(curves: Mapping[str, Any]) -> dict[str, str]:
    """Draw the learning curves there are; an absent one is an empty text."""
    sft, dpo = list_rows(curves.get("sft")), list_rows(curves.get("dpo"))
    loss = [
        charts.Line(label="training loss", points=points(sft, "loss"), style="sft"),
        charts.Line(
            label="validation loss", points=points(sft, "eval_loss"), style="ink", dots=True
        ),
    ]
    return {
        "sft": draw(loss, "SFT learning curve", "loss (nats per token)", charts.WIDTH),
        **{
            key: draw(
                [charts.Line(label="", points=points(dpo, key), style="dpo")], title, label, 310
            )
            for key, title, label in (
                ("loss", "DPO loss", "loss"),
                ("accuracy", "DPO preference accuracy", "right answer preferred (share)"),
                ("margin", "DPO reward margin", "reward margin"),
            )
        },
    }


def draw(lines: list[charts.Line], title: str, label: str, width: float) -> str:
    """Draw one curve chart over steps."""
    return charts.render_curves(lines, title=title, x_label="step", y_label=label, width=width)


def points(rows: list[Mapping[str, Any]], key: str) -> list[tuple[float, float]]:
    """Return (step, value) of the rows that hold both as numbers."""
    pairs = ((figures.number(row.get("step")), figures.number(row.get(key))) for row in rows)
    return [(step, value) for step, value in pairs if step is not None and value is not None]


def list_rows(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, or nothing."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def view_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says about the data the models learnt from."""
    mix = {name: figures.number(n) or 0.0 for name, n in as_mapping(data.get("fault_mix")).items()}
    parts = [
        charts.Part(label=name_fault(cls).label, amount=n, text=figures.count(n))
        for cls, n in sorted(mix.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    validation = as_mapping(data.get("validation"))
    return {
        "samples": figures.number(data.get("samples")),
        "pairs": figures.number(data.get("pairs")),
        "splits": figures.flatten(data.get("splits")),
        "families": figures.flatten(
            as_mapping(data.get("certificate")).get("families") or data.get("families")
        ),
        "fault_mix": charts.render_bars(parts, title="Faults in the rejected answers"),
        "validation": validation,
        "preference_splits": figures.flatten(data.get("preference_splits")),
        "dropped": figures.flatten(data.get("dropped")),
        "certificate": view_certificate(as_mapping(data.get("certificate"))),
    }


def view_certificate(certificate: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was counted to be shared between splits, by kind; else the facts as given."""
    if "collisions" not in certificate:
        return figures.flatten(certificate)
    collisions = figures.flatten(certificate["collisions"])
    named = [(f"{kind.replace('_', ' ')} in two splits", n) for kind, n in collisions]
    return [*named, *figures.flatten({"intents": certificate.get("clusters")})]


def view_timing(wall_s: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bar of stage times and the total, as measured."""
    times = {name: figures.number(value) for name, value in wall_s.items()}
    total = times.pop("total", None)
    parts = [
        charts.Part(label=name, amount=value, text=figures.seconds(value))
        for name, value in times.items()
        if value is not None
    ]
    return {"chart": charts.render_stack(parts, title="Time per stage"), "total": total}
