"""What does an operation accept, for engines that know JSON Schema 2020-12 only?

For OpenAPI 3.0 our own schemas are Draft 4, which refuses 3600.0 as an integer. In 2020-12 that
difference in the form of numbers is lost; nothing else is.
"""

from __future__ import annotations

from typing import Any

from callforge_core.spec_keywords import LISTS, MAPS, SINGLE
from callforge_core.spec_model import Operation

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODERN = "2020-12"


def to_2020_12(operation: Operation, *, closed: bool = False) -> Schema:
    """Return the published body schema, or the closed one, as JSON Schema 2020-12."""
    schema = operation.closed if closed else operation.schema
    return {"$schema": DIALECT, **modern(schema)}


def modern(schema: Any) -> Any:
    """Return a copy of a schema in plain dicts and in the words of 2020-12."""
    if not isinstance(schema, dict):
        return schema
    found: Schema = {}
    for key, value in schema.items():
        if key in SINGLE[MODERN]:
            found[key] = modern(value)
        elif key in LISTS[MODERN]:
            found[key] = [modern(part) for part in value]
        elif key in MAPS[MODERN] or key == "$defs":
            found[key] = {name: modern(part) for name, part in value.items()}
        elif key != "discriminator":
            found[key] = value
    for exclusive, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(exclusive), bool) and found.pop(exclusive):
            found[exclusive] = found.pop(limit)
    return found
