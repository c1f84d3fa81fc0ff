"""The options that several verbs share, worded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Operation = Annotated[str, typer.Option(help="Operation of the API definition.")]
Release = Annotated[
    str | None, typer.Option(help="Release of the bundled definition; by default the API's own.")
]
ApiName = Annotated[
    str | None,
    typer.Option("--api", help="Bundled API; by default the one that has the operation."),
]
SpecFile = Annotated[
    Path | None, typer.Option("--spec", help="Your own OpenAPI document instead of a bundled one.")
]
CatalogueName = Annotated[str, typer.Option(help="Bundled profile catalogue, or a YAML file.")]
Seed = Annotated[int, typer.Option(help="Same seed, same bytes.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the result for machines.")]
