"""`callforge validate`: files of rows in, a verdict for machines and for people out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from callforge.api import Api
from callforge.validation_summary import render_summary, render_total
from callforge_core.console import track
from callforge_core.errors import DataError, OutputError
from callforge_core.jsonl import write_json, write_text

if TYPE_CHECKING:
    from datasets_src.audit import Gate

ROWS_SHOWN = 500
ADDED = ("rows", "valid", "invalid", "unreadable", "duplicate_ids", "warnings", "issues_total")
COUNTED = ("faults", "layers", "basis", "unfaithful", "decisions", "decision_faults", "rejects")

Rows = dict[int, Mapping[str, Any]]


class Checked(NamedTuple):
    """The lines for the terminal, whether all is good, and the document."""

    text: str
    good: bool
    document: dict[str, Any]


def validate_files(
    api: Api,
    files: Sequence[str],
    form: str,
    *,
    json_file: Path | None,
    html_file: Path | None,
    workers: int = 1,
    gate: Gate = "valid",
    rows_shown: int = ROWS_SHOWN,
) -> Checked:
    """Judge every row of every file; several files give one document with a part for each."""
    refuse_folders(json_file, html_file)
    found: list[tuple[dict[str, Any], Rows]] = []
    for source in files:
        found += audit_source(api, source, form, workers=workers, gate=gate, rows_shown=rows_shown)
    documents = [document for document, _ in found]
    tell_apart(documents)
    texts = [render_summary(document, rows) for document, rows in found]
    whole = documents[0] if len(documents) == 1 else merge(documents)
    if json_file:
        write_json(json_file, whole)
    if html_file:
        from callforge.validation_report import render_validation_report

        write_text(html_file, render_validation_report(whole, rows_of(found)))
    if len(documents) > 1:
        texts.append(render_total(whole))
    good = all(document["ok"] for document in documents)
    return Checked("\n\n".join(texts), good, whole)


def refuse_folders(*outputs: Path | None) -> None:
    """Raise OutputError now, not after an hour of work, when an output is a folder."""
    for path in outputs:
        if path is not None and path.is_dir():
            raise OutputError(f"{path} is a folder, cannot be written as a file; name a file in it")


def audit_source(
    api: Api, source: str, form: str, *, workers: int, gate: Gate, rows_shown: int
) -> list[tuple[dict[str, Any], Rows]]:
    """Audit one file, or every data file of a folder; return documents with rows to show."""
    from datasets_src.audit import audit_file
    from datasets_src.readers import open_sources
    from datasets_src.tally import Limits

    found = []
    for opened in open_sources(source, form):
        tracked = replace(opened, cells=track(opened.cells, f"validate {opened.path.name}"))
        result = audit_file(
            tracked,
            api.validator,
            workers=workers,
            limits=Limits(rows=rows_shown),
            gate=gate,
            documents=api.documents,
        )
        head = {
            "file": str(opened.path),
            "api": api.operation.api,
            "release": api.operation.release,
            "operation": api.operation.operation_id,
            "catalogue": api.catalogue.name,
            "notes": list(opened.notes),
        }
        found.append((head | result.to_json(), dict(result.shown)))
    if not found:
        raise DataError(f"{source} holds no file of rows; give a file or a folder with data files")
    return found


def tell_apart(documents: Sequence[dict[str, Any]]) -> None:
    """Shorten the paths of the files to their names, or as far as they still differ."""
    paths = [Path(document["file"]).parts for document in documents]
    for document, parts in zip(documents, paths, strict=True):
        length = 1
        while (
            length < len(parts) and sum(other[-length:] == parts[-length:] for other in paths) > 1
        ):
            length += 1
        document["file"] = "/".join(parts[-length:]).replace("//", "/")


def rows_of(found: Sequence[tuple[Mapping[str, Any], Rows]]) -> Mapping[Any, Mapping[str, Any]]:
    """Return the rows of the browser: by number, of several files by place."""
    if len(found) == 1:
        return found[0][1]
    return {f"{document['file']}:{n}": row for document, rows in found for n, row in rows.items()}


def merge(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up the documents of several files; each stays whole under `files`."""
    from datasets_src.coverage import add_records

    issues = [
        {"file": document["file"], **issue}
        for document in documents
        for issue in document["issues"]
    ]
    return {
        "file": f"{len(documents)} files",
        "ok": all(document["ok"] for document in documents),
        "gate": documents[0]["gate"],
        **{key: sum(document[key] for document in documents) for key in ADDED},
        **{key: add_up([document[key] for document in documents]) for key in COUNTED},
        "coverage": add_records([document["coverage"] for document in documents]),
        "issues_shown": len(issues),
        "issues": issues,
        "files": list(documents),
    }


def add_up(parts: Sequence[Any]) -> Any:
    """Return the sum of numbers, or of objects of numbers: layers in order, counts by size."""
    if not isinstance(parts[0], Mapping):
        return sum(parts)
    keys = dict.fromkeys(key for part in parts for key in part)
    return {key: add_up([part[key] for part in parts if key in part]) for key in keys}
