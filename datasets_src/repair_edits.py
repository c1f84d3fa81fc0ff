"""How is one place of a parsed payload changed, and nothing else? Trees are shared, never altered.

Keys keep their order, repeated keys and numbers as they were said survive. A new member goes where
the operation declares it, so that a mended payload reads like one that was right from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callforge_core.spec import Operation, declared
from datasets_src.verbatim import Members, as_object, members_of
from validators.places import Place, has_place, value_at

Edit = Callable[[Members], Members]


def edited(tree: Any, place: Place, edit: Edit) -> Any:
    """Return the tree with other members in the object at `place`."""
    if not place:
        return as_object(edit(members_of(tree)))
    return replaced(tree, place[:1], edited(step(tree, place[0]), place[1:], edit))


def replaced(tree: Any, place: Place, value: Any) -> Any:
    """Return the tree with another value at a place that exists; the root is a place, too."""
    if not place:
        return value
    key, rest = place[0], place[1:]
    child = replaced(step(tree, key), rest, value)
    if isinstance(tree, list):
        return [child if index == key else old for index, old in enumerate(tree)]
    last = max(index for index, (name, _) in enumerate(members_of(tree)) if name == key)
    return as_object(
        [
            (name, child if index == last else old)
            for index, (name, old) in enumerate(members_of(tree))
        ]
    )


def removed(tree: Any, place: Place) -> Any:
    """Return the tree without the member or item at a place."""
    parent = value_at(tree, place[:-1])
    if isinstance(parent, list):
        kept = [item for index, item in enumerate(parent) if index != place[-1]]
        return replaced(tree, place[:-1], kept)
    return edited(tree, place[:-1], lambda old: [pair for pair in old if pair[0] != place[-1]])


def renamed(tree: Any, place: Place, name: str) -> Any:
    """Return the tree with another name for a member, at the same position."""
    return edited(
        tree,
        place[:-1],
        lambda old: [(name if key == place[-1] else key, child) for key, child in old],
    )


def inserted(tree: Any, place: Place, value: Any, operation: Operation) -> Any:
    """Return the tree with one more member where the operation has it; parents are made."""
    parent = place[:-1]
    if parent and not has_place(tree, parent):
        return inserted(tree, parent, {place[-1]: value}, operation)
    order = list(declared(schema_at(operation, tree, parent), value_at(tree, parent)))
    known = order.index(place[-1]) if place[-1] in order else len(order)
    earlier = set(order[:known]) if place[-1] in order else None

    def insert(old: Members) -> Members:
        before = [n for n, (name, _) in enumerate(old) if earlier is None or name in earlier]
        at = before[-1] + 1 if before else 0
        return [*old[:at], (str(place[-1]), value), *old[at:]]

    return edited(tree, parent, insert)


def spread(tree: Any, place: Place) -> Any:
    """Return the tree with the object at a place dissolved: its members take its position."""
    inner = members_of(value_at(tree, place))
    return edited(
        tree,
        place[:-1],
        lambda old: [
            pair
            for name, child in old
            for pair in (inner if name == place[-1] else [(name, child)])
        ],
    )


def schema_at(operation: Operation, tree: Any, place: Place) -> dict[str, Any]:
    """Return the closed schema of a place, nothing when the operation declares no such place."""
    schema: dict[str, Any] = operation.closed
    for depth, key in enumerate(place):
        if isinstance(key, int):
            schema = schema.get("items") or {}
        else:
            node = value_at(tree, place[:depth])
            schema = declared(schema, node if isinstance(node, dict) else {}).get(key, {})
    return schema


def step(tree: Any, key: str | int) -> Any:
    """Return what stands under a key or index."""
    return tree[key]
