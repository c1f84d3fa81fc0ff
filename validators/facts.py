"""Which values does a text state that an API could want? Addresses, numbers, URLs, ports.

Patterns are read one kind after the other, each from what the kinds before have left over. Every
pattern is linear: nothing in it repeats what already repeats.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from validators.number_words import VALUES, read_number_words

GAP = "\0"  # stands where a value has been taken out: no letter, no digit, no blank
MOST = 50  # facts of a kind; a longer list is no request for one call
URL = re.compile(r"[a-z][a-z0-9+.-]{0,15}://[^\s<>\"'`|\\^{}\0]+", re.IGNORECASE)
URL_TAIL = ".,;:!?)]}*_"
IPV4 = re.compile(
    r"(?<![\d.])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)"
    r"(?:/(\d{1,2})(?!\d|\.\d)|(?:\s{1,2}|/)slash\s{1,2}([a-z\d-]{1,12})"
    r"|(?:/|,?\s{0,2}\(?(?:with\s)?(?:a\s)?(?:(?:sub)?net\s?)?mask\s?(?:of\s|is\s|[:=]\s?)?)"
    r"(255\.\d{1,3}\.\d{1,3}\.\d{1,3}))?(?::(\d{1,5})(?!\d))?",
    re.IGNORECASE,
)
IPV6 = re.compile(
    r"\[?([0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:(?:\.\d{1,3}){3})?)"
    r"(?:/(\d{1,3})|\sslash\s([a-z\d-]{1,12}))?\]?(?::(\d{1,5})(?!\d))?",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s{0,3}(?:to|-|–|—|through|thru|until|up to|and)\s{0,3}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w.,#/-])(?:\(?\+\s?\(?)?\d(?:[ ().–/-]{0,3}\d){6,18}(?!\w)")
DATE = re.compile(r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d")
PHONE_LABEL = re.compile(
    r"(?:phone|numbers?|mobile|msisdn|tel|cell|handset|subscriber|sim|line|caller|user|customer"
    r"|device|ue|member|call|subscriber)\W{0,3}(?:\w{1,9}\W{1,2}){0,2}$",
    re.IGNORECASE,
)
TO = r"(?:\s{0,2}(?:-|–|—|\.{2,3}|~)\s{0,2}|\s{1,2}(?:to|through|thru|up to|until|till)\s{1,2})"
PORTS = re.compile(
    r"ports?(?:\(s\))?(?:\s?(?:range|ranges|numbers?|list|no\.?))?[\s\"'=:(\[#]{0,4}"
    r"(?:(?:from|is|are|of|be|between|were|on|tcp|udp|on the [a-z]{2,12}(?: side)?)\s{1,2}){0,3}"
    rf"((?:\d{{1,5}}(?!\d|\.\d)(?:{TO}|\s?[,;/&+|]\s{{0,2}}(?:and |or )?"
    r"|\s{1,2}(?:and|or|plus|as well as)\s{1,2}(?:ports?\s)?)?){1,40})"
)
GLUED = re.compile(r"\0\]?:(\d{1,5})(?!\d)")
BEHIND_ONE = re.compile(r"\0\)? on (\d{2,5})(?![\w%]|[.:]\d|,\d{3}(?!\d))")
TRANSPORT = re.compile(r"(?<![\w.])(\d{1,5})[/ ](?:tcp|udp|sctp)\b")
TRANSPORT_FIRST = re.compile(r"\b(?:tcp|udp|sctp)[ /]?(\d{1,5})(?![\w%]|[.:]\d)")
AFTER_ONE_PORT = frozenset(("", ",", ";", ")", "\n", "."))
SPOKEN = re.compile(rf"ports?\s(?:from\s|numbers?\s)?(?:\d+ (?:to|and) )?(?:{'|'.join(VALUES)})\b")
PORT_ITEM = re.compile(rf"(\d{{1,5}})(?:{TO}(\d{{1,5}}))?")
OF_TIME = r"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?|weeks?|fortnights?)(?![a-z\d])"
LENGTH_UNIT = re.compile(
    rf"[ -]?(?:(?:full|whole|more|good|solid|straight) )?{OF_TIME}"
    r"|[ -]?(?:ms|[km]?bit\b|[kmg]bps|fps)(?![a-z\d])"
    rf"|,\d{{3}}[ -]?{OF_TIME}|\s?\+\s?\d{{1,3}}[ -]?{OF_TIME}"  # 4,500 s; 45 + 15 minutes
    r"|[ -]?(?:and a half|1/2)|/[234] (?:of an? )?(?:hour|day)| of an? (?:hour|day)|\s?[½¼¾]"
    r"|[.:]\d|%|[a-z]",
    re.IGNORECASE,
)
WORDS = re.compile(r"[a-z]+|\d+|[^\sa-z\d]")


class Fact(NamedTuple):
    """A value that a request states, in one spelling for its kind, and where it stands."""

    kind: str
    """phone, ipv4, ipv6, url, port or seconds."""
    value: str
    start: int
    end: int

    @property
    def ports(self) -> tuple[int, int]:
        """First and last port of a fact of that kind."""
        low, _, high = self.value.partition("-")
        return int(low), int(high or low)


def read_facts(text: str) -> list[Fact]:
    """Return the addresses, URLs, ports and numbers that a text states."""
    found = list(islice(iter_urls(text), MOST)) if "://" in text else []
    text = without(text, found)
    addresses = list(iter_addresses(text))
    found += addresses
    text = without(text, [fact for fact in addresses if fact.kind != "port"])
    text = without(text, found)
    ports = read_ports(lower(text))
    return [*found, *ports, *islice(iter_phones(without(text, ports)), MOST)]


def lower(text: str) -> str:
    """Return a text in small letters, every letter at its old place."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower()[:1] or c for c in text)


