"""Which plain values stand at the edges of a schema? Texts near a pattern, numbers near a limit.

Candidates only: whoever asks sorts them into right and wrong with the schema itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from random import Random
from typing import Any

Schema = dict[str, Any]

PARSER: Any = importlib.import_module("re._parser")  # the only public way in is deprecated
LETTERS = "aZ09 -_.:;/\\<>{}()@+%~äٓ٣\n\t\u2028"
INT_EDGES = (0, 1, -1, 2**31 - 1, 2**31, -(2**31), 2**63, 10, 65535, 65536, 70000)
FORMATS: dict[str, tuple[str, ...]] = {
    "ipv4": (
        "192.0.2.44", "255.255.255.255", "0.0.0.0", "203.0.113.7", "256.0.0.1", "1.2.3",
        "1.2.3.4.5", "01.2.3.4", "192.0.2.0/24", " 192.0.2.1", "192.0.2.1 ", "::1", "1.2.3.x", "",
    ),
    "ipv6": (
        "::", "::1", "2001:db8::9", "2001:DB8:0:0:0:0:0:9", "::ffff:192.0.2.1",
        "0000:0000:0000:0000:0000:ffff:255.255.255.255", "2001:db8::/48", "1::2::3", ":::",
        "2001:db8", "12345::", "::g", "fe80::1%eth0", "[::1]", "", "192.0.2.1",
    ),
    "uuid": (
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3F2504E0-4F89-41D3-9A0C-0305E82C3301",
        "00000000-0000-0000-0000-000000000000", "3f2504e04f8941d39a0c0305e82c3301",
        "3f2504e0-4f89-41d3-9a0c-0305e82c330", "3f2504e0-4f89-41d3-9a0c-0305e82c33011",
        "3f2504e0-4f89-41d3-9a0c-0305e82c330g", "{3f2504e0-4f89-41d3-9a0c-0305e82c3301}", "",
    ),
    "date-time": (
        "2026-03-02T09:00:00Z", "2026-03-02T09:00:00+01:00", "2026-03-02t09:00:00z",
        "2026-03-02T09:00:00.125Z", "2026-03-02T09:00:00", "2026-03-02 09:00:00Z",
        "2026-02-30T09:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02", "09:00:00Z", "soon", "",
    ),
    "uri": (
        "https://hooks.example.net/qod", "https://x", "http://hooks.example.net/qod",
        "https://[2001:db8::1]:8443/a?b=c#d", "mailto:a@example.net", "urn:example:a",
        "https://", "https:/a", "HTTPS://A.example", "https://a b", "/qod", "hooks.example.net",
        "https://a.example/%zz", "https://a.example/\n", "",
    ),
}  # fmt: skip
FORMATS["url"] = FORMATS["uri"]
STRETCH = {"date-time": "2026-03-02T09:00:00.{}Z", "uri": "https://a.example/{}"}


def candidates(node: Schema, rng: Random) -> list[Any]:
    """Return plain values near what a schema asks for, those of its branches included."""
    found: list[Any] = []
    for part in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
        found += candidates(part, rng)
    for word in node.get("enum", ()):
        found += [word, *variants(word)] if isinstance(word, str) else [word]
    for key in ("minimum", "maximum"):
        if key in node:
            found += [node[key] + step for step in (-1, 0, 1)] + [float(node[key])]
    if node.get("type") in ("integer", "number"):
        found += [*INT_EDGES, *(rng.randrange(1, 1 << rng.randrange(2, 33)) for _ in range(200))]
    if "pattern" in node:
        found += texts_near(node["pattern"], rng)
    found += FORMATS.get(node.get("format", ""), ())
    if node.get("format") in ("ipv4", "ipv6"):  # enough for a list of different ones
        frame = "198.51.100.{}" if node["format"] == "ipv4" else "2001:db8::{:x}"
        found += [frame.format(rng.randrange(256)) for _ in range(20)]
    found += list(texts_of_length(node))
    if node.get("type") == "string" and len(found) < 5:
        found += ["t0ken", "meter-17@operator.example", "ä", " ", "a\nb", "x" * 300]
    return found


def variants(word: str) -> list[str]:
    """Return words that are nearly the one given."""
    return [
        word.swapcase(), word.lower(), word.upper(), word.capitalize(), f"{word} ", f" {word}",
        f"{word}\n", word[:-1], word[1:], f"{word}S",
    ]  # fmt: skip


def texts_of_length(node: Schema) -> Iterator[str]:
    """Yield texts just within and just beyond the lengths that a schema allows."""
    for key in ("minLength", "maxLength"):
        for size in (node[key] - 1, node[key], node[key] + 1) if key in node else ():
            yield "a" * size
            frame = STRETCH.get(node.get("format", ""))
            if frame and size > len(frame):
                yield frame.format("1" * (size - len(frame) + 2))
            if node.get("pattern", "").startswith("^https"):
                yield "https://" + "a" * (size - 8)
            if node.get("pattern", "").startswith("^[0-9a-fA-F:.]+"):
                yield ":" * size


def texts_near(pattern: str, rng: Random) -> list[str]:
    """Return texts that match a pattern, and texts that miss it by one slip."""
    parsed = PARSER.parse(pattern)
    found: list[str] = []
    for turn in range(max(200, 5 * len(pattern))):
        fate = Fate()
        text = "".join(walk(parsed, rng, fate))
        found.append(text)
        found.append("".join(walk(parsed, rng, Fate(rng.randrange(fate.asked + 1)))))
        if turn % 8 == 0:
            found += [f"{text}\n", f" {text}", f"x{text}", f"{text}x", text[:-1], text[1:]]
            found += [text + text[-1:], text + rng.choice(LETTERS), f"{text} "]
    return found


class Fate:
    """Whether the next choice goes wrong: only the one that was picked does."""

    def __init__(self, slip_at: int = -1) -> None:
        self.asked = 0
        self.slip_at = slip_at

    def slips(self) -> bool:
        """Say whether this choice is the one."""
        self.asked += 1
        return self.asked - 1 == self.slip_at


def walk(parsed: Any, rng: Random, fate: Fate) -> Iterator[str]:
    """Yield the letters of a text along a parsed pattern."""
    for kind, value in parsed:
        name = str(kind)
        if name == "LITERAL":
            yield rng.choice(LETTERS) if fate.slips() else chr(value)
        elif name == "IN":
            yield letter_in(value, rng, fate.slips())
        elif name == "ANY":
            yield rng.choice(LETTERS if fate.slips() else "aZ0/.:-")
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            for _ in range(how_often(low, high, rng, fate.slips())):
                yield from walk(inner, rng, fate)
        elif name == "SUBPATTERN":
            yield from walk(value[3], rng, fate)
        elif name == "BRANCH":
            yield from walk(rng.choice(value[1]), rng, fate)


def how_often(low: int, high: Any, rng: Random, slip: bool) -> int:
    """Return a number of repeats: the least, the most, or between; one off when it slips."""
    most = int(high) if high < 1000 else low + rng.choice((0, 1, 7))
    if slip:
        return max(0, rng.choice((low - 1, most + 1)))
    return rng.choice((low, most, rng.randint(low, most)))


def letter_in(members: Any, rng: Random, slip: bool) -> str:
    """Return a letter of a class, mostly at the ends of its ranges; a neighbour when it slips."""
    kind, value = rng.choice(members)
    low, high = value if str(kind) == "RANGE" else (value, value)
    if slip:
        return chr(rng.choice((low - 1, high + 1, ord("~"), ord("~"))))
    return chr(rng.choice((low, high, rng.randint(low, high))))
