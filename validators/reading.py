"""What of a payload does its request say, and what not? One walk over the values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from validators.comparators import intervals
from validators.derivations import (
    DEFAULT,
    FACT_OF,
    FINDERS,
    UNDETERMINED,
    Found,
    Request,
    find_profile,
)
from validators.facts import Fact, read_facts, read_ports, without
from validators.places import Place, is_within
from validators.port_sets import PortSlot, settle_ports
from validators.profile_words import ProfileWords
from validators.slots import Leaf, Plan, collect_leaves, iter_slots

LEFT_OVER = re.compile(r"\d(?:[ ().–-]{0,2}\d){6}|\d\.\d{1,3}\.\d")
LONGEST = 100_000  # characters of a request; what lies beyond is not read
LATER = frozenset({"seconds", "port", "ports", "number", "profile", "flag"})


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
            if slot.kind in LATER:
                later.append(leaf)
                continue
            type_, finder = FINDERS[slot.kind]
            if isinstance(value, type_):
                self.keep(reading, leaf, finder(value, request), take=True)
        for leaf in later:
            self.read_later(reading, leaf)
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
        if kind == "ports":
            spans = intervals(value)
            if spans is not None:
                reading.ports.append(PortSlot(slot, place, spans, value))
        elif kind == "flag":
            reading.found[place] = UNDETERMINED
        elif isinstance(value, bool):
            return
        elif kind == "port":
            if isinstance(value, int) and 0 <= value < 65536:
                reading.ports.append(PortSlot(slot, place, ((value, value),), value))
        elif kind == "profile":
            if isinstance(value, str):
                self.keep(reading, leaf, find_profile(value, reading.request, self.profiles))
        elif isinstance(value, FINDERS[kind][0]):
            self.keep(reading, leaf, FINDERS[kind][1](value, reading.request))

    def keep(self, reading: Reading, leaf: Leaf, found: Found | None, take: bool = False) -> None:
        """Note what was found for a value, or that nothing was."""
        slot, value, place = leaf
        if (found is None or found is UNDETERMINED) and value in slot.fixed:
            found = DEFAULT
        if found is None:
            reading.missing.append(leaf)
            reading.facts_left |= slot.kind in FACT_OF and slot.kind != "seconds"
            return
        reading.found[place] = found
        if take and found[2]:
            reading.request.take(found[1], found[2])

    def read_ports(self, reading: Reading) -> None:
        """Settle which ports are stated and which slots hold them."""
        request = reading.request
        if not self.has_ports:
            return
        reading.stated = read_ports(request.rest)
        if not reading.ports and not reading.stated:
            return
        if not settle_ports(reading.ports, reading.stated, request):
            # a port may be glued to an address that the payload does not have
            reading.stated = [fact for fact in read_facts(request.rest) if fact.kind == "port"]
            reading.facts_left |= not settle_ports(reading.ports, reading.stated, request)
