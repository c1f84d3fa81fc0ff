"""The running example of the fault taxonomy, as evaluation rows."""

from __future__ import annotations

from typing import Any

from callforge_core.records import Item, Payload

GOLD: Payload = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.0/24"},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}]},
    "qosProfile": "QOS_E",
    "sink": "https://hooks.shop.example/qod",
    "duration": 3600,
}
REQUEST = (
    "Give +447700900123 low latency for cloud gaming to our servers 198.51.100.0/24, ports 5010 "
    "to 5020, for one hour; notify https://hooks.shop.example/qod."
)


def make_item(**changes: Any) -> Item:
    """Return the item of the running example, changed."""
    parts: dict[str, Any] = {
        "id": "one",
        "request": REQUEST,
        "decision": "call",
        "operation": "createSession",
        "payload": GOLD,
        "cluster": "c1",
    }
    return Item(**(parts | changes))
