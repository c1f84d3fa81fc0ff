"""How does one value come from a request? One finder for each kind of slot.

A finder returns (how, start, end) of the words that yield the value, None when nothing does, and
UNDETERMINED when it cannot tell. The plain spelling is tried first, it is nearly always there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from validators.comparators import canonical_uri, network
from validators.facts import WORDS, iter_addresses, iter_urls, lower
from validators.length_words import MORE, find_usual
from validators.number_words import read_number_words
from validators.phone_numbers import find_phone
from validators.port_sets import find_bare
from validators.profile_words import ProfileWords, tokens_of
from validators.request_text import UNDETERMINED, Found, Kept, Request

ABROAD = (
    "minuten|minut[oi]s?|minuti|sekunden?|segundos?|second[ie]s?|stunden?|heures?|horas?|or[ae]|uur"
    "|tage?n?|giorn[io]|jours?|d[ií]as?|dage?n?"
)
UNIT = (
    rf"[ -]?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|{ABROAD})"
    rf"(?![a-z\d/])(?![ ,]{{0,2}}(?:(?:and|plus|a) )?{MORE})"
)
UNIT_BEHIND = re.compile(UNIT)
PLAIN_LENGTH = re.compile(rf"(\d[\d.]{{0,12}}){UNIT}")
TIME = r"([01]?\d|2[0-3]):([0-5]\d)"
CLOCK = re.compile(
    rf"(?<![\d:.]){TIME} ?(?:to|till|until|and|-|–) ?{TIME}(?![\d:]|\.\d| ?[ap]\.?m)"
)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
FIRST_LETTERS = {"st": "h", "or": "h", "uu": "h", "ta": "d", "gi": "d", "jo": "d"}
"""How units begin that do not begin as the English ones do: Stunden, ore, uur, Tage, giorni."""
QUARTERS = ("", ".25", ".5", ".75")
USUAL_UNITS = (("m", 60), ("h", 3600), ("s", 1), ("d", 86400))
PART_OF_A_NUMBER = frozenset("0123456789./,-½¼¾")
HEX = frozenset("0123456789abcdefABCDEF:")
BLANKS = frozenset(" \t\n\r\"'<>()[]{},;|\0")


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
            before.isalnum()
            or (before == ":" and not is_label(text, start - 1))
            or after[:1].isalnum()
            or after[:1] == ":"
            or has_more(after)
        ):
            return "verbatim", start, end
    return find_network(value, request)


def is_label(text: str, end: int) -> bool:
    """Say whether the letters before a colon are a word, too long or not hexadecimal for IPv6."""
    word = text[max(0, end - 5) : end]
    return bool(word) and ((len(word) == 5 and word.isalpha()) or not HEX.issuperset(word))


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
    # dictated: "one nine two dot zero dot two dot fifty" is not read
    return UNDETERMINED if request.low.count(" dot ") > 2 else None


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
    found = find_plain_length(value, rest)
    if found:
        return found
    usual = find_usual(value, rest) if 0 < value < 1 << 31 else None
    if usual:
        return "usual words", *usual
    return find_clock_times(value, rest) or find_any_length(value, request)


def find_any_length(value: int, request: Request) -> Kept:
    """Find a length of time in any wording that is read, or a bare number of seconds."""
    rest = request.rest
    for match in PLAIN_LENGTH.finditer(rest):
        amount, unit = match.groups()
        start = match.start()
        before = rest[start - 1] if start else " "
        if before in PART_OF_A_NUMBER or before.isalpha() or amount.count(".") > 1:
            continue
        if before == ":" and rest[start - 2 : start - 1].isdigit():
            continue
        if float(amount) * SECONDS[letter_of(unit)] == value:
            return "unit", start, match.end()
    for length in request.lengths:
        if abs(length.seconds - value) < 1e-6:
            return "length of time", length.start, length.end
    if value >= 60 and not any(length.firm for length in request.lengths):
        bare = find_bare(value, request)  # "duration=3600": the API's own unit
        return None if bare is None else ("verbatim", bare, bare + len(str(value)))
    return None


def find_plain_length(value: int, rest: str) -> Found | None:
    """Find a number and the unit behind it, quickly: the usual case."""
    for unit, sign in plain_signs(value):
        start = rest.find(sign)
        while start >= 0:
            end = start + len(sign)
            if start == 0 or is_free(rest[start - 1], rest, start):
                match = UNIT_BEHIND.match(rest, end)
                if match and letter_of(match[1]) == unit:
                    return "unit", start, match.end()
            start = rest.find(sign, end)
    return None


def letter_of(unit: str) -> str:
    """Return the English first letter of a unit: s, m, h or d."""
    return FIRST_LETTERS.get(unit[:2], unit[0])


@lru_cache(maxsize=4096)
def plain_signs(value: int) -> tuple[tuple[str, str], ...]:
    """Return the numbers that are so many seconds in each unit: ("m", "90"), ("h", "1.5")."""
    signs = []
    for unit, size in USUAL_UNITS:
        amount, left = divmod(value, size)
        if left == 0:
            signs.append((unit, str(amount)))
        elif size > 60 and left * 4 % size == 0:
            signs.append((unit, f"{amount}{QUARTERS[left * 4 // size]}"))
    return tuple(signs)


def is_free(before: str, rest: str, start: int) -> bool:
    """Say whether a number that starts here is no part of a longer one, or of a word."""
    if before == ":":
        return not rest[start - 2 : start - 1].isdigit()
    return not (before in PART_OF_A_NUMBER or before.isalpha())


def find_clock_times(value: int, rest: str) -> Found | None:
    """Find two times of the day, one right behind the other, that lie so far apart."""
    if ":" in rest:
        for match in CLOCK.finditer(rest):
            hour, minute, last_hour, last_minute = map(int, match.groups())
            apart = (last_hour - hour) * 3600 + (last_minute - minute) * 60
            if (apart if apart > 0 else apart + 86400) == value:
                return "clock times", *match.span()
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
    if words.has_name(low):
        named = words.find(value, low)
        if named:
            return named
        if words.names_other(value, low):
            return None
    tokens = tokens_of(low)
    return words.find_use(value, low, tokens) or (
        None if words.speaks_of_other(value, low, tokens) else UNDETERMINED
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
