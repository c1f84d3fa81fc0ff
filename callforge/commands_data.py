"""Verbs that make and check data: generate (its own module), validate, build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callforge.commands_generate import generate_verb
from callforge.commands_validate import validate
from callforge.options import (
    ApiName,
    CatalogueName,
    Operation,
    Release,
    Seed,
    SpecFile,
)


def data_verbs(app: typer.Typer) -> None:
    """Register the verbs of this module, in data order."""
    generate_verb(app)
    app.command("validate")(validate)
    app.command("build")(build)


def build(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Folder made by `generate`.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    seed: Seed = 0,
    operation: Operation = "createSession",
    release: Release = None,
    api: ApiName = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
    auxiliary: Annotated[
        int, typer.Option(min=0, max=9, help="Short rows beside a training row, a fact each.")
    ] = 0,
) -> None:
    """Build SFT and preference datasets with leak-free splits, ready for TRL.

    A folder of dialogues gives a row for each turn of the assistant.
    """
    from callforge.api import load_api
    from callforge.stages import build_datasets

    known = load_api(operation, release, spec, catalogue, api)
    print(build_datasets(known, source, out, seed=seed, auxiliary=auxiliary))
