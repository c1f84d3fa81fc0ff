"""The whole demo on a tiny random model: everything but the quality of its answers is real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("trl", reason="the demo trains: needs the extra [train]")

from tests.fakes import build_tiny_model

NEEDED = (
    "json_valid", "schema_valid", "closed_valid", "spec_valid", "required_recall",
    "halluc_field_item", "slot.device", "slot.applicationServer", "slot.ports", "slot.qosProfile",
    "slot.duration", "joint", "decision", "tokens", "latency_s",
)  # fmt: skip


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipe")
    path = folder / "tiny.yaml"
    shared = {"model": str(build_tiny_model(folder / "model")), "lora_r": 4, "batch_size": 8}
    stage = {"epochs": 1, "lr": 1.0e-3, "evaluations": 1, "checkpoints": 3}
    path.write_text(yaml.safe_dump(shared | {"sft": stage, "dpo": stage}))
    return path


def start(recipe: Path, out: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable, "-m", "callforge", "demo", "--recipe", str(recipe), "--out", str(out),
        "--rows", "120", "--pairs", "40", "--limit", "6", "--max-new-tokens", "12",
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def run(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo that was interrupted in the middle of its SFT, then started again."""
    out = tmp_path_factory.mktemp("demo") / "out"
    first = start(recipe, out)
    deadline = time.monotonic() + 90
    while not list(out.glob("sft/checkpoints-*/checkpoint-*/trainer_state.json")):
        assert first.poll() is None, first.communicate()
        assert time.monotonic() < deadline, "no checkpoint in 90 s"
        time.sleep(0.02)
    os.kill(first.pid, signal.SIGINT)
    _, stderr = first.communicate(timeout=60)
    assert first.returncode == 130, stderr
    assert "Traceback" not in stderr
    finished = [path for part in ("rows", "data", "eval") for path in (out / part).rglob("*.json*")]
    before = {path: path.stat().st_mtime_ns for path in finished}
    assert before
    second = start(recipe, out)
    stdout, stderr = second.communicate(timeout=240)
    assert second.returncode == 0, stderr
    assert "train sft: continuing from checkpoint-" in stderr
    assert "report.html" in stdout
    repeated = [str(p) for p, stamp in before.items() if p.stat().st_mtime_ns != stamp]
    assert not repeated, f"done twice: {repeated}"
    return out


def report_of(run: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((run / "report.json").read_text())
    return loaded


def test_the_report_has_the_figures_of_the_contract_for_all_three_models(run: Path) -> None:
    report = report_of(run)
    assert set(report["models"]) == {"base", "sft", "dpo"}
    for summary in report["models"].values():
        assert summary["n"] == 6
        for name in NEEDED:
            assert set(summary["metrics"][name]) >= {"value", "low", "high", "n"}
    assert report["wall_s"]["total"] > 0
    assert report["peak_rss_mb"] > 0
    assert {"torch", "transformers", "trl", "peft"} <= set(report["versions"])


def test_no_row_leaks_and_every_row_is_right(run: Path) -> None:
    data = report_of(run)["data"]
    assert data["samples"] == 120
    assert data["validation"]["valid"] == data["validation"]["rows"] == 160
    assert set(data["certificate"]["collisions"].values()) == {0}


def test_the_page_is_self_contained(run: Path) -> None:
    page = (run / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    for mark in ('src="http', 'href="http', "@import", "url(http"):
        assert mark not in page


def test_nothing_unfinished_is_left_behind(run: Path) -> None:
    left = [p.name for p in run.rglob("*") if p.name.endswith(".part") or "checkpoint" in p.name]
    assert left == []


def test_a_finished_demo_only_writes_its_report_again(recipe: Path, run: Path) -> None:
    before = (run / "report.json").read_bytes()
    again = start(recipe, run)
    _, stderr = again.communicate(timeout=120)
    assert again.returncode == 0, stderr
    assert stderr.count("up to date") >= 6
    assert (run / "report.json").read_bytes() == before


def test_the_datasets_open_with_load_dataset(run: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    sft = load_dataset(str(run / "data"), "sft", cache_dir=str(tmp_path))
    assert set(sft) == {"train", "validation", "test"}
    assert {"prompt", "completion"} <= set(sft["train"].column_names)
    pairs = load_dataset(str(run / "data"), "preference", cache_dir=str(tmp_path))
    assert {"prompt", "chosen", "rejected", "fault"} <= set(pairs["train"].column_names)
