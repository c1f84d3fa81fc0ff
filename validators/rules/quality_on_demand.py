"""What must hold for a Quality-On-Demand request that its schema cannot say? Packs by release.

R1 (closed world), R7 and R8 (catalogue), R12, R14 and R17 (the schema sees them) and R13 (duplicate
keys) live with their layers; R4e and R9 need a clock and a token, which a payload does not carry;
R11 needs the request and lives in grounding.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from callforge_core.records import Issue, Payload
from callforge_core.spec import Operation
from validators.formats import has_host_bits, is_date_time, is_https_uri, network_fault
from validators.places import quote
from validators.rules.pack import RULES, Check, finding, member, rule

API = "quality-on-demand"
PORT_MEMBERS = ("devicePorts", "applicationServerPorts")
IDENTIFIERS = ("phoneNumber", "networkAccessIdentifier", "ipv4Address", "ipv6Address")
CREATE = ("createSession",)
WITH_DEVICE = ("createSession", "retrieveSessionsByDevice")
WITH_SECONDS = ("createSession", "extendQosSessionDuration")
INT32_MAX = 2**31 - 1
TOKEN_MEMBERS = ("accessToken", "accessTokenExpiresUtc", "accessTokenType")

RELEASES: Mapping[str, tuple[str, ...]] = {
    "1.1.0": ("R2", "R3", "R4", "R5", "R6", "R10", "R15", "R16", "R18"),
}
"""Release -> the numbers that hold for it; a release that is not listed has no pack yet."""

ABSENCES: Mapping[str, frozenset[tuple[str, ...]]] = {
    "R3": frozenset({("sink",)}),
    "R4b": frozenset(("sinkCredential", name) for name in TOKEN_MEMBERS),
}
"""Rule -> the members whose absence it complains of: under a wrong name they are not absent."""

file_rule = partial(rule, api=API)


def checks_for(operation: Operation) -> tuple[Check, ...]:
    """Return the checks of an operation, in the order of their numbers."""
    if operation.api != API:
        return ()
    wanted = [RULES.get(f"{API} {number}") for number in RELEASES.get(operation.release, ())]
    return tuple(found.check for found in wanted if operation.operation_id in found.operations)


@file_rule("R2", operations=CREATE)
def ranges_run_upwards(payload: Payload) -> Iterator[Issue]:
    """A port range starts at or below its end; ports said twice are worth a look."""
    for name in PORT_MEMBERS:
        slot = payload.get(name)
        if isinstance(slot, dict):
            yield from port_issues(name, slot)


def port_issues(name: str, slot: Payload) -> Iterator[Issue]:
    """Yield the ranges of a port member that run downwards; a warning for ports said twice."""
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


@file_rule("R3", operations=CREATE)
def a_credential_needs_a_sink(payload: Payload) -> Iterator[Issue]:
    """A credential for the sink makes sense only beside a sink."""
    if isinstance(payload.get("sinkCredential"), dict) and "sink" not in payload:
        message = "sinkCredential is given, but no sink to use it for"
        yield finding(
            "R3", "C3", "credential_without_sink", ("sinkCredential",), message, "project"
        )


@file_rule("R4", operations=CREATE)
def a_credential_is_a_whole_access_token(payload: Payload) -> Iterator[Issue]:
    """R4a to R4d: the credential is an ACCESSTOKEN with its three members, each in its form."""
    credential = payload.get("sinkCredential")
    kind = member(credential, "credentialType")
    if kind in ("PLAIN", "REFRESHTOKEN"):
        message = f"credentialType {kind} must not be used in this release; use ACCESSTOKEN"
        place = ("sinkCredential", "credentialType")
        yield finding("R4a", "D6", "credential_type", place, message, "normative")
    if kind != "ACCESSTOKEN" or not isinstance(credential, dict):
        return
    missing = [name for name in TOKEN_MEMBERS if name not in credential]
    if missing:
        message = f"an ACCESSTOKEN credential needs {', '.join(missing)}"
        yield finding("R4b", "C2", "token_members", ("sinkCredential",), message, "normative")
    for name in TOKEN_MEMBERS:
        if name in credential:
            yield from token_member_issues(name, credential[name])


def token_member_issues(name: str, value: Any) -> Iterator[Issue]:
    """Yield what is wrong with one member of an access token; the token is never quoted."""
    place = ("sinkCredential", name)
    if not isinstance(value, str):
        cls, what = ("T3", "null") if value is None else ("T1", f"a {type(value).__name__}")
        yield finding(
            "R4b", cls, "token_text", place, f"{name} is {what}, expected text", "normative"
        )
    elif name == "accessTokenType" and value != "bearer":
        message = f"accessTokenType is {quote(value)}; only bearer, in small letters, is allowed"
        yield finding("R4c", "T6", "token_type", place, message, "normative")
    elif name == "accessTokenExpiresUtc" and not is_date_time(value):
        message = f"{quote(value)} is no RFC 3339 time with its zone, such as 2026-03-02T09:00:00Z"
        yield finding("R4d", "T4", "token_expiry", place, message, "normative")


@file_rule("R5", operations=CREATE)
def an_ipv6_server_is_an_address(payload: Payload) -> Iterator[Issue]:
    """The server's IPv6 address is one, alone or with a width of 0 to 128."""
    yield from server_issues(payload, "R5", "ipv6Address", 6)


