"""`callforge generate --spec FILE --operation X`: samples for a document of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callforge.cli import app
from callforge.generate_any import generate_any
from callforge.generation import Order, choose
from callforge_core.errors import ConfigError, SpecError, UnknownName
from callforge_core.jsonl import iter_rows

DOCUMENTS = Path(__file__).resolve().parents[1] / "generators" / "documents"
ORDERS, SENSORS = DOCUMENTS / "orders.yaml", DOCUMENTS / "sensors.yaml"


def order(out: Path, *operations: str, spec: Path = ORDERS, rows: int = 40, **more: Any) -> Order:
    return Order(kind="samples", out=out, operations=operations, rows=rows, spec=spec, **more)


def test_an_order_for_a_document_of_ones_own_comes_here(tmp_path: Path) -> None:
    assert choose(order(tmp_path, "createOrder")) is generate_any


def test_what_generate_writes_validate_calls_good(tmp_path: Path) -> None:
    args = ["--spec", str(ORDERS), "--operation", "createOrder"]
    runner = CliRunner()
    made = runner.invoke(app, ["generate", *args, "--rows", "60", "--out", str(tmp_path)])
    assert made.exit_code == 0, made.output
    assert "samples.jsonl: 60 rows" in made.output
    checked = runner.invoke(app, ["validate", str(tmp_path / "samples.jsonl"), *args])
    assert checked.exit_code == 0, checked.output
    assert "60 valid, 0 invalid" in checked.output


def test_a_second_run_finds_the_same_file_there(tmp_path: Path) -> None:
    first, _ = generate_any(order(tmp_path, "createOrder"))
    written = (tmp_path / "samples.jsonl").read_bytes()
    again, _ = generate_any(order(tmp_path, "createOrder"))
    assert "up to date" in again and "up to date" not in first
    generate_any(order(tmp_path / "other", "createOrder"))
    assert (tmp_path / "other" / "samples.jsonl").read_bytes() == written


def test_several_operations_take_turns_and_all_means_those_with_a_json_body(tmp_path: Path) -> None:
    generate_any(order(tmp_path, "all", rows=31))
    names = [row.value["operation"] for row in iter_rows(tmp_path / "samples.jsonl")]
    assert names[:3] == ["createOrder", "updateOrder", "open_support_ticket"]
    assert [names.count(name) for name in names[:3]] == [11, 10, 10]


def test_coverage_is_filled_told_and_gated(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    asked = order(
        tmp_path, "configureSensor", spec=SENSORS, rows=200, min_coverage=1.0, json_file=report
    )
    text, is_enough = generate_any(asked)
    assert is_enough and "coverage: 100.0% (fields 15 of 15, values 6 of 6" in text
    found = json.loads(report.read_text())
    assert found["coverage"]["missing"] == [] and found["counts"]["rows"] == 200
    few = order(tmp_path / "few", "configureSensor", spec=SENSORS, rows=2, min_coverage=1.0)
    text, is_enough = generate_any(few)
    assert not is_enough and "not covered:" in text and "ask for more --rows" in text


def test_path_and_query_parameters_stand_beside_the_payload(tmp_path: Path) -> None:
    text, _ = generate_any(order(tmp_path, "configureSensor", "listReadings", spec=SENSORS))
    rows = [row.value for row in iter_rows(tmp_path / "samples.jsonl")]
    assert rows[0]["path"].keys() == {"siteId", "sensorNumber"}
    assert rows[1]["payload"] == {} and "since" in rows[1]["query"]
    assert "listReadings has no body" in text


@pytest.mark.parametrize(
    ("operations", "more", "error", "words"),
    [
        (("createOder",), {}, UnknownName, "createOrder"),
        (("uploadPhoto",), {}, SpecError, "only JSON bodies"),
        (("createOrder",), {"decisions": ("refuse",)}, ConfigError, "only calls"),
    ],
)
def test_orders_that_cannot_be_done_say_why(
    tmp_path: Path, operations: tuple[str, ...], more: dict[str, Any],
    error: type[Exception], words: str,
) -> None:  # fmt: skip
    with pytest.raises(error, match=words):
        generate_any(order(tmp_path, *operations, **more))