def without(text: str, facts: list[Fact]) -> str:
    """Return a text with gaps of the same length where facts stand."""
    parts, done = [], 0
    for fact in sorted(facts, key=lambda fact: fact.start):
        if fact.start >= done:
            parts += [text[done : fact.start], GAP * (fact.end - fact.start)]
            done = fact.end
    return "".join((*parts, text[done:]))


def iter_urls(text: str) -> Iterator[Fact]:
    """Yield URLs without the punctuation behind them."""
    for match in URL.finditer(text):
        url = match[0].rstrip(URL_TAIL)
        yield Fact("url", url, match.start(), match.start() + len(url))


def iter_addresses(text: str) -> Iterator[Fact]:
    """Yield addresses and networks, ports glued to them, and ranges that are a network."""
    found = list(islice(iter_ipv4(text), MOST))
    if text.count(":") > 1:
        found += islice(iter_ipv6(text), MOST)
    plain = [fact for fact in found if fact.kind != "port"]
    ranges = {one: join(one, other, text) for one, other in pairwise(plain)}
    skipped: set[Fact] = set()
    for place, fact in enumerate(plain):
        whole = ranges.get(fact)
        if whole:
            skipped |= {fact, plain[place + 1]}
            yield whole
    yield from (fact for fact in found if fact not in skipped)


def iter_ipv4(text: str) -> Iterator[Fact]:
    """Yield IPv4 addresses and networks, and ports behind a colon."""
    for match in IPV4.finditer(text):
        address, width, spoken, mask, port = match.groups()
        width = mask or width or word_number(spoken)
        network = network_text(address, width)
        if network is None:
            continue
        end = match.start(5) - 1 if port else match.end()
        yield Fact("ipv4", network, match.start(), end)
        if port and int(port) < 65536:
            yield Fact("port", str(int(port)), match.start(5), match.end(5))


def iter_ipv6(text: str) -> Iterator[Fact]:
    """Yield IPv6 addresses and networks, and ports behind brackets."""
    for match in IPV6.finditer(text):
        address, width, spoken, port = match.groups()
        start = match.start(1)
        if text[start - 1 : start].isalnum():  # the end of a label: device:2001:db8::1
            label = address.partition(":")[0]
            address, start = address[len(label) + 1 :], start + len(label) + 1
        if address[:1] == ":" and address[:2] != "::":
            address, start = address[1:], start + 1
        if address[-1:] == ":" and address[-2:] != "::":
            address = address[:-1]
        network = network_text(address, width or word_number(spoken))
        if network is not None:
            yield Fact("ipv6", network, start, match.start(4) - 1 if port else match.end())
            if port and int(port) < 65536:
                yield Fact("port", str(int(port)), match.start(4), match.end(4))


def network_text(address: str, width: str | None) -> str | None:
    """Return an address or network in its normal spelling, None when it is none."""
    try:
        if width:
            return str(ipaddress.ip_network(f"{address}/{width}", strict=False))
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def word_number(word: str | None) -> str | None:
    """Return the digits of a number in digits or words."""
    if not word or word.isdigit():
        return word
    spoken = read_number_words(WORDS.findall(word.lower()))
    return str(spoken.value) if spoken else None


def join(first: Fact, last: Fact, text: str) -> Fact | None:
    """Return the network that "from A to B" is exactly, None when it is none."""
    if BETWEEN.fullmatch(text, first.end, last.start) is None or "/" in first.value + last.value:
        return None
    low, high = ipaddress.ip_address(first.value), ipaddress.ip_address(last.value)
    if low.version != high.version or int(low) >= int(high):
        return None
    parts = list(ipaddress.summarize_address_range(low, high))
    if len(parts) != 1:
        return None
    return Fact(first.kind, str(parts[0]), first.start, last.end)


