"""Which texts satisfy a format or a pattern? Plain ones first, the same ones every time.

Patterns are read by Python's own parser, so an ECMA pattern it does not know (\\p{L}) yields
nothing; look-arounds are passed over. Whoever asks has to check what comes out.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any

from callforge_core.seeding import stream

FORMATS = {
    "ipv4": ("203.0.113.20", "192.0.2.10"),
    "ipv6": ("2001:db8::20", "2001:db8::21"),
    "uri": ("https://app.example.com/hook", "https://app.example.com/other"),
    "uri-reference": ("/a/b",),
    "iri": ("https://app.example.com/a",),
    "date-time": ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"),
    "date": ("2026-03-02", "2026-03-03"),
    "time": ("09:00:00Z",),
    "duration": ("PT15M",),
    "uuid": ("123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-42d3-a456-426614174001"),
    "email": ("someone@example.com", "other@example.com"),
    "idn-email": ("someone@example.com",),
    "hostname": ("app.example.com", "www.example.com"),
    "byte": ("dGV4dA==", "d29yZA=="),
    "binary": ("text",),
    "regex": ("^a+$",),
    "json-pointer": ("/a/b",),
}
HINTS = {
    "ipv4": "ipv4", "ipv6": "ipv6", "ipaddress": "ipv4", "email": "email", "uri": "uri",
    "url": "uri", "sink": "uri", "hostname": "hostname", "uuid": "uuid", "datetime": "date-time",
    "timestamp": "date-time", "expires": "date-time", "date": "date",
}  # fmt: skip
"""Part of a member's name -> the format its text probably has, where the schema names none."""
WORDS = ("text", "word", "another text", "a", "1", "A")
EXTRAS = (0, 1, 2, 4, 7, 15, 31, 63, 255)
"""How much longer than its least each repetition is made, in turn."""
NICE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
PRINTABLE = NICE + "-_.:/ @+#,;!?=()[]{}<>%$&*~|^'\"\\"
MOST_TEXTS = 40
MOST_WIDTH = 2**31  # the parser's own stand-in for "without end" lies above


def iter_texts(schema: dict[str, Any], name: str = "") -> Iterator[str]:
    """Yield candidates for a string schema of a member of that name; not all of them fit."""
    yield from FORMATS.get(str(schema.get("format")), ())
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        yield from islice(iter_matches(pattern), MOST_TEXTS)
    if "format" not in schema and "enum" not in schema:
        plain = name.lower().replace("_", "")
        yield from FORMATS.get(next((HINTS[part] for part in HINTS if part in plain), ""), ())
    yield from sized(WORDS, schema.get("minLength") or 0, schema.get("maxLength"))


def sized(words: Iterable[str], least: int, most: int | None) -> Iterator[str]:
    """Yield words stretched or cut to a length; nothing longer than a page."""
    for word in words:
        text = word if len(word) >= least else (word * (least // len(word) + 1))[:least]
        if len(text) <= 4096:
            yield text if most is None else text[:most]


def iter_matches(pattern: str) -> Iterator[str]:
    """Yield texts built from a pattern, shortest first."""
    tree = parse_pattern(pattern)
    if tree is None:
        return
    rng = stream(0, "spec example", pattern)
    for extra in EXTRAS:
        for _ in range(3):
            yield "".join(written(tree, extra, rng, {}))


def longest_match(pattern: str) -> float:
    """Return how many characters a text may have that matches a pattern from end to end."""
    tree = parse_pattern(pattern) if pattern.startswith("^") and pattern.endswith("$") else None
    if tree is None:
        return float("inf")
    ends = [(str(code), str(argument)) for code, argument in tree]
    if len(ends) < 2 or ends[-1] != ("AT", "AT_END") or ends[0] != ("AT", "AT_BEGINNING"):
        return float("inf")
    width = tree.getwidth()[1]
    return float(width) if width < MOST_WIDTH else float("inf")


def parse_pattern(pattern: str) -> Any:
    """Return a pattern as Python's parser reads it, None when it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what ECMA allows and Python frowns upon
            re.compile(pattern)
            parser: Any = importlib.import_module("re._parser")
            return parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return None


def written(tree: Any, extra: int, rng: Random, groups: dict[int, str]) -> Iterator[str]:
    """Yield the pieces of one text for a parsed pattern."""
    for code, argument in tree:
        name = str(code)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "NOT_LITERAL":
            yield next(letter for letter in NICE if ord(letter) != argument)
        elif name == "ANY":
            yield rng.choice(NICE)
        elif name == "IN":
            yield from pick(argument, rng)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = argument
            for _ in range(min(low + extra, int(high), 4096)):
                yield from written(inner, extra, rng, groups)
        elif name == "BRANCH":
            yield from written(rng.choice(argument[1]), extra, rng, groups)
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            inner = argument[-1] if name == "SUBPATTERN" else argument
            text = "".join(written(inner, extra, rng, groups))
            if name == "SUBPATTERN" and argument[0] is not None:
                groups[argument[0]] = text
            yield text
        elif name == "GROUPREF":
            yield groups.get(argument, "")


def pick(items: Any, rng: Random) -> Iterator[str]:
    """Yield one character of a set: a letter or a digit where the set has some."""
    negated = bool(items) and str(items[0][0]) == "NEGATE"
    plain = [letter for letter in PRINTABLE if is_in(items, letter) != negated]
    nice = [letter for letter in plain if letter in NICE]
    if nice or plain:
        yield rng.choice(nice or plain)
        return
    for code, argument in items:  # a set of letters beyond ASCII
        if str(code) in ("LITERAL", "RANGE"):
            yield chr(argument if str(code) == "LITERAL" else argument[0])
            return


def is_in(items: Any, letter: str) -> bool:
    """Say whether one of the parts of a set, negation aside, has a letter."""
    for code, argument in items:
        kind = str(code)
        if kind == "LITERAL" and ord(letter) == argument:
            return True
        if kind == "RANGE" and argument[0] <= ord(letter) <= argument[1]:
            return True
        if kind == "CATEGORY" and is_of(str(argument), letter):
            return True
    return False


def is_of(category: str, letter: str) -> bool:
    """Say whether a letter is of a class such as \\d or \\W."""
    wanted = "_NOT_" not in category
    if category.endswith("DIGIT"):
        return letter.isdigit() == wanted
    if category.endswith("SPACE"):
        return letter.isspace() == wanted
    return (letter.isalnum() or letter == "_") == wanted
