"""Rows x engine x scorers -> scores.jsonl, summary.json, manifest.json.

Each answer is scored and appended as it comes, so that a killed run goes on where it was: a
half-written last line is dropped and asked again. The summary is computed from scores.jsonl and
nothing else; the manifest is written last.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callforge_core.console import track
from callforge_core.errors import DataError, OutputError
from callforge_core.jsonl import load_json, render_json, write_json
from callforge_core.manifest import Manifest, digests, is_current, write_manifest
from callforge_core.prompting import messages, system_prompt
from callforge_core.records import Item
from callforge_core.spec import render_payload
from eval.engines import MAX_NEW_TOKENS, Engine
from eval.scorers import score
from eval.scores import SCORES, open_scores, read_scores, score_row
from eval.summary import summarise
from validators.payload import Validator

STAGE = "eval"
SUMMARY = "summary.json"
PACKAGES = ("callforge", "jsonschema-rs", "numpy", "peft", "torch", "transformers")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What `evaluate` returns."""

    summary: dict[str, Any]
    is_new: bool
    """False when the folder already held this result."""


def evaluate(
    items: Iterable[Item],
    engine: Engine,
    validator: Validator,
    *,
    out: Path,
    inputs: Mapping[str, str] | None = None,
    max_new_tokens: int = MAX_NEW_TOKENS,
    seed: int = 0,
    enveloped: bool = False,
) -> Evaluation:
    """Ask, score and sum up; a folder that already holds this very result is left alone.

    `inputs` (file name -> SHA-256) says which weights answer: with other inputs, another engine or
    other items, scores of an earlier run are not used.
    """
    rows = check_items(items)
    started = time.monotonic()
    given = {"items": test_set_digest(rows), **(inputs or {})}
    asking = {"max_new_tokens": max_new_tokens, "seed": seed, "enveloped": enveloped}
    config = describe(engine, validator) | asking
    if is_current(out, stage=STAGE, config=config, inputs=given):
        return Evaluation(summary=load_json(out / SUMMARY), is_new=False)
    done = open_scores(out, {"config": config, "inputs": given})
    left = [item for item in rows if item.id not in done]
    if done:
        log.info("eval: %d answers are there already, %d to go", len(done), len(left))
    answer_all(left, engine, validator, out, max_new_tokens=max_new_tokens, enveloped=enveloped)
    summary = write_summary(out, rows, validator, given, seed)
    counts = {"items": len(rows), "failures": summary["failures"]["n"]}
    write_manifest(
        out,
        Manifest(
            stage=STAGE,
            config=config,
            inputs=given,
            outputs=digests(out, (SCORES, SUMMARY)),
            counts=counts,
            versions=versions(),
            seconds=time.monotonic() - started,
        ),
    )
    return Evaluation(summary=summary, is_new=True)


def describe(engine: Engine, validator: Validator) -> dict[str, Any]:
    """Return what decides the answers and their scores."""
    return {
        "engine": dict(engine.description),
        "operation": validator.operation.operation_id,
        "release": validator.operation.release,
        "catalogue": validator.catalogue.name,
        "system": system_of(validator),
    }


def answer_all(
    items: Sequence[Item],
    engine: Engine,
    validator: Validator,
    out: Path,
    *,
    max_new_tokens: int,
    enveloped: bool,
) -> None:
    """Append one scored row per item to scores.jsonl as the answers come."""
    system = system_of(validator)
    prompts = [messages(system, item.request) for item in items]
    answers = engine.generate(prompts, max_new_tokens=max_new_tokens) if items else iter(())
    try:
        with (out / SCORES).open("a", encoding="utf-8", newline="\n") as stream:
            for answer in track(answers, "eval", total=len(items)):
                row = score_row(items[answer.index], answer, validator, enveloped=enveloped)
                stream.write(render_json(row) + "\n")
                stream.flush()
    except OSError as exc:
        raise OutputError(f"{out / SCORES} cannot be written: {exc.strerror or exc}") from exc


def write_summary(
    out: Path,
    items: Sequence[Item],
    validator: Validator,
    inputs: Mapping[str, str],
    seed: int,
) -> dict[str, Any]:
    """Compute summary.json from scores.jsonl; every item has exactly one row."""
    rows = read_scores(out)
    missing = [item.id for item in items if item.id not in rows]
    if missing:
        raise DataError(f"{len(missing)} items got no answer, the first is {missing[0]!r}")
    summary = summarise((rows[item.id] for item in items), seed=seed) | {
        "api": validator.operation.api,
        "release": validator.operation.release,
        "catalogue": validator.catalogue.name,
        "inputs": dict(inputs),
        "gold": judge_gold(items, validator),
        "versions": versions(),
    }
    write_json(out / SUMMARY, summary)
    return summary


def judge_gold(items: Iterable[Item], validator: Validator) -> dict[str, int]:
    """Return how many gold calls the scorers themselves accept: a check of data and scorers."""
    counts = {"valid": 0, "invalid": 0}
    for item in items:
        if item.payload is not None and item.decision == "call":
            text = render_payload(validator.operation, item.payload)
            found = score(item, text, validator).indicators
            is_good = found["spec_valid"].part == 1 and found["joint"].part == 1
            counts["valid" if is_good else "invalid"] += 1
    if counts["invalid"]:
        log.warning("eval: %d gold payloads are not valid; run validate", counts["invalid"])
    return counts


def check_items(items: Iterable[Item]) -> list[Item]:
    """Return the items as a list; DataError when there is none or an id occurs twice."""
    rows = list(items)
    if not rows:
        raise DataError("there is nothing to evaluate: the file holds no rows")
    seen: set[str] = set()
    for item in rows:
        if item.id in seen:
            raise DataError(f"id {item.id!r} occurs twice; evaluation rows need unique ids")
        seen.add(item.id)
    return rows


def system_of(validator: Validator) -> str:
    """Return the system text that training used for this operation and catalogue."""
    return system_prompt(validator.operation, validator.catalogue.lines)


def test_set_digest(items: Iterable[Item]) -> str:
    """Return the SHA-256 of the items, in their order."""
    sha = hashlib.sha256()
    for item in items:
        sha.update(render_json(item.to_json()).encode() + b"\n")
    return sha.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of the packages that decide the result, as far as installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
