"""`callforge bench`: our speed as a ratio against a named competitor, measured in one run."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from callforge.api import load_api
from callforge.stages import build_datasets, generate_pairs, generate_samples
from callforge_core.jsonl import write_json

ROWS = 200

log = logging.getLogger(__name__)


def bench_training(recipe: str, *, steps: int, json_file: Path | None = None) -> str:
    """Measure SFT tokens/s against TRL's SFTTrainer on freshly generated rows; return the table."""
    from training.benchmark import compare_arms

    api = load_api("createSession", "1.1.0", None, "default")
    with tempfile.TemporaryDirectory() as folder:
        rows, data = Path(folder) / "rows", Path(folder) / "data"
        generate_samples(api, rows, rows=ROWS, seed=0, mix="core")
        generate_pairs(api, rows, rows=20, seed=0, mix="core")
        build_datasets(api, rows, data, seed=0)
        found = compare_arms(data, recipe, steps=steps, tell=log.info)
    if json_file:
        write_json(json_file, found)
    return render(found)


def bench_validation(
    *, rows: int, repeats: int, workers: Sequence[int], json_file: Path | None
) -> str:
    """Measure verdicts a second against python-jsonschema; return the table, write the figures."""
    from callforge.validate_speed import measure_validation, render_measurement

    found = measure_validation(rows=rows, repeats=repeats, workers=workers)
    if json_file:
        write_json(json_file, found)
    return render_measurement(found)


def bench_generation(
    *, rows: int, repeats: int, workers: Sequence[int], json_file: Path | None
) -> str:
    """Measure validated rows a second against the hand-made way; return the table."""
    from callforge.generate_speed import measure_generation, render_measurement

    found = measure_generation(rows=rows, repeats=repeats, workers=workers)
    if json_file:
        write_json(json_file, found)
    return render_measurement(found)


def render(found: dict[str, Any]) -> str:
    """Return the measurement as a table with its conditions."""
    lines = [f"{'':<14}{'tokens/s':>10}{'s/step':>9}{'peak MB':>9}  loss of each step"]
    for arm, each in found["arms"].items():
        losses = " ".join(f"{loss:.4f}" for loss in each["losses"])
        lines.append(
            f"{arm:<14}{each['tokens_per_s']:>10.0f}{each['seconds_per_step']:>9.2f}"
            f"{each['peak_rss_mb']:>9}  {losses}"
        )
    some = found["arms"]["callforge"]
    hardware = ", ".join(f"{key} {value}" for key, value in some["hardware"].items())
    gap = found["largest_loss_difference"]
    lines += [
        f"callforge / stock TRL:                           {found['ratio']:.2f}x",
        f"callforge / TRL without gradient checkpointing:  {found['ratio_no_gc']:.2f}x",
        f"largest difference between the losses of a step: {gap:.1e}",
        f"batch {some['batch_size']} rows, median of {some['steps']} steps after one to warm up;",
        hardware,
    ]
    return "\n".join(lines)
