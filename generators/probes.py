"""Which small set of wrong answers tells checks apart? 33 answers with one fault each.

The running example of the taxonomy: one probe for each class that has an instance in createSession
1.1.0, a second one for C2 and C3, a server address that is none (T4), a forbidden identifier (D6).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from generators.edits import Edit, added, raw, removed, renamed, replaced

REQUEST = (
    "Give +447700900123 low latency for cloud gaming to our servers 198.51.100.0/24, ports 5010 to"
    " 5020, for one hour; notify https://app.example.com/qod."
)
GOLD: Payload = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.0/24"},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}]},
    "qosProfile": "QOS_E",
    "sink": "https://app.example.com/qod",
    "duration": 3600,
}
TOKEN: Payload = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "t0ken",
    "accessTokenExpiresUtc": "2036-03-02T09:00:00Z",
    "accessTokenType": "bearer",
}
WITH_TOKEN: Payload = GOLD | {"sinkCredential": TOKEN}
BEHIND_NAT: Payload = GOLD | {
    "device": {"ipv4Address": {"publicAddress": "203.0.113.7", "publicPort": 59765}}
}
TWICE = ',"duration":60}'
SERVER = "/applicationServer/ipv4Address"
PORTS = "/applicationServerPorts"
RANGE = f"{PORTS}/ranges/0"


@dataclass(frozen=True, slots=True)
class Probe:
    """A wrong answer to a request whose right one is known."""

    cls: str
    detail: str
    text: str
    gold: Payload = field(repr=False)
    request: str = field(default=REQUEST, repr=False)


def build_probes() -> list[Probe]:
    """Return the 33 answers in the order of the taxonomy."""
    return [*text_probes(), *structure_probes(), *type_probes(), *value_probes()]


def text_probes() -> list[Probe]:
    """Return an answer for each fault of the text."""
    text = render_json(GOLD)
    return [
        Probe("F1", "cut", text[:-20], GOLD),
        Probe("F2", "fence", f"Here it is:\n```json\n{text}\n```", GOLD),
        Probe("F3", "trailing comma", text[:-1] + ",}", GOLD),
        Probe("F4", "duration said twice", text[:-1] + TWICE, GOLD),
    ]


def structure_probes() -> list[Probe]:
    """Return an answer for each fault of structure."""
    hook = {"notificationUrl": GOLD["sink"]}
    ports = GOLD["applicationServerPorts"]
    inside = {"applicationServer": GOLD["applicationServer"] | {"applicationServerPorts": ports}}
    parts = {name: inside.get(name, value) for name, value in GOLD.items() if name != PORTS[1:]}
    span = ports["ranges"][0]
    return [
        probe("S1", removed(GOLD, "/duration", "no duration")),
        probe("S2", added(GOLD, "/priority", "high", "priority")),
        probe("S3", added(GOLD, "/device/imei", "490154203237518", "device.imei")),
        probe("S4", renamed(GOLD, PORTS, "appServerPorts", "appServerPorts")),
        probe("S5", renamed(GOLD, "/sink", "webhook", "sink as webhook", hook)),
        probe("S6", replaced(GOLD, "/device", "+447700900123", "device as text")),
        Probe("S7", "ports inside the server", render_json(parts), GOLD),
        probe("S8", replaced(GOLD, PORTS, {}, "empty ports")),
        probe("S9", replaced(GOLD, f"{PORTS}/ranges", span, "object for list")),
    ]


def type_probes() -> list[Probe]:
    """Return an answer for each fault of types and conditions."""
    kind = "/sinkCredential/credentialType"
    secret, port = "/sinkCredential/accessToken", "/device/ipv4Address/publicPort"
    no_sink = removed(WITH_TOKEN, "/sink", "credential without sink")
    turned = {"from": 5020, "to": 5010}
    return [
        probe("T1", replaced(GOLD, "/duration", "3600", "number as text")),
        probe("T2", replaced(GOLD, "/duration", raw("3600.0"), "fraction")),
        probe("T3", added(GOLD, "/devicePorts", None, "null")),
        probe("T4", replaced(GOLD, "/device/phoneNumber", "00447700900123", "00 for plus")),
        probe("T4", replaced(GOLD, SERVER, "game-server-1", "server is no address")),
        probe("T5", replaced(GOLD, f"{RANGE}/to", 70000, "port 70000")),
        probe("T6", replaced(WITH_TOKEN, kind, "BASIC", "credential BASIC"), WITH_TOKEN),
        probe("C2", removed(BEHIND_NAT, port, "public address alone"), BEHIND_NAT),
        probe("C2", removed(WITH_TOKEN, secret, "credential without token"), WITH_TOKEN),
        probe("C3", replaced(GOLD, RANGE, turned, "range upside down")),
        probe("C3", no_sink, WITH_TOKEN),
    ]


def value_probes() -> list[Probe]:
    """Return an answer for each fault of meaning, and one forbidden identifier."""
    phone, identifier = "/device/phoneNumber", "/device/networkAccessIdentifier"
    more = {"ports": [443]}
    return [
        probe("V1", replaced(GOLD, phone, "+447700900132", "digits transposed")),
        probe("V2", replaced(GOLD, "/duration", 60, "minutes")),
        probe("V3", renamed(GOLD, PORTS, "devicePorts", "ports of the other side")),
        probe("V4", replaced(GOLD, "/qosProfile", "QOS_L", "another profile")),
        probe("V5", replaced(GOLD, phone, "+10000000000", "placeholder")),
        probe("V6", removed(GOLD, PORTS, "ports dropped")),
        probe("V7", added(GOLD, "/devicePorts", more, "ports nobody asked for")),
        probe("V8", replaced(GOLD, SERVER, "198.51.0.0/16", "wider network")),
        probe("D6", added(GOLD, identifier, "user@realm.example", "reserved identifier")),
    ]


def probe(cls: str, edit: Edit, gold: Payload = GOLD) -> Probe:
    """Return an edit of a right payload as a probe."""
    return Probe(cls, edit.detail, edit.text, gold)
