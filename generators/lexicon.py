"""Which words may a request use?  Loads lexicons/*.yaml once, checked, parsed and laid flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from callforge_core.config import build_model
from callforge_core.errors import ConfigError
from generators.flat import (
    CAPITAL,
    FORMS,
    SLOTS,
    Sequence_,
    Table,
    balance,
    capitalise,
    code_of,
    expand,
    first_capital,
    flatten,
)
from generators.grammar import Choice, Node, parse_template, references
from generators.lexicon_files import (
    ClauseFile,
    FrameFile,
    GroupFile,
    LanguageEntry,
    LanguageFile,
    PhraseFile,
    RegisterFile,
    ValueFile,
)
from generators.marks import MARKS, SHARED
from generators.registers import (
    Arrangement,
    Register,
    Sequences,
    compile_arrangement,
    compile_register,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What workloads of one kind have in common."""

    name: str
    needs: tuple[str, ...]
    labels: tuple[str, ...]
    devices: tuple[str, ...]
    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Other ways to name a workload, and its group."""

    words: tuple[str, ...]
    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All words, parsed and laid flat."""

    families: tuple[str, ...]
    """register/frame and register/arrangement."""
    frame_families: tuple[str, ...]
    """Families of one fixed order of facts each, in English; the plainest requests."""
    free_families: tuple[str, ...]
    """Families of free order; they state scenarios from which anything is missing."""
    free_of: Mapping[str, tuple[str, ...]]
    """Register -> its families of free order."""
    frames: Mapping[str, Node]
    arrangements: Mapping[str, Arrangement]
    """Family of free order -> its arrangement."""
    registers: Mapping[str, Register]
    about: Sequences
    """Wishes that state the profile."""
    about_capital: Sequences
    clauses: Mapping[str, Mapping[str, Mapping[str, Node]]]
    tables: tuple[Mapping[str, Table], ...]
    """Place of a slot in SLOTS -> flavour -> its texts."""
    phrases: Mapping[str, Node]
    lists: Mapping[str, tuple[str, ...]]
    """Phrase -> its texts, values as marks."""
    sticky: frozenset[str]
    workloads: Mapping[str, Workload]
    groups: Mapping[str, Group]
    languages: Mapping[str, LanguageEntry]
    """Register that is not English -> its words."""
    words: Words
    """What names in frames stand for."""


@cache
def load_lexicon() -> Lexicon:
    """Return the bundled lexicon; raise ConfigError naming the file that is wrong."""
    phrases = build_model(PhraseFile, read_yaml("phrases"), "lexicons/phrases.yaml")
    clauses = build_model(ClauseFile, read_yaml("clauses"), "lexicons/clauses.yaml")
    frames = build_model(FrameFile, {"frames": read_yaml("frames")}, "lexicons/frames.yaml")
    voices = build_model(RegisterFile, read_yaml("registers"), "lexicons/registers.yaml")
    around = {name: parse_list(texts) for name, texts in phrases.phrases.items()}
    parsed = {
        f"{register}/{name}": parse_template(text)
        for register, texts in frames.frames.items()
        for name, text in texts.items()
    }
    for family, node in parsed.items():
        check_frame(family, node, around)
    words = Words(around)
    arrangements = {
        f"{register}/free-{name}": compile_arrangement(name, voices.arrangements)
        for register, voice in voices.registers.items()
        for name in dict.fromkeys(voice.arrangements)
    }
    tongues = build_model(
        LanguageFile, {"languages": read_yaml("languages")}, "lexicons/languages.yaml"
    )
    groups, workloads = load_groups()
    about = words.sequences(voices.about)
    return Lexicon(
        families=(*parsed, *arrangements),
        frame_families=tuple(
            family for family in parsed if family.partition("/")[0] not in tongues.languages
        ),
        free_families=tuple(arrangements),
        free_of={
            name: tuple(f"{name}/free-{one}" for one in dict.fromkeys(voice.arrangements))
            for name, voice in voices.registers.items()
        },
        frames=parsed,
        arrangements=arrangements,
        registers={
            name: compile_register(name, voice, words.sequences)
            for name, voice in voices.registers.items()
        },
        about=about,
        about_capital=tuple(map(capitalise, about)),
        clauses={slot: parse_forms(getattr(clauses, slot)) for slot in SLOTS},
        tables=tuple(lay_tables(slot, getattr(clauses, slot)) for slot in SLOTS),
        phrases=around,
        lists={name: words.options(name) for name in around if words.is_plain(name)},
        sticky=frozenset(phrases.sticky),
        workloads=workloads,
        groups=groups,
        languages=tongues.languages,
        words=words,
    )


