"""Where in an author's wording stands each value of the call, and what else is said there?

    read_wording(seed, validator).anchors
    -> Anchor(kind="phone", place=("device", "phoneNumber"), spans=((50, 62),), ...), ...

A value that is said twice has two spans. What cannot be replaced without guessing has no anchor:
then it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from generators.respelling import find_spoken_address
from generators.seeds import SECRETS, Seed
from validators.comparators import canonical_uri, network
from validators.facts import GAP, Fact, lower, read_facts
from validators.grounding import Derivation
from validators.lengths import read_lengths
from validators.payload import Validator
from validators.places import Place, is_within
from validators.slots import Leaf, collect_leaves

IDENTITIES = frozenset({"phone", "ipv4", "ipv6", "url"})
FIXED_TIMES = re.compile(  # lengths that are said in other words too, or fixed by the occasion
    r"\b(?:all|whole|full|entire) (?:day|night|week|month|shift)|\b(?:overnight|weekend|shift)\b"
)
ARTICLE = re.compile(r"\b(?:an?|one) $", re.IGNORECASE)
HEADLESS = re.compile(r"(?:half|quarter|couple|hour|minute|day|week|full)\b", re.IGNORECASE)
HINTS = {  # unit -> what stands behind the number, or in front of it as the name of a field
    1: (r"s", r"sec(?:ond)?s?"),
    60: (r"m(?!b)", r"min(?:ute)?s?"),
    3600: (r"(?:h|std|stunde|heure|hora|ora|uur)", r"h(?:ou)?rs?"),
    86400: (r"(?:d|t|j)", r"days?"),
}


class Span(NamedTuple):
    """A passage of a request."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """A value of a call and the passages that say it."""

    kind: str
    """phone, ipv4, ipv6, url, secret, seconds, number, profile, ports or port."""
    place: Place
    """Where the call holds it; empty for a value that only the request holds."""
    value: Any
    spans: tuple[Span, ...]
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A seed, the anchors of its values, and what a variation has to keep."""

    seed: Seed
    anchors: tuple[Anchor, ...]
    derived: frozenset[Place]
    """The values that the request plainly says."""
    unused: int
    """Facts of the request that the call does not hold."""


def read_wording(seed: Seed, validator: Validator) -> Wording:
    """Return where the request of a seed says the values of its call."""
    grounder = validator.grounder
    grounding = grounder.ground(seed.payload, seed.request)
    facts = read_facts(seed.request)
    leaves = collect_leaves(seed.payload, grounder.reader.plan)
    anchors = [
        anchor
        for leaf in leaves
        if (anchor := anchor_of(leaf, seed, grounding.derivations, facts)) is not None
    ]
    anchors += iter_strangers(facts, anchors, leaves)
    return Wording(
        seed=seed,
        anchors=tuple(fitting_durations(without_overlaps(anchors), seed.request)),
        derived=frozenset(grounding.derivations),
        unused=len(grounding.unused),
    )


def anchor_of(
    leaf: Leaf, seed: Seed, derivations: dict[Place, Derivation] | Any, facts: list[Fact]
) -> Anchor | None:
    """Return the anchor of one value, None when its words are not known."""
    slot, value, place = leaf
    if slot.kind in ("ports", "port"):
        return anchor_ports(leaf, seed.request, derivations, facts)
    found = derivations.get(place)
    if found is None:
        return anchor_undetermined(leaf, seed.request)
    span = Span(found.start, found.end)
    if slot.kind in IDENTITIES:
        again = [Span(f.start, f.end) for f in facts if f.kind == slot.kind and same(f, value)]
        spans = (span, *(other for other in again if not overlap(span, other)))
        return Anchor(slot.kind, place, value, spans, found.how)
    if slot.kind == "seconds":
        span = whole_length(span, seed.request)
        return Anchor("seconds", place, value, (span,), found.how)
    if slot.kind == "profile" or (slot.name in SECRETS and found.how == "verbatim"):
        kind = "profile" if slot.kind == "profile" else "secret"
        again = [Span(*m.span()) for m in re.finditer(re.escape(found.text), seed.request)]
        return Anchor(kind, place, value, tuple(again), found.how)
    return None


def anchor_ports(
    leaf: Leaf, request: str, derivations: dict[Place, Derivation] | Any, facts: list[Fact]
) -> Anchor | None:
    """Return the anchor of a set of ports when every number of it stands there in digits."""
    slot, value, place = leaf
    spans: dict[Span, None] = {}
    numbers: set[str] = set()
    for at, found in derivations.items():
        if is_within(at, place):
            span = Span(found.start, found.end)
            spans[span] = None
            numbers.update(re.findall(r"\d+", request[span.start : span.end]))
    if not spans or numbers != set(map(str, port_numbers(value))):
        return None
    pairs = {fact.value for fact in facts if fact.kind == "port"} & set(port_texts(value))
    for fact in facts:
        other = Span(fact.start, fact.end)
        if (
            fact.kind == "port"
            and fact.value in pairs
            and not any(overlap(other, s) for s in spans)
        ):
            spans[other] = None
    return Anchor(slot.kind, place, value, tuple(spans), "port")


