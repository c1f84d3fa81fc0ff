"""Which call answers a scenario?  Builds the createSession body in spec order."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from callforge_core.records import Payload
from generators.scenarios import Ports, Scenario


def build_payload(scenario: Scenario) -> Payload:
    """Return the request body, keys in the order of the spec, nothing that was not asked for."""
    payload: Payload = {}
    device = build_device(scenario)
    if device:
        payload["device"] = device
    server = {"ipv4Address": scenario.server_ipv4, "ipv6Address": scenario.server_ipv6}
    payload["applicationServer"] = {key: value for key, value in server.items() if value}
    if scenario.device_ports:
        payload["devicePorts"] = build_ports(scenario.device_ports)
    if scenario.server_ports:
        payload["applicationServerPorts"] = build_ports(scenario.server_ports)
    payload["qosProfile"] = scenario.profile
    if scenario.sink:
        payload["sink"] = scenario.sink
    payload["duration"] = scenario.duration.seconds
    return payload


def build_device(scenario: Scenario) -> dict[str, Any]:
    """Return the device object; empty when the request names no device."""
    device: dict[str, Any] = {}
    if scenario.phone:
        device["phoneNumber"] = scenario.phone.e164
    address = scenario.device_ipv4
    if address:
        parts = {
            "publicAddress": address.public,
            "privateAddress": address.private,
            "publicPort": address.port,
        }
        device["ipv4Address"] = {key: value for key, value in parts.items() if value is not None}
    if scenario.device_ipv6:
        device["ipv6Address"] = scenario.device_ipv6
    return device


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
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
