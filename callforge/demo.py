"""`callforge demo`: the whole pipeline on embedded defaults, one line a stage, one report.

Interrupted anywhere and started again, it finishes what is missing: every stage leaves alone a
folder that already holds its result, and a training goes on from its last checkpoint.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callforge.api import Api, load_api
from callforge.demo_records import Settings, Timings, collect_report
from callforge.evaluation import evaluate_model
from callforge.stages import (
    Outcome,
    build_datasets,
    generate_pairs,
    generate_samples,
    train_adapter,
)
from callforge_core.errors import CallforgeError
from callforge_core.jsonl import load_json, write_json, write_text
from callforge_core.manifest import Manifest, digests, is_current, write_manifest

AUXILIARY = 2  # short rows beside each training row: lengths of time come last
TEST_ROWS = 60  # at least; the splitter holds out whole families

log = logging.getLogger("callforge.demo")


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the demo keeps what."""

    out: Path

    @property
    def rows(self) -> Path:
        """Generated rows."""
        return self.out / "rows"

    @property
    def data(self) -> Path:
        """Built datasets."""
        return self.out / "data"

    def adapter(self, stage: str) -> Path:
        """A training run."""
        return self.out / stage

    def scores(self, model: str) -> Path:
        """An evaluation."""
        return self.out / "eval" / model


def run_demo(out: Path, settings: Settings) -> str:
    """Run every stage that is missing, write the report, and return the table for the terminal."""
    api = load_api("createSession", "1.1.0", None, "default")
    write_json(out / "settings.json", settings.model_dump(mode="json"))
    timings = Timings.load(out)
    for name, stage in plan(api, Places(out=out), settings):
        run_stage(name, stage, timings)
    return rewrite_report(out, settings)


def plan(api: Api, at: Places, chosen: Settings) -> list[tuple[str, Callable[[], Outcome]]]:
    """Return the stages in order; nothing runs yet."""
    seed, mix = chosen.seed, chosen.mix
    recipe, overrides = chosen.recipe, list(chosen.overrides)

    def score(name: str, model: str) -> Callable[[], Outcome]:
        return lambda: evaluate_model(
            api,
            model,
            at.data,
            at.scores(name),
            limit=chosen.limit,
            max_new_tokens=chosen.max_new_tokens,
        )

    def train(stage: str, adapter: Path | None) -> Callable[[], Outcome]:
        folder = at.adapter(stage)
        return lambda: train_adapter(stage, at.data, folder, recipe, overrides, adapter)

    def build() -> Outcome:
        return build_datasets(
            api, at.rows, at.data, seed=seed, test_rows=TEST_ROWS, auxiliary=AUXILIARY
        )

    return [
        ("spec", lambda: describe_api(api)),
        ("generate", lambda: generate_samples(api, at.rows, rows=chosen.rows, seed=seed, mix=mix)),
        ("pair", lambda: generate_pairs(api, at.rows, rows=chosen.pairs, seed=seed, mix=mix)),
        ("validate", lambda: validate_rows(api, at)),
        ("build", build),
        ("base model", lambda: prepare_model(chosen)),
        ("eval base", score("base", chosen.model)),
        ("train sft", train("sft", None)),
        ("eval sft", score("sft", str(at.adapter("sft")))),
        ("train dpo", train("dpo", at.adapter("sft"))),
        ("eval dpo", score("dpo", str(at.adapter("dpo")))),
    ]


def run_stage(name: str, stage: Callable[[], Outcome], timings: Timings) -> None:
    """Run one stage, keep its time when it did something, and say its line."""
    started = time.monotonic()
    outcome = stage()
    seconds = time.monotonic() - started
    if outcome.is_new:
        timings.note(name, seconds)
    log.info("%-10s %s (%.1f s)", name, outcome, seconds)


def describe_api(api: Api) -> Outcome:
    """Say which definition and catalogue are used."""
    operation = api.operation
    profiles = ", ".join(profile.name for profile in api.catalogue.profiles)
    text = f"{operation.api} {operation.release} {operation.operation_id}; profiles {profiles}"
    return Outcome(text=text, counts={}, is_new=False)


def validate_rows(api: Api, at: Places) -> Outcome:
    """Judge every generated row; a single wrong one stops the demo."""
    from callforge.checks import validate_files

    folder, started = at.out / "validation", time.monotonic()
    names = ("samples.jsonl", "preference.jsonl")
    inputs = api.inputs | digests(at.rows, names)
    if is_current(folder, stage="validate", config={}, inputs=inputs):
        return word_validation(load_json(folder / "report.json"), is_new=False)
    checked = validate_files(
        api,
        [str(at.rows / name) for name in names],
        "auto",
        json_file=folder / "report.json",
        html_file=folder / "report.html",
    )
    if not checked.good:
        raise CallforgeError(f"generated rows are not valid, see {folder / 'report.html'}")
    write_manifest(
        folder,
        Manifest(
            stage="validate",
            config={},
            inputs=inputs,
            outputs=digests(folder, ("report.json", "report.html")),
            counts={"rows": checked.document["rows"]},
            versions={},
            seconds=time.monotonic() - started,
        ),
    )
    return word_validation(checked.document, is_new=True)


def word_validation(document: dict[str, Any], *, is_new: bool) -> Outcome:
    """Return the outcome of a validation."""
    text = f"{document['valid']} of {document['rows']} rows right"
    return Outcome(text=text, counts=document, is_new=is_new)


def prepare_model(chosen: Settings) -> Outcome:
    """Make the base model ready: the embedded one is converted once."""
    from training.base_model import is_ready, resolve_model

    ready = is_ready(chosen.model)
    resolve_model(chosen.model)
    return Outcome(text=chosen.model, counts={}, is_new=not ready)


def rewrite_report(out: Path, settings: Settings | None = None) -> str:
    """Write report.json and report.html from the records in `out`; return the terminal table."""
    from callforge.report import render_demo_report
    from callforge.terminal import render_table

    report = collect_report(out, settings)
    write_json(out / "report.json", report)
    write_text(out / "report.html", render_demo_report(report))
    return f"{render_table(report)}\n\nreport: {out / 'report.html'}"