@file_rule("R6", operations=CREATE)
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


@file_rule("R10", operations=WITH_DEVICE)
def no_network_access_identifier(payload: Payload) -> Iterator[Issue]:
    """The network access identifier is kept for later releases."""
    if isinstance(member(payload, "device", "networkAccessIdentifier"), str):
        message = "networkAccessIdentifier is reserved and not supported in this release"
        place = ("device", "networkAccessIdentifier")
        yield finding("R10", "D6", "reserved_identifier", place, message, "normative")


@file_rule("R15", operations=WITH_SECONDS)
def seconds_fit_32_bits(payload: Payload) -> Iterator[Issue]:
    """A duration fits a signed 32-bit integer, as its format says; no common engine asserts it."""
    for name in ("duration", "requestedAdditionalDuration"):
        seconds: Any = payload.get(name)
        if is_integer(seconds) and seconds > INT32_MAX:
            message = f"{name} {quote(seconds)} is above {INT32_MAX}, the most that int32 holds"
            yield finding("R15", "T5", "int32", (name,), message, "schema")


@file_rule("R16", operations=CREATE)
def a_sink_is_an_https_address(payload: Payload) -> Iterator[Issue]:
    """The sink is a URI of scheme https with a host."""
    sink = payload.get("sink")
    if isinstance(sink, str) and not is_https_uri(sink):
        message = f"{quote(sink)} is no https address with a host"
        yield finding("R16", "T4", "sink_uri", ("sink",), message, "schema")


@file_rule("R18", operations=WITH_DEVICE)
def several_identifiers_may_disagree(payload: Payload) -> Iterator[Issue]:
    """Several identifiers are legal; nobody can tell whether they mean the same device."""
    device = payload.get("device")
    if not isinstance(device, dict) or len(device) < 2:
        return
    count = sum(name in device for name in IDENTIFIERS)
    if count > 1:
        message = f"{count} identifiers are given; they have to mean the same device"
        yield finding("R18", "", "several_identifiers", ("device",), message, "described", "warn")


def is_integer(value: object) -> bool:
    """Say whether a value is an integer; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def overlaps(spans: list[tuple[int, int]]) -> bool:
    """Say whether two spans share a port; spans that run downwards are left out."""
    upward = sorted(span for span in spans if span[0] <= span[1])
    return any(low <= end for (_, end), (low, _) in itertools.pairwise(upward))
