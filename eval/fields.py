"""Which fields does a payload have, need, misplace or invent? Counts of pointers and leaves.

Pointers write `*` for an index; inner nodes count as pointers. Values play a role for `nesting` and
`placeholder_rate` only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from callforge_core.records import Payload
from callforge_core.spec import Operation, declared, select
from validators.comparators import escape, iter_leaves, starred, values_equal
from validators.grounding import iter_placeholders
from validators.payload import Validator
from validators.places import pointer_of, value_at


class Share(NamedTuple):
    """What an item adds to a ratio metric: (1, 1) right, (0, 1) wrong, (2, 7) two of seven."""

    part: float
    whole: float


def required_share(operation: Operation, payload: Payload) -> Share:
    """Return how many required members are there, those of the branches taken included."""
    counts = list(iter_required(operation.closed, payload))
    return Share(sum(share.part for share in counts), sum(share.whole for share in counts))


def iter_required(schema: Mapping[str, Any], value: object) -> Iterator[Share]:
    """Yield one share per object: the required members present, and all required ones."""
    if isinstance(value, list):
        items = schema.get("items")
        for item in value if isinstance(items, dict) else ():
            yield from iter_required(items or {}, item)
    elif isinstance(value, dict):
        branches = [needs for part in select(dict(schema), value) for needs in demands(part)]
        taken = min(branches, key=lambda needs: (len(needs - value.keys()), len(needs)))
        yield Share(len(taken & value.keys()), len(taken))
        for name, child in declared(dict(schema), value).items():
            if name in value:
                yield from iter_required(child, value[name])


def demands(schema: Mapping[str, Any]) -> list[set[str]]:
    """Return the sets of required members, one for each way to satisfy `schema`."""
    own = set(schema.get("required", ()))
    choices = [branch for key in ("anyOf", "oneOf") for branch in schema.get(key, ())]
    branches = [needs for choice in choices for needs in demands(choice)]
    return [own | needs for needs in branches] or [own]


def key_pointers(payload: object) -> frozenset[str]:
    """Return the pointers of all members, inner ones included."""
    found: set[str] = set()
    stack: list[tuple[str, object]] = [("", payload)]
    while stack:
        place, node = stack.pop()
        if isinstance(node, dict):
            children = [(f"{place}/{escape(key)}", child) for key, child in node.items()]
        else:
            children = [(f"{place}/*", child) for child in node] if isinstance(node, list) else []
        found.update(pointer for pointer, _ in children)
        stack.extend(children)
    return frozenset(found)


def undeclared_share(validator: Validator, payload: Payload) -> Share:
    """Return how many pointers the operation does not declare, of all pointers."""
    pointers = key_pointers(payload)
    tops = {starred(pointer_of(member.place)) for member in validator.world.iter_unknown(payload)}
    unknown = sum(any(prefix in tops for prefix in prefixes(pointer)) for pointer in pointers)
    return Share(unknown, len(pointers))


def prefixes(pointer: str) -> Iterator[str]:
    """Yield a pointer and everything above it."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def placeholder_share(payload: Payload, gold: Payload, request: str) -> Share:
    """Return how many leaves are stand-ins that nobody asked for, of all leaves."""
    wanted = [value for _, value in iter_leaves(gold)]
    invented = [
        place
        for place in iter_placeholders(payload, request)
        if value_at(payload, place) not in wanted
    ]
    return Share(len(invented), sum(1 for _ in iter_leaves(payload)))


def nesting_share(payload: Payload, gold: Payload) -> Share:
    """Return, of the gold leaves said anywhere under their name, how many stand in their place."""
    said: dict[str, list[tuple[str, object]]] = {}
    for pointer, value in iter_leaves(payload):
        said.setdefault(leaf_name(pointer), []).append((starred(pointer), value))
    found: Counter[str] = Counter()
    for pointer, value in iter_leaves(gold):
        places = said.get(leaf_name(pointer), [])
        same = [at for at, other in places if values_equal(pointer, value, other)]
        if same:
            found["said"] += 1
            found["in place"] += starred(pointer) in same
    return Share(found["in place"], found["said"])


def leaf_name(pointer: str) -> str:
    """Return the last key of a pointer: `ports` for /devicePorts/ports/0."""
    keys = [part for part in starred(pointer).split("/") if part != "*"]
    return keys[-1]
