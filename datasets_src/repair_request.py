"""What does the request of a row state, and does it bear a payload out? Derives, never invents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from validators.against_gold import is_unit_error
from validators.formats import is_e164
from validators.grounding import is_said, network_of
from validators.lengths import Length, is_unclear, read_lengths
from validators.places import Place

PHONE = re.compile(r"(?:\+|(?<![\w+])00)[0-9](?:[\s().-]{0,2}[0-9]){5,18}")
COUNTRY_DIGITS = 3  # the longest country code
FACT = re.compile(r"[a-z][a-z0-9+.-]*://|\+?[0-9][0-9 ()./-]{5,}[0-9]|[0-9a-f]*:[0-9a-f:]+", re.I)


class Stated:
    """The request of one row; without one nothing is confirmed and nothing contradicted."""

    def __init__(self, request: str | None) -> None:
        self.request = request or ""

    @property
    def known(self) -> bool:
        """True when the row has a request."""
        return bool(self.request.strip())

    @cached_property
    def seconds(self) -> int | None:
        """The length of time that the request states, if it states exactly one."""
        firm = {length.seconds for length in self.lengths if length.firm}
        if len(firm) != 1 or is_unclear(self.request.lower()):
            return None
        (seconds,) = firm
        return int(seconds) if float(seconds).is_integer() and seconds > 0 else None

    @cached_property
    def lengths(self) -> list[Length]:
        """Every length of time that the request can be read to state."""
        return read_lengths(self.request.lower()) if self.known else []

    def is_wrong_unit(self, duration: Any) -> bool:
        """Say whether a duration is the stated one in another unit, and no other stated one."""
        if self.seconds is None or not isinstance(duration, int) or isinstance(duration, bool):
            return False
        if any(length.seconds == duration for length in self.lengths):
            return False
        return is_unit_error(duration, self.seconds)

    def bears(self, tree: Any, place: Place) -> bool:
        """Say whether the request has nothing against what stands at a place."""
        return True

    def unused(self, tree: Any, place: Place = ()) -> list[str]:
        """Return what the request states (for a place) and a payload does not use."""
        return []

    def states_range(self, low: Any, high: Any) -> bool:
        """Say whether the request states a range from `low` to `high`."""
        return (
            re.search(
                rf"(?<![\d.]){low}\s*(?:-|–|to|through|until|and)\s*{high}(?!\d)", self.request
            )
            is not None
        )

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

    def lost(self, value: Any, rest: Any) -> Any:
        """Return a leaf of a removed value that may be a fact and stands nowhere else, or None."""
        kept = {str(leaf) for leaf in iter_leaves(rest)}
        for leaf in iter_leaves(value):
            if leaf is None or isinstance(leaf, bool) or leaf == "" or str(leaf) in kept:
                continue
            if self.says(str(leaf)) if self.known else looks_like_fact(leaf):
                return leaf
        return None


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
    return network_of(leaf.strip()) is not None or FACT.fullmatch(leaf.strip()[:400]) is not None
