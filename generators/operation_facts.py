"""What does a request for an operation state? Draws the facts; says nothing about frames.

One function an operation: the call that is due, and the words for each of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from uuid import UUID

from callforge_core.records import Payload
from generators.durations import draw_duration
from generators.numbers import draw_documentation, draw_ipv6, draw_phone, draw_private, draw_sink
from generators.operation_words import Said
from generators.scenarios import Choice, DeviceIpv4
from generators.wordings import word_device_ipv4, word_name, word_phone
from validators.decision_faults import MORE_SECONDS

STATUSES = ("ACTIVE", "INACTIVE", "DEPRECATED")
LENGTHS = {
    "minutes": 40,
    "words": 16,
    "idiom": 12,
    "hours": 12,
    "seconds": 9,
    "mixed": 7,
    "fraction": 4,
}
"""Kinds of lengths that can stand before "more" or "longer", and how often each is drawn."""
SHORTEST_S, LONGEST_S = 30, 8 * 3600  # of what people add to a session


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The facts of one request: the call and the words."""

    operation: str
    payload: Payload = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    said: Said
    facts: Mapping[str, str]
    """Slot of the call -> the words used."""
    running_s: int | None = None
    """How long the session lasts so far, when the request says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWords:
    """A device of the payload and how it is said."""

    payload: Payload
    flavour: str
    values: Mapping[str, str]
    facts: Mapping[str, str]


def draw_draft(operation: str, rng: Random, choice: Choice, fold: int, names: list[str]) -> Draft:
    """Return the facts of one request for `operation`; `names` are profiles of the catalogue."""
    return DRAWS[operation](operation, rng, choice, fold, names)


def draw_by_id(operation: str, rng: Random, _choice: Choice, _fold: int, _names: Any) -> Draft:
    """Name a session or an assignment by its id."""
    name = "assignmentId" if "Assignment" in operation else "sessionId"
    shown = draw_uuid(rng)
    said = Said(values={"id": shown})
    return Draft(operation=operation, path={name: shown}, said=said, facts={name: shown})


def draw_extension(operation: str, rng: Random, choice: Choice, fold: int, names: Any) -> Draft:
    """Add time to a session; often the time it was booked for is told too, and is not to be sent.

    The two lengths differ, and so do their sums: a total in place of the addition shows.
    """
    draft = draw_by_id(operation, rng, choice, fold, names)
    more_s, words = draw_length(rng)
    values = dict(draft.said.values) | {"more": words}
    running_s = None
    if rng.random() < 0.45:
        running_s, booked = draw_length(rng)
        while running_s == more_s:
            running_s, booked = draw_length(rng)
        values["run"] = booked
    return replace(
        draft,
        payload={MORE_SECONDS: more_s},
        said=Said(values=values),
        facts={**draft.facts, MORE_SECONDS: words},
        running_s=running_s,
    )


def draw_by_device(operation: str, rng: Random, _choice: Choice, fold: int, _names: Any) -> Draft:
    """Name a device whose sessions or assignment are wanted."""
    device = draw_device_words(rng, fold)
    return Draft(
        operation=operation,
        payload={"device": device.payload},
        said=Said(values=device.values, device=device.flavour),
        facts=device.facts,
    )


def draw_provisioning(operation: str, rng: Random, choice: Choice, fold: int, _names: Any) -> Draft:
    """Give a device a profile for good: by name, or by what it is used for; no duration."""
    device = draw_device_words(rng, fold)
    values, facts = dict(device.values), dict(device.facts)
    payload: Payload = {"device": device.payload, "qosProfile": choice.name}
    if choice.workloads and rng.random() < 0.4:
        values["use"] = facts["qosProfile"] = pick(rng, choice.workloads)
    else:
        values["named"] = facts["qosProfile"] = word_name(choice.name, rng)
    if rng.random() < 0.2:
        sink = draw_sink(rng, fold)
        values["sink"] = facts["sink"] = payload["sink"] = sink
    said = Said(values=values, device=device.flavour)
    return Draft(operation=operation, payload=payload, said=said, facts=facts)


def draw_profile(
    operation: str, rng: Random, _choice: Choice, _fold: int, names: list[str]
) -> Draft:
    """Name a profile exactly: the path takes no other spelling."""
    name = pick(rng, names)
    said = Said(values={"name": name})
    return Draft(operation=operation, path={"name": name}, said=said, facts={"name": name})


def draw_search(operation: str, rng: Random, _choice: Choice, fold: int, names: list[str]) -> Draft:
    """Filter the profiles: by status, by name, by device, by two of them, or not at all."""
    values: dict[str, str] = {}
    facts: dict[str, str] = {}
    payload: Payload = {}
    flavour = "phone"
    kind = rng.random()
    if kind < 0.40 or kind > 0.85:
        device = draw_device_words(rng, fold)
        payload["device"], flavour = device.payload, device.flavour
        values.update(device.values)
        facts.update(device.facts)
    if 0.40 <= kind < 0.62:
        values["name"] = facts["name"] = payload["name"] = pick(rng, names)
    if 0.56 <= kind < 0.78 or kind > 0.93:
        payload["status"] = status = pick(rng, STATUSES)
        values["status"] = facts["status"] = status if rng.random() < 0.5 else status.lower()
    order = ("device", "name", "status")
    ordered: Payload = {key: payload[key] for key in order if key in payload}
    said = Said(values=values, device=flavour)
    return Draft(operation=operation, payload=ordered, said=said, facts=facts)


Draw = Callable[[str, Random, Choice, int, list[str]], Draft]
DRAWS: dict[str, Draw] = {
    "getSession": draw_by_id,
    "deleteSession": draw_by_id,
    "extendQosSessionDuration": draw_extension,
    "retrieveSessionsByDevice": draw_by_device,
    "createQosAssignment": draw_provisioning,
    "getQosAssignmentById": draw_by_id,
    "revokeQosAssignment": draw_by_id,
    "getQosAssignmentByDevice": draw_by_device,
    "getQosProfile": draw_profile,
    "retrieveQoSProfiles": draw_search,
}
"""Operation -> how its facts are drawn; createSession has a generator of its own."""


def draw_uuid(rng: Random) -> str:
    """Return a random UUID, seldom in capitals: nobody's session has it."""
    text = str(UUID(int=rng.getrandbits(128), version=4))
    return text.upper() if rng.random() < 0.05 else text


