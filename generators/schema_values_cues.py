"""What does a member of this name usually hold? Words and sizes from schema_values.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random
from typing import TypeVar

from callforge_core.config import StrictModel, build_model
from generators.grammar import Node, parse_template, realise
from generators.lexicon import read_yaml
from generators.schema_values_numbers import Usual

T = TypeVar("T")
FILE = "lexicons/schema_values.yaml"
NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|\d+")
MORE = re.compile("[#%]")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


class CueFile(StrictModel):
    """schema_values.yaml: names of members -> what they hold."""

    texts: dict[str, str]
    other: str
    filler: list[str]
    keys: list[str]
    numbers: dict[str, list[float]]
    any_number: list[float]
    any_fraction: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """The file, parsed: phrases of a name -> texts or sizes."""

    texts: Mapping[str, Node]
    other: Node
    filler: tuple[str, ...]
    keys: tuple[str, ...]
    numbers: Mapping[str, Usual]
    any_number: Usual
    any_fraction: Usual


@cache
def load_cues() -> Cues:
    """Return the bundled cues; raise ConfigError when the file is wrong."""
    file = build_model(CueFile, read_yaml("schema_values"), FILE)
    return Cues(
        texts={
            name: parse_template(text)
            for names, text in file.texts.items()
            for name in names.split("|")
        },
        other=parse_template(file.other),
        filler=tuple(file.filler),
        keys=tuple(file.keys),
        numbers={
            name: usual_of(sizes)
            for names, sizes in file.numbers.items()
            for name in names.split("|")
        },
        any_number=usual_of(file.any_number),
        any_fraction=usual_of(file.any_fraction),
    )


def usual_of(sizes: list[float]) -> Usual:
    """Return low, high and decimals as they stand in the file."""
    return Usual(sizes[0], sizes[1], int(sizes[2]) if len(sizes) > 2 else 0)


@lru_cache(maxsize=8192)
def words_of_name(name: str) -> tuple[str, ...]:
    """Return the words of a member's name in small letters: shipToCity -> ship, to, city."""
    return tuple(part.lower() for part in NAME_PART.findall(name))


def find_cue(table: Mapping[str, T], names: tuple[str, ...]) -> T | None:
    """Return what a table has for a member: its last words count most, its parent's name helps.

    `names` are the names that lead to the member, itself last.
    """
    own = words_of_name(names[-1]) if names else ()
    around = (*(words_of_name(names[-2]) if len(names) > 1 else ()), *own)
    for words in (around, own):
        for size in range(min(len(words), 3), 1, -1):
            found = table.get(" ".join(words[-size:]))
            if found is not None:
                return found
    for word in reversed(own):
        found = table.get(word) or table.get(word.removesuffix("s"))
        if found is not None:
            return found
    return None


def draw_cue_text(names: tuple[str, ...], rng: Random) -> str:
    """Return a text for a member of these names."""
    cues = load_cues()
    node = find_cue(cues.texts, names) or cues.other
    return fill(realise(node, rng, str, bool), rng)


def fill(text: str, rng: Random) -> str:
    """Return a text with digits for # and capital letters for %."""
    return MORE.sub(
        lambda match: (
            str(int(rng.random() * 10)) if match[0] == "#" else LETTERS[int(rng.random() * 23)]
        ),
        text,
    )


def usual_size(names: tuple[str, ...], whole: bool) -> Usual:
    """Return the sizes that a number of these names usually has."""
    cues = load_cues()
    found = find_cue(cues.numbers, names)
    return found or (cues.any_number if whole else cues.any_fraction)
