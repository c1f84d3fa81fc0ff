"""`callforge validate`: files of rows in, a verdict for machines and for people out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from callforge.api import Api
from callforge_core.console import track
from callforge_core.errors import DataError
from callforge_core.jsonl import write_json, write_text

MOST_ROWS = 200  # rows kept to show one example a fault class; the JSON document names them all


class Checked(NamedTuple):
    """The lines for the terminal, whether all is good, and the document."""

    text: str
    good: bool
    document: dict[str, Any]


def validate_files(
    api: Api, files: Sequence[str], form: str, *, json_file: Path | None, html_file: Path | None
) -> Checked:
    """Judge every row of every file; several files give one document with a part for each."""
    documents, lines = [], []
    shown: dict[int, Mapping[str, Any]] = {}
    for source in files:
        for document, rows in audit_source(api, source, form):
            documents.append(document)
            lines.append(word_document(document))
            shown |= rows if len(documents) == 1 else {}
    whole = documents[0] if len(documents) == 1 else merge(documents)
    if json_file:
        write_json(json_file, whole)
    if html_file:
        from callforge.validation_report import render_validation_report

        write_text(html_file, render_validation_report(whole, shown))
    return Checked("\n".join(lines), all(document["ok"] for document in documents), whole)


def audit_source(
    api: Api, source: str, form: str
) -> list[tuple[dict[str, Any], dict[int, Mapping[str, Any]]]]:
    """Audit one file, or every data file of a folder; return documents with rows to show."""
    from datasets_src.audit import audit
    from datasets_src.readers import open_sources

    found = []
    for opened in open_sources(source, form):
        rows: dict[int, Mapping[str, Any]] = {}

        def keep(entries: Any, rows: dict[int, Mapping[str, Any]] = rows) -> Any:
            for entry in entries:
                if len(rows) < MOST_ROWS:
                    rows[entry.row] = {"id": entry.id, "request": entry.request, **entry.fields}
                yield entry

        result = audit(
            keep(track(opened.entries, f"validate {opened.path.name}")),
            api.validator,
            form=opened.format,
        )
        head = {
            "file": opened.path.name,
            "api": api.operation.api,
            "release": api.operation.release,
            "operation": api.operation.operation_id,
            "catalogue": api.catalogue.name,
        }
        found.append((head | result.to_json(), rows))
    if not found:
        raise DataError(f"{source} holds no file of rows; give a file or a folder with data files")
    return found


def merge(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up the documents of several files; each stays whole under `files`."""
    faults: dict[str, int] = {}
    for document in documents:
        for name, count in document["faults"].items():
            faults[name] = faults.get(name, 0) + count
    keys = ("rows", "valid", "invalid", "unreadable")
    totals = {key: sum(document[key] for document in documents) for key in keys}
    issues = [
        {"file": document["file"], **issue}
        for document in documents
        for issue in document["issues"]
    ]
    return {
        "file": f"{len(documents)} files",
        "ok": all(document["ok"] for document in documents),
        **totals,
        "faults": dict(sorted(faults.items(), key=lambda item: (-item[1], item[0]))),
        "issues": issues,
        "files": list(documents),
    }


def word_document(document: Mapping[str, Any]) -> str:
    """Return the terminal summary of one file."""
    head = (
        f"{document['file']} ({document['format']}): {document['rows']} rows, "
        f"{document['valid']} valid, {document['invalid']} invalid, "
        f"{document['unreadable']} unreadable"
    )
    lines = [head]
    rejects = document.get("rejects") or {}
    if rejects.get("rows"):
        lines.append(
            f"  rejected sides: {rejects['wrong']} of {rejects['rows']} wrong, as it should be"
        )
    seen: set[str] = set()
    for issue in document["issues"]:
        name = issue["class"] or issue["code"]
        if name in seen or issue.get("severity") == "warn":
            continue
        seen.add(name)
        count = document["faults"].get(issue["class"], 1)
        lines.append(
            f"  {name} x{count}, first in row {issue['row']} at {issue['path']}: {issue['message']}"
        )
    return "\n".join(lines)
