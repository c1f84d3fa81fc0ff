"""How does somebody ask for it?  One frame, one wording per clause, one style per value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from generators.grammar import realise
from generators.lexicon import Lexicon
from generators.scenarios import Scenario
from generators.wordings import Words, word_scenario

FIRST_MARK = (
    0xE000  # values travel as private-use characters, so that tidying and case never touch them
)
MARK = re.compile("[\ue000-\uf8ff]")
DIGITS = re.compile(r"digits(\d)")
TIDY = (
    (re.compile(r"[ \t]{2,}"), " "),
    (re.compile(r" +(?=[,.;?!])"), ""),
    (re.compile(r"[,;:]+(?=[.?!,;])"), ""),
    (re.compile(r"([.?!])\.+"), r"\1"),
)
SENTENCE = re.compile(r"(^|[.?!] |\n|^- |\n- )([a-z])")
CASUAL = frozenset({"chat", "voice", "log", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A request in words, its phrasing family and how each fact was worded."""

    text: str
    family: str
    facts: Mapping[str, str]


def utter(scenario: Scenario, rng: Random, lexicon: Lexicon, family: str) -> Utterance:
    """Return one request of a phrasing family that states every fact of the scenario."""
    words = word_scenario(scenario, rng, lexicon)
    speaker = Speaker(rng, lexicon, words)
    raw = realise(lexicon.frames[family], rng, speaker.resolve, speaker.has)
    text = apply_style(tidy(raw), family.partition("/")[0], rng)
    text = MARK.sub(lambda match: speaker.said[ord(match[0]) - FIRST_MARK], text)
    return Utterance(text=text, family=family, facts=words.facts)


class Speaker:
    """Resolves the names of a frame for one request, remembering sticky phrases."""

    def __init__(self, rng: Random, lexicon: Lexicon, words: Words) -> None:
        self.rng = rng
        self.lexicon = lexicon
        self.words = words
        self.said: list[str] = []
        self.kept: dict[str, str] = {}
        self.slot = ""

    def has(self, slot: str) -> bool:
        """Say whether the scenario gives this slot."""
        return slot in self.words.flavours

    def resolve(self, name: str) -> str:
        """Return the words for a clause, a value or a phrase."""
        slot, dot, form = name.partition(".")
        if dot:
            self.slot = slot
            node = self.lexicon.clauses[slot][self.words.flavours[slot]][form]
            return realise(node, self.rng, self.resolve, self.has)
        value = self.words.values.get((self.slot, name))
        if value is not None:
            self.said.append(value)
            return chr(FIRST_MARK + len(self.said) - 1)
        return self.say_phrase(name)

    def say_phrase(self, name: str) -> str:
        """Return a phrase, a made-up reference number or a time of day."""
        if name in self.kept:
            return self.kept[name]
        digits = DIGITS.fullmatch(name)
        if digits:
            size = int(digits[1])
            return str(10 ** (size - 1) + int(self.rng.random() * 9 * 10 ** (size - 1)))
        if name == "clock":
            return f"{6 + int(self.rng.random() * 16)}:{5 * int(self.rng.random() * 12):02d}"
        text = realise(self.lexicon.phrases[name], self.rng, self.resolve, self.has)
        if name in self.lexicon.sticky:
            self.kept[name] = text
        return text


def tidy(text: str) -> str:
    """Remove doubled blanks and punctuation that optional parts left behind."""
    for pattern, replacement in TIDY:
        text = pattern.sub(replacement, text)
    return text.strip(" ,;")


def apply_style(text: str, register: str, rng: Random) -> str:
    """Return the text in sentence case, lower case or as it stands; the last stop may go."""
    kind = rng.random()
    if register in CASUAL:
        if kind < 0.45:
            return text.lower().rstrip(".")
        if kind < 0.50:
            return text.upper()
    elif kind < 0.06:
        return text.lower()
    if register not in {"log", "note"}:
        text = SENTENCE.sub(lambda match: match[1] + match[2].upper(), text)
    return text.rstrip(".") if kind > 0.9 else text
