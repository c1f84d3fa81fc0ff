"""What is wrong with an answer, by name? Text, gold and request -> fault classes.

    diagnose('{"duration":60, ...}', validator, gold=gold) -> {("V2", "/duration")}

Every fault is named, once: a place that one layer has explained is left alone by the later ones.
Without gold the request alone is asked, as far as it can tell. Pointers lead into the answer; that
of a missing member is where it would stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from callforge_core.records import Issue, Payload
from validators.against_gold import iter_gold_faults
from validators.comparators import values_equal
from validators.payload import Examination, Validator, explained_places, said_twice
from validators.places import Place, has_place, path_of, place_of, pointer_of
from validators.strict_json import parse_strict
from validators.undeclared import Unknown

Diagnosis = frozenset[tuple[str, str]]


def diagnose(
    text: str, validator: Validator, *, gold: Payload | None = None, request: str | None = None
) -> Diagnosis:
    """Return (fault class, JSON pointer) for every fault of an answer; empty when there is none."""
    parsed = parse_strict(text)
    faults = {(issue.cls, pointer_of(place_of(issue.path))) for issue in parsed.issues}
    if not parsed.found:
        return frozenset(faults)
    twice = said_twice(parsed)
    found = validator.examine(parsed.value, twice)
    errors = [issue for issue in found.issues if issue.severity == "error"]
    unknown = found.unknown
    if gold is not None:
        unknown = [recognise(member, parsed.value, gold) for member in unknown]
        errors = rename(errors, unknown)
    faults |= {(issue.cls, pointer_of(place_of(issue.path))) for issue in errors}
    explained = [*twice, *explained_places(Examination(tuple(errors), unknown))]
    for cls, place in item_faults(parsed.value, validator, gold, request, explained):
        faults.add((cls, pointer_of(place)))
    return frozenset(faults)


def item_faults(
    payload: Payload,
    validator: Validator,
    gold: Payload | None,
    request: str | None,
    explained: list[Place],
) -> Iterator[tuple[str, Place]]:
    """Yield the faults that only gold or the request can show."""
    if gold is not None:
        yield from iter_gold_faults(
            payload, gold, validator.operation, explained=explained, request=request
        )
    elif request is not None:
        for issue in validator.grounder.iter_issues(payload, request, explained):
            if issue.severity == "error":
                yield issue.cls, place_of(issue.path)


def recognise(member: Unknown, payload: Any, gold: Payload) -> Unknown:
    """Return an undeclared member by a better name if its value is what gold has elsewhere."""
    if member.cls not in ("S2", "S3", "S4"):
        return member
    missing = list(iter_missing(payload, gold))
    same = [place for place, value in missing if is_value_of(place, member.value, value)]
    if not same or member.value in ({}, [], None, "", True, False):
        return member
    beside = [place for place in same if place[:-1] == member.place[:-1]]
    return replace(member, cls="S4" if beside else "S7", stands_for=tuple(beside or same))


def is_value_of(place: Place, value: Any, gold: Any) -> bool:
    """Say whether a value is the gold one of a place; of secrets, any text would do elsewhere."""
    if place[:1] == ("sinkCredential",):
        return type(value) is type(gold) and bool(value == gold)
    return values_equal(pointer_of(place), value, gold)


def iter_missing(payload: Any, gold: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield the members of gold that an answer lacks, outer ones first, with their values."""
    for key, value in gold.items():
        below = (*place, key)
        if not has_place(payload, below):
            yield below, value
        if isinstance(value, dict):
            yield from iter_missing(payload, value, below)


def rename(errors: Iterable[Issue], unknown: list[Unknown]) -> list[Issue]:
    """Return the issues under the names that gold gives, without the absences these explain."""
    names = {path_of(member.place): member for member in unknown}
    targets = {place for member in unknown for place in member.stands_for}
    kept = []
    for issue in errors:
        place = place_of(issue.path)
        if issue.cls == "S1" and place in targets:
            continue
        if issue.cls in ("S8", "C2") and any(target[:-1] == place for target in targets):
            continue
        if issue.path in names and issue.code.startswith("closed."):
            issue = replace(issue, cls=names[issue.path].cls)
        kept.append(issue)
    return kept