class Words:
    """Phrases as texts and as sequences."""

    def __init__(self, phrases: Mapping[str, Node]) -> None:
        self.phrases = phrases
        self.known: dict[str, tuple[str, ...]] = {}

    def is_plain(self, name: str) -> bool:
        """Say whether a phrase holds no clause."""
        return not any("." in inner for inner in references(self.phrases[name]))

    def texts(self, name: str) -> Sequence[str]:
        """Return the texts of a name; what is drawn late is a mark."""
        if name in MARKS:
            return (MARKS[name],)
        if name not in self.phrases:
            raise ConfigError(f"lexicons/phrases.yaml: no phrase {name!r}")
        return self.options(name)

    def options(self, name: str) -> tuple[str, ...]:
        """Return the texts of a phrase."""
        if name not in self.known:
            node = self.phrases[name]
            options = node.options if isinstance(node, Choice) else (node,)
            self.known[name] = balance([expand(option, self.texts) for option in options])
        return self.known[name]

    def resolve(self, name: str) -> list[Sequence_]:
        """Return the sequences of a name in a frame."""
        slot, dot, form = name.partition(".")
        if dot:
            return [(code_of(slot, form),)]
        if name in MARKS:
            return [(MARKS[name],)]
        if self.is_plain(name):
            return [(self.options(name),)]
        return flatten(self.phrases[name], lambda _: True, self.resolve)

    def sequences(self, texts: Sequence[str]) -> tuple[Sequence_, ...]:
        """Return the sequences of a list of templates."""
        nodes = map(parse_template, texts)
        return tuple(way for node in nodes for way in flatten(node, lambda _: True, self.resolve))


@cache
def load_groups() -> tuple[dict[str, Group], dict[str, Workload]]:
    """Return the groups of workloads, and the workloads by their name in small letters."""
    file = build_model(GroupFile, {"groups": read_yaml("workloads")}, "lexicons/workloads.yaml")
    groups: dict[str, Group] = {}
    workloads: dict[str, Workload] = {}
    for name, spec in file.groups.items():
        groups[name] = group = Group(
            name=name,
            needs=expand_list(spec.needs),
            labels=tuple(spec.labels),
            devices=tuple(spec.devices),
            servers=tuple(spec.servers),
        )
        for workload, texts in spec.workloads.items():
            workloads[workload.lower()] = Workload(words=expand_list(texts), group=group)
    return groups, workloads


def expand_list(texts: Sequence[str]) -> tuple[str, ...]:
    """Return every text of templates without names, each template about equally often."""
    if not texts:
        return ()
    lists = [expand(parse_template(text), tuple) for text in texts]
    return balance([list(dict.fromkeys(" ".join(one.split()) for one in many)) for many in lists])


@cache
def load_values() -> ValueFile:
    """Return how values look; raise ConfigError when values.yaml is wrong."""
    return build_model(ValueFile, read_yaml("values"), "lexicons/values.yaml")


def read_yaml(name: str) -> Any:
    """Return the parsed lexicon file `name`."""
    path = resources.files("generators") / "lexicons" / f"{name}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def check_frame(family: str, node: Node, phrases: Mapping[str, Node]) -> None:
    """Raise ConfigError unless the frame states every slot exactly once."""
    said = list(iter_slots(node, phrases))
    wrong = [slot for slot in SLOTS if said.count(slot) != 1]
    if wrong:
        raise ConfigError(f"lexicons/frames.yaml: {family}: {', '.join(wrong)} not said once")


def iter_slots(node: Node, phrases: Mapping[str, Node]) -> Iterator[str]:
    """Yield the slots a frame states, those inside its phrases included."""
    for name in references(node):
        slot, dot, _ = name.partition(".")
        if dot:
            yield slot
        elif name in phrases:
            phrase = phrases[name]
            first = phrase.options[0] if isinstance(phrase, Choice) else phrase
            yield from dict.fromkeys(iter_slots(first, phrases))


def lay_tables(slot: str, flavours: Mapping[str, Mapping[str, list[str]]]) -> dict[str, Table]:
    """Return flavour -> form -> texts, values as marks; then the same with capitals."""

    def words(name: str) -> Sequence[str]:
        if name not in SHARED and name != "v":
            raise ConfigError(f"lexicons/clauses.yaml: {slot}: no value {name!r}")
        return (MARKS[slot if name == "v" else name],)

    tables = {}
    for flavour, forms in flavours.items():
        plain = [
            balance([expand(parse_template(text), words) for text in forms[form]])
            if form in forms
            else ()
            for form in FORMS
        ]
        assert len(plain) == CAPITAL
        tables[flavour] = (*plain, *(tuple(map(first_capital, texts)) for texts in plain))
    return tables


def parse_forms(flavours: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, Node]]:
    """Return the parsed wordings: flavour -> form -> tree."""
    return {
        flavour: {form: parse_list(texts) for form, texts in forms.items()}
        for flavour, forms in flavours.items()
    }


def parse_list(texts: list[str]) -> Node:
    """Return one tree that says any of `texts`."""
    nodes = tuple(map(parse_template, texts))
    return nodes[0] if len(nodes) == 1 else Choice(nodes)
