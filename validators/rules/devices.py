"""What must hold for a device beyond its schema?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callforge_core.records import Issue, Payload
from validators.rules.pack import finding, member, rule

IDENTIFIERS = ("phoneNumber", "networkAccessIdentifier", "ipv4Address", "ipv6Address")


@rule("R10")
def no_network_access_identifier(payload: Payload) -> Iterator[Issue]:
    """The network access identifier is kept for later releases."""
    if isinstance(member(payload, "device", "networkAccessIdentifier"), str):
        message = "networkAccessIdentifier is reserved and not supported in this release"
        place = ("device", "networkAccessIdentifier")
        yield finding("R10", "D6", "reserved_identifier", place, message, "normative")


@rule("R18")
def several_identifiers_may_disagree(payload: Payload) -> Iterable[Issue]:
    """Several identifiers are legal; nobody can tell whether they mean the same device."""
    device = payload.get("device")
    if not isinstance(device, dict) or len(device) < 2:
        return ()
    count = sum(name in device for name in IDENTIFIERS)
    if count < 2:
        return ()
    message = f"{count} identifiers are given; they have to mean the same device"
    return (finding("R18", "", "several_identifiers", ("device",), message, "described", "warn"),)
