"""Faults of structure, S1 to S9: members missing, invented, misnamed, misplaced or reshaped."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from callforge_core.config import StrictModel, build_model
from callforge_core.records import Payload
from generators.edits import (
    INJECTORS,
    Edit,
    Ground,
    NotApplicable,
    Option,
    added,
    choose,
    pick,
    removed,
    renamed,
    render_raw,
    replaced,
    value_at,
)
from generators.lexicon import read_yaml

PORT_SLOTS = ("/applicationServerPorts", "/devicePorts")
CONTAINERS = ("/device", "/applicationServer", *PORT_SLOTS)
REQUIRED = ("/duration", "/applicationServer", "/qosProfile")
ALIASES: Mapping[str, tuple[str, ...]] = {
    "/device": ("deviceInfo", "deviceIdentifier", "target_device"),
    "/device/phoneNumber": ("phone_number", "phone", "msisdn", "number", "phoneNo"),
    "/device/ipv6Address": ("ipv6", "ipv6_address", "IPv6Address"),
    "/applicationServer": ("appServer", "application_server", "server", "applicationserver"),
    "/applicationServer/ipv4Address": ("ipv4", "ipv4_address", "ip", "address", "IPv4Address"),
    "/applicationServer/ipv6Address": ("ipv6", "ipv6_address", "ip", "address"),
    "/applicationServerPorts": ("appServerPorts", "application_server_ports", "serverPorts"),
    "/devicePorts": ("device_ports", "localPorts", "clientPorts"),
    "/qosProfile": ("qos_profile", "profile", "qosProfileName", "QosProfile", "qosProfileId"),
    "/sink": ("callbackUrl", "notificationSink", "sinkUrl", "callback"),
    "/duration": ("durationSeconds", "duration_seconds", "sessionDuration", "durationInSeconds"),
}
OTHER_RELEASES: Mapping[str, tuple[str, ...]] = {
    "/device": ("ueId",),
    "/applicationServer": ("asId",),
    "/applicationServerPorts": ("asPorts",),
    "/devicePorts": ("uePorts",),
    "/qosProfile": ("qos",),
    "/sink": ("notificationUrl", "notificationUri"),
}
ANSWER_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "sessionId": ("00000000-0000-4000-8000-000000000001", "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
    "qosStatus": ("REQUESTED", "AVAILABLE"),
    "startedAt": ("2025-01-01T00:00:00Z",),
    "expiresAt": ("2025-01-01T01:00:00Z",),
}


class Inventions(StrictModel):
    """inventions.yaml: members that no release has, and values for them."""

    top: dict[str, list[Any]]
    nested: dict[str, dict[str, list[Any]]]


@cache
def load_inventions() -> Inventions:
    """Return the members that models invent."""
    return build_model(Inventions, read_yaml("inventions"), "lexicons/inventions.yaml")


@INJECTORS.register("S1")
def drop_required(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A required member is absent."""
    pointers = [pointer for pointer in REQUIRED if pointer[1:] in gold]
    pointers += [f"{place}/{end}" for place in range_places(gold) for end in ("from", "to")]
    return choose(
        [partial(removed, gold, pointer, pointer[1:]) for pointer in pointers],
        ground.rng,
        "nothing is required here",
    )


