"""Repairs by what the request states: S1, T3, T5 and V2 of the duration, C2, C3, V4.

Nothing is guessed: a value is taken when the request states exactly one that can be meant.
"""

from __future__ import annotations

import re

from datasets_src.repair_edits import inserted, replaced
from datasets_src.repairing import Case, Fix, Refusal, repairs
from validators.formats import is_address
from validators.places import has_place

DURATION = ("duration",)
PORT = re.compile(
    r"(?:public|external|nat|source|device)\s+port\s*(?:is|:|=|number)?\s*([0-9]{1,5})\b", re.I
)
PRIVATE = re.compile(
    r"(?:private|internal|local)(?:\s+ip(?:v4)?)?(?:\s+address)?\s*(?:is|:|=)?\s*"
    r"([0-9]{1,3}(?:\.[0-9]{1,3}){3})\b",
    re.I,
)


@repairs("S1", "T3", "T5", "T1", "V2", "D6", by_request=True)
def stated_duration(case: Case) -> Fix | Refusal | None:
    """The length of time that the request states is the duration, in seconds."""
    if case.place != DURATION:
        return None
    seconds = case.bench.stated.seconds
    if seconds is None or seconds == case.value:
        return None
    if has_place(case.tree, DURATION):
        after = replaced(case.tree, DURATION, seconds)
    else:
        after = inserted(case.tree, DURATION, seconds, case.bench.operation)
    if not case.bench.is_clean(after, DURATION):
        return Refusal(f"the request states {seconds} s, which is not allowed here")
    return case.fix(after, "stated in the request", f"the request states {seconds} s")


@repairs("S1", "T3", "V4", by_request=True)
def stated_profile(case: Case) -> Fix | None:
    """The only profile that the request names is the profile."""
    if case.place != ("qosProfile",) or not case.bench.stated.known:
        return None
    catalogue = case.bench.validator.catalogue
    named = [p.name for p in catalogue.profiles if case.bench.stated.says(p.name)]
    if len(named) != 1 or named[0] == case.value:
        return None
    if has_place(case.tree, case.place):
        after = replaced(case.tree, case.place, named[0])
    else:
        after = inserted(case.tree, case.place, named[0], case.bench.operation)
    return case.fix(after, "stated in the request", "the request names this profile")


@repairs("C2", by_request=True)
def stated_partner(case: Case) -> Fix | Refusal | None:
    """The port or private address that the request names for the device completes its address."""
    if case.place != ("device", "ipv4Address") or not isinstance(case.value, dict):
        return None
    request = case.bench.stated.request
    ports = {int(text) for text in PORT.findall(request)}
    private = {text for text in PRIVATE.findall(request) if is_address(text, 4)}
    found = [("publicPort", port) for port in ports] + [("privateAddress", a) for a in private]
    if "publicAddress" not in case.value or len(found) != 1:
        return None
    ((name, value),) = found
    after = inserted(case.tree, (*case.place, name), value, case.bench.operation)
    if not case.bench.is_clean(after, case.place):
        return None
    why = f"the request states the device's {name}"
    return case.fix(after, "stated in the request", why)


@repairs("C3", by_request=True)
def turn_range(case: Case) -> Fix | Refusal | None:
    """A range that runs downwards is turned when the request states it upwards."""
    span = case.value
    if not isinstance(span, dict) or span.keys() != {"from", "to"}:
        return None
    turned = {"from": span["to"], "to": span["from"]}
    after = replaced(case.tree, case.place, turned)
    if not case.bench.stated.states_range(span["to"], span["from"]):
        return Refusal("turned round it would be valid, but the request does not state it so")
    return case.fix(after, "stated in the request", "the request states the range upwards")
