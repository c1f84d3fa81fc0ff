"""`generate` for createSession: coverage, gates, workers, and nothing half-written."""

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
from typer.testing import CliRunner

from callforge.api import load_api
from callforge.cli import app
from callforge.generate_speed import measure_generation, render_measurement
from callforge.generation import Order, fulfil
from callforge.sample_coverage import measure_coverage
from callforge.sample_stream import SampleStream
from callforge.stages import SAMPLES, read_records
from callforge_core.jsonl import render_json, write_rows
from callforge_core.records import Sample
from generators.grid import lay_out
from generators.samples import BLOCK, iter_samples


def order(out: Path, **changes: Any) -> Order:
    return Order(**{"kind": "samples", "out": out, "rows": 40, "seed": 3, **changes})


def rows_of(folder: Path) -> list[Sample]:
    return list(read_records(folder / SAMPLES, Sample))


def test_every_row_of_each_release_is_accepted_with_its_request(tmp_path: Path) -> None:
    for release in ("0.11.1", "1.0.0", "1.1.0", "1.2.0-rc"):
        text, ok = fulfil(order(tmp_path / release, release=release, coverage=True, rows=180))
        assert ok, text
        validator = load_api("createSession", release).validator
        for sample in rows_of(tmp_path / release):
            assert sample.release == release
            found = validator.verdict(sample.payload, sample.request)
            assert [issue for issue in found.issues if issue.layer == "grounding"] == []
            assert found.ok, sample.request


def test_coverage_fills_the_grid_and_says_what_is_left_out(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    made = order(tmp_path / "data", rows=260, coverage=True, min_coverage=1.0, json_file=found)
    text, ok = fulfil(made)
    assert ok, text
    coverage = json.loads(found.read_text())["coverage"]
    assert coverage["total"] == 1.0
    for kind in ("fields", "branches", "values", "boundaries", "pairs"):
        assert coverage[kind]["covered"] == coverage[kind]["total"] > 0
        assert coverage[kind]["missing"] == []
    left = coverage["left_out"]
    assert "R10" in left["$.device.networkAccessIdentifier"]
    assert "R4a" in left["$.sinkCredential: PLAIN"]
    assert "$.sinkCredential.accessToken" not in left


def test_too_little_coverage_exits_1_and_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        ["generate", "--rows", "12", "--min-coverage", "0.95", "--out", str(tmp_path)],
    )
    assert done.exit_code == 1
    assert "less than 95.0% is covered" in done.stdout
    assert len(rows_of(tmp_path)) == 12


def test_more_rows_for_a_lower_target_are_drawn_as_they_come(tmp_path: Path) -> None:
    low, high = (
        {sample.request for sample in rows_of(tmp_path / str(target))}
        for target in (0.3, 1.0)
        if fulfil(order(tmp_path / str(target), rows=100, min_coverage=target))
    )
    assert len(low & high) > 5
    assert len(low - high) > 20


def test_coverage_of_rows_that_come_from_elsewhere_is_measured(tmp_path: Path) -> None:
    api = load_api("createSession")
    path = tmp_path / "foreign.jsonl"
    payload = {
        "device": {"phoneNumber": "+447700900001"},
        "applicationServer": {"ipv4Address": "192.0.2.1"},
        "applicationServerPorts": {"ports": [0]},
        "qosProfile": "QOS_E",
        "duration": 1,
    }
    write_rows(path, [{"payload": payload}, {"payload": "broken"}, {"decision": "refuse"}])
    found = measure_coverage(api, lay_out(api.operation, api.catalogue), path)
    assert found["rows"] == 2
    assert found["boundaries"]["covered"] == 2
    assert "lowest server port" not in found["boundaries"]["missing"]
    assert found["pairs"]["covered"] == 15  # of six factors that a payload shows


def test_a_second_run_is_up_to_date_and_still_says_the_coverage(tmp_path: Path) -> None:
    first, _ = fulfil(order(tmp_path, coverage=True))
    second, _ = fulfil(order(tmp_path, coverage=True))
    assert "(up to date)" in second
    assert second.replace(" (up to date)", "") == first


def test_the_stream_is_what_the_generator_yields() -> None:
    api = load_api("createSession")
    samples = iter_samples(api.operation, api.catalogue, rows=150, seed=5)
    lines = SampleStream(api, rows=150, seed=5, mix="full")
    assert [line.text for line in lines] == [render_json(sample.to_json()) for sample in samples]


def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    rows = 17 * BLOCK + 5  # more than one stretch, and a block that is not full
    one, _ = fulfil(order(tmp_path / "1", rows=rows, workers=1, coverage=True))
    two, _ = fulfil(order(tmp_path / "2", rows=rows, workers=2, coverage=True))
    first, second = ((tmp_path / name / SAMPLES).read_bytes() for name in "12")
    assert first == second
    assert one == two
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in "12"]
    assert manifests[0]["counts"] == manifests[1]["counts"]


def test_rows_drawn_again_are_counted_by_reason(tmp_path: Path) -> None:
    fulfil(order(tmp_path, rows=400, coverage=True))
    counts = json.loads((tmp_path / "manifest.json").read_text())["counts"][SAMPLES]
    assert counts["rows"] == 400
    assert all(count > 0 for count in counts["redrawn"].values())
    requests = [sample.request for sample in rows_of(tmp_path)]
    assert len(set(requests)) == len(requests)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_no_file_that_looks_whole(
    tmp_path: Path, sent: signal.Signals
) -> None:
    command = [sys.executable, "-m", "callforge", "generate", "--rows", "400000"]
    command += ["--workers", "2", "--out", str(tmp_path)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".samples*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, sent)
    _, said = process.communicate(timeout=60)
    assert not (tmp_path / SAMPLES).exists()
    assert not (tmp_path / "manifest.json").exists()
    if sent is signal.SIGINT:
        assert process.returncode == 130
        assert "Traceback" not in said
        assert list(tmp_path.iterdir()) == []


def test_the_benchmark_measures_every_arm_and_stage() -> None:
    found = measure_generation(rows=64, repeats=1)
    assert set(found["arms"]) == {"callforge", "Jinja2 and jsonschema"}
    assert all(stage["rows_per_s"] > 0 for stage in found["stages"].values())
    assert "callforge / Jinja2 and jsonschema" in render_measurement(found)
