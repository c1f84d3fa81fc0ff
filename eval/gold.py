"""Is it the call that was asked for?  Payload against gold, other spellings allowed."""

from __future__ import annotations

import copy
from typing import Any

from callforge_core.records import Item, Payload
from validators.comparators import SLOTS, canonical, slot_of, slots_equal, values_equal, walk


def slots_right(payload: Payload, item: Item) -> dict[str, bool]:
    """Return slot -> right, for the slots that the gold payload has."""
    gold, said = item.payload or {}, accept(payload, item)
    return {
        slot: slots_equal(slot, slot_of(said, slot), wanted)
        for slot in SLOTS
        if (wanted := slot_of(gold, slot)) is not None
    }


def is_joint(payload: Payload, item: Item) -> bool:
    """Say whether every gold value is right and nothing is extra."""
    return canonical(accept(payload, item)) == canonical(item.payload)


def is_canonical_match(payload: Payload, item: Item) -> bool:
    """Say whether the canonical JSON is equal: key order and white space are forgiven, no more."""
    return sorted(walk(payload, "", {})) == sorted(walk(item.payload, "", {}))


def accept(payload: Payload, item: Item) -> Payload:
    """Return the payload with each acceptable value of the item replaced by the gold one.

    A value that is acceptable where gold has none is taken out.
    """
    changed = payload
    for pointer, values in item.also.items():
        keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
        is_there, said = lookup(changed, keys)
        if keys and is_there and any(values_equal(pointer, said, value) for value in values):
            if changed is payload:
                changed = copy.deepcopy(payload)
            in_gold, wanted = lookup(item.payload, keys)
            put(changed, keys, wanted, is_removed=not in_gold)
    return changed


def lookup(node: Any, keys: list[str]) -> tuple[bool, Any]:
    """Return whether a value stands at `keys`, and the value."""
    for key in keys:
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
            node = node[int(key)]
        else:
            return False, None
    return True, node


def put(node: Any, keys: list[str], value: Any, *, is_removed: bool) -> None:
    """Replace the value at `keys`, which is there, or take it out."""
    _, parent = lookup(node, keys[:-1])
    key = int(keys[-1]) if isinstance(parent, list) else keys[-1]
    if is_removed:
        del parent[key]
    else:
        parent[key] = value
