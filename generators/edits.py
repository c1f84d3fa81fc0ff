"""How is a payload changed by exactly one fault unit?  Edits that leave all other keys in place.

An injector turns a gold payload into an Edit, or says NotApplicable with the reason.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, TypeVar

from callforge_core.jsonl import render_json
from callforge_core.records import Basis, Layer, Payload
from callforge_core.registry import Registry
from callforge_core.spec import Operation, declared
from validators.catalogue import Catalogue

T = TypeVar("T")
RAW_MARK = "\ue000"  # a text between two marks stands in the JSON as it is, without quotes
MISSING = None


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """Why a fault class has no instance for this payload."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The faulty text, and what was done to get it."""

    text: str
    detail: str
    pointer: str
    before: Any = MISSING
    after: Any = MISSING
    tier: Literal[1, 2] | None = None
    """None: the usual tier of the class; likewise layer and basis."""
    layer: Layer | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What an injector may look at beside the payload."""

    catalogue: Catalogue
    rng: Random
    operation: Operation | None = None
    """None: whatever is asked of it, the default release is meant."""

    def member(self, *path: str) -> Mapping[str, Any] | None:
        """Return what the operation accepts at the end of some names, None when nothing."""
        found: Any = self.operation.closed if self.operation else None
        for name in path:
            found = declared(found, {}).get(name) if found else None
        return found or None


Option = Callable[[], Edit]
Injector = Callable[[Payload, Ground], Edit | NotApplicable]
INJECTORS: Registry[Injector] = Registry("fault class")


def choose(options: Sequence[Option], rng: Random, reason: str) -> Edit | NotApplicable:
    """Return one of the possible edits, or NotApplicable when there is none."""
    if not options:
        return NotApplicable(reason)
    return options[int(rng.random() * len(options))]()


def pick(items: Sequence[T], rng: Random) -> T:
    """Return one of the items."""
    return items[int(rng.random() * len(items))]


def split_pointer(pointer: str) -> list[str]:
    """Return the tokens of a JSON pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def value_at(payload: Any, pointer: str) -> Any:
    """Return the value a JSON pointer leads to, None when it leads nowhere."""
    for token in split_pointer(pointer):
        if isinstance(payload, list):
            payload = payload[int(token)] if int(token) < len(payload) else None
        elif isinstance(payload, dict):
            payload = payload.get(token)
        else:
            return None
    return payload


def replaced(gold: Payload, pointer: str, after: Any, detail: str) -> Edit:
    """Return the payload with another value at `pointer`."""
    payload = copy.deepcopy(gold)
    parent, key = parent_of(payload, pointer)
    before = parent[key]
    parent[key] = after
    return Edit(
        text=render_raw(payload), detail=detail, pointer=pointer, before=before, after=plain(after)
    )


def removed(gold: Payload, pointer: str, detail: str) -> Edit:
    """Return the payload without the member at `pointer`."""
    payload = copy.deepcopy(gold)
    parent, key = parent_of(payload, pointer)
    before = parent.pop(key)
    return Edit(text=render_raw(payload), detail=detail, pointer=pointer, before=before)


def renamed(gold: Payload, pointer: str, name: str, detail: str, value: Any = ...) -> Edit:
    """Return the payload with the member at `pointer` under another name, at the same place."""
    payload = copy.deepcopy(gold)
    parent, key = parent_of(payload, pointer)
    before = parent[key]
    after = before if value is ... else value
    members = [(name, after) if old == key else (old, child) for old, child in parent.items()]
    parent.clear()
    parent.update(members)
    place = pointer.rpartition("/")[0] + "/" + name
    return Edit(
        text=render_raw(payload), detail=detail, pointer=place, before={key: before},
        after={name: after},
    )  # fmt: skip


def added(gold: Payload, pointer: str, value: Any, detail: str, index: int | None = None) -> Edit:
    """Return the payload with one more member, last or at `index` among its siblings."""
    payload = copy.deepcopy(gold)
    parent, key = parent_of(payload, pointer)
    members = list(parent.items())
    members.insert(len(members) if index is None else index, (key, value))
    parent.clear()
    parent.update(members)
    return Edit(text=render_raw(payload), detail=detail, pointer=pointer, after=plain(value))


def parent_of(payload: Any, pointer: str) -> tuple[Any, Any]:
    """Return the container of the member at `pointer`, and the member's key or index."""
    *path, last = split_pointer(pointer)
    for token in path:
        payload = payload[int(token)] if isinstance(payload, list) else payload[token]
    return payload, int(last) if isinstance(payload, list) else last


def raw(text: str) -> str:
    """Return a stand-in for JSON text that no Python value renders to, such as 3.6e3."""
    return f"{RAW_MARK}{text}{RAW_MARK}"


def plain(value: Any) -> Any:
    """Return a value for the record: stand-ins become their text."""
    return value.strip(RAW_MARK) if isinstance(value, str) else value


def render_raw(payload: Any) -> str:
    """Return compact JSON, stand-ins unquoted."""
    return render_json(payload).replace(f'"{RAW_MARK}', "").replace(f'{RAW_MARK}"', "")


def iter_integers(payload: Any, pointer: str = "") -> Iterator[tuple[str, int]]:
    """Yield (pointer, value) of every integer."""
    children: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(payload, dict):
        children = iter(payload.items())
    elif isinstance(payload, list):
        children = iter(enumerate(payload))
    elif isinstance(payload, int) and not isinstance(payload, bool):
        yield pointer, payload
    for key, child in children:
        yield from iter_integers(child, f"{pointer}/{key}")


def as_tier(edit: Edit, tier: Literal[1, 2], layer: Layer, basis: Basis) -> Edit:
    """Return the edit with a tier, layer and basis of its own."""
    return replace(edit, tier=tier, layer=layer, basis=basis)
