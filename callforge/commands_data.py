"""Verbs that make and check data: spec, generate, validate, build."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from callforge_core.errors import CallforgeError

Operation = Annotated[str, typer.Option(help="Operation of the API definition.")]
Release = Annotated[str, typer.Option(help="Release of the bundled definition.")]
SpecFile = Annotated[
    Path | None, typer.Option("--spec", help="Your own OpenAPI document instead of a bundled one.")
]
CatalogueName = Annotated[str, typer.Option(help="Bundled profile catalogue, or a YAML file.")]
Seed = Annotated[int, typer.Option(help="Same seed, same bytes.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the result for machines.")]


class Kind(StrEnum):
    """What `generate` makes."""

    samples = "samples"
    preference = "preference"
    dialogues = "dialogues"


class SpecAction(StrEnum):
    """What `spec` does."""

    list = "list"
    show = "show"
    check = "check"
    diff = "diff"


def data_verbs(app: typer.Typer) -> None:
    """Register the verbs of this module, in data order."""
    app.command("spec")(spec)
    app.command("generate")(generate)
    app.command("validate")(validate)
    app.command("build")(build)


def spec(
    action: Annotated[SpecAction, typer.Argument(help="list or show")],
    names: Annotated[list[str] | None, typer.Argument(help="show: the operation.")] = None,
    release: Release = "1.1.0",
    spec: SpecFile = None,
) -> None:
    """List the operations of an API definition, or show what one accepts."""
    from callforge.spec_view import list_operations, show_operation

    if action is SpecAction.list:
        print(list_operations(release, spec))
    elif action is SpecAction.show:
        if not names:
            raise CallforgeError("`callforge spec show` wants an operation, such as createSession")
        print(show_operation(names[0], release, spec))
    else:
        raise CallforgeError(f"`callforge spec {action}` is not in this version; see CHANGELOG.md")


def generate(
    kind: Annotated[Kind, typer.Argument(help="What to make.")] = Kind.samples,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("runs/data"),
    operation: Operation = "createSession",
    rows: Annotated[int, typer.Option(min=1, help="How many rows.")] = 700,
    seed: Seed = 0,
    release: Release = "1.1.0",
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
    api = load_api(operation, release, spec, catalogue)
    make = generate_samples if kind is Kind.samples else generate_pairs
    print(make(api, out, rows=rows, seed=seed, mix=mix))


def validate(
    files: Annotated[list[str], typer.Argument(help="Files or folders of rows, ours or foreign.")],
    format: Annotated[  # noqa: A002  # the option is called --format
        str, typer.Option(help="auto, or the name of a format.")
    ] = "auto",
    operation: Operation = "createSession",
    release: Release = "1.1.0",
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
    json: JsonFile = None,
    html: Annotated[Path | None, typer.Option(help="Write a report for people.")] = None,
) -> None:
    """Judge every row and say exactly what is wrong; exit 1 when a row is."""
    from callforge.api import load_api
    from callforge.checks import validate_files

    api = load_api(operation, release, spec, catalogue)
    checked = validate_files(api, files, format, json_file=json, html_file=html)
    print(checked.text)
    if not checked.good:
        raise typer.Exit(1)


def build(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Folder made by `generate`.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    seed: Seed = 0,
    operation: Operation = "createSession",
    release: Release = "1.1.0",
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
) -> None:
    """Build SFT and preference datasets with leak-free splits, ready for TRL."""
    from callforge.api import load_api
    from callforge.stages import build_datasets

    print(build_datasets(load_api(operation, release, spec, catalogue), source, out, seed=seed))