def iter_phones(text: str) -> Iterator[Fact]:
    """Yield telephone numbers: with + or 00, or named as one. Digits only, + in front if said."""
    for match in PHONE.finditer(text):
        shown = match[0].replace("(0)", "")
        digits = "".join(sign for sign in shown if sign.isdigit())
        if "+" in shown or digits.startswith("00"):
            yield Fact("phone", "+" + digits.removeprefix("00"), *match.span())
        elif DATE.match(shown) is None and PHONE_LABEL.search(
            text, max(0, match.start() - 30), match.start()
        ):
            yield Fact("phone", digits, *match.span())


def read_ports(low: str) -> list[Fact]:
    """Return the ports and ranges that a text of small letters names as such."""
    found: list[Fact] = []
    if "port" in low:
        for match in PORTS.finditer(low):
            start, end = match.span(1)
            if match[1].isdigit() and low[end : end + 1] in AFTER_ONE_PORT:
                found.append(Fact("port", str(int(match[1])), start, end))
            else:
                found += iter_port_items(low, start, end)
        if SPOKEN.search(low):
            found += iter_spoken_ports(low)
    if "\0:" in low or "\0]:" in low:
        for match in GLUED.finditer(low):
            found += iter_port_items(low, *match.span(1))
    if "\0 on " in low or "\0) on " in low:
        found += items_of(BEHIND_ONE, low, found)
    if "tcp" in low or "udp" in low:
        for pattern in (TRANSPORT, TRANSPORT_FIRST):
            found += items_of(pattern, low, found)
    return found[:MOST]


def items_of(pattern: re.Pattern[str], low: str, found: list[Fact]) -> list[Fact]:
    """Return the ports that a pattern finds and that are not found already."""
    known = {fact.start for fact in found}
    return [
        fact
        for match in pattern.finditer(low)
        if match.start(1) not in known
        for fact in iter_port_items(low, *match.span(1))
    ]


def iter_port_items(low: str, start: int, end: int) -> Iterator[Fact]:
    """Yield the ports and ranges of a list."""
    for item in PORT_ITEM.finditer(low, start, end):
        if LENGTH_UNIT.match(low, item.end()) is None:  # not: "port 5060, 10 minutes"
            fact = port_fact(item[1], item[2], *item.span())
            if fact:
                yield fact


def port_fact(low: str, high: str | None, start: int, end: int) -> Fact | None:
    """Return a port or a range, None beyond the limits."""
    first, last = int(low), int(high or low)
    if first > last or last > 65535:
        return None
    return Fact("port", str(first) if first == last else f"{first}-{last}", start, end)


def iter_spoken_ports(low: str) -> Iterator[Fact]:
    """Yield ports said in words: ports five thousand to 5010."""
    for anchor in re.finditer(r"\bports?\s(?:from\s|number\s)?", low):
        rest = low[anchor.end() : anchor.end() + 120]
        tokens = list(WORDS.finditer(rest))
        words = [token[0] for token in tokens]
        if not words or not any(word in VALUES for word in words[:8]):
            continue
        place, run = 0, []
        while place < len(words):
            size, value = read_port_word(words, place)
            if not size:
                break
            span = (tokens[place].start(), tokens[place + size - 1].end())
            place += size
            if place < len(words) and LENGTH_UNIT.fullmatch(words[place]):
                break
            joint = words[place] if place < len(words) else ""
            run.append((value, joint, span))
            if joint not in ("to", "and", "or", ",", "-", "through"):
                break
            place += 1
        yield from spoken_items(run, anchor.end())


def read_port_word(words: list[str], place: int) -> tuple[int, int]:
    """Return how many tokens a number takes, and the number; no token when there is none."""
    if words[place].isdigit() and words[place].isascii():
        return 1, int(words[place][:9])
    spoken = read_number_words(words, place)
    return (spoken.tokens, spoken.value) if spoken else (0, 0)


def spoken_items(run: list[tuple[int, str, tuple[int, int]]], offset: int) -> Iterator[Fact]:
    """Yield single ports and ranges of a spoken list."""
    place = 0
    while place < len(run):
        value, joint, (start, end) = run[place]
        if joint in ("to", "-", "through") and place + 1 < len(run):
            place += 1
            high, _, (_, end) = run[place]
        else:
            high = value
        fact = port_fact(str(value), str(high), offset + start, offset + end)
        if fact:
            yield fact
        place += 1
