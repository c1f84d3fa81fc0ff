"""Which call answers a scenario?  Builds the createSession body in spec order."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from callforge_core.jsonl import make_renderer
from callforge_core.records import Payload
from generators.port_draws import Ports
from generators.scenarios import Scenario

render_sorted = make_renderer(sort_keys=True, ascii_only=True)


def build_payload(scenario: Scenario) -> Payload:
    """Return the request body, keys in the order of the spec, nothing that was not asked for.

    A slot that the scenario leaves open is left out; such a body is not a valid one.
    """
    payload: Payload = {}
    device = build_device(scenario)
    if device:
        payload["device"] = device
    server = build_server(scenario)
    if server:
        payload["applicationServer"] = server
    if scenario.device_ports:
        payload["devicePorts"] = build_ports(scenario.device_ports)
    if scenario.server_ports:
        payload["applicationServerPorts"] = build_ports(scenario.server_ports)
    if scenario.profile is not None:
        payload["qosProfile"] = scenario.profile
    if scenario.sink:
        payload["sink"] = scenario.sink
    if scenario.credential:
        payload["sinkCredential"] = scenario.credential.build()
    if scenario.duration is not None:
        payload["duration"] = scenario.duration.seconds
    return payload


def build_device(scenario: Scenario) -> dict[str, Any]:
    """Return the device object; empty when the request names no device."""
    device: dict[str, Any] = {}
    if scenario.phone:
        device["phoneNumber"] = scenario.phone.e164
    address = scenario.device_ipv4
    if address:
        found: dict[str, Any] = {"publicAddress": address.public}
        if address.private is not None:
            found["privateAddress"] = address.private
        if address.port is not None:
            found["publicPort"] = address.port
        device["ipv4Address"] = found
    if scenario.device_ipv6:
        device["ipv6Address"] = scenario.device_ipv6
    return device


def build_server(scenario: Scenario) -> dict[str, Any]:
    """Return the server object; empty when the request leaves it open."""
    if scenario.server_addresses:
        return {"ipAddresses": list(scenario.server_addresses)}
    server: dict[str, Any] = {}
    if scenario.server_ipv4:
        server["ipv4Address"] = scenario.server_ipv4
    if scenario.server_ipv6:
        server["ipv6Address"] = scenario.server_ipv6
    return server


def build_ports(ports: Ports) -> dict[str, Any]:
    """Return a PortsSpec object."""
    spec: dict[str, Any] = {}
    if ports.ranges:
        spec["ranges"] = [{"from": first, "to": last} for first, last in ports.ranges]
    if ports.singles:
        spec["ports"] = list(ports.singles)
    return spec


def cluster_of(payload: Payload) -> str:
    """Return the name all phrasings of one call share."""
    try:
        text = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # numbers beyond 64 bits, half surrogates
        text = render_sorted(payload).encode()
    return hashlib.sha256(text).hexdigest()[:16]
