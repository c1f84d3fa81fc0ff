"""An API definition, shown to a person in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callforge.api import load_definition
from callforge_core.spec import Operation

LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties")


def list_operations(release: str, spec: Path | None) -> str:
    """Return one line an operation: id, method, path, summary."""
    definition = load_definition(release, spec)
    rows = [
        (name, operation.method.upper(), operation.path, operation.summary)
        for name, operation in definition.operations.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    lines = [f"{definition.title} {definition.release}: {len(rows)} operations"]
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        lines.append(f"  {cells}  {row[3]}")
    return "\n".join(lines)


def show_operation(name: str, release: str, spec: Path | None) -> str:
    """Return what an operation accepts: parameters and body fields with types and limits."""
    operation = load_definition(release, spec).operation(name)
    head = f"{operation.operation_id}  {operation.method.upper()} {operation.path}"
    lines = [head, f"  {operation.summary}".rstrip()]
    for parameter in operation.parameters:
        need = "required" if parameter.required else "optional"
        lines.append(f"  {parameter.where} {parameter.name}: {describe(parameter.schema)}, {need}")
    lines += [f"  {line}" for line in body_lines(operation)]
    return "\n".join(line for line in lines if line.strip())


def body_lines(operation: Operation) -> Iterator[str]:
    """Yield the fields of the body, nested ones indented; * marks required ones."""
    if not operation.closed:
        yield "no request body"
        return
    yield "body (* required, nothing else allowed):"
    yield from fields(operation.closed, "  ")


def fields(schema: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield one line a member of an object schema, then its members."""
    required = set(schema.get("required", ()))
    for name, member in schema.get("properties", {}).items():
        mark = "*" if name in required else " "
        yield f"{indent}{mark} {name}: {describe(member)}"
        inner = member.get("items", member) if isinstance(member, dict) else {}
        if isinstance(inner, dict):
            yield from fields(inner, indent + "    ")
    for choice in schema.get("anyOf", ()):
        if isinstance(choice, dict) and choice.get("required"):
            yield f"{indent}  one of: {' + '.join(choice['required'])}"


def describe(schema: Any) -> str:
    """Return type, format, pattern, choices and limits of a schema on one line."""
    if not isinstance(schema, dict):
        return "anything"
    kind = schema.get("type", "value")
    parts = [kind if isinstance(kind, str) else " or ".join(kind)]
    if kind == "array":
        parts[0] += f" of {describe(schema.get('items', {})).split(',')[0]}"
    parts += [str(schema["format"])] if "format" in schema else []
    parts += [f"matches {schema['pattern']}"] if "pattern" in schema else []
    parts += ["one of " + " | ".join(map(str, schema["enum"]))] if "enum" in schema else []
    parts += [f"{limit} {schema[limit]}" for limit in LIMITS if limit in schema]
    return ", ".join(parts)
