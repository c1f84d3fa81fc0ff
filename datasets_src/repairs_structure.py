"""Repairs of structure: S2 to S9, and nulls (T3).

What is moved or renamed keeps its value; what is removed must say nothing, or nothing that the
request states.
"""

from __future__ import annotations

from callforge_core.spec import declared
from datasets_src.repair_edits import (
    inserted,
    removed,
    renamed,
    replaced,
    schema_at,
    spread,
)
from datasets_src.repairing import Case, Fix, Refusal, choose, repairs
from validators.places import Place, has_place, path_of, value_at
from validators.undeclared import Unknown


@repairs("S7")
def unwrap_body(case: Case) -> Fix | None:
    """The whole body inside another object comes out of it."""
    found = unknown_of(case)
    if found is None or len(case.place) != 1 or not isinstance(case.value, dict):
        return None
    if not all(len(target) == 1 for target in found.stands_for):
        return None
    if any(key in case.tree for key in case.value if key != case.place[0]):
        return None
    inner = ", ".join(str(target[0]) for target in found.stands_for[:3])
    why = f"{inner} belong to the top of the body, not inside {case.place[0]}"
    after = spread(case.tree, case.place)
    return case.fix(after, "moved to its only home", why, place=(), value=dict(case.value))


@repairs("S7", "S4", "S5")
def say_under_the_right_name(case: Case) -> Fix | Refusal | None:
    """A member goes to the only declared place it can stand for, if that is free."""
    found = unknown_of(case)
    if found is None:
        return None
    free = [target for target in found.stands_for if is_free(case, target)]
    fixes = [relocate(case, target) for target in free]
    if len(free) == 1 and found.cls != "S5":
        return fixes[0]
    if len(fixes) > 1 or found.cls == "S5":
        return choose(case, fixes, "the value fits elsewhere")
    if found.stands_for:
        there = " and ".join(path_of(target) for target in found.stands_for[:2])
        return Refusal(f"{there} is taken, so nobody knows which value counts")
    return None


@repairs("S5")
def unpack_webhook(case: Case) -> Fix | Refusal | None:
    """webhook.notificationUrl of older releases is the sink, if it is an https address."""
    if case.place != ("webhook",) or not isinstance(case.value, dict) or "sink" in case.tree:
        return None
    if list(case.value) != ["notificationUrl"]:
        return Refusal("webhook holds more than an address; a credential needs more than a token")
    after = renamed(case.tree, case.place, "sink")
    after = replaced(after, ("sink",), case.value["notificationUrl"])
    if not case.bench.is_clean(after, ("sink",)):
        return Refusal("the address is not https; whether it answers there is not in the row")
    why = "webhook.notificationUrl of release 0.10 is the sink of this one"
    return case.fix(after, "name of this release", why, place=("sink",))


@repairs("S5")
def unpack_addresses(case: Case) -> Fix | Refusal | None:
    """A list with one address of each kind is ipv4Address and ipv6Address."""
    if case.place[-1] != "ipAddresses" or not isinstance(case.value, list):
        return None
    kinds = ["ipv6Address" if ":" in str(text) else "ipv4Address" for text in case.value]
    places = [(*case.place[:-1], kind) for kind in kinds]
    if not kinds or len(set(kinds)) < len(kinds) or any(has_place(case.tree, p) for p in places):
        return Refusal("this release takes one address of each kind; which of them is not said")
    after = case.tree
    for place, text in zip(places, case.value, strict=True):
        after = inserted(after, place, text, case.bench.operation)
    after = removed(after, case.place)
    if not all(case.bench.is_clean(after, place) for place in places):
        return None
    why = "one address of a kind stands in the list, which is of a later release"
    return case.fix(after, "name of this release", why, place=places[0])


@repairs("S2", "S3", "S5")
def drop_undeclared(case: Case) -> Fix | Refusal | None:
    """A member that stands for nothing goes, unless its value is a fact that would be lost."""
    found = unknown_of(case)
    if found is None or (found.stands_for and found.cls != "S5") or not case.place:
        return None
    if found.cls == "S5" and found.stands_for:
        return Refusal("its value does not fit the member of this release")
    after = removed(case.tree, case.place)
    if taken := meant_member(case):
        return Refusal(f"it means {taken}, which has another value; which one counts is not said")
    fact = case.bench.stated.lost(case.value, after, str(case.place[-1]))
    if fact is not None:
        return Refusal(f"its value {fact!r} may be a fact; where it belongs is not in the row")
    why = "the operation declares no such member, and its value is no fact of the request"
    return case.fix(after, "undeclared members say nothing", why, value=None)


@repairs("T3")
def drop_null(case: Case) -> Fix | Refusal | None:
    """A null goes when the member may be left out and the request states nothing for it."""
    if case.value is not None or not has_place(case.tree, case.place):
        return None
    return drop_nothing(case, "null says nothing: the member is left out")


@repairs("S8", "S9")
def drop_empty(case: Case) -> Fix | Refusal | None:
    """An empty object or list goes when it may be left out and the request states nothing."""
    if case.value != {} and case.value != []:
        return None
    return drop_nothing(case, "an empty member says nothing: it is left out")


def drop_nothing(case: Case, why: str) -> Fix | Refusal:
    """Leave out a member without a value, or say why it has to stay."""
    if not case.bench.is_optional(case.tree, case.place):
        return Refusal("the member is required, and its value is not in the row")
    stated = case.bench.stated.unused(case.tree, case.place)
    if stated:
        return Refusal(f"the request states {stated[0].value}; left out, it would be lost")
    after = removed(case.tree, case.place)
    if not case.bench.stated.bears(after, case.place):
        return Refusal("the request states more than what stands beside it")
    return case.fix(after, "left out", why, value=None)


def unknown_of(case: Case) -> Unknown | None:
    """Return what the closed world says of the undeclared member at the place."""
    world = case.bench.validator.world
    return next((u for u in world.iter_unknown(case.tree) if u.place == case.place), None)


def meant_member(case: Case) -> str:
    """Return the declared member beside an undeclared one that it is another word for, if any."""
    parent, world = case.place[:-1], case.bench.validator.world
    beside = value_at(case.tree, parent)
    members = declared(schema_at(case.bench.operation, case.tree, parent), beside)
    name = str(case.place[-1])
    return next((m for m in members if world.means(name, m) and beside.get(m) != case.value), "")


def is_free(case: Case, target: Place) -> bool:
    """Say whether a member could be put at a place: nothing there, and objects on the way."""
    if any(key == "*" for key in target) or has_place(case.tree, target):
        return False
    ways = [target[:depth] for depth in range(1, len(target))]
    return all(
        isinstance(value_at(case.tree, way), dict) for way in ways if has_place(case.tree, way)
    )


def relocate(case: Case, target: Place) -> Fix:
    """Return the fix that puts a member at another place; beside its old one it is a new name."""
    if target[:-1] == case.place[:-1]:
        after = renamed(case.tree, case.place, str(target[-1]))
        return case.fix(
            after, "the name that is declared", f"{path_of(target)} is meant", place=target
        )
    after = inserted(removed(case.tree, case.place), target, case.value, case.bench.operation)
    return case.fix(
        after, "moved to its only home", f"it belongs to {path_of(target)}", place=target
    )
