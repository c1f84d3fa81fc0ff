"""Which characters stand for values while a request is put together?

Values travel as private-use characters, so that case, typing slips and tidying never touch them.
"""

from __future__ import annotations

import re

NAMES = (
    *("device", "phone", "server", "ipv4", "ipv6", "ports", "device_ports", "profile", "use"),
    *("duration", "sink", "token", "expires", "eq", "sep", "dn", "sn", "clock"),
    *("digits1", "digits2", "digits3", "digits4", "digits5", "digits6"),
    *("client", "token_uri"),
)
MARKS = {name: chr(0xE000 + place) for place, name in enumerate(NAMES)}
"""What stands there -> its character."""
MARK = re.compile("[\ue000-\uf8ff]")
FIRST = "\ue000"
NAME_OF = {mark: name for name, mark in MARKS.items()}
SHARED = frozenset({"phone", "ipv4", "ipv6", "use", "token", "expires", "dn", "sn", "eq"}) | {
    "client",
    "token_uri",
}
"""Names that mean the same in the clauses of every slot; {v} is the value of the clause's own."""
DIGITS = {MARKS[f"digits{size}"]: size for size in range(1, 7)}
"""Character -> how many digits a made-up number has."""


def show_marks(text: str) -> str:
    """Return a text with {names} for its characters: the skeleton of a request."""
    return MARK.sub(lambda match: "{" + NAME_OF[match[0]] + "}", text)
