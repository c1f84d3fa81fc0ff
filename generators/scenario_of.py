"""Which facts is a call about? The way back from a createSession body to a scenario."""

from __future__ import annotations

from random import Random
from typing import Any

from callforge_core.records import Payload
from generators.credentials import credential_of
from generators.durations import Duration, draw_duration
from generators.length_forms import plain_wordings
from generators.payloads import build_payload
from generators.phone_ranges import split_phone
from generators.port_draws import Ports
from generators.scenarios import Choice, DeviceIpv4, Scenario

LONG = 600  # nobody counts more than ten minutes in odd seconds


def scenario_of(payload: Payload, choice: Choice, rng: Random) -> Scenario | None:
    """Return a scenario whose call is `payload`, None when a scenario cannot hold all of it.

    The intent (name, workload or both) and the kind of length are drawn.
    """
    device, server = payload.get("device") or {}, payload.get("applicationServer") or {}
    address, phone = device.get("ipv4Address"), device.get("phoneNumber")
    workload = None
    if choice.workloads and rng.random() < 0.55:
        workload = choice.workloads[int(rng.random() * len(choice.workloads))]
    scenario = Scenario(
        fold=0,
        phone=split_phone(phone) if phone else None,
        device_ipv4=observed(address) if address else None,
        device_ipv6=device.get("ipv6Address"),
        server_ipv4=server.get("ipv4Address"),
        server_ipv6=server.get("ipv6Address"),
        server_addresses=tuple(server.get("ipAddresses") or ()),
        device_ports=ports_of(payload.get("devicePorts")),
        server_ports=ports_of(payload.get("applicationServerPorts")),
        profile=payload.get("qosProfile"),
        is_named=workload is None or rng.random() < 0.24,
        workload=workload,
        duration=worded(payload.get("duration"), rng),
        sink=payload.get("sink"),
        credential=credential_of(payload.get("sinkCredential")),
    )
    return scenario if build_payload(scenario) == payload else None


def observed(address: dict[str, Any]) -> DeviceIpv4:
    """Return the parts of a device's IPv4 address."""
    return DeviceIpv4(
        str(address.get("publicAddress")), address.get("publicPort"), address.get("privateAddress")
    )


def ports_of(spec: dict[str, Any] | None) -> Ports | None:
    """Return a set of ports, None for none."""
    if not spec:
        return None
    ranges = tuple((span["from"], span["to"]) for span in spec.get("ranges", ()))
    return Ports(ranges=ranges, singles=tuple(spec.get("ports", ())))


def worded(seconds: Any, rng: Random) -> Duration | None:
    """Return a length of time in one of many kinds of words."""
    if not isinstance(seconds, int) or seconds < 1:
        return None
    drawn = draw_duration(rng, seconds, seconds)
    if seconds > LONG and drawn.words == f"{seconds} seconds":
        plain = plain_wordings(seconds)
        return Duration(seconds, plain[int(rng.random() * len(plain))], "mixed")
    return drawn
