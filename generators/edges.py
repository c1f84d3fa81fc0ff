"""Which values lie at a limit of the API? Each changes one fact of a scenario to its extreme.

Most programs fail at limits first, and nobody asks for them by chance: so they are put in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from generators.durations import draw_duration
from generators.lexicon import load_values
from generators.limits import Limits
from generators.numbers import (
    Phone,
    draw_documentation,
    draw_index,
    draw_ipv6,
    draw_private,
)
from generators.port_draws import Ports
from generators.scenarios import Choice, DeviceIpv4, Scenario, draw_addresses

SHORTEST_PHONE, LONGEST_PHONE = 5, 15  # digits: ^\+[1-9][0-9]{4,14}$
ANYWHERE = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}

Change = Callable[[Scenario, Random, Choice, Limits], Scenario]
Holds = Callable[[Mapping[str, Any], Limits], bool]


@dataclass(frozen=True, slots=True)
class Edge:
    """A value at a limit."""

    change: Change
    """Scenario -> the same with that value."""
    holds: Holds
    """Whether a payload has it."""


def change_scenario(
    scenario: Scenario, name: str, rng: Random, choice: Choice, limits: Limits
) -> Scenario:
    """Return the scenario with one value at the limit that `name` stands for."""
    if name.startswith("duration "):
        return change_duration(scenario, name, rng, choice, limits)
    return EDGES[name].change(scenario, rng, choice, limits)


def change_duration(
    scenario: Scenario, name: str, rng: Random, choice: Choice, limits: Limits
) -> Scenario:
    """Return the scenario with the shortest or longest duration of its profile."""
    seconds = duration_limit(name, choice, limits)
    return replace(scenario, duration=draw_duration(rng, seconds, seconds, plain=True))


def duration_limit(name: str, choice: Choice, limits: Limits) -> int:
    """Return the seconds of `duration shortest PROFILE`, `longest PROFILE` or `longest`."""
    kind = name.split()[1]
    if kind == "shortest":
        return max(choice.low_s, limits.shortest_s)
    return choice.high_s if len(name.split()) > 2 else limits.longest_s


def edge_names(
    limits: Limits, choices: Sequence[Choice], limited: Mapping[str, bool]
) -> dict[str, str]:
    """Return edge -> the profile it belongs to ("" for any), in a fixed order.

    `limited` says of each profile whether the catalogue states its longest duration.
    """
    names = {name: "" for name in EDGES if limits.most_addresses or name != "longest address list"}
    for choice in choices:
        names[f"duration shortest {choice.name}"] = choice.name
        if limited[choice.name]:
            names[f"duration longest {choice.name}"] = choice.name
    free = [choice.name for choice in choices if not limited[choice.name]]
    if free:
        names["duration longest"] = free[0]
    return names


def edge_holds(
    name: str, payload: Mapping[str, Any], limits: Limits, choices: Mapping[str, Choice]
) -> bool:
    """Say whether a payload has a value at the limit that `name` stands for."""
    if not name.startswith("duration "):
        return EDGES[name].holds(payload, limits)
    choice = choices.get(str(payload.get("qosProfile")))
    said = name.split()
    if choice is None or (len(said) > 2 and said[2] != choice.name):
        return False
    return bool(payload.get("duration") == duration_limit(name, choice, limits))


def with_port(slot: str, lowest: bool) -> Edge:
    """Return the edge of a single port on one side."""
    member = {"server_ports": "applicationServerPorts", "device_ports": "devicePorts"}[slot]

    def limit(limits: Limits) -> int:
        return limits.lowest_port if lowest else limits.highest_port

    def change(scenario: Scenario, _: Random, __: Choice, limits: Limits) -> Scenario:
        ports = Ports(singles=(limit(limits),))
        if slot == "server_ports":
            return replace(scenario, server_ports=ports)
        return replace(scenario, device_ports=ports)

    def holds(payload: Mapping[str, Any], limits: Limits) -> bool:
        return limit(limits) in (payload.get(member) or {}).get("ports", ())

    return Edge(change, holds)


def widest_range(scenario: Scenario, _: Random, __: Choice, limits: Limits) -> Scenario:
    """Every port of the server, as a range."""
    return replace(
        scenario, server_ports=Ports(ranges=((limits.lowest_port, limits.highest_port),))
    )


def has_widest_range(payload: Mapping[str, Any], limits: Limits) -> bool:
    """Say whether every port of the server is named."""
    widest = {"from": limits.lowest_port, "to": limits.highest_port}
    return widest in (payload.get("applicationServerPorts") or {}).get("ranges", ())


def with_observed_port(lowest: bool) -> Edge:
    """Return the edge of the port at which a device is seen."""

    def limit(limits: Limits) -> int:
        return limits.lowest_port if lowest else limits.highest_port

    def change(scenario: Scenario, rng: Random, _: Choice, limits: Limits) -> Scenario:
        public = draw_documentation(rng, scenario.fold)
        return replace(
            scenario, phone=None, device_ipv6=None,
            device_ipv4=DeviceIpv4(public, limit(limits), None),
        )  # fmt: skip

    def holds(payload: Mapping[str, Any], limits: Limits) -> bool:
        address = (payload.get("device") or {}).get("ipv4Address") or {}
        return bool(address.get("publicPort") == limit(limits))

    return Edge(change, holds)


def with_prefix(kind: str, length: int) -> Edge:
    """Return the edge of the shortest or longest prefix of a server network."""
    member = f"{kind}Address"

    def change(scenario: Scenario, rng: Random, _: Choice, __: Limits) -> Scenario:
        if length == 0:
            network = ANYWHERE[kind]
        elif kind == "ipv4":
            network = f"{draw_private(rng, scenario.fold)}/{length}"
        else:
            network = f"{draw_ipv6(rng, scenario.fold)}/{length}"
        ipv4, ipv6 = (network, None) if kind == "ipv4" else (None, network)
        return replace(scenario, server_ipv4=ipv4, server_ipv6=ipv6, server_addresses=())

    def holds(payload: Mapping[str, Any], _: Limits) -> bool:
        address = (payload.get("applicationServer") or {}).get(member, "")
        return str(address).endswith(f"/{length}")

    return Edge(change, holds)


def with_phone(digits: int) -> Edge:
    """Return the edge of a phone number of so many digits, under a spare country code."""

    def change(scenario: Scenario, rng: Random, _: Choice, __: Limits) -> Scenario:
        codes = load_values().spare_codes
        free = digits - 3
        index = draw_index(rng, len(codes) * 10**free, scenario.fold)
        code, rest = divmod(index, 10**free)
        said = f"{rest:0{free}d}"
        groups = tuple(said[start : start + 3] for start in range(0, free, 3))
        return replace(scenario, phone=Phone((codes[code], *groups)))

    def holds(payload: Mapping[str, Any], _: Limits) -> bool:
        return len(str((payload.get("device") or {}).get("phoneNumber", ""))) == digits + 1

    return Edge(change, holds)


def longest_list(scenario: Scenario, rng: Random, _: Choice, limits: Limits) -> Scenario:
    """As many server addresses as a list may have."""
    found: dict[str, None] = {}
    while len(found) < limits.most_addresses:
        found |= dict.fromkeys(draw_addresses(rng, scenario.fold, "list_one", 1))
    return replace(scenario, server_ipv4=None, server_ipv6=None, server_addresses=tuple(found))


def has_longest_list(payload: Mapping[str, Any], limits: Limits) -> bool:
    """Say whether a server has as many addresses as it may."""
    addresses = (payload.get("applicationServer") or {}).get("ipAddresses", ())
    return len(addresses) == limits.most_addresses > 0


EDGES: Mapping[str, Edge] = {
    "lowest server port": with_port("server_ports", lowest=True),
    "highest server port": with_port("server_ports", lowest=False),
    "every server port": Edge(widest_range, has_widest_range),
    "lowest device port": with_port("device_ports", lowest=True),
    "highest device port": with_port("device_ports", lowest=False),
    "lowest observed port": with_observed_port(lowest=True),
    "highest observed port": with_observed_port(lowest=False),
    "IPv4 network /0": with_prefix("ipv4", 0),
    "IPv4 network /32": with_prefix("ipv4", 32),
    "IPv6 network /0": with_prefix("ipv6", 0),
    "IPv6 network /128": with_prefix("ipv6", 128),
    "shortest phone number": with_phone(SHORTEST_PHONE),
    "longest phone number": with_phone(LONGEST_PHONE),
    "longest address list": Edge(longest_list, has_longest_list),
}
