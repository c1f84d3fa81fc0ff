"""How much of the grid do given samples cover? Pairs of levels, and values at the limits.

Works on any samples, fresh or old, ours or not: levels are read from the payload. How a duration
or a profile is said stands in the provenance of our own rows; where it does not, such pairs cannot
be told and count as not covered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generators.edges import edge_holds
from generators.grid import Grid, Pair, pairs_of
from generators.limits import ASSERTION, TOKEN

SERVERS = {
    # has IPv4, it is a network, has IPv6, it is a network
    (True, False, False, False): "ipv4",
    (True, True, False, False): "ipv4_network",
    (False, False, True, False): "ipv6",
    (False, False, True, True): "ipv6_network",
    (True, False, True, False): "both",
    (True, True, True, True): "both_networks",
    (True, False, True, True): "mixed",
    (True, True, True, False): "mixed",
}
DEVICES = {
    # phone, IPv4, IPv6
    (False, False, False): "none",
    (True, False, False): "phone",
    (False, False, True): "ipv6",
    (True, True, False): "phone_ipv4",
    (True, False, True): "phone_ipv6",
    (False, True, True): "ipv4_ipv6",
    (True, True, True): "all",
}


@dataclass(frozen=True, kw_only=True)
class GridCoverage:
    """What of a grid some samples cover."""

    rows: int
    levels: Mapping[str, Mapping[str, int]]
    """Factor -> level -> rows."""
    missing: tuple[Pair, ...]
    edges: Mapping[str, int]
    """Value at a limit -> rows."""
    pairs_total: int

    @property
    def pairs_covered(self) -> int:
        """How many of the feasible pairs occur."""
        return self.pairs_total - len(self.missing)

    @property
    def missing_edges(self) -> tuple[str, ...]:
        """Values at a limit that no row has."""
        return tuple(name for name, rows in self.edges.items() if not rows)


class GridCounter:
    """Counts samples one by one, in memory that does not grow with them."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.rows = 0
        self.seen: set[Pair] = set()
        self.levels = {name: Counter[str]() for name in grid.factors}
        self.edges: Counter[str] = Counter()

    def watch(self, rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> Iterator[Any]:
        """Yield the payloads of (payload, provenance) rows while they are counted."""
        for payload, provenance in rows:
            self.add(payload, provenance)
            yield payload

    def add(self, payload: Any, provenance: Mapping[str, Any]) -> None:
        """Count one row; a payload that is no object counts as a row only."""
        self.rows += 1
        if not isinstance(payload, dict):
            return
        cell = read_levels(payload, provenance)
        for name, level in cell.items():
            self.levels[name][level] += 1
        self.seen.update(pairs_of(cell, self.grid.factors))
        for name in self.grid.edges:
            if edge_holds(name, payload, self.grid.limits, self.grid.choices):
                self.edges[name] += 1

    def report(self) -> GridCoverage:
        """Return what was counted, against what there could be."""
        grid = self.grid
        return GridCoverage(
            rows=self.rows,
            levels={
                name: {level: self.levels[name][level] for level in levels}
                for name, levels in grid.factors.items()
            },
            missing=tuple(pair for pair in grid.pairs if pair not in self.seen),
            edges={name: self.edges[name] for name in grid.edges},
            pairs_total=len(grid.pairs),
        )


def measure_grid(grid: Grid, rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> GridCoverage:
    """Return what (payload, provenance) rows cover of a grid."""
    counter = GridCounter(grid)
    for payload, provenance in rows:
        counter.add(payload, provenance)
    return counter.report()


def read_levels(payload: Mapping[str, Any], provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return factor -> level of one row; factors that cannot be told are left out."""
    found = {
        "device": device_level(as_object(payload.get("device"))),
        "server": server_level(as_object(payload.get("applicationServer"))),
        "server_ports": ports_level(payload.get("applicationServerPorts")),
        "device_ports": ports_level(payload.get("devicePorts")),
        "duration": str(provenance.get("duration", "")),
        "profile": str(payload.get("qosProfile", "")),
        "intent": str(provenance.get("intent", "")),
        "sink": sink_level(payload),
    }
    return {name: level for name, level in found.items() if level}


def device_level(device: Mapping[str, Any]) -> str:
    """Name the combination of identifiers."""
    address = as_object(device.get("ipv4Address"))
    key = ("phoneNumber" in device, bool(address), "ipv6Address" in device)
    if key != (False, True, False):
        return DEVICES[key]
    has_port, has_private = "publicPort" in address, "privateAddress" in address
    if has_port and has_private:
        return "ipv4_both"
    return "ipv4_port" if has_port else "ipv4_private" if has_private else ""


def server_level(server: Mapping[str, Any]) -> str:
    """Name the form of the server's addresses."""
    addresses = server.get("ipAddresses")
    if isinstance(addresses, list):
        if len(addresses) == 1:
            return "list_one"
        kinds = {":" in str(address) for address in addresses}
        return "list_mixed" if len(kinds) > 1 else "list_ipv6" if True in kinds else "list_ipv4"
    ipv4, ipv6 = server.get("ipv4Address"), server.get("ipv6Address")
    key = (ipv4 is not None, "/" in str(ipv4), ipv6 is not None, "/" in str(ipv6))
    return SERVERS.get(key, "")


def ports_level(ports: Any) -> str:
    """Name the kind of a set of ports."""
    if ports is None:
        return "none"
    spec = as_object(ports)
    ranges, singles = (len(as_list(spec.get(key))) for key in ("ranges", "ports"))
    if ranges and singles:
        return "both"
    if ranges:
        return "ranges" if ranges > 1 else "range"
    return "list" if singles > 1 else "single" if singles else ""


CREDENTIALS = {TOKEN: "credential", ASSERTION: "assertion"}


def sink_level(payload: Mapping[str, Any]) -> str:
    """Say whether notifications are asked for, and with what."""
    if "sink" not in payload:
        return "none"
    kind = as_object(payload.get("sinkCredential")).get("credentialType")
    if kind is None:
        return "plain"
    return CREDENTIALS.get(kind, "") if isinstance(kind, str) else ""


def as_object(value: Any) -> Mapping[str, Any]:
    """Return an object as it is, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, an empty one for anything else."""
    return value if isinstance(value, list) else []
