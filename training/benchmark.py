"""How much faster is our SFT step than TRL's own, with the same rows, batch, LoRA, precision and
loss?

Each arm runs in its own process, so that memory is its own too:

    stock          trl.SFTTrainer as it comes (gradient checkpointing on)
    stock-no-gc    the same with gradient checkpointing off, its best setting for a small model on
    a CPU
    callforge      packed rows, shared prompt, fused layers

Tokens are those of the rows, prompt included, padding excluded: what a user's data holds. Run one
arm with
python -m training.benchmark --arm stock --data DIR --steps 4
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callforge_core.errors import CallforgeError
from training.recipes import Recipe, load_recipe

ARMS = ("stock", "stock-no-gc", "callforge")
WARM_UP = 1  # steps before the clock counts: first touches of memory


def compare_arms(
    data: Path, recipe: str, *, steps: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure every arm on DATA/sft and return speeds, ratios and the largest loss difference."""
    arms = {}
    for arm in ARMS:
        tell(f"bench: measuring {arm} ({steps} steps)")
        arms[arm] = run_arm(arm, data, recipe, steps)
    ours = arms["callforge"]
    gaps = [
        abs(a - b) for arm in ARMS for a, b in zip(arms[arm]["losses"], ours["losses"], strict=True)
    ]
    return {
        "arms": arms,
        "ratio": ours["tokens_per_s"] / arms["stock"]["tokens_per_s"],
        "ratio_no_gc": ours["tokens_per_s"] / arms["stock-no-gc"]["tokens_per_s"],
        "largest_loss_difference": max(gaps),
    }


def run_arm(arm: str, data: Path, recipe: str, steps: int) -> dict[str, Any]:
    """Run one arm in a fresh process and return what it measured."""
    command = [sys.executable, "-m", "training.benchmark", "--arm", arm]
    command += ["--data", str(data), "--recipe", recipe, "--steps", str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # own module
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise CallforgeError(f"benchmark arm {arm} failed: {last}")
    return json.loads(done.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]


def measure_arm(arm: str, data: Path, recipe: str, steps: int) -> dict[str, Any]:
    """Train a few steps and return tokens/s (median step), losses and peak memory."""
    from training.hardware import describe_hardware, peak_rss_mb
    from training.run import load_rows

    resolved = load_recipe(recipe, "sft", [f"max_steps={WARM_UP + steps}", "checkpoints=0"])
    rows = load_rows(data / "sft" / "train.jsonl", ("prompt", "completion"))
    with tempfile.TemporaryDirectory() as folder:
        trainer = build_arm(arm, resolved, rows, Path(folder))
        clock = watch(trainer)
        trainer.train()
    seconds = clock["seconds"][WARM_UP:]
    tokens = clock["tokens"][WARM_UP : len(clock["seconds"])]
    return {
        "arm": arm,
        "tokens_per_s": statistics.median(t / s for t, s in zip(tokens, seconds, strict=True)),
        "seconds_per_step": statistics.median(seconds),
        "losses": [point["loss"] for point in trainer.state.log_history if "loss" in point],
        "peak_rss_mb": round(peak_rss_mb()),
        "batch_size": resolved.batch_size,
        "steps": steps,
        "hardware": describe_hardware(),
    }


def build_arm(arm: str, recipe: Recipe, rows: list[dict[str, Any]], folder: Path) -> Any:
    """Return the trainer of an arm; all arms share rows, order, LoRA start and learning rates."""
    from training.run import Run, load_base, lora_config, trainer_settings
    from training.sft import build_trainer

    run = Run(recipe=recipe, out=folder, inputs={})
    if arm == "callforge":
        model, tokenizer = load_base(recipe)
        trainer = build_trainer(
            run, model, tokenizer, {"train": rows, "validation": rows[:1]}, None
        )
    else:
        from datasets import Dataset
        from trl import SFTConfig, SFTTrainer

        model, tokenizer = load_base(recipe)
        model.set_attn_implementation("sdpa")
        settings = trainer_settings(run, len(rows)) | {"max_length": recipe.max_length}
        settings["gradient_checkpointing"] = arm == "stock"
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(**settings),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            peft_config=lora_config(recipe, model),
        )
    return trainer


def watch(trainer: Any) -> dict[str, list[float]]:
    """Record seconds and row tokens of every step; tokens are counted at collation."""
    from transformers import PrinterCallback, TrainerCallback

    found: dict[str, list[float]] = {"seconds": [], "tokens": []}
    collate = trainer.data_collator

    def counting(batch: list[dict[str, Any]]) -> Any:
        found["tokens"].append(sum(len(row["input_ids"]) for row in batch))
        return collate(batch)

    class Clock(TrainerCallback):  # type: ignore[misc]  # untyped base
        """Times a step from its first forward to its last update."""

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            """Start the clock."""
            self.start = time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            """Stop it."""
            found["seconds"].append(time.perf_counter() - self.start)

    trainer.data_collator = counting
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Clock())
    return found


def main() -> None:
    """Measure the arm named on the command line and write one JSON line to stdout."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arm", choices=ARMS, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--recipe", default="cpu-smollm2")
    parser.add_argument("--steps", type=int, default=4)
    chosen = parser.parse_args()
    found = measure_arm(chosen.arm, chosen.data, chosen.recipe, chosen.steps)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
