"""Who speaks, and how are facts put together?  Registers and arrangements, ready for drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from callforge_core.errors import ConfigError
from callforge_core.registry import unknown
from generators.flat import FORMS, SLOTS, Sequence_, capitalise
from generators.lexicon_files import ArrangementEntry, RegisterEntry

Sequences = tuple[Sequence_, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """How the facts of a request are put together, whatever their order."""

    name: str
    ask: str
    """Where the wish stands: first, last, inside or none."""
    about: bool
    """The wish names what is done: the profile's clause is part of it."""
    head: tuple[int, ...]
    """Slots, as places in SLOTS, that hang on the wish."""
    body: tuple[int, ...]
    """Forms, as places in FORMS, of the other facts."""
    joints: tuple[str, ...]
    mixed: bool
    """Each two facts may be joined in another way."""
    pair: bool
    """Device and server stand side by side without a word for either: A -> B."""
    wrap: str
    """How a name and a value are put together; empty when clauses are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The words and habits of one way to speak; shares in 0..1."""

    name: str
    open: Sequences
    ask: Sequences
    ask_capital: Sequences
    close: Sequences
    mark: str
    lower: float
    upper: float
    typo: float
    brief: float
    aside: float
    filler: float
    spoken: float
    broken: float


def compile_arrangement(name: str, entries: Mapping[str, ArrangementEntry]) -> Arrangement:
    """Return an arrangement; raise ConfigError when it is not described, or wrongly."""
    if name not in entries:
        raise ConfigError(f"lexicons/registers.yaml: {unknown('arrangement', name, entries)}")
    entry = entries[name]
    wrong = [slot for slot in entry.head if slot not in SLOTS]
    wrong += [form for form in entry.body if form not in FORMS]
    if wrong:
        raise ConfigError(f"lexicons/registers.yaml: {name}: unknown {', '.join(wrong)}")
    return Arrangement(
        name=name,
        ask=entry.ask,
        about=entry.about,
        head=tuple(map(SLOTS.index, entry.head)),
        body=tuple(map(FORMS.index, entry.body)),
        joints=tuple(entry.joint),
        mixed=name == "run_on",
        pair=entry.pair,
        wrap=entry.wrap,
    )


def compile_register(
    name: str, entry: RegisterEntry, sequences: Callable[[Sequence[str]], Sequences]
) -> Register:
    """Return a register with its words laid flat."""
    ask = sequences(entry.ask)
    return Register(
        name=name,
        open=sequences(entry.open),
        ask=ask,
        ask_capital=tuple(map(capitalise, ask)),
        close=sequences(entry.close),
        mark=entry.mark,
        lower=entry.lower,
        upper=entry.upper,
        typo=entry.typo,
        brief=entry.brief,
        aside=entry.aside,
        filler=entry.filler,
        spoken=entry.spoken,
        broken=entry.broken,
    )
