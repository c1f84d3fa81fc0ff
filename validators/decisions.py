"""Is the decision of a data row sound? Clarify and refuse rows, and what a row says it decides.

    list(iter_row_issues(decision="clarify", request=..., answer='{"clarify":["duration"]}', ...))

A row that asks names real slots, none of which its request states; a row that refuses says why.
Calls themselves are judged by `payload`; whether the decision was the right one takes a gold
(`decision_faults`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from callforge_core.prompting import path_names
from callforge_core.records import Basis, Issue
from callforge_core.spec import Operation
from validators.answers import Answer, parse_answer
from validators.path_values import said_id
from validators.places import Place, path_of, place_of, quote
from validators.releases import alias_names, squeeze
from validators.slots import Plan, Slot, compile_plan
from validators.strict_json import parse_strict

PHONE = re.compile(r"(?<![\w+])\+[1-9]\d{6,14}(?!\w)")
SECONDS = re.compile(
    r"\bfor (?:the next )?(?:\d+|an?|one|two|three|four|five|ten|thirty)[ -]"
    r"(?:seconds?|minutes?|hours?|days?)\b",
    re.IGNORECASE,
)
PROFILE = re.compile(r"\bQOS_[A-Z]\b")
URL = re.compile(
    r"\b(?:notify|notifications?|callback|sink|webhook|events?)\b[^.?!]{0,80}\bhttps://\S{1,80}",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"\b(?:about|around|roughly|maybe|perhaps|or|between|at least|up to|not sure|unsure|waiting"
    r"|waited|already|last)\b",
    re.IGNORECASE,
)
STATED = {"phone": PHONE, "seconds": SECONDS, "profile": PROFILE, "url": URL}
"""Kind of slot -> how a request says it so plainly that nobody would have to ask."""
SURPRISES = ("clarify", "refuse", "{}")  # a call row whose answer begins so may be no call


def iter_row_issues(
    *, decision: str, request: str | None, answer: str, operation: Operation
) -> Iterator[Issue]:
    """Yield what is wrong with the decision of a row; `answer` is what a model is asked to say."""
    if decision == "call" and not any(word in answer[:40] for word in SURPRISES):
        return  # most rows, and the audit of a million of them should not parse twice
    said = parse_answer(answer, (operation.operation_id,))
    if decision == "call":
        yield from call_issues(said, operation)
    elif said.decision == "malformed" or said.issues:
        fault = said.issues[0]  # a malformed answer has at least one
        message = f"a row that should {decision} does not plainly say so: {fault.message}"
        yield finding(fault.cls, "malformed", message)
    elif decision == "clarify":
        yield from clarify_issues(said, request, operation)
    elif decision == "refuse":
        yield from refuse_issues(said)
    else:
        known = "call, clarify or refuse"
        yield finding("", "unknown", f"the decision is {quote(decision)}, expected {known}")


def call_issues(said: Answer, operation: Operation) -> Iterator[Issue]:
    """Yield a call row that does not call; what is wrong with its payload is told elsewhere."""
    if said.decision == "clarify":
        yield finding("D2", "disagrees", "the row is a call, but its answer asks back")
    elif said.decision == "refuse":
        yield finding("D3", "disagrees", "the row is a call, but its answer refuses")
    elif said.payload == {} and operation.closed.get("required"):
        yield finding("D2", "no_payload", "the row is a call, but its payload is empty")


def clarify_issues(said: Answer, request: str | None, operation: Operation) -> Iterator[Issue]:
    """Yield slots that do not exist, are named twice, or need not be asked for."""
    if said.decision != "clarify":
        what = "calls" if said.decision == "call" else "refuses"
        yield finding("D2", "disagrees", f"the row is a question, but its answer {what}")
        return
    seen: set[Place] = set()
    for index, name in enumerate(said.asked):
        place: Place = ("clarify", index)
        slot = find_slot(name, operation)
        if slot is None:
            known = ", ".join((*path_names(operation), *operation.keys))
            message = f"{quote(name)} is no slot of {operation.operation_id}; known: {known}"
            yield finding("D2", "unknown_slot", message, place)
        elif slot in seen:
            yield finding("D2", "slot_twice", f"{quote(name)} is asked for twice", place)
        elif request is not None and (words := stated(slot, request, operation)):
            message = f"{quote(name)} is asked for, but the request says {quote(words)}"
            yield finding("D2", "slot_stated", message, place)
        if slot is not None:
            seen.add(slot)


def refuse_issues(said: Answer) -> Iterator[Issue]:
    """Yield a refusal without a reason, or with a payload for a reason."""
    if said.decision != "refuse":
        what = "calls" if said.decision == "call" else "asks back"
        yield finding("D3", "disagrees", f"the row is a refusal, but its answer {what}")
        return
    reason = said.reason or ""
    if not any(sign.isalpha() for sign in reason):
        yield finding("D3", "no_reason", "the refusal gives no reason", ("refuse",))
    elif "{" in reason and parse_strict(reason).found:
        yield finding("D3", "payload_in_reason", "the reason holds a payload", ("refuse",))


def is_in_path(slot: Place, operation: Operation) -> bool:
    """Say whether a slot is a path parameter: ("path", "sessionId")."""
    return len(slot) == 2 and slot[0] == "path" and slot[1] in path_names(operation)


def find_slot(name: str, operation: Operation) -> Place | None:
    """Return the place of the slot that a name means: duration, device.phoneNumber, msisdn.

    A path parameter stands under "path", as in an envelope.
    """
    names, places = slot_names(operation)
    direct = place_of(f"$.{name.strip('/').replace('/', '.')}")
    if direct in places:
        return direct
    found = names.get(squeeze(name.strip()), ())
    return found[0] if found else None


@lru_cache(maxsize=64)
def slot_names(operation: Operation) -> tuple[dict[str, list[Place]], frozenset[Place]]:
    """Return every name of a slot, squeezed, with its places, outer ones first; and all places."""
    outside = [("path", name) for name in path_names(operation)]
    places = [*sorted(iter_places(compile_plan(operation.closed)), key=len), *outside]
    aliases = alias_names(operation.api)
    names: dict[str, list[Place]] = {}
    for place in places:
        names.setdefault(squeeze(str(place[-1])), []).append(place)
    for place in places:
        for word in sorted(aliases.get(str(place[-1]), ())):
            names.setdefault(word, []).append(place)
    return names, frozenset(places)


def iter_places(plan: Plan, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every member of a plan that a question could be about."""
    for name, child in plan.members.items():
        yield (*place, name)
        if isinstance(child, Plan):
            yield from iter_places(child, (*place, name))


def stated(slot: Place, request: str, operation: Operation) -> str:
    """Return the words of a request that plainly state a slot; nothing when that is unsure."""
    if is_in_path(slot, operation):
        return said_id(request)
    node: Plan | Slot = compile_plan(operation.closed)
    for key in slot:
        node = node.members[str(key)] if isinstance(node, Plan) else node
    slots = [node] if isinstance(node, Slot) else list(node.members.values())
    kinds = {child.kind for child in slots if isinstance(child, Slot)}
    if HEDGE.search(request):
        return ""
    for kind in sorted(kinds & STATED.keys()):
        found = [match[0] for match in STATED[kind].finditer(request)]
        if len(found) == 1:
            return found[0]
    return ""


def finding(
    cls: str, code: str, message: str, place: Place = (), basis: Basis = "project"
) -> Issue:
    """Return an issue of the decision layer."""
    return Issue(
        cls=cls,
        code=f"decision.{code}",
        path=path_of(place),
        message=message,
        layer="decision",
        basis=basis,
    )
