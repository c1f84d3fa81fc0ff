"""How is a payload of any operation made wrong in exactly one way? Injectors that read its schema.

The other injectors know the members of Quality-On-Demand; these know only what a document says.
Classes that need such knowledge (S5, V2, V4, V7, V8) have no instance here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from callforge_core.spec import Operation, Schema, declared, resolve, select
from callforge_core.spec_documents import escape
from generators.edits import (
    Edit,
    Ground,
    Injector,
    NotApplicable,
    Option,
    added,
    choose,
    pick,
    removed,
    renamed,
    render_raw,
    replaced,
)
from generators.faults_structure import first_scalar, load_inventions

FAMILIAR = frozenset({"device", "applicationServer", "qosProfile", "requestedAdditionalDuration"})
BROKEN = ("unknown", "n/a", "??", "tbd")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a payload and what the schema says of it."""

    pointer: str
    name: str
    value: Any
    schema: Schema
    is_required: bool
    absent: tuple[tuple[str, Schema], ...] = ()
    """Of an object: declared members that it does not have."""
    is_closed: bool = False
    """Of an object: it takes no member that is not declared."""


def is_foreign(operation: Operation) -> bool:
    """Say whether an operation has none of the members that the other injectors know."""
    return FAMILIAR.isdisjoint(operation.keys)


def list_spots(gold: Payload, ground: Ground) -> list[Spot]:
    """Return the whole payload, then every value in it, outer ones first."""
    assert ground.operation is not None
    return list(iter_spots(ground.operation.closed, gold, "", "", True))


def iter_spots(
    schema: Schema, value: Any, pointer: str, name: str, is_required: bool
) -> Iterator[Spot]:
    """Yield a value and all below it."""
    schema = resolve(schema)
    if isinstance(value, dict):
        members = declared(schema, value)
        parts = select(schema, value)
        absent = tuple((key, child) for key, child in members.items() if key not in value)
        closed = all(part.get("additionalProperties") is False for part in parts)
        yield Spot(pointer, name, value, schema, is_required, absent, closed)
        needed = set.intersection(*(set(part.get("required", ())) for part in parts))
        for key, child in value.items():
            if key in members:
                below = f"{pointer}/{escape(key)}"
                yield from iter_spots(members[key], child, below, key, key in needed)
        return
    yield Spot(pointer, name, value, schema, is_required)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        for index, item in enumerate(value):
            yield from iter_spots(items, item, f"{pointer}/{index}", "", True)


