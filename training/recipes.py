"""What a training run is told: a YAML recipe plus key=value overrides, checked strictly."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from callforge_core.config import StrictModel, build_model, load_yaml, parse_overrides
from callforge_core.errors import ConfigError
from callforge_core.registry import unknown

FOLDER = Path(__file__).parent / "recipes"
Stage = Literal["sft", "dpo"]
STAGES: tuple[Stage, ...] = ("sft", "dpo")


class Recipe(StrictModel):
    """One stage of training, resolved: every default stands here with its unit and reason."""

    recipe: str
    stage: Stage
    model: str
    """Embedded name, folder or Hub id of the base model."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """auto: the fastest one this machine computes natively (training/hardware.py)."""
    seed: int = 0
    max_length: int = Field(default=1024, ge=16)
    """Tokens; a longer row is an error, never cut silently."""
    lora_r: int = Field(default=16, ge=1)
    lora_alpha: int = Field(default=32, ge=1)
    lora_dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: tuple[str, ...] = (
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
    )  # fmt: skip
    first_layer: int = Field(default=0, ge=0)
    """LoRA starts at this layer; layers below stay frozen and need no backward pass."""
    lr: float = Field(gt=0, le=1)
    epochs: float = Field(gt=0)
    batch_size: int = Field(default=16, ge=1)
    """Rows (SFT) or pairs (DPO) in one forward pass."""
    accumulation: int = Field(default=1, ge=1)
    warmup_share: float = Field(default=0.05, ge=0, lt=1)
    scheduler: Literal["linear", "cosine", "constant"] = "cosine"
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)
    adam_beta2: float = Field(default=0.99, gt=0, lt=1)
    """0.99 instead of 0.999: runs of some dozen steps never fill the longer memory."""
    evaluations: int = Field(default=3, ge=0)
    """How often the validation likelihood is measured, spread over the run."""
    checkpoints: int = Field(default=4, ge=0)
    """How many checkpoints a run writes (the last one replaces the others)."""
    max_steps: int = -1
    """Stop early (-1: not at all); for tests and benchmarks."""
    beta: float = Field(default=0.1, gt=0)
    """DPO: how strongly the policy is held near its reference."""
    sft_weight: float = Field(default=0.0, ge=0)
    """DPO: weight of the likelihood of the chosen side beside the preference loss."""


def recipe_names() -> list[str]:
    """Return the bundled recipes, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_recipe(name: str, stage: Stage, overrides: Iterable[str] = ()) -> Recipe:
    """Return one stage of a bundled recipe or YAML file, with key=value overrides applied."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not path.is_file() and path.parent == FOLDER:
        raise ConfigError(unknown("recipe", name, recipe_names()))
    document = load_yaml(path)
    if not isinstance(document, Mapping):
        raise ConfigError(f"{path.name}: expected keys and values with the sections sft and dpo")
    values = flatten(document, stage, path.name) | for_stage(parse_overrides(overrides), stage)
    return build_model(
        Recipe, {"recipe": path.stem, "stage": stage} | values, f"recipe {path.stem}"
    )


def for_stage(overrides: Mapping[str, Any], stage: Stage) -> dict[str, Any]:
    """Keep the overrides that concern a stage: `lr` concerns both, `sft.lr` only SFT."""
    kept = {}
    for key, value in overrides.items():
        prefix, dot, rest = key.partition(".")
        if not dot or prefix not in STAGES:
            kept[key] = value
        elif prefix == stage:
            kept[rest] = value
    return kept


def flatten(document: Mapping[str, Any], stage: Stage, where: str) -> dict[str, Any]:
    """Merge what both stages share with the section of one stage."""
    section = document.get(stage)
    if not isinstance(section, Mapping):
        raise ConfigError(
            f"{where}: no section {stage!r}; write it, even if it only sets lr and epochs"
        )
    shared = {key: value for key, value in document.items() if key not in STAGES}
    for key in shared:
        if key not in Recipe.model_fields and (
            near := difflib.get_close_matches(key, STAGES, n=1, cutoff=0.7)
        ):
            raise ConfigError(f"{where}: unknown section {key!r} (did you mean {near[0]!r}?)")
    return shared | dict(section)
