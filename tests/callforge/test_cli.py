"""The command line as a user meets it: exit codes, one clear line, nothing half-written."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from callforge.commands_later import LATER
from callforge_core.jsonl import write_rows
from tests.fakes import build_tiny_model

VERBS = (
    "doctor", "spec", "generate", "validate", "repair", "curate", "build", "review", "train",
    "export", "eval", "compare", "study", "report", "publish", "verify", "loop", "bench", "demo",
)  # fmt: skip
GOOD = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.10"},
    "qosProfile": "QOS_E",
    "duration": 3600,
}


def callforge(
    *arguments: str | Path, cwd: Path | None = None, most_bytes: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the installed command line; `most_bytes` limits the size of any file it writes."""

    def limit() -> None:
        if most_bytes is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.run(
        [sys.executable, "-m", "callforge", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        preexec_fn=limit,
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the single error line of a command that failed as it should."""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_every_verb_of_the_contract_is_there() -> None:
    done = callforge("--help")
    assert done.returncode == 0
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert set(VERBS) <= listed


def test_help_imports_no_torch_and_is_quick() -> None:
    probe = (
        "import sys; sys.argv = ['callforge', '--help']\n"
        "from callforge.cli import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'datasets', 'pandas', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    best = min(help_seconds() for _ in range(3))
    assert best < 0.5, f"--help took {best:.2f} s"


def help_seconds() -> float:
    """Processor seconds of one --help: what it takes however busy this machine is."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert callforge("train", "--help").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("verb", sorted(LATER))
def test_a_verb_still_to_come_says_so_in_one_line(verb: str) -> None:
    done = callforge(verb, "something", "--option", "value")
    assert done.returncode == 2
    assert "not in this version" in one_line(done)


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "--model", "m", "--data", "d", "--out", "o", "--engine", "vllm"),
        ("eval", "--model", "m", "--data", "d", "--out", "o", "--constrained"),
        ("bench", "eval"),
    ],
)
def test_an_option_still_to_come_says_so_in_one_line(arguments: tuple[str, ...]) -> None:
    done = callforge(*arguments)
    assert done.returncode == 2
    assert "not in this version" in one_line(done)


def test_validate_accepts_good_rows_and_writes_both_reports(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [GOOD, GOOD | {"duration": 60}])
    done = callforge(
        "validate", tmp_path / "rows.jsonl",
        "--json", tmp_path / "r.json", "--html", tmp_path / "r.html",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "r.json").read_text())
    assert {key: document[key] for key in ("rows", "valid", "invalid", "unreadable")} == {
        "rows": 2, "valid": 2, "invalid": 0, "unreadable": 0,
    }  # fmt: skip
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")


def test_validate_names_the_row_the_place_and_the_class_of_a_fault_and_exits_1(
    tmp_path: Path,
) -> None:
    wrong = GOOD | {"device": {"ipv4Address": {"publicAddress": "203.0.113.7"}}}
    write_rows(tmp_path / "rows.jsonl", [GOOD, wrong])
    done = callforge("validate", tmp_path / "rows.jsonl", "--json", tmp_path / "r.json")
    assert done.returncode == 1
    document = json.loads((tmp_path / "r.json").read_text())
    assert document["faults"] == {"C2": 1}
    (issue,) = document["issues"]
    assert (issue["row"], issue["field"], issue["path"]) == (2, "payload", "$.device.ipv4Address")
    assert "C2" in done.stdout


def test_a_missing_file_is_named() -> None:
    done = callforge("validate", "no-such-file.jsonl")
    assert done.returncode == 2
    assert "no-such-file.jsonl does not exist" in one_line(done)


def test_a_broken_line_is_counted_and_named_not_a_crash(tmp_path: Path) -> None:
    row = {"instruction": "Gaming for an hour.", "response": json.dumps(GOOD)}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n{broken\n")
    done = callforge("validate", tmp_path / "rows.jsonl", "--json", tmp_path / "r.json")
    assert done.returncode == 1
    document = json.loads((tmp_path / "r.json").read_text())
    assert (document["valid"], document["unreadable"]) == (1, 1)
    broken = [issue for issue in document["issues"] if issue["code"] == "row.unreadable"]
    assert [issue["row"] for issue in broken] == [2]
    assert "rows.jsonl:2" in broken[0]["message"]


def test_a_folder_in_the_place_of_an_output_file_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [GOOD])
    (tmp_path / "r.json").mkdir()
    done = callforge("validate", tmp_path / "rows.jsonl", "--json", tmp_path / "r.json")
    assert done.returncode == 2
    assert "is a folder" in one_line(done)