def say_twice(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A member stands twice, with two values."""
    options: list[Option] = [
        partial(doubled, gold, name, value)
        for name, value in gold.items()
        if not isinstance(value, dict | list)
    ]
    return choose(options, ground.rng, "no plain member at the top")


def doubled(gold: Payload, name: str, value: Any) -> Edit:
    """Return the payload with one member again at its end."""
    other = value + 1 if type(value) is int else f"{value}-2" if isinstance(value, str) else None
    text = f"{render_raw(gold)[:-1]},{render_json(name)}:{render_json(other)}}}"
    return Edit(text=text, detail=f"{name} twice", pointer=f"/{escape(name)}", before=value,
                after=other)  # fmt: skip


def drop_needed(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """A required member is absent."""
    if spot.is_required and spot.name:
        yield partial(removed, gold, spot.pointer, spot.name)


def invent(spot: Spot, gold: Payload, rng: Random) -> Iterator[Option]:
    """A member nobody declared stands in an inner or the outer object."""
    if isinstance(spot.value, dict) and spot.is_closed:
        table = load_inventions().top
        declared_here = {name for name, _ in spot.absent} | spot.value.keys()
        names = [name for name in table if name not in declared_here]
        name = pick(names, rng)
        yield partial(added, gold, f"{spot.pointer}/{name}", pick(table[name], rng), name)


def invent_inside(spot: Spot, gold: Payload, rng: Random) -> Iterator[Option]:
    """A member nobody declared stands in an inner object."""
    yield from invent(spot, gold, rng) if spot.pointer else ()


def invent_outside(spot: Spot, gold: Payload, rng: Random) -> Iterator[Option]:
    """A member nobody declared stands at the top."""
    yield from () if spot.pointer else invent(spot, gold, rng)


def misname(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """A declared member has a name like its own."""
    if not spot.name:
        return
    for name in sorted(near_names(spot.name) - {spot.name}):
        yield partial(renamed, gold, spot.pointer, name, f"{spot.name} as {name}")


def near_names(name: str) -> set[str]:
    """Return a name in other customs: snake for camel case, one letter more, or plural."""
    words = [part.lower() for part in HUMP.sub("_", name).split("_") if part]
    camel = words[0] + "".join(word.capitalize() for word in words[1:]) if words else name
    return {"_".join(words), camel, name.capitalize(), f"{name}s", name.removesuffix("s")}


def flatten(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """A plain value stands where an object belongs."""
    value = first_scalar(spot.value) if spot.value else None
    if value is not None and spot.pointer:
        yield partial(replaced, gold, spot.pointer, value, spot.name)


def empty(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """An object that must say something says nothing."""
    if isinstance(spot.value, dict) and spot.value and spot.pointer:
        yield partial(replaced, gold, spot.pointer, {}, spot.name)


def unlist(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """One item stands for a list."""
    if isinstance(spot.value, list) and spot.value:
        yield partial(replaced, gold, spot.pointer, spot.value[0], "item for list")


def retype(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """A value has another JSON type."""
    if isinstance(spot.value, bool | int | float):
        yield partial(replaced, gold, spot.pointer, render_json(spot.value), "value as text")
    elif isinstance(spot.value, str) and spot.value.isdigit() and spot.value[0] != "0":
        yield partial(replaced, gold, spot.pointer, int(spot.value), "text as number")


def say_null(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """An absent member is said as null."""
    for name, child in spot.absent:
        kinds = resolve(child).get("type", ())
        if kinds and "null" not in kinds:
            yield partial(added, gold, f"{spot.pointer}/{escape(name)}", None, name)


def break_text(spot: Spot, gold: Payload, rng: Random) -> Iterator[Option]:
    """A text breaks its pattern or format."""
    if isinstance(spot.value, str) and {"pattern", "format"} & spot.schema.keys():
        wrong = pick((*BROKEN, f"{spot.value} ?", spot.value[:-1] + " "), rng)
        yield partial(replaced, gold, spot.pointer, wrong, "broken form")


def exceed(spot: Spot, gold: Payload, rng: Random) -> Iterator[Option]:
    """A number is beyond its limits."""
    if isinstance(spot.value, bool) or not isinstance(spot.value, int | float):
        return
    step = spot.schema.get("multipleOf", 1) * (1 + int(rng.random() * 5))
    for key, sign in (("minimum", -1), ("maximum", 1)):
        bound = spot.schema.get(key)
        if isinstance(bound, int | float) and abs(bound) < 1 << 53:
            yield partial(replaced, gold, spot.pointer, bound + sign * step, f"beyond {key}")


def leave_enum(spot: Spot, gold: Payload, rng: Random) -> Iterator[Option]:
    """A value is none of the listed ones."""
    listed = spot.schema.get("enum", [])
    if isinstance(spot.value, str) and spot.value and len(listed) > 0:
        forms = (spot.value.swapcase(), f"{spot.value}_2", "OTHER", "default", spot.value[:-1])
        wrong = [form for form in forms if form not in listed and form]
        yield partial(replaced, gold, spot.pointer, pick(wrong, rng), "not listed")


def miscopy(spot: Spot, gold: Payload, rng: Random) -> Iterator[Option]:
    """Two neighbouring digits of a value have changed places."""
    value = spot.value
    if isinstance(value, str) and "enum" not in spot.schema:
        places = [n for n in range(len(value) - 1)
                  if value[n : n + 2].isdigit() and value[n] != value[n + 1]]  # fmt: skip
        if places:
            at = pick(places, rng)
            swapped = value[:at] + value[at + 1] + value[at] + value[at + 2 :]
            yield partial(replaced, gold, spot.pointer, swapped, "digits transposed")


def forget(spot: Spot, gold: Payload, _rng: Random) -> Iterator[Option]:
    """A stated member is left out."""
    if spot.name and not spot.is_required:
        yield partial(removed, gold, spot.pointer, spot.name)


Finder = Callable[[Spot, Payload, Random], Iterator[Option]]


def everywhere(find: Finder) -> Injector:
    """Return an injector that chooses among what is found at all spots."""

    def inject(gold: Payload, ground: Ground) -> Edit | NotApplicable:
        options = [
            option for spot in list_spots(gold, ground) for option in find(spot, gold, ground.rng)
        ]
        return choose(options, ground.rng, "the payload has no such place")

    return inject


FINDERS: Mapping[str, Finder] = {
    "S1": drop_needed, "S2": invent_outside, "S3": invent_inside, "S4": misname, "S6": flatten,
    "S8": empty, "S9": unlist, "T1": retype, "T3": say_null, "T4": break_text, "T5": exceed,
    "T6": leave_enum, "V1": miscopy, "V6": forget,
}  # fmt: skip
ANY: Mapping[str, Injector] = {
    "F4": say_twice, **{cls: everywhere(find) for cls, find in FINDERS.items()}
}  # fmt: skip
"""Fault class -> its injector for operations of any document."""
AS_EVER = frozenset({"F1", "F2", "F3", "S7", "T2"})
"""Classes whose usual injectors ask for no member of their own."""
