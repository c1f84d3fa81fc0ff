"""Do the ports of a payload be those that the request states? Sets of ports, compared as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from validators.against_gold import without
from validators.comparators import merge
from validators.facts import Fact
from validators.places import Place
from validators.request_text import Found, Request
from validators.slots import Slot

Spans = tuple[tuple[int, int], ...]
SHARED = re.compile(r"\b(?:both|same|each|either|also|respectively|symmetric|two)\b")
BEHIND_A_PORT = re.compile(r"\s?(?:%|[a-z])|[.:]\d")
AFTER_A_PORT = re.compile(r"\s?(?:and|or|to|through|over|via|plus|with|for|on|at|tcp|udp|is|are)\b")


EVERY_PORT = re.compile(r"\b(?:all|any|every) (?:[a-z]+ )?ports?\b")
PROTOCOLS = {
    port: re.compile(rf"\b(?:{names})\b(?!://)")
    for port, names in {
        21: "ftp", 22: "ssh|sftp", 25: "smtp", 53: "dns", 80: "http", 123: "ntp",
        443: "https|tls|ssl", 554: "rtsp", 1883: "mqtt", 1935: "rtmp", 3478: "stun|turn",
        5060: "sip", 5061: "sips", 8883: "mqtts",
    }.items()
}  # fmt: skip
"""Registered ports that people call by their protocol."""


@dataclass(slots=True, eq=False)
class PortSlot:
    """The ports of one slot of a payload."""

    slot: Slot
    place: Place
    pairs: Spans
    """Its ports and ranges as they are written."""
    value: Any
    left: list[tuple[int, int]] = field(default_factory=list)
    """What the request does not state."""

    @property
    def spans(self) -> Spans:
        """Its ports as intervals that neither overlap nor touch."""
        return merge(self.pairs)

    def covers(self, fact: Fact) -> bool:
        """Say whether all ports of a fact are in the slot."""
        low, high = fact.ports
        return any(first <= low and high <= last for first, last in self.spans)

    def rests_on(self, fact: Fact, stated: list[Fact]) -> bool:
        """Say whether a fact is in the slot and no part of a larger fact there."""
        low, high = fact.ports
        wider = (
            other
            for other in stated
            if other.value != fact.value and other.ports[0] <= low and high <= other.ports[1]
        )
        return self.covers(fact) and not any(map(self.covers, wider))

    def derived(self, stated: list[Fact]) -> dict[Place, Found]:
        """Return what yields each number of the slot."""
        found: dict[Place, Found] = {}
        for place, number in self.numbers():
            facts = [fact for fact in stated if is_in(number, fact)]
            exact = [fact for fact in facts if number in fact.ports]
            for fact in (exact or facts)[:1]:
                found[place] = ("port", fact.start, fact.end)
        return found

    def numbers(self) -> Iterator[tuple[Place, int]]:
        """Yield the places and values of all numbers of the slot."""
        if isinstance(self.value, int):
            yield self.place, self.value
            return
        for index, port in enumerate(self.value.get("ports", ())):
            yield (*self.place, "ports", index), int(port)
        for index, span in enumerate(self.value.get("ranges", ())):
            for end in ("from", "to"):
                yield (*self.place, "ranges", index, end), int(span[end])


def is_in(number: int, fact: Fact) -> bool:
    """Say whether a fact states a port, alone or inside a range."""
    low, high = fact.ports
    return low <= number <= high


def settle_ports(slots: list[PortSlot], stated: list[Fact], request: Request) -> bool:
    """Set what each slot holds beyond the request; say whether slots and request agree."""
    for slot in slots:
        slot.left = []
    held = [pair for slot in slots for pair in slot.pairs]
    if len(held) == len(stated) and sorted(held) == sorted([fact.ports for fact in stated]):
        return True
    for slot in slots:
        slot.left = beyond(slot, stated)
        if slot.left:
            stated += iter_bare(slot, request)
            slot.left = beyond(slot, stated)
    used = all(any(slot.covers(fact) for slot in slots) for fact in stated)
    return used and not any(slot.left for slot in slots) and not list(iter_shared(slots, stated))


def beyond(slot: PortSlot, stated: list[Fact]) -> list[tuple[int, int]]:
    """Return the ports of a slot that no stated fact inside it covers."""
    inside = merge(fact.ports for fact in stated if slot.covers(fact))
    return list(without(slot.spans, inside))


def iter_bare(slot: PortSlot, request: Request) -> Iterator[Fact]:
    """Yield numbers that stand alone in the request and are what a slot still lacks."""
    for low, high in slot.left[:20]:
        word = EVERY_PORT if (low < 2 and high == 65535) else PROTOCOLS.get(low)
        match = word.search(request.low) if word and (low == high or high == 65535) else None
        if match:
            yield Fact("port", f"{low}" if low == high else f"{low}-{high}", *match.span())
            continue
        first, last = find_bare(low, request), find_bare(high, request)
        if first is not None and last is not None:
            value = f"{low}" if low == high else f"{low}-{high}"
            yield Fact("port", value, first, last + len(str(high)))


def find_bare(number: int, request: Request) -> int | None:
    """Return where a number stands that is no part of a word, of a length or of a percentage."""
    if not -(1 << 63) < number < 1 << 63:
        return None  # str() refuses more than 4,300 digits
    sign, rest = str(number), request.rest
    start = rest.find(sign)
    while start >= 0:
        end = start + len(sign)
        before = rest[start - 1 : start] if start else " "
        behind = BEHIND_A_PORT.match(request.low, end)
        plain = behind is None or AFTER_A_PORT.match(request.low, end) is not None
        if not (before.isalnum() or before in "#.") and not rest[end : end + 1].isalnum() and plain:
            return start
        start = rest.find(sign, end)
    return None


def iter_shared(slots: list[PortSlot], stated: list[Fact]) -> Iterator[tuple[PortSlot, Fact]]:
    """Yield slots that hold what the request states once, for another slot that holds it too."""
    if len(slots) < 2:
        return
    for fact in dict.fromkeys(stated):
        users = [slot for slot in slots if slot.rests_on(fact, stated)]
        if len(users) > sum(other.value == fact.value for other in stated):
            for slot in users:
                yield slot, fact
