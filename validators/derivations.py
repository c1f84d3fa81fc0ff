"""How does one value come from a request? One finder for each kind of slot.

A finder returns (how, start, end) of the words that yield the value, None when nothing does, and
UNDETERMINED when it cannot tell. The plain spelling is tried first, it is nearly always there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from validators.calling_codes import stated_codes
from validators.comparators import canonical_uri, network
from validators.facts import GAP, WORDS, Fact, iter_addresses, iter_urls, lower
from validators.lengths import Length, read_lengths
from validators.number_words import SMALL, read_number_words
from validators.profile_words import ProfileWords

Found = tuple[str, int, int]
Kept = Found | None
UNDETERMINED: Found = ("undetermined", 0, 0)
DEFAULT: Found = ("default", 0, 0)

RUN = re.compile(r"(?:\+|(?<!\d)00)\s?\d[\d ().–/-]{5,40}\d")
NATIONAL = re.compile(r"(?<![\w.+])\d[\d ().–/-]{5,40}\d")
PLAIN_LENGTH = re.compile(
    r"(\d[\d.]{0,12})[ -]?"
    r"(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?)"
    r"(?![a-z\d/])(?!\s?,?\s?(?:and|plus|\d|½|half|one|two|three|t[ewh]|f[io]|six|sev|eig|nine|elev))"
)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DIGIT_WORDS = {word: str(value) for word, value in SMALL.items() if value < 10} | {
    "oh": "0", "o": "0", "double": "double", "triple": "triple", "plus": "plus",
}  # fmt: skip
PART_OF_A_NUMBER = frozenset("0123456789./,:-½¼¾")
BLANKS = frozenset(" \t\n\r\"'<>()[]{},;|\0")


class Request:
    """The text of a request, what has been taken out of it, and what has been read in it."""

    __slots__ = ("_lengths", "low", "rest", "text")
    text: str
    low: str
    """The text in small letters."""
    rest: str
    """The same with gaps where values have been taken out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = self.rest = lower(text)
        self._lengths: list[Length] | None = None

    def take(self, start: int, end: int) -> None:
        """Take a passage out, so that nothing else is read in it."""
        rest = self.rest
        self.rest = f"{rest[:start]}{GAP * (end - start)}{rest[end:]}"

    def place_of(self, value: str) -> int:
        """Return where a text stands, rather where nothing has been taken out; -1: nowhere."""
        start = self.rest.find(value)
        return start if start >= 0 else self.text.find(value)

    @property
    def lengths(self) -> list[Length]:
        """The lengths of time in what is left."""
        if self._lengths is None:
            self._lengths = read_lengths(self.rest)
        return self._lengths


def find_phone(value: str, request: Request) -> Kept:
    """Find a number: as it is, with gaps, with 00, or national where the country is told."""
    text = request.text
    end = len(value)
    start = request.place_of(value)
    if start >= 0 and not text[start + end : start + end + 1].isdigit():
        return "verbatim", start, start + end
    if not value[1:].isdigit():
        return None
    digits = value.lstrip("+")
    national: list[Found] = []
    for run in (RUN, NATIONAL):
        for match in run.finditer(text):
            found = match_digits(digits, match)
            if found and found[0] == "national":
                national.append(found)
            elif found:
                return found
    for _, begin, stop in national[:1]:
        shown = sum(map(str.isdigit, text[begin:stop])) - 1
        told = digits[: len(digits) - shown] in stated_codes(request.low)
        return ("national number", begin, stop) if told else UNDETERMINED
    return find_spoken_digits(digits, request)


def match_digits(digits: str, match: re.Match[str]) -> Found | None:
    """Return how a run of digits and gaps writes a number, perhaps with another number behind."""
    shown, start = match[0], match.start()
    squeezed = "".join(filter(str.isdigit, shown.replace("(0)", "")))
    for how, prefix in (("spacing", ""), ("00 for +", "00")):
        if squeezed.startswith(prefix + digits):
            end = end_of_digits(shown, len(prefix + digits))
            if not shown[end : end + 1].isdigit():
                return how, start, start + end
    local = squeezed[1:] if squeezed[:1] == "0" else squeezed
    if (
        len(local) >= 7
        and digits.endswith(local)
        and "+" not in shown
        and len(digits) - len(local) <= 3
    ):
        if squeezed[:1] != "0" and len(local) < 9:
            return None
        return "national", start - (squeezed == local), match.end()
    return None


