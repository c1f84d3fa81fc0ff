"""What SFT and DPO runs share: loading, trainer settings, curves, checkpoints, and the finished
folder.

A finished run folder holds adapter_config.json, adapter_model.safetensors, curve.jsonl,
recipe.yaml and,
written last, manifest.json. An unfinished one holds checkpoints, from which the same command
continues.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callforge_core.errors import ConfigError, DataError, OutputError
from callforge_core.jsonl import iter_rows, render_json, write_rows, write_text
from callforge_core.manifest import Manifest, digest, digests, is_current, write_manifest
from training.base_model import EMBEDDED, LINEAGE, require_torch, resolve_model
from training.hardware import choose_dtype, describe_hardware, peak_rss_mb
from training.recipes import Recipe

ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
PACKAGES = ("torch", "transformers", "trl", "peft", "datasets")
WRITE_FAILURES = (
    "No space left", "File too large", "Disk quota", "Read-only file system",
    "file write failed", "failed writing",
)  # fmt: skip
"""How the operating system, torch and safetensors say that the disk refused."""

log = logging.getLogger("callforge.training")


@dataclass(kw_only=True)
class Run:
    """One training run: what it reads, where it writes, and the curve so far."""

    recipe: Recipe
    out: Path
    inputs: dict[str, str]
    curve: list[dict[str, Any]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def config(self) -> dict[str, Any]:
        """The resolved recipe as plain JSON."""
        return self.recipe.model_dump(mode="json")

    @property
    def checkpoints(self) -> Path:
        """Named after recipe and inputs: a changed run never continues from another's state."""
        key = hashlib.sha256(render_json([self.config, self.inputs]).encode()).hexdigest()[:12]
        return self.out / f"checkpoints-{key}"

    def is_finished(self) -> bool:
        """Say whether this very run already stands in `out`."""
        return is_current(
            self.out, stage=f"train {self.recipe.stage}", config=self.config, inputs=self.inputs
        )


def open_run(recipe: Recipe, out: Path, files: Mapping[str, Path]) -> Run:
    """Check inputs and output before anything heavy is imported; `files`: name -> what is read."""
    for path in files.values():
        if not path.is_file():
            raise DataError(
                f"{path} does not exist; --data wants a folder made by `callforge build`"
            )
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; --out wants a folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_text(out / "recipe.yaml", render_recipe(recipe))
    except OSError as exc:
        raise OutputError(f"{out} cannot be written: {exc.strerror}") from exc
    return Run(recipe=recipe, out=out, inputs={name: digest(path) for name, path in files.items()})


def render_recipe(recipe: Recipe) -> str:
    """Return the resolved recipe as YAML."""
    import yaml

    text = yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False)
    return f"# The recipe of this run with every default resolved.\n{text}"


def load_rows(path: Path, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """Read a built dataset file, keeping `keys`; raise DataError on no rows or an absent key."""
    rows = []
    for line, row in iter_rows(path):
        if absent := [key for key in keys if key not in row]:
            raise DataError(
                f"{path}:{line}: no {absent[0]!r}; was this file made by `callforge build`?"
            )
        rows.append({key: row[key] for key in keys})
    if not rows:
        raise DataError(f"{path} has no rows; there is nothing to train on")
    return rows


def load_base(recipe: Recipe) -> tuple[Any, Any]:
    """Load base model and tokenizer, attention switched to the packed form."""
    from training.packing import use_packed_attention

    _, transformers = require_torch()
    place = resolve_model(recipe.model)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(place)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            place, dtype=choose_dtype(recipe.dtype)
        )
    except (OSError, ValueError) as exc:
        reason = str(exc).splitlines()[0]
        raise ConfigError(f"model {recipe.model!r} cannot be loaded: {reason}") from exc
    use_packed_attention(model)
    return model, tokenizer


def lora_config(recipe: Recipe, model: Any) -> Any:
    """Return the PEFT configuration of the recipe for this model."""
    from peft import LoraConfig

    layers = range(recipe.first_layer, model.config.num_hidden_layers)
    if not layers:
        raise ConfigError(
            f"first_layer={recipe.first_layer}, but the model has "
            f"{model.config.num_hidden_layers} layers"
        )
    return LoraConfig(
        r=recipe.lora_r,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=list(recipe.target_modules),
        layers_to_transform=list(layers) if recipe.first_layer else None,
        task_type="CAUSAL_LM",
    )


