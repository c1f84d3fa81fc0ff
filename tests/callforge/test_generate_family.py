"""`generate --operation all --decisions ...`, then `validate` and `build`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callforge.cli import app
from callforge_core.jsonl import iter_rows, load_json

ALL = ("--operation", "all", "--decisions", "call,clarify,refuse")


def run(*arguments: str | int | Path, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def rows_of(path: Path) -> list[Any]:
    return [row.value for row in iter_rows(path)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("family")
    text = run("generate", *ALL, "--rows", 660, "--seed", 4, "--out", out / "data",
               "--json", out / "counts.json")  # fmt: skip
    assert "call 396, clarify 132, refuse 132" in text
    return out


def test_what_is_written_is_valid_and_faithful(made: Path) -> None:
    text = run("validate", made / "data/samples.jsonl", "--gate", "faithful")
    assert "660 valid, 0 invalid" in text
    counts = load_json(made / "counts.json")
    assert counts["decisions"] == {"call": 396, "clarify": 132, "refuse": 132}
    assert set(counts["calls"].values()) == {36}


def test_it_builds_into_a_set_that_passes_too(made: Path) -> None:
    run("build", made / "data", "--out", made / "built")
    counts = load_json(made / "built/manifest.json")["counts"]
    assert counts["dropped"] == {}
    assert set(counts["certificate"]["collisions"].values()) == {0}
    said = [
        json.loads(row["completion"][0]["content"])
        for row in rows_of(made / "built/sft/train.jsonl")
    ]
    assert {next(iter(answer)) for answer in said} == {"operation", "clarify", "refuse"}
    run("validate", made / "built/sft/train.jsonl", "--gate", "faithful")


def test_workers_do_not_change_a_byte(made: Path, tmp_path: Path) -> None:
    run("generate", *ALL, "--rows", 1400, "--seed", 4, "--out", tmp_path / "one")
    run("generate", *ALL, "--rows", 1400, "--seed", 4, "--out", tmp_path / "two", "--workers", 2)
    one = (tmp_path / "one/samples.jsonl").read_bytes()
    assert one == (tmp_path / "two/samples.jsonl").read_bytes()
    assert one.startswith((made / "data/samples.jsonl").read_bytes())


@pytest.mark.parametrize("name", ["deleteSession", "getQosProfile", "createQosAssignment"])
def test_one_operation_alone(name: str, tmp_path: Path) -> None:
    run("generate", "--operation", name, "--rows", 60, "--out", tmp_path)
    assert {row["operation"] for row in rows_of(tmp_path / "samples.jsonl")} == {name}
    assert "60 valid" in run("validate", tmp_path / "samples.jsonl", "--gate", "faithful")
    again = run("generate", "--operation", name, "--rows", 60, "--out", tmp_path)
    assert "up to date" in again


def test_several_operations_of_an_older_release(tmp_path: Path) -> None:
    run("generate", "--operation", "createSession,deleteSession", "--release", "1.0.0",
        "--rows", 40, "--out", tmp_path)  # fmt: skip
    assert {row["release"] for row in rows_of(tmp_path / "samples.jsonl")} == {"1.0.0"}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--operation", "deleteSesion"), "deleteSession"),
        (("--operation", "all", "--api", "qos-nothing"), "qos-nothing"),
        (("--operation", "all", "--mix", "fulll"), "full"),
        (("--operation", "all", "--coverage"), "--coverage"),
        (("--operation", "retrieveQoSProfiles", "--decisions", "clarify"), "optional"),
        (("--decisions", "call,ask"), "call,ask"),
    ],
)
def test_bad_orders_are_one_clear_line(
    arguments: tuple[str, ...], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from callforge.cli import main

    with pytest.raises(SystemExit) as left, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["callforge", "generate", *arguments, "--out", str(tmp_path)])
        main()
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert what in line
