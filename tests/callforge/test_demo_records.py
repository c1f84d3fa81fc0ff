"""A demo's report is gathered from what stands on disk; an absent part is not made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callforge.bench import render
from callforge.demo import run_stage
from callforge.demo_records import EXAMPLES, Timings, collect_examples, collect_report
from callforge.stages import Outcome
from callforge.terminal import render_table
from callforge_core.errors import DataError
from callforge_core.jsonl import write_rows

MODELS = ("base", "sft", "dpo")


def score_row(item: str, text: str, right: int) -> dict[str, Any]:
    return {
        "id": item,
        "output": text,
        "faults": [] if right else [["V1", "/duration"]],
        "indicators": {"joint": right},
    }


def write_run(out: Path, right: dict[str, list[int]]) -> None:
    """Three evaluations of as many items as `right` lists per model."""
    count = len(right["base"])
    items = [
        {"id": f"i{n}", "request": f"request {n}", "payload": {"duration": n}} for n in range(count)
    ]
    write_rows(out / "data" / "eval" / "test.jsonl", items)
    for model in MODELS:
        rows = [score_row(f"i{n}", f"{model} {n}", right[model][n]) for n in range(count)]
        write_rows(out / "eval" / model / "scores.jsonl", rows)


def test_examples_show_first_where_sft_and_dpo_differ_then_what_is_still_wrong(
    tmp_path: Path,
) -> None:
    write_run(tmp_path, {"base": [0, 0, 0, 0], "sft": [1, 1, 0, 0], "dpo": [1, 0, 1, 0]})
    shown = collect_examples(tmp_path)
    assert [row["id"] for row in shown] == ["i1", "i2", "i3", "i0"]
    assert shown[0]["answers"]["sft"] == {"text": "sft 1", "faults": [], "ok": True}
    assert shown[0]["answers"]["dpo"]["faults"] == [["V1", "/duration"]]


def test_no_more_examples_are_shown_than_a_page_can_hold(tmp_path: Path) -> None:
    count = EXAMPLES + 5
    write_run(tmp_path, {model: [0] * count for model in MODELS})
    assert len(collect_examples(tmp_path)) == EXAMPLES


def test_a_report_of_an_unfinished_run_says_how_to_finish_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"summary\.json is missing: run `callforge demo --out"):
        collect_report(tmp_path, None)


def test_a_stage_that_did_nothing_keeps_the_time_it_took_before(tmp_path: Path) -> None:
    timings = Timings.load(tmp_path)
    run_stage("build", lambda: Outcome(text="built", counts={}), timings)
    taken = Timings.load(tmp_path).seconds["build"]
    timings.seconds["build"] = taken + 100
    run_stage("build", lambda: Outcome(text="built", counts={}, is_new=False), timings)
    assert timings.seconds["build"] == taken + 100
    assert Timings.load(tmp_path).peak_rss_mb > 0


def measured(value: float, low: float, high: float, n: int) -> dict[str, float]:
    return {"value": value, "low": low, "high": high, "n": n}


def test_the_terminal_table_shows_rates_with_interval_and_n() -> None:
    metrics = {"json_valid": measured(0.98, 0.92, 1.0, 60)}
    table = render_table({"models": {"sft": {"n": 60, "metrics": metrics}}, "wall_s": {}})
    line = next(line for line in table.splitlines() if line.startswith("JSON validity"))
    assert "98% [92%, 100%] n=60" in line
    assert line.count(" -") == 2  # base and DPO were not measured


def test_the_benchmark_table_shows_ratios_conditions_and_losses() -> None:
    arm = {
        "tokens_per_s": 100.0,
        "seconds_per_step": 2.0,
        "losses": [1.5, 1.25],
        "peak_rss_mb": 3000,
        "batch_size": 4,
        "steps": 1,
        "hardware": {"cores": 2, "load": 0.1},
    }
    found = {
        "arms": {
            "stock": arm,
            "stock-no-gc": arm | {"tokens_per_s": 125.0},
            "callforge": arm | {"tokens_per_s": 300.0},
        },
        "ratio": 3.0,
        "ratio_no_gc": 2.4,
        "largest_loss_difference": 2e-5,
    }
    table = render(found)
    assert "3.00x" in table
    assert "2.40x" in table
    assert "1.5000 1.2500" in table
    assert "cores 2" in table
