"""What does a valid call look like? A least and a full payload of any operation, proven.

Values come from the examples of the document where they fit, else from the schema. What the
validator then objects to (a reserved member, a rule of the pack) is left out or said otherwise, and
it is tried again. The same operation gives the same examples.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from callforge.spec_nodes import (
    NOTHING,
    Schema,
    beside_forms,
    follow,
    forms_of,
    join,
    members_of,
    reference,
    required_of,
    types_of,
    without,
)
from callforge.spec_texts import iter_texts
from callforge.spec_words import bound
from callforge_core.jsonl import render_json
from callforge_core.records import Issue
from callforge_core.spec import Operation
from validators.payload import Validator
from validators.places import Place, place_of, value_at
from validators.schema import compile_schema, decide

MOST_TRIES = 80
MOST_VALUES = 12  # fitting values looked at for one place
DEEPEST = 24
MOST_ITEMS = 64  # a list that has to be longer is no example any more
MOST_STEPS = 1500  # values looked at in one try: types that contain each other have no end

Spot = tuple[str, ...]
"""Member names from the top; [] stands for an item of a list."""
Examples = Mapping[Spot, Sequence[Any]]


class NoExample(Exception):
    """No value could be built for a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A payload the validator accepts, or why there is none."""

    payload: Any = None
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return payload and problem for machines."""
        return {"payload": self.payload, "problem": self.problem or None}


def build_example(
    validator: Validator, *, full: bool, known: Examples, names: Sequence[str] = ()
) -> Built:
    """Build the least payload, or one with every member that may stand; `names` are profiles."""
    plan = Plan(operation=validator.operation, full=full, known=known, names=names)
    problem = "the schema could not be satisfied"
    for _ in range(MOST_TRIES):
        plan.steps = 0
        try:
            payload = next(plan.values(plan.operation.closed, ()))
        except (NoExample, StopIteration) as exc:
            return Built(problem=str(exc) or problem)
        issue = first_error(validator, payload)
        if issue is None:
            return Built(payload=payload)
        place = place_of(issue.path)
        problem = f"{issue.path}: {issue.message}"
        plan.refuse(place, value_at(payload, place))
    return Built(problem=problem)


def first_error(validator: Validator, payload: Any) -> Issue | None:
    """Return the first thing a payload is refused for, None when it is valid."""
    errors = (issue for issue in validator.iter_issues(payload) if issue.severity == "error")
    return next(errors, None)


