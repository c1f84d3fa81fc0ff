"""Are the path parameters of a call right: all there, well formed, none invented, each one said?

What travels in the path has no place in a body, so no layer of `payload` sees it. Paths of findings
lead into the answer: $.path.sessionId.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from callforge_core.prompting import path_names
from callforge_core.records import Basis, Issue, Layer
from callforge_core.spec import Operation
from validators.places import path_of, quote
from validators.schema import compile_schema

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
UUID = re.compile(
    r"(?<![\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])",
    re.IGNORECASE,
)


def iter_path_issues(
    path: Mapping[str, Any], operation: Operation, request: str | None = None
) -> Iterator[Issue]:
    """Yield what is wrong with the path parameters of a call, with its request: V5 too."""
    declared = path_names(operation)
    for name in declared:
        if name not in path:
            yield finding("S1", "missing", name, f"the path needs {quote(name)}")
        elif not isinstance(path[name], str):
            shown = f"{quote(name)} is {quote(path[name])}, expected a string"
            yield finding("T1", "type", name, shown)
        elif not accepts(engine_of(operation, name), path[name]):
            shown = f"{quote(path[name])} is no {quote(name)} of {operation.operation_id}"
            yield finding("T4", "form", name, shown)
        elif request is not None and path[name].lower() not in request.lower():
            shown = f"the request does not give {quote(path[name])}"
            yield finding("V5", "fabricated", name, shown, layer="grounding", basis="project")
    for name in path:
        if name not in declared:
            shown = f"{operation.operation_id} has no path parameter {quote(name)}"
            yield finding("S3", "undeclared", name, shown, layer="closed", basis="project")


@lru_cache(maxsize=64)
def engine_of(operation: Operation, name: str) -> Any:
    """Return the compiled schema of one path parameter."""
    schema = next(
        part.schema for part in operation.parameters if (part.where, part.name) == ("path", name)
    )
    return compile_schema(operation, schema)  # uuid is a format that Draft 4 does not know


def accepts(engine: Any, text: str) -> bool:
    """Say whether a schema accepts a part of a path: as text, or as the number that it spells."""
    number = json.loads(text) if NUMBER.fullmatch(text) else text
    return bool(engine.is_valid(text) or engine.is_valid(number))


def said_id(request: str) -> str:
    """Return the id that a request states plainly; nothing when it states none or several."""
    found = {match[0].lower(): match[0] for match in UUID.finditer(request)}
    return next(iter(found.values())) if len(found) == 1 else ""


def finding(
    cls: str,
    code: str,
    name: str,
    message: str,
    *,
    layer: Layer = "schema",
    basis: Basis = "schema",
) -> Issue:
    """Return an issue about one path parameter."""
    return Issue(
        cls=cls,
        code=f"path.{code}",
        path=path_of(("path", name)),
        message=message,
        layer=layer,
        basis=basis,
    )
