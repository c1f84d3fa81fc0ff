"""What is a change between two releases, and whom does it hurt?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from callforge.spec_nodes import Schema
from callforge_core.jsonl import render_json

Effect = Literal["breaking", "loosening", "both", "neutral"]
"""breaking: a payload that was valid may be refused. loosening: one that was refused may be valid.
both: either may happen. neutral: neither can."""
EFFECTS: tuple[Effect, ...] = ("breaking", "both", "loosening", "neutral")

WORDS = {"title", "description", "default", "example", "examples", "deprecated", "$comment",
         "discriminator", "readOnly", "writeOnly", "externalDocs", "xml"}  # fmt: skip
"""What stands in a schema without refusing anything; an alternative's telling value is its enum."""
MAPS = {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}
LISTS = {"allOf", "anyOf", "oneOf", "prefixItems"}
SINGLE = {"items", "additionalProperties", "not", "if", "then", "else", "contains",
          "propertyNames", "unevaluatedItems", "unevaluatedProperties"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs."""

    operation: str
    kind: str
    """operation, parameter, member, required, type, limit, enum, form, closedness, rule, ..."""
    path: str
    effect: Effect
    message: str
    before: Any = None
    after: Any = None

    def to_json(self) -> dict[str, Any]:
        """Return the change for machines."""
        return {
            "operation": self.operation,
            "kind": self.kind,
            "path": self.path,
            "effect": self.effect,
            "message": self.message,
            "before": self.before,
            "after": self.after,
        }


def weigh(lost: object, gained: object) -> Effect:
    """Return the effect of what is lost, which breaks, and what is gained, which loosens."""
    if lost and gained:
        return "both"
    return "breaking" if lost else "loosening" if gained else "neutral"


def either_way(change: Change) -> Change:
    """Return a change inside an alternative of which exactly one may hold: it can do both."""
    return change if change.effect == "neutral" else replace(change, effect="both")


def count_effects(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many changes have each effect."""
    counts = dict.fromkeys(EFFECTS, 0)
    for change in changes:
        counts[change.effect] += 1
    return {str(name): count for name, count in counts.items()}


def bare(node: Any) -> Any:
    """Return a schema without words and in one order, to tell whether two refuse the same."""
    if not isinstance(node, dict):
        return node
    told: Schema = {}
    for key, value in node.items():
        if key in WORDS:
            continue
        if key in MAPS and isinstance(value, Mapping):
            told[key] = {name: bare(child) for name, child in value.items()}
        elif key in LISTS and isinstance(value, list):
            told[key] = [bare(child) for child in value]
        elif key in SINGLE:
            told[key] = bare(value)
        elif key in ("required", "enum") and isinstance(value, list):
            told[key] = sorted(value, key=render_json)
        elif key == "const":
            told["enum"] = [value]
        else:
            told[key] = sorted(value) if key == "type" and isinstance(value, list) else value
    return told


def same(old: Any, new: Any) -> bool:
    """Say whether two schemas without references refuse the same, by their wording."""
    return key_of(old) == key_of(new)


def key_of(node: Any) -> str:
    """Return what equal schemas have in common."""
    return render_json(sort_keys(bare(node)))


def sort_keys(value: Any) -> Any:
    """Return a value with the keys of its objects in order."""
    if isinstance(value, dict):
        return {key: sort_keys(value[key]) for key in sorted(value)}
    return [sort_keys(each) for each in value] if isinstance(value, list) else value