@dataclass(kw_only=True)
class Plan:
    """One attempt after the other to fill a schema; it remembers what was refused."""

    operation: Operation
    full: bool
    known: Examples
    names: Sequence[str]
    steps: int = 0
    refused: set[tuple[Spot, str]] = field(default_factory=set)
    engines: dict[int, tuple[Schema, Any]] = field(default_factory=dict)

    def refuse(self, place: Place, value: Any) -> None:
        """Never give this value at this place again."""
        spot = tuple("[]" if isinstance(key, int) else key for key in place)
        self.refused.add((spot, render_json(value)))

    def values(self, node: Any, spot: Spot, trail: tuple[str, ...] = ()) -> Iterator[Any]:
        """Yield values that fit a schema, the most telling first."""
        here = reference(node)
        if (here and trail.count(here) > 1) or len(spot) > DEEPEST:
            raise NoExample(f"{spot_words(spot)}: the type contains itself without an end")
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise NoExample(f"{spot_words(spot)}: there is too much to fill in")
        schema = follow(node, self.operation.closed)
        found = 0
        for value in self.candidates(schema, spot, (*trail, here) if here else trail):
            if (spot, render_json(value)) not in self.refused and self.fits(schema, value):
                yield value
                found += 1
            if found >= MOST_VALUES:
                return
        if not found:
            raise NoExample(f"{spot_words(spot)}: no value was found that fits")

    def fits(self, schema: Schema, value: Any) -> bool:
        """Say whether a value satisfies a part of the schema."""
        if id(schema) not in self.engines:
            whole = {**schema, "$defs": self.operation.closed.get("$defs", {})}
            try:
                engine = compile_schema(self.operation, whole)
            except ValueError:  # a pattern the engine cannot read: the validator has the last word
                engine = None
            self.engines[id(schema)] = (schema, engine)  # kept, so that no other gets its id
        engine = self.engines[id(schema)][1]
        return engine is None or decide(engine, value)

    def candidates(self, schema: Schema, spot: Spot, trail: tuple[str, ...]) -> Iterator[Any]:
        """Yield values to try for a schema, good ones first."""
        documented = list(self.known.get(spot, ()))
        if spot and spot[-1] == "qosProfile":
            yield from self.names
        for key in ("const", "default"):
            if key in schema:
                documented.append(schema[key])
        yield from (value for value in documented if not isinstance(value, dict | list))
        choices = schema.get("enum")
        yield from choices if isinstance(choices, list) else ()
        yield from self.of_forms(schema, spot, trail)
        for kind in types_of(schema) or guessed_types(schema):
            yield from self.of_type(kind, schema, spot, trail)
        yield from (value for value in documented if isinstance(value, dict | list))

    def of_forms(self, schema: Schema, spot: Spot, trail: tuple[str, ...]) -> Iterator[Any]:
        """Yield values for each alternative, with what stands beside the alternatives."""
        forms = forms_of(schema, self.operation.closed)
        beside = beside_forms(schema)
        for index, part in enumerate(forms.parts):
            others = [each for n, each in enumerate(forms.parts) if n != index]
            joined = join(beside, part)
            if forms.keyword == "oneOf" and self.full:
                joined = without(joined, part, others)
            yield from self.quietly(joined, spot, trail)

    def quietly(self, schema: Schema, spot: Spot, trail: tuple[str, ...]) -> Iterator[Any]:
        """Yield candidates of an alternative; none when it cannot be filled."""
        try:
            yield from islice(self.candidates(schema, spot, trail), MOST_VALUES)
        except NoExample:
            return

    def of_type(
        self, kind: str, schema: Schema, spot: Spot, trail: tuple[str, ...]
    ) -> Iterator[Any]:
        """Yield candidates of one JSON type."""
        if kind == "object":
            yield from self.objects(schema, spot, trail)
        elif kind == "array":
            yield from self.lists(schema, spot, trail)
        elif kind == "string":
            yield from iter_texts(schema, next((k for k in reversed(spot) if k != "[]"), ""))
        elif kind in ("integer", "number"):
            yield from iter_numbers(schema, kind)
        elif kind == "boolean":
            yield from (True, False)
        else:
            yield None

    def objects(self, schema: Schema, spot: Spot, trail: tuple[str, ...]) -> Iterator[Any]:
        """Yield objects with the members wanted, then with more and more of the rest."""
        members = list(members_of(schema))
        order = [name for name, _, _ in members]
        filled: dict[str, Any] = {}
        for name, member, required in members:
            if required:
                filled[name] = unlike(self.values(member, (*spot, name), trail), filled.values())
        for name in required_of(schema):
            filled.setdefault(name, "text")  # required, but not described: anything will do
        if not self.full:
            yield in_order(filled, order)
        rest = [(name, member) for name, member, required in members if not required]
        optional = self.optional(rest, [*filled.values()], spot, trail)
        if self.full:
            yield in_order({**filled, **optional}, order)
            yield in_order(filled, order)
        for name, value in optional.items():
            yield in_order({**filled, name: value}, order)
        yield from self.open_members(schema, filled, spot, trail)
        yield in_order({**filled, **optional}, order)

    def optional(
        self, rest: list[tuple[str, Any]], taken: list[Any], spot: Spot, trail: tuple[str, ...]
    ) -> dict[str, Any]:
        """Return the members that need not be there, as many as can be filled."""
        found: dict[str, Any] = {}
        for name, member in rest:
            if self.full or len(found) < MOST_VALUES:
                with contextlib.suppress(NoExample):
                    values = self.values(member, (*spot, name), trail)
                    found[name] = unlike(values, [*taken, *found.values()])
        return found

    def open_members(
        self, schema: Schema, filled: dict[str, Any], spot: Spot, trail: tuple[str, ...]
    ) -> Iterator[Any]:
        """Yield objects with a freely named member, where names are free."""
        free = schema.get("additionalProperties")
        if isinstance(free, dict):
            count = max(int(schema.get("minProperties") or 0) - len(filled), 1)
            value = next(self.values(free, (*spot, "*"), trail))
            yield filled | {f"name{n}" if n > 1 else "name": value for n in range(1, count + 1)}

    def lists(self, schema: Schema, spot: Spot, trail: tuple[str, ...]) -> Iterator[Any]:
        """Yield lists with the least number of items, one at the top or in a full example."""
        if "prefixItems" in schema:
            parts = enumerate(schema["prefixItems"])
            yield [next(self.values(part, (*spot, f"[{n}]"), trail)) for n, part in parts]
            return
        least = int(schema.get("minItems") or 0)
        count = max(least, 1 if self.full or not spot else 0)
        if count > MOST_ITEMS:
            raise NoExample(f"{spot_words(spot)}: a list of {count} items is too long to show")
        if count:
            try:
                values = list(self.values(schema.get("items", {}), (*spot, "[]"), trail))
                if schema.get("uniqueItems") is True:
                    yield values[:count]
                yield (values[:1] * count) if least <= 1 else (values * count)[:count]
            except NoExample:
                if least:
                    raise
        yield []


def unlike(values: Iterator[Any], taken: Collection[Any]) -> Any:
    """Return the first value, or one of the next if it is a text that a sibling has already."""
    first = next(values)
    if not isinstance(first, str) or first not in taken:
        return first
    return next((value for value in islice(values, 3) if value not in taken), first)


def guessed_types(schema: Schema) -> tuple[str, ...]:
    """Return the types to try where a schema names none."""
    if schema == NOTHING:
        return ()
    if "properties" in schema or "required" in schema or "additionalProperties" in schema:
        return ("object",)
    if "items" in schema:
        return ("array",)
    return ("string", "integer", "boolean", "object", "array")


def iter_numbers(schema: Schema, kind: str) -> Iterator[Any]:
    """Yield numbers near the limits of a schema: 1 first, then its ends and multiples."""
    low, high = bound(schema, "minimum"), bound(schema, "maximum")
    step = schema.get("multipleOf") or 1
    ends: list[Any] = [1, 0]
    if low:
        ends += [low[0] + step if low[1] else low[0], -(-low[0] // step) * step]
        ends.append((low[0] // step + 1) * step)
    if high:
        ends += [high[0] - step if high[1] else high[0], (high[0] // step) * step]
    if low and high:
        ends.append((low[0] + high[0]) / 2)
    ends += [step, -1, 10, 100]
    for value in ends:
        whole = isinstance(value, int) or float(value).is_integer()
        if kind == "number" or whole:
            yield int(value) if whole else value


def in_order(filled: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    """Return members in spec order, those not declared last."""
    listed = {name: filled[name] for name in order if name in filled}
    return listed | {name: value for name, value in filled.items() if name not in listed}


def spot_words(spot: Spot) -> str:
    """Return a spot as people read it: $.device.ports[]."""
    return "$" + "".join("[]" if key == "[]" else f".{key}" for key in spot)