def test_a_folder_in_the_place_of_a_built_input_says_what_is_missing(tmp_path: Path) -> None:
    done = callforge("build", tmp_path, "--out", tmp_path / "data")
    assert done.returncode == 2
    assert "samples.jsonl does not exist" in one_line(done)
    assert not (tmp_path / "data").exists()


def test_a_broken_samples_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "samples.jsonl").write_text('{"payload": {}, "id": "a"}\n')
    done = callforge("build", tmp_path, "--out", tmp_path / "data")
    assert done.returncode == 2
    assert "samples.jsonl:1: 'api' is missing" in one_line(done)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--recipe", "cpu-smolm2"), "did you mean 'cpu-smollm2'?"),
        (("epoch=3",), "unknown key 'epoch' (did you mean 'epochs'?)"),
        (("lr=fast",), "lr:"),
        (("lr",), "key=value"),
    ],
)
def test_a_wrong_recipe_or_key_is_told_before_anything_is_written(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = callforge("train", "sft", "--data", tmp_path, "--out", tmp_path / "run", *arguments)
    assert done.returncode == 2
    assert message in one_line(done)
    assert not (tmp_path / "run").exists()


def test_dpo_without_an_adapter_says_what_it_needs(tmp_path: Path) -> None:
    done = callforge("train", "dpo", "--data", tmp_path, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "--adapter" in one_line(done)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--operation", "createSesion"), "did you mean 'createSession'?"),
        (("--release", "9.9.9"), "unknown bundled release"),
        (("--catalogue", "mine"), "unknown catalogue"),
        (("--spec", "missing.yaml"), "missing.yaml"),
    ],
)
def test_a_wrong_api_is_told_with_what_there_is(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = callforge("generate", "--rows", "4", "--out", tmp_path / "rows", *arguments)
    assert done.returncode == 2
    assert message in one_line(done)
    assert not (tmp_path / "rows").exists()


def test_an_unknown_option_exits_2() -> None:
    done = callforge("generate", "--row", "4")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_full_disk_leaves_no_half_written_file(tmp_path: Path) -> None:
    out = tmp_path / "rows"
    done = callforge("generate", "--rows", "200", "--out", out, most_bytes=20_000)
    assert done.returncode == 2
    assert "cannot be written" in one_line(done)
    assert [path.name for path in out.iterdir()] == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system nobody can write")
def test_a_read_only_output_folder_is_one_line() -> None:
    done = callforge("generate", "--rows", "4", "--out", "/proc/callforge")
    assert done.returncode == 2
    assert "/proc/callforge" in one_line(done)


def test_ctrl_c_exits_130_and_leaves_no_half_written_file(tmp_path: Path) -> None:
    out = tmp_path / "rows"
    command = [sys.executable, "-m", "callforge", "generate", "--rows", "500000", "--out", str(out)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(out.glob(".samples.jsonl.*.part")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGINT)
    _, stderr = running.communicate(timeout=60)
    assert running.returncode == 130, stderr
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    assert list(out.iterdir()) == []


def test_the_same_seed_gives_the_same_bytes_and_nothing_is_done_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for kind in ("samples", "preference"):
            assert not callforge(
                "generate", kind, "--rows", "30", "--seed", "3", "--out", tmp_path / name
            ).returncode
    for name in ("samples.jsonl", "preference.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    again = callforge("generate", "--rows", "30", "--seed", "3", "--out", tmp_path / "a")
    assert "up to date" in again.stdout


def test_spec_list_and_show_explain_the_bundled_api() -> None:
    listed = callforge("spec", "list").stdout
    assert "createSession" in listed
    assert "POST" in listed
    shown = callforge("spec", "show", "createSession").stdout
    assert "* applicationServer" in shown
    assert "publicAddress + publicPort" in shown


def test_doctor_finds_this_installation_sound() -> None:
    done = callforge("doctor")
    assert done.returncode == 0, done.stdout
    assert "python" in done.stdout


def test_a_full_disk_while_training_is_one_line_and_leaves_no_half_written_adapter(
    tmp_path: Path,
) -> None:
    pytest.importorskip("trl", reason="needs the extra [train]")
    model = build_tiny_model(tmp_path / "model")
    assert not callforge(
        "generate", "--rows", "60", "--mix", "core", "--out", tmp_path / "rows"
    ).returncode
    assert not callforge("build", tmp_path / "rows", "--out", tmp_path / "data").returncode
    run = tmp_path / "run"
    done = callforge(
        "train", "sft", "--data", tmp_path / "data", "--out", run, f"model={model}",
        "max_steps=2", "checkpoints=0", "evaluations=0", most_bytes=20_000,
    )  # fmt: skip
    assert done.returncode == 2
    assert "cannot be written" in one_line(done)
    assert not (run / "manifest.json").exists()
    assert not list(run.glob("*.safetensors")) + list(run.glob(".*part*"))
