"""The demo's result as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callforge.comparison import MEASURES, MODELS, read
from callforge.figures import as_mapping


def render_table(report: Mapping[str, Any]) -> str:
    """Return base, SFT and DPO side by side, rates in percent with their 95 % intervals."""
    summaries = as_mapping(report.get("models"))
    models = {name: as_mapping(summaries.get(name)) for name in MODELS}
    lines = [f"{'':<20}" + "".join(f"{label:>22}" for label in MODELS.values())]
    for measure in MEASURES:
        cells = [read(models[name], measure) for name in MODELS]
        if any(cells):
            lines.append(f"{measure.name:<20}" + "".join(f"{word(cell):>22}" for cell in cells))
    wall, memory = as_mapping(report.get("wall_s")), report.get("peak_rss_mb")
    if total := wall.get("total"):
        lines.append(f"{total / 60:.1f} minutes of work, peak memory {memory or 0:.0f} MB")
    return "\n".join(lines)


def word(cell: Any) -> str:
    """Return one measured rate, or a dash."""
    if cell is None:
        return "-"
    low, high = cell.bounds
    return f"{cell.value:.0%} [{low:.0%}, {high:.0%}] n={cell.n}"
