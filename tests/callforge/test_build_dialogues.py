"""Dialogues become training rows: every turn of the assistant, no conversation in two splits."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from callforge.api import load_api
from callforge.generate_dialogues import generate_dialogues
from callforge.generation import Order
from callforge.stages import Outcome, build_datasets
from callforge_core.errors import DataError
from callforge_core.jsonl import iter_rows, load_json, render_json, write_rows

ROWS = 60
SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("talks")
    generate_dialogues(Order(kind="dialogues", out=folder, rows=ROWS, seed=3))
    return folder


def read(path: Path) -> list[dict[str, Any]]:
    return [row.value for row in iter_rows(path)]


def build(source: Path, out: Path) -> Outcome:
    return build_datasets(load_api("createSession", None, None, "default"), source, out, seed=0)


def test_every_turn_of_the_assistant_is_a_row(talks: Path, tmp_path: Path) -> None:
    done = build(talks, tmp_path)
    dialogues = {row["id"]: row for row in read(talks / "dialogues.jsonl")}
    left_out = {row["id"] for row in load_json(tmp_path / "dropped.json")}
    turns = {
        f"{name}.{index}": (dialogue["messages"][:index], [turn])
        for name, dialogue in dialogues.items()
        for index, turn in enumerate(dialogue["messages"])
        if turn["role"] == "assistant" and name not in left_out
    }
    rows = {
        row["id"]: (row["prompt"], row["completion"])
        for split in SPLITS
        for row in read(tmp_path / f"sft/{split}.jsonl")
    }
    assert rows == turns
    assert done.is_new
    assert f"{len(read(tmp_path / 'sft/test.jsonl')):,} of" in done.text
    assert not build(talks, tmp_path).is_new


def test_no_conversation_and_no_family_is_in_two_splits(talks: Path, tmp_path: Path) -> None:
    counts = build(talks, tmp_path).counts
    rows = {split: read(tmp_path / f"sft/{split}.jsonl") for split in SPLITS}
    for key in ("family", "cluster"):
        held = [{row[key] for row in rows[split]} for split in SPLITS]
        assert not held[0] & held[1] | held[0] & held[2] | held[1] & held[2]
    assert set(counts["certificate"]["collisions"].values()) == {0}
    assert {"phone", "session"} <= set(counts["certificate"]["collisions"])


def test_a_dialogue_with_a_wrong_call_is_left_out_and_named(talks: Path, tmp_path: Path) -> None:
    rows = read(talks / "dialogues.jsonl")
    turns = rows[0]["messages"]
    place = next(i for i, turn in enumerate(turns) if i and '"body":{' in turn["content"])
    turns[place]["content"] = turns[place]["content"].replace('"body":{', '"body":{"x":1,')
    write_rows(tmp_path / "dialogues.jsonl", [*rows, rows[1]])
    build(tmp_path, tmp_path / "out")
    found = {(row["id"], row["reason"]) for row in load_json(tmp_path / "out/dropped.json")}
    assert (rows[0]["id"], "invalid") in found
    assert (rows[1]["id"], "duplicate_id") in found
    assert rows[0]["id"] not in (tmp_path / "out/sft/train.jsonl").read_text(encoding="utf-8")


def test_a_row_that_is_no_dialogue_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "dialogues.jsonl").write_text(render_json({"id": "d"}) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"dialogues\.jsonl:1: 'decision' is None"):
        build(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_dialogues_beside_samples_are_left_out_and_said_so(
    talks: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "dialogues.jsonl").write_bytes((talks / "dialogues.jsonl").read_bytes())
    (tmp_path / "samples.jsonl").write_text("", encoding="utf-8")
    with caplog.at_level(logging.WARNING), pytest.raises(DataError):
        build(tmp_path, tmp_path / "out")
    assert "dialogues.jsonl is left out" in caplog.text