def end_of_digits(shown: str, count: int) -> int:
    """Return the place behind the last of `count` digits, an inserted (0) not counted."""
    skipped = shown.find("(0)")
    for place, sign in enumerate(shown):
        if sign.isdigit() and (skipped < 0 or place != skipped + 1):
            count -= 1
            if count == 0:
                return place + 1
    return len(shown)


def find_spoken_digits(digits: str, request: Request) -> Kept:
    """Find a number dictated digit by digit: plus four four seven seven double zero."""
    said, start, end, repeat = "", -1, 0, 1
    for match in WORDS.finditer(request.low):
        word = match[0]
        sign = DIGIT_WORDS.get(word, word if word.isdigit() else "")
        if sign in ("double", "triple"):
            repeat = 2 if sign == "double" else 3
        elif sign and sign != "plus":
            start = match.start() if start < 0 else start
            said, end, repeat = said + sign * repeat, match.end(), 1
        elif word not in ("-", ",", "."):
            if said in (digits, "00" + digits):
                return "digit words", start, end
            said, start = "", -1
    return ("digit words", start, end) if said in (digits, "00" + digits) else None


def find_ipv4(value: str, request: Request) -> Kept:
    """Find an IPv4 address or network in any of its spellings."""
    text, size = request.text, len(value)
    start = request.place_of(value)
    if start >= 0:
        end = start + size
        before, after = text[start - 1 : start] if start else "", text[end : end + 2]
        if not (before.isalnum() or before == "." or after[:1].isalnum() or has_more(after)):
            low = request.low
            if "/" in value or ("mask" not in low and "slash" not in low):
                return "verbatim", start, end
    return find_network(value, request)


def find_ipv6(value: str, request: Request) -> Kept:
    """Find an IPv6 address or network in any of its spellings."""
    text, size = request.text, len(value)
    start = request.place_of(value)
    if start >= 0:
        end = start + size
        before, after = text[start - 1 : start] if start else "", text[end : end + 2]
        if not (
            before.isalnum() or before == ":" or after[:1].isalnum() or after[:1] == ":"
            or has_more(after)
        ):  # fmt: skip
            return "verbatim", start, end
    return find_network(value, request)


def has_more(after: str) -> bool:
    """Say whether the signs behind an address go on with it: /24, or .7."""
    return after[:1] in ("/", ".") and after[1:].isdigit()


def find_network(value: str, request: Request) -> Kept:
    """Find an address by its bits."""
    wanted = network(value)
    if wanted is None:
        start = request.low.find(value.lower())
        return ("verbatim", start, start + len(value)) if value and start >= 0 else UNDETERMINED
    for fact in iter_addresses(request.text):
        if fact.kind != "port" and network(fact.value) == wanted:
            return "address spelling", fact.start, fact.end
    return None


def find_url(value: str, request: Request) -> Kept:
    """Find a URL as it is, in another spelling, or without its scheme."""
    text = request.text
    start = request.place_of(value)
    if start >= 0:
        end = start + len(value)
        after = text[end : end + 2]
        if not after or after[0] in BLANKS or (after[0] in ".,;:!?*_" and not after[1:].strip()):
            return "verbatim", start, end
    scheme, found, bare = value.partition("://")
    wanted = canonical_uri(value)
    for fact in iter_urls(text):
        if canonical_uri(fact.value) == wanted:
            return "URL spelling", fact.start, fact.end
    if not found or "." not in bare:
        return UNDETERMINED if value and value in text else None
    start = text.lower().find(bare.lower())
    end = start + len(bare)
    if start >= 0 and not text[start - 1 : start].strip(" \t\n'\"(<=[,;:") and scheme == "https":
        after = text[end : end + 2]
        if not after or after[0] in BLANKS or (after[0] in ".,;:!?" and not after[1:].strip()):
            return "https added", start, end
    return None


