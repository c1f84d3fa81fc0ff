"""Which other value may stand where an author has written theirs, and in which words?

    Replacer(validator).draw(anchor, wording, rng, fold) -> Change(place=..., value=..., edits=...)

Nothing (None) when no other value fits the words; then the author's own stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from generators.anchors import Anchor, Span, Wording
from generators.length_forms import FACTOR, POOLS, options_for
from generators.numbers import draw_sink, draw_token
from generators.phone_ranges import draw_phone_like, split_phone
from generators.respelling import draw_address_like, respell_address, respell_phone
from generators.scenarios import unique_workloads
from validators.calling_codes import stated_codes
from validators.facts import lower
from validators.payload import Validator
from validators.places import Place
from validators.port_sets import PROTOCOLS

PRIVILEGED = 1024
USUAL_LOW = (80, 443, 8080, 8443)
LABELLED = re.compile(
    r"\b(?:use(?: case)?|purpose|workload|application|activity|traffic|kind|scenario|usage)"
    r"[\"']?\s?[:=]\s?[\"']?([^\"',;.:=|\n]{3,60})",
    re.IGNORECASE,
)
PART_OF_DAY = re.compile(r"\b(?:tonight|(?:this|the) (?:morning|afternoon|evening|night))\b", re.I)
LONGEST_PART = 6 * 3600  # seconds; longer than that is not "tonight"
LEADING = re.compile(r"(?:an?|the) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """Another value, and the words for it in the places of the old ones."""

    place: Place
    value: Any
    edits: tuple[tuple[Span, str], ...]


class Replacer:
    """Draws values and writes them as an author has written theirs."""

    def __init__(self, validator: Validator) -> None:
        self.profiles = validator.grounder.reader.profiles
        active = [p for p in validator.catalogue.profiles if p.status == "ACTIVE"]
        self.names = tuple(profile.name for profile in active)
        self.workloads = unique_workloads([(p.name, p.workloads) for p in active])

    def draw(self, anchor: Anchor, wording: Wording, rng: Random, fold: int) -> Change | None:
        """Return another value of the same kind in the same form."""
        if anchor.kind == "seconds":
            return draw_length(anchor, wording.seed.request, rng)
        if anchor.kind == "number":
            return draw_number(anchor, wording.seed.request, rng)
        if anchor.kind in ("ports", "port"):
            return draw_ports(anchor, wording.seed.request, rng)
        if anchor.kind == "profile":
            return self.draw_profile(anchor, wording, rng)
        value = draw_value(anchor, wording.seed.request, rng, fold)
        return None if value is None else self.write(anchor, wording, value)

    def write(self, anchor: Anchor, wording: Wording, value: Any) -> Change | None:
        """Return a given value in the form of an anchor's words."""
        request = wording.seed.request
        if anchor.kind == "seconds":
            return write_length(anchor, request, value)
        if anchor.kind in ("ports", "port", "number", "profile"):
            return None if value != anchor.value else Change(anchor.place, value, ())
        edits = []
        for span in anchor.spans:
            text = respell(anchor, request[span.start : span.end], value)
            if text is None:
                return None
            edits.append((span, text))
        if anchor.kind in ("ipv4", "ipv6") and request[slice(*anchor.spans[0])] == anchor.value:
            value = edits[0][1]
        return Change(anchor.place, value, tuple(edits))

    def draw_profile(self, anchor: Anchor, wording: Wording, rng: Random) -> Change | None:
        """Return another profile: by name, or by a workload that is the value of a field."""
        request = wording.seed.request
        named = anchor.how in ("verbatim", "name")
        field = next(self.iter_fields(anchor, request), None)
        spans = anchor.spans if named else (field,) if field else ()
        if not spans or self.speaks_of_use(request, spans):
            return None
        others = [name for name in self.names if name != anchor.value or not named]
        if not others:
            return None
        name = others[int(rng.random() * len(others))]
        if named:
            if request[slice(*spans[0])] != anchor.value:
                return None
            return Change(anchor.place, name, tuple((span, name) for span in spans))
        words = self.workloads[name]
        if not words:
            return None
        text = LEADING.sub("", words[int(rng.random() * len(words))], count=1)
        return Change(anchor.place, name, ((spans[0], text),))

    def iter_fields(self, anchor: Anchor, request: str) -> Iterator[Span]:
        """Yield the values of fields that hold the words for the profile."""
        for match in LABELLED.finditer(request):
            span = Span(match.start(1), match.start(1) + len(match[1].rstrip()))
            if span.start <= anchor.spans[0].start and anchor.spans[0].end <= span.end:
                yield span

    def speaks_of_use(self, request: str, spans: tuple[Span, ...]) -> bool:
        """Say whether a request tells elsewhere what the connection is for."""
        rest = request
        for start, end in sorted(spans, reverse=True):
            rest = f"{rest[:start]} {rest[end:]}"
        hint = self.profiles.hint(lower(rest))
        return bool(hint.touched or hint.meant or hint.named)


