"""What is each value of a payload called in words, and in which unit does it stand?

spell(operation.closed, payload) -> a tree of Spoken, one for each member and item
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from callforge_core.spec import Schema, declared, resolve
from callforge_core.spec_documents import escape
from generators.schema_values_cues import words_of_name
from generators.verbaliser_lexicon import load_wordbook
from validators.slots import number_kind

UNIT_SAID = re.compile(r"\b(?:in|of|as) (?:whole |full |integer )?([a-z]+)\b", re.IGNORECASE)
LETTER = re.compile("[a-z]", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Spoken:
    """A value, what it is called, and what is inside it."""

    name: str
    """As the API has it."""
    label: str
    """In words: shipping address."""
    pointer: str
    value: Any
    unit: str = ""
    choices: tuple[Any, ...] = ()
    """The values it could have, when they are listed."""
    children: list[Spoken] = field(default_factory=list)

    @property
    def is_leaf(self) -> bool:
        """A single value, or a container with nothing in it."""
        return not self.children

    def leaves(self) -> Iterator[Spoken]:
        """Yield all single values in it."""
        if self.is_leaf:
            yield self
        for child in self.children:
            yield from child.leaves()


def spell(schema: Schema, payload: dict[str, Any]) -> list[Spoken]:
    """Return the members of a payload in its own order."""
    return spell_value("", schema, payload, "").children


def spell_value(name: str, schema: Schema, value: Any, pointer: str) -> Spoken:
    """Return a value with everything below it."""
    schema = resolve(schema)
    label, unit = label_of(name), ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        label, unit = measure(name, schema)
    spoken = Spoken(
        name=name, label=label, pointer=pointer, value=value, unit=unit, choices=listed(schema)
    )
    if isinstance(value, dict):
        members = declared(schema, value)
        rest = schema.get("additionalProperties")
        other = rest if isinstance(rest, dict) else {}
        for key, child in value.items():
            below = f"{pointer}/{escape(key)}"
            spoken.children.append(spell_value(key, members.get(key, other), child, below))
    elif isinstance(value, list):
        items = schema.get("items")
        inner = items if isinstance(items, dict) else {}
        for index, child in enumerate(value):
            spoken.children.append(spell_value(name, inner, child, f"{pointer}/{index}"))
    return spoken


def listed(schema: Schema) -> tuple[Any, ...]:
    """Return the values that a schema lists, its own or that of its parts."""
    for part in (schema, *map(resolve, schema.get("allOf", ()))):
        if "enum" in part:
            return tuple(part["enum"])
    return ()


def label_of(name: str) -> str:
    """Return a member's name in words; a name without letters as it is."""
    words = words_of_name(name)
    return " ".join(words) if words and LETTER.search(name) and name.isascii() else name


def measure(name: str, schema: Schema) -> tuple[str, str]:
    """Return the label and the unit of a number: from its name, else from its description."""
    units = load_wordbook().units
    words = words_of_name(name)
    if len(words) > 1 and words[-1] in units:
        before = words[:-1] if words[-2] not in ("in", "per") else words[:-2]
        if words[-2] != "per":
            return " ".join(before), units[words[-1]]
    label = label_of(name)
    if words and words[-1] in units:
        return label, units[words[-1]]
    for match in UNIT_SAID.finditer(str(schema.get("description", ""))):
        unit = units.get(match[1].lower())
        if unit:
            return label, unit
    return label, "seconds" if number_kind(set(words), schema) == "seconds" else ""
