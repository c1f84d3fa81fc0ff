"""What is a createSession request about?  Draws the facts; says nothing about words or JSON.

Simple cases dominate: a phone, one IPv4 server, no ports. Every draw depends on the Random alone.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from generators.durations import Duration, draw_duration
from generators.numbers import (
    Phone,
    draw_documentation,
    draw_ipv4_network,
    draw_ipv6,
    draw_ipv6_network,
    draw_phone,
    draw_private,
    draw_sink,
)

WELL_KNOWN_PORTS = (
    443,
    80,
    8080,
    8443,
    5060,
    5061,
    554,
    1883,
    8883,
    3478,
    1935,
    5004,
    22,
    53,
    123,
    3074,
    27015,
    5684,
)


@dataclass(frozen=True, slots=True)
class DeviceIpv4:
    """An observed IPv4 address and what makes it unique: a port or the private address."""

    public: str
    port: int | None
    private: str | None


@dataclass(frozen=True, slots=True)
class Ports:
    """Port ranges and single ports; at least one of either."""

    ranges: tuple[tuple[int, int], ...] = ()
    singles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A profile of the catalogue, its limits and the workloads that point to it alone."""

    name: str
    low_s: int
    high_s: int
    workloads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often each kind of fact occurs; shares in 0..1, what is left goes to the last kind."""

    device: tuple[float, float, float, float, float]
    """Phone, IPv4, IPv6, phone and IPv4, phone and IPv6; else no device."""
    observed_port: float
    """A device IPv4 comes with its port; else with its private address."""
    server: tuple[float, float, float, float]
    """IPv4 address, IPv4 network, IPv6 address, IPv6 network; else both addresses."""
    server_ports: float
    device_ports: float
    ports: tuple[float, float, float]
    """One port, a list, a range; else a range and single ports."""
    sink: float
    plain_durations: bool
    """Durations are a number and a unit, nothing else."""
    focus: float
    """1: every wording alike; above: the first wordings of the lexicons come more often."""


MIXES = {
    # What the API allows, simple cases first.
    "full": Mix(
        device=(0.55, 0.20, 0.14, 0.03, 0.03),
        observed_port=0.65,
        server=(0.60, 0.14, 0.12, 0.07),
        server_ports=0.42,
        device_ports=0.08,
        ports=(0.45, 0.20, 0.27),
        sink=0.12,
        plain_durations=False,
        focus=1.0,
    ),
    # Fewer kinds of facts and wordings, each seen often: for training on some hundred rows.
    "core": Mix(
        device=(0.80, 0.20, 0.0, 0.0, 0.0),
        observed_port=1.0,
        server=(0.95, 0.05, 0.0, 0.0),
        server_ports=0.50,
        device_ports=0.0,
        ports=(1.0, 0.0, 0.0),
        sink=0.05,
        plain_durations=True,
        focus=6.0,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The facts of one request."""

    fold: int
    """All identifying values belong to this fold (numbers.py)."""
    phone: Phone | None
    device_ipv4: DeviceIpv4 | None
    device_ipv6: str | None
    server_ipv4: str | None
    server_ipv6: str | None
    device_ports: Ports | None
    server_ports: Ports | None
    profile: str
    is_named: bool
    """The request gives the profile's name."""
    workload: str | None
    """The request gives what the connection is for."""
    duration: Duration
    sink: str | None


def draw_scenario(rng: Random, choice: Choice, mix: Mix, fold: int) -> Scenario:
    """Return the facts of one request for the given profile, values from one fold."""
    phone, device_ipv4, device_ipv6 = draw_device(rng, fold, mix)
    server_ipv4, server_ipv6 = draw_server(rng, fold, mix)
    is_named, workload = draw_intent(rng, choice)
    return Scenario(
        fold=fold,
        phone=phone,
        device_ipv4=device_ipv4,
        device_ipv6=device_ipv6,
        server_ipv4=server_ipv4,
        server_ipv6=server_ipv6,
        device_ports=draw_ports(rng, mix) if rng.random() < mix.device_ports else None,
        server_ports=draw_ports(rng, mix) if rng.random() < mix.server_ports else None,
        profile=choice.name,
        is_named=is_named,
        workload=workload,
        duration=draw_duration(rng, choice.low_s, choice.high_s, plain=mix.plain_durations),
        sink=draw_sink(rng, fold) if rng.random() < mix.sink else None,
    )


