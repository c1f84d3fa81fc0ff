"""Which payloads tell two readings of an API apart? Right and wrong ones, drawn from a schema.

Every place of the closed schema has its turn, again and again: once with a value that the place
accepts, once with one that it refuses, all limits, patterns and branches included. What stands
around it is valid, so that a verdict hangs on one fact. Same schema and seed, same payloads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from typing import Any

from tests.conformance_values import candidates
from validators.schema import compile_schema

Schema = dict[str, Any]
Step = tuple[str, Any]
"""How to go down: ("properties", name), ("items", None), ("branch", index)."""
Compile = Callable[[Schema], Any]

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 0.5, 3600.0, "", "x", "1", [], {}, [None], [1], ["x"], {"x": 1},
    [{}], [[]], {"value": 1},
)  # fmt: skip
EXTRA = "conformanceExtra"
LONG = 1000  # a list that long costs as much as a thousand payloads: it is drawn RARE times
RARE = 1
MOST_TURNS = 30


@dataclass
class Spot:
    """A place of a schema: how to get there, and the values that have their turn there."""

    steps: tuple[Step, ...]
    schema: Schema
    right: Iterator[Any] = field(default_factory=lambda: iter(()))
    wrong: Iterator[Any] = field(default_factory=lambda: iter(()))
    turns: int = 1
    """How often it has its turn in a round."""


def iter_payloads(operation: Any, count: int, rng: Random, names: list[str]) -> Iterator[Any]:
    """Yield payloads for an operation, right and wrong in turn; `names` are members to smuggle."""
    maker = Maker(lambda schema: compile_schema(operation, schema), rng, names)
    yield from islice(maker.iter_payloads(operation.closed), count)


def member_names(operations: Iterable[Any]) -> list[str]:
    """Return the names of all members of some operations, and some that none of them has."""
    names = {
        step[1]
        for each in operations
        for steps, _ in iter_places(each.closed)
        for step in steps
        if step[0] == "properties"
    }
    return [*sorted(names), "ipAddresses", "sessionId", "webhook", "Duration", "x-extra", ""]


class Maker:
    """Draws values from schemas; pools of plain values are made once for each schema."""

    def __init__(self, compile_: Compile, rng: Random, names: list[str]) -> None:
        self.compile = compile_
        self.rng = rng
        self.names = names
        self.pools: dict[int, tuple[list[Any], list[Any]]] = {}
        self.drawn: Counter[Any] = Counter()

    def iter_payloads(self, schema: Schema) -> Iterator[Any]:
        """Yield payloads without end, every place of the schema in turn."""
        spots = [self.fill(Spot(steps, node)) for steps, node in iter_places(schema)]
        rounds = [spot for n in range(MOST_TURNS) for spot in spots if n < spot.turns]
        for turn, spot in enumerate(cycle(rounds)):
            right = (turn // len(rounds) + turn % len(rounds)) % 2 == 0
            value = next(spot.right if right else spot.wrong, ...)
            if value is ...:
                value = next(spot.wrong if right else spot.right)
            if isinstance(value, Rare):
                value = self.long_list(spot, value)
            yield self.build(schema, spot.steps, value)

    def long_list(self, spot: Spot, list_: Rare) -> list[Any]:
        """Return a long list the first times it is asked for, a short one ever after."""
        key = (spot.steps, list_.size)
        self.drawn[key] += 1
        return [list_.item] * (list_.size if self.drawn[key] <= RARE else 1)

    def fill(self, spot: Spot) -> Spot:
        """Give a place its values: pools of plain ones, or what can be done to a container."""
        node = spot.schema
        if is_plain(node):
            right, wrong = self.pool(node)
            spot.right, spot.wrong = cycle(right), cycle(wrong)
            spot.turns = 1 + min(MOST_TURNS - 1, len(wrong) // 40)
        elif "items" in node:
            spot.right, spot.wrong = self.right_lists(node), self.wrong_lists(node)
        else:
            spot.right, spot.wrong = self.right_objects(node), self.wrong_objects(node)
        return spot

    def pool(self, node: Schema) -> tuple[list[Any], list[Any]]:
        """Return plain values that a schema accepts, and others that it refuses."""
        if id(node) not in self.pools:
            engine = self.compile(node)
            right: list[Any] = []
            wrong: list[Any] = []
            for value in dict.fromkeys(map(Exact, [*candidates(node, self.rng), *ODD])):
                (right if engine.is_valid(value.value) else wrong).append(value.value)
            self.rng.shuffle(right)
            self.rng.shuffle(wrong)
            self.pools[id(node)] = right, wrong
        return self.pools[id(node)]

    def build(self, node: Schema, steps: tuple[Step, ...] = (), value: Any = ...) -> Any:
        """Return a valid value of a schema, with `value` at the end of `steps`."""
        if not steps and value is not ...:
            return value
        branch = [index for kind, index in steps[:1] if kind == "branch"]
        parts = node.get("anyOf") or node.get("oneOf") or []
        if is_plain(node):
            right, _ = self.pool(node)
            return self.rng.choice(right) if right else ...
        if "items" in node:
            below = steps[1:] if steps else ()
            first = self.build(node["items"], below, value if steps else ...)
            return [first] if self.rng.random() < 0.7 else self.unique(node, first)
        if parts and "properties" not in node:
            index = branch[0] if branch else self.rng.randrange(len(parts))
            return self.build(parts[index], steps[1:] if branch else steps, value)
        return self.build_object(node, parts, steps, value)

    def build_object(
        self, node: Schema, parts: list[Schema], steps: tuple[Step, ...], value: Any
    ) -> Any:
        """Return an object: what is required, some of the rest, and the member on the way."""
        needed = set(node.get("required", ())) | {name for _, name in steps[:1]}
        needed |= set(self.rng.choice(parts).get("required", ())) if parts else set()
        built = {}
        for name, child in node.get("properties", {}).items():
            if steps and name == steps[0][1]:
                built[name] = self.build(child, steps[1:], value)
            elif name in needed or self.rng.random() < 0.2:
                built[name] = self.build(child)
        built = {name: child for name, child in built.items() if child is not ...}
        if len(built) < node.get("minProperties", 0):
            name = self.rng.choice(list(node["properties"]))
            built[name] = self.build(node["properties"][name])
        return built

    def unique(self, node: Schema, first: Any) -> list[Any]:
        """Return a list of two items; they differ when they must."""
        second = self.build(node["items"])
        return [first] if node.get("uniqueItems") and first == second else [first, second]

    def right_lists(self, node: Schema) -> Iterator[Any]:
        """Yield lists of allowed lengths, the shortest and the longest among them."""
        low, high = node.get("minItems", 0), node.get("maxItems")
        sizes = [low, low + 1, low + 2] + ([high, high - 1] if high is not None else [6])
        for size in cycle(sizes):
            yield self.list_of(node, size)

    def wrong_lists(self, node: Schema) -> Iterator[Any]:
        """Yield what is no such list: too short, too long, repeated, of another shape."""
        low, high = node.get("minItems", 0), node.get("maxItems")
        while True:
            item = self.build(node["items"])
            yield from (item, {"0": item}, None, "x", 1, [item, None], [[item]], [item, {}])
            yield [item, item]
            if low:
                yield self.list_of(node, low - 1)
            if high is not None:
                yield self.list_of(node, high + 1)

    def list_of(self, node: Schema, size: int) -> Any:
        """Return a list of `size` items that differ, as far as the pool goes."""
        if size > LONG:
            return Rare(self.build(node["items"]), size)
        if not is_plain(node["items"]):
            return [self.build(node["items"]) for _ in range(size)]
        right, _ = self.pool(node["items"])
        return [right[n % len(right)] for n in range(size)]

    def right_objects(self, node: Schema) -> Iterator[Any]:
        """Yield objects of the least members, of all members, and any between."""
        for turn in cycle(range(3)):
            built = self.build(node)
            least = {name: built[name] for name in node.get("required", ())}
            yield least if turn == 0 and self.compile(node).is_valid(least) else built

    def wrong_objects(self, node: Schema) -> Iterator[Any]:
        """Yield objects with one thing wrong, and what is no object."""
        for turn in cycle(range(1000)):
            built = self.build(node)
            yield from self.less(built)
            for name in islice(cycle(self.names), turn * 3, turn * 3 + 3):
                yield built | {name: built.get(name, self.rng.choice(ODD))}
            yield built | {EXTRA: self.rng.choice(ODD)}
            yield from ({}, None, "x", 7, [], [built], {"value": built}, {EXTRA: 1})
            for name in built:
                yield renamed(built, name, name.swapcase())
                yield built | {name: None}

    def less(self, built: Mapping[str, Any]) -> Iterator[Any]:
        """Yield an object without one of its members, and with that member alone."""
        for name in built:
            yield {other: child for other, child in built.items() if other != name}
            yield {name: built[name]}


@dataclass(frozen=True)
class Rare:
    """A list so long that it is drawn now and then only; one item, said again and again."""

    item: Any
    size: int


class Exact:
    """A value that equals another only if both have the same type: 1 is not True, nor 1.0."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.key = f"{type(value).__name__} {value!r}"

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exact) and self.key == other.key


def is_plain(node: Schema) -> bool:
    """Say whether a schema describes neither an object nor a list, in none of its branches."""
    parts = [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
    inner = "properties" not in node and "items" not in node and node.get("type") != "object"
    return inner and all(is_plain(part) for part in parts)


def iter_places(node: Schema, steps: tuple[Step, ...] = ()) -> Iterator[tuple[Any, Schema]]:
    """Yield the steps to every place of a closed schema, and what it accepts there."""
    yield steps, node
    if is_plain(node):
        return
    for name, child in node.get("properties", {}).items():
        yield from iter_places(child, (*steps, ("properties", name)))
    if isinstance(node.get("items"), dict):
        yield from iter_places(node["items"], (*steps, ("items", None)))
    if "properties" not in node:
        for index, part in enumerate(node.get("anyOf") or node.get("oneOf") or ()):
            yield from iter_places(part, (*steps, ("branch", index)))


def renamed(built: Mapping[str, Any], name: str, other: str) -> dict[str, Any]:
    """Return an object with one member under another name."""
    return {other if key == name else key: child for key, child in built.items()}
