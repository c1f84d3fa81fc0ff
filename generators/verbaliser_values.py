"""How is one value said? As it stands, or in words that mean nothing else.

What is said of each value is kept: JSON pointer -> words (facts).
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

from callforge_core.jsonl import render_json
from generators.verbaliser_labels import Spoken
from generators.verbaliser_lexicon import load_wordbook

FIRST_MARK = 0xE000  # values travel as private-use characters: tidying and case never touch them
MARK = re.compile("[\ue000-\uf8ff]")
WORDLIKE = re.compile(r"[A-Za-z]{3,}(?:[_ -][A-Za-z0-9]+)*|[a-z]{2,}(?:[A-Z][a-z0-9]+)+")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NEEDS_QUOTES = re.compile(r"[,;\n\"()\[\]]| and |\s$|^\s|\.$|\. ")
PLAIN_SHARE = 0.5


class Facts:
    """The words of each value of one request, and the marks they travel as."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.said: list[str] = []
        self.facts: dict[str, str] = {}
        self.quoting = rng.random()
        """How much this speaker likes quotation marks, 0..1."""

    def keep(self, pointer: str, words: str, shown: str | None = None) -> str:
        """Note how a value is said; return the mark that stands for it."""
        self.facts[pointer] = words
        self.said.append(words if shown is None else shown)
        return chr(FIRST_MARK + len(self.said) - 1)

    def reveal(self, text: str) -> str:
        """Return a text with the words instead of the marks."""
        return MARK.sub(lambda match: self.said[ord(match[0]) - FIRST_MARK], text)

    def say(self, spoken: Spoken, exact: bool = False) -> str:
        """Return the mark of a single value; `exact` keeps to the spelling of JSON."""
        value = spoken.value
        if isinstance(value, str):
            return self.say_text(spoken, exact)
        if value is None or isinstance(value, bool | dict | list):
            words = render_json(value) if exact else pick(words_for(value), self.rng)
            return self.keep(spoken.pointer, words)
        number = render_json(value)
        mark = self.keep(spoken.pointer, number)
        if not spoken.unit or exact:
            return mark
        return f"{mark} {spoken.unit.removesuffix('s') if value == 1 else spoken.unit}"

    def say_text(self, spoken: Spoken, exact: bool) -> str:
        """Return the mark of a text: quoted where it would run into its surroundings."""
        value: str = spoken.value
        if not value:
            return self.keep(spoken.pointer, pick(load_wordbook().file.empty_text, self.rng))
        if exact:
            plain = re.fullmatch(r"[^\s\"=,]+", value)
            return self.keep(spoken.pointer, value, value if plain else quote(value))
        if spoken.choices and self.rng.random() > PLAIN_SHARE:
            return self.keep(spoken.pointer, in_words(value, spoken.choices))
        torn = NEEDS_QUOTES.search(value) is not None
        if (torn or (" " in value and self.rng.random() < self.quoting)) and "\n" not in value:
            return self.keep(spoken.pointer, value, quote(value))
        return self.keep(spoken.pointer, value)


def words_for(value: Any) -> list[str]:
    """Return the words for what has no text of its own: yes, none, an empty list."""
    file = load_wordbook().file
    if value is None:
        return file.null
    if isinstance(value, bool):
        return file.yes if value else file.no
    return file.empty_list if isinstance(value, list) else file.empty_object


def in_words(value: str, choices: tuple[Any, ...]) -> str:
    """Return a listed value in plain words, EXPRESS_AIR as express air, if they mean no other."""
    if not WORDLIKE.fullmatch(value):
        return value
    words = HUMP.sub(" ", value).replace("_", " ").replace("-", " ").lower()
    same = [each for each in choices if isinstance(each, str) and squeeze(each) == squeeze(words)]
    return words if len(same) == 1 else value


def squeeze(text: str) -> str:
    """Return the letters and digits of a text, small."""
    return "".join(char for char in text.lower() if char.isalnum())


def quote(value: str) -> str:
    """Return a text in quotation marks that it does not hold itself."""
    sign = next((sign for sign in ('"', "'", "`") if sign not in value), '"')
    return f"{sign}{value}{sign}"


def pick(items: list[str], rng: Random) -> str:
    """Return one of the items."""
    return items[int(rng.random() * len(items))]
