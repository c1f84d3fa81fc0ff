"""How does somebody ask for an operation? One frame of a register, one wording of what is asked.

Reads lexicons/operations.yaml. Values travel through the grammar as private-use characters, so that
tidying and case never touch them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random

from callforge_core.config import StrictModel, build_model
from callforge_core.errors import ConfigError
from generators.grammar import Choice, Node, Optional, Reference, parse_template, realise
from generators.lexicon import read_yaml

FORMS = ("imp", "np", "q", "say", "kv", "why")
NAMED = {"sess": "id", "assign": "id", "prof": "name"}
"""Phrase that names a thing -> the slot of its id."""
FIRST_MARK = 0xE000
MARK = re.compile("[\ue000-\uf8ff]")
DIGITS = re.compile(r"digits(\d)")
TIDY = (
    (re.compile(r"[ \t]{2,}"), " "),
    (re.compile(r" +(?=[,.;?!])"), ""),
    (re.compile(r"[,;:]+(?=[.?!,;])"), ""),
    (re.compile(r"([.?!])[.?]+"), r"\1"),
)
SENTENCE = re.compile(r"(^|[.?!] |\n|^- |\n- )([a-z])")
CASUAL = frozenset({"chat", "voice", "log", "note"})
TERSE = frozenset({"log", "note"})


class OperationFile(StrictModel):
    """operations.yaml: frames by register, phrases, ways to name a device, what is asked."""

    frames: dict[str, dict[str, str]]
    phrases: dict[str, list[str]]
    device: dict[str, list[str]]
    operations: dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationLexicon:
    """The words for all operations beside createSession, parsed."""

    families: tuple[str, ...]
    """register/op_frame, in file order: the same for all operations."""
    frames: Mapping[str, Node]
    phrases: Mapping[str, Node]
    devices: Mapping[str, Node]
    asks: Mapping[str, Mapping[str, Node]]
    """Operation -> form -> wordings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a request states, in words."""

    values: Mapping[str, str] = field(default_factory=dict)
    """Slot -> its value as worded; an absent slot has none."""
    device: str = "phone"
    """How the device is named: phone, address or both."""
    vague: Mapping[str, str] = field(default_factory=dict)
    """Slot -> words that stand where its value is not given: id -> "my session"."""


@cache
def load_operation_lexicon() -> OperationLexicon:
    """Return the bundled words; raise ConfigError naming what is wrong."""
    read = build_model(OperationFile, read_yaml("operations"), "lexicons/operations.yaml")
    for name, asks in read.operations.items():
        if wrong := set(FORMS) ^ asks.keys():
            raise ConfigError(f"lexicons/operations.yaml: {name}: {sorted(wrong)} not as expected")
    frames = {
        f"{register}/op_{name}": parse_template(text)
        for register, texts in read.frames.items()
        for name, text in texts.items()
    }
    return OperationLexicon(
        families=tuple(frames),
        frames=frames,
        phrases={name: parse_texts(texts) for name, texts in read.phrases.items()},
        devices={name: parse_texts(texts) for name, texts in read.device.items()},
        asks={
            name: {form: parse_texts(texts) for form, texts in asks.items()}
            for name, asks in read.operations.items()
        },
    )


def parse_texts(texts: list[str]) -> Node:
    """Return one tree that says any of `texts`, each equally often."""
    return Choice(tuple(map(parse_template, texts)))


def ask(
    said: Said,
    asks: Mapping[str, Node],
    family: str,
    rng: Random,
    lexicon: OperationLexicon,
) -> str:
    """Return one request of a family that says `asks` with the values of `said`."""
    speaker = Speaker(said, asks, rng, lexicon)
    text = realise(lexicon.frames[family], rng, speaker.resolve, speaker.has)
    return finish(text, family.partition("/")[0], rng, speaker.said)


def finish(text: str, register: str, rng: Random, said: list[str]) -> str:
    """Return a realised text in the style of its register, its values put back."""
    for pattern, replacement in TIDY:
        text = pattern.sub(replacement, text)
    text = style(text.strip(" ,;\n"), register, rng)
    return MARK.sub(lambda match: said[ord(match[0]) - FIRST_MARK], text)


def style(text: str, register: str, rng: Random) -> str:
    """Write a text in the case people use in a register."""
    kind = rng.random()
    if register in CASUAL:
        if kind < 0.45:
            return text.lower().rstrip(".")
        if kind < 0.48:
            return text.upper()
    elif kind < 0.06:
        return text.lower()
    if register not in TERSE:
        text = SENTENCE.sub(lambda match: match[1] + match[2].upper(), text)
    return text.rstrip(".") if kind > 0.92 else text


class Speaker:
    """Resolves the names of a frame for one request."""

    def __init__(
        self, said: Said, asks: Mapping[str, Node], rng: Random, lexicon: OperationLexicon
    ) -> None:
        self.facts = said
        self.asks = asks
        self.rng = rng
        self.lexicon = lexicon
        self.said: list[str] = []
        self.kept: dict[str, str] = {}

    def has(self, slot: str) -> bool:
        """Say whether the request gives this slot, plainly or in vague words."""
        return slot == "ask" or slot in self.facts.values or slot in self.facts.vague

    def resolve(self, name: str) -> str:
        """Return the words for a form, a value or a phrase."""
        slot, dot, form = name.partition(".")
        if slot == "ask":
            return realise(self.asks[form], self.rng, self.resolve, self.has)
        if name == "device.np" and "device" not in self.facts.vague:
            node = self.lexicon.devices[self.facts.device]
            return realise(node, self.rng, self.resolve, self.has)
        if name == "v":
            return self.mark(self.value_of("address" if self.has("address") else "device"))
        if dot or name == "phone":
            return self.mark(self.value_of(slot))
        if NAMED.get(name) in self.facts.vague:
            return self.mark(self.facts.vague[NAMED[name]])
        return self.say_phrase(name)

    def value_of(self, slot: str) -> str:
        """Return the words for the value of a slot, vague ones where it is not given."""
        given, vague = self.facts.values, self.facts.vague
        return given.get(slot) or vague.get(f"{slot}.v") or vague[slot]

    def mark(self, words: str) -> str:
        """Return the sign that stands for words which nobody may change."""
        self.said.append(words)
        return chr(FIRST_MARK + len(self.said) - 1)

    def say_phrase(self, name: str) -> str:
        """Return a phrase or a made-up reference number; separators stay the same in a request."""
        if name in self.kept:
            return self.kept[name]
        if match := DIGITS.fullmatch(name):
            size = int(match[1])
            return str(10 ** (size - 1) + int(self.rng.random() * 9 * 10 ** (size - 1)))
        text = realise(self.lexicon.phrases[name], self.rng, self.resolve, self.has)
        if name in ("eq", "sep"):
            self.kept[name] = text
        return text


def count_skeletons(lexicon: OperationLexicon, asks: Mapping[str, Node], given: set[str]) -> int:
    """Return how many texts the frames can give when every value has one wording.

    Alternatives count each, repeated ones once; phrases around the facts (greetings, references)
    count as one text; `given` are the slots that have a value.
    """
    return sum(count(node, lexicon, asks, given) for node in lexicon.frames.values())


def count(node: Node, lexicon: OperationLexicon, asks: Mapping[str, Node], given: set[str]) -> int:
    """Return how many skeletons a part of a template has."""
    if isinstance(node, str):
        return 1
    if isinstance(node, Reference):
        slot, _, form = node.name.partition(".")
        if slot == "ask":
            return count(asks[form], lexicon, asks, given)
        return count(lexicon.phrases[slot], lexicon, asks, given) if slot in NAMED else 1
    if isinstance(node, Choice):
        return sum(count(part, lexicon, asks, given) for part in dict.fromkeys(node.options))
    if isinstance(node, Optional):
        part = node.then if given.issuperset(node.slots) else node.otherwise
        return count(part, lexicon, asks, given)
    total = 1
    for part in node:
        total *= count(part, lexicon, asks, given)
    return total
