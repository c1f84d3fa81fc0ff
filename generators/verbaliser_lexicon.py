"""Which words may a request for any API use? Loads verbaliser.yaml once, checked and parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from callforge_core.config import StrictModel, build_model
from callforge_core.errors import ConfigError
from generators.grammar import Node, parse_template, references
from generators.lexicon import read_yaml

FILE = "lexicons/verbaliser.yaml"
DETAILS = frozenset({"inline", "sentences", "bullets", "lines", "pairs"})
GIVEN = DETAILS | {"verb", "object", "operation", "digits4"}
"""Names that the verbaliser itself resolves."""


class VerbaliserFile(StrictModel):
    """verbaliser.yaml."""

    frames: dict[str, dict[str, str]]
    phrases: dict[str, str]
    clauses: dict[str, list[str]]
    sentences: dict[str, list[str]]
    bullets: list[str]
    separators: list[str]
    yes: list[str] = Field(alias="true")
    no: list[str] = Field(alias="false")
    with_: list[str] = Field(alias="with")
    without: list[str]
    null: list[str]
    empty_list: list[str]
    empty_object: list[str]
    empty_text: list[str]
    verbs: dict[str, list[str]]
    methods: dict[str, str]
    units: dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordbook:
    """The file, parsed."""

    file: VerbaliserFile
    families: tuple[str, ...]
    """register/frame, in file order."""
    frames: Mapping[str, Node]
    phrases: Mapping[str, Node]
    units: Mapping[str, str]
    """A word of a name or description -> the unit that is said."""


@cache
def load_wordbook() -> Wordbook:
    """Return the bundled words; raise ConfigError when the file is wrong."""
    file = build_model(VerbaliserFile, read_yaml("verbaliser"), FILE)
    frames = {
        f"{register}/{name}": parse_template(text)
        for register, texts in file.frames.items()
        for name, text in texts.items()
    }
    phrases = {name: parse_template(text) for name, text in file.phrases.items()}
    for family, node in frames.items():
        check_frame(family, node, phrases)
    return Wordbook(
        file=file,
        families=tuple(frames),
        frames=frames,
        phrases=phrases,
        units={word: unit for unit, words in file.units.items() for word in words},
    )


def check_frame(family: str, node: Node, phrases: Mapping[str, Node]) -> None:
    """Raise ConfigError unless a frame states the details exactly once, in words that exist."""
    names = references(node)
    unknown = [name for name in names if name not in phrases and name not in GIVEN]
    if unknown or len(DETAILS.intersection(names)) != 1:
        wrong = f"{unknown[0]!r} is no phrase" if unknown else "the details must be said once"
        raise ConfigError(f"{FILE}: {family}: {wrong}")