def draw_device_words(rng: Random, fold: int) -> DeviceWords:
    """Return a device by telephone number mostly, by address, or by both."""
    kind = rng.random()
    payload: Payload = {}
    facts: dict[str, str] = {}
    phone = shown = ""
    if kind < 0.64:
        drawn = draw_phone(rng, fold)
        payload["phoneNumber"] = drawn.e164
        phone = facts["device.phoneNumber"] = word_phone(drawn, rng)
    if 0.58 <= kind < 0.84:
        address = draw_ipv4(rng, fold)
        parts = {"publicAddress": address.public, "privateAddress": address.private}
        parts = {key: value for key, value in parts.items() if value}
        payload["ipv4Address"] = {**parts, **({"publicPort": address.port} if address.port else {})}
        shown = facts["device.ipv4Address"] = word_device_ipv4(address, rng)
    elif kind >= 0.84:
        payload["ipv6Address"] = draw_ipv6(rng, fold)
        shown = facts["device.ipv6Address"] = payload["ipv6Address"]
    if not (phone and shown):
        values = {"device": phone or shown, "phone": phone}
        flavour = "phone" if phone else "address"
        return DeviceWords(payload=payload, flavour=flavour, values=values, facts=facts)
    values = {"phone": phone, "address": shown, "device": f"{phone} / {shown}"}
    return DeviceWords(payload=payload, flavour="both", values=values, facts=facts)


def draw_ipv4(rng: Random, fold: int) -> DeviceIpv4:
    """Return an observed address with its port, or with the private address."""
    public = draw_documentation(rng, fold)
    if rng.random() < 0.65:
        return DeviceIpv4(public, 1024 + int(rng.random() * 64512), None)
    return DeviceIpv4(public, None, draw_private(rng, fold))


def draw_length(rng: Random) -> tuple[int, str]:
    """Return seconds and words that can stand before "more" or "longer"."""
    kind = rng.choices(tuple(LENGTHS), tuple(LENGTHS.values()))[0]
    length = draw_duration(rng, SHORTEST_S, LONGEST_S, kind=kind)
    return length.seconds, length.words


def pick(rng: Random, options: Any) -> Any:
    """Return one of the options."""
    return options[int(rng.random() * len(options))]