def find_seconds(value: int, request: Request) -> Kept:
    """Find a length of time: a number and its unit mostly, words and clock times else."""
    rest = request.rest
    for match in PLAIN_LENGTH.finditer(rest):
        amount, unit = match.groups()
        start = match.start()
        if (start and rest[start - 1] in PART_OF_A_NUMBER) or amount.count(".") > 1:
            continue
        if float(amount) * SECONDS[unit[0]] == value:
            return "unit", start, match.end()
    for length in request.lengths:
        if abs(length.seconds - value) < 1e-6:
            return "length of time", length.start, length.end
    return None


def is_thousands(text: str, end: int) -> bool:
    """Say whether digits go on behind a comma or a point."""
    return text[end : end + 1] in (",", ".") and text[end + 1 : end + 2].isdigit()


def find_number(value: float, request: Request) -> Kept:
    """Find a number in digits or words."""
    sign = str(value) if abs(value) < 1e15 else ""
    if isinstance(value, float) and value.is_integer() and sign:
        sign = str(int(value))
    start = request.rest.find(sign) if sign else -1
    while start >= 0:
        end = start + len(sign)
        around = request.rest[start - 1 : start] + request.rest[end : end + 1]
        if not any(map(str.isalnum, around)) and not is_thousands(request.rest, end):
            return "verbatim", start, end
        start = request.rest.find(sign, end)
    tokens = list(WORDS.finditer(request.low))
    words = [token[0] for token in tokens]
    place = 0
    while place < len(words):
        spoken = read_number_words(words, place)
        if spoken and spoken.value == value:
            return "number words", tokens[place].start(), tokens[place + spoken.tokens - 1].end()
        place += spoken.tokens if spoken else 1
    return None


def find_text(value: str, request: Request) -> Kept:
    """Find a text as it is, in any case; what is not there may still be meant."""
    start = request.low.find(lower(value)) if value else -1
    return ("verbatim", start, start + len(value)) if start >= 0 else UNDETERMINED


def find_choice(value: Any, request: Request) -> Kept:
    """Find a word of a closed list, blanks for underscores."""
    if isinstance(value, str) and value:
        for form in (lower(value), lower(value).replace("_", " "), lower(value).replace("_", "-")):
            start = request.low.find(form)
            if start >= 0:
                return "verbatim", start, start + len(form)
    return UNDETERMINED


def find_profile(value: str, request: Request, words: ProfileWords) -> Kept:
    """Find a profile's name, or what the catalogue says that it is for."""
    start = request.text.find(value)
    end = start + len(value)
    if start >= 0 and value and not (request.text[end : end + 1].isalnum()
                                     or request.text[start - 1 : start].isalnum()):  # fmt: skip
        return "verbatim", start, end
    low = request.low
    named = words.find(value, low)
    if named:
        return named
    if words.names_other(value, low):
        return None
    return words.find_use(value, low) or (
        None if words.speaks_of_other(value, low) else UNDETERMINED
    )


FINDERS: dict[str, tuple[type | tuple[type, ...], Callable[[Any, Request], Kept]]] = {
    "phone": (str, find_phone),
    "ipv4": (str, find_ipv4),
    "ipv6": (str, find_ipv6),
    "url": (str, find_url),
    "seconds": (int, find_seconds),
    "number": ((int, float), find_number),
    "text": (str, find_text),
    "choice": (object, find_choice),
}
"""Kind -> the type its values have, and its finder; ports and profiles need more than a value."""
FACT_OF = {"phone": "phone", "ipv4": "ipv4", "ipv6": "ipv6", "url": "url", "port": "port",
           "ports": "port", "seconds": "seconds"}  # fmt: skip
"""Kind of slot -> kind of fact that belongs there."""
__all__ = ["DEFAULT", "FACT_OF", "FINDERS", "UNDETERMINED", "Fact", "Found", "Kept", "Request"]
