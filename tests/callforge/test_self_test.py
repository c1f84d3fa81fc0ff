"""`callforge doctor --self-test`: the validator's own score, and what makes it fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from callforge import self_test, self_test_scores
from callforge.self_test import SelfTest, render_self_test, run_self_test
from callforge_core.spec import load_spec
from datasets_src.bundled import catalogue_path, spec_path
from validators.catalogue import load_catalogue
from validators.diagnosis import Diagnosis, diagnose


@pytest.fixture(scope="module")
def result() -> SelfTest:
    return run_self_test(load_spec(spec_path()), load_catalogue(catalogue_path()), rows=8)


def doctor(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as installed."""
    command = [sys.executable, "-m", "callforge", "doctor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_every_class_is_found_exactly_and_no_gold_is_flagged(result: SelfTest) -> None:
    assert result.ok
    named = {score.cls: score for score in result.scores}
    assert len(named) == 35
    assert {cls for cls, score in named.items() if not score.injected} == {"C1"}
    assert all(score.injected == score.exact == 8 for cls, score in named.items() if cls != "C1")
    assert result.golds == {"text": 16, "gold": 16, "request": 8}
    assert result.rejected["closed"] == 20
    assert result.agreed == result.compared > 50


def test_the_text_alone_sees_what_the_specification_says_and_no_meaning(result: SelfTest) -> None:
    named = {score.cls: score for score in result.scores}
    assert all(named[cls].by_text == 8 for cls in ("F4", "S3", "T2", "C2", "C3"))
    assert all(named[cls].by_text == 0 for cls in ("V1", "V2", "V3", "V5", "V6"))
    assert named["D1"].by_text is None


def test_the_record_gives_each_rate_with_its_interval(result: SelfTest) -> None:
    record = json.loads(json.dumps(result.to_json()))
    rows = {row["class"]: row for row in record["classes"]}
    rate = rows["S2"]["kill_rate"]
    assert rate["value"] == rate["high"] == 1
    assert 0.67 < rate["low"] < 0.68  # Wilson, 8 of 8
    assert rows["C1"] == {
        "class": "C1",
        "injected": 0,
        "not_applicable": "no two members of this release exclude each other",
    }


def test_the_same_seed_gives_the_same_result(result: SelfTest) -> None:
    spec, catalogue = load_spec(spec_path()), load_catalogue(catalogue_path())
    assert run_self_test(spec, catalogue, rows=8) == result


def test_the_report_has_a_line_for_each_class(result: SelfTest) -> None:
    lines = render_self_test(result).splitlines()
    assert [line[:2] for line in lines[1:36]] == [score.cls for score in result.scores]
    assert lines[-1] == "self-test passed"
    assert max(map(len, lines)) <= 120


def test_a_class_that_is_missed_or_a_gold_that_is_flagged_fails_the_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A diagnosis that is blind for V2, and one that sees a ghost, do not pass."""
    honest = diagnose
    spec, catalogue = load_spec(spec_path()), load_catalogue(catalogue_path())

    def blind(*arguments: object, **more: object) -> Diagnosis:
        found = honest(*arguments, **more)  # type: ignore[arg-type]  # handed on as it came
        return frozenset(fault for fault in found if fault[0] != "V2")

    monkeypatch.setattr(self_test_scores, "diagnose", blind)
    result = run_self_test(spec, catalogue, rows=3)
    assert not result.ok
    assert [score.cls for score in result.scores if score.exact < score.injected] == ["V2"]
    assert "V2 missed: " in render_self_test(result)
    monkeypatch.undo()
    monkeypatch.setattr(self_test, "diagnose", lambda *_, **__: frozenset({("S2", "/ghost")}))
    result = run_self_test(spec, catalogue, rows=3)
    assert not result.ok
    assert result.alarms["gold"] == result.golds["gold"]


def test_the_command_says_its_score_and_writes_it(tmp_path: Path) -> None:
    place = tmp_path / "self-test.json"
    done = doctor("--self-test", "--rows", "2", "--json", place)
    assert (done.returncode, done.stderr) == (0, "")
    assert "self-test passed" in done.stdout
    assert json.loads(place.read_text(encoding="utf-8"))["ok"] is True


def test_rows_without_self_test_are_a_mistake() -> None:
    done = doctor("--rows", "2")
    assert done.returncode == 2
    assert done.stderr.startswith("error: --rows and --json belong to --self-test")
