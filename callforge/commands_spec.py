"""The verb that explains API definitions: spec list, show, check, diff."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from callforge.options import ApiName, CatalogueName, JsonFile, Release, SpecFile

spec_app = typer.Typer(
    help="Explain API definitions: what they accept, what of them is used, what changed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def spec_verbs(app: typer.Typer) -> None:
    """Register the verb of this module."""
    app.add_typer(spec_app, name="spec")


@spec_app.command("list")
def list_definitions(
    api: ApiName = None, release: Release = None, spec: SpecFile = None, json: JsonFile = None
) -> None:
    """List the bundled APIs, their releases and operations, or those of one definition."""
    from callforge.spec_list import list_specs, render_list

    found = list_specs(api, release, spec)
    print(render_list(found))
    write(json, [each.to_json() for each in found])


@spec_app.command("show")
def show(
    operation: Annotated[str, typer.Argument(help="Such as createSession.")],
    api: ApiName = None,
    release: Release = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the body as JSON Schema 2020-12.")
    ] = False,
    json: JsonFile = None,
) -> None:
    """Explain an operation: fields, types, limits, alternatives, rules and examples."""
    from callforge.spec_show import render_explained
    from callforge.spec_view import explain, render_schema

    explained = explain(operation, release=release, spec=spec, api=api, catalogue=catalogue)
    print(render_schema(explained) if schema else render_explained(explained))
    write(json, explained.to_json())


@spec_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="OpenAPI 3.0 or 3.1 document, YAML or JSON.")],
    json: JsonFile = None,
) -> None:
    """List the operations of a document and everything in it that is not compiled."""
    from callforge.spec_check import check_document, render_check

    found = check_document(file)
    print(render_check(found))
    write(json, found.to_json())
    if not found.ok:
        raise typer.Exit(1)


@spec_app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="Release, api@release or document.")],
    new: Annotated[str, typer.Argument(help="Release, api@release or document.")],
    api: ApiName = None,
    operation: Annotated[
        str | None, typer.Option(help="Only this operation; the one that --data holds rows of.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Rows: which of them break?")] = None,
    catalogue: CatalogueName = "default",
    json: JsonFile = None,
) -> None:
    """Say what changed between two releases, and which rows break; exit 1 when some do."""
    from callforge.spec_diff_view import render_diff, render_moves
    from callforge.spec_releases import compare_releases
    from callforge.spec_rows import move_rows

    found = compare_releases(old, new, api=api, operation=operation)
    print(render_diff(found))
    moved = move_rows(found, data, operation, catalogue) if data else None
    if moved:
        print(render_moves(moved))
    write(json, found.to_json() | ({"data": moved.to_json()} if moved else {}))
    if moved and moved.broken:
        raise typer.Exit(1)


def write(file: Path | None, document: Any) -> None:
    """Write a document for machines where a file is wanted."""
    if file:
        from callforge_core.jsonl import write_json

        write_json(file, document)
