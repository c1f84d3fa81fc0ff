"""What does a regular expression of a document match? ECMA-262, in words the engine knows.

The engine reads almost all of it as it is (ASCII \\d and \\w, `$` at the very end, look-around,
references, \\p{..}). Only what it refuses is rewritten here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import jsonschema_rs

PIECE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair of surrogates
    r"|\\[pPu]\{[^{}]*\}|\\k<\w+>|\\.|\(\?P?<(?![=!])\w+>|\(\?|\(|\[\^?\]|\[|\]|\{,\d+\}|\{\d+(?:,\d*)?\}|.",
    re.DOTALL,
)
SHORTHAND = re.compile(r"\\[dDwWsS]")
PLAIN = {r"\A": "^", r"\Z": "$", r"\z": "$", "]": r"\]", "{": r"\{", "}": r"\}"}


class Translation(NamedTuple):
    """A pattern for the engine, or none; and what a reader should know about it."""

    pattern: str | None
    remark: str = ""


@lru_cache(maxsize=4096)
def translate_pattern(pattern: str) -> Translation:
    """Return a pattern in the engine's words, None when it cannot be compiled."""
    if re.search(r"(?<!\\)(\\\\)*\\[AZz]", pattern):
        text = rewrite(pattern)
        remark = "\\A, \\Z and \\z are not ECMA-262; they are read as ^ and $"
        return Translation(text, remark) if compiles(text) else Translation(None)
    if compiles(pattern):
        return Translation(pattern, remark_on(pattern))
    text = rewrite(pattern)
    return Translation(text, remark_on(pattern)) if compiles(text) else Translation(None)


def compiles(pattern: str) -> bool:
    """Say whether the engine takes a pattern, in both dialects: Draft 4 is read more strictly."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
        jsonschema_rs.Draft4Validator({"pattern": pattern})
    except ValueError:
        return False
    return True


def remark_on(pattern: str) -> str:
    """Return what is probably not meant in a pattern; empty when nothing is odd."""
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        return "the slashes around it are part of the text that it wants"
    if re.search(r"\(\?[a-z]+\)|\(\?P<|\(\?>", pattern):
        return "it is not ECMA-262 (inline flags, (?P<..> or (?>..)); it is read as in Python"
    if re.search(r"\{,\d+\}", pattern):
        return "in ECMA-262 {,n} is plain text; {0,n} is probably meant"
    if "[:" in pattern and ":]" in pattern:
        return "in ECMA-262 [:name:] is a set of letters, not a class of characters"
    return ""


def rewrite(pattern: str) -> str:
    """Return a pattern with everything replaced that only ECMA-262 readers know."""
    pieces = PIECE.findall(pattern)
    groups = [piece for piece in pieces if piece == "(" or re.match(r"\(\?P?<", piece)]
    names = {group.rpartition("<")[2][:-1]: n for n, group in enumerate(groups, 1) if group != "("}
    return "".join(iter_rewritten(pieces, names))


def iter_rewritten(pieces: list[str], names: dict[str, int]) -> Iterator[str]:
    """Yield the pieces of a pattern in the engine's words; named groups become numbers."""
    inside = False
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else ""
        if len(piece) == 12:
            high, low = int(piece[2:6], 16), int(piece[8:], 16)
            yield f"\\u{{{0x10000 + ((high - 0xD800) << 10) + low - 0xDC00:X}}}"
        elif inside:
            inside = piece != "]"
            beside = SHORTHAND.fullmatch(pieces[index - 1]) or SHORTHAND.fullmatch(following)
            yield "\\-" if piece == "-" and beside and following != "]" else piece
        elif piece.startswith("\\k<"):
            number = names.get(piece[3:-1])
            yield f"\\{number}" if number else piece
        elif re.match(r"\(\?P?<\w", piece):
            yield "("
        elif piece in ("[]", "[^]"):
            yield r"(?!)" if piece == "[]" else r"[\s\S]"
        elif piece.startswith("{,"):
            yield "\\" + piece[:-1] + "\\}"
        else:
            inside = piece == "["
            yield PLAIN.get(piece, piece)
