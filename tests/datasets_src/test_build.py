"""The built folder: `datasets` loads it, every byte is kept, only changes are built again."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from callforge_core.errors import DataError, OutputError
from callforge_core.jsonl import iter_rows, load_json
from callforge_core.records import Item, Pair, Sample
from callforge_core.spec import Operation, render_payload
from datasets_src.audit import audit
from datasets_src.build import Built, build, summary
from datasets_src.readers import open_sources
from tests.datasets_src.conftest import MakePair, MakeSample
from validators.catalogue import Catalogue
from validators.payload import Validator

FILES = [
    "README.md",
    "dropped.json",
    "eval/test.jsonl",
    "manifest.json",
    "preference/train.jsonl",
    "preference/validation.jsonl",
    "sft/test.jsonl",
    "sft/train.jsonl",
    "sft/validation.jsonl",
]


@pytest.fixture(scope="module")
def samples(make_sample: MakeSample) -> list[Sample]:
    upside_down = dict(reversed((make_sample(95).payload or {}).items()))  # not in spec order
    return [make_sample(n) for n in range(95)] + [
        make_sample(95, payload=upside_down),
        make_sample(200, decision="clarify", missing=["duration"], request="Wie lange – «é»?"),
        make_sample(201, decision="refuse", reason="no flights here"),
    ]


@pytest.fixture(scope="module")
def pairs(samples: list[Sample], make_pair: MakePair) -> list[Pair]:
    odd = {"before": None, "after": {"deep": [1, None, {"x": None}]}}
    made = [make_pair(sample) for sample in samples[:40]]
    faults = [pair.fault.to_json() for pair in made]
    return [
        Pair.from_json(pair.to_json() | {"fault": fault | (odd if n % 2 else {})})
        for n, (pair, fault) in enumerate(zip(made, faults, strict=True))
    ]


def make(
    samples: list[Sample],
    pairs: list[Pair],
    operation: Operation,
    catalogue: Catalogue,
    out: Path,
    **options: Any,
) -> Built:
    return build(
        samples, pairs, operation, catalogue, out, **({"seed": 3, "test_rows": 12} | options)
    )


@pytest.fixture(scope="module")
def folder(
    samples: list[Sample],
    pairs: list[Pair],
    operation: Operation,
    catalogue: Catalogue,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    out = tmp_path_factory.mktemp("built") / "data"
    make(samples, pairs, operation, catalogue, out)
    return out


def listing(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def contents(folder: Path) -> dict[str, bytes]:
    names = [name for name in listing(folder) if name != "manifest.json"]
    return {name: (folder / name).read_bytes() for name in names}


def values(path: Path) -> list[dict[str, Any]]:
    return [row.value for row in iter_rows(path)]


def test_the_folder_has_the_files_of_the_contract_and_no_others(folder: Path) -> None:
    assert listing(folder) == FILES


@pytest.mark.parametrize(
    ("name", "splits"),
    [("sft", ["train", "validation", "test"]), ("preference", ["train", "validation"])],
)
def test_datasets_opens_it_with_every_value_unchanged(
    folder: Path,
    name: str,
    splits: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    loaded = datasets.load_dataset(str(folder), name, cache_dir=str(tmp_path))
    assert list(loaded) == splits
    for split in splits:
        assert list(loaded[split]) == values(folder / name / f"{split}.jsonl")  # no null added


def test_rows_have_the_conversational_form_that_trl_expects(
    folder: Path, samples: list[Sample], operation: Operation
) -> None:
    by_id = {sample.id: sample for sample in samples}
    rows = [row for file in (folder / "sft").iterdir() for row in values(file)]
    systems = {row["prompt"][0]["content"] for row in rows}
    assert len(systems) == 1
    for row in rows:
        sample = by_id[row["id"]]
        assert [turn["role"] for turn in row["prompt"]] == ["system", "user"]
        assert row["prompt"][1]["content"] == sample.request
        assert [turn["role"] for turn in row["completion"]] == ["assistant"]
        if sample.decision == "call":
            assert sample.payload is not None
            assert row["completion"][0]["content"] == render_payload(operation, sample.payload)
            assert row["completion"][0]["content"].startswith('{"device":')
    for row in values(folder / "preference/train.jsonl"):
        assert list(row)[:5] == ["id", "prompt", "chosen", "rejected", "fault"]
        assert row["prompt"][0]["content"] in systems
        assert [turn["role"] for turn in row["chosen"] + row["rejected"]] == ["assistant"] * 2


def test_rows_without_a_call_ask_back_or_refuse(
    make_sample: MakeSample, operation: Operation, catalogue: Catalogue, tmp_path: Path
) -> None:
    kinds: list[dict[str, Any]] = [
        {"decision": "clarify", "missing": ["duration", "device"]},
        {"decision": "refuse", "reason": "no"},
    ]
    rows = [make_sample(n, **kinds[n % 2]) for n in range(24)]
    make(rows, [], operation, catalogue, tmp_path)
    said = {row["completion"][0]["content"] for row in values(tmp_path / "sft/train.jsonl")}
    assert said == {'{"clarify":["duration","device"]}', '{"refuse":"no"}'}


def test_before_and_after_of_a_fault_are_json_text(folder: Path, pairs: list[Pair]) -> None:
    by_id = {pair.id: pair for pair in pairs}
    for row in values(folder / "preference/train.jsonl"):
        fault = by_id[row["id"]].fault
        assert json.loads(row["fault"]["before"]) == fault.before
        assert json.loads(row["fault"]["after"]) == fault.after
        assert row["fault"]["class"] == "S2"


def test_evaluation_rows_are_the_test_split(folder: Path, samples: list[Sample]) -> None:
    items = [Item.from_json(row) for row in values(folder / "eval/test.jsonl")]
    assert [item.id for item in items] == [row["id"] for row in values(folder / "sft/test.jsonl")]
    by_id = {sample.id: sample for sample in samples}
    assert all(item.payload == by_id[item.id].payload for item in items)
    assert len(items) >= 12


def test_no_preference_row_shares_cluster_or_family_with_a_test_row(folder: Path) -> None:
    tests = values(folder / "sft/test.jsonl")
    rows = values(folder / "preference/train.jsonl") + values(
        folder / "preference/validation.jsonl"
    )
    for key in ("cluster", "family"):
        assert not {row[key] for row in tests} & {row[key] for row in rows}


def test_what_is_built_passes_the_audit(folder: Path, validator: Validator) -> None:
    opened = open_sources(folder)
    assert len(opened) == 6
    assert [o.path.name for o in opened if not audit(o.entries, validator).ok] == []


def test_kept_and_dropped_add_up_in_the_manifest(
    folder: Path, samples: list[Sample], pairs: list[Pair]
) -> None:
    counts = load_json(folder / "manifest.json")["counts"]
    kept = sum(counts["rows"]["sft"].values()) + sum(counts["rows"]["preference"].values())
    dropped = load_json(folder / "dropped.json")
    assert kept + len(dropped) == len(samples) + len(pairs)
    assert sum(counts["dropped"].values()) == len(dropped)
    assert set(counts["certificate"]["collisions"].values()) == {0}


def test_the_card_names_files_that_exist_and_shows_the_counts(folder: Path) -> None:
    card = (folder / "README.md").read_text()
    head = yaml.safe_load(card.split("---")[1])
    paths = [data["path"] for config in head["configs"] for data in config["data_files"]]
    assert sorted(paths) == [name for name in FILES if name.startswith(("sft/", "preference/"))]
    counts = load_json(folder / "manifest.json")["counts"]
    assert f"| sft | {' | '.join(str(n) for n in counts['rows']['sft'].values())} |" in card
    assert "no family is in two splits" in card


def test_rows_of_unknown_source_get_no_licence_of_ours(
    make_sample: MakeSample, operation: Operation, catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = [make_sample(n, provenance={}) for n in range(24)]
    make(rows, [], operation, catalogue, tmp_path)
    card = (tmp_path / "README.md").read_text()
    assert "license:" not in card
    assert "synthetic" not in card
    assert "unknown" in card


def test_the_same_rows_and_seed_give_the_same_bytes_and_another_seed_does_not(
    folder: Path,
    samples: list[Sample],
    pairs: list[Pair],
    operation: Operation,
    catalogue: Catalogue,
    tmp_path: Path,
) -> None:
    make(samples, pairs, operation, catalogue, tmp_path / "again")
    make(samples, pairs, operation, catalogue, tmp_path / "other", seed=4)
    assert contents(tmp_path / "again") == contents(folder)
    assert contents(tmp_path / "other") != contents(folder)


def test_an_unchanged_folder_is_left_alone_and_a_damaged_one_is_mended(
    samples: list[Sample],
    pairs: list[Pair],
    operation: Operation,
    catalogue: Catalogue,
    tmp_path: Path,
) -> None:
    first = make(samples, pairs, operation, catalogue, tmp_path)
    stamp = (tmp_path / "manifest.json").stat().st_mtime_ns
    again = make(samples, pairs, operation, catalogue, tmp_path)
    assert (first.is_new, again.is_new) == (True, False)
    assert json.dumps(again.counts) == json.dumps(first.counts)
    assert (tmp_path / "manifest.json").stat().st_mtime_ns == stamp
    before = contents(tmp_path)
    (tmp_path / "sft/train.jsonl").write_text("{}\n")
    assert make(samples, pairs, operation, catalogue, tmp_path).is_new
    assert contents(tmp_path) == before


def test_a_build_without_pairs_removes_the_preference_files_of_the_one_before(
    samples: list[Sample],
    pairs: list[Pair],
    operation: Operation,
    catalogue: Catalogue,
    tmp_path: Path,
) -> None:
    make(samples, pairs, operation, catalogue, tmp_path)
    make(samples, [], operation, catalogue, tmp_path)
    assert listing(tmp_path) == [name for name in FILES if not name.startswith("preference")]
    assert "preference" not in (tmp_path / "README.md").read_text().split("---")[1]


def test_bad_rows_are_left_out_with_their_reasons(
    samples: list[Sample],
    make_sample: MakeSample,
    make_pair: MakePair,
    operation: Operation,
    catalogue: Catalogue,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = [
        make_sample(300, payload={"duration": 1}),
        make_sample(301, request="x" * 5000),
        make_sample(302, id="s-1"),
        make_sample(303, request=samples[2].request),
    ]
    lame = make_pair(samples[0], rejected=make_pair(samples[0]).chosen)
    caplog.set_level(logging.DEBUG, logger="datasets_src")
    built = make(samples + bad, [lame], operation, catalogue, tmp_path)
    reasons = {d["id"]: d["reason"] for d in load_json(tmp_path / "dropped.json")}
    assert reasons == {
        "s-300": "invalid",
        "s-301": "too_long",
        "s-1": "duplicate_id",
        "s-303": "contradictory",
        "s-2": "contradictory",
        "p-s-0": "reject_not_wrong",
    }
    assert "2 contradictory" in summary(built.counts)
    assert [r.message for r in caplog.records] == [f"build: {summary(built.counts)}"]


def test_an_interrupted_build_leaves_no_manifest_behind(
    samples: list[Sample],
    pairs: list[Pair],
    operation: Operation,
    catalogue: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make(samples, pairs, operation, catalogue, tmp_path)
    good = contents(tmp_path)

    def interrupted(*args: Any, **options: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("datasets_src.build.render_card", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(samples, pairs, operation, catalogue, tmp_path, seed=4)
    assert "manifest.json" not in listing(tmp_path)
    assert not [name for name in listing(tmp_path) if name.endswith(".part")]
    monkeypatch.undo()
    assert make(samples, pairs, operation, catalogue, tmp_path).is_new
    assert contents(tmp_path) == good


def test_a_file_in_the_place_of_the_folder_is_told(
    samples: list[Sample], operation: Operation, catalogue: Catalogue, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        make(samples, [], operation, catalogue, tmp_path / "out")


def test_no_rows_at_all_cannot_be_built(
    operation: Operation, catalogue: Catalogue, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="at least 3 families"):
        make([], [], operation, catalogue, tmp_path / "out")
    assert not (tmp_path / "out").exists()
