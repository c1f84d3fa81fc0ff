"""What did a text mean that is almost JSON? Reads the usual slips, and says which it met.

Taken: trailing commas, single quotes, comments, bare keys, Python's True/False/None, `=` for `:`, a
missing comma before a key, raw line breaks in strings. Anything with two readings is a ValueError.
"""

from __future__ import annotations

import json
import re
from typing import Any

from datasets_src.verbatim import Members, Said, as_integer, as_object

GAP = re.compile(r"(?:[ \t\r\n]+|/\*.*?\*/|//[^\r\n]*)*", re.DOTALL)
NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![\w.])", re.ASCII)
WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', re.DOTALL)
WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
DEEPEST = 60


class LenientReader:
    """One pass over a text; `slips` names what is not JSON, each kind once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.slips: dict[str, None] = {}

    def read(self) -> Any:
        """Return the object that is the whole text; raise ValueError when it cannot be told."""
        self.skip()
        if not self.text.startswith("{", self.at):
            raise ValueError("no object")
        value = self.value(0)
        self.skip()
        if self.at < len(self.text):
            raise ValueError("more follows")
        return value

    def skip(self) -> None:
        """Go on to the next sign; comments on the way are slips."""
        match = GAP.match(self.text, self.at)
        if match and match[0].strip():
            self.slips["comment"] = None
        self.at = match.end() if match else self.at

    def value(self, depth: int) -> Any:
        """Read one value."""
        if depth > DEEPEST:
            raise ValueError("too deep")
        sign = self.text[self.at : self.at + 1]
        if sign == "{":
            return as_object(self.members(depth))
        if sign == "[":
            return self.items(depth)
        if sign in ('"', "'"):
            return self.string()
        if match := NUMBER.match(self.text, self.at):
            self.at = match.end()
            return Said(match[0]) if match[2] or match[3] else as_integer(match[1])
        word = self.word()
        if word not in WORDS:
            raise ValueError(f"{word!r} is no value")
        if word[0].isupper():
            self.slips["Python word"] = None
        return WORDS[word]

    def members(self, depth: int) -> Members:
        """Read the members of an object, up to its closing brace."""
        members: Members = []
        self.open_with("{")
        while not self.closes("}"):
            quoted = self.text[self.at] in "\"'"
            key = self.string() if quoted else self.word()
            if not quoted:
                self.slips["bare key"] = None
            self.skip()
            if self.text.startswith("=", self.at) and quoted:
                self.slips["equals sign"] = None
            elif not self.text.startswith(":", self.at):
                raise ValueError("a colon is missing")
            self.at += 1
            self.skip()
            members.append((key, self.value(depth + 1)))
            self.separate("}", missing_allowed='"')
        return members

    def items(self, depth: int) -> list[Any]:
        """Read the items of a list, up to its closing bracket."""
        items: list[Any] = []
        self.open_with("[")
        while not self.closes("]"):
            items.append(self.value(depth + 1))
            self.separate("]")
        return items

    def open_with(self, bracket: str) -> None:
        """Step over an opening bracket."""
        self.at += len(bracket)
        self.skip()

    def closes(self, bracket: str) -> bool:
        """Step over a closing bracket if it stands here; the text must not end before it."""
        if self.at >= len(self.text):
            raise ValueError("the text ends early")
        if self.text.startswith(bracket, self.at):
            self.at += 1
            return True
        return False

    def separate(self, end: str, missing_allowed: str = "") -> None:
        """Step over a comma; one before the end, or none before a quoted key, is a slip."""
        self.skip()
        if self.text.startswith(",", self.at):
            self.at += 1
            self.skip()
            if self.text.startswith(end, self.at):
                self.slips["trailing comma"] = None
        elif missing_allowed and self.text.startswith(missing_allowed, self.at):
            self.slips["missing comma"] = None
        elif not self.text.startswith(end, self.at):
            raise ValueError("a comma is missing")

    def string(self) -> str:
        """Read a string in either kind of quotes."""
        match = STRING.match(self.text, self.at)
        if match is None:
            raise ValueError("a string does not end")
        self.at = match.end()
        said = match[0]
        if said[0] == "'":
            self.slips["single quotes"] = None
            said = '"' + said[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
        try:
            return str(json.loads(said))
        except ValueError:
            self.slips["line break in a text"] = None
            return str(json.loads(said, strict=False))

    def word(self) -> str:
        """Read a bare word."""
        match = WORD.match(self.text, self.at)
        if match is None:
            raise ValueError(f"{self.text[self.at : self.at + 1]!r} is no value")
        self.at = match.end()
        return match[0]
