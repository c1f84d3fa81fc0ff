"""`callforge validate` as a user meets it: summary, exit codes, workers, interrupts, bad input."""

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

from callforge_core.jsonl import write_rows

GOOD = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "10.5.0.10"},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
LONE = GOOD | {"device": {"ipv4Address": {"publicAddress": "84.125.93.10"}}}
WISH = "Gaming for +447700900123 to 10.5.0.10, one hour."


def row(answer: Any, wish: str = WISH) -> dict[str, Any]:
    return {"instruction": wish, "response": answer}


def validate(
    *arguments: str | Path, columns: int = 100, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command as installed, in a terminal of that width."""
    return subprocess.run(
        [sys.executable, "-m", "callforge", "validate", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": str(columns)},
        **options,
    )


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one error line of a command that failed as it should."""
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.strip().splitlines()
    return line


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Return a file of 700 rows: right, wrong, broken, repeated."""
    path = tmp_path / "mixed.jsonl"
    answers = [GOOD, LONE, GOOD | {"duration": "60"}, json.dumps(GOOD), GOOD | {"priority": 1}]
    lines = [json.dumps(row(answers[n % 5], f"{WISH} {n % 77} times")) for n in range(700)]
    lines[601] = "{broken"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_summary_says_verdict_reason_example_advice_and_coverage(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [row(GOOD), row(LONE), row(GOOD, "Film night, 20 minutes")])
    done = validate(tmp_path / "rows.jsonl")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "rows.jsonl (instruction): 3 rows, 2 valid, 1 invalid, 0 unreadable"
    assert lines[1] == "NOT GOOD: 1 of 3 rows (33.3 %) invalid"
    text = " ".join(done.stdout.split())
    assert "request schema 1 2" in text
    assert "C2 conditional requirement ×1 e.g. row 2 (rows.jsonl:2) at $.device.ipv4Address" in text
    assert 'found: {"publicAddress": "84.125.93.10"}' in text
    assert "what to do: Add publicPort or privateAddress" in text
    assert "1 invalid break what the API definition itself says" in text
    assert "coverage: 8 of 33 fields used; never $.device.networkAccessIdentifier" in text
    assert "1 valid row is not what the request says" in text
    assert "$.qosProfile = QOS_S" in text


def test_a_good_file_is_said_to_be_good_in_a_few_lines(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [row(GOOD)])
    done = validate(tmp_path / "rows.jsonl")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == "GOOD: every row is right"
    assert "what to do" not in done.stdout


def test_the_summary_fits_the_terminal_and_has_no_colours_in_a_pipe(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [row(LONE), row(GOOD | {"priority": "high" * 20})])
    text = validate(tmp_path / "rows.jsonl", columns=60).stdout
    assert "\033" not in text
    long = [line for line in text.splitlines() if len(line) > 60 and "found:" not in line]
    assert [line for line in long if " " in line.strip()[60:]] == []


def test_values_that_the_request_does_not_give_fail_a_file_only_behind_the_strict_gate(
    tmp_path: Path,
) -> None:
    write_rows(tmp_path / "rows.jsonl", [row(GOOD), row(GOOD, "Set up gaming for my phone.")])
    done = validate(tmp_path / "rows.jsonl")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert "1 valid row is not what the request says (2 checked): V5 fabricated" in text
    strict = validate(tmp_path / "rows.jsonl", "--gate", "faithful", "--json", tmp_path / "r.json")
    assert strict.returncode == 1
    assert "NOT GOOD: 1 of 2 rows (50.0 %) not what was asked" in strict.stdout
    document = json.loads((tmp_path / "r.json").read_text())
    assert (document["valid"], document["ok"], document["gate"]) == (2, False, "faithful")
    assert document["unfaithful"]["rows"] == 1


def test_preference_rows_say_how_the_rejected_sides_stand(tmp_path: Path) -> None:
    pair = {"prompt": WISH, "chosen": json.dumps(GOOD), "rejected": '{"duration": 60}'}
    write_rows(tmp_path / "pairs.jsonl", [pair, pair])
    text = " ".join(validate(tmp_path / "pairs.jsonl").stdout.split())
    assert "rejected sides: 2 of 2 are wrong, as they should be: S1 missing required ×4" in text
    assert "2 rejected sides have several faults at once" in text
    assert "duplicates: 1 row repeats an earlier one word for word; the first: rows 1 and 2" in text


def test_several_files_end_with_one_line_for_all_and_keep_their_documents(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [row(GOOD)])
    write_rows(tmp_path / "b.jsonl", [row(LONE), row(GOOD)])
    done = validate(tmp_path, "--json", tmp_path / "r.json", "--html", tmp_path / "r.html")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("2 files: 1 of 2 good; 3 rows, 2 valid")
    document = json.loads((tmp_path / "r.json").read_text())
    assert (document["rows"], document["invalid"], document["faults"]) == (3, 1, {"C2": 1})
    assert [part["file"] for part in document["files"]] == ["a.jsonl", "b.jsonl"]
    assert document["layers"]["schema"] == {"failed": 1, "left": 2}
    assert document["unfaithful"]["checked"] == 3
    used = {field["path"]: field["rows"] for field in document["coverage"]}
    assert (used["$.duration"], used["$.device.phoneNumber"]) == (3, 2)


def test_files_of_the_same_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("train", "test"):
        write_rows(tmp_path / folder / "rows.jsonl", [row(GOOD)])
    write_rows(tmp_path / "more.jsonl", [row(GOOD)])
    done = validate(tmp_path, "--json", tmp_path / "r.json")
    assert done.returncode == 0
    document = json.loads((tmp_path / "r.json").read_text())
    names = [part["file"] for part in document["files"]]
    assert names == ["more.jsonl", "test/rows.jsonl", "train/rows.jsonl"]


def test_the_document_has_every_key_the_report_reads(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [row(GOOD), row(GOOD), row(LONE)])
    validate(tmp_path / "rows.jsonl", "--json", tmp_path / "r.json")
    document = json.loads((tmp_path / "r.json").read_text())
    assert set(document["unfaithful"]) == {"checked", "rows", "faults", "unused"}
    assert set(document["near_duplicates"]) == {"exact_rows", "near_rows", "groups", "examples"}
    assert set(document["near_duplicates"]["examples"][0]) == {"rows", "similarity", "texts"}
    assert set(document["lengths"]) == {"request", "payload"}
    assert set(document["lengths"]["request"]) == {"unit", "n", "min", "p50", "p90", "max", "bins"}
    assert set(document["coverage"][0]) == {
        "path", "pointer", "depth", "required", "type", "rows", "distinct", "values", "branches",
    }  # fmt: skip
    assert document["gate"] == "valid"


def test_two_workers_write_the_same_bytes_as_one(mixed: Path, tmp_path: Path) -> None:
    outputs = []
    for workers in ("1", "2"):
        files = [tmp_path / f"r{workers}.json", tmp_path / f"r{workers}.html"]
        done = validate(
            mixed, "--workers", workers, "--json", files[0], "--html", files[1], "--rows-shown", "9"
        )
        assert (done.returncode, done.stderr) == (1, "")
        outputs.append((done.stdout, files[0].read_text(), files[1].read_text()))
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0][1])["unreadable"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--workers", "-1"), "--workers"),
        (("--gate", "perfect"), "--gate"),
        (("--rows-shown", "x"), "--rows-shown"),
    ],
)
def test_a_wrong_option_is_named(arguments: tuple[str, str], message: str, mixed: Path) -> None:
    done = validate(mixed, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_input_is_one_line_whatever_the_workers(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "folder.json").mkdir()
    write_rows(tmp_path / "rows.jsonl", [row(GOOD)])
    assert "no rows" in error_line(validate(tmp_path / "empty.jsonl", "--workers", "2"))
    assert "unknown format" in error_line(validate(tmp_path / "rows.jsonl", "--format", "odd"))
    done = validate(tmp_path / "rows.jsonl", "--json", tmp_path / "folder.json")
    assert "folder.json is a folder" in error_line(done)


def test_a_file_that_breaks_off_is_one_line_with_workers_too(mixed: Path, tmp_path: Path) -> None:
    import gzip

    whole = gzip.compress(mixed.read_bytes() * 3)
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    assert "cut.jsonl.gz" in error_line(validate(tmp_path / "cut.jsonl.gz", "--workers", "2"))


def start(path: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a long run with two workers in a group of its own; return it and its workers."""
    command = [sys.executable, "-m", "callforge", "validate", str(path), "--workers", "2"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        workers = [int(pid) for pid in children if is_worker(int(pid))]
        if len(workers) == 2:
            break
        time.sleep(0.05)
    return running, workers


def is_worker(pid: int) -> bool:
    """Say whether a process, forked or spawned, is at work."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False
    return "spawn_main" in command or "validate" in command


def ended(pids: list[int]) -> bool:
    """Say whether all processes end within a while."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not any(map(is_worker, pids)):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def endless(mixed: Path) -> Path:
    """Return a file that two workers are busy with for a while."""
    path = mixed.with_name("endless.jsonl")
    path.write_bytes(mixed.read_bytes() * 200)
    return path


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="finds the workers through /proc"
)


@needs_proc
def test_ctrl_c_ends_all_processes_with_one_line_and_130(endless: Path) -> None:
    running, workers = start(endless)
    os.killpg(running.pid, signal.SIGINT)
    _, stderr = running.communicate(timeout=60)
    assert running.returncode == 130, stderr
    assert stderr.strip().splitlines() == [line for line in stderr.splitlines() if "interr" in line]
    assert len(workers) == 2
    assert ended(workers)


@needs_proc
def test_a_worker_that_is_killed_is_told_in_one_line(endless: Path) -> None:
    running, workers = start(endless)
    os.kill(workers[0], signal.SIGKILL)
    _, stderr = running.communicate(timeout=60)
    assert running.returncode == 2, stderr
    (line,) = stderr.strip().splitlines()
    assert "a worker process died" in line
    assert ended(workers)


@needs_proc
def test_workers_end_when_their_parent_is_killed(endless: Path) -> None:
    running, workers = start(endless)
    running.kill()
    running.communicate(timeout=60)
    assert len(workers) == 2
    assert ended(workers)


def test_a_token_of_the_data_is_shown_nowhere(tmp_path: Path) -> None:
    credential = {"credentialType": "ACCESSTOKEN", "accessToken": "hush-hush-0123456789"}
    answer = GOOD | {"sink": "https://a.example.com", "sinkCredential": credential}
    write_rows(tmp_path / "rows.jsonl", [row(answer)])
    done = validate(
        tmp_path / "rows.jsonl", "--json", tmp_path / "r.json", "--html", tmp_path / "r.html"
    )
    assert done.returncode == 1
    assert "$.sinkCredential" in done.stdout
    for text in (done.stdout, done.stderr, (tmp_path / "r.json").read_text(),
                 (tmp_path / "r.html").read_text()):  # fmt: skip
        assert "hush-hush" not in text


def test_a_finding_of_a_rule_points_into_the_definition(tmp_path: Path) -> None:
    answer = GOOD | {"applicationServer": {"ipv4Address": "300.1.1.1"}}
    write_rows(tmp_path / "rows.jsonl", [row(answer)])
    validate(tmp_path / "rows.jsonl", "--json", tmp_path / "r.json")
    (issue,) = (
        issue
        for issue in json.loads((tmp_path / "r.json").read_text())["issues"]
        if issue["layer"] == "rules"
    )
    assert (issue["spec"], issue["definition"]) == (
        "R6", "/components/schemas/ApplicationServerIpv4Address",
    )  # fmt: skip
