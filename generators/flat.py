"""How are templates drawn fast?  Trees are laid flat once; a draw then is one pick for each part.

A sequence is a tuple of parts: a text, a tuple of texts of which one is drawn, or the code of a
form of a clause, whose texts depend on the scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from callforge_core.errors import ConfigError
from generators.grammar import Choice, Node, Optional, Reference

Part = str | tuple[str, ...] | int
Sequence_ = tuple[Part, ...]
Table = tuple[tuple[str, ...], ...]
"""Form -> texts; the second half of a table begins with capitals."""
FORMS = ("np", "tail", "say", "kv", "short", "thing", "v", "key")
SLOTS = ("device", "server", "ports", "device_ports", "profile", "duration", "sink")
WIDTH = 16  # codes of a slot: its forms, then the same with capitals
CAPITAL = 8
MOST = 24  # times that a short alternative is repeated to count as much as one with many texts
STOPS = (". ", "? ", "! ", "\n", ".", "?", "!")


def code_of(slot: str, form: str) -> int:
    """Return the code of a form of a slot."""
    return SLOTS.index(slot) * WIDTH + FORMS.index(form)


def expand(node: Node, words: Callable[[str], Sequence[str]]) -> list[str]:
    """Return every text of a tree; `words` gives the texts of a name."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, Reference):
        return list(words(node.name))
    if isinstance(node, Choice):
        return [text for option in node.options for text in expand(option, words)]
    if isinstance(node, Optional):
        raise ConfigError("[..] may stand in frames.yaml only")
    texts = [""]
    for part in node:
        texts = [one + other for one in texts for other in expand(part, words)]
    return texts


def balance(options: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return all texts of the options, each option about equally often."""
    lists = [list(option) for option in options]
    largest = min(max(map(len, lists)), MOST)
    return tuple(text for texts in lists for text in texts * max(1, round(largest / len(texts))))


def flatten(
    node: Node, has: Callable[[str], bool], resolve: Callable[[str], list[Sequence_]]
) -> list[Sequence_]:
    """Return the sequences of a tree, one for each way through alternatives that hold names."""
    if isinstance(node, str):
        return [(node,)] if node else [()]
    if isinstance(node, Reference):
        return resolve(node.name)
    if isinstance(node, Optional):
        chosen = node.then if all(map(has, node.slots)) else node.otherwise
        return flatten(chosen, has, resolve)
    if isinstance(node, Choice):
        ways = [way for option in node.options for way in flatten(option, has, resolve)]
        if all(len(way) < 2 and (not way or isinstance(way[0], str)) for way in ways):
            return [(tuple(str(way[0]) if way else "" for way in ways),)]
        return ways
    ways = [()]
    for part in node:
        more = flatten(part, has, resolve)
        ways = [join(one, other) for one in ways for other in more]
    return ways


def join(one: Sequence_, other: Sequence_) -> Sequence_:
    """Return two sequences as one, texts that touch joined."""
    if one and other and isinstance(one[-1], str) and isinstance(other[0], str):
        return (*one[:-1], one[-1] + other[0], *other[1:])
    return (*one, *other)


def capitalise(sequence: Sequence_) -> Sequence_:
    """Return a sequence with a capital wherever a sentence begins."""
    parts: list[Part] = []
    begins = True
    for part in sequence:
        if isinstance(part, int):
            parts.append(part + CAPITAL if begins else part)
            begins = False
        elif isinstance(part, str):
            parts.append(capitals(part, begins))
            begins = part.endswith(STOPS) or (begins and not part.strip())
        else:
            parts.append(all_capitals(part, begins))
            said = [text for text in part if text.strip()]
            begins = bool(said) and all(text.endswith(STOPS) for text in said)
    return tuple(parts)


@cache
def all_capitals(texts: tuple[str, ...], begins: bool) -> tuple[str, ...]:
    """Return the texts of a phrase with capitals; frames share phrases."""
    return tuple([capitals(text, begins) for text in texts])


def capitals(text: str, begins: bool) -> str:
    """Return a text with a capital at its beginning, if that begins a sentence, and after stops."""
    signs = list(text)
    for place, sign in enumerate(signs):
        if begins and sign.isalpha():
            signs[place] = sign.upper()
        if sign.isalnum() or ord(sign) >= 0xE000:
            begins = False
        elif sign == "\n" or (sign in ".?!" and text[place + 1 : place + 2] == " "):
            begins = True
    return "".join(signs)


def first_capital(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def draw_parts(
    sequence: Sequence_, draw: Callable[[], float], tables: Sequence[Table | None]
) -> str:
    """Return one text of a sequence; `tables` are the clauses of the scenario's slots."""
    texts = []
    for part in sequence:
        if part.__class__ is str:
            texts.append(part)
            continue
        if part.__class__ is int:
            part = tables[part >> 4][part & 15]  # type: ignore[index]
        texts.append(part[int(draw() * len(part))])  # type: ignore[index, arg-type]
    return "".join(texts)
