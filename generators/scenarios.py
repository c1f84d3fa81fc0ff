"""What is a createSession request about?  Draws the facts; says nothing about words or JSON.

Simple cases dominate: a phone, one IPv4 server, no ports. A cell of the grid (grid.py) fixes what
is else drawn by natural shares. Every draw depends on the Random alone.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from random import Random

from generators.credentials import Assertion, Credential, draw_credential
from generators.durations import Duration, draw_duration
from generators.limits import EVERY_RELEASE, Limits
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
from generators.port_draws import Ports as Ports
from generators.port_draws import draw_ports

Cell = Mapping[str, str]
"""Factor -> level; a factor that is left out is drawn by the mix."""


@dataclass(frozen=True, slots=True)
class DeviceIpv4:
    """An observed IPv4 address and what makes it unique: a port, the private address or both."""

    public: str
    port: int | None
    private: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A profile of the catalogue, its limits and the workloads that point to it alone."""

    name: str
    low_s: int
    high_s: int
    workloads: tuple[str, ...]


class Odds:
    """Levels of one factor with their natural shares."""

    __slots__ = ("cuts", "levels")

    def __init__(self, **shares: float) -> None:
        self.levels = tuple(shares)
        total = sum(shares.values())
        self.cuts = tuple(accumulate(share / total for share in shares.values()))[:-1]

    def draw(self, rng: Random) -> str:
        """Return a level."""
        return self.levels[bisect(self.cuts, rng.random())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often each kind of fact occurs."""

    device: Odds
    server: Odds
    address_list: float
    """Share of servers given as a list of addresses, in a release that has such a list."""
    server_ports: Odds
    device_ports: Odds
    intent: Odds
    sink: Odds
    plain_durations: bool
    """Durations are a number and a unit, nothing else."""
    focus: float
    """1: every wording alike; above: the first wordings of the lexicons come more often."""
    templates: bool = False
    """Ten fixed sentences instead of the grammar (ten_templates.py)."""


MIXES = {
    # What the API allows, simple cases first; what people seldom ask for is seldom here too.
    "full": Mix(
        device=Odds(
            phone=0.54, ipv4_port=0.125, ipv4_private=0.06, ipv6=0.135, none=0.05,
            phone_ipv4=0.03, phone_ipv6=0.03, ipv4_both=0.01, ipv4_ipv6=0.01, all=0.01,
        ),
        server=Odds(
            ipv4=0.60, ipv4_network=0.135, ipv6=0.115, ipv6_network=0.065,
            both=0.055, both_networks=0.015, mixed=0.015,
        ),
        address_list=0.1,
        server_ports=Odds(none=0.58, single=0.19, list=0.085, range=0.11, ranges=0.015, both=0.02),
        device_ports=Odds(
            none=0.92, single=0.036, list=0.016, range=0.02, ranges=0.003, both=0.005
        ),
        intent=Odds(named=0.45, both=0.13, implied=0.42),
        sink=Odds(none=0.875, plain=0.11, credential=0.015),
        plain_durations=False,
        focus=1.0,
    ),
    # Fewer kinds of facts and wordings, each seen often: for training on some hundred rows.
    "core": Mix(
        device=Odds(phone=0.80, ipv4_port=0.20),
        server=Odds(ipv4=0.95, ipv4_network=0.05),
        address_list=0.0,
        server_ports=Odds(none=0.5, single=0.5),
        device_ports=Odds(none=1.0),
        intent=Odds(named=0.45, both=0.13, implied=0.42),
        sink=Odds(none=0.95, plain=0.05),
        plain_durations=True,
        focus=6.0,
    ),
}  # fmt: skip
# The facts of `full` in ten plain sentences: the baseline of the study of phrasing.
MIXES["ten"] = replace(MIXES["full"], plain_durations=True, templates=True)


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
    profile: str | None
    """None when the request leaves it open (clarify rows)."""
    is_named: bool
    """The request gives the profile's name."""
    workload: str | None
    """The request gives what the connection is for."""
    duration: Duration | None
    """None when the request leaves it open (clarify rows)."""
    sink: str | None
    credential: Credential | Assertion | None = None
    server_addresses: tuple[str, ...] = ()
    """1.2.0-rc: the addresses of `ipAddresses`, instead of the two above."""
    vague: Mapping[str, str] = field(default_factory=dict)
    """Slot of the lexicon -> words that stand where its value is not given: "a while"."""


def draw_scenario(
    rng: Random,
    choice: Choice,
    mix: Mix,
    fold: int,
    limits: Limits = EVERY_RELEASE,
    cell: Cell | None = None,
) -> Scenario:
    """Return the facts of one request for the given profile, values from one fold.

    `cell` fixes the levels of the factors it names; its profile is not looked at: give its Choice.
    """
    at = cell or NOTHING_FIXED
    phone, device_ipv4, device_ipv6 = draw_device(rng, fold, at.get("device"), mix)
    ipv4, ipv6, addresses = draw_server(rng, fold, at.get("server"), mix, limits)
    intent = at.get("intent") or mix.intent.draw(rng)
    workload = None
    if intent != "named" and choice.workloads:
        workload = choice.workloads[int(rng.random() * len(choice.workloads))]
    sink = at.get("sink") or draw_sink_level(rng, mix, limits)
    return Scenario(
        fold=fold,
        phone=phone,
        device_ipv4=device_ipv4,
        device_ipv6=device_ipv6,
        server_ipv4=ipv4,
        server_ipv6=ipv6,
        server_addresses=addresses,
        device_ports=draw_ports(rng, at.get("device_ports") or mix.device_ports.draw(rng)),
        server_ports=draw_ports(rng, at.get("server_ports") or mix.server_ports.draw(rng)),
        profile=choice.name,
        is_named=intent != "implied" or workload is None,
        workload=workload,
        duration=draw_duration(
            rng, choice.low_s, choice.high_s, plain=mix.plain_durations, kind=at.get("duration")
        ),
        sink=draw_sink(rng, fold) if sink != "none" else None,
        credential=draw_credential(rng, fold, sink, limits),
    )


NOTHING_FIXED: Cell = {}


def draw_device(
    rng: Random, fold: int, level: str | None, mix: Mix
) -> tuple[Phone | None, DeviceIpv4 | None, str | None]:
    """Return the device's identifiers: a phone mostly, an address, several, or none."""
    kind = level or mix.device.draw(rng)
    return (
        draw_phone(rng, fold) if kind in WITH_PHONE else None,
        draw_device_ipv4(rng, fold, kind) if kind in WITH_IPV4 else None,
        draw_ipv6(rng, fold) if kind in WITH_IPV6 else None,
    )


WITH_PHONE = frozenset({"phone", "phone_ipv4", "phone_ipv6", "all"})
WITH_IPV4 = frozenset({"ipv4_port", "ipv4_private", "ipv4_both", "phone_ipv4", "ipv4_ipv6", "all"})
WITH_IPV6 = frozenset({"ipv6", "phone_ipv6", "ipv4_ipv6", "all"})
ASSERTIONS = 0.35  # of the credentials, where both kinds may be used
OBSERVED_PORT = 0.65  # share of device addresses beside other identifiers that come with a port


def draw_device_ipv4(rng: Random, fold: int, kind: str) -> DeviceIpv4:
    """Return a public address with a port, with a private address, or with both."""
    public = draw_documentation(rng, fold)
    if kind in ("ipv4_port", "ipv4_private"):
        has_port = kind == "ipv4_port"
    else:
        has_port = kind == "ipv4_both" or rng.random() < OBSERVED_PORT
    port = 1024 + int(rng.random() * 64512) if has_port else None
    has_private = kind == "ipv4_both" or not has_port
    return DeviceIpv4(public, port, draw_private(rng, fold) if has_private else None)


def draw_server(
    rng: Random, fold: int, level: str | None, mix: Mix, limits: Limits
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return the server's IPv4 and IPv6 address or network, or its list of addresses."""
    kind = level
    if kind is None:
        kind = mix.server.draw(rng)
        if limits.most_addresses and rng.random() < mix.address_list:
            kind = LISTS[int(rng.random() ** 2 * len(LISTS))]
    if kind == "ipv4":
        return draw_server_ipv4(rng, fold), None, ()
    if kind in LISTS:
        return None, None, draw_addresses(rng, fold, kind, limits.most_addresses)
    ipv4 = ipv6 = None
    if kind in ("both", "mixed"):
        ipv4 = draw_server_ipv4(rng, fold)
    elif kind in ("ipv4_network", "both_networks"):
        ipv4 = draw_ipv4_network(rng, fold)
    if kind in ("ipv6", "both"):
        ipv6 = draw_ipv6(rng, fold)
    elif kind in ("ipv6_network", "both_networks", "mixed"):
        ipv6 = draw_ipv6_network(rng, fold)
    return ipv4, ipv6, ()


LISTS = ("list_ipv4", "list_one", "list_mixed", "list_ipv6")


def draw_sink_level(rng: Random, mix: Mix, limits: Limits) -> str:
    """Say whether notifications are asked for, and with what."""
    kind = mix.sink.draw(rng)
    if kind == "credential" and limits.has_assertion and rng.random() < ASSERTIONS:
        return "assertion"
    return kind


def draw_server_ipv4(rng: Random, fold: int) -> str:
    """Return a single server address, public or private."""
    return draw_documentation(rng, fold) if rng.random() < 0.65 else draw_private(rng, fold)


def draw_addresses(rng: Random, fold: int, kind: str, most: int) -> tuple[str, ...]:
    """Return a list of different single addresses, of one kind or of both."""
    count = 1 if kind == "list_one" else min(most, 2 + int(rng.random() ** 2 * 4))
    found: dict[str, None] = {}
    while len(found) < count:
        is_ipv6 = kind == "list_ipv6" or (kind == "list_mixed" and len(found) % 2 == 1)
        found[draw_ipv6(rng, fold) if is_ipv6 else draw_server_ipv4(rng, fold)] = None
    return tuple(found)


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
