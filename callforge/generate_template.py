"""`generate` for calls of createSession: the grammar finds the words, no model is asked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from callforge.api import load_api
from callforge.generation import Order
from callforge.sample_coverage import measure_coverage, word_coverage
from callforge.sample_stream import SampleStream
from callforge.stages import SAMPLES, generate
from callforge_core.jsonl import iter_rows, write_json

DIVERSITY_ROWS = 2000  # enough for three digits; a longer run takes no longer


def generate_template(order: Order) -> tuple[str, bool]:
    """Write OUT/samples.jsonl; return what to tell, and whether enough of the API is covered."""
    from generators.grid import lay_out

    api = load_api("createSession", order.release, order.spec, order.catalogue, order.api)
    mix, fills = order.mix or "full", order.coverage or order.min_coverage is not None
    target = 1.0 if order.min_coverage is None else order.min_coverage
    config: dict[str, Any] = {"rows": order.rows, "seed": order.seed, "mix": mix}
    grid = lay_out(api.operation, api.catalogue) if fills else None
    stream = SampleStream(
        api,
        rows=order.rows,
        seed=order.seed,
        mix=mix,
        cells=grid.cells_for(target) if grid else (),
        workers=order.workers,
    )
    if grid:
        config["coverage"] = target
    done = generate(api, order.out, SAMPLES, config, stream, redrawn=stream.redrawn)
    path = order.out / SAMPLES
    found: dict[str, Any] = {"file": str(path), "counts": dict(done.counts)}
    lines, is_enough = [str(done)], True
    if diversity := measure_words(path):
        found["diversity"] = diversity
        lines.append(word_diversity(diversity))
    if grid:
        coverage = measure_coverage(api, grid, path)
        found["coverage"] = coverage
        lines.append(word_coverage(coverage))
        is_enough = order.min_coverage is None or coverage["total"] >= order.min_coverage
        if not is_enough:
            lines.append(f"less than {order.min_coverage:.1%} is covered; ask for more --rows")
    if order.json_file:
        write_json(order.json_file, found)
    return "\n".join(lines), is_enough


def measure_words(path: Path) -> dict[str, Any]:
    """Return how varied the first requests of a file are."""
    from generators.diversity import measure_diversity

    rows = [row.value for row in islice(iter_rows(path), DIVERSITY_ROWS)]
    requests = [str(row["request"]) for row in rows]
    return dict(measure_diversity(requests, [str(row["family"]) for row in rows]))


def word_diversity(found: dict[str, Any]) -> str:
    """Return one line about the words of the requests."""

    def said() -> Iterator[str]:
        for name, value in found.items():
            if isinstance(value, int | float):
                shown = f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
                yield f"{name.replace('_', ' ')} {shown}"

    return f"diversity: {', '.join(said())}"
