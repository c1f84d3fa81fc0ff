"""What can a text with alternatives say?  A small grammar: parse once, realise often.

(a|b|)      one of the alternatives
[a|b]       `a` when every {slot} inside it has a value, else `b` (empty when absent)
{name}      whatever the caller resolves the name to
\\(          a literal bracket, bar or brace
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from callforge_core.errors import ConfigError

TOKEN = re.compile(r"\\(.)|([()\[\]{}|])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several alternatives, all equally likely."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Optional:
    """A part that is said only when all its slots have a value."""

    slots: tuple[str, ...]
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that the caller resolves."""

    name: str


Node = str | Choice | Optional | Reference | tuple["Node", ...]
Resolve = Callable[[str], str]


def parse_template(text: str) -> Node:
    """Return the tree of a template; raise ConfigError on brackets that do not match."""
    tokens = [*split_tokens(text), ("end", "")]
    options, rest = read_options(tokens, 0, "end", text)
    if rest != len(tokens) - 1:
        raise ConfigError(f"template {text!r}: unexpected {tokens[rest][1]!r}; escape it with \\")
    return Choice(options) if len(options) > 1 else options[0]


def realise(node: Node, rng: Random, resolve: Resolve, has: Callable[[str], bool]) -> str:
    """Return one wording of `node`; `has` says whether a slot has a value."""
    if isinstance(node, str):
        return node
    if isinstance(node, tuple):
        return "".join([realise(part, rng, resolve, has) for part in node])
    if isinstance(node, Reference):
        return resolve(node.name)
    if isinstance(node, Choice):
        options = node.options
        return realise(options[int(rng.random() * len(options))], rng, resolve, has)
    chosen = node.then if all(map(has, node.slots)) else node.otherwise
    return realise(chosen, rng, resolve, has)


def references(node: Node) -> list[str]:
    """Return every name a template refers to, each branch counted once, in order."""
    if isinstance(node, str):
        return []
    if isinstance(node, Reference):
        return [node.name]
    if isinstance(node, Choice):
        return [name for part in node.options for name in references(part)]
    parts = (node.then, node.otherwise) if isinstance(node, Optional) else node
    return [name for part in parts for name in references(part)]


def count_wordings(node: Node) -> int:
    """Return how many texts a template can give when every reference has one wording."""
    if isinstance(node, str | Reference):
        return 1
    if isinstance(node, Choice):
        return sum(map(count_wordings, node.options))
    if isinstance(node, Optional):
        return count_wordings(node.then)
    total = 1
    for part in node:
        total *= count_wordings(part)
    return total


def split_tokens(text: str) -> list[tuple[str, str]]:
    """Split a template into literal pieces and brackets."""
    tokens: list[tuple[str, str]] = []
    start, literal = 0, ""
    for match in TOKEN.finditer(text):
        literal += text[start : match.start()]
        start = match.end()
        if match[1]:
            literal += match[1]
            continue
        if literal:
            tokens.append(("text", literal))
            literal = ""
        tokens.append((match[2], match[2]))
    literal += text[start:]
    return [*tokens, ("text", literal)] if literal else tokens


def read_options(
    tokens: list[tuple[str, str]], place: int, closing: str, text: str
) -> tuple[tuple[Node, ...], int]:
    """Read alternatives up to `closing`; return them and where `closing` stands."""
    options: list[Node] = []
    parts: list[Node] = []
    while True:
        kind, value = tokens[place]
        if kind == closing or kind == "|":
            options.append(parts[0] if len(parts) == 1 else tuple(parts))
            if kind == closing:
                return tuple(options), place
            parts = []
        elif kind == "text":
            parts.append(value)
        elif kind in "([{":
            part, place = read_group(tokens, place, text)
            parts.append(part)
        else:
            raise ConfigError(f"template {text!r}: {value or 'a missing bracket'!r} does not match")
        place += 1


def read_group(tokens: list[tuple[str, str]], place: int, text: str) -> tuple[Node, int]:
    """Read one bracketed group; return it and where it ends."""
    kind = tokens[place][0]
    if kind == "{":
        if tokens[place + 1][0] != "text" or tokens[place + 2][0] != "}":
            raise ConfigError(f"template {text!r}: a name must stand between {{ and }}")
        return Reference(tokens[place + 1][1]), place + 2
    options, place = read_options(tokens, place + 1, ")" if kind == "(" else "]", text)
    if kind == "(":
        return Choice(options), place
    slots = dict.fromkeys(name.partition(".")[0] for name in references(options[0]) if "." in name)
    if not slots or len(options) > 2:
        raise ConfigError(f"template {text!r}: [..] needs a slot and at most one '|'")
    return Optional(tuple(slots), options[0], options[1] if len(options) == 2 else ""), place
