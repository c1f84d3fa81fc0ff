"""Does a request plainly say every value of a payload, and nothing else? Yes, or "look closely".

Most requests of a sound dataset state their values as they stand in the payload. One flat walk
takes them out of the text, and what is left is looked at once: a third of the work of a close
reading.
Whatever is not beyond doubt here (another spelling, a kind without a plain form, digits left over
that could be a fact) is for the close reading. A glance must never pass what that would flag
(tests/validators/test_glance.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from validators.derivations import find_any_length, find_clock_times, find_plain_length
from validators.facts import SPOKEN
from validators.length_words import find_two_units, find_usual
from validators.phone_numbers import GAPPED, GAPS, find_phone
from validators.profile_words import NOTHING, ProfileWords, split_tokens
from validators.reading import LEFT_OVER, find_range, find_single, is_port, pairs_of
from validators.request_text import Request
from validators.slots import Plan

TAKEN = "\0"
WHOLE_NUMBERS = frozenset({"spacing", "00 for +", "digit words"})
TEXTS = frozenset({"phone", "ipv4", "ipv6", "url"})
# a sign beside a place where a value was taken out that may belong to the value
TORN = re.compile(r"\0(?:(?<=[\w.+/@%–-]\0)|(?<=[0-9a-f:]:\0)|(?=[\w/+@%–-]|:[a-f:]|\.\w|\(0\)))")
LABEL = re.compile(r"[a-z0-9]*[g-z][a-z0-9]*:|[a-z]{5,}:")
PORT_LEFT = re.compile(
    r"port[^.;|\n]{0,60}?\d(?!\d?k\b)"  # 4k is none
    r"|\d[/ ](?:tc|ud|sct)p|(?:tc|ud|sct)p[/ ]?\d|\0\]?:\d|\0\)? on \d\d"
)
COUNTER = re.compile(r"(?<!\S)[1-9][.)](?=\s)")  # the points of a list are no ports
DIGITS = b"0123456789"
STICKY = frozenset("/+@%–-_0123456789abcdefghijklmnopqrstuvwxyz")
Member = tuple[str, Any]
UNKNOWN: Member = ("", None)
LONGEST = 1500  # characters; a longer request says more than one call


class Glance:
    """The plain forms of the values of one plan."""

    def __init__(self, plan: Plan, words: ProfileWords) -> None:
        self.members = flatten(plan)
        self.words = words

    def passes(self, payload: object, text: str) -> bool:
        """Say whether everything in a payload, and nothing else, is plainly said."""
        if payload.__class__ is not dict or text.__class__ is not str:
            return False
        if len(text) > LONGEST or TAKEN in text:
            return False
        rest = text
        pairs: list[tuple[int, int]] = []
        seconds = profile = None
        stack: list[tuple[Any, Mapping[str, Member]]] = [(payload, self.members)]
        for node, members in stack:  # grows while it is walked
            for key, value in node.items():
                kind, inner = members.get(key, UNKNOWN)
                if kind in TEXTS:
                    if value.__class__ is not str or len(value) < 2:
                        return False
                    left = rest.replace(value, TAKEN, 1)
                    if left == rest:
                        left = take_other(value, rest, kind)
                        if left == rest:
                            return False
                    rest = left
                elif inner is not None:
                    if value.__class__ is not dict:
                        return False
                    stack.append((value, inner))
                elif kind == "seconds" and seconds is None and value.__class__ is int:
                    seconds = value
                elif kind == "profile" and profile is None and value.__class__ is str:
                    profile = value
                elif kind == "ports" and (more := pairs_of(value)):
                    pairs += more
                elif kind == "port" and is_port(value):
                    pairs.append((value, value))
                elif kind == "text" and value.__class__ is str:  # what is not said may be meant
                    rest = rest.replace(value, TAKEN, 1) if len(value) > 3 else rest
                elif kind == "choice":
                    pass
                else:
                    return False
        rest = rest.lower()
        return not (
            "mask" in rest
            or "slash" in rest
            or (TORN.search(rest) is not None and is_torn(rest))
            or not says_numbers(pairs, seconds, rest)
            or (profile is not None and not self.says_profile(profile, text, rest))
        )

    def says_profile(self, name: str, text: str, low: str) -> bool:
        """Say whether a request names a profile or its use, or says nothing of any."""
        start = text.find(name)
        if start >= 0:
            end = start + len(name)
            return not (text[end : end + 1].isalnum() or text[start - 1 : start].isalnum())
        tokens = split_tokens(low)
        if not self.words.endings.isdisjoint(tokens) and self.words.has_name(low):
            return self.words.find(name, low) is not None
        if not self.words.own.get(name, NOTHING).isdisjoint(tokens):
            return True
        said = frozenset(tokens)
        return self.words.find_use(name, low, said) is not None or not (
            self.words.speaks_of_other(name, low, said)
        )


def flatten(plan: Plan) -> dict[str, Member]:
    """Return name -> (kind of its value, its members): only what the flat walk needs."""
    return {
        name: ("", flatten(child) or None) if isinstance(child, Plan) else (child.kind, None)
        for name, child in plan.members.items()
    }


def is_torn(rest: str) -> bool:
    """Say whether a value that was taken out may have been a part of something longer."""
    match = TORN.search(rest)
    while match:
        start = match.start()
        word = max(rest.rfind(blank, 0, start) for blank in " \n\0") + 1
        if rest[start - 1 : start] != ":" or not LABEL.fullmatch(rest, word, start):
            return True
        if rest[start + 1 : start + 2] in STICKY:
            return True
        match = TORN.search(rest, start + 1)
    return False


def take_other(value: str, rest: str, kind: str) -> str:
    """Return what is left without a number with gaps or 00, or a value in other letters."""
    if kind == "phone":
        for match in GAPPED.finditer(rest, max(rest.find("+"), 0)):
            said = match[0].translate(GAPS)
            if said == value or (said[:2] == "00" and said[2:] == value[1:]):
                return f"{rest[: match.start()]}{TAKEN}{rest[match.end() :]}"
        found = find_phone(value, Request(rest))
        if found is None or found[0] not in WHOLE_NUMBERS:
            return rest
        return f"{rest[: found[1]]}{TAKEN}{rest[found[2] :]}"
    low = rest.lower()
    left = low.replace(value.lower(), TAKEN, 1)
    return rest if left == low else left


def says_numbers(pairs: list[tuple[int, int]], seconds: int | None, rest: str) -> bool:
    """Say whether what is left of a request states ports and seconds, and no other fact."""
    for first, last in pairs:
        number = str(first)
        if first == last:
            start = find_single(number, rest)
            end = start + len(number)
        else:
            start, end = find_range(number, str(last), rest)
        if start < 0:
            return False
        rest = f"{rest[:start]}{TAKEN}{rest[end:]}"
    if seconds is not None:
        found = find_plain_length(seconds, rest)
        if found is None:
            if not 0 < seconds < 1 << 31:
                return False
            usual = find_usual(seconds, rest) or find_two_units(seconds, rest)
            found = ("", *usual) if usual else find_clock_times(seconds, rest)
            found = found or find_any_length(seconds, Request(rest))
            if found is None:
                return False
        rest = f"{rest[: found[1]]}{TAKEN}{rest[found[2] :]}"
    return not has_facts(rest)


def has_facts(rest: str) -> bool:
    """Say whether what is left of a request may state something that an API could want."""
    if ":" in rest and ("::" in rest or "://" in rest or rest.count(":") > 6):
        return True
    if has_digits(rest) and (
        LEFT_OVER.search(rest)
        # the points of a list are looked for only where a port may be left
        or (PORT_LEFT.search(rest) and PORT_LEFT.search(COUNTER.sub("", rest)))
    ):
        return True
    return "port" in rest and SPOKEN.search(rest) is not None


def has_digits(text: str) -> bool:
    """Say whether a text holds a digit; deleting them from bytes beats a pattern."""
    signs = text.encode("utf-8", "replace")
    return len(signs.translate(None, DIGITS)) < len(signs)
