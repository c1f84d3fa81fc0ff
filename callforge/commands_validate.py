"""The verb that audits rows: validate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from callforge.options import ApiName, CatalogueName, JsonFile, Operation, Release, SpecFile


class GateName(StrEnum):
    """What makes a file good."""

    valid = "valid"
    faithful = "faithful"


def validate(
    files: Annotated[list[str], typer.Argument(help="Files or folders of rows, ours or foreign.")],
    format: Annotated[  # noqa: A002  # the option is called --format
        str, typer.Option(help="auto, or the name of a format.")
    ] = "auto",
    operation: Operation = "createSession",
    release: Release = None,
    api: ApiName = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
    json: JsonFile = None,
    html: Annotated[Path | None, typer.Option(help="Write a report for people.")] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that judge; 0 for one a core.")
    ] = 1,
    gate: Annotated[
        GateName, typer.Option(help="faithful: values a request does not give fail a file too.")
    ] = GateName.valid,
    rows_shown: Annotated[int, typer.Option(min=0, help="Rows in the browser of --html.")] = 200,
) -> None:
    """Judge every row and say exactly what is wrong; exit 1 when a row is."""
    from callforge.api import load_api
    from callforge.checks import validate_files

    known = load_api(operation, release, spec, catalogue, api)
    checked = validate_files(
        known,
        files,
        format,
        json_file=json,
        html_file=html,
        workers=workers,
        gate=gate.value,
        rows_shown=rows_shown,
    )
    print(checked.text)
    if not checked.good:
        raise typer.Exit(1)
