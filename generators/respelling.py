"""How is another value written in the form that somebody chose for theirs?

    respell_phone("(+44) 7700-900345", "+447700900345", Phone(("44", "7700", "900461")))
    -> "(+44) 7700-900461"

Nothing (None) when the form cannot hold the value.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from random import Random

from generators.numbers import (
    DOCUMENTATION,
    Phone,
    draw_documentation,
    draw_index,
    draw_ipv6,
    draw_private,
)
from generators.phone_ranges import split_phone
from validators.number_words import SMALL, VALUES, read_number_words, say_number

TRIES = 200
DIGIT = re.compile(r"\d")
BRACKET = re.compile(r"[()\0]")
GAP = re.compile(r"(?<=\d)[ .–/-]+(?=\d)")
PRIVATE = ("10.", "172.", "192.168.")
SPOKEN_PART = rf"(?:{'|'.join(sorted((*VALUES, 'hundred', 'oh', 'and'), key=len, reverse=True))})"
SPOKEN_RUN = rf"{SPOKEN_PART}(?:[ -]{SPOKEN_PART})*"
SPOKEN_ADDRESS = re.compile(rf"\b{SPOKEN_RUN}(?: dot {SPOKEN_RUN}){{3}}\b", re.IGNORECASE)


def respell_phone(text: str, old: str, new: Phone) -> str | None:
    """Write a number as another is written: its gaps, its 00, its national form, its words."""
    digits, wanted = "".join(DIGIT.findall(text)), "".join(new.groups)
    number = old.lstrip("+")
    code = split_phone(old).groups[0]
    alike = new.groups[0] == code and len(wanted) == len(number)
    same_kind = alike and wanted[len(code)] == number[len(code)]
    if not digits:
        return say_digits(text, wanted) if text.strip() else None
    if "(0)" in text:
        head, _, tail = text.partition("(0)")
        filled = respell_phone(head + "\0" + tail, old, new)
        return filled.replace("\0", "(0)") if filled and "\0" in filled else None
    for prefix in ("", "00"):
        if digits == prefix + number:
            if alike and (same_kind or BRACKET.search(text)):
                return fill(text, prefix + wanted)
            return regroup(text, prefix, new.groups)
    if not alike:
        return None  # a national number is one of the same country
    for prefix in ("", "0"):
        if digits == prefix + number[len(code) :]:
            if same_kind or BRACKET.search(text):
                return fill(text, prefix + wanted[len(code) :])
            return regroup(text, "", (prefix + new.groups[1], *new.groups[2:]))
    return None


def fill(text: str, digits: str) -> str:
    """Return a text with other digits in the places of its digits."""
    left = iter(digits)
    return DIGIT.sub(lambda _: next(left), text)


def regroup(text: str, prefix: str, groups: Sequence[str]) -> str | None:
    """Write a number of another kind or country with the gaps of a text."""
    if BRACKET.search(text):
        return None
    start = "+" if text.startswith("+") else ""
    gap = GAP.search(text)
    return f"{start}{prefix}{(gap[0] if gap else '').join(groups)}"


def say_digits(text: str, digits: str) -> str:
    """Dictate digits as another number is dictated: with oh or zero, with double or without."""
    low = f" {text.lower()} "
    nought = "oh" if " oh " in low else "zero"
    names = [nought, *list(SMALL)[1:10]]
    words: list[str] = []
    place = 0
    while place < len(digits):
        name = names[int(digits[place])]
        twice = digits[place : place + 2] == digits[place] * 2 and f" double {name} " in low
        words.append(f"double {name}" if twice else name)
        place += 1 + twice
    return " ".join(words)


def respell_address(text: str, old: str, new: str) -> str | None:
    """Write an address or network as another is written: capitals, a mask in words."""
    if ("/" in old) != ("/" in new):
        return None  # words for one address do not speak of a network
    if text == old:
        return new
    (address, _, width), (other, _, other_width) = old.partition("/"), new.partition("/")
    if text.lower() == old.lower():
        return new.upper() if any(sign in "ABCDEF" for sign in text) else new
    if SPOKEN_ADDRESS.fullmatch(text):
        return say_address(text, new)
    start = text.lower().find(address.lower())
    if start < 0 or width != other_width or text[start + len(address) :][:1].isdigit():
        return None
    return f"{text[:start]}{other}{text[start + len(address) :]}"


def draw_address_like(rng: Random, fold: int, old: str) -> str | None:
    """Return a reserved address or network of the same kind and size."""
    network = ipaddress.ip_network(old, strict=False)
    if network.version == 6:
        return draw_ipv6_like(rng, fold, old)
    if "/" not in old:
        return draw_home(rng, fold, old) if network.is_private else draw_documentation(rng, fold)
    home = next((home for home in PRIVATE if old.startswith(home)), None)
    if home is None and network.prefixlen >= 24 and rng.random() < 0.5:
        length = network.prefixlen
        if length == 24:
            return f"{DOCUMENTATION[int(rng.random() * 3)]}0/24"
        index = draw_index(rng, 3 << (length - 24), fold) if length > 25 else int(rng.random() * 6)
        place, offset = divmod(index, 1 << (length - 24))
        return f"{DOCUMENTATION[place]}{offset << (32 - length)}/{length}"
    address = draw_home(rng, fold, home or PRIVATE[int(rng.random() * 3)])
    drawn = ipaddress.ip_network(f"{address}/{network.prefixlen}", strict=False)
    return str(drawn) if drawn.is_private else None


def draw_home(rng: Random, fold: int, old: str) -> str:
    """Return a private address out of the same private range, a documentation address else."""
    home = next((home for home in PRIVATE if old.startswith(home)), None)
    if home is None:
        return draw_documentation(rng, fold)
    for _ in range(TRIES):
        drawn = draw_private(rng, fold)
        if drawn.startswith(home):
            return drawn
    return draw_private(rng, fold)


def draw_ipv6_like(rng: Random, fold: int, old: str) -> str | None:
    """Return an address of 2001:db8::/32 with as many and as long groups as another has."""
    text, slash, width = old.partition("/")
    head, gap, tail = text.lower().partition("::")
    groups = [part for part in head.split(":") if part]
    behind = [part for part in tail.split(":") if part]
    if groups[:2] != ["2001", "db8"] or (len(groups) == 2 and len(behind) != 1) or "." in text:
        return draw_ipv6(rng, fold) if not slash else draw_ipv6_network(rng, fold, int(width))
    first = f"{1 + draw_index(rng, 65535, fold):x}"
    if len(groups) == 2:
        drawn = f"2001:db8::{first}"
    else:
        more = [draw_hex(rng, len(part)) for part in groups[3:]]
        drawn = ":".join(["2001:db8", first, *more]) + gap
        drawn += ":".join(draw_hex(rng, len(part)) for part in behind)
    if not slash:
        return drawn
    if has_host_bits(f"{drawn}/{width}"):
        return draw_ipv6_network(rng, fold, int(width))
    return f"{drawn}/{width}"


def draw_hex(rng: Random, size: int) -> str:
    """Return a hexadecimal number of so many digits, the first not zero."""
    low = 16 ** (size - 1)
    return f"{low + int(rng.random() * 15 * low):x}"


def draw_ipv6_network(rng: Random, fold: int, width: int) -> str | None:
    """Return a network of 2001:db8::/32 with a given prefix length, None for one too large."""
    if width < 48:
        return None
    value = (0x20010DB8 << 96) | ((1 + draw_index(rng, 65535, fold)) << 80)
    value |= int(rng.random() * (1 << 16)) << 64
    return str(ipaddress.ip_network((value, width), strict=False))


def has_host_bits(network: str) -> bool:
    """Say whether bits are set behind the prefix."""
    try:
        ipaddress.ip_network(network)
    except ValueError:
        return True
    return False


def find_spoken_address(text: str, value: str) -> tuple[int, int] | None:
    """Return where a dictated IPv4 address stands: one nine two dot zero dot two dot fifty."""
    wanted = value.split(".")
    for match in SPOKEN_ADDRESS.finditer(text):
        first, *rest = match[0].split(" dot ")
        words = first.split()
        for skipped in range(len(words)):
            parts = [" ".join(words[skipped:]), *rest]
            if [read_octet(part) for part in parts] == wanted:
                start = match.start() + len(" ".join(words[:skipped])) + (skipped > 0)
                return start, match.end()
    return None


def read_octet(words: str) -> str:
    """Return the digits of a number said as one, or digit by digit."""
    parts = ["zero" if word == "oh" else word for word in re.findall("[a-z]+|-", words.lower())]
    if all(SMALL.get(word, 10) < 10 for word in parts):
        return "".join(str(SMALL[word]) for word in parts)
    spoken = read_number_words(parts)
    return str(spoken.value) if spoken and spoken.tokens == len(parts) else ""


def say_address(text: str, new: str) -> str:
    """Dictate an address as another is dictated, part by part."""
    said = zip(text.split(" dot "), new.split("."), strict=True)
    return " dot ".join(
        say_digits(old, octet) if is_spelled(old) else say_number(int(octet)) for old, octet in said
    )


def is_spelled(words: str) -> bool:
    """Say whether a number of several digits is said digit by digit."""
    parts: Sequence[str] = words.lower().split()
    return len(parts) > 1 and all(part == "oh" or SMALL.get(part, 10) < 10 for part in parts)
