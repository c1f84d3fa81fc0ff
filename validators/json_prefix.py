"""Could this text go on to become a JSON object? What tells a truncated answer from a wrong one.

A small recogniser with a stack of its own, linear in the length of the text.
"""

from __future__ import annotations

import re

TOKEN = re.compile(
    r'[ \t\r\n]+|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null|[{}\[\],:]"
)
OPEN_STRING = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(?:\\(?:u[0-9a-fA-F]{0,3})?)?'
)
OPEN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]*)?")
WORDS = ("true", "false", "null")

# state -> kind of token -> next state; a container pushes, its end pops
AFTER = {
    ("key or end", "string"): "colon",
    ("key", "string"): "colon",
    ("colon", ":"): "value",
    ("comma or end", ","): "next",
}
CLOSES = {"}": "{", "]": "["}


def is_json_prefix(text: str) -> bool:
    """Say whether `text` starts with a brace and is a proper beginning of some JSON object."""
    state, stack, position = "value", "", 0
    if not text.lstrip(" \t\r\n").startswith("{"):
        return False
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or cuts_number(match, text):
            return could_open(state, text[position:])
        position = match.end()
        token = match[0]
        if token[0] in " \t\r\n":
            continue
        state, stack = advance(state, stack, token)
        if state in ("wrong", "done"):
            return False
    return True


def cuts_number(match: re.Match[str], text: str) -> bool:
    """Say whether a number token is followed by a part that only a longer number could have."""
    return match[0][-1].isdigit() and text[match.end() : match.end() + 1] in (".", "e", "E")


def could_open(state: str, rest: str) -> bool:
    """Say whether the last, unfinished token may stand here."""
    if rest.startswith('"'):
        allowed = state in ("key or end", "key", "value", "value or end")
        return allowed and OPEN_STRING.fullmatch(rest) is not None
    if state not in ("value", "value or end"):
        return False
    return OPEN_NUMBER.fullmatch(rest) is not None or any(word.startswith(rest) for word in WORDS)


def advance(state: str, stack: str, token: str) -> tuple[str, str]:
    """Return the state and the open containers after one token."""
    kind = "string" if token[0] == '"' else token
    if kind in CLOSES:
        fits = stack[-1:] == CLOSES[kind] and state in (
            "key or end",
            "value or end",
            "comma or end",
        )
        if not fits:
            return "wrong", stack
        return ("comma or end" if len(stack) > 1 else "done"), stack[:-1]
    if state in ("value", "value or end"):
        if kind == "{":
            return "key or end", stack + kind
        if kind == "[":
            return "value or end", stack + kind
        return ("wrong" if kind in ",:" else "comma or end"), stack
    following = AFTER.get((state, kind), "wrong")
    if following == "next":
        following = "key" if stack[-1:] == "{" else "value"
    return following, stack
