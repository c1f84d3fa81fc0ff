"""How does somebody ask for any operation? Every value of a payload in a natural request.

    verbalise(operation, call, rng, "mail/list") -> Wording(text, family, facts)

A frame of a register, the operation's own words for what is to be done, the members in free order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from callforge_core.spec import Operation
from generators.grammar import realise
from generators.verbaliser_details import Details
from generators.verbaliser_intent import read_intent
from generators.verbaliser_labels import Spoken
from generators.verbaliser_lexicon import DETAILS, load_wordbook
from generators.verbaliser_values import FIRST_MARK, Facts, pick

TIDY = (
    (re.compile(r"(?<=\S)[ \t]{2,}"), " "),
    (re.compile(r"(?m)[ \t]+$"), ""),
    (re.compile(r"(?m)(?<=\S) +(?=[,;?!](?:\s|$))"), ""),
    (re.compile(r"(?m)^ (?=\S)"), ""),
    (re.compile(r"([.?!])\.(?=\s|$)"), r"\1"),
    (re.compile(r"[,;:]+(?=[.?!](?:\s|$))"), ""),
)
SENTENCE = re.compile(r"(^|(?<!\d)[.?!] |\n\n?)([a-z])")
CASUAL = frozenset({"chat", "voice", "developer"})
CASUAL_CARE = 0.4  # how often somebody in a hurry writes capital letters all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A request in words, its phrasing family, and how it says each value."""

    text: str
    family: str
    facts: Mapping[str, str]
    """JSON pointer of a value, or path.name and query.name -> its words."""


def families() -> tuple[str, ...]:
    """Return every phrasing family, register/frame."""
    return load_wordbook().families


def verbalise(operation: Operation, members: Sequence[Spoken], rng: Random, family: str) -> Wording:
    """Return a request of a phrasing family that states every value once."""
    book = load_wordbook()
    facts = Facts(rng)
    details = Details(rng, facts)
    ordered = details.shuffled(members)

    def resolve(name: str) -> str:
        if name in DETAILS:
            return details.tell(name, ordered)
        if name == "verb":
            return pick(list(intent.verbs), rng)
        if name == "object":
            return intent.say_object(rng)
        if name == "operation":
            facts.said.append(operation.operation_id)
            return chr(FIRST_MARK + len(facts.said) - 1)
        if name == "digits4":
            return str(1000 + int(rng.random() * 9000))
        return realise(book.phrases[name], rng, resolve, bool)

    intent = read_intent(operation)
    raw = realise(book.frames[family], rng, resolve, bool)
    for pattern, new in TIDY:
        raw = pattern.sub(new, raw)
    register = family.partition("/")[0]
    if register not in CASUAL or rng.random() < CASUAL_CARE:
        raw = SENTENCE.sub(lambda match: match[1] + match[2].upper(), raw)
    return Wording(text=facts.reveal(raw.strip()), family=family, facts=facts.facts)
