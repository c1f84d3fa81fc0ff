"""What is an operation called when somebody asks for it? A verb and its object, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from callforge_core.spec import Operation
from generators.schema_values_cues import words_of_name
from generators.verbaliser_lexicon import load_wordbook

ARTICLES = ("a", "an", "the", "new", "all", "one", "some", "your", "this")
VOWELS = "aeiou"
LATER = re.compile(
    r"\s*[(.;:].*$|\s+\b(?:identified|specified|based|given|for|by|with|using|that|which|to|in|from"
    r"|of a given)\b.*$"
)
MOST_WORDS = 5
EXISTING = frozenset(
    {"update", "modify", "patch", "replace", "set", "delete", "remove", "revoke", "cancel", "get",
     "read", "find", "retrieve", "check", "extend", "start", "stop"}
)  # fmt: skip
"""Verbs of what is already there: the order, not an order."""
MAKING = frozenset(
    {"create", "add", "place", "post", "register", "book", "schedule", "open", "report", "request"}
)
"""Verbs of what comes to be: a new order."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A verb, its synonyms, and what it is done to."""

    verbs: tuple[str, ...]
    thing: str
    """Without article: order, list of pets."""
    is_known: bool
    """What it is done to is there already."""
    is_new: bool
    """What it is done to comes to be."""

    def say_object(self, rng: Random) -> str:
        """Return the object with an article."""
        if self.is_plural:
            return f"{('the ', '', 'these ')[int(rng.random() * 3)]}{self.thing}"
        if self.is_known:
            return f"{('the', 'the', 'this', 'one')[int(rng.random() * 4)]} {self.thing}"
        article = "an" if self.thing[:1].lower() in VOWELS else "a"
        forms = (article, article, "a new" if self.is_new else article, "one")
        return f"{forms[int(rng.random() * 4)]} {self.thing}"

    @property
    def is_plural(self) -> bool:
        """The thing is more than one."""
        last = self.thing.rpartition(" ")[2]
        return last.endswith("s") and not last.endswith(("ss", "us", "is"))


@lru_cache(maxsize=256)
def read_intent(operation: Operation) -> Intent:
    """Return what an operation does: from its summary, its id, or its method and path."""
    book = load_wordbook().file
    words = [
        word.lower() for word in re.findall(r"[A-Za-z][\w'-]*", LATER.sub("", operation.summary))
    ]
    verb = base_form(words[0], book.verbs) if words else None
    named = words_of_name(operation.operation_id) if is_name(operation.operation_id) else ()
    if verb is None or not 1 < len(words) <= MOST_WORDS + 2:
        words = list(named)
        verb = base_form(words[0], book.verbs) or words[0] if len(words) > 1 else None
    if verb is None:
        verb, words = book.methods.get(operation.method, "create"), ["", last_part(operation.path)]
    rest = words[1:]
    while rest and rest[0] in ARTICLES:
        rest = rest[1:]
    thing = " ".join(rest[:MOST_WORDS]) or last_part(operation.path)
    verbs = tuple(book.verbs.get(verb, [verb]))
    is_known = verb in EXISTING or operation.method in ("get", "delete", "patch", "put")
    return Intent(verbs, thing, is_known, verb in MAKING and not is_known)


def is_name(operation_id: str) -> bool:
    """Say whether an operation was given an id of its own; else its method and path stand there."""
    return " " not in operation_id


def base_form(word: str, verbs: object) -> str | None:
    """Return the base form of a verb that is known: creates -> create; None for other words."""
    known = verbs if isinstance(verbs, dict) else {}
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ing"),
                 f"{word.removesuffix('ies')}y"):  # fmt: skip
        if form in known:
            return form
    return None


def last_part(path: str) -> str:
    """Return the last fixed part of a path in words, one of many: /v1/orders/{id} -> order."""
    parts = [part for part in path.split("/") if part and not part.startswith("{")]
    words = " ".join(words_of_name(parts[-1])) if parts else "request"
    plural = words.endswith("s") and not words.endswith(("ss", "us"))
    return (words[:-1] if plural else words) or "request"
