"""What does an operation answer? The schema of one response, compiled like a request body.

compile_answer(open_document(path), "createSession", "201").closed
"""

from __future__ import annotations

import re

from callforge_core.errors import UnknownName
from callforge_core.registry import unknown
from callforge_core.spec import dialect_of
from callforge_core.spec_closing import close
from callforge_core.spec_documents import Place
from callforge_core.spec_model import Operation
from callforge_core.spec_notes import Notes
from callforge_core.spec_operations import choose_media_type, iter_sites
from callforge_core.spec_references import Reading
from callforge_core.spec_schemas import inline


def compile_answer(root: Place, operation_id: str, status: str) -> Operation | None:
    """Return an operation whose `schema` and `closed` are those of a response; None without JSON.

    `root` is an open document. Raises UnknownName for an operation it lacks, SpecError for a
    reference that leads nowhere.
    """
    sites = {site.operation_id: site for site in iter_sites(root)}
    if operation_id not in sites:
        raise UnknownName(unknown("operation", operation_id, sites))
    site = sites[operation_id]
    response = site.place.node.get("responses", {}).get(status)
    if response is None:
        return None
    target = site.place.child("responses", status).follow()
    kinds = target.node.get("content") or {}
    media_type = choose_media_type(kinds) if kinds else None
    if media_type is None or "schema" not in kinds[media_type]:
        return None
    place = target.child("content", media_type, "schema")
    reading = Reading(dialect_of(root), Notes(), lenient=False)
    info = root.node["info"]
    return Operation(
        api=re.sub(r"[^a-z0-9]+", "-", str(info.get("title", "")).lower()).strip("-"),
        release=str(info.get("version", "0")),
        operation_id=f"{operation_id} {status}",
        method=site.method,
        path=site.path,
        summary=str(target.node.get("description", "")),
        schema=inline(place, reading),
        closed=close(place, reading),
        dialect=dialect_of(root),
        media_type=media_type,
    )
