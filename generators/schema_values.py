"""Which value does a schema accept? Drawn by construction, checked by an engine where it must be.

    Sampler(operation, operation.closed).draw(draft)

Schemas that hold together are gathered with one alternative of each group, folded into one set of
limits, and a value is drawn inside them. Where a schema has words that cannot be folded, an engine
looks at the value, and another one is drawn if it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from callforge_core.errors import SpecError
from callforge_core.spec import Operation, Schema, resolve
from generators.schema_values_alternatives import gather
from generators.schema_values_cues import usual_size
from generators.schema_values_lists import draw_list
from generators.schema_values_merging import Words, both, fold, mark
from generators.schema_values_numbers import draw_number
from generators.schema_values_objects import draw_object
from generators.schema_values_texts import draw_texts
from validators.schema import compile_schema

TRIES = 40
TEXT_TRIES = 60
DEEP = 4  # levels; below them the shortest alternative is taken and nothing optional is added
DEEPEST = 40
DEFAULT_SHARE = 0.1
NULL_SHARE = 0.15
LAST_PORT = 65535  # a limit that nothing but ports has
PLAIN = {
    "type", "title", "description", "default", "enum", "const", "properties", "required", "items",
    "additionalProperties", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "deprecated", "discriminator", "$defs",
}  # fmt: skip
"""Words that hold by construction; any other is looked at by an engine."""


class CannotDraw(SpecError):
    """No value was found for a place of the payload."""


@dataclass(slots=True)
class Draft:
    """What one payload is drawn with."""

    rng: Random
    fold: int
    """Which reserved identifiers it may hold (numbers.py)."""
    share: float = 0.5
    """How often an optional member is there, 0..1 at the top; deeper ones are rarer."""
    leaves: int = 16
    """How many more values the request may hold before nothing optional is added."""
    forced: frozenset[int] = frozenset()
    """Schema objects that are to occur, by identity."""
    value: tuple[int, Any] | None = None
    """A schema object and the value it is to have."""


@dataclass(slots=True)
class Memory:
    """What a sampler has worked out, by identity of schema objects, which it keeps alive."""

    engines: dict[int, tuple[Schema, Any]] = field(default_factory=dict)
    folded: dict[tuple[int, ...], tuple[Sequence[Schema], Words]] = field(default_factory=dict)
    made: dict[tuple[Any, ...], Schema] = field(default_factory=dict)
    heights: dict[int, tuple[Schema, int]] = field(default_factory=dict)
    failed: dict[int, tuple[Schema, str]] = field(default_factory=dict)


class Sampler:
    """Draws values of one schema. Does not pickle: build one per process."""

    def __init__(
        self,
        operation: Operation,
        schema: Schema,
        usual: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.operation = operation
        self.root = schema
        self.usual = usual or {}
        """Name of a member -> the values that it really has, where the schema does not say."""
        self.memory = Memory()
        self.redraws = 0
        """How many values an engine has refused so far."""
        self.left_out: dict[str, str] = {}
        """Optional members that could not be drawn: pointer -> reason."""

    def draw(self, draft: Draft) -> Any:
        """Return a value; raise CannotDraw naming the JSON pointer that has none."""
        return self.value(self.root, draft, (), 0)

    def value(self, schema: Schema, draft: Draft, names: tuple[str, ...], depth: int) -> Any:
        """Return a value of a schema at the place that `names` lead to."""
        schema = resolve(schema)
        if id(schema) in self.memory.failed:
            raise CannotDraw(self.memory.failed[id(schema)][1])
        why = "nothing that was tried fits all its limits"
        checked = not PLAIN.issuperset(schema)
        for _ in range(TRIES if depth < DEEPEST else 0):
            try:
                value = self.attempt(schema, draft, names, depth)
            except CannotDraw as exc:
                why = str(exc)
                continue
            if not checked or self.accepts(schema, value):
                return value
            self.redraws += 1
        if not why.startswith("/"):
            why = f"{pointer(names)}: {why}"
        if draft.value is None and not draft.forced:
            self.memory.failed[id(schema)] = (schema, why)
        raise CannotDraw(why)

    def attempt(self, schema: Schema, draft: Draft, names: tuple[str, ...], depth: int) -> Any:
        """Return a value that satisfies all that can be folded."""
        parts: list[Schema] = []
        gather(self, schema, draft, depth, parts)
        words = self.fold(parts)
        aimed = draft.value
        is_aimed = aimed is not None and any(id(part) == aimed[0] for part in parts)
        if aimed is not None and is_aimed and self.accepts(schema, aimed[1]):
            return aimed[1]
        by_default = bool(words.default) and draft.rng.random() < DEFAULT_SHARE
        if by_default and self.accepts(schema, words.default[0]):
            return words.default[0]
        if words.choices is not None:
            return self.choose_value(words, draft, names)
        kind = self.choose_type(words, draft, names, depth)
        if kind == "object":
            return draw_object(self, parts, draft, names, depth)
        if kind == "array":
            return draw_list(self, words, draft, names, depth)
        draft.leaves -= 1
        return self.scalar(kind, words, draft, names)

    def choose_value(self, words: Words, draft: Draft, names: tuple[str, ...]) -> Any:
        """Return one of the listed values that has an allowed type."""
        draft.leaves -= 1
        listed = [each for each in words.choices or () if type_of(each) in expand(words.types)]
        if not listed:
            raise CannotDraw(f"{pointer(names)}: no listed value satisfies what else is said")
        return listed[int(draft.rng.random() * len(listed))]

    def choose_type(self, words: Words, draft: Draft, names: tuple[str, ...], depth: int) -> str:
        """Return one of the allowed types; null now and then, rather than not at all."""
        kinds = [kind for kind in words.types if kind != "null"]
        if not words.types:
            raise CannotDraw(f"{pointer(names)}: what is said of its type clashes")
        if not kinds or ("null" in words.types and draft.rng.random() < NULL_SHARE):
            return "null"
        flat = [kind for kind in kinds if kind not in ("object", "array")]
        if depth > DEEP and flat:
            kinds = flat
        return kinds[int(draft.rng.random() * len(kinds))]

    def scalar(self, kind: str, words: Words, draft: Draft, names: tuple[str, ...]) -> Any:
        """Return a text, number, boolean or null."""
        if kind == "null":
            return None
        if kind == "boolean":
            return draft.rng.random() < 0.5
        if kind == "string":
            return self.text(words, draft, names)
        whole = kind == "integer"
        known = ("port",) if words.high and words.high.value == LAST_PORT else names
        number = draw_number(words, draft.rng, usual_size(known, whole), whole)
        if number is None:
            raise CannotDraw(f"{pointer(names)}: its limits leave no number")
        return number

    def text(self, words: Words, draft: Draft, names: tuple[str, ...]) -> str:
        """Return a text that the limits of texts allow."""
        own: Schema = {"allOf": [{"pattern": each} for each in words.patterns]}
        own["allOf"] += [{"format": each} for each in words.formats]
        if not own["allOf"]:
            del own["allOf"]
        own |= {key: words.lengths[key] for key in words.lengths if key.endswith("Length")}
        limits = self.made(("text", mark(own)), own)
        known = self.usual.get(names[-1] if names else "", ())
        if known:
            found = known[int(draft.rng.random() * len(known))]
            if self.accepts(limits, found):
                return found
        for count, text in enumerate(draw_texts(words, names, draft.rng, draft.fold)):
            if not own or self.accepts(limits, text):
                return text
            self.redraws += 1
            if count == TEXT_TRIES:
                break
        said = ", ".join(f"{key} {value!r:.60}" for key, value in iter_limits(words))
        raise CannotDraw(f"{pointer(names)}: no text was found with {said}")

    def fold(self, parts: Sequence[Schema]) -> Words:
        """Return the limits of schema objects that hold together, worked out once."""
        key = tuple(map(id, parts))
        if key not in self.memory.folded:
            self.memory.folded[key] = (tuple(parts), fold(parts))
        return self.memory.folded[key][1]

    def both(self, one: Schema, other: Schema) -> Schema:
        """Return a schema that says what two say, the same one each time."""
        return self.made((id(one), id(other)), both(one, other))

    def made(self, key: tuple[Any, ...], schema: Schema) -> Schema:
        """Return the schema object first given for a key, which keeps its identity."""
        return self.memory.made.setdefault(key, schema)

    def accepts(self, schema: Schema, value: Any) -> bool:
        """Say whether a part of the schema accepts a value."""
        if id(schema) not in self.memory.engines:
            shared = {"$defs": self.root["$defs"]} if "$defs" in self.root else {}
            engine = compile_schema(self.operation, schema | shared)
            self.memory.engines[id(schema)] = (schema, engine)
        return bool(self.memory.engines[id(schema)][1].is_valid(value))


def pointer(names: Sequence[str]) -> str:
    """Return the JSON pointer that names lead to."""
    escaped = [name.replace("~", "~0").replace("/", "~1") for name in names]
    return "/" + "/".join(escaped)


def iter_limits(words: Words) -> list[tuple[str, Any]]:
    """Return the limits of a text, to name them."""
    found: list[tuple[str, Any]] = [("the pattern", each) for each in words.patterns]
    found += [("the format", each) for each in words.formats]
    return found + [(key, words.lengths[key]) for key in words.lengths if key.endswith("Length")]


def type_of(value: Any) -> str:
    """Return the JSON type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    kinds = {str: "string", dict: "object", list: "array", int: "integer"}
    return kinds.get(type(value), "number")


def expand(types: Sequence[str]) -> Sequence[str]:
    """Return types with integer where any number will do."""
    return (*types, "integer") if "number" in types else types