def draw_device(
    rng: Random, fold: int, mix: Mix
) -> tuple[Phone | None, DeviceIpv4 | None, str | None]:
    """Return the device's identifiers: a phone mostly, an address, both, or none."""
    kind = bisect(tuple(accumulate(mix.device)), rng.random())
    has_phone, has_ipv4, has_ipv6 = kind in (0, 3, 4), kind in (1, 3), kind in (2, 4)
    return (
        draw_phone(rng, fold) if has_phone else None,
        draw_device_ipv4(rng, fold, mix) if has_ipv4 else None,
        draw_ipv6(rng, fold) if has_ipv6 else None,
    )


def draw_device_ipv4(rng: Random, fold: int, mix: Mix) -> DeviceIpv4:
    """Return a public address with a port, or with a private address."""
    public = draw_documentation(rng, fold)
    if rng.random() < mix.observed_port:
        return DeviceIpv4(public, 1024 + int(rng.random() * 64512), None)
    return DeviceIpv4(public, None, draw_private(rng, fold))


def draw_server(rng: Random, fold: int, mix: Mix) -> tuple[str | None, str | None]:
    """Return the server's IPv4 and IPv6 address or network; at least one."""
    kind = bisect(tuple(accumulate(mix.server)), rng.random())
    if kind == 0:
        return draw_server_ipv4(rng, fold), None
    if kind == 1:
        return draw_ipv4_network(rng, fold), None
    if kind == 2:
        return None, draw_ipv6(rng, fold)
    if kind == 3:
        return None, draw_ipv6_network(rng, fold)
    return draw_server_ipv4(rng, fold), draw_ipv6(rng, fold)


def draw_server_ipv4(rng: Random, fold: int) -> str:
    """Return a single server address, public or private."""
    return draw_documentation(rng, fold) if rng.random() < 0.65 else draw_private(rng, fold)


def draw_ports(rng: Random, mix: Mix) -> Ports:
    """Return one port, a list, a range, or a range and single ports."""
    kind = bisect(tuple(accumulate(mix.ports)), rng.random())
    if kind == 0:
        return Ports(singles=(draw_port(rng),))
    if kind == 1:
        count = 2 + int(rng.random() * 2.4)
        return Ports(singles=tuple(sorted({draw_port(rng) for _ in range(count)})))
    if kind == 2:
        return Ports(ranges=(draw_range(rng),))
    first, last = draw_range(rng)
    single = draw_port(rng)
    return Ports(
        ranges=((first, last),), singles=(single + 101 if first <= single <= last else single,)
    )


def draw_port(rng: Random) -> int:
    """Return a port people use, or any registered one."""
    if rng.random() < 0.5:
        return WELL_KNOWN_PORTS[int(rng.random() * len(WELL_KNOWN_PORTS))]
    return 1024 + int(rng.random() * 60000)


def draw_range(rng: Random) -> tuple[int, int]:
    """Return the first and last port of a range that runs upwards."""
    first = 10 * (100 + int(rng.random() * 6000)) + (
        0 if rng.random() < 0.7 else int(rng.random() * 9)
    )
    width = (1, 5, 9, 10, 19, 20, 50, 99, 100, 200, 500, 1000)[int(rng.random() * 12)]
    return first, first + width


def draw_intent(rng: Random, choice: Choice) -> tuple[bool, str | None]:
    """Return whether the profile is named, and the workload that is told."""
    kind = rng.random()
    if not choice.workloads or kind < 0.45:
        return True, None
    workload = choice.workloads[int(rng.random() * len(choice.workloads))]
    return kind < 0.58, workload


def unique_workloads(profiles: Sequence[tuple[str, Sequence[str]]]) -> dict[str, tuple[str, ...]]:
    """Return profile name -> workloads that no other profile claims."""
    claims: dict[str, int] = {}
    for _, workloads in profiles:
        for workload in dict.fromkeys(map(str.lower, workloads)):
            claims[workload] = claims.get(workload, 0) + 1
    return {
        name: tuple(word for word in workloads if claims[word.lower()] == 1)
        for name, workloads in profiles
    }
