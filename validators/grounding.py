"""Does every value of a payload come from the request? Derivations, facts left unused, faults.

    Grounder(operation, catalogue).ground(payload, "... for half an hour ...").derivations
    -> {("duration",): Derivation(how="length of time", text="half an hour", ...), ...}

Each value is looked for in the request and what yields it is taken out; what is left over are facts
that nobody used. Where a request speaks in words this layer does not know, it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from callforge_core.records import Issue
from callforge_core.spec import Operation
from validators.catalogue import Catalogue
from validators.facts import Fact
from validators.glance import Glance
from validators.placeholders import is_placeholder as is_placeholder
from validators.placeholders import is_said as is_said
from validators.placeholders import iter_placeholders as iter_placeholders
from validators.places import Place
from validators.profile_words import ProfileWords
from validators.reading import Reader
from validators.request_text import UNDETERMINED
from validators.slots import compile_plan
from validators.unfaithful import Remains


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """What yields a value: how, and which passage of the request."""

    how: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """What a request says of the values of a payload."""

    derivations: Mapping[Place, Derivation]
    unused: tuple[Fact, ...] = ()
    """Facts of the request that the payload could hold and does not."""
    undetermined: tuple[Place, ...] = ()
    """Values of which this layer cannot tell whether the request says them."""
    issues: tuple[Issue, ...] = ()


class Grounder:
    """Grounds payloads of one operation in their requests."""

    def __init__(self, operation: Operation, catalogue: Catalogue) -> None:
        plan, words = compile_plan(operation.closed), ProfileWords(catalogue)
        self.glance = Glance(plan, words)
        self.reader = Reader(plan, words)

    def iter_issues(
        self, payload: object, request: str | None, explained: Iterable[Place] = ()
    ) -> Iterator[Issue]:
        """Yield what the request alone shows to be unfaithful, outside the places explained."""
        if request is not None:
            yield from self.find_issues(payload, request, tuple(explained))

    def find_issues(
        self, payload: object, request: str, explained: tuple[Place, ...]
    ) -> tuple[Issue, ...]:
        """Return what the request alone shows to be unfaithful, outside the places explained."""
        if not explained and self.glance.passes(payload, request):
            return ()
        return self.read_closely(payload, request, explained)

    def read_closely(
        self, payload: object, request: str, explained: tuple[Place, ...]
    ) -> tuple[Issue, ...]:
        """Return the same without the glance that settles most rows."""
        if not isinstance(request, str) or not isinstance(payload, dict):
            return ()
        reading = self.reader.read(payload, request, explained)
        if reading.clean:
            return ()
        return tuple(Remains(reading, payload, explained, self.reader).iter_issues())

    def ground(self, payload: object, request: str | None) -> Grounding:
        """Return what yields each value, and the facts that nothing uses."""
        if not isinstance(request, str) or not isinstance(payload, dict):
            return Grounding(derivations={})
        reading = self.reader.read(payload, request, ())
        remains = Remains(reading, payload, (), self.reader)
        issues = tuple(remains.iter_issues())
        found = dict(reading.found)
        for slot in reading.ports:
            found |= slot.derived(reading.stated)
        text = reading.request.text
        return Grounding(
            derivations={
                place: Derivation(how=how, start=start, end=end, text=text[start:end])
                for place, (how, start, end) in found.items()
                if how != UNDETERMINED[0]
            },
            unused=tuple(remains.unused),
            undetermined=tuple(place for place, kept in found.items() if kept is UNDETERMINED),
            issues=issues,
        )
