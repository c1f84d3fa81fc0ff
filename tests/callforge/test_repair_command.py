"""`callforge repair`: the summary, the files and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callforge.cli import app
from callforge_core.errors import DataError

GOOD: dict[str, Any] = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.7"},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
REQUEST = "QOS_E for +447700900123 to 198.51.100.7 for one hour"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Return a file with a right row, one that can be mended and one that cannot."""
    public = GOOD | {"device": {"ipv4Address": {"publicAddress": "203.0.113.7"}}}
    answers = [GOOD, GOOD | {"duration": 60}, GOOD | {"applicationServer": "198.51.100.7"}, public]
    lines = [json.dumps({"instruction": REQUEST, "output": body}) + "\n" for body in answers]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(lines))
    return path


def test_rows_that_stay_wrong_are_told_and_give_exit_1(rows: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out.jsonl", tmp_path / "report.json"
    result = CliRunner().invoke(
        app, ["repair", str(rows), "--out", str(out), "--json", str(report)]
    )
    assert result.exit_code == 1
    assert "4 rows, 2 valid before, 3 after" in result.output
    assert "2 repaired, 0 in part, 1 left as they were" in result.output
    assert "needs publicPort or privateAddress" in result.output
    document = json.loads(report.read_text())
    assert (document["ok"], document["repaired"], document["left"]) == (False, 2, 1)
    outputs = [json.loads(line)["output"] for line in out.read_text().splitlines()]
    assert outputs[:3] == [GOOD, GOOD, GOOD]
    records = [json.loads(line) for line in Path(f"{out}.repairs.jsonl").read_text().splitlines()]
    assert [(record["row"], record["status"]) for record in records] == [
        (2, "repaired"),
        (3, "repaired"),
        (4, "left"),
    ]
    assert set(records[0]) == {"row", "id", "field", "status", "changes", "left"}
    assert set(records[2]["left"][0]) == {"class", "code", "pointer", "reason"}


def test_a_file_that_is_right_afterwards_gives_exit_0(rows: Path, tmp_path: Path) -> None:
    rows.write_text("".join(rows.read_text().splitlines(keepends=True)[:3]))
    result = CliRunner().invoke(app, ["repair", str(rows), "--out", str(tmp_path / "out.jsonl")])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.jsonl", "--out", "out.jsonl"], "does not exist"),
        (["rows.jsonl", "--out", "rows.jsonl"], "is the input itself"),
        (["rows.jsonl", "--out", "out.parquet"], "a name that ends like it"),
        (["rows.jsonl", "--out", "out.jsonl", "--format", "message"], "did you mean 'messages'"),
    ],
)
def test_a_mistake_of_the_user_is_one_clear_error(
    rows: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(rows.parent)
    result = CliRunner().invoke(app, ["repair", *arguments])
    assert isinstance(result.exception, DataError)
    assert said in str(result.exception)
    assert [path.name for path in rows.parent.iterdir()] == ["rows.jsonl"]


def test_the_help_lists_the_formats() -> None:
    result = CliRunner().invoke(app, ["repair", "--help"])
    assert all(name in result.output for name in ("sharegpt", "instruction", "payload"))
