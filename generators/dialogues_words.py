"""What does a user say in a later turn, and the assistant in words? One voice for each dialogue.

Wordings stand in lexicons/dialogues.yaml; a voice draws among those of its own and those that fit
everybody, and keeps its habits (small letters, full stops, fillers) for the whole dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from callforge_core.config import StrictModel, build_model
from callforge_core.errors import ConfigError
from generators.grammar import Choice, Node, parse_template, realise
from generators.lexicon import read_yaml

ANY = "any"
VOICES = ("plain", "chat", "formal", "spoken", "terse", "learner")
VOICE_OF = {
    "log": "terse",
    "note": "terse",
    "bullets": "terse",
    "form": "terse",
    "code": "terse",
    "sms": "chat",
    "forward": "formal",
    "chat": "chat",
    "mail": "formal",
    "ticket": "formal",
    "voice": "spoken",
    "story": "spoken",
    "nonnative": "learner",
}
"""Register of the first request -> the voice that goes on; any other is plain."""
SMALL = {"chat": 0.75, "spoken": 0.5, "terse": 0.6}
"""How often a voice writes small letters only."""
NO_STOP = {"chat": 0.95, "spoken": 0.7, "terse": 1.0, "learner": 0.5, "plain": 0.4}
KINDS = (*("phrases", "fragments", "answers", "unsure", "turns", "references", "slots", "replies"),)
FIRST_MARK = 0xE000  # values travel as private-use characters: case and tidying never touch them
MARK = re.compile("[\ue000-\uf8ff]")
TIDY = (
    (re.compile(r"[ \t]{2,}"), " "),
    (re.compile(r" +(?=[,.;?!])"), ""),
    (re.compile(r"[,;:]+(?=[.?!,;])"), ""),
    (re.compile(r"([.?!])[.,]+"), r"\1"),
)
SENTENCE = re.compile(r"(^|[.?!] )([a-z])")

ByVoice = Mapping[str, Node]
Texts = dict[str, list[str]]


class Refusal(StrictModel):
    """Requests that no call serves, and why."""

    reason: str
    ask: list[str]


class DialogueFile(StrictModel):
    """dialogues.yaml."""

    phrases: dict[str, Texts]
    fragments: dict[str, Texts | list[str]]
    openings: Texts
    answers: dict[str, Texts]
    unsure: dict[str, list[str]]
    turns: dict[str, Texts]
    refusals: list[Refusal]
    references: dict[str, Texts | list[str]]
    slots: dict[str, list[str]]
    replies: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class DialogueLexicon:
    """All wordings, parsed: name -> voice -> tree; `any` counts for every voice."""

    wordings: Mapping[str, ByVoice]
    refusals: tuple[tuple[str, Node], ...]


@cache
def load_dialogue_lexicon() -> DialogueLexicon:
    """Return the bundled wordings; raise ConfigError when dialogues.yaml is wrong."""
    where = "lexicons/dialogues.yaml"
    file = build_model(DialogueFile, read_yaml("dialogues"), where)
    groups: dict[str, Texts] = {"openings": file.openings} | {
        f"{kind}.{name}": texts if isinstance(texts, dict) else {ANY: texts}
        for kind in KINDS
        for name, texts in getattr(file, kind).items()
    }
    for name, texts in groups.items():
        strange = texts.keys() - {ANY, *VOICES}
        if strange:
            raise ConfigError(f"{where}: {name}: {sorted(strange)[0]!r} is no voice")
    return DialogueLexicon(
        wordings={name: by_voice(texts) for name, texts in groups.items()},
        refusals=tuple((each.reason, parse_list(each.ask)) for each in file.refusals),
    )


def by_voice(texts: Texts) -> ByVoice:
    """Return the tree of each voice: its own wordings twice, those of everybody once."""
    common = texts.get(ANY, [])
    fallback = common or next(iter(texts.values()))
    return {voice: parse_list([*common, *texts.get(voice, []) * 2] or fallback) for voice in VOICES}


def parse_list(texts: list[str]) -> Node:
    """Return one tree that says any of `texts`."""
    nodes = tuple(map(parse_template, texts))
    return nodes[0] if len(nodes) == 1 else Choice(nodes)


def voice_of(register: str) -> str:
    """Return the voice that goes on after a first request in a register."""
    return VOICE_OF.get(register, "plain")


class Voice:
    """One user of one dialogue, and the assistant's words to them."""

    def __init__(self, rng: Random, lexicon: DialogueLexicon, name: str) -> None:
        self.rng = rng
        self.lexicon = lexicon
        self.name = name
        self.small = rng.random() < SMALL.get(name, 0.1)
        self.no_stop = rng.random() < NO_STOP.get(name, 0.1)
        self.values: Mapping[str, str] = {}
        self.said: list[str] = []

    def say(self, wording: str, **values: str) -> str:
        """Return a user's turn; values stand in it as they are."""
        return self.finish(self.raw(self.node(wording), values))

    def say_several(self, parts: Sequence[tuple[str, Mapping[str, str]]], join: str) -> str:
        """Return several wordings in one turn, joined as the voice does."""
        self.said = []
        texts = [self.raw(self.node(name), values, start=False) for name, values in parts]
        joint = self.joint(join)
        return self.finish(joint.join(text.strip(" .") for text in texts))

    def word(self, wording: str, **values: str) -> str:
        """Return a piece of a turn, no sentence of its own."""
        text = self.raw(self.node(wording), values)
        return self.fill(tidy(text))

    def joint(self, wording: str) -> str:
        """Return what stands between two parts of a turn, its blanks kept."""
        return realise(self.node(wording), self.rng, self.resolve, lambda _slot: True)

    def reply(self, wording: str, **values: str) -> str:
        """Return what the assistant says."""
        return self.fill(tidy(self.raw(self.node(f"replies.{wording}"), values)))

    def ask_beyond(self) -> tuple[str, str]:
        """Return a request that no call serves, and the reason."""
        reason, node = self.lexicon.refusals[int(self.rng.random() * len(self.lexicon.refusals))]
        return self.finish(self.raw(node, {})), reason

    def node(self, wording: str) -> Node:
        """Return the wordings that this voice may use."""
        return self.lexicon.wordings[wording][self.name]

    def raw(self, node: Node, values: Mapping[str, str], *, start: bool = True) -> str:
        """Return a wording with marks for its values."""
        if start:
            self.said = []
        self.values = values
        return realise(node, self.rng, self.resolve, lambda _slot: True)

    def resolve(self, name: str) -> str:
        """Return the mark of a value, or the words of a phrase."""
        if name in self.values:
            self.said.append(self.values[name])
            return chr(FIRST_MARK + len(self.said) - 1)
        return realise(self.node(f"phrases.{name}"), self.rng, self.resolve, lambda _slot: True)

    def finish(self, text: str) -> str:
        """Return a turn in the habits of this voice."""
        text = tidy(text)
        text = text.lower() if self.small else SENTENCE.sub(lambda m: m[1] + m[2].upper(), text)
        if self.no_stop:
            text = text.rstrip(".")
        elif text[-1:] not in {".", "?", "!"} and self.name in ("formal", "plain"):
            text += "."
        return self.fill(self.begin(text))

    def begin(self, text: str) -> str:
        """Return a turn whose first word is capital, even if it is that of a value in words."""
        if self.small or not MARK.match(text):
            return text
        place = ord(text[0]) - FIRST_MARK
        first = self.said[place]
        if first.replace(" ", "").isalpha():
            self.said[place] = first[0].upper() + first[1:]
        return text

    def fill(self, text: str) -> str:
        """Return a text with the values in place of their marks."""
        filled = MARK.sub(lambda match: self.said[ord(match[0]) - FIRST_MARK], text)
        return f"{filled[:-2]}." if filled.endswith("..") else filled  # "25 mins." ends a sentence


def tidy(text: str) -> str:
    """Remove doubled blanks and punctuation that empty phrases left behind."""
    for pattern, replacement in TIDY:
        text = pattern.sub(replacement, text)
    return text.strip(" ,;")
