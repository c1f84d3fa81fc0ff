"""Repairs by what the request states: missing, empty and unreadable values, and units (V2).

Nothing is guessed: a value is taken when the request states exactly one that can be meant.
"""

from __future__ import annotations

import re
from typing import Any

from datasets_src.repair_edits import inserted, removed, replaced
from datasets_src.repair_request import Stated, iter_leaves
from datasets_src.repairing import Case, Fix, Refusal, repairs
from validators.derivations import FACT_OF
from validators.facts import Fact
from validators.places import Place, has_place, is_within, value_at

DURATION = ("duration",)
PUBLIC_PORT = re.compile(
    r"(?:public|external|nat|mapped)(?:\s+side)?\s+port(?:\s+(?:is|number))?\W{0,3}$", re.IGNORECASE
)
PRIVATE_ADDRESS = re.compile(
    r"(?:private|internal|local|inside)(?:\s+(?:ipv4|ip|address|side|is))*\W{0,3}$", re.IGNORECASE
)
GLUED = re.compile(
    r"\s?[:(,]?\s?(?:(?:and|with|on|at)\s)?(?:port\s?(?:is|=|:)?\s?)?", re.IGNORECASE
)
DEVICE_ADDRESS = ("device", "ipv4Address")
AROUND = 40  # characters before a value in which its label stands


@repairs("S1", "T3", "T5", "T1", "V2", "D6", by_request=True)
def stated_duration(case: Case) -> Fix | Refusal | None:
    """The length of time that the request states is the duration, in seconds."""
    if case.place != DURATION:
        return None
    seconds = case.bench.stated.seconds
    if seconds is None or seconds == case.value:
        return None
    after = set_at(case, DURATION, seconds)
    if not case.bench.is_clean(after, DURATION):
        return Refusal(f"the request states {seconds} s, which is not allowed here")
    return case.fix(after, "stated in the request", f"the request states {seconds} s")


@repairs("S1", "T3", "V4", by_request=True)
def stated_profile(case: Case) -> Fix | None:
    """The only profile that the request names, or whose workload it names, is the profile."""
    if case.place != ("qosProfile",) or not case.bench.stated.known:
        return None
    stated, catalogue = case.bench.stated, case.bench.validator.catalogue
    if case.issue.layer == "grounding":  # only a name overrules a valid profile
        named = [profile.name for profile in catalogue.active if stated.says(profile.name)]
    else:
        named = [profile.name for profile in catalogue.active if is_derived(case, profile.name)]
    if len(named) != 1 or named[0] == case.value:
        return None
    after = set_at(case, case.place, named[0])
    if not case.bench.is_clean(after, case.place):
        return None
    return case.fix(after, "stated in the request", f"the request speaks of {named[0]} only")


def is_derived(case: Case, profile: str) -> bool:
    """Say whether the request would yield a profile."""
    return case.bench.stated.derives(set_at(case, case.place, profile), case.place)


def set_at(case: Case, place: Place, value: Any) -> Any:
    """Return the payload with a value at a place, whether there was one or not."""
    if has_place(case.tree, place):
        return replaced(case.tree, place, value)
    return inserted(case.tree, place, value, case.bench.operation)


@repairs("C2", "S6", by_request=True)
def stated_partner(case: Case) -> Fix | None:
    """The port or private address that the request names for the device completes its address."""
    if case.place not in (DEVICE_ADDRESS, DEVICE_ADDRESS[:1]):
        return None
    tree = case.tree
    if isinstance(case.value, str):
        spread = {"publicAddress": case.value}
        whole = spread if case.place == DEVICE_ADDRESS else {"ipv4Address": spread}
        tree = replaced(tree, case.place, whole)
    if not has_place(tree, (*DEVICE_ADDRESS, "publicAddress")):
        return None
    stated = case.bench.stated
    for name in ("publicPort", "privateAddress"):
        place = (*DEVICE_ADDRESS, name)
        facts = [fact for fact in stated.unused(tree, place) if is_labelled(fact, tree, stated)]
        if len(facts) != 1:
            continue
        value = int(facts[0].value) if facts[0].value.isdigit() else facts[0].value
        after = inserted(tree, place, value, case.bench.operation)
        if case.bench.is_clean(after, case.place) and stated.bears(after, case.place):
            why = f"the request states the device's {name}"
            return case.fix(after, "stated in the request", why)
    return None


