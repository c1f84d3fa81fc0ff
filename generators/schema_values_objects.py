"""Which members does an object get? Required ones, a share of the others, and free ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from callforge_core.errors import SpecError
from callforge_core.spec import Schema, resolve
from generators.schema_values_alternatives import gather
from generators.schema_values_cues import load_cues, words_of_name
from generators.schema_values_merging import Words
from generators.schema_values_patterns import draw_match

if TYPE_CHECKING:
    from generators.schema_values import Draft, Sampler

DEEP = 4
SHARE_PER_LEVEL = 0.7
FREE_SHARE = 0.3
TEXT: Schema = {"type": "string"}
ORDERED = (
    ("from", "to"), ("start", "end"), ("begin", "end"), ("min", "max"), ("minimum", "maximum"),
    ("first", "last"), ("lower", "upper"), ("after", "before"), ("departure", "return"),
)  # fmt: skip
"""Words of two names of which the first is meant to hold the smaller value."""


def draw_object(
    sampler: Sampler, parts: list[Schema], draft: Draft, names: tuple[str, ...], depth: int
) -> dict[str, Any]:
    """Return an object that satisfies schema objects that hold together."""
    words = sampler.fold(parts)
    chosen = choose_members(sampler, words, draft, depth, set(words.required))
    depending = [words.depending[name] for name in chosen if name in words.depending]
    if depending:
        for part in depending:
            gather(sampler, part, draft, depth, parts)
        words = sampler.fold(parts)
        chosen = choose_members(sampler, words, draft, depth, {*chosen, *words.required})
    value: dict[str, Any] = {}
    for name in chosen:
        child = child_of(sampler, words, name)
        try:
            value[name] = sampler.value(child, draft, (*names, name), depth + 1)
        except SpecError as exc:
            if name in words.required:
                raise
            sampler.left_out["/" + "/".join((*names, name))] = str(exc)
    add_free(sampler, words, draft, names, depth, value)
    put_in_order(sampler, parts[0], value)
    return value


def choose_members(
    sampler: Sampler, words: Words, draft: Draft, depth: int, needed: set[str]
) -> list[str]:
    """Return the names of declared members that are there, in spec order."""
    rng = draft.rng
    share = 0.0 if depth > DEEP or draft.leaves <= 0 else draft.share * SHARE_PER_LEVEL**depth
    taken = [
        name
        for name, child in words.properties.items()
        if name in needed or rng.random() < share or (depth <= DEEP and is_forced(child, draft))
    ]
    taken += [name for name in words.required if name not in words.properties]
    for names in words.forbidden:
        if set(names) <= set(taken):
            spare = [name for name in names if name not in needed]
            if spare:
                taken.remove(spare[int(rng.random() * len(spare))])
    most = words.lengths.get("maxProperties", 1 << 30)
    while len(taken) > most and (spare := [name for name in taken if name not in needed]):
        taken.remove(spare[int(rng.random() * len(spare))])
    least = words.lengths.get("minProperties", 0)
    failed = sampler.memory.failed
    rest = [
        name
        for name, child in words.properties.items()
        if name not in taken and id(resolve(child)) not in failed and resolve(child) != {"not": {}}
    ]
    while len(taken) < least and rest:
        taken.append(rest.pop(int(rng.random() * len(rest))))
    for name in taken:  # grows while it is walked
        taken += [other for other in words.needs.get(name, ()) if other not in taken]
    order = {name: place for place, name in enumerate(words.properties)}
    return sorted(taken, key=lambda name: order.get(name, len(order)))


def is_forced(child: Schema, draft: Draft) -> bool:
    """Say whether a member is to occur."""
    child = resolve(child)
    return id(child) in draft.forced or any(
        id(resolve(part)) in draft.forced for part in child.get("allOf", ())
    )


def child_of(sampler: Sampler, words: Words, name: str) -> Schema:
    """Return the schema of a member: its own, or that of members nobody names."""
    if name in words.properties:
        return words.properties[name]
    for pattern, child in words.patterned.items():
        if sampler.accepts(sampler.made(("key", pattern), {"pattern": pattern}), name):
            return child
    return others_of(sampler, words.others)


def others_of(sampler: Sampler, others: Sequence[Schema]) -> Schema:
    """Return the schema of members that nobody names."""
    if not others:
        return sampler.made(("free",), {})
    whole = others[0]
    for other in others[1:]:
        whole = sampler.both(whole, other)
    return whole


def add_free(
    sampler: Sampler,
    words: Words,
    draft: Draft,
    names: tuple[str, ...],
    depth: int,
    value: dict[str, Any],
) -> None:
    """Add members that nobody names, where the schema welcomes them or needs more."""
    if words.shut and not words.patterned:
        return
    least = words.lengths.get("minProperties", 0)
    most = words.lengths.get("maxProperties", 1 << 30)
    welcome = bool(words.others or words.patterned or words.opened or not words.properties)
    wanted = 0
    if welcome and draft.leaves > 0 and depth <= DEEP:
        usual = not words.properties or draft.rng.random() < FREE_SHARE
        wanted = 1 + int(draft.rng.random() * 3) if usual else 0
    target = min(max(least, len(value) + wanted), most)
    for _ in range(8 * target):
        if len(value) >= target:
            return
        name = draw_name(sampler, words, draft)
        if name and name not in value and name not in words.properties:
            child = child_of(sampler, words, name)
            value[name] = sampler.value(child, draft, (*names, name), depth + 1)


def draw_name(sampler: Sampler, words: Words, draft: Draft) -> str:
    """Return a name for a member that nobody declares."""
    patterns = list(words.patterned)
    if patterns and (words.shut or draft.rng.random() < 0.5):
        return draw_match(patterns[int(draft.rng.random() * len(patterns))], draft.rng)
    keys = load_cues().keys
    name = keys[int(draft.rng.random() * len(keys))]
    if words.names is None or sampler.accepts(words.names, name):
        return name
    limited = sampler.both(TEXT, words.names)
    return str(sampler.value(limited, draft, ("key",), DEEP))


def put_in_order(sampler: Sampler, schema: Schema, value: dict[str, Any]) -> None:
    """Exchange the values of two members like from and to when they stand the wrong way round."""
    for name in list(value):
        for low, high in ORDERED:
            other = partner(name, low, high, value)
            if other is None or not is_turned(value[name], value[other]):
                continue
            turned = value | {name: value[other], other: value[name]}
            if sampler.accepts(schema, turned):
                value.update(turned)


def partner(name: str, low: str, high: str, value: dict[str, Any]) -> str | None:
    """Return the member whose name says `high` where this one says `low`."""
    own = words_of_name(name)
    if low not in own:
        return None
    wanted = tuple(high if word == low else word for word in own)
    return next((other for other in value if words_of_name(other) == wanted), None)


def is_turned(first: Any, last: Any) -> bool:
    """Say whether two values of a kind stand the wrong way round."""
    if isinstance(first, bool) or isinstance(last, bool):
        return False
    numbers = isinstance(first, int | float) and isinstance(last, int | float)
    texts = isinstance(first, str) and isinstance(last, str)
    return (numbers or texts) and bool(first > last)
