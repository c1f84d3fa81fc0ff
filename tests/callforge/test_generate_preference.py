"""`callforge generate preference` as a user meets it: mixes, files, runs, gates."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callforge.api import Api, load_api
from callforge.evaluation import evaluate_model
from callforge.generation import Order, fulfil
from callforge.stages import build_datasets, generate_samples
from callforge.training_rows import find_data, read_training_rows
from callforge_core.errors import CallforgeError, ConfigError, DataError
from callforge_core.jsonl import iter_rows, render_json, write_rows
from datasets_src.readers import open_sources
from generators.seeds import iter_outside
from validators.answers import parse_answer
from validators.decision_faults import Expected, diagnose_decision
from validators.diagnosis import diagnose

ROWS = 60


@pytest.fixture(scope="module")
def api() -> Api:
    return load_api("createSession")


def order(out: Path, **more: Any) -> Order:
    return Order(**{"kind": "preference", "rows": ROWS, "out": out, **more})


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row.value for row in iter_rows(out / "preference.jsonl")]


def check(rows: list[dict[str, Any]], api: Api) -> None:
    """Prove anew what every written pair promises."""
    for row in rows:
        gold = json.loads(row["chosen"])
        assert api.validator.verdict(gold, row["request"]).ok
        found = diagnose(row["rejected"], api.validator, gold=gold, request=row["request"])
        assert {cls for cls, _ in found} == {row["fault"]["class"]}


def test_pairs_are_written_proven_and_counted(tmp_path: Path, api: Api) -> None:
    asked = order(tmp_path / "a", mix="natural", json_file=tmp_path / "p.json")
    text, good = fulfil(asked)
    assert good
    rows = rows_of(tmp_path / "a")
    assert len(rows) == ROWS
    check(rows, api)
    manifest = json.loads((tmp_path / "a/manifest.json").read_text())
    counts = manifest["counts"]["preference.jsonl"]
    assert sum(counts["faults"].values()) == sum(counts["tiers"].values()) == ROWS
    assert counts["separability"]["characters"]["auc"]["value"] < 0.6
    found = json.loads((tmp_path / "p.json").read_text())
    assert found["lint"]["ok"] is True
    assert found["lint"]["classes"]["V1"]["tier_2"] > 0
    assert "V1 copy error" in text
    assert "up to date" in fulfil(asked)[0]


def test_any_number_of_workers_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import generators.pair_streams

    monkeypatch.setattr(generators.pair_streams.iter_stretches, "__kwdefaults__", {"length": 20})
    for workers in (1, 2):
        fulfil(order(tmp_path / str(workers), workers=workers))
    one, two = (tmp_path / name / "preference.jsonl" for name in "12")
    assert one.read_bytes() == two.read_bytes()


def test_the_mix_of_facts_and_the_mix_of_faults_go_together(tmp_path: Path) -> None:
    fulfil(order(tmp_path, mix="core,S2=1,S1=1", max_auc=1.0))
    rows = rows_of(tmp_path)
    assert {row["fault"]["class"] for row in rows} == {"S1", "S2"}
    assert {row["provenance"]["mix"] for row in rows} == {"core"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"mix": "typo"}, "unknown mix 'typo'"),
        ({"mix": "core,full"}, "one mix of facts"),
        ({"mix": "uniform,natural"}, "one mix of facts"),
        ({"mix": "measured"}, "measured:RUN"),
        ({"mix": "measured:nowhere"}, "no scores.jsonl"),
        ({"run": Path("nowhere"), "mix": "uniform"}, "leave out --mix"),
        ({"run": Path("nowhere")}, "no scores.jsonl"),
        ({"backend": "openai"}, "leave out --backend"),
        ({"coverage": True}, "--max-auc"),
        ({"operations": ("deleteSession",)}, "createSession"),
        ({"source": Path("nowhere.jsonl")}, "nowhere.jsonl"),
    ],
)
def test_an_order_that_means_nothing_is_refused(
    more: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(CallforgeError, match=said):
        fulfil(order(tmp_path, **more))
    assert not list(tmp_path.iterdir())


def test_a_set_that_lengths_can_tell_apart_is_written_but_not_good_enough(tmp_path: Path) -> None:
    text, good = fulfil(order(tmp_path, mix="S2=1"))
    assert not good
    assert "not good enough: characters alone tell chosen from rejected: 1.00" in text
    assert len(rows_of(tmp_path)) == ROWS
    assert fulfil(order(tmp_path, mix="S2=1", max_auc=1.0))[1]


def test_the_valid_calls_of_a_file_become_chosen_sides(tmp_path: Path, api: Api) -> None:
    generate_samples(api, tmp_path / "rows", rows=20, seed=3, mix="core")
    samples = [row.value for row in iter_rows(tmp_path / "rows/samples.jsonl")]
    broken = samples[0] | {"id": "x", "payload": {"duration": 1}}
    ungrounded = samples[1] | {"id": "y", "request": "Good morning."}
    asks = samples[2] | {"id": "z", "decision": "clarify", "missing": ["duration"]}
    write_rows(tmp_path / "mine.jsonl", [*samples, broken, ungrounded, asks])
    text, _ = fulfil(order(tmp_path / "out", source=tmp_path / "mine.jsonl", max_auc=1.0))
    assert "1 clarify rows, 2 not valid, or not grounded in their request" in text
    rows = rows_of(tmp_path / "out")
    check(rows, api)
    assert {row["provenance"]["sample"] for row in rows} == {row["id"] for row in samples}
    assert {row["family"] for row in rows} <= {row["family"] for row in samples}


def test_a_foreign_file_works_as_well(tmp_path: Path, api: Api) -> None:
    generate_samples(api, tmp_path / "rows", rows=8, seed=4, mix="core")
    foreign = [
        {"instruction": row.value["request"], "output": render_json(row.value["payload"])}
        for row in iter_rows(tmp_path / "rows/samples.jsonl")
    ]
    write_rows(tmp_path / "theirs.jsonl", [*foreign, {"instruction": "Hi", "output": "no"}])
    asked = order(tmp_path / "out", rows=16, source=tmp_path / "theirs.jsonl", max_auc=1.0)
    text, _ = fulfil(asked)
    assert "left out: 1 unreadable" in text
    check(rows_of(tmp_path / "out"), api)


# --- answers of a model ---------------------------------------------------------------------------


def answer_all(path: Path, out: Path, api: Api) -> list[str]:
    """Evaluate a scripted model on a file of rows: right, wrong once, wrong twice, in turn."""
    entries = [each for opened in open_sources(path) for each in opened.entries]
    answers, kinds = [], []
    for number, entry in enumerate(entries):
        gold = json.loads(entry.fields["payload"])
        wrong = gold | {"duration": gold["duration"] + 1}
        said = [gold, wrong, wrong | {"priority": 1}, wrong][number % 4]
        kinds.append(["right", "pair", "several_faults", "pair"][number % 4])
        answers.append({"request": entry.request, "output": render_json(said)})
    write_rows(out.with_suffix(".answers.jsonl"), answers)
    evaluate_model(api, str(out.with_suffix(".answers.jsonl")), path, out, engine="replay")
    return kinds


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, api: Api) -> Path:
    folder = tmp_path_factory.mktemp("built")
    generate_samples(api, folder / "rows", rows=120, seed=6, mix="core")
    build_datasets(api, folder / "rows", folder / "data", seed=6, test_rows=20)
    return folder


@pytest.mark.parametrize("data", ["data/sft/train", "rows/samples.jsonl"])
def test_wrong_answers_to_training_requests_become_rejects(
    data: str, built: Path, tmp_path: Path, api: Api
) -> None:
    path = built / data if data.endswith("jsonl") else built / f"{data}.jsonl"
    kinds = answer_all(path, tmp_path / "run", api)
    text, _ = fulfil(order(tmp_path / "out", run=tmp_path / "run", rows=1000, max_auc=1.0))
    rows = rows_of(tmp_path / "out")
    assert len(rows) == kinds.count("pair")
    check(rows, api)
    assert {row["fault"]["pointer"] for row in rows} == {"/duration"}
    assert {row["provenance"]["generator"] for row in rows} == {"on-policy"}
    families = {row.value["family"] for row in iter_rows(path)}
    assert {row["family"] for row in rows} <= families
    counts = json.loads((tmp_path / "out/manifest.json").read_text())["counts"]
    answers = counts["preference.jsonl"]["answers"]
    assert answers["right"] == kinds.count("right")
    assert answers["several_faults"] == kinds.count("several_faults")
    assert sum(count for name, count in answers.items() if name != "n") == answers["n"]
    assert f"{len(kinds)} answers: {len(rows)} with one fault" in text


def test_sft_rows_can_be_evaluated_under_the_name_of_their_split(
    built: Path, tmp_path: Path, api: Api
) -> None:
    train = built / "data/sft/train.jsonl"
    answer_all(train, tmp_path / "run", api)
    scores = tmp_path / "run/scores.jsonl"
    again = tmp_path / "again"
    evaluate_model(api, str(scores), built / "data/sft/train", again, engine="replay")
    assert find_data(again) == (train.resolve(), "train")
    joint = json.loads((again / "summary.json").read_text())["metrics"]["joint"]
    assert joint["n"] == sum(1 for _ in iter_rows(train))


@pytest.mark.parametrize("data", ["data", "data/eval/test.jsonl", "data/sft/test.jsonl"])
def test_held_out_requests_are_refused(data: str, built: Path, tmp_path: Path, api: Api) -> None:
    place = built / data if data.endswith("l") else built / "data/eval/test.jsonl"
    answer_all(place, tmp_path / "run", api)
    for source in (None, built / "rows/samples.jsonl"):
        with pytest.raises(DataError, match="held-out requests may not teach"):
            fulfil(order(tmp_path / "out", run=tmp_path / "run", source=source))


def test_a_copy_of_a_test_file_is_refused_too(built: Path, tmp_path: Path, api: Api) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes((built / "data/eval/test.jsonl").read_bytes())
    answer_all(copy, tmp_path / "run", api)
    with pytest.raises(DataError, match="made to be held out"):
        fulfil(order(tmp_path / "out", run=tmp_path / "run"))


def test_a_run_that_does_not_say_what_it_asked_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "run/scores.jsonl", [{"request": "r", "output": "{}"}])
    with pytest.raises(DataError, match="nobody knows whether its requests were held out"):
        fulfil(order(tmp_path / "out", run=tmp_path / "run"))


def test_a_run_without_usable_answers_gives_no_file(built: Path, tmp_path: Path, api: Api) -> None:
    train = built / "data/sft/train.jsonl"
    right = [
        {
            "request": row.value["prompt"][-1]["content"],
            "output": row.value["completion"][0]["content"],
        }
        for row in iter_rows(train)
    ]
    write_rows(tmp_path / "answers.jsonl", right)
    evaluate_model(api, str(tmp_path / "answers.jsonl"), train, tmp_path / "run", engine="replay")
    text, good = fulfil(order(tmp_path / "out", run=tmp_path / "run"))
    assert not good
    assert f"no pair: {len(right)} answers: 0 with one fault, {len(right)} right" in text
    assert not (tmp_path / "out").exists()


def test_a_measured_mix_follows_the_faults_of_a_run(built: Path, tmp_path: Path, api: Api) -> None:
    answer_all(built / "data/eval/test.jsonl", tmp_path / "run", api)  # shares teach no request
    fulfil(order(tmp_path / "out", mix=f"measured:{tmp_path / 'run'}", rows=100, max_auc=1.0))
    faults = json.loads((tmp_path / "out/manifest.json").read_text())["counts"]
    counts = faults["preference.jsonl"]["faults"]
    assert counts["V1"] > counts["S2"] > max(counts.get("F1", 0), counts.get("T1", 0))


def test_rows_are_read_from_what_build_wrote(built: Path, api: Api) -> None:
    found = read_training_rows(built / "data/sft/train.jsonl", api)
    raw = [row.value for row in iter_rows(built / "data/sft/train.jsonl")]
    assert [sample.id for sample in found.samples] == [row["id"] for row in raw]
    assert [sample.family for sample in found.samples] == [row["family"] for row in raw]
    assert [sample.request for sample in found.samples] == [
        row["prompt"][-1]["content"] for row in raw
    ]


def test_asking_and_refusing_come_in_both_directions(tmp_path: Path, api: Api) -> None:
    decisions = ("call", "clarify", "refuse")
    asked = order(tmp_path, rows=120, decisions=decisions, mix="D2=1,D3=1,V1=1", max_auc=1.0)
    fulfil(asked)
    validators = {"createSession": api.validator}
    directions: Counter[tuple[str, str, str]] = Counter()
    for row in rows_of(tmp_path):
        chosen, rejected = (
            parse_answer(row[side], ("createSession",)) for side in ("chosen", "rejected")
        )
        directions[row["fault"]["class"], chosen.decision, rejected.decision] += 1
        about = row["provenance"]
        is_call = chosen.decision == "call"
        expected = Expected(
            decision=chosen.decision,  # type: ignore[arg-type]  # none of them is malformed
            operation="createSession",
            payload=chosen.payload if is_call else about.get("known"),
            missing=chosen.asked,
            request=row["request"],
        )
        assert diagnose_decision(row["chosen"], expected, validators) == frozenset()
        found = diagnose_decision(row["rejected"], expected, validators)
        assert {cls for cls, _ in found} == {row["fault"]["class"]}
    assert directions["D2", "call", "clarify"] == directions["D3", "call", "refuse"] == 20
    assert (
        sum(n for (cls, said, _), n in directions.items() if (cls, said) == ("D2", "clarify")) == 20
    )
    assert (
        sum(n for (cls, said, _), n in directions.items() if (cls, said) == ("D3", "refuse")) == 20
    )
    assert directions["D2", "clarify", "call"] > 0
    assert directions["D3", "refuse", "call"] > 0
    assert {said for _, _, said in directions} == {"call", "clarify", "refuse"}


def test_no_reject_of_a_refusal_names_a_real_address(tmp_path: Path) -> None:
    fulfil(order(tmp_path, decisions=("refuse",), mix="D3=1", max_auc=1.0))
    for row in rows_of(tmp_path):
        if '"applicationServer"' in row["rejected"]:
            assert not list(iter_outside(json.loads(row["rejected"]), row["request"]))


@pytest.mark.parametrize(("mix", "status"), [("demo", 0), ("S2=1", 1), ("typo", 2)])
def test_the_command_ends_as_its_result_deserves(mix: str, status: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "callforge", "generate", "preference", "--rows", "40"]
    done = subprocess.run(
        [*command, "--mix", mix, "--out", str(tmp_path / "out")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out/preference.jsonl").is_file() == (status < 2)


def test_questions_are_no_part_of_a_mix_without_being_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown fault class 'D2'"):
        fulfil(order(tmp_path, mix="D2=1"))
