"""Which operations does a document have, and what does each take? Paths, parameters, bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from callforge_core.errors import SpecError
from callforge_core.spec_closing import close
from callforge_core.spec_documents import Place
from callforge_core.spec_keywords import Dialect
from callforge_core.spec_model import Operation, Parameter
from callforge_core.spec_notes import Notes
from callforge_core.spec_references import Reading
from callforge_core.spec_schemas import Schema, inline

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
UNSENT = {"accept", "content-type", "authorization"}  # OpenAPI: such header parameters are ignored
JSON = re.compile(r"(application|text)/json|[^/]+/[^/]+\+json|(application|\*)/\*")
ONE_VALUE = re.compile(r"(?!application/(json-seq|x-ndjson))")


class Site(NamedTuple):
    """An operation as it is written."""

    operation_id: str
    method: str
    path: str
    item: Place
    """The path item it belongs to."""
    place: Place


class Body(NamedTuple):
    """The JSON body of an operation."""

    media_type: str
    required: bool
    content: Place
    """The media type object."""
    schema: Place | None


def iter_sites(root: Place, notes: Notes | None = None) -> Iterator[Site]:
    """Yield the operations of a document in the order they are written."""
    notes = Notes() if notes is None else notes
    paths = root.node.get("paths")
    for path in paths if isinstance(paths, dict) else ():
        if path.startswith("x-"):
            continue
        try:
            item = root.child("paths", path).follow()
        except SpecError as exc:
            notes.lost(root, "path", f"{exc}: no operation of this path", "paths", path)
            continue
        if not isinstance(item.node, dict):
            notes.lost(root, "path", f"the path {path} holds no operations", "paths", path)
            continue
        for method in (key for key in item.node if key in METHODS):
            place = item.child(method)
            if isinstance(place.node, dict):
                name = place.node.get("operationId")
                name = name if isinstance(name, str) and name else f"{method} {path}"
                yield Site(name, method, path, item, place)
            else:
                notes.lost(place, "operation", f"{method} {path} is no object: not compiled")


def compile_operation(
    site: Site, *, api: str, release: str, dialect: Dialect, lenient: bool = False
) -> Operation:
    """Return what an operation takes; raise SpecError for a broken reference, unless lenient."""
    notes = Notes()
    reading = Reading(dialect, notes, lenient)
    body = find_body(site.place, reading)
    places: dict[str, Place] = {}
    schema: Schema = {}
    closed: Schema = {}
    if body and body.schema:
        schema, closed = inline(body.schema, reading, places), close(body.schema, reading)
    parameters = tuple(read_parameters(site, reading))
    return Operation(
        api=api,
        release=release,
        operation_id=site.operation_id,
        method=site.method,
        path=site.path,
        summary=str(site.place.node.get("summary", "")),
        parameters=parameters,
        schema=schema,
        closed=closed,
        origins={at: place.where.removesuffix("/") for at, place in places.items()},
        dialect=dialect,
        media_type=body.media_type if body else None,
        body_required=body.required if body else False,
        notes=tuple(notes),
    )


def find_body(operation: Place, reading: Reading) -> Body | None:
    """Return the JSON body of an operation; note what else it could be sent as."""
    if operation.node.get("requestBody") is None:
        return None
    target = reading.target(operation.child("requestBody"))
    kinds = target.node.get("content") if isinstance(target.node, dict) else None
    if not isinstance(kinds, dict) or not kinds:
        reading.notes.lost(target, "requestBody", "the request body has no content: not compiled")
        return None
    chosen = choose_media_type(kinds)
    for kind in kinds:
        if kind != chosen:
            how = f"{kind} is not compiled"
            if chosen is None:
                sentence = f"{how}: this body cannot be judged, only JSON can"
                reading.notes.lost(target, "media type", sentence, "content", kind)
            else:
                sentence = f"{how}: {chosen} is"
                reading.notes.hint(target, "media type", sentence, "content", kind)
    if chosen is None:
        return None
    content = target.child("content", chosen)
    required = target.node.get("required") is True
    if not isinstance(content.node, dict) or not isinstance(
        content.node.get("schema"), dict | bool
    ):
        reading.notes.lost(content, "schema", "the body has no schema: anything is accepted")
        return Body(chosen, required, content, None)
    return Body(chosen, required, content, content.child("schema"))


def choose_media_type(kinds: dict[str, Any]) -> str | None:
    """Return the media type that is JSON: plain JSON first, then +json, then a wildcard."""

    def rank(kind: str) -> int:
        name = kind.partition(";")[0].strip().lower()
        if name in ("application/json", "text/json"):
            return 0
        return 1 if name.endswith("+json") else 2 if name.endswith("/*") else 3

    best = min(kinds, key=rank)
    return best if rank(best) < 3 and JSON.match(best.strip().lower()) else None


def read_parameters(site: Site, reading: Reading) -> Iterator[Parameter]:
    """Yield the parameters: those of the path, replaced by those of the operation."""
    found: dict[tuple[str, str], Parameter] = {}
    for target in written_parameters(site, reading):
        parameter = read_parameter(target, reading)
        if parameter:
            found[parameter.where, parameter.name] = parameter
    for name in re.findall(r"\{([^{}]+)\}", site.path):
        if ("path", name) not in found:
            sentence = f"the path wants {name}, but no parameter declares it"
            reading.notes.changed(site.place, "parameter", sentence)
    yield from found.values()


def written_parameters(site: Site, reading: Reading) -> Iterator[Place]:
    """Yield the parameter objects of a path, then those of its operation."""
    for owner in (site.item, site.place):
        written = owner.node.get("parameters")
        if written is not None and not isinstance(written, list):
            reading.notes.lost(owner, "parameter", "parameters is no list", "parameters")
        for place in owner.child("parameters").members() if isinstance(written, list) else ():
            target = reading.target(place)
            if isinstance(target.node, dict):
                yield target
            else:
                reading.notes.lost(target, "parameter", "a parameter is an object: not compiled")


def read_parameter(target: Place, reading: Reading) -> Parameter | None:
    """Read one parameter object; None for one that nobody sends."""
    node: dict[str, Any] = target.node
    name, where = node.get("name"), node.get("in")
    if not isinstance(name, str) or not isinstance(where, str) or where not in STYLES:
        if node:
            sentence = "a parameter wants a name, and path, query, header or cookie as 'in'"
            reading.notes.lost(target, "parameter", sentence)
        return None
    if where == "header" and name.lower() in UNSENT:
        reading.notes.hint(target, "parameter", f"the header {name} is set elsewhere: ignored")
        return None
    content = node.get("content")
    media_type = next(iter(content), None) if isinstance(content, dict) else None
    holder = target.child("content", media_type) if media_type is not None else target
    written = isinstance(holder.node, dict) and isinstance(holder.node.get("schema"), dict | bool)
    style = str(node.get("style") or STYLES[where])
    explode = node.get("explode")
    if style not in (STYLES[where], "form") or node.get("allowReserved"):
        sentence = f"{name}: how the value is written ({style}) is not compiled, its schema is"
        reading.notes.hint(target, "style", sentence)
    return Parameter(
        name=name,
        where=where,
        required=where == "path" or node.get("required") is True,
        schema=inline(holder.child("schema"), reading) if written else {},
        style=style,
        explode=explode if isinstance(explode, bool) else style == "form",
        media_type=media_type,
    )
