"""What does this API release accept? An OpenAPI document, read into Operation objects.

Reads YAML or JSON of OpenAPI 3.0 and 3.1, follows references on disk only, fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from callforge_core.errors import SpecError, UnknownName
from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from callforge_core.registry import unknown
from callforge_core.spec_documents import Document, Place
from callforge_core.spec_schemas import Schema, close, declared, inline, select

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Dialect = Literal["draft4", "2020-12"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that travels outside the body."""

    name: str
    where: str
    """path, query, header or cookie."""
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One thing a release can be asked to do."""

    api: str
    release: str
    operation_id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    schema: Schema = field(default_factory=dict, repr=False)
    """The published request body as JSON Schema, references inlined; empty without a body."""
    closed: Schema = field(default_factory=dict, repr=False)
    """The same, allOf merged, discriminators resolved, every object closed, int32 bounded."""
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    """JSON pointer into `schema` -> JSON pointer into the document, to quote in findings."""
    dialect: Dialect = "draft4"

    @property
    def keys(self) -> tuple[str, ...]:
        """The top-level members of the body, in spec order."""
        return tuple(declared(self.closed, {}))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spec:
    """One API release."""

    api: str
    release: str
    title: str
    operations: Mapping[str, Operation]

    def operation(self, name: str) -> Operation:
        """Return an operation by its id; raise UnknownName with the nearest."""
        if name not in self.operations:
            raise UnknownName(unknown("operation", name, self.operations))
        return self.operations[name]


def load_spec(path: Path) -> Spec:
    """Read an OpenAPI document; raise SpecError saying what is missing in it."""
    root = Document(path).place()
    if not isinstance(root.node, dict) or not str(root.node.get("openapi", "")).startswith("3."):
        raise SpecError(f"{path} is no OpenAPI 3 document: it has no 'openapi: 3.x' line")
    info = root.node.get("info")
    if not isinstance(info, dict) or not isinstance(root.node.get("paths"), dict):
        raise SpecError(f"{path} has no 'info' or no 'paths'; both are required in OpenAPI 3")
    title, release = str(info.get("title", path.stem)), str(info.get("version", "0"))
    api = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    dialect: Dialect = "draft4" if str(root.node["openapi"]).startswith("3.0") else "2020-12"
    operations = {
        operation.operation_id: operation
        for operation in iter_operations(root, api=api, release=release, dialect=dialect)
    }
    return Spec(api=api, release=release, title=title, operations=operations)


def iter_operations(
    root: Place, *, api: str, release: str, dialect: Dialect
) -> Iterator[Operation]:
    """Yield the operations of a document in the order they are written."""
    for path in root.node["paths"]:
        item = root.child("paths", path).follow()
        for method in (key for key in item.node if key in METHODS):
            place = item.child(method)
            shared = [
                item.child("parameters", n) for n in range(len(item.node.get("parameters", ())))
            ]
            own = [
                place.child("parameters", n) for n in range(len(place.node.get("parameters", ())))
            ]
            origins: dict[str, str] = {}
            body = request_body(place)
            yield Operation(
                api=api,
                release=release,
                operation_id=place.node.get("operationId") or f"{method} {path}",
                method=method,
                path=path,
                summary=str(place.node.get("summary", "")),
                parameters=tuple(read_parameter(part) for part in [*shared, *own]),
                schema=inline(body, origins) if body else {},
                closed=close(body) if body else {},
                origins=origins,
                dialect=dialect,
            )


def request_body(operation: Place) -> Place | None:
    """Return the place of an operation's JSON body schema, if it has one."""
    if "requestBody" not in operation.node:
        return None
    content = operation.child("requestBody").follow()
    kinds = content.node.get("content", {}) if isinstance(content.node, dict) else {}
    kind = next((name for name in kinds if "json" in name), None)
    if kind is None or "schema" not in kinds[kind]:
        return None
    return content.child("content", kind, "schema")


def read_parameter(place: Place) -> Parameter:
    """Read one parameter, by reference or in place."""
    target = place.follow()
    node: dict[str, Any] = target.node
    return Parameter(
        name=str(node.get("name", "")),
        where=str(node.get("in", "query")),
        required=bool(node.get("required", False)),
        schema=inline(target.child("schema"), {}) if "schema" in node else {},
    )


def order_keys(operation: Operation, payload: Payload) -> Payload:
    """Return `payload` with keys in spec order at every level; unknown keys last, as they came."""
    ordered: Payload = reorder(operation.closed, payload)
    return ordered


def reorder(schema: Schema, value: Any) -> Any:
    """Return `value` with the keys of its objects in the order `schema` declares them."""
    if isinstance(value, list):
        items = schema.get("items")
        return [reorder(items, item) for item in value] if isinstance(items, dict) else value
    if not isinstance(value, dict):
        return value
    members = declared(schema, value)
    known = {name: reorder(child, value[name]) for name, child in members.items() if name in value}
    return known | {name: child for name, child in value.items() if name not in members}


def render_payload(operation: Operation, payload: Payload) -> str:
    """Return compact JSON in spec order: the text a model is asked to say."""
    return render_json(order_keys(operation, payload))


__all__ = [
    "Operation",
    "Parameter",
    "Spec",
    "declared",
    "load_spec",
    "order_keys",
    "render_payload",
    "select",
]
