"""SFT and DPO on a tiny random model: real trainers, real files, interrupted and continued."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl", reason="needs the extra [train]")

from callforge_core.errors import ConfigError, DataError, OutputError
from callforge_core.jsonl import iter_rows, write_rows
from training.dpo import train_dpo
from training.recipes import Recipe
from training.sft import train_sft

LOG_2 = 0.6931


def recipe(tiny_model: Path, stage: str, **settings: Any) -> Recipe:
    values = {
        "recipe": "tiny",
        "stage": stage,
        "model": str(tiny_model),
        "lora_r": 4,
        "lr": 0.01,
        "epochs": 2,
        "batch_size": 4,
        "checkpoints": 2,
        "evaluations": 2,
        "dtype": "float32",
    }
    return Recipe.model_validate(values | settings)


def curve(folder: Path, key: str) -> list[float]:
    return [row.value[key] for row in iter_rows(folder / "curve.jsonl") if key in row.value]


@pytest.fixture
def sft_run(tiny_model: Path, data: Path, tmp_path: Path) -> Path:
    train_sft(recipe(tiny_model, "sft"), data, tmp_path / "sft")
    return tmp_path / "sft"


def test_sft_learns_and_leaves_a_complete_run_folder(sft_run: Path) -> None:
    losses, validation = curve(sft_run, "loss"), curve(sft_run, "eval_loss")
    assert losses[-1] < losses[0]
    assert len(validation) == 3
    assert validation[-1] < validation[0]
    names = {path.name for path in sft_run.iterdir()}
    assert names == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "curve.jsonl",
        "recipe.yaml",
        "manifest.json",
    }
    manifest = json.loads((sft_run / "manifest.json").read_text())
    assert manifest["counts"]["rows"] == 12
    assert manifest["counts"]["steps"] == 6
    assert manifest["counts"]["tokens_per_s"] > 0
    assert set(manifest["inputs"]) == {"train", "validation"}


def test_the_loss_of_the_first_step_is_that_of_stock_trl(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    from training.benchmark import build_arm
    from training.run import load_rows

    rows = load_rows(data / "sft" / "train.jsonl", ("prompt", "completion"))
    losses = {}
    for arm in ("stock", "callforge"):
        settings = recipe(tiny_model, "sft", max_steps=3, checkpoints=0)
        trainer = build_arm(arm, settings, rows, tmp_path / arm)
        trainer.train()
        losses[arm] = [p["loss"] for p in trainer.state.log_history if "loss" in p]
    assert losses["callforge"] == pytest.approx(losses["stock"], abs=2e-4)


def test_the_same_run_again_does_nothing(
    sft_run: Path, tiny_model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (sft_run / "adapter_model.safetensors").stat().st_mtime_ns
    monkeypatch.setattr("training.sft.load_base", lambda _: pytest.fail("loaded a model again"))
    train_sft(recipe(tiny_model, "sft"), data, sft_run)
    assert (sft_run / "adapter_model.safetensors").stat().st_mtime_ns == before


def test_a_killed_run_continues_with_the_same_curve_and_the_same_bytes(
    sft_run: Path, tiny_model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.curves import CurveRecorder

    def kill(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        on_step_end(self, args, state, control, **kwargs)
        if state.global_step == 3:
            raise KeyboardInterrupt

    on_step_end, out = CurveRecorder.on_step_end, tmp_path / "again"
    with monkeypatch.context() as patch:
        patch.setattr(CurveRecorder, "on_step_end", kill)
        with pytest.raises(KeyboardInterrupt):
            train_sft(recipe(tiny_model, "sft"), data, out)
    assert not (out / "manifest.json").exists()
    assert list(out.glob("checkpoints-*/checkpoint-2"))
    train_sft(recipe(tiny_model, "sft"), data, out)
    assert curve(out, "loss") == pytest.approx(curve(sft_run, "loss"), abs=1e-6)
    assert curve(out, "eval_loss") == pytest.approx(curve(sft_run, "eval_loss"), abs=1e-6)
    same = "adapter_model.safetensors"
    assert (out / same).read_bytes() == (sft_run / same).read_bytes()
    assert not list(out.glob("checkpoints-*"))


def test_dpo_starts_at_log_2_and_learns_to_prefer_the_chosen_side(
    sft_run: Path, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    settings = recipe(tiny_model, "dpo", lr=0.02, epochs=4)
    manifest = train_dpo(settings, data, tmp_path / "dpo", adapter=sft_run)
    losses, margins = curve(tmp_path / "dpo", "loss"), curve(tmp_path / "dpo", "margin")
    assert losses[0] == pytest.approx(LOG_2, abs=1e-3)
    assert losses[-1] < losses[0]
    assert margins[-1] > 0
    preference = manifest["counts"]["preference"]
    assert set(preference["after"]) == {"all", "S2"}
    assert preference["after"]["S2"]["n"] == 4
    assert preference["after"]["all"]["margin"] > preference["before"]["all"]["margin"]


def test_dpo_needs_a_finished_sft_run(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"adapter_config\.json does not exist"):
        train_dpo(recipe(tiny_model, "dpo"), data, tmp_path / "dpo", adapter=tmp_path / "none")


def test_sft_continues_an_earlier_adapter(
    sft_run: Path, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    settings = recipe(tiny_model, "sft", epochs=1, lr=1e-4)
    train_sft(settings, data, tmp_path / "more", adapter=sft_run)
    assert curve(tmp_path / "more", "eval_loss")[0] == pytest.approx(
        curve(sft_run, "eval_loss")[-1], abs=1e-5
    )


def test_a_row_longer_than_max_length_is_named_not_cut(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"train\.jsonl:1: \d+ tokens, more than max_length=40"):
        train_sft(recipe(tiny_model, "sft", max_length=40), data, tmp_path / "out")


def test_a_row_without_completion_is_named(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    path = data / "sft" / "train.jsonl"
    write_rows(path, [{"prompt": [{"role": "user", "content": "hello"}]}])
    with pytest.raises(DataError, match=r"train\.jsonl:1: no 'completion'"):
        train_sft(recipe(tiny_model, "sft"), data, tmp_path / "out")


def test_an_empty_training_file_is_refused(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    (data / "sft" / "train.jsonl").write_text("")
    with pytest.raises(DataError, match="has no rows"):
        train_sft(recipe(tiny_model, "sft"), data, tmp_path / "out")


def test_a_missing_data_folder_is_named(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train\.jsonl does not exist; --data wants a folder"):
        train_sft(recipe(tiny_model, "sft"), tmp_path / "nowhere", tmp_path / "out")


def test_a_file_in_the_place_of_the_output_folder_is_refused(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        train_sft(recipe(tiny_model, "sft"), data, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("model", ["./nowhere", "no-such-model", "a/b/c"])
def test_a_model_that_is_nothing_we_know_is_refused(model: str, data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither"):
        train_sft(recipe(Path(model), "sft", model=model), data, tmp_path / "out")


def test_the_sft_term_keeps_the_chosen_side_likely(
    sft_run: Path, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    likely = {}
    for weight in (0.0, 5.0):
        settings = recipe(tiny_model, "dpo", lr=0.02, epochs=4, sft_weight=weight)
        manifest = train_dpo(settings, data, tmp_path / f"dpo-{weight}", adapter=sft_run)
        likely[weight] = manifest["counts"]["preference"]["after"]["all"]["chosen_logp"]
        assert manifest["counts"]["preference"]["after"]["all"]["accuracy"] > 0
    assert likely[5.0] > likely[0.0]
