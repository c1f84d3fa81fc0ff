"""What does this API release accept? An OpenAPI document, read into Operation objects.

Reads YAML or JSON of OpenAPI 3.0 and 3.1, follows references on disk only, fetches nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from callforge_core.errors import SpecError
from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from callforge_core.spec_documents import Document, Place
from callforge_core.spec_keywords import Dialect
from callforge_core.spec_model import Operation, Operations, Parameter, Spec
from callforge_core.spec_modern import to_2020_12
from callforge_core.spec_operations import compile_operation, iter_sites
from callforge_core.spec_references import Reference, resolve
from callforge_core.spec_schemas import Schema, declared, select


def load_spec(path: Path, *, lenient: bool = False) -> Spec:
    """Read an OpenAPI document; raise SpecError saying what is missing in it.

    An operation is compiled when it is asked for: a broken reference is an error there, or with
    `lenient` one of its notes.
    """
    return read_spec(open_document(path), lenient=lenient)


def read_spec(root: Place, *, lenient: bool = False) -> Spec:
    """Return the operations of a document that is open; raise SpecError for two of one name."""
    path, info = root.document.path, root.node["info"]
    title, release = str(info.get("title", path.stem)), str(info.get("version", "0"))
    api = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    sites = list(iter_sites(root))
    for name, count in Counter(site.operation_id for site in sites).items():
        if count > 1:
            where = " and ".join(site.place.where for site in sites if site.operation_id == name)
            raise SpecError(f"{path}: the operationId {name!r} stands at {where}; rename one")
    compilers = {
        site.operation_id: partial(
            compile_operation,
            site,
            api=api,
            release=release,
            dialect=dialect_of(root),
            lenient=lenient,
        )
        for site in sites
    }
    return Spec(api=api, release=release, title=title, operations=Operations(compilers))


def open_document(path: Path) -> Place:
    """Return the root of an OpenAPI 3 document; raise SpecError for anything else."""
    root = Document(path).place()
    node = root.node if isinstance(root.node, dict) else {}
    if "swagger" in node:
        raise SpecError(f"{path} is Swagger {node['swagger']}; convert it to OpenAPI 3 first")
    if re.match(r"3(\.\d+)+", str(node.get("openapi", ""))) is None:
        raise SpecError(f"{path} is no OpenAPI 3 document: it has no 'openapi: 3.x' line")
    needed = ("paths",) if dialect_of(root) == "draft4" else ("paths", "components", "webhooks")
    if not isinstance(node.get("info"), dict) or not any(
        isinstance(node.get(key), dict) for key in needed
    ):
        raise SpecError(f"{path} has no 'info' or no '{needed[0]}'; OpenAPI 3 requires both")
    return root


def dialect_of(root: Place) -> Dialect:
    """Return the kind of JSON Schema that a version of OpenAPI agrees with."""
    return "draft4" if str(root.node["openapi"]).startswith("3.0") else "2020-12"


def order_keys(operation: Operation, payload: Payload) -> Payload:
    """Return `payload` with keys in spec order at every level; unknown keys last, as they came."""
    ordered: Payload = reorder(operation.closed, payload)
    return ordered


def reorder(schema: Schema, value: Any) -> Any:
    """Return `value` with the keys of its objects in the order `schema` declares them."""
    if isinstance(value, list):
        items = resolve(schema).get("items")
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
    "Reference",
    "Schema",
    "Spec",
    "declared",
    "load_spec",
    "open_document",
    "order_keys",
    "read_spec",
    "render_payload",
    "resolve",
    "select",
    "to_2020_12",
]
