"""Is it the call that was asked for? Each difference between an answer and its gold, by class.

Values are compared as `comparators` has it: other spellings are no difference, ports are one value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from callforge_core.spec import Operation
from validators.comparators import WHOLES, intervals, network, values_equal
from validators.placeholders import is_placeholder, is_said
from validators.places import Place, is_within, pointer_of
from validators.undeclared import is_near

Found = tuple[str, Place]

RATIOS = (60, 3600, 1000)
SECONDS = ("duration", "requestedAdditionalDuration")
NEAR = 2  # so many slips of the pen still make a copy, not an invention


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where answer and gold differ: a value changed, absent or extra."""

    place: Place
    gold: Any
    got: Any


@dataclass(slots=True)
class Differences:
    """All differences, sorted by kind."""

    changed: list[Difference] = field(default_factory=list)
    absent: list[Difference] = field(default_factory=list)
    extra: list[Difference] = field(default_factory=list)


def iter_gold_faults(
    payload: dict[str, Any],
    gold: dict[str, Any],
    operation: Operation,
    *,
    explained: Iterable[Place] = (),
    request: str | None = None,
) -> Iterator[Found]:
    """Yield (class, place) of what differs from gold outside the places already explained."""
    differences = Differences()
    compare(payload, gold, (), tuple(explained), differences)
    yield from iter_swapped(differences, gold)
    for difference in differences.changed:
        yield name_change(difference, request), difference.place
    for difference in differences.absent:
        yield name_absence(difference, payload), difference.place
    required = operation.closed.get("required", ())
    for difference in differences.extra:
        # what the call needs and the gold lacks is made up; what nobody needs is unrequested
        needed = len(difference.place) == 1 and difference.place[0] in required
        yield ("V5" if needed else "V7"), difference.place


def compare(
    got: Any, gold: Any, place: Place, explained: tuple[Place, ...], into: Differences
) -> None:
    """Collect the differences below a place, without places that are explained."""
    if any(is_within(place, other) for other in explained):
        return
    pointer = pointer_of(place)
    whole = pointer in WHOLES or not (isinstance(got, dict) and isinstance(gold, dict))
    if whole:
        inside = any(is_within(other, place) for other in explained)
        if not inside and not values_equal(pointer, got, gold):
            into.changed.append(Difference(place, gold, got))
        return
    for key in [*gold, *(key for key in got if key not in gold)]:
        below = (*place, key)
        if key in got and key in gold:
            compare(got[key], gold[key], below, explained, into)
        elif not any(is_within(below, other) or is_within(other, below) for other in explained):
            kind = into.absent if key in gold else into.extra
            kind.append(Difference(below, gold.get(key), got.get(key)))


def iter_swapped(differences: Differences, gold: dict[str, Any]) -> Iterator[Found]:
    """Yield V3 for right values in wrong places, and take them out of the differences."""
    for absent in list(differences.absent):
        for extra in differences.extra:
            if same_value(absent, extra):
                differences.absent.remove(absent)
                differences.extra.remove(extra)
                yield "V3", extra.place
                break
    values = list(iter_values(gold))
    for changed in list(differences.changed):
        here = changed.place
        if any(other != here and is_same(changed.got, value, here) for other, value in values):
            differences.changed.remove(changed)
            yield "V3", here


def same_value(absent: Difference, extra: Difference) -> bool:
    """Say whether an extra member holds exactly what is absent elsewhere."""
    if isinstance(absent.gold, dict) != isinstance(extra.got, dict):
        return False
    return is_same(extra.got, absent.gold, extra.place)


def iter_values(gold: dict[str, Any], place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield the values that can be swapped: texts, integers, and port slots as a whole."""
    for key, value in gold.items():
        below = (*place, key)
        if isinstance(value, dict) and pointer_of(below) not in WHOLES:
            yield from iter_values(value, below)
        elif not isinstance(value, list):
            yield below, value


def is_same(left: Any, right: Any, place: Place) -> bool:
    """Say whether two values mean the same, addresses and networks by their bits."""
    if isinstance(left, str) and isinstance(right, str):
        one, other = network(left), network(right)
        if one is not None or other is not None:
            return one == other
    return type(left) is type(right) and values_equal(pointer_of(place), left, right)


def name_change(difference: Difference, request: str | None) -> str:
    """Return the class of a changed value: unit, extent, profile, invention or slip."""
    place, gold, got = difference.place, difference.gold, difference.got
    if place[-1] in SECONDS:
        return "V2" if is_unit_error(got, gold) else "V1"
    if other_extent(got, gold, place):
        return "V8"
    if place == ("qosProfile",):
        return "V4"
    return "V5" if is_invented(got, gold, request) else "V1"


def is_unit_error(got: Any, gold: Any) -> bool:
    """Say whether a duration is the right one in another unit."""
    if not isinstance(got, int) or not isinstance(gold, int):
        return False
    return any(got * ratio == gold or gold * ratio == got for ratio in RATIOS)


def other_extent(got: Any, gold: Any, place: Place) -> bool:
    """Say whether a network or a set of ports covers the gold one in part, or more than it."""
    if pointer_of(place) in WHOLES:
        return ports_overlap(intervals(got), intervals(gold))
    one, other = network(got), network(gold)
    if one is None or other is None or one.version != other.version or place[0] == "device":
        return False
    return one.overlaps(other)


def ports_overlap(got: Any, gold: Any) -> bool:
    """Say whether two port sets share ports; single ports copied wrongly are no other extent."""
    if got is None or gold is None:
        return False
    gone, come = without(gold, got), without(got, gold)
    shared = without(gold, gone)
    singles = all(low == high for low, high in (*gone, *come))
    return bool(shared) and not (singles and len(gone) == len(come))


def without(spans: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> list[Any]:
    """Return the parts of `spans` that `other` does not cover."""
    left = list(spans)
    for low, high in other:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, low - 1)), (max(start, high + 1), end))
            if part[0] <= part[1]
        ]
    return left


def is_invented(got: Any, gold: Any, request: str | None) -> bool:
    """Say whether a value is a placeholder rather than a slip in copying the gold one."""
    if not is_placeholder(got) or (request is not None and is_said(got, request)):
        return False
    # every address near a documentation address is one too: slips tell only the others apart
    copied = "://" in got or got.startswith("+")
    return not (copied and isinstance(gold, str) and is_near(got, gold, NEAR))


def name_absence(difference: Difference, payload: dict[str, Any]) -> str:
    """Return the class of an absent value: one of two server addresses is a narrower server."""
    place = difference.place
    if len(place) == 2 and place[0] == "applicationServer":
        server = payload.get("applicationServer")
        if isinstance(server, dict) and any(name in server for name in ADDRESSES - {place[1]}):
            return "V8"
    return "V6"


ADDRESSES = {"ipv4Address", "ipv6Address"}
