"""Direct preference optimisation: pairs of right and precisely wrong answers, from an SFT adapter.

The reference is the adapter the run starts from, so its log-probabilities are computed once and no
second
model is kept. Run as  callforge train dpo --recipe cpu-smollm2 --data DIR --adapter SFT_RUN --out
RUN
"""

from __future__ import annotations

import logging
from collections import defaultdict
from pathlib import Path
from typing import Any

from training.recipes import Recipe
from training.run import (
    ADAPTER_FILES,
    check_lengths,
    finish,
    load_base,
    load_rows,
    open_run,
    train,
    trainer_settings,
)
from training.sft import load_finished

KEYS = ("prompt", "chosen", "rejected")

log = logging.getLogger("callforge.training")


def train_dpo(recipe: Recipe, data: Path, out: Path, *, adapter: Path) -> dict[str, Any]:
    """Train on DATA/preference/train.jsonl from `adapter` and return the manifest of `out`.

    The manifest's counts hold preference accuracy and margin per fault class on validation.jsonl,
    before and
    after. Nothing is done when `out` already holds this very run.
    """
    files = {name: data / "preference" / f"{name}.jsonl" for name in ("train", "validation")}
    run = open_run(recipe, out, files | {name: adapter / name for name in ADAPTER_FILES})
    if run.is_finished():
        log.info("train dpo: %s is up to date", out)
        return load_finished(out)
    model, tokenizer = load_base(recipe)
    rows = load_rows(files["train"], KEYS)
    held_out = load_rows(files["validation"], (*KEYS, "fault"))
    trainer = build_trainer(run, model, tokenizer, rows, held_out, adapter)
    for dataset, path in ((trainer.train_dataset, "train"), (trainer.eval_dataset, "validation")):
        check_lengths([pair_length(pair) for pair in dataset], recipe, files[path])
    classes = [str(row["fault"]["class"]) for row in held_out]
    before = preferences(trainer, classes, reference=True)
    train(run, trainer)
    after = preferences(trainer, classes, reference=False)
    counts = {
        "rows": len(rows),
        "steps": trainer.state.global_step,
        "training_s": max((point.get("seconds", 0.0) for point in run.curve), default=0.0),
        "preference": {"before": before, "after": after},
    }
    if after["all"]["chosen_logp"] < before["all"]["chosen_logp"]:
        log.info(
            "train dpo: log p(chosen) fell from %.2f to %.2f a row (likelihood displacement)",
            before["all"]["chosen_logp"],
            after["all"]["chosen_logp"],
        )
    return finish(run, trainer.model, counts)


def build_trainer(
    run: Any,
    model: Any,
    tokenizer: Any,
    rows: list[dict[str, Any]],
    held_out: list[dict[str, Any]],
    adapter: Path,
) -> Any:
    """Return a TRL trainer on packed batches that starts from, and is held near, `adapter`."""
    from datasets import Dataset, disable_progress_bars
    from peft import PeftModel
    from trl import DPOConfig

    from training.fused import fuse, keep_freed_memory
    from training.trainers import PackedDPOTrainer

    disable_progress_bars()
    keep_freed_memory()
    policy = PeftModel.from_pretrained(model, str(adapter), is_trainable=True)
    fuse(policy)
    return PackedDPOTrainer(
        model=policy,
        args=DPOConfig(
            beta=run.recipe.beta,
            precompute_ref_log_probs=True,
            **trainer_settings(run, len(rows)),
        ),
        train_dataset=Dataset.from_list(rows),
        eval_dataset=Dataset.from_list([{key: row[key] for key in KEYS} for row in held_out]),
        processing_class=tokenizer,
        sft_weight=run.recipe.sft_weight,
    )


def pair_length(pair: dict[str, Any]) -> int:
    """Return the tokens of the longer side of a tokenised pair."""
    return len(pair["prompt_ids"]) + max(len(pair["chosen_ids"]), len(pair["rejected_ids"]))


def preferences(
    trainer: Any, classes: list[str], *, reference: bool
) -> dict[str, dict[str, float]]:
    """Return per fault class (and under "all") how often the model prefers the chosen side, and by
    how much.

    accuracy = share with log p(chosen) > log p(rejected); margin and log p in nats a row. The
    reference log-probabilities are those of the policy before training.
    """
    import torch

    from training.trainers import collate_dpo, side_log_probs

    dataset, size = trainer.eval_dataset, trainer.args.per_device_train_batch_size
    sides: list[tuple[float, float]] = []
    if reference:
        sides = list(zip(dataset["ref_chosen_logps"], dataset["ref_rejected_logps"], strict=True))
    else:
        trainer.model.eval()
        with torch.inference_mode():
            for start in range(0, len(dataset), size):
                pairs = [dataset[n] for n in range(start, min(start + size, len(dataset)))]
                chosen, rejected = side_log_probs(trainer.model, collate_dpo(pairs))
                sides += zip(chosen.tolist(), rejected.tolist(), strict=True)
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, side in zip(classes, sides, strict=True):
        groups["all"].append(side)
        groups[name].append(side)
    return {name: summarise(groups[name]) for name in sorted(groups)}


def summarise(sides: list[tuple[float, float]]) -> dict[str, float]:
    """Return n, accuracy, mean margin and mean log p(chosen) of pairs of log-probabilities."""
    n = len(sides)
    return {
        "n": n,
        "accuracy": sum(chosen > rejected for chosen, rejected in sides) / n,
        "margin": sum(chosen - rejected for chosen, rejected in sides) / n,
        "chosen_logp": sum(chosen for chosen, _ in sides) / n,
    }
