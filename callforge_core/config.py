"""YAML plus key=value overrides -> a strict model, with all problems told at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from callforge_core.errors import ConfigError
from callforge_core.jsonl import UNREADABLE, open_text


class StrictModel(BaseModel):
    """The base of everything a person writes: frozen, no unknown keys, no coercion of nonsense."""

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=BaseModel)
EXPONENT = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+")  # YAML 1.1 calls most of these text


def load_yaml(path: Path) -> Any:
    """Read one YAML document; raise ConfigError with the line that is broken."""
    with open_text(path) as stream:
        try:
            return yaml.safe_load(stream)
        except (yaml.YAMLError, RecursionError, *UNREADABLE) as exc:
            raise ConfigError(f"{path}: not valid YAML: {' '.join(str(exc).split())}") from exc


def load_model(model: type[M], path: Path, overrides: Iterable[str] = ()) -> M:
    """Read `path`, apply key=value overrides and check the result against `model`."""
    values = load_yaml(path)
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(values).__name__}")
    return build_model(model, values | parse_overrides(overrides), str(path))


def parse_overrides(overrides: Iterable[str]) -> dict[str, Any]:
    """Turn ["lr=1e-4", "epochs=2"] into a dict; values are read as YAML scalars."""
    values: dict[str, Any] = {}
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key:
            raise ConfigError(f"{override!r} is not an override; write key=value, such as lr=1e-4")
        values[key] = read_scalar(text)
    return values


def read_scalar(text: str) -> Any:
    """Read a YAML value, and 1e-4 as the number people mean; what YAML refuses stays text."""
    if EXPONENT.fullmatch(text.strip()):
        return float(text)
    try:
        return yaml.safe_load(text)
    except (ValueError, RecursionError, yaml.YAMLError):
        return text


def build_model(model: type[M], values: Mapping[str, Any], where: str) -> M:
    """Check `values` against `model`; raise ConfigError listing every problem at once."""
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        problems = [describe(model, error) for error in exc.errors()]
        raise ConfigError(f"{where}: " + "; ".join(problems)) from exc


def describe(model: type[BaseModel], error: Mapping[str, Any]) -> str:
    """Word one pydantic error for a person."""
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(place, list(model.model_fields), n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        return f"unknown key {place!r}{hint}; known: {', '.join(sorted(model.model_fields))}"
    if error["type"] == "missing":
        return f"{place}: this key is required"
    return f"{place}: {error['msg'][0].lower()}{error['msg'][1:]}, not {error['input']!r:.60}"
