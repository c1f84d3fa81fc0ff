"""What a stage read, how it was configured, what it wrote; equality decides whether to skip it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callforge_core.errors import DataError
from callforge_core.jsonl import write_json

NAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The record beside a stage's output."""

    stage: str
    config: Mapping[str, Any]
    inputs: Mapping[str, str]
    """File name -> SHA-256 of what was read."""
    outputs: Mapping[str, str]
    """File name (relative to the folder) -> SHA-256 of what was written."""
    counts: Mapping[str, Any]
    versions: Mapping[str, str]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the document written to manifest.json."""
        return {
            "stage": self.stage,
            "config": dict(self.config),
            "inputs": dict(self.inputs),
            "outputs": dict(self.outputs),
            "counts": dict(self.counts),
            "versions": dict(self.versions),
            "seconds": round(self.seconds, 2),
        }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write manifest.json into `folder`: the last thing a stage does."""
    write_json(folder / NAME, manifest.to_json())


def load_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of `folder`, or None when it is absent or unreadable."""
    try:
        value = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def is_current(
    folder: Path, *, stage: str, config: Mapping[str, Any], inputs: Mapping[str, str]
) -> bool:
    """Say whether `folder` holds the untouched result of this stage, configuration and input."""
    old = load_manifest(folder)
    if old is None or old.get("stage") != stage:
        return False
    same = json.loads(json.dumps([dict(config), dict(inputs)]))
    if [old.get("config"), old.get("inputs")] != same:
        return False
    outputs = old.get("outputs")
    return isinstance(outputs, dict) and all(
        (folder / name).is_file() and digest(folder / name) == sha for name, sha in outputs.items()
    )


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return file name -> SHA-256 for files of `folder`, sorted by name."""
    return {name: digest(folder / name) for name in sorted(names)}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, read in chunks."""
    sha = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                sha.update(chunk)
    except OSError as exc:
        raise DataError(f"{path} cannot be read: {exc.strerror or exc}; check the path") from exc
    return sha.hexdigest()
