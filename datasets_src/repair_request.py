"""What does the request of a row state, and does it bear a payload out? Derives, never invents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from callforge_core.records import Issue
from datasets_src.verbatim import render_verbatim
from validators.comparators import network
from validators.derivations import FACT_OF
from validators.facts import Fact
from validators.formats import is_e164
from validators.grounding import Grounder, Grounding, is_said
from validators.lengths import Length, is_unclear, read_lengths
from validators.places import Place, has_place, is_within, place_of, value_at
from validators.slots import NAME_PART, Slot

PHONE = re.compile(r"(?:\+|(?<![\w+])00)[0-9](?:[\s().-]{0,2}[0-9]){5,18}")
BESIDE = 25  # characters around a length of time in which words may change what it means
FACT_NAMES = {"port", "ports", "ip", "address", "phone", "msisdn", "url", "uri", "duration"}
COUNTRY_DIGITS = 3  # the longest country code
FACT = re.compile(r"[a-z][a-z0-9+.-]*://|\+?[0-9][0-9 ()./-]{5,}[0-9]|[0-9a-f]*:[0-9a-f:]+", re.I)


class Stated:
    """The request of one row; without one nothing is confirmed and nothing contradicted."""

    def __init__(self, request: str | None, grounder: Grounder) -> None:
        self.request = request or ""
        self.grounder = grounder
        self.read: dict[str, Grounding] = {}

    @property
    def known(self) -> bool:
        """True when the row has a request."""
        return bool(self.request.strip())

    def grounding(self, tree: Any) -> Grounding:
        """Return what the request says of a payload."""
        if not self.known or not isinstance(tree, dict):
            return Grounding(derivations={})
        key = render_verbatim(tree)
        if key not in self.read:
            self.read[key] = self.grounder.ground(tree, self.request)
        return self.read[key]

    def issues(self, tree: Any, explained: Iterable[Place]) -> list[Issue]:
        """Return what the request does not bear out, outside places that are faulty anyway."""
        if not self.known or not isinstance(tree, dict):
            return []
        found = self.grounder.iter_issues(tree, self.request, tuple(explained))
        return [issue for issue in found if issue.severity == "error"]

    def bears(self, tree: Any, place: Place) -> bool:
        """Say whether the request has nothing against what stands at a place."""
        return not any(
            issue.severity == "error" and touches(place_of(issue.path), place)
            for issue in self.grounding(tree).issues
        )

    def unused(self, tree: Any, place: Place = ()) -> list[Fact]:
        """Return what the request states, a place could hold and the payload does not use."""
        kinds = {FACT_OF.get(slot.kind) for slot in self.slots(place)}
        return [fact for fact in self.grounding(tree).unused if fact.kind in kinds]

    def meant_for(self, tree: Any, place: Place) -> list[Fact]:
        """Return the unused facts, if the words of the request assign them to a place."""
        assigned = [
            place_of(issue.path)
            for issue in self.grounding(tree).issues
            if issue.cls in ("V6", "V8")
            and touches(place_of(issue.path), place)
            and not has_place(tree, place_of(issue.path))
        ]
        return self.unused(tree, place) if assigned else []

    def derives(self, tree: Any, place: Place) -> bool:
        """Say whether words of the request plainly yield the value at a place.

        A keyword of a profile may err; a workload counts when it is that of one profile only.
        """
        found = self.grounding(tree).derivations.get(place)
        if found is None or found.how == "keyword":
            return False
        return found.how != "workload" or self.meant == {value_at(tree, place)}

    @cached_property
    def meant(self) -> frozenset[str]:
        """The profiles whose workloads the request names."""
        return self.grounder.reader.profiles.hint(self.request.lower()).meant

    def slots(self, place: Place) -> list[Slot]:
        """Return the members that hold values at or below a place, or around it."""
        names = tuple(key for key in place if isinstance(key, str))
        return [slot for slot in self.grounder.reader.slots if touches(slot.path, names)]

    @cached_property
    def seconds(self) -> int | None:
        """The length of time that the request states, if it states exactly one."""
        firm = [length for length in self.lengths if length.firm]
        if len({length.seconds for length in firm}) != 1:
            return None
        start, end, seconds = firm[0].start, firm[0].end, firm[0].seconds
        if is_unclear(self.request.lower()[max(0, start - BESIDE) : end + BESIDE]):
            return None
        return int(seconds) if float(seconds).is_integer() and seconds > 0 else None

    @cached_property
    def lengths(self) -> list[Length]:
        """Every length of time that the request can be read to state."""
        return read_lengths(self.request.lower()) if self.known else []

    def says(self, text: str) -> bool:
        """Say whether the request contains a text as a whole word."""
        return self.known and is_said(text, self.request)

    def international(self, digits: str) -> str | None:
        """Return the only number of the request that these digits are a shorter way to write."""
        local = digits.removeprefix("0")
        found = {
            number
            for number in self.phones
            if number[1:].endswith(local) and len(number) - 1 - len(local) <= COUNTRY_DIGITS
        }
        return next(iter(found)) if len(found) == 1 and len(local) > COUNTRY_DIGITS else None

    @cached_property
    def phones(self) -> tuple[str, ...]:
        """The numbers of the request in international form."""
        found = []
        for match in PHONE.finditer(self.request):
            digits = re.sub(r"[^0-9]", "", match[0].replace("(0)", ""))
            number = "+" + (digits if match[0].startswith("+") else digits[2:])
            if is_e164(number):
                found.append(number)
        return tuple(dict.fromkeys(found))

    def lost(self, value: Any, rest: Any, name: str) -> Any:
        """Return a leaf of a removed value that may be a fact and stands nowhere else, or None.

        Without a request the form of a value and the name of its member have to tell.
        """
        telling = {part.lower() for part in NAME_PART.findall(name)} & FACT_NAMES
        kept = {str(leaf) for leaf in iter_leaves(rest)}
        for leaf in iter_leaves(value):
            if leaf is None or isinstance(leaf, bool) or leaf == "" or str(leaf) in kept:
                continue
            if self.says(str(leaf)) if self.known else telling or looks_like_fact(leaf):
                return leaf
        return None


def touches(place: Place, other: Place) -> bool:
    """Say whether one place is, or lies inside, the other."""
    return is_within(place, other) or is_within(other, place)


def iter_leaves(value: Any) -> Iterator[Any]:
    """Yield the plain values inside a value."""
    if isinstance(value, dict):
        for child in value.values():
            yield from iter_leaves(child)
    elif isinstance(value, list):
        for child in value:
            yield from iter_leaves(child)
    else:
        yield value


def looks_like_fact(leaf: Any) -> bool:
    """Say whether a value has the form of an address, a telephone number or a URL."""
    if not isinstance(leaf, str):
        return False
    return network(leaf.strip()) is not None or FACT.fullmatch(leaf.strip()[:400]) is not None
