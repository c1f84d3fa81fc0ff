"""Which text does a regular expression match? Reads ECMA-262 patterns and draws from them.

Only what a text is made of is read: anchors and look-around give no characters, so a caller checks
what it got with an engine and draws again. Characters are printable, letters and digits mostly.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from callforge_core.errors import SpecError

DIGITS, LETTERS = string.digits, string.ascii_letters
WORD = LETTERS + DIGITS + "_"
USUAL = LETTERS + DIGITS
PRINTABLE = USUAL + " -_.,:;!?'()/+&%#*=@$<>[]{}|~^`\"\\"
CLASSES = {"d": DIGITS, "w": WORD, "s": " "}
PROPERTIES = {"Lu": string.ascii_uppercase, "Ll": string.ascii_lowercase, "N": DIGITS, "Nd": DIGITS,
              "P": "-.,", "Z": " ", "Zs": " "}  # fmt: skip
CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
FEW = 6  # repeats of what may be repeated without end, unless a length asks for more


@dataclass(frozen=True, slots=True)
class Chars:
    """One of several characters."""

    among: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part several times; `most` is None without a limit."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives; `number` is 0 for a group that nothing refers to."""

    options: tuple[tuple[Node, ...], ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Back:
    """What another group has matched."""

    number: int


Node = Chars | Repeat | Group | Back


def draw_match(pattern: str, rng: Random, reach: int = FEW) -> str:
    """Return a text that probably matches; `reach` is how often an endless part may be repeated.

    Raises SpecError for a pattern that cannot be read.
    """
    said: dict[int, str] = {}
    return write(parse_pattern(pattern), rng, reach, said)


def write(node: Node, rng: Random, reach: int, said: dict[int, str]) -> str:
    """Return one text of a node; `said` holds what the groups so far have given."""
    if isinstance(node, Chars):
        return node.among[int(rng.random() * len(node.among))]
    if isinstance(node, Back):
        return said.get(node.number, "")
    if isinstance(node, Repeat):
        most = node.least + reach if node.most is None else node.most
        most = max(node.least, min(most, node.least + max(reach, 1)))
        power = 2 if node.most is None else 1  # endless parts are short mostly
        count = node.least + int(rng.random() ** power * (most - node.least + 1))
        return "".join([write(node.part, rng, reach, said) for _ in range(count)])
    parts = node.options[int(rng.random() * len(node.options))]
    text = "".join([write(part, rng, reach, said) for part in parts])
    if node.number:
        said[node.number] = text
    return text


@lru_cache(maxsize=1024)
def parse_pattern(pattern: str) -> Group:
    """Return the tree of a pattern; raise SpecError where it cannot be read."""
    reader = PatternReader(pattern)
    tree = reader.alternatives(0)
    if reader.at < len(pattern):
        raise reader.error("unexpected )")
    return tree


class PatternReader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.groups = 0

    def error(self, why: str) -> SpecError:
        """Return the error for what stands here."""
        return SpecError(f"the pattern {self.pattern!r:.80} cannot be read: {why} at {self.at}")

    def take(self) -> str:
        """Return the next character and go on."""
        if self.at >= len(self.pattern):
            raise self.error("it ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def skip(self, text: str) -> bool:
        """Go over a text if it stands here."""
        there = self.pattern.startswith(text, self.at)
        self.at += len(text) if there else 0
        return there

    def alternatives(self, number: int) -> Group:
        """Read alternatives up to the end or a closing bracket."""
        options: list[tuple[Node, ...]] = []
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.skip("|"):
                options.append(tuple(parts))
                parts = []
                continue
            part = self.atom()
            least, most = self.count()
            if part is not None:
                parts.append(part if (least, most) == (1, 1) else Repeat(part, least, most))
        return Group((*options, tuple(parts)), number)

    def atom(self) -> Node | None:
        """Read one part; None for one without characters."""
        char = self.take()
        if char in "^$":
            return None
        if char == ".":
            return Chars(USUAL)
        if char == "[":
            return Chars(self.members())
        if char == "(":
            return self.group()
        if char == "\\":
            return self.escape()
        return Chars(char)

    def group(self) -> Node | None:
        """Read a bracketed group; look-around is left to the check."""
        silent, number = False, 0
        if self.skip("?:"):
            pass
        elif any(self.skip(sign) for sign in ("?=", "?!", "?<=", "?<!")):
            silent = True
        elif self.skip("?"):
            if not (self.skip("<") or self.skip("P<")):
                raise self.error("a kind of group that ECMA-262 does not have")
            while self.take() != ">":
                pass
            self.groups += 1
            number = self.groups
        else:
            self.groups += 1
            number = self.groups
        inner = self.alternatives(number)
        if not self.skip(")"):
            raise self.error("a missing )")
        return None if silent else inner

    def escape(self) -> Node | None:
        """Read what follows a backslash outside of brackets."""
        char = self.pattern[self.at : self.at + 1]
        if char in ("b", "B", "A", "Z", "z") and char:
            self.at += 1
            return None
        if char.isdigit() and char != "0":
            self.at += 1
            return Back(int(char))
        return Chars(self.escaped() or USUAL)

    def escaped(self) -> str:
        """Return the characters that an escape stands for."""
        char = self.take()
        if char in "pP" and self.skip("{"):
            start = self.at
            while self.take() != "}":
                pass
            name = self.pattern[start : self.at - 1].rpartition("=")[2]
            among = PROPERTIES.get(name, LETTERS)
            return among if char == "p" else without(among)
        if char.lower() in CLASSES:
            among = CLASSES[char.lower()]
            return among if char.islower() else without(among)
        if char in CONTROLS:
            return CONTROLS[char]
        if char == "x":
            return self.code(2)
        if char == "u":
            if self.skip("{"):
                end = self.pattern.find("}", self.at)
                text = self.code(max(end - self.at, 1))
                self.skip("}")
                return text
            return self.code(4)
        return char

    def code(self, size: int) -> str:
        """Return the character whose number stands here in hexadecimal."""
        digits = self.pattern[self.at : self.at + size]
        self.at += size
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise self.error(f"{digits!r} is no character number") from None

    def members(self) -> str:
        """Return the characters of a bracketed class, those a person types first."""
        negated = self.skip("^")
        found: list[str] = []
        while not self.skip("]"):
            low = self.member()
            if len(low) == 1 and self.pattern[self.at : self.at + 1] == "-" and (
                self.pattern[self.at + 1 : self.at + 2] not in ("]", "")
            ):  # fmt: skip
                self.at += 1
                high = self.member()
                last = min(ord(high[:1]), ord(low) + 255)  # of a huge range the start will do
                found += [chr(code) for code in range(ord(low), last + 1)]
            else:
                found += low
        listed = "".join(dict.fromkeys(found))
        if negated:
            return without(listed)
        plain = "".join(char for char in listed if char in PRINTABLE)
        if not listed:
            raise self.error("a class without characters")
        return plain or listed

    def member(self) -> str:
        """Return one character of a class, or those of a shorthand in it."""
        char = self.take()
        if char != "\\":
            return char
        return "\b" if self.skip("b") else self.escaped()

    def count(self) -> tuple[int, int | None]:
        """Return how often what was just read may stand."""
        counts: tuple[int, int | None] = (1, 1)
        if self.skip("*"):
            counts = (0, None)
        elif self.skip("+"):
            counts = (1, None)
        elif self.skip("?"):
            counts = (0, 1)
        elif self.pattern[self.at : self.at + 1] == "{":
            least, comma, most = self.pattern[self.at + 1 :].partition("}")[0].partition(",")
            if not least.isdigit() or not (most == "" or most.isdigit()):
                return counts
            self.at += len(least) + len(comma) + len(most) + 2
            counts = (int(least), int(most) if most else None if comma else int(least))
        self.skip("?")
        return counts


def without(among: str) -> str:
    """Return the usual characters that are none of these."""
    for stock in (USUAL, PRINTABLE):
        left = "".join(char for char in stock if char not in among)
        if left:
            return left
    return "".join(chr(code) for code in range(0xC0, 0x180) if chr(code) not in among)
