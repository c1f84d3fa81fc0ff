"""What does a call look like that has what people seldom ask for? A valid gold, with more in it.

Requests speak of one device, one or two kinds of ports and perhaps a sink. Credentials, several
identifiers and both lists of ports are valid all the same; faults of theirs need a gold to sit in.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from callforge_core.records import Payload
from generators.credentials import draw_token_credential
from generators.numbers import (
    draw_documentation,
    draw_ipv4_network,
    draw_ipv6,
    draw_private,
    draw_sink,
    draw_spare,
)

FOLD = 0


def enrich(gold: Payload, rng: Random) -> Payload:
    """Return a valid payload with a credential, and perhaps more devices, servers and ports."""
    payload = copy.deepcopy(gold)
    payload["sink"] = payload.get("sink") or draw_sink(rng, FOLD)
    payload["sinkCredential"] = draw_token_credential(rng, FOLD).build()
    device = payload.setdefault("device", {})
    server = payload["applicationServer"]
    if rng.random() < 0.5:
        add(device, "phoneNumber", draw_spare(rng, FOLD).e164)
        add(device, "ipv6Address", draw_ipv6(rng, FOLD))
    if rng.random() < 0.5 or not device:
        add(device, "ipv4Address", draw_device_address(rng))
    if rng.random() < 0.5:
        add(server, "ipv4Address", draw_ipv4_network(rng, FOLD))
        add(server, "ipv6Address", draw_ipv6(rng, FOLD))
    for name in ("devicePorts", "applicationServerPorts"):
        if rng.random() < 0.5:
            low = rng.randrange(1024, 60000)
            spans = [{"from": low, "to": low + rng.randrange(1, 500)}]
            add(payload, name, {"ranges": spans, "ports": [low - rng.randrange(2, 1000)]})
    return payload


def add(parent: dict[str, Any], name: str, value: Any) -> None:
    """Put a member where none is."""
    parent.setdefault(name, value)


def draw_device_address(rng: Random) -> Payload:
    """Return a device behind a public address, with its port, its private address or both."""
    address: Payload = {"publicAddress": draw_documentation(rng, FOLD)}
    kind = rng.randrange(3)
    if kind != 1:
        address["privateAddress"] = draw_private(rng, FOLD)
    if kind != 0:
        address["publicPort"] = rng.randrange(1024, 65536)
    return address
