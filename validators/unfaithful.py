"""What is unfaithful, by name? Values that nothing yields beside facts that nothing uses.

A value whose kind the request states is a slip (V1), another unit (V2), another extent (V8) or
another profile (V4); one whose kind it does not state is made up (V5) or unrequested (V7); what is
stated and has no value is dropped (V6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from callforge_core.records import Issue, Severity
from validators.against_gold import NEAR, RATIOS, ports_overlap
from validators.comparators import canonical_uri, iter_leaves, network
from validators.derivations import FACT_OF
from validators.facts import Fact, read_facts
from validators.lengths import is_unclear
from validators.placeholders import is_placeholder
from validators.places import Place, is_within, path_of, quote, value_at
from validators.port_sets import SHARED, PortSlot, iter_shared
from validators.reading import DIGIT, Reader, Reading
from validators.request_text import UNDETERMINED
from validators.sides import is_meant, side_of, side_said
from validators.slots import Leaf, Slot
from validators.undeclared import is_near

IDENTITIES = frozenset({"phone", "ipv4", "ipv6"})
ENGLISH = re.compile(
    r"\b(?:the|for|and|to|with|please|need|is|on|a|of|our|my|want|from|at|it|we|use|give|set)\b"
)
TIMELY = re.compile(r"\b(?:today|now|soon|time|long|length|lasts?|minute|hour|day|week|duration)\b")
APART = 14  # characters between items of one list


class Remains:
    """What is left of a payload and its request when all that fits is put aside."""

    def __init__(
        self, reading: Reading, payload: dict[str, Any], known: tuple[Place, ...], reader: Reader
    ) -> None:
        self.reading = reading
        self.request = reading.request
        self.payload = payload
        self.reader = reader
        self.known = known
        self.unused = self.find_unused()

    def find_unused(self) -> list[Fact]:
        """Return the stated facts that the payload could hold and does not."""
        if not self.reading.facts_left:
            return []
        kinds = {FACT_OF[slot.kind] for slot in self.reader.slots if slot.kind in FACT_OF}
        static = [tuple(key for key in place if isinstance(key, str)) for place in self.known]
        for slot in self.reader.slots:
            if any(is_within(slot.path, at) or is_within(at, slot.path) for at in static):
                kinds.discard(FACT_OF.get(slot.kind, ""))
        said = self.said_values()
        return [
            fact
            for fact in dict.fromkeys(read_facts(self.request.rest))
            if fact.kind in kinds and spelled(fact) not in said and not self.holds(fact)
        ]

    def said_values(self) -> set[str]:
        """Return every scalar of the payload in the spelling of facts."""
        said = set()
        for _, value in iter_leaves(self.payload):
            if isinstance(value, str):
                said |= {value, canonical_uri(value), str(network(value)), value.lstrip("+")}
            elif isinstance(value, int):
                said.add(str(value) if abs(value) < 1 << 40 else "")
        return said

    def holds(self, fact: Fact) -> bool:
        """Say whether a slot holds a fact: a port in a range, a number in national form."""
        if fact.kind == "phone" and fact.value[0] != "+":
            local = fact.value.removeprefix("0")
            values = (value_at(self.payload, slot.path) for slot in self.reader.slots)
            return any(isinstance(value, str) and value.endswith(local) for value in values)
        return fact.kind == "port" and any(slot.covers(fact) for slot in self.reading.ports)

    def iter_issues(self) -> Iterator[Issue]:
        """Yield one issue for each place."""
        seen = set()
        for issue in (
            *self.iter_ports(), *self.iter_missing(), *self.iter_narrower(), *self.iter_dropped(),
        ):  # fmt: skip
            if (issue.cls, issue.path) not in seen:
                seen.add((issue.cls, issue.path))
                yield issue

    def iter_missing(self) -> Iterator[Issue]:
        """Yield what is wrong with each value that nothing yields."""
        for leaf in self.reading.missing:
            slot, value, place = leaf
            if slot.kind == "seconds":
                yield from self.iter_lengths(value, place)
            elif slot.kind == "profile":
                yield from self.iter_profiles(value, place)
            elif slot.kind == "number":
                yield from self.iter_numbers(leaf)
            else:
                yield self.name(leaf)

    def name(self, leaf: Leaf) -> Issue:
        """Return the fault of an address, a number or a URL that the request does not give."""
        slot, value, place = leaf
        fact = self.nearest(FACT_OF[slot.kind], value)
        if fact is None:
            return self.made_up(leaf)
        if is_placeholder(value) and not is_slip(value, fact.value) and not overlaps(value, fact):
            self.use(fact)
            return fault("V5", "placeholder", place,
                         f"{quote(value)} is a placeholder, the request says {quote(fact.value)}",
                         rule="R11")  # fmt: skip
        self.use(fact)
        if slot.path[0] != "device" and overlaps(value, fact):
            return fault("V8", "extent", place,
                         f"{quote(value)} covers more or less than {fact.value} does")  # fmt: skip
        return fault(
            "V1", "copy", place, f"{quote(value)} is not what the request says: {fact.value}"
        )

    def nearest(self, kind: str, value: str) -> Fact | None:
        """Return the unused fact of a kind that is most like a value."""
        facts = [fact for fact in self.unused if fact.kind == kind]
        if not facts:
            return None
        return max(facts, key=lambda fact: (overlaps(value, fact), likeness(value, fact.value)))

    def use(self, fact: Fact) -> None:
        """Put a fact aside that explains a fault."""
        self.unused = [other for other in self.unused if spelled(other) != spelled(fact)]

    def made_up(self, leaf: Leaf) -> Issue:
        """Return the fault of a value whose kind the request does not state."""
        slot, value, place = leaf
        outer = self.unasked(slot, place)
        sibling = len(slot.path) > 1 and any(at[0] == place[0] for at in self.reading.found)
        if outer and (sibling or slot.kind not in IDENTITIES):
            return fault("V7", "unasked", outer, f"nobody asked for {path_of(outer)}")
        code, rule = ("placeholder", "R11") if is_placeholder(value) else ("fabricated", "")
        return fault("V5", code, place, f"the request does not give {quote(value)}", rule=rule)

    def unasked(self, slot: Slot, place: Place) -> Place | None:
        """Return the outermost optional member around a place in which nothing is grounded."""
        if any(isinstance(key, int) for key in place):
            return None
        for steps in slot.optional:
            outer = place[:steps]
            if not any(is_within(at, outer) for at in self.reading.found):
                return outer
        return None

    def iter_lengths(self, value: int, place: Place) -> Iterator[Issue]:
        """Yield the fault of a length of time that no reading of the request gives."""
        lengths = self.request.lengths
        plain = [length for length in lengths if length.firm]
        for length in plain or lengths:
            if any(value * ratio == length.seconds or length.seconds * ratio == value
                   for ratio in RATIOS):  # fmt: skip
                text = self.request.text[length.start : length.end]
                yield fault("V2", "unit", place,
                            f"{value} is {text!r} in another unit")  # fmt: skip
                return
        low = self.request.low
        if plain and not is_unclear(low):
            said = self.request.text[plain[0].start : plain[0].end]
            yield fault("V1", "copy", place,
                        f"{value} s is not what {said!r} says: {plain[0].seconds:g} s")  # fmt: skip
        elif (
            lengths
            or is_unclear(low)
            or TIMELY.search(low)
            or DIGIT.search(self.request.rest)
            or len(ENGLISH.findall(low)) < 2
        ):
            self.reading.found[place] = UNDETERMINED
        else:
            yield fault("V5", "fabricated", place, f"the request does not give {value} s")

    def iter_profiles(self, value: str, place: Place) -> Iterator[Issue]:
        """Yield V4 if the request names another profile, or what only another one is for."""
        hint = self.reader.profiles.hint(self.request.low)
        others = hint.named or hint.meant
        if not others and value not in hint.touched:
            others = hint.sure
        if not others or value in others:
            self.reading.found[place] = UNDETERMINED
            return
        severity: Severity = "error" if hint.named or hint.meant else "warn"
        names = " or ".join(sorted(others))
        yield fault("V4", "profile", place, f"the request speaks of {names}, not of {value}",
                    severity=severity)  # fmt: skip

    def iter_numbers(self, leaf: Leaf) -> Iterator[Issue]:
        """Yield V5 for an identifying number that the request does not give."""
        slot, value, place = leaf
        if slot.name.lower().endswith("id") or (isinstance(value, int) and abs(value) > 99_999):
            yield fault("V5", "fabricated", place, f"the request does not give {quote(value)}")
        else:
            self.reading.found[place] = UNDETERMINED

    def iter_ports(self) -> Iterator[Issue]:
        """Yield ports that the request does not state, and ports it states for another slot."""
        for slot in self.reading.ports:
            if slot.left:
                yield self.name_ports(slot)
        if SHARED.search(self.request.low):
            return
        for slot, fact in iter_shared(self.reading.ports, self.reading.stated):
            if slot.slot.kind == "ports" and side_of(slot.slot) != side_said(
                self.request.low, fact
            ):
                text = (
                    f"the request states port {fact.value} once, and not for {path_of(slot.place)}"
                )
                yield fault("V7", "unasked", slot.place, text, severity="warn")

    def name_ports(self, slot: PortSlot) -> Issue:
        """Return the fault of a slot with ports that are not stated."""
        facts = [fact for fact in self.unused if fact.kind == "port"]
        near = [fact for fact in facts if ports_overlap(slot.spans, (fact.ports,))]
        near = near or [fact for fact in facts if len(slot.left) == 1]
        partly = slot.left != list(slot.spans)
        stated = ", ".join(fact.value for fact in near or facts)
        if not facts:
            if partly:
                return fault("V8", "extent", slot.place, "the request states fewer ports")
            return self.made_up((slot.slot, slot.value, slot.place))
        singles = all(low == high for low, high in slot.left)
        same = singles and len(facts) >= len(slot.left) and all("-" not in f.value for f in facts)
        for fact in (near or facts) if not same else facts[: len(slot.left)]:
            self.use(fact)
        touching = any(ports_overlap(slot.spans, (fact.ports,)) for fact in near)
        if touching or (partly and not same):
            text = f"the ports are wider or narrower than {stated} of the request"
            return fault("V8", "extent", slot.place, text)
        return fault("V1", "copy", slot.place, f"the ports are not what the request says: {stated}")

    def iter_narrower(self) -> Iterator[Issue]:
        """Yield slots that hold some ports of a list, not all."""
        for fact in [fact for fact in self.unused if fact.kind == "port"]:
            for slot in self.reading.ports:
                beside = any(
                    min(abs(other.start - fact.end), abs(fact.start - other.end)) < APART
                    for other in self.reading.stated
                    if slot.covers(other)
                )
                if not is_meant(self.request.low, fact):
                    continue
                if (
                    slot.slot.kind == "ports"
                    and beside
                    and side_of(slot.slot) == side_said(self.request.low, fact)
                ):
                    self.use(fact)
                    text = f"the request states port {fact.value} too"
                    yield fault("V8", "extent", slot.place, text)
                    break

    def iter_dropped(self) -> Iterator[Issue]:
        """Yield V6 for what is stated and left out, V8 for one of two addresses of a place."""
        for fact in self.unused:
            slots = [slot for slot in self.reader.slots if FACT_OF.get(slot.kind) == fact.kind]
            free = [slot for slot in slots if value_at(self.payload, slot.path) is None]
            side = side_said(self.request.low, fact)
            whole = [slot for slot in free if slot.kind != "port"] or free
            slot = next((slot for slot in whole if side_of(slot) == side), (whole or slots)[0])
            place: Place = slot.path
            while len(place) > 1 and value_at(self.payload, place[:-1]) is None:
                place = place[:-1]
            meant = free and is_meant(self.request.low, fact)
            text = f"the request says {fact.value}, no member holds it"
            severity: Severity = "error" if meant else "warn"
            if free and self.is_alternative(place):
                yield fault("V8", "extent", place, text, severity=severity)
            else:
                yield fault("V6", "unused", place, text, severity=severity)

    def is_alternative(self, place: Place) -> bool:
        """Say whether a place is one of several addresses of a member that has another one."""
        family = [
            slot for slot in self.reader.slots if len(place) > 1 and slot.path[:-1] == place[:-1]
        ]
        nested = [slot for slot in self.reader.slots if slot.path[: len(place) - 1] == place[:-1]]
        return len(nested) == len(family) > 1 and {slot.kind for slot in family} <= {"ipv4", "ipv6"}


def spelled(fact: Fact) -> str:
    """Return a fact in the spelling of `said_values`."""
    if fact.kind == "url":
        return canonical_uri(fact.value)
    return str(network(fact.value)) if fact.kind in ("ipv4", "ipv6") else fact.value


def overlaps(value: str, fact: Fact) -> bool:
    """Say whether two networks share addresses."""
    one, other = network(value), network(fact.value)
    return (
        one is not None
        and other is not None
        and one.version == other.version
        and one.overlaps(other)
    )


def likeness(value: str, other: str) -> float:
    """Return how alike two texts are, 0 to 1."""
    return SequenceMatcher(None, value[:200], other[:200]).ratio()


def is_slip(value: str, said: str) -> bool:
    """Say whether a text may be a slip in copying another; all documentation addresses are near."""
    return ("://" in value or value.startswith("+")) and is_near(value, said, NEAR)


def fault(
    cls: str, code: str, place: Place, message: str, *, rule: str = "", severity: Severity = "error"
) -> Issue:
    """Return a finding of this layer."""
    return Issue(cls=cls, code=f"grounding.{code}", path=path_of(place), message=message,
                 layer="grounding", spec=rule, basis="project", severity=severity)  # fmt: skip
