"""The verb `repair`: rows with faults in, the same rows with what can be mended out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from callforge.options import ApiName, CatalogueName, JsonFile, Operation, Release, SpecFile
from datasets_src.shapes import FORMATS

MOST_REASONS = 5  # lines of the summary; the records name every fault


def repair_verbs(app: typer.Typer) -> None:
    """Register the verb of this module."""
    app.command("repair")(repair)


def repair(
    file: Annotated[Path, typer.Argument(help="File of rows, ours or foreign.")],
    out: Annotated[Path, typer.Option(help="File to write; its records lie beside it.")],
    format: Annotated[  # noqa: A002  # the option is called --format
        str, typer.Option(help=f"One of {', '.join(FORMATS)}.")
    ] = "auto",
    operation: Operation = "createSession",
    release: Release = None,
    api: ApiName = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
    json: JsonFile = None,
) -> None:
    """Mend what can be mended without guessing, say what and why; exit 1 when a row stays wrong."""
    from callforge.api import load_api
    from callforge_core.jsonl import write_json
    from datasets_src.containers import list_files
    from datasets_src.repair_files import repair_file

    list_files(str(file))  # says in one line what is wrong with the path
    known = load_api(operation, release, spec, catalogue, api)
    form, summary = repair_file(file, out, known.validator, format)
    head = {"file": file.name, "out": out.name, "format": form}
    document = head | summary.to_json()
    if json:
        write_json(json, document)
    print(render_summary(document))
    if not summary.ok:
        raise typer.Exit(1)


def render_summary(document: Mapping[str, Any]) -> str:
    """Return the terminal summary: rows, what was done, what is left and why."""
    lines = [
        f"{document['file']} ({document['format']}): {document['rows']} rows, "
        f"{document['valid_before']} valid before, {document['valid_after']} after",
        f"  {document['repaired']} repaired, {document['partly']} in part, "
        f"{document['left']} left as they were"
        + (f", {document['unreadable']} unreadable" if document["unreadable"] else ""),
    ]
    if document["unfaithful"]:
        lines.append(
            f"  valid, but saying more or less than the request: {document['unfaithful']}; "
            "left to a person"
        )
    for title, counts in (("changed", document["changes"]), ("left", document["reasons"])):
        shown = list(counts.items())[:MOST_REASONS]
        lines += [f"  {title} x{count}: {what}" for what, count in shown]
        if len(counts) > len(shown):
            lines.append(f"  {title}: {len(counts) - len(shown)} more kinds, see the records")
    lines.append(f"  written: {document['out']} and {document['out']}.repairs.jsonl")
    return "\n".join(lines)
