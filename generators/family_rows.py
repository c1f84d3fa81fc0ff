"""What does every row of the API family need: the desk it is drawn at, and the row itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from callforge_core.records import Decision, Payload
from callforge_core.spec import Operation
from generators.lexicon import Lexicon, load_lexicon
from generators.limits import Limits, read_limits
from generators.numbers import FOLDS
from generators.operation_words import OperationLexicon, load_operation_lexicon
from generators.scenarios import MIXES, Choice, Mix
from validators.catalogue import Catalogue
from validators.payload import Validator

CREATE = "createSession"
TERSE = frozenset({"log", "note", "bullets", "form"})
"""Registers of keys and values rather than sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row before it is proven: the request and the answer that is due."""

    decision: Decision
    operation: str
    request: str
    family: str
    fold: int
    payload: Payload | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    reason: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    """What the provenance says of the row: its kind, what a question knows, the token."""
    unusable: tuple[str, ...] = ()
    """Words of a question that look like a value and are none."""


class Place(NamedTuple):
    """A phrasing family and the fold that all its identifying values come from."""

    family: str
    fold: int


@dataclass(frozen=True, kw_only=True)
class Desk:
    """All that rows are drawn from. Does not pickle."""

    validators: Mapping[str, Validator]
    """Operation id -> its validator, in the order the operations were asked for."""
    choices: Sequence[Choice]
    catalogue: Catalogue
    mix_name: str

    @cached_property
    def mix(self) -> Mix:
        """How often each kind of fact of createSession occurs."""
        return MIXES[self.mix_name]

    @cached_property
    def sessions(self) -> Lexicon:
        """The words of createSession."""
        return load_lexicon()

    @cached_property
    def words(self) -> OperationLexicon:
        """The words of the other operations."""
        return load_operation_lexicon()

    @cached_property
    def limits(self) -> Limits:
        """What a body of createSession may hold in this release."""
        return read_limits(self.validators[CREATE].operation)

    @cached_property
    def names(self) -> list[str]:
        """The profiles that one may ask about, inactive ones too."""
        return [profile.name for profile in self.catalogue.profiles]

    def operation(self, name: str) -> Operation:
        """Return an operation of the set."""
        return self.validators[name].operation

    @cached_property
    def open_places(self) -> list[Place]:
        """The families that say a request for a session which leaves facts out."""
        fold = {name: index % FOLDS for index, name in enumerate(self.sessions.families)}
        return [Place(name, fold[name]) for name in self.sessions.free_families]

    def place_for(self, operation: str, rng: Random) -> Place:
        """Return a family of the frames that say an operation."""
        families = self.sessions.families if operation == CREATE else self.words.families
        index = int(rng.random() * len(families))
        return Place(families[index], index % FOLDS)


def is_terse(family: str) -> bool:
    """Say whether a family speaks in keys and values."""
    return family.partition("/")[0] in TERSE
