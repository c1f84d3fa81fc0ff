"""`callforge eval`: which model, which requests, which engine; `eval` does the measuring."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from callforge.api import Api
from callforge.stages import Outcome
from callforge.training_rows import note_data
from callforge_core.errors import ConfigError, DataError
from callforge_core.jsonl import iter_rows
from callforge_core.manifest import digest, load_manifest
from callforge_core.records import Item
from eval.engines import MAX_NEW_TOKENS, ReplayEngine
from validators.answers import parse_answer

BATCH = 96  # rows decoded at once: small products leave two cores half idle
HEADLINES = ("json_valid", "spec_valid", "joint")


class Model(NamedTuple):
    """What is loaded: a base model and perhaps an adapter of a training run."""

    base: str
    adapter: Path | None


def find_model(name: str) -> Model:
    """Return the model behind an embedded name, a model folder, a run folder or a Hub id."""
    from training.base_model import resolve_model

    folder = Path(name)
    if (folder / "adapter_config.json").is_file():
        config = (load_manifest(folder) or {}).get("config", {})
        base = config.get("model")
        if not base:
            raise ConfigError(f"{folder} holds an adapter; no manifest.json names its base model")
        return Model(resolve_model(base), folder)
    return Model(resolve_model(name), None)


def find_items(data: Path) -> Path:
    """Return the file of rows: `data` itself (DIR/sft/train will do), or a built folder's test."""
    path = data / "eval" / "test.jsonl" if data.is_dir() else data
    if not path.is_file() and path.with_name(f"{path.name}.jsonl").is_file():
        path = path.with_name(f"{path.name}.jsonl")
    if not path.is_file():
        raise DataError(f"{path} does not exist; --data wants evaluation rows or a built folder")
    return path


def load_items(path: Path, limit: int | None) -> list[Item]:
    """Read evaluation, sample or SFT rows; DataError with file and line, or when there is none."""
    items: list[Item] = []
    for line, row in iter_rows(path):
        if limit is not None and len(items) == limit:
            break
        try:
            items.append(Item.from_json(asked(row) if "prompt" in row else row))
        except DataError as exc:
            raise DataError(f"{path}:{line}: {exc}") from exc
    if not items:
        raise DataError(f"{path} has no rows; there is nothing to ask")
    return items


def asked(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an SFT row (prompt and completion turns) as an evaluation row."""
    try:
        request, said = row["prompt"][-1]["content"], row["completion"][-1]["content"]
    except (KeyError, IndexError, TypeError) as exc:
        raise DataError("'prompt' and 'completion' are no lists of turns with content") from exc
    answer = parse_answer(said if isinstance(said, str) else "", ("",))
    kept = {name: row.get(name) for name in ("id", "cluster", "family")}
    return kept | {"request": request, "decision": answer.decision, "payload": answer.payload}


def evaluate_model(
    api: Api,
    model: str,
    data: Path,
    out: Path,
    *,
    engine: str = "transformers",
    limit: int | None = None,
    max_new_tokens: int = MAX_NEW_TOKENS,
) -> Outcome:
    """Ask, score and sum up; `model` is a scores.jsonl when the engine is replay."""
    from eval.run import evaluate
    from eval.transformers_engine import TransformersEngine

    path = find_items(data)
    items = load_items(path, limit)
    answers: Any
    if engine == "replay":
        place = Path(model) / "scores.jsonl" if Path(model).is_dir() else Path(model)
        answers, inputs = ReplayEngine(place), {"answers": digest(place)}
    else:
        found = find_model(model)
        answers = TransformersEngine(found.base, adapter=found.adapter, batch_size=BATCH)
        inputs = identify(model, found)
    result = evaluate(
        items, answers, api.validator, out=out, inputs=inputs, max_new_tokens=max_new_tokens
    )
    note_data(out, path, len(items))
    return Outcome(text=word(result.summary), counts=result.summary, is_new=result.is_new)


def identify(name: str, model: Model) -> dict[str, str]:
    """Return what says which weights answer: the name of a model, the digest of an adapter."""
    if model.adapter is None:
        return {"model": name}
    return {"adapter": digest(model.adapter / "adapter_model.safetensors")}


def word(summary: Mapping[str, Any]) -> str:
    """Return one line about an evaluation."""
    parts = []
    for name in HEADLINES:
        entry = summary["metrics"].get(name)
        if entry and entry["value"] is not None:
            low, high = entry["low"], entry["high"]
            parts.append(f"{name} {entry['value']:.0%} [{low:.0%}, {high:.0%}]")
    return f"{summary['n']} requests: " + ", ".join(parts)
