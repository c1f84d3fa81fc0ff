"""Which generator does an order of `generate` go to? One function a kind of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from callforge_core.errors import ConfigError
from callforge_core.records import DECISIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything `generate` was asked for."""

    kind: str
    out: Path
    operations: tuple[str, ...] = ("createSession",)
    rows: int
    seed: int = 0
    release: str | None = None
    api: str | None = None
    spec: Path | None = None
    catalogue: str = "default"
    mix: str = ""
    decisions: tuple[str, ...] = ("call",)
    workers: int = 1
    coverage: bool = False
    min_coverage: float | None = None
    source: Path | None = None
    run: Path | None = None
    max_auc: float = 0.60
    backend: str = "template"
    model: str = ""
    base_url: str = ""
    job: str = "paraphrase"
    concurrency: int = 4
    ray: str = ""
    """Where distilabel's pipelines run: `local`, a cluster's address, empty: no Ray."""
    prices: Path | None = None
    json_file: Path | None = None


Answer = tuple[str, bool]
"""What a person reads, and whether the result is good enough (else exit 1)."""


def fulfil(order: Order) -> Answer:
    """Do what was ordered; raises CallforgeError for an order that cannot be done."""
    strange = [name for name in order.decisions if name not in DECISIONS]
    if strange or not order.decisions:
        raise ConfigError(f"--decisions {','.join(order.decisions)}: use {', '.join(DECISIONS)}")
    if not order.operations:
        raise ConfigError("--operation is empty: name one, several with commas, or `all`")
    refuse_strays(order)
    return choose(order)(order)


def refuse_strays(order: Order) -> None:
    """Raise ConfigError for an option that the kind of order would ignore."""
    if order.run is not None and order.kind != "preference":
        raise ConfigError("--from-run gives rejects: use it with `generate preference`")
    if order.source is not None and order.kind == "dialogues":
        raise ConfigError("--from varies samples or gives chosen sides; dialogues take no source")
    if order.ray and order.backend != "distilabel":
        raise ConfigError("--ray runs distilabel's pipelines: add --backend distilabel")
    if order.backend != "template" and order.kind != "samples":
        raise ConfigError(
            f"{order.kind} are worded by templates: leave out --backend {order.backend}"
        )


def choose(order: Order) -> Callable[[Order], Answer]:
    """Return the function for an order."""
    if order.kind == "dialogues":
        from callforge.generate_dialogues import generate_dialogues

        return generate_dialogues
    if order.kind == "preference":
        from callforge.generate_preference import generate_preference

        return generate_preference
    if order.backend != "template":
        from callforge.generate_backend import generate_backend

        return generate_backend
    if order.source is not None:
        from callforge.generate_from import generate_from

        return generate_from
    if is_plain(order):
        from callforge.generate_template import generate_template

        return generate_template
    if order.spec is not None:
        from callforge.generate_any import generate_any

        return generate_any
    from callforge.generate_family import generate_family

    return generate_family


def is_plain(order: Order) -> bool:
    """Say whether an order is for calls of createSession alone: the generator made for it.

    Another API may have an operation of that name; it is told by its members.
    """
    if order.operations != ("createSession",) or order.decisions != ("call",):
        return False
    if order.spec is None:
        return True
    from callforge.api import load_api

    operation = load_api("createSession", None, order.spec, order.catalogue).operation
    return {"applicationServer", "qosProfile", "duration"} <= set(operation.keys)
