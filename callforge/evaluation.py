"""`callforge eval`: which model, which requests, which engine; the measuring itself is in `eval`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from callforge.api import Api
from callforge.stages import Outcome
from callforge_core.errors import ConfigError, DataError
from callforge_core.jsonl import iter_rows
from callforge_core.manifest import digest, load_manifest
from callforge_core.records import Item


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
            raise ConfigError(f"{folder} holds an adapter, but no manifest.json names its base model")
        return Model(resolve_model(base), folder)
    return Model(resolve_model(name), None)


def find_items(data: Path) -> Path:
    """Return the file of evaluation rows: `data` itself, or the test split of a built folder."""
    path = data / "eval" / "test.jsonl" if data.is_dir() else data
    if not path.is_file():
        raise DataError(f"{path} does not exist; --data wants evaluation rows or a built folder")
    return path


def load_items(path: Path, limit: int | None) -> list[Item]:
    """Read evaluation rows; raise DataError with file and line, or when there is none."""
    items: list[Item] = []
    for line, row in iter_rows(path):
        if limit is not None and len(items) == limit:
            break
        try:
            items.append(Item.from_json(row))
        except DataError as exc:
            raise DataError(f"{path}:{line}: {exc}") from exc
    if not items:
        raise DataError(f"{path} has no rows; there is nothing to ask")
    return items
