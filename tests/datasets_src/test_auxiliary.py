"""Short rows hold one value of a training row, and never one of another split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callforge_core.errors import ConfigError
from callforge_core.jsonl import iter_rows, load_json
from callforge_core.records import Sample
from callforge_core.spec import Operation, load_spec
from datasets_src.auxiliary import iter_auxiliary_rows
from datasets_src.build import build, summary
from datasets_src.bundled import spec_path
from tests.datasets_src.conftest import MakeSample
from validators.catalogue import Catalogue


@pytest.fixture(scope="module")
def samples(make_sample: MakeSample) -> list[Sample]:
    told = [make_sample(n, facts={"duration": f"{60 + n} s"}) for n in range(80)]
    return [*told, *(make_sample(n) for n in range(80, 96))]


def values(path: Path) -> list[dict[str, Any]]:
    return [row.value for row in iter_rows(path)]


def test_a_short_row_asks_for_the_length_alone(make_sample: MakeSample) -> None:
    sample = make_sample(30, facts={"duration": "one and a half minutes"})
    rows = list(iter_auxiliary_rows([sample], "Write JSON.", each=2))
    assert [row["id"] for row in rows] == ["s-30.duration"]
    assert rows[0]["prompt"] == [
        {"role": "system", "content": "Write JSON."},
        {"role": "user", "content": "Only the duration: one and a half minutes"},
    ]
    assert rows[0]["completion"] == [{"role": "assistant", "content": '{"duration":90}'}]
    assert (rows[0]["cluster"], rows[0]["family"]) == (sample.cluster, sample.family)


def test_the_length_comes_first_then_facts_that_are_not_said_as_written(
    make_sample: MakeSample,
) -> None:
    facts = {
        "device.phoneNumber": "0099 900 000 030",
        "applicationServer.ipv4Address": "10.0.30.1",  # as it is written
        "qosProfile": "a film in HD",
        "duration": "90s",
        "sink": "https://example.org",  # not in the call
    }
    samples = [make_sample(30, facts=facts), make_sample(30, facts=facts)]
    found = [
        (row["prompt"][1]["content"], row["completion"][0]["content"])
        for row in iter_auxiliary_rows(samples, "", each=2)
    ]
    assert found == [
        ("Only the duration: 90s", '{"duration":90}'),
        ("Only the device: 0099 900 000 030", '{"device":{"phoneNumber":"+99900000030"}}'),
        ("Only the duration: 90s", '{"duration":90}'),
        ("Only the qosProfile: a film in HD", '{"qosProfile":"QOS_M"}'),
    ]


def test_rows_without_words_or_without_a_call_give_none(make_sample: MakeSample) -> None:
    silent = make_sample(1)
    asks = make_sample(2, decision="clarify", missing=["duration"], facts={"duration": "a while"})
    assert not list(iter_auxiliary_rows([silent, asks], "", each=3))


def test_they_stand_in_the_training_split_alone(
    samples: list[Sample], operation: Operation, catalogue: Catalogue, tmp_path: Path
) -> None:
    done = build(samples, [], operation, catalogue, tmp_path, seed=3, test_rows=12, auxiliary=2)
    train = values(tmp_path / "sft/train.jsonl")
    short = [row for row in train if row["prompt"][1]["content"].startswith("Only the")]
    whole = {row["id"] for row in train} - {row["id"] for row in short}
    told = {sample.id for sample in samples if sample.facts} & whole
    assert {row["id"].rpartition(".duration")[0] for row in short} == told
    assert len(short) == len(told) == done.counts["rows"]["auxiliary"]["train"]
    assert done.counts["rows"]["sft"]["train"] == len(whole)
    assert f"auxiliary {len(short)} train" in summary(done.counts)
    for split in ("validation", "test"):
        assert "Only the" not in (tmp_path / f"sft/{split}.jsonl").read_text(encoding="utf-8")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert f"{len(short)} rows of the training split are short ones" in card
    assert all(json.loads(row["completion"][0]["content"])["duration"] >= 60 for row in short)


def test_another_number_of_them_is_another_build(
    samples: list[Sample], operation: Operation, catalogue: Catalogue, tmp_path: Path
) -> None:
    for count, is_new in ((0, True), (1, True), (1, False), (0, True)):
        done = build(
            samples, [], operation, catalogue, tmp_path, seed=3, test_rows=12, auxiliary=count
        )
        assert done.is_new == is_new
    assert "auxiliary" not in load_json(tmp_path / "manifest.json")["config"]


def test_a_set_of_several_operations_cannot_have_them(
    samples: list[Sample], make_sample: MakeSample, catalogue: Catalogue, tmp_path: Path
) -> None:
    spec = load_spec(spec_path())
    extend = make_sample(200, operation="extendQosSessionDuration", path={"sessionId": "x"})
    first, other = spec.operation("createSession"), spec.operation("extendQosSessionDuration")
    with pytest.raises(ConfigError, match="--auxiliary"):
        build(
            [*samples, extend], [], first, catalogue, tmp_path, seed=3, others=[other], auxiliary=1
        )
    assert not (tmp_path / "manifest.json").exists()
