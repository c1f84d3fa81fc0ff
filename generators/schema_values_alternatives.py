"""Which schema objects hold together at a place? One alternative of each group, conditions settled.

What is chosen here is folded into limits (schema_values_merging) and drawn (schema_values).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from callforge_core.spec import Schema, resolve

if TYPE_CHECKING:
    from generators.schema_values import Draft, Sampler

DEEP = 4  # levels; below them the shortest alternative is taken
DEEPEST = 40


def gather(sampler: Sampler, schema: Schema, draft: Draft, depth: int, parts: list[Schema]) -> None:
    """Add the schema objects that hold together here, one alternative of each group."""
    schema = resolve(schema)
    if any(part is schema for part in parts):
        return
    parts.append(schema)
    for part in schema.get("allOf", ()):
        if not repeats_group(schema, part):
            gather(sampler, part, draft, depth, parts)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            chosen = choose(sampler, schema[key], draft, depth)
            gather(sampler, chosen, draft, depth, parts)
            if key == "oneOf":
                parts += refusals(sampler, schema[key], chosen)
    if "if" in schema:
        gather_condition(sampler, schema, draft, depth, parts)


def gather_condition(
    sampler: Sampler, schema: Schema, draft: Draft, depth: int, parts: list[Schema]
) -> None:
    """Add a condition with what follows from it, or its opposite with the other."""
    told = schema["if"]
    if draft.rng.random() < 0.5:
        needed = list(told.get("properties", ())) if isinstance(told, dict) else []
        here = sampler.made(("needed", id(told)), {"required": needed})
        followed = [here, told, schema.get("then")]
    else:
        opposite = sampler.made(("opposite", id(told)), opposite_of(told))
        followed = [opposite, schema.get("else")]
    for part in followed:
        if isinstance(part, dict):
            gather(sampler, part, draft, depth, parts)


def choose(sampler: Sampler, options: Sequence[Schema], draft: Draft, depth: int) -> Schema:
    """Return one alternative: a forced one, the shortest one when it is deep, else any."""
    resolved = [resolve(option) for option in options]
    usable = [each for each in resolved if id(each) not in sampler.memory.failed] or resolved
    forced = [each for each in usable if id(each) in draft.forced]
    if forced and depth <= DEEP:
        return forced[0]
    if depth > DEEP or draft.leaves <= 0:
        least = min(height(sampler, each) for each in usable)
        usable = [each for each in usable if height(sampler, each) == least]
    return usable[int(draft.rng.random() * len(usable))]


def refusals(sampler: Sampler, options: Sequence[Schema], chosen: Schema) -> list[Schema]:
    """Return what keeps a value from being a second alternative that only wants members."""
    wanted = set(chosen.get("required", ()))
    found = []
    for other in map(resolve, options):
        names = [name for name in other.get("required", ()) if name not in wanted]
        if other is not chosen and names and other.keys() <= {"required", "title", "type"}:
            refusal: Schema = {"not": {"required": names}}
            key = ("refusal", id(other), id(chosen))
            found.append(sampler.made(key, refusal))
    return found


def height(sampler: Sampler, schema: Schema) -> int:
    """Return how many levels the smallest value of a schema has; DEEPEST when it has no end."""
    schema = resolve(schema)
    if id(schema) not in sampler.memory.heights:
        sampler.memory.heights[id(schema)] = (schema, DEEPEST)
        below = [height(sampler, part) for part in schema.get("allOf", ())]
        for key in ("anyOf", "oneOf"):
            below += [min(height(sampler, each) for each in schema[key])] if schema.get(key) else []
        members = schema.get("properties", {})
        below += [
            1 + height(sampler, members[name])
            for name in schema.get("required", ())
            if name in members
        ]
        if schema.get("minItems") and isinstance(schema.get("items"), dict):
            below.append(1 + height(sampler, schema["items"]))
        sampler.memory.heights[id(schema)] = (schema, min(max(below, default=0), DEEPEST))
    return sampler.memory.heights[id(schema)][1]


def repeats_group(schema: Schema, part: Schema) -> bool:
    """Say whether a part only asserts, as published, alternatives that `schema` has closed."""
    if not {"anyOf", "oneOf"} & schema.keys() or not part.keys() <= {"anyOf", "oneOf"}:
        return False
    own = [len(schema[key]) for key in ("anyOf", "oneOf") if key in schema]
    return "discriminator" in schema or all(
        len(part[key]) in own for key in ("anyOf", "oneOf") if key in part
    )


def opposite_of(told: Any) -> Schema:
    """Return a schema for values that a simple condition does not hold for."""
    if isinstance(told, dict) and isinstance(told.get("properties"), dict):
        for name, child in told["properties"].items():
            if isinstance(child, dict) and {"const", "enum"} & child.keys():
                values = child.get("enum", [child.get("const")])
                return {"properties": {name: {"not": {"enum": values}}}}
    return {"not": told}
