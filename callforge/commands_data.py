"""Verbs that make and check data: generate, validate, build."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from callforge.commands_validate import validate
from callforge.options import (
    ApiName,
    CatalogueName,
    Operation,
    Release,
    Seed,
    SpecFile,
)
from callforge_core.errors import CallforgeError


class Kind(StrEnum):
    """What `generate` makes."""

    samples = "samples"
    preference = "preference"
    dialogues = "dialogues"


def data_verbs(app: typer.Typer) -> None:
    """Register the verbs of this module, in data order."""
    app.command("generate")(generate)
    app.command("validate")(validate)
    app.command("build")(build)


def generate(
    kind: Annotated[Kind, typer.Argument(help="What to make.")] = Kind.samples,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("runs/data"),
    operation: Operation = "createSession",
    rows: Annotated[int, typer.Option(min=1, help="How many rows.")] = 700,
    seed: Seed = 0,
    release: Release = None,
    api: ApiName = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
    mix: Annotated[str, typer.Option(help="full, or core: fewer kinds of facts.")] = "full",
    backend: Annotated[str, typer.Option(help="template is the only one so far.")] = "template",
) -> None:
    """Make requests with the calls that answer them, or preference pairs; every row is proven."""
    from callforge.api import load_api
    from callforge.stages import generate_pairs, generate_samples

    if kind is Kind.dialogues or backend != "template":
        what = "dialogues" if kind is Kind.dialogues else f"backend {backend!r}"
        raise CallforgeError(f"{what}: not in this version; see CHANGELOG.md")
    known = load_api(operation, release, spec, catalogue, api)
    make = generate_samples if kind is Kind.samples else generate_pairs
    print(make(known, out, rows=rows, seed=seed, mix=mix))


def build(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Folder made by `generate`.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    seed: Seed = 0,
    operation: Operation = "createSession",
    release: Release = None,
    api: ApiName = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
) -> None:
    """Build SFT and preference datasets with leak-free splits, ready for TRL."""
    from callforge.api import load_api
    from callforge.stages import build_datasets

    known = load_api(operation, release, spec, catalogue, api)
    print(build_datasets(known, source, out, seed=seed))