def trainer_settings(run: Run, rows: int) -> dict[str, Any]:
    """Return the transformers training arguments both trainers share."""
    import torch

    recipe = run.recipe
    steps = count_steps(recipe, rows)
    on_gpu = torch.cuda.is_available()
    dtype = choose_dtype(recipe.dtype)
    save_every = math.ceil(steps / (recipe.checkpoints + 1)) if recipe.checkpoints else 0
    return {
        "output_dir": str(run.checkpoints),
        "per_device_train_batch_size": recipe.batch_size,
        "gradient_accumulation_steps": recipe.accumulation,
        "num_train_epochs": recipe.epochs,
        "max_steps": recipe.max_steps,
        "learning_rate": recipe.lr,
        "lr_scheduler_type": recipe.scheduler,
        "warmup_steps": round(recipe.warmup_share * steps),
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "adam_beta2": recipe.adam_beta2,
        "logging_steps": max(1, steps // 40),
        "save_strategy": "steps" if save_every else "no",
        "save_steps": save_every or 1,
        "save_total_limit": 1,
        "report_to": "none",
        "use_cpu": not on_gpu,
        "bf16": False,  # weights carry the precision; autocast would convert them again every step
        "fp16": on_gpu and dtype == torch.float16,
        "gradient_checkpointing": False,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "disable_tqdm": not sys.stderr.isatty(),
        "max_length": None,  # lengths are checked, rows are never cut
    }


def count_steps(recipe: Recipe, rows: int) -> int:
    """Return the number of optimiser steps of a run over `rows` rows."""
    if recipe.max_steps > 0:
        return recipe.max_steps
    batches = math.ceil(rows / recipe.batch_size)
    return max(1, math.ceil(math.ceil(batches / recipe.accumulation) * recipe.epochs))


def check_lengths(lengths: list[int], recipe: Recipe, path: Path) -> None:
    """Raise DataError naming the first row that is longer than the recipe's max_length."""
    for number, length in enumerate(lengths, 1):
        if length > recipe.max_length:
            raise DataError(
                f"{path}:{number}: {length} tokens, more than max_length={recipe.max_length}; "
                "raise it or drop the row (rows are never cut silently)"
            )


def train(run: Run, trainer: Any, measure: Callable[[Any], dict[str, float]] | None = None) -> None:
    """Run the trainer from its last checkpoint, recording the curve and `measure` along the way."""
    from transformers import PrinterCallback, ProgressCallback

    from training.curves import CurveRecorder, last_checkpoint

    trainer.remove_callback(PrinterCallback)
    if not sys.stderr.isatty():
        trainer.remove_callback(ProgressCallback)
    trainer.add_callback(CurveRecorder(run, trainer, measure))
    checkpoint = last_checkpoint(run.checkpoints)
    if checkpoint:
        log.info("train %s: continuing from %s", run.recipe.stage, checkpoint.name)
    with disk_errors(run.out):
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)


@contextlib.contextmanager
def disk_errors(out: Path) -> Iterator[None]:
    """Turn a refused write of torch or safetensors, which name no errno, into an OutputError."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as exc:
        text = str(exc)
        if not any(sign in text for sign in WRITE_FAILURES):
            raise
        reason = text.splitlines()[0][:160]
        raise OutputError(
            f"{out} cannot be written: {reason}; free some space and run the same command again"
        ) from exc


def finish(run: Run, model: Any, counts: Mapping[str, Any]) -> dict[str, Any]:
    """Write adapter, curve and manifest, remove checkpoints, return the manifest's document."""
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    config = model.peft_config["default"]
    config.base_model_name_or_path = LINEAGE if run.recipe.model == EMBEDDED else run.recipe.model
    config.inference_mode = True
    config.save_pretrained(run.out)
    weights = {
        name: tensor.detach().contiguous().cpu()
        for name, tensor in get_peft_model_state_dict(
            model,
            save_embedding_layers=False,  # "auto" asks the Hub about the base model
        ).items()
    }
    temporary = run.out / ".adapter_model.part"
    try:
        with disk_errors(run.out):
            save_file(weights, temporary, metadata={"format": "pt"})
            temporary.replace(run.out / "adapter_model.safetensors")
    finally:
        temporary.unlink(missing_ok=True)
    write_rows(run.out / "curve.jsonl", run.curve)
    seconds = time.monotonic() - run.started
    manifest = Manifest(
        stage=f"train {run.recipe.stage}",
        config=run.config,
        inputs=run.inputs,
        outputs=digests(run.out, ("adapter_model.safetensors", "curve.jsonl", "recipe.yaml")),
        counts=dict(counts)
        | {"peak_rss_mb": round(peak_rss_mb()), "hardware": describe_hardware()},
        versions=package_versions(),
        seconds=seconds,
    )
    write_manifest(run.out, manifest)
    shutil.rmtree(run.checkpoints, ignore_errors=True)
    return json.loads(json.dumps(manifest.to_json()))  # type: ignore[no-any-return]


def package_versions() -> dict[str, str]:
    """Return the versions of what computed the result."""
    from importlib.metadata import version

    return {name: version(name) for name in PACKAGES}