@INJECTORS.register("S2")
def invent_top(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A member nobody declared stands at the top."""
    table = load_inventions().top
    name = pick(list(table), ground.rng)
    value = pick(table[name], ground.rng)
    return added(gold, f"/{name}", value, name, place_of_new(len(gold), ground))


@INJECTORS.register("S3")
def invent_nested(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A member nobody declared stands inside an object."""
    places = [("/device", "device"), ("/applicationServer", "applicationServer")]
    places += [("/device/ipv4Address", "ipv4Address")]
    places += [(pointer, "ports") for pointer in PORT_SLOTS]
    places += [(pointer, "range") for pointer in range_places(gold)]
    there = [
        (pointer, kind) for pointer, kind in places if isinstance(value_at(gold, pointer), dict)
    ]
    if not there:
        return NotApplicable("the payload has no inner object")
    pointer, kind = pick(there, ground.rng)
    table = load_inventions().nested[kind]
    name = pick(list(table), ground.rng)
    index = place_of_new(len(value_at(gold, pointer)), ground)
    return added(gold, f"{pointer}/{name}", pick(table[name], ground.rng), name, index)


@INJECTORS.register("S4")
def misname(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A declared member has a wrong name."""
    there = [pointer for pointer in ALIASES if value_at(gold, pointer) is not None]
    if not there:
        return NotApplicable("no member of the payload has a known alias")
    pointer = pick(there, ground.rng)
    name = pick(ALIASES[pointer], ground.rng)
    return renamed(gold, pointer, name, f"{pointer[1:]} as {name}")


@INJECTORS.register("S5")
def use_other_release(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A member belongs to another release, or to answers only."""
    options: list[Option] = [
        partial(renamed, gold, pointer, name, f"{pointer[1:]} as {name}")
        for pointer, names in OTHER_RELEASES.items()
        if value_at(gold, pointer) is not None
        for name in names
    ]
    for name, values in ANSWER_MEMBERS.items():
        options.append(partial(added, gold, f"/{name}", pick(values, ground.rng), name))
    if "sink" in gold:
        hook = {"notificationUrl": gold["sink"]}
        options.append(partial(renamed, gold, "/sink", "webhook", "sink as webhook", hook))
    server = gold.get("applicationServer", {})
    if len(server) == 1 and not ground.member("applicationServer", "ipAddresses"):
        [(key, address)] = server.items()
        pointer = f"/applicationServer/{key}"
        detail = f"{key} as ipAddresses"
        options.append(partial(renamed, gold, pointer, "ipAddresses", detail, [address]))
    return choose(options, ground.rng, "nothing to rename")


@INJECTORS.register("S6")
def flatten(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A plain value stands where an object belongs."""
    options: list[Option] = []
    for pointer in ("/device", "/applicationServer", "/device/ipv4Address", *PORT_SLOTS):
        value = first_scalar(value_at(gold, pointer))
        if value is not None:
            options.append(partial(replaced, gold, pointer, value, pointer[1:]))
    return choose(options, ground.rng, "the payload has no object")


@INJECTORS.register("S7")
def misplace(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A declared member stands under the wrong parent."""
    options: list[Option] = [partial(wrap_body, gold, name) for name in ("session", "body")]
    moves = [
        ("/applicationServerPorts", "/applicationServer"),
        ("/devicePorts", "/device"),
        ("/qosProfile", "/device"),
        ("/qosProfile", "/applicationServer"),
        ("/duration", "/applicationServer"),
        ("/device/phoneNumber", ""),
        ("/device/ipv6Address", ""),
    ]
    options += [
        partial(moved, gold, pointer, parent)
        for pointer, parent in moves
        if value_at(gold, pointer) is not None and isinstance(value_at(gold, parent), dict)
    ]
    return choose(options, ground.rng, "nothing to move")


@INJECTORS.register("S8")
def empty(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """An object that must say something says nothing."""
    there = [pointer for pointer in CONTAINERS if isinstance(value_at(gold, pointer), dict)]
    options = [partial(replaced, gold, pointer, {}, pointer[1:]) for pointer in there]
    return choose(options, ground.rng, "the payload has no object")


@INJECTORS.register("S9")
def reshape(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """An object or a plain value stands for a list, or the list is empty."""
    options: list[Option] = []
    for slot in PORT_SLOTS:
        ranges, ports = value_at(gold, f"{slot}/ranges"), value_at(gold, f"{slot}/ports")
        if ranges:
            options.append(partial(replaced, gold, f"{slot}/ranges", ranges[0], "object for list"))
            options.append(partial(replaced, gold, f"{slot}/ranges", [], "empty list"))
        if ports:
            options.append(partial(replaced, gold, f"{slot}/ports", ports[0], "value for list"))
            options.append(partial(replaced, gold, f"{slot}/ports", [], "empty list"))
    return choose(options, ground.rng, "the payload has no list")


def range_places(gold: Payload) -> list[str]:
    """Return pointers to all port ranges."""
    return [
        f"{slot}/ranges/{index}"
        for slot in PORT_SLOTS
        for index in range(len(value_at(gold, f"{slot}/ranges") or ()))
    ]


def place_of_new(count: int, ground: Ground) -> int:
    """Return where an invented member goes: last half of the time, else anywhere."""
    if ground.rng.random() < 0.5:
        return count
    return int(ground.rng.random() * (count + 1))


def first_scalar(value: Any) -> Any:
    """Return the first plain value inside an object; None when `value` is no object."""
    if not isinstance(value, dict):
        return None
    while isinstance(value, dict | list):
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
    return value


def wrap_body(gold: Payload, name: str) -> Edit:
    """Return the whole body inside another object."""
    detail = f"body inside {name}"
    return Edit(text=render_raw({name: gold}), detail=detail, pointer=f"/{name}", after=gold)


def moved(gold: Payload, pointer: str, parent: str) -> Edit:
    """Return the payload with one member moved; an object left empty goes with it."""
    payload = copy.deepcopy(gold)
    *path, key = pointer.split("/")[1:]
    source = value_at(payload, "/" + "/".join(path)) if path else payload
    value = source.pop(key)
    if path and not source:
        del payload[path[0]]
    target = value_at(payload, parent) if parent else payload
    if parent:
        target[key] = value
    else:
        members = dict(target)
        target.clear()
        target.update({key: value} | members)
    detail = f"{pointer[1:]} under {parent[1:] or 'the top'}"
    place = f"{parent}/{key}"
    return Edit(text=render_raw(payload), detail=detail, pointer=place, before=value, after=value)
