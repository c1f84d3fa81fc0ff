"""The learning curve of a run: logged steps and validations, kept across interruptions."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from callforge_core.jsonl import iter_rows, write_rows

if TYPE_CHECKING:
    from training.run import Run

RENAMED = {
    "loss": "loss",
    "learning_rate": "lr",
    "grad_norm": "grad_norm",
    "rewards/accuracies": "accuracy",
    "rewards/margins": "margin",
    "logps/chosen": "chosen_logp",
    "logps/rejected": "rejected_logp",
}
"""Keys of the trainer's log -> keys of curve.jsonl (loss: nats a token; DPO: loss a pair)."""


class CurveRecorder(TrainerCallback):  # type: ignore[misc]  # untyped base
    """Collects curve points, validates at even distances, and saves beside checkpoints."""

    def __init__(
        self, run: Run, trainer: Any, measure: Callable[[Any], dict[str, float]] | None
    ) -> None:
        self.run = run
        self.trainer = trainer
        self.measure = measure
        self.due: set[int] = set()
        self.training_s = 0.0
        self.since = 0.0

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Plan the validations; after an interruption, take up the curve of the checkpoint."""
        count = self.run.recipe.evaluations if self.measure else 0
        self.due = {round(state.max_steps * (n + 1) / count) for n in range(count)}
        saved = self.run.checkpoints / "curve.jsonl"
        if state.global_step and saved.is_file():
            points = [row.value for row in iter_rows(saved)]
            self.run.curve[:] = [point for point in points if point["step"] <= state.global_step]
        elif self.measure and count:
            self.run.curve.append({"step": 0, "epoch": 0.0, **self.measure(self.trainer.model)})
        self.since = time.monotonic()

    def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
        """Record a training point."""
        found = {new: float(logs[old]) for old, new in RENAMED.items() if old in (logs or {})}
        if "loss" in found:
            point = {"step": state.global_step, "epoch": round(state.epoch or 0.0, 4), **found}
            point["seconds"] = round(self.training_s + time.monotonic() - self.since, 2)
            self.run.curve.append(point)

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Measure the validation set when it is due; its time is not training time."""
        if state.global_step in self.due and self.measure:
            self.training_s += time.monotonic() - self.since
            found = self.measure(self.trainer.model)
            self.run.curve.append(
                {"step": state.global_step, "epoch": round(state.epoch or 0.0, 4), **found}
            )
            self.since = time.monotonic()

    def on_save(self, *_args: Any, **_: Any) -> None:
        """Keep the curve beside the checkpoint it belongs to."""
        write_rows(self.run.checkpoints / "curve.jsonl", self.run.curve)

    def on_train_end(self, *_args: Any, **_: Any) -> None:
        """Stop the clock."""
        self.training_s += time.monotonic() - self.since


def last_checkpoint(folder: Path) -> Path | None:
    """Return the newest complete checkpoint of a run, if any."""
    found = [
        path
        for path in folder.glob("checkpoint-*")
        if (path / "trainer_state.json").is_file() and path.name.split("-")[-1].isdigit()
    ]
    return max(found, key=lambda path: int(path.name.split("-")[-1]), default=None)
