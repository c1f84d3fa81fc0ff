"""A run of an evaluation: killed and continued, skipped when done, summed up from its rows only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from callforge_core.errors import DataError
from callforge_core.jsonl import load_json
from callforge_core.prompting import Messages
from callforge_core.records import Item
from callforge_core.spec import render_payload
from eval.engines import Answer, ReplayEngine, ScriptedEngine
from eval.run import evaluate
from eval.scores import read_scores
from eval.summary import summarise
from tests.eval.examples import make_item
from validators.payload import Validator

FIRST_VERSION = {
    "json_valid", "schema_valid", "closed_valid", "spec_valid", "required_recall",
    "halluc_field_item", "slot.device", "slot.applicationServer", "slot.ports", "slot.qosProfile",
    "slot.duration", "joint", "decision", "tokens", "latency_s", "nesting", "required_all",
    "halluc_field_rate", "em_canonical", "tokens_p50", "tokens_p95", "defect.S2", "defect.V1",
    "decision_balanced",
}  # fmt: skip


class CountingEngine(ScriptedEngine):
    """A scripted engine that remembers what it was asked, and can die on the way."""

    def __init__(
        self, items: Sequence[Item], validator: Validator, *, dies_after: int = 99
    ) -> None:
        texts = {
            item.request: render_payload(validator.operation, item.payload or {}) for item in items
        }
        super().__init__(texts)
        self.asked: list[str] = []
        self.dies_after = dies_after

    def generate(self, prompts: Sequence[Messages], *, max_new_tokens: int) -> Iterator[Answer]:
        for answer in super().generate(prompts, max_new_tokens=max_new_tokens):
            if len(self.asked) == self.dies_after:
                raise KeyboardInterrupt
            self.asked.append(prompts[answer.index][-1]["content"])
            yield answer


def test_perfect_answers_give_a_complete_summary(
    items: list[Item], validator: Validator, tmp_path: Path
) -> None:
    summary = evaluate(items, CountingEngine(items, validator), validator, out=tmp_path).summary
    metrics = summary["metrics"]
    assert set(metrics) >= FIRST_VERSION
    assert metrics["joint"]["value"] == 1 and metrics["defect.S2"]["value"] == 0
    assert metrics["joint"]["n"] == 6 and metrics["joint"]["clusters"] == 3
    assert 0 < metrics["joint"]["low"] < 1  # six right answers of three intents prove little
    assert summary["gold"] == {"valid": 6, "invalid": 0}
    assert (summary["n"], summary["clusters"], summary["release"]) == (6, 3, "1.1.0")
    assert load_json(tmp_path / "summary.json") == summary


@pytest.mark.parametrize("cut", ["", '{"id":"i3","clus'])
def test_a_killed_run_goes_on_where_it_was(
    cut: str, items: list[Item], validator: Validator, tmp_path: Path
) -> None:
    once = evaluate(items, CountingEngine(items, validator), validator, out=tmp_path / "once")
    out = tmp_path / "killed"
    with pytest.raises(KeyboardInterrupt):
        evaluate(items, CountingEngine(items, validator, dies_after=3), validator, out=out)
    assert not (out / "summary.json").exists() and not (out / "manifest.json").exists()
    with (out / "scores.jsonl").open("a") as stream:
        stream.write(cut)
    second = CountingEngine(items, validator)
    assert evaluate(items, second, validator, out=out).summary == once.summary
    assert second.asked == [item.request for item in items[3:]]
    assert len(read_scores(out)) == 6


def test_a_finished_run_is_left_alone(
    items: list[Item], validator: Validator, tmp_path: Path
) -> None:
    evaluate(items, CountingEngine(items, validator), validator, out=tmp_path)
    again = CountingEngine(items, validator)
    result = evaluate(items, again, validator, out=tmp_path)
    assert not result.is_new and again.asked == []
    assert result.summary["metrics"]["joint"]["value"] == 1


@pytest.mark.parametrize("change", ["weights", "items", "tokens"])
def test_other_weights_items_or_limits_start_over(
    change: str, items: list[Item], validator: Validator, tmp_path: Path
) -> None:
    evaluate(
        items, CountingEngine(items, validator), validator, out=tmp_path, inputs={"adapter": "a"}
    )
    engine = CountingEngine(items, validator)
    rows = items[:4] if change == "items" else items
    evaluate(
        rows,
        engine,
        validator,
        out=tmp_path,
        inputs={"adapter": "b" if change == "weights" else "a"},
        max_new_tokens=50 if change == "tokens" else 160,
    )
    assert len(engine.asked) == len(rows) == len(read_scores(tmp_path))


def test_failures_of_the_machinery_are_counted_apart(
    items: list[Item], validator: Validator, tmp_path: Path
) -> None:
    class Failing(CountingEngine):
        def generate(self, prompts: Sequence[Messages], *, max_new_tokens: int) -> Iterator[Answer]:
            *good, last = super().generate(prompts, max_new_tokens=max_new_tokens)
            yield from good
            yield Answer(index=last.index, text="", error="out of memory")

    summary = evaluate(items, Failing(items, validator), validator, out=tmp_path).summary
    assert summary["failures"] == {"n": 1, "reasons": {"out of memory": 1}}
    assert (summary["n"], summary["metrics"]["joint"]["value"]) == (5, 1)


def test_an_unanswered_item_is_an_error_not_a_gap(
    items: list[Item], validator: Validator, tmp_path: Path
) -> None:
    class Lazy(CountingEngine):
        def generate(self, prompts: Sequence[Messages], *, max_new_tokens: int) -> Iterator[Answer]:
            yield from list(super().generate(prompts, max_new_tokens=max_new_tokens))[1:]

    with pytest.raises(DataError, match="1 items got no answer, the first is 'i0'"):
        evaluate(items, Lazy(items, validator), validator, out=tmp_path)


def test_stored_answers_replay_to_the_same_metrics(
    items: list[Item], validator: Validator, tmp_path: Path
) -> None:
    first = evaluate(items, CountingEngine(items, validator), validator, out=tmp_path / "a").summary
    engine = ReplayEngine(tmp_path / "a" / "scores.jsonl")
    second = evaluate(items, engine, validator, out=tmp_path / "b").summary
    assert second["metrics"] == first["metrics"]


def test_ids_that_occur_twice_are_refused(validator: Validator, tmp_path: Path) -> None:
    rows = [make_item(id="x"), make_item(id="x")]
    with pytest.raises(DataError, match="'x' occurs twice"):
        evaluate(rows, CountingEngine(rows, validator), validator, out=tmp_path)


def decided(gold: str, said: str, number: int) -> dict[str, object]:
    """Return a scored row that holds a decision only."""
    return {
        "cluster": f"c{number}", "gold_decision": gold, "decision": said, "faults": [],
        "indicators": {"decision": int(gold == said)}, "error": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "balanced"),
    [("call", 1 / 3), ("clarify", 1 / 3), ("refuse", 1 / 3), ("malformed", 0.0)],
)
def test_one_answer_to_everything_is_a_third_right_and_garbage_is_never(
    said: str, balanced: float
) -> None:
    golds = ["call"] * 60 + ["clarify"] * 9 + ["refuse"] * 3
    rows = [decided(gold, said, number) for number, gold in enumerate(golds)]
    summary = summarise(rows)
    assert summary["metrics"]["decision_balanced"]["value"] == pytest.approx(balanced)
    assert summary["confusion"]["clarify"][said] == 9


def test_a_row_without_a_cluster_stops_the_summary() -> None:
    row = decided("call", "call", 0) | {"cluster": None}
    with pytest.raises(DataError, match="cluster"):
        summarise([row])


def test_scores_hold_text_payload_faults_and_cost(
    item: Item, validator: Validator, tmp_path: Path
) -> None:
    said = json.dumps((item.payload or {}) | {"duration": 60, "priority": 1})
    evaluate([item], ScriptedEngine(lambda _: said), validator, out=tmp_path)
    row = read_scores(tmp_path)["one"]
    assert row["output"] == said and row["payload"]["duration"] == 60
    assert row["faults"] == [["S2", "/priority"], ["V2", "/duration"]]
    assert row["indicators"]["joint"] == 0 and row["indicators"]["halluc_field_rate"] == [1, 13]
    assert {"prompt_tokens", "completion_tokens", "latency_s", "batch_size"} <= row.keys()
