"""What must hold for a flow beyond its schema? Ports, the addresses of the server, seconds."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from callforge_core.records import Issue, Payload
from validators.formats import has_host_bits, is_address, network_fault
from validators.places import quote
from validators.rules.pack import finding, is_integer, member, rule

PORT_MEMBERS = ("devicePorts", "applicationServerPorts")
INT32_MAX = 2**31 - 1


@rule("R2")
def ranges_run_upwards(payload: Payload) -> Iterable[Issue]:
    """A port range starts at or below its end; ports said twice are worth a look."""
    given = [name for name in PORT_MEMBERS if name in payload and not is_one_item(payload[name])]
    return [issue for name in given for issue in port_issues(name, payload[name])] if given else ()


def is_one_item(slot: Any) -> bool:
    """Say whether a port member holds one port, or one range that runs upwards: most of them do."""
    try:
        if "ranges" not in slot:
            return len(slot["ports"]) == 1
        (span,) = slot["ranges"]
        return "ports" not in slot and bool(span["from"] <= span["to"])
    except (TypeError, ValueError, KeyError):
        return False


def port_issues(name: str, slot: Any) -> Iterator[Issue]:
    """Yield the ranges of a port member that run downwards; a warning for ports said twice."""
    if not isinstance(slot, dict):
        return
    spans: list[tuple[int, int]] = []
    ranges, ports = slot.get("ranges"), slot.get("ports")
    for index, span in enumerate(ranges if isinstance(ranges, list) else ()):
        low, high = member(span, "from"), member(span, "to")
        if not is_integer(low) or not is_integer(high):
            continue
        spans.append((low, high))
        if low > high:
            message = f"the range starts at {quote(low)}, above its end {quote(high)}"
            place = (name, "ranges", index)
            yield finding("R2", "C3", "range_upside_down", place, message, "described")
    if isinstance(ports, list):
        spans += [(port, port) for port in ports if is_integer(port)]
    if len(spans) > 1 and overlaps(spans):
        message = "some ports are said twice"
        yield finding("R2", "C3", "ports_overlap", (name,), message, "described", "warn")


@rule("R5")
def an_ipv6_server_is_an_address(payload: Payload) -> Iterator[Issue]:
    """The server's IPv6 address is one, alone or with a width of 0 to 128."""
    yield from server_issues(payload, "R5", "ipv6Address", 6)


@rule("R6")
def an_ipv4_server_is_an_address(payload: Payload) -> Iterator[Issue]:
    """The server's IPv4 address is a dotted quad, alone or with a width of 0 to 32."""
    yield from server_issues(payload, "R6", "ipv4Address", 4)


def server_issues(payload: Payload, number: str, name: str, version: int) -> Iterator[Issue]:
    """Yield an address that is none, and a warning for bits beyond the width of a network."""
    value = member(payload, "applicationServer", name)
    if not isinstance(value, str):
        return
    place = ("applicationServer", name)
    fault = network_fault(value, version)
    if fault is not None:
        yield finding(number, "T4", "server_address", place, f"{fault[:120]}", "described")
    elif "/" in value and has_host_bits(value):
        message = f"{value} has bits beyond its width; the whole network is meant"
        yield finding(number, "T4", "host_bits", place, message, "described", "warn")


@rule("R19")
def listed_servers_differ(payload: Payload) -> Iterator[Issue]:
    """No address is listed twice, in whatever spelling; the schema compares texts only."""
    listed = member(payload, "applicationServer", "ipAddresses")
    seen: dict[object, str] = {}
    for index, text in enumerate(listed if isinstance(listed, list) else ()):
        if not (is_address(text, 4) or is_address(text, 6)):
            continue
        earlier = seen.setdefault(ipaddress.ip_address(text), text)
        if earlier != text:
            place = ("applicationServer", "ipAddresses", index)
            message = f"{quote(text)} is {quote(earlier)} again, spelled otherwise"
            yield finding("R19", "S9", "address_twice", place, message, "described")


@rule("R15")
def seconds_fit_32_bits(payload: Payload) -> Iterator[Issue]:
    """A duration fits a signed 32-bit integer, as its format says; no common engine asserts it."""
    for name in ("duration", "requestedAdditionalDuration"):
        seconds: Any = payload.get(name)
        if is_integer(seconds) and seconds > INT32_MAX:
            message = f"{name} {quote(seconds)} is above {INT32_MAX}, the most that int32 holds"
            yield finding("R15", "T5", "int32", (name,), message, "schema")


def overlaps(spans: list[tuple[int, int]]) -> bool:
    """Say whether two spans share a port; spans that run downwards are left out."""
    upward = sorted(span for span in spans if span[0] <= span[1])
    return any(low <= end for (_, end), (low, _) in itertools.pairwise(upward))
