"""How does somebody ask for it?  One frame or a free order of clauses, then a voice's habits.

A family is register/frame (a fixed order of facts) or register/free-arrangement (any order). The
draft of a request holds marks for values; `draft_request` gives it, `show_marks` makes it readable:
that is its skeleton, the words around the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from typing import NamedTuple

from generators.composition import compose
from generators.flat import SLOTS, Sequence_, capitalise, draw_parts, flatten
from generators.lexicon import Lexicon, load_lexicon
from generators.marks import DIGITS, MARKS
from generators.noise import contract, drop_articles, hesitate, shorten, slip, tidy
from generators.registers import Register
from generators.scenario_words import DURATION, PROFILE, SERVER, ScenarioWords
from generators.scenarios import Scenario

WITHOUT_CAPITALS = frozenset({"log", "note"})
EQ, SEP, DN, SN, CLOCK = (MARKS[name] for name in ("eq", "sep", "dn", "sn", "clock"))
V_PROFILE, V_USE, V_DURATION = (MARKS[name] for name in ("profile", "use", "duration"))


class Utterance(NamedTuple):
    """A request in words, its phrasing family and how each fact was worded."""

    text: str
    family: str
    facts: Mapping[str, str]


def utter(scenario: Scenario, rng: Random, lexicon: Lexicon, family: str) -> Utterance:
    """Return one request of a phrasing family that states every fact of the scenario.

    A scenario without server, profile or duration does not fit a fixed frame: it is put in a free
    order of the same register, the family stays what was asked for (`lexicon.free_families` fit).
    """
    register = lexicon.registers[family.partition("/")[0]]
    language = lexicon.languages.get(register.name)
    words = ScenarioWords(scenario, rng, lexicon, register.spoken, language)
    draw = rng.random
    text = add_noise(draft_request(words, rng, lexicon, family), register, lexicon, rng)
    group = words.group
    if DN in text:
        text = text.replace(DN, group.devices[int(draw() * len(group.devices))])
    if SN in text:
        text = text.replace(SN, group.servers[int(draw() * len(group.servers))])
    text = text.replace(V_PROFILE, words.profile, 1).replace(V_DURATION, words.duration, 1)
    if V_USE in text:
        text = text.replace(V_USE, words.use, 1)
    if ".." in text:
        text = text.replace("..", ".")
    facts = words.facts
    kind = draw()
    if kind > 1 - register.lower:
        text = text.lower()
        change_words(facts, str.lower)
    elif kind < register.upper:
        text = text.upper()
        change_words(facts, str.upper)
    elif register.lower and draw() > 0.9 and text[-1:] == ".":
        text = text[:-1]
    text = fill_numbers(text, draw)
    for mark, value in words.values:
        text = text.replace(mark, value, 1)
    return Utterance(text, family, facts)


def draft_request(words: ScenarioWords, rng: Random, lexicon: Lexicon, family: str) -> str:
    """Return the words of a request, marks for its values, before a register's habits."""
    name = family.partition("/")[0]
    register = lexicon.registers[name]
    arrangement = lexicon.arrangements.get(family)
    draw = rng.random
    if arrangement is None:
        tables = words.tables
        if tables[SERVER] is None or tables[PROFILE] is None or tables[DURATION] is None:
            families = lexicon.free_of[name]
            return draft_request(words, rng, lexicon, families[int(draw() * len(families))])
        present = 0
        for table in tables:
            present = present * 2 + (table is not None)
        ways = frame_ways(family, present)
        raw = draw_parts(ways[int(draw() * len(ways))], draw, tables)
    else:
        raw = compose(arrangement, register, words, lexicon, rng)
    return tidy(raw)


def add_noise(text: str, register: Register, lexicon: Lexicon, rng: Random) -> str:
    """Return a text with the habits of its register."""
    draw = rng.random
    lists = lexicon.lists
    if EQ in text:
        texts = lists["eq"]
        text = text.replace(EQ, texts[int(draw() * len(texts))])
    if SEP in text:
        texts = lists["sep"]
        text = text.replace(SEP, texts[int(draw() * len(texts))])
    if register.filler and draw() > 1 - register.filler:
        text = hesitate(text, lists["um3"], draw)
    if register.broken and draw() > 1 - register.broken:
        text = drop_articles(text)
    if register.brief and draw() > 1 - register.brief:
        text = shorten(text, draw)
    elif draw() > 0.8:
        text = contract(text)
    if register.typo and draw() > 1 - register.typo:
        text = slip(text, draw)
    return text


def fill_numbers(text: str, draw: Callable[[], float]) -> str:
    """Return a text with made-up times of day and numbers for their marks."""
    while CLOCK in text:
        clock = f"{6 + int(draw() * 16)}:{5 * int(draw() * 12):02d}"
        text = text.replace(CLOCK, clock, 1)
    for mark, size in DIGITS.items():
        while mark in text:
            low = 10 ** (size - 1) if size > 1 else 2
            number = low + int(draw() * (10**size - low))
            text = text.replace(mark, str(number), 1)
    return text


def change_words(facts: dict[str, str], change: object) -> None:
    """Change the case of the facts that are words of the text."""
    for slot in ("qosProfile", "duration"):
        if slot in facts:
            facts[slot] = change(facts[slot])  # type: ignore[operator]


@lru_cache(maxsize=8192)
def frame_ways(family: str, present: int) -> tuple[Sequence_, ...]:
    """Return the sequences of a frame when the slots of a bit pattern are present."""
    lexicon = load_lexicon()
    slots = {slot for place, slot in enumerate(SLOTS) if present >> (len(SLOTS) - 1 - place) & 1}
    ways = flatten(lexicon.frames[family], slots.__contains__, lexicon.words.resolve)
    if family.partition("/")[0] not in WITHOUT_CAPITALS:
        ways = [capitalise(way) for way in ways]
    return tuple(ways)