def draw_value(anchor: Anchor, request: str, rng: Random, fold: int) -> Any:
    """Return another identifying value that is nobody's."""
    if anchor.kind == "phone":
        if anchor.value[:1] != "+":
            return None
        rest = request
        for start, end in anchor.spans:
            rest = f"{rest[:start]}{' ' * (end - start)}{rest[end:]}"
        told = split_phone(anchor.value).groups[0] in stated_codes(lower(rest))
        bound = told or anchor.how in ("national number", "digit words")
        phone = draw_phone_like(rng, fold, anchor.value, same_country=bound)
        return phone.e164 if phone else None
    if anchor.kind == "url":
        return draw_sink(rng, fold)
    if anchor.kind == "secret":
        return draw_token(rng, fold)
    return draw_address_like(rng, fold, anchor.value)


def respell(anchor: Anchor, text: str, value: str) -> str | None:
    """Return the words for an identifying value in the form of a text."""
    if anchor.kind == "phone":
        return respell_phone(text, anchor.value, split_phone(value))
    if anchor.kind == "url":
        if text == anchor.value:
            return value
        return value.partition("://")[2] if anchor.value.endswith(f"://{text}") else None
    if anchor.kind == "secret":
        return value
    return respell_address(text, anchor.value, value)


def lengths_like(anchor: Anchor, request: str) -> list[tuple[str, int]]:
    """Return the other lengths that the words of an anchor could say."""
    span = anchor.spans[0]
    options = options_for(request[slice(*span)], anchor.value, request[: span.start][-12:])
    if PART_OF_DAY.search(request):
        return [option for option in options if option[1] <= LONGEST_PART]
    return list(options)


def draw_length(anchor: Anchor, request: str, rng: Random) -> Change | None:
    """Return another length of time in the same form."""
    span, options = anchor.spans[0], lengths_like(anchor, request)
    if not options:
        return None
    text, seconds = options[int(rng.random() * len(options))]
    return Change(anchor.place, seconds, ((span, text),))


def write_length(anchor: Anchor, request: str, seconds: int) -> Change | None:
    """Return a given length in the form of the words, None when the form cannot say it."""
    span, options = anchor.spans[0], lengths_like(anchor, request)
    text = next((text for text, length in options if length == seconds), None)
    if seconds == anchor.value:
        return Change(anchor.place, seconds, ())
    return None if text is None else Change(anchor.place, seconds, ((span, text),))


def draw_number(anchor: Anchor, request: str, rng: Random) -> Change | None:
    """Return another number of the unit that is meant."""
    span = anchor.spans[0]
    old = int(request[slice(*span)])
    unit = anchor.value // old
    near = [n for n in POOLS[unit] if n != old and old <= n * FACTOR and n <= old * FACTOR]
    if not near or old == 1:
        return None
    number = near[int(rng.random() * len(near))]
    return Change(anchor.place, number * unit, ((span, str(number)),))


def draw_ports(anchor: Anchor, request: str, rng: Random) -> Change | None:
    """Return other ports in the same pattern; those of a protocol that is named stay."""
    texts = [request[slice(*span)] for span in anchor.spans]
    numbers = sorted({int(number) for text in texts for number in re.findall(r"\d+", text)})
    low = lower(request)
    if any(port in PROTOCOLS and PROTOCOLS[port].search(low) for port in numbers):
        return None
    if len(numbers) == 1 and numbers[0] < PRIVILEGED:
        others = [port for port in USUAL_LOW if port != numbers[0]]
        moved = {numbers[0]: others[int(rng.random() * len(others))]}
    else:
        step = shift(numbers, rng)
        if step is None:
            return None
        moved = {number: number + step for number in numbers}
    edits = [
        (span, re.sub(r"\d+", lambda match: str(moved[int(match[0])]), text))
        for span, text in zip(anchor.spans, texts, strict=True)
    ]
    return Change(anchor.place, move_ports(anchor.value, moved), tuple(edits))


def shift(numbers: list[int], rng: Random) -> int | None:
    """Return how far ports may move together, round numbers staying round; None: nowhere."""
    low, high = PRIVILEGED - numbers[0], 65535 - numbers[-1]
    digits = str(numbers[0])
    zeros = min(len(digits) - len(digits.rstrip("0")), 3)
    size = 10 ** (zeros or (1 if len(numbers) > 1 else 0))
    steps = range(-(-low // size), high // size + 1)
    near = [step for step in steps if step and abs(step) * size <= 20_000]
    return near[int(rng.random() * len(near))] * size if near else None


def move_ports(value: Any, moved: dict[int, int]) -> Any:
    """Return a set of ports, or one port, with other numbers."""
    if isinstance(value, int):
        return moved[value]
    if isinstance(value, dict):
        return {key: move_ports(item, moved) for key, item in value.items()}
    return [move_ports(item, moved) for item in value]
