"""Supervised fine-tuning: rows of prompt and completion to a LoRA adapter.

Run as  callforge train sft --recipe cpu-smollm2 --data DIR --out RUN
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from callforge_core.errors import DataError
from training.recipes import Recipe
from training.run import (
    ADAPTER_FILES,
    check_lengths,
    finish,
    load_base,
    load_rows,
    lora_config,
    open_run,
    train,
    trainer_settings,
)

log = logging.getLogger("callforge.training")


def train_sft(
    recipe: Recipe, data: Path, out: Path, *, adapter: Path | None = None
) -> dict[str, Any]:
    """Train on DATA/sft/train.jsonl, validate on validation.jsonl, and return the manifest of
    `out`.

    `adapter` continues an earlier run instead of starting from the base model. Nothing is done
    when `out`
    already holds this very run.
    """
    files = {name: data / "sft" / f"{name}.jsonl" for name in ("train", "validation")}
    if adapter:
        files |= {name: adapter / name for name in ADAPTER_FILES}
    run = open_run(recipe, out, files)
    if run.is_finished():
        log.info("train sft: %s is up to date", out)
        return load_finished(out)
    model, tokenizer = load_base(recipe)
    rows = {
        name: load_rows(files[name], ("prompt", "completion")) for name in ("train", "validation")
    }
    trainer = build_trainer(run, model, tokenizer, rows, adapter)
    tokenised = {"train": trainer.train_dataset, "validation": trainer.eval_dataset}
    for name, dataset in tokenised.items():
        lengths = [len(ids) for ids in dataset["input_ids"]]
        check_lengths(lengths, recipe, files[name])
        if len(lengths) != len(rows[name]):
            raise DataError(
                f"{files[name]}: a row has an empty completion; nothing to learn from it"
            )
    train(run, trainer, lambda current: validate(current, tokenised["validation"], recipe))
    return finish(run, trainer.model, count_work(run, trainer, tokenised["train"]))


def build_trainer(
    run: Any,
    model: Any,
    tokenizer: Any,
    rows: dict[str, list[dict[str, Any]]],
    adapter: Path | None,
) -> Any:
    """Return a TRL trainer on packed batches with a fresh or continued LoRA adapter."""
    from datasets import Dataset, disable_progress_bars
    from peft import PeftModel
    from trl import SFTConfig

    from training.fused import fuse, keep_freed_memory
    from training.trainers import PackedSFTTrainer

    disable_progress_bars()
    keep_freed_memory()
    if adapter:
        model = PeftModel.from_pretrained(model, str(adapter), is_trainable=True)
    trainer = PackedSFTTrainer(
        model=model,
        args=SFTConfig(completion_only_loss=True, **trainer_settings(run, len(rows["train"]))),
        train_dataset=Dataset.from_list(rows["train"]),
        eval_dataset=Dataset.from_list(rows["validation"]),
        processing_class=tokenizer,
        peft_config=None if adapter else lora_config(run.recipe, model),
    )
    fuse(trainer.model)
    return trainer


def validate(model: Any, dataset: Any, recipe: Recipe) -> dict[str, float]:
    """Return the validation loss in nats a completion token, over the whole set."""
    from training.likelihood import measure_likelihood

    rows = [{key: row[key] for key in ("input_ids", "labels")} for row in dataset]
    found = measure_likelihood(model, rows, batch_size=max(recipe.batch_size, 16))
    return {"eval_loss": found.nll, "eval_tokens": found.tokens}


def count_work(run: Any, trainer: Any, dataset: Any) -> dict[str, Any]:
    """Return rows, tokens (of the rows, unpadded), steps and speed of a finished run."""
    tokens = sum(len(ids) for ids in dataset["input_ids"])
    seen = tokens * (trainer.state.epoch or 0.0)
    seconds = max((point.get("seconds", 0.0) for point in run.curve), default=0.0)
    return {
        "rows": len(dataset),
        "tokens": tokens,
        "steps": trainer.state.global_step,
        "training_s": seconds,
        "tokens_per_s": round(seen / seconds, 1) if seconds else None,
        "trainable_parameters": sum(
            p.numel() for p in trainer.model.parameters() if p.requires_grad
        ),
    }


def load_finished(out: Path) -> dict[str, Any]:
    """Return the manifest of a finished run."""
    from callforge_core.manifest import load_manifest

    return (load_manifest(out) or {}) | {"is_new": False}
