"""Recipes are strict: every wrong key is named, with the nearest right one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from callforge_core.errors import ConfigError, MissingExtra
from training.recipes import Recipe, load_recipe, recipe_names
from training.run import count_steps


@pytest.mark.parametrize("name", recipe_names())
@pytest.mark.parametrize("stage", ["sft", "dpo"])
def test_every_bundled_recipe_resolves_for_both_stages(name: str, stage: str) -> None:
    recipe = load_recipe(name, stage)  # type: ignore[arg-type]  # parametrised literal
    assert (recipe.recipe, recipe.stage) == (name, stage)


@pytest.mark.parametrize("name", recipe_names())
def test_every_bundled_recipe_says_what_it_trains_needs_and_how_to_launch_it(name: str) -> None:
    from training.recipes import FOLDER

    header = (FOLDER / f"{name}.yaml").read_text().split("\nmodel:")[0]
    assert all(line.startswith("#") for line in header.splitlines())
    assert all(word in header for word in ("Needs:", "Launch:", "Override:"))


def test_overrides_win_and_are_read_as_numbers() -> None:
    recipe = load_recipe("cpu-smollm2", "sft", ["lr=5e-4", "batch_size=2", "seed=7"])
    assert (recipe.lr, recipe.batch_size, recipe.seed) == (5e-4, 2, 7)


def test_an_override_may_name_its_stage() -> None:
    overrides = ["sft.lr=0.002", "dpo.lr=0.003"]
    assert load_recipe("cpu-smollm2", "sft", overrides).lr == 0.002
    assert load_recipe("cpu-smollm2", "dpo", overrides).lr == 0.003


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"unknown recipe 'cpu-smolm2'.*'cpu-smollm2'"):
        load_recipe("cpu-smolm2", "sft")


def test_all_problems_are_told_at_once_with_the_nearest_key() -> None:
    with pytest.raises(ConfigError) as caught:
        load_recipe("cpu-smollm2", "sft", ["epoch=2", "lr=-1", "batch_size=none"])
    message = str(caught.value)
    assert "unknown key 'epoch' (did you mean 'epochs'?)" in message
    assert "lr:" in message
    assert "batch_size:" in message


@pytest.mark.parametrize("override", ["lr", "=3"])
def test_what_is_not_key_value_is_refused(override: str) -> None:
    with pytest.raises(ConfigError, match="key=value"):
        load_recipe("cpu-smollm2", "sft", [override])


def test_a_recipe_file_of_the_user_may_stand_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"model": "m", "sft": {"lr": 0.1, "epochs": 1}}))
    assert load_recipe(str(path), "sft").recipe == "mine"
    with pytest.raises(ConfigError, match="no section 'dpo'"):
        load_recipe(str(path), "dpo")


@pytest.mark.parametrize(
    ("rows", "settings", "steps"),
    [
        (16, {"batch_size": 8}, 2),
        (17, {"batch_size": 8}, 3),
        (17, {"batch_size": 8, "accumulation": 2}, 2),
        (16, {"batch_size": 8, "epochs": 1.5}, 3),
        (1, {"batch_size": 8}, 1),
        (500, {"max_steps": 4}, 4),
    ],
)
def test_steps_are_counted_as_the_trainer_counts_them(
    rows: int, settings: dict[str, float], steps: int
) -> None:
    base = {"recipe": "r", "stage": "sft", "model": "m", "lr": 0.1, "epochs": 1}
    assert count_steps(Recipe.model_validate(base | settings), rows) == steps


def test_float32_is_chosen_where_the_processor_has_no_bfloat16(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra [train]")
    from training import hardware

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for native, dtype in ((False, torch.float32), (True, torch.bfloat16)):
        monkeypatch.setattr(hardware, "has_cpu_bfloat16", lambda native=native: native)
        assert hardware.choose_dtype("auto") is dtype
    assert hardware.choose_dtype("float16") is torch.float16


def test_training_without_its_extra_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from training.base_model import require_torch

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"callforge\[train\]"):
        require_torch()