def port_numbers(value: Any) -> list[int]:
    """Return the numbers of a set of ports, or of one port."""
    if isinstance(value, int):
        return [value]
    ranges = [span[end] for span in value.get("ranges", ()) for end in ("from", "to")]
    return [*ranges, *value.get("ports", ())]


def port_texts(value: Any) -> Iterator[str]:
    """Yield ports and ranges as facts write them."""
    if isinstance(value, int):
        yield str(value)
        return
    yield from map(str, value.get("ports", ()))
    yield from (f"{span['from']}-{span['to']}" for span in value.get("ranges", ()))


def anchor_undetermined(leaf: Leaf, request: str) -> Anchor | None:
    """Return the anchor of a value in words that grounding does not read, such as 60 Minuten."""
    slot, value, place = leaf
    if slot.kind == "ipv4" and " dot " in request.lower():
        spoken = find_spoken_address(request, value)
        return Anchor("ipv4", place, value, (Span(*spoken),), "words") if spoken else None
    if slot.kind == "seconds" and isinstance(value, int):
        spans = [span for unit in HINTS for span in iter_hinted(request, value, unit)]
        if len(spans) == 1:
            return Anchor("number", place, value, tuple(spans), "hint")
    return None


def iter_hinted(request: str, seconds: int, unit: int) -> Iterator[Span]:
    """Yield numbers that are a length in a unit by what stands behind or in front of them."""
    amount, left = divmod(seconds, unit)
    if left or not amount:
        return
    behind, label = HINTS[unit]
    number = rf"(?<![\w.:/+-]){amount}(?![\d.:/])"
    for match in re.finditer(rf"{number}(?=\s?{behind})", request, re.IGNORECASE):
        yield Span(*match.span())
    for match in re.finditer(rf"\b{label}\W{{1,4}}({amount})(?!\w)", request, re.IGNORECASE):
        yield Span(*match.span(1))


def whole_length(span: Span, request: str) -> Span:
    """Return the passage of a length without a stop behind it, with its article in front."""
    start, end = span
    while end > start and request[end - 1] in " .,;:!?":
        end -= 1
    if HEADLESS.match(request, start, end):
        article = ARTICLE.search(request, 0, start)
        start = article.start() if article else start
    return Span(start, end)


def iter_strangers(
    facts: list[Fact], anchors: list[Anchor], leaves: list[Leaf]
) -> Iterator[Anchor]:
    """Yield identifying values that the request says and the call does not hold, each once."""
    taken = [span for anchor in anchors for span in anchor.spans]
    held = [value for _, value, _ in leaves if isinstance(value, str)]
    found: dict[tuple[str, str], list[Span]] = {}
    for fact in facts:
        span = Span(fact.start, fact.end)
        known = any(same(fact, value) for value in held)
        if fact.kind in IDENTITIES and not known and not any(overlap(span, s) for s in taken):
            found.setdefault((fact.kind, fact.value), []).append(span)
    for (kind, value), spans in found.items():
        yield Anchor(kind, (), value, tuple(spans), "unused")


def same(fact: Fact, value: str) -> bool:
    """Say whether a fact is a value of a call."""
    if fact.kind == "phone":
        local = fact.value.lstrip("+").removeprefix("0")
        return fact.value == value or (fact.value[0] != "+" and value.endswith(local))
    if fact.kind == "url":
        return canonical_uri(fact.value) == canonical_uri(value)
    one = network(fact.value)
    return one is not None and one == network(value)


def overlap(one: Span, other: Span) -> bool:
    """Say whether two passages share a character."""
    return one.start < other.end and other.start < one.end


def without_overlaps(anchors: list[Anchor]) -> list[Anchor]:
    """Return the anchors that share no passage with another one: those would be guesses."""
    return [
        anchor
        for anchor in anchors
        if not any(
            overlap(span, taken)
            for other in anchors
            if other is not anchor
            for taken in other.spans
            for span in anchor.spans
        )
    ]


def fitting_durations(anchors: list[Anchor], request: str) -> Iterator[Anchor]:
    """Yield the anchors, a duration only when nothing else in the request depends on it."""
    low = lower(request)
    rest = low
    for anchor in anchors:
        for start, end in anchor.spans:
            rest = f"{rest[:start]}{GAP * (end - start)}{rest[end:]}"
    bound = FIXED_TIMES.search(rest) or any(length.firm for length in read_lengths(rest))
    for anchor in anchors:
        if not (bound and anchor.kind in ("seconds", "number")):
            yield anchor
