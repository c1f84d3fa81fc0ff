"""What of a payload does its request say, and what not? One walk over the values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from validators.derivations import FACT_OF, FINDERS, find_profile
from validators.facts import GAP, SPOKEN, Fact, read_facts, read_ports, without
from validators.places import Place, is_within
from validators.port_sets import PortSlot, settle_ports
from validators.profile_words import ProfileWords
from validators.request_text import DEFAULT, UNDETERMINED, Found, Request
from validators.slots import Leaf, Plan, collect_leaves, iter_slots

DIGIT = re.compile("[0-9]")
PLAIN_LENGTHS = frozenset({"unit", "usual words", "clock times"})
BEFORE_A_VALUE = frozenset(" \n([\"'=,;>")
BEHIND_A_VALUE = frozenset(("", *" \n,;)]\"'!?"))
FULL_STOP = frozenset((".", ". ", ".\n"))
BEFORE_A_PORT = frozenset(" :=(,/\n")
# neither a longer number, nor a range, nor a length of time or another amount
AFTER_A_PORT = re.compile(
    r"(?![\w%]|[.:]\d|,\d{3}(?!\d)|/(?!tcp|udp)"
    r"|\s?(?:[-–~]|\.\.|to|through|thru|up to|until|till)\s?\d"
    r"|\s(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?|weeks?|ms)\b"
    r"|\s(?:[kmg]?bits?|[kmg]bps|fps)\b"
    r"|\s(?:people|users|persons|participants|viewers|devices|sensors|percent|times)\b)"
)
JOINT = re.compile(r" ?(?:[-–~]|\.\.|to|through|up to) ?")
# starts with one sign class: then the engine leaps from digit to digit
LEFT_OVER = re.compile(r"[0-9](?:(?:[ ().–-]{0,2}[0-9]){6}|\.[0-9]{1,3}\.[0-9])")
LONGEST = 100_000  # characters of a request; what lies beyond is not read
LATER = frozenset({"seconds", "port", "ports", "number", "profile", "flag", "choice"})
EARLY = {kind: finder for kind, (_, finder) in FINDERS.items() if kind not in LATER}
"""Kinds whose passages are taken out before anything else is read."""


@dataclass(slots=True)
class Reading:
    """A payload beside its request: what was found, what was not."""

    request: Request
    found: dict[Place, Found] = field(default_factory=dict)
    missing: list[Leaf] = field(default_factory=list)
    ports: list[PortSlot] = field(default_factory=list)
    stated: list[Fact] = field(default_factory=list)
    """The ports that the request states."""
    facts_left: bool = False
    """Something left over looks like a fact, or an address or a set of ports was not found."""

    @property
    def clean(self) -> bool:
        """Everything was found, and nothing is left over that looks like a fact."""
        return not (self.missing or self.facts_left)


class Reader:
    """Reads payloads of one plan beside their requests."""

    def __init__(self, plan: Plan, profiles: ProfileWords) -> None:
        self.plan = plan
        self.profiles = profiles
        self.slots = tuple(iter_slots(plan))
        self.has_ports = any(FACT_OF.get(slot.kind) == "port" for slot in self.slots)

    def read(self, payload: dict[str, Any], text: str, known: tuple[Place, ...]) -> Reading:
        """Look for every value of a payload in a request, but for places known to be faulty."""
        request = Request(text if len(text) <= LONGEST else text[:LONGEST])
        reading = Reading(request)
        later: list[Leaf] = []
        for leaf in collect_leaves(payload, self.plan):
            slot, value, place = leaf
            if known and any(is_within(place, at) or is_within(at, place) for at in known):
                continue
            finder = EARLY.get(slot.kind)
            if finder is None:
                later.append(leaf)
            elif isinstance(value, str):
                found = find_plain(value, request)
                if found is None:
                    found = finder(value, request)
                if found and found[2]:
                    reading.found[place] = found
                    request.take(found[1], found[2])
                else:
                    self.keep(reading, leaf, found)
        for leaf in later:
            self.read_later(reading, leaf)
        if not is_used_up(reading):
            if self.has_ports:
                self.read_ports(reading)
            self.look_for_more(reading)
        return reading

    def look_for_more(self, reading: Reading) -> None:
        """Note whether what is left of the request looks like a fact that nobody used."""
        rest = reading.request.rest
        if LEFT_OVER.search(rest):
            rest = without(rest, reading.stated)
            reading.facts_left |= LEFT_OVER.search(rest) is not None
        if "://" in rest or "::" in rest or rest.count(":") > 6:
            reading.facts_left = True

    def read_later(self, reading: Reading, leaf: Leaf) -> None:
        """Look for a value that is read in what addresses and telephone numbers leave."""
        slot, value, place = leaf
        kind = slot.kind
        if kind == "profile":
            if isinstance(value, str):
                self.keep(reading, leaf, find_profile(value, reading.request, self.profiles))
        elif kind == "ports":
            pairs = pairs_of(value)
            if pairs is not None:
                reading.ports.append(PortSlot(slot, place, pairs, value))
        elif kind == "flag":
            reading.found[place] = UNDETERMINED
        elif isinstance(value, bool):
            return
        elif kind == "port":
            if is_port(value):
                reading.ports.append(PortSlot(slot, place, ((value, value),), value))
        elif isinstance(value, FINDERS[kind][0]):
            self.keep(reading, leaf, FINDERS[kind][1](value, reading.request))

    def keep(self, reading: Reading, leaf: Leaf, found: Found | None) -> None:
        """Note what was found for a value, or that nothing was."""
        slot, value, place = leaf
        if (found is None or found is UNDETERMINED) and value in slot.fixed:
            found = DEFAULT
        if found is None:
            reading.missing.append(leaf)
            reading.facts_left |= slot.kind in FACT_OF and slot.kind != "seconds"
            return
        reading.found[place] = found

    def read_ports(self, reading: Reading) -> None:
        """Settle which ports are stated and which slots hold them."""
        request = reading.request
        reading.stated = read_ports(request.rest)
        if not reading.ports and not reading.stated:
            return
        if not settle_ports(reading.ports, reading.stated, request):
            # a port may be glued to an address that the payload does not have
            reading.stated = [fact for fact in read_facts(request.rest) if fact.kind == "port"]
            reading.facts_left |= not settle_ports(reading.ports, reading.stated, request)


def find_plain(value: str, request: Request) -> Found | None:
    """Find a value as it is, nothing around it that could belong to it: the usual case."""
    rest = request.rest
    start = rest.find(value)
    if start < 0 or not value or (start and rest[start - 1] not in BEFORE_A_VALUE):
        return None
    end = start + len(value)
    behind = rest[end : end + 2]
    if (behind[:1] in BEHIND_A_VALUE or behind in FULL_STOP) and not request.has_masks:
        return "verbatim", start, end
    return None


def is_used_up(reading: Reading) -> bool:
    """Say whether all digits of a request are used, so that nothing can be left over in it.

    Most requests state nothing but what is asked for: then ports need not be read as lists.
    """
    rest = reading.request.rest
    for how, start, end in reading.found.values():
        if how in PLAIN_LENGTHS:
            rest = f"{rest[:start]}{GAP * (end - start)}{rest[end:]}"
    stated = []
    for slot in reading.ports:
        for low, high in slot.pairs:
            number = str(low)
            start = find_single(number, rest) if low == high else -1
            end = start + len(number)
            if low != high:
                start, end = find_range(number, str(high), rest)
            if start < 0:
                return False
            stated.append(Fact("port", f"{low}-{high}" if low != high else number, start, end))
            rest = f"{rest[:start]}{GAP * (end - start)}{rest[end:]}"
    if "::" in rest or "://" in rest or SPOKEN.search(rest):
        return False
    if DIGIT.search(rest) and (
        "port" in rest or "\0:" in rest or "\0]:" in rest or "tcp" in rest or "udp" in rest
        or rest.count(":") > 6 or LEFT_OVER.search(rest)
    ):  # fmt: skip
        return False
    reading.stated = stated
    return True


def find_range(low: str, high: str, rest: str) -> tuple[int, int]:
    """Return where a range stands as such, -1 when it stands nowhere."""
    start = rest.find(low)
    if start < 1 or rest[start - 1] not in BEFORE_A_PORT:
        return -1, -1
    joint = JOINT.match(rest, start + len(low))
    if joint is None or not rest.startswith(high, joint.end()):
        return -1, -1
    end = joint.end() + len(high)
    return (start, end) if AFTER_A_PORT.match(rest, end) else (-1, -1)


def find_single(number: str, rest: str) -> int:
    """Return where a number stands that is no end of a range, -1 when it stands nowhere."""
    start = rest.find(number)
    while start >= 0:
        end = start + len(number)
        if start and rest[start - 1] in BEFORE_A_PORT and AFTER_A_PORT.match(rest, end):
            return start
        start = rest.find(number, end)
    return -1


def pairs_of(value: Any) -> tuple[tuple[int, int], ...] | None:
    """Return the ports and ranges of a set of ports, None when it is not a sound one."""
    if not isinstance(value, dict):
        return None
    pairs: list[tuple[int, int]] = []
    for key, items in value.items():
        if key not in ("ports", "ranges") or not isinstance(items, list | tuple):
            return None
        for item in items:
            low, high = item, item
            if key == "ranges":
                if not isinstance(item, dict) or item.keys() != {"from", "to"}:
                    return None
                low, high = item["from"], item["to"]
            if not is_port(low) or not is_port(high) or low > high:
                return None
            pairs.append((low, high))
    return tuple(pairs) if pairs else None


def is_port(value: Any) -> bool:
    """Say whether a value is a port number."""
    return value.__class__ is int and 0 <= value < 65536
