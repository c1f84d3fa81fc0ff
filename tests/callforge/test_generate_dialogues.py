"""`generate dialogues` as a user meets it: rows that `validate` finds right, the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from callforge.cli import app
from callforge_core.dialogue_records import Dialogue
from callforge_core.errors import CallforgeError
from callforge_core.jsonl import iter_rows, write_rows
from generators.dialogues_faults import inject_dialogue_fault
from generators.edits import NotApplicable


def run(*arguments: str | int | Path) -> tuple[int, str]:
    """Run a command in this process; return its exit code and what it says."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    if isinstance(done.exception, CallforgeError):
        return 2, str(done.exception)
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dialogues")
    code, text = run("generate", "dialogues", "--rows", 150, "--seed", 5, "--out", out)
    assert code == 0, text
    assert "dialogues.jsonl: 150 rows" in text
    return out


def test_validate_finds_every_dialogue_right_and_faithful(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    code, text = run("validate", folder / "dialogues.jsonl", "--gate", "faithful", "--json", report)
    assert code == 0, text
    found = json.loads(report.read_text())
    assert (found["format"], found["rows"], found["valid"]) == ("dialogues", 150, 150)
    assert found["decision_faults"] == {}
    assert found["unfaithful"]["faults"] == {}
    assert found["issues_total"] == found["warnings"]


def test_validate_finds_every_wrong_move(folder: Path, tmp_path: Path) -> None:
    wrong, faults = [], []
    for number, row in enumerate(iter_rows(folder / "dialogues.jsonl")):
        result = inject_dialogue_fault(Dialogue.from_json(row.value), Random(number))
        if not isinstance(result, NotApplicable):
            wrong.append(result[0].to_json())
            faults.append(result[1].cls)
    assert len(wrong) > 60
    write_rows(tmp_path / "wrong.jsonl", wrong)
    report = tmp_path / "report.json"
    code, _ = run("validate", tmp_path / "wrong.jsonl", "--gate", "faithful", "--json", report)
    found = json.loads(report.read_text())
    assert code == 1
    assert found["decision_faults"] == {cls: faults.count(cls) for cls in sorted(set(faults),
                                        key=lambda cls: (-faults.count(cls), cls))}  # fmt: skip
    assert found["unfaithful"]["faults"] == {}
    assert found["issues_total"] == found["warnings"] + len(faults)


def test_a_wrong_body_makes_a_dialogue_invalid(folder: Path, tmp_path: Path) -> None:
    rows: list[Any] = [row.value for row in iter_rows(folder / "dialogues.jsonl")]
    turn = next(
        turn
        for row in rows
        for turn in row["messages"]
        if '"createSession","body"' in turn["content"]
    )
    turn["content"] = turn["content"].replace('"duration":', '"lasting":')
    write_rows(tmp_path / "rows.jsonl", rows)
    code, text = run("validate", tmp_path / "rows.jsonl")
    assert code == 1
    assert "150 rows, 149 valid, 1 invalid" in text


def test_same_seed_same_bytes_and_a_second_run_does_nothing(folder: Path, tmp_path: Path) -> None:
    run("generate", "dialogues", "--rows", 150, "--seed", 5, "--workers", 2, "--out", tmp_path)
    name = "dialogues.jsonl"
    assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()
    _, text = run("generate", "dialogues", "--rows", 150, "--seed", 5, "--out", folder)
    assert "(up to date)" in text
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["counts"][name]["rows"] == 150
    assert sum(manifest["counts"][name]["decisions"].values()) > 500


def test_counts_for_machines(tmp_path: Path) -> None:
    found = tmp_path / "counts.json"
    code, _ = run("generate", "dialogues", "--rows", 5, "--out", tmp_path / "out", "--json", found)
    assert code == 0
    assert json.loads(found.read_text())["counts"]["rows"] == 5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--mix", "core"], "--mix does not go with `generate dialogues`"),
        (["--coverage"], "--coverage does not go"),
        (["--operation", "getSession"], "dialogues call createSession"),
        (["--release", "9.9"], "9.9"),
    ],
)
def test_what_dialogues_cannot_be_told_is_one_line(
    options: list[str], words: str, tmp_path: Path
) -> None:
    code, text = run("generate", "dialogues", "--rows", 2, "--out", tmp_path, *options)
    assert code == 2
    assert words in text
    assert "\n" not in text.strip()