def is_labelled(fact: Fact, tree: Any, stated: Stated) -> bool:
    """Say whether the request says that a value is the device's public port or private address.

    The words right before it say so, or it is a port right behind the public address.
    """
    before = stated.request[max(0, fact.start - AROUND) : fact.start]
    if fact.kind != "port":
        return PRIVATE_ADDRESS.search(before) is not None
    public = stated.grounding(tree).derivations.get((*DEVICE_ADDRESS, "publicAddress"))
    between = stated.request[public.end : fact.start] if public else "-"
    return PUBLIC_PORT.search(before) is not None or GLUED.fullmatch(between) is not None


@repairs("S1", "S6", "S8", "S9", "T1", "T3", "T5", "C3", by_request=True)
def stated_ports(case: Case) -> Fix | None:
    """The ports that the request states replace ports that cannot be read, if none is lost."""
    depth = next((n for n, key in enumerate(case.place) if str(key).endswith("Ports")), None)
    if depth is None:
        return None
    place = case.place[: depth + 1]
    rest = without(case.tree, place)
    spans = [fact.ports for fact in case.bench.stated.meant_for(rest, place)]
    said = {leaf for leaf in iter_leaves(value_at(case.tree, place)) if is_port(leaf)}
    if not spans or said - {end for span in spans for end in span}:
        return None
    ranges = [{"from": low, "to": high} for low, high in spans if low < high]
    ports = [low for low, high in spans if low == high]
    spec = {name: found for name, found in (("ranges", ranges), ("ports", ports)) if found}
    return put(case, place, spec, "the request states these ports")


def is_port(leaf: Any) -> bool:
    """Say whether a value is a port number."""
    return isinstance(leaf, int) and not isinstance(leaf, bool) and 0 <= leaf < 1 << 16


@repairs("S1", "S6", "S8", "S9", "T1", "T3", "T4", by_request=True)
def stated_values(case: Case) -> Fix | None:
    """What the request states for a place where nothing valid is, one value for each member."""
    stated, place = case.bench.stated, case.place
    facts = stated.meant_for(without(case.tree, place), place)
    kinds = {fact.kind: fact.value for fact in facts}
    if not facts or len(kinds) < len(facts) or kinds.keys() & {"port", "seconds"}:
        return None
    slots = [
        slot
        for slot in stated.slots(place)
        if FACT_OF.get(slot.kind) in kinds and is_within(slot.path, place)
    ]
    if len(slots) != len(kinds) or len({slot.kind for slot in slots}) != len(kinds):
        return None
    if case.issue.cls == "S6" and squeeze(case.value) not in map(squeeze, kinds.values()):
        return None  # what stands there would be lost
    value: Any = None
    for slot in slots:
        value = merged(value, slot.path[len(place) :], kinds[FACT_OF[slot.kind]])
    return put(case, place, value, f"the request states {' and '.join(kinds.values())}")


def merged(value: Any, path: Place, leaf: str) -> Any:
    """Return an object with one more leaf at a path inside it; without a path, the leaf."""
    if not path:
        return leaf
    node = value or {}
    return {**node, path[0]: merged(node.get(path[0]), path[1:], leaf)}


def squeeze(value: Any) -> str:
    """Return a value without the signs that are set freely in numbers."""
    return re.sub(r"[\s().-]", "", str(value))


def without(tree: Any, place: Place) -> Any:
    """Return the payload without a member, nor the objects that are empty without it."""
    while place and has_place(tree, place):
        tree = removed(tree, place)
        place = place[:-1]
        if value_at(tree, place) != {}:
            break
    return tree


def put(case: Case, place: Place, value: Any, why: str) -> Fix | None:
    """Return the fix that puts a stated value at a place, if all is well there afterwards."""
    after = set_at(case, place, value)
    stated = case.bench.stated
    if not case.bench.is_clean(after, place) or not stated.bears(after, place):
        return None
    if stated.meant_for(after, place):
        return None
    return case.fix(
        after, "stated in the request", why, place=place, value=value_at(after, case.place)
    )
