"""Which words stand where a value is not given? Loads lexicons/clarify.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from callforge_core.config import StrictModel, build_model
from generators.grammar import Node
from generators.lexicon import read_yaml
from generators.operation_words import parse_texts


class TwoLeggedFile(StrictModel):
    """How a request tells that its token stands for nobody: in a sentence, as a key."""

    sentence: list[str]
    key: list[str]


class ClarifyFile(StrictModel):
    """clarify.yaml."""

    vague: dict[str, tuple[str, ...]]
    unknown_profiles: tuple[str, ...]
    short_phones: tuple[str, ...]
    keys: tuple[str, ...]
    two_legged: TwoLeggedFile
    asks: dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vagueness:
    """All words of questions."""

    vague: Mapping[str, tuple[str, ...]]
    """Slot -> noun phrases that no API could take."""
    unknown_profiles: tuple[str, ...]
    short_phones: tuple[str, ...]
    keys: tuple[str, ...]
    """What stands behind a key that has no value."""
    sentences: tuple[str, ...]
    """The token stands for nobody: as a sentence, and as a key."""
    tags: tuple[str, ...]
    asks: Mapping[str, Mapping[str, Node]]
    """Operation -> form -> wordings that leave one of its facts out."""


@cache
def load_vagueness() -> Vagueness:
    """Return the bundled words; raise ConfigError naming what is wrong."""
    read = build_model(ClarifyFile, read_yaml("clarify"), "lexicons/clarify.yaml")
    return Vagueness(
        vague=read.vague,
        unknown_profiles=read.unknown_profiles,
        short_phones=read.short_phones,
        keys=read.keys,
        sentences=tuple(read.two_legged.sentence),
        tags=tuple(read.two_legged.key),
        asks={
            name: {form: parse_texts(texts) for form, texts in forms.items()}
            for name, forms in read.asks.items()
        },
    )
