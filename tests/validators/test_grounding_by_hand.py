"""Requests in many voices beside payloads, by hand: which faults the request alone can tell."""

from __future__ import annotations

from typing import Any

import pytest

from callforge_core.spec import Operation
from validators.catalogue import Catalogue
from validators.grounding import Grounder, is_said
from validators.places import place_of, pointer_of

PHONE = "/device/phoneNumber"
V4 = "/applicationServer/ipv4Address"
V6 = "/applicationServer/ipv6Address"
PORTS, DEVICE_PORTS = "/applicationServerPorts", "/devicePorts"


def call(**slots: Any) -> dict[str, Any]:
    """Return a payload by short names of its slots."""
    server = {f"ipv{n}Address": slots[f"v{n}"] for n in (4, 6) if f"v{n}" in slots}
    parts: dict[str, Any] = {
        "device": {"phoneNumber": slots["phone"]} if "phone" in slots else slots.get("device"),
        "applicationServer": server or None,
        "devicePorts": slots.get("device_ports"),
        "applicationServerPorts": slots.get("ports"),
        "qosProfile": slots.get("profile"),
        "sink": slots.get("sink"),
        "duration": slots.get("seconds"),
    }
    return {name: value for name, value in parts.items() if value is not None}


def one(*ports: int) -> dict[str, Any]:
    return {"ports": list(ports)}


def span(low: int, high: int) -> dict[str, Any]:
    return {"ranges": [{"from": low, "to": high}]}


Case = tuple[str, dict[str, Any], set[tuple[str, str]]]
UK = call(phone="+447700900123")
IPV6 = call(v6="2001:db8:ab::1")
NET = call(v4="192.0.2.0/24")
HOOK = call(sink="https://app.example.com/qod")

PHONES: list[Case] = [
    ("call +447700900123", UK, set()),
    ("call +44 7700 900123", UK, set()),
    ("(+44) 7700-900-123 is the line", UK, set()),
    ("+44 (0)7700 900123", UK, set()),
    ("+44.7700.900.123", UK, set()),
    ("0044 7700 900123", UK, set()),
    ("phone:00447700900123", UK, set()),
    ("07700 900123 in the UK", UK, set()),
    ("country code 44, number 07700 900123", UK, set()),
    ("my phone 07700 900123", UK, set()),  # which country? nobody can tell
    ("the number is 447700900123", UK, set()),
    ("plus four four double seven zero zero nine double zero one two three", UK, set()),
    ("plus four four seven seven double oh nine double oh 1 2 3", UK, set()),
    ("teléfono +447700900123, gracias", UK, set()),
    ("für +44 7700 900123 bitte", UK, set()),
    ("phone +44 7700 900123 5060 is the port", UK, set()),
    ("call +447700900132", UK, {("V1", PHONE)}),
    ("call +44 7700 900 321", UK, {("V1", PHONE)}),
    ("my phone needs a boost", UK, {("V5", PHONE)}),
    ("my phone needs a boost", call(phone="+1234567890"), {("V5", PHONE)}),
    ("boost +447700900123", call(phone="+10000000000"), {("V5", PHONE)}),
    ("boost +1 (234) 567-890", call(phone="+1234567890"), set()),
    ("boost +447700900123", call(seconds=60, v4="192.0.2.1"), {("V6", "/device"), ("V5", V4)}),
    ("(415) 555-0123 in the US", call(phone="+14155550123"), set()),
    ("my phone is (415) 555-0123", call(phone="+14155550123"), set()),
    ("ticket 447700 for room 900123", UK, {("V5", PHONE)}),
]
ADDRESSES: list[Case] = [
    ("server 192.0.2.9", call(v4="192.0.2.9"), set()),
    ("server:192.0.2.231", call(v4="192.0.2.231"), set()),
    ("server=192.0.2.231:5060", call(v4="192.0.2.231", ports=one(5060)), set()),
    ("(192.0.2.9)", call(v4="192.0.2.9"), set()),
    ("it is 192.0.2.9.", call(v4="192.0.2.9"), set()),
    ("192.0.2.9/32", call(v4="192.0.2.9"), set()),
    ("192.0.2.9", call(v4="192.0.2.9/32"), set()),
    ("net 192.0.2.0/24", NET, set()),
    ("net 192.0.2.7/24", NET, set()),
    ("192.0.2.0 slash 24", NET, set()),
    ("192.0.2.0 slash twenty-four", NET, set()),
    ("192.0.2.0 with mask 255.255.255.0", NET, set()),
    ("192.0.2.0, netmask 255.255.255.0", NET, set()),
    ("192.0.2.0/255.255.255.0", NET, set()),
    ("192.0.2.0 with a subnet mask of 255.255.255.0", NET, set()),
    ("from 192.0.2.0 to 192.0.2.255", NET, set()),
    ("192.0.2.0 - 192.0.2.255", NET, set()),
    ("2001:DB8:AB::1", IPV6, set()),
    ("2001:0db8:00ab:0:0:0:0:1", IPV6, set()),
    ("[2001:db8:ab::1]:443", call(v6="2001:db8:ab::1", ports=one(443)), set()),
    ("server:2001:db8:ab::1", IPV6, set()),
    ("2001:db8:ab::1/128", IPV6, set()),
    ("Servidor 192.0.2.9, por favor", call(v4="192.0.2.9"), set()),
    ("server 192.0.2.9", call(v4="192.0.2.90"), {("V5", V4)}),
    ("server 10.1.2.3", call(v4="10.1.3.2"), {("V1", V4)}),
    ("server 192.0.2.90", call(v4="192.0.2.9"), {("V5", V4)}),
    ("server 10.1.2.3", call(v4="10.1.2.0/24"), {("V8", V4)}),
    ("net 192.0.2.0/24", call(v4="192.0.0.0/16"), {("V8", V4)}),
    ("net 192.0.2.0/24", call(v4="192.0.2.0"), {("V8", V4)}),
    ("net 192.0.2.0 slash 24", call(v4="192.0.2.0"), {("V8", V4)}),
    ("server 192.0.2.9 and 2001:db8:ab::1", call(v4="192.0.2.9"), {("V8", V6)}),
    ("server 192.0.2.9", call(v4="192.0.2.9", v6="2001:db8::5"), {("V7", V6)}),
    ("the game server, please", call(v4="203.0.113.5"), {("V5", V4)}),
    ("the game server, please", call(v4="10.20.30.40"), {("V5", V4)}),
    ("version 1.2.3 of the app, server 192.0.2.9", call(v4="192.0.2.9"), set()),
]
PORT_CASES: list[Case] = [
    ("port 5060", call(ports=one(5060)), set()),
    ("port=5060", call(ports=one(5060)), set()),
    ("ports 443 and 8443", call(ports=one(443, 8443)), set()),
    ("ports 8443, 443", call(ports=one(443, 8443)), set()),
    ("ports 80/443", call(ports=one(80, 443)), set()),
    ("on 443/tcp", call(ports=one(443)), set()),
    ("ports 5010-5020", call(ports=span(5010, 5020)), set()),
    ("ports 5010 – 5020", call(ports=span(5010, 5020)), set()),
    ("ports from 5010 to 5020", call(ports=span(5010, 5020)), set()),
    ("ports 5010 up to 5020 plus 443", call(ports=span(5010, 5020) | one(443)), set()),
    ("ports five thousand to 5010", call(ports=span(5000, 5010)), set()),
    ("ports five thousand to five thousand and ten", call(ports=span(5000, 5010)), set()),
    ("port eighty", call(ports=one(80)), set()),
    ("ports 5004 to 5006", call(ports=one(5004, 5005, 5006)), set()),
    ("ports 5004, 5005 and 5006", call(ports=span(5004, 5006)), set()),
    ("SIP on 5060", call(ports=one(5060)), set()),
    ("not 443 but 8443", call(ports=one(8443)), set()),
    ("not port 443 but port 8443", call(ports=one(8443)), set()),
    ("gaming over HTTPS", call(ports=one(443)), set()),
    ("all ports of the server", call(ports=span(0, 65535)), set()),
    ("Port 5060, 10 minutes", call(ports=one(5060), seconds=600), set()),
    ("Puerto 5060", call(ports=one(5060)), set()),
    ("port 5060", call(ports=one(5600)), {("V1", PORTS)}),
    ("ports 5010-5020", call(ports=span(5010, 5030)), {("V8", PORTS)}),
    ("ports 5010-5020", call(ports=span(5012, 5015)), {("V8", PORTS)}),
    ("ports 443, 8443", call(ports=one(443)), {("V8", PORTS)}),
    ("port 443", call(ports=one(443, 8443)), {("V8", PORTS)}),
    ("just the server", call(ports=one(443)), {("V7", PORTS)}),
    ("just the device", call(device_ports=one(443)), {("V7", DEVICE_PORTS)}),
    ("for 80 minutes", call(ports=one(80), seconds=4800), {("V7", PORTS)}),
    ("server port 5060", call(v4="192.0.2.1"), {("V6", PORTS), ("V5", V4)}),
    ("device port 5060", call(seconds=60), {("V6", DEVICE_PORTS)}),
]
URLS: list[Case] = [
    ("notify https://app.example.com/qod", HOOK, set()),
    ("notify https://app.example.com/qod.", HOOK, set()),
    ("notify <https://app.example.com/qod>", HOOK, set()),
    ("notify (https://app.example.com/qod), thanks", HOOK, set()),
    ("notify https://App.Example.com:443/qod", HOOK, set()),
    ("notify app.example.com/qod", HOOK, set()),
    ("notify https://app.example.com/qos", HOOK, {("V1", "/sink")}),
    ("notify https://app.example.com/qod/v2", HOOK, {("V1", "/sink")}),
    ("notify me", HOOK, {("V7", "/sink")}),
    ("notify https://a.example.com/x", call(sink="https://www.example.com/"), {("V5", "/sink")}),
    ("notify https://app.example.com/qod", call(phone="+4477"), {("V6", "/sink"), ("V5", PHONE)}),
]  # fmt: skip
PROFILES: list[Case] = [
    ("with QOS_E", call(profile="QOS_E"), set()),
    ("with qos_e", call(profile="QOS_E"), set()),
    ("with QOS E", call(profile="QOS_E"), set()),
    ("with qos-e please", call(profile="QOS_E"), set()),
    ("with profile E", call(profile="QOS_E"), set()),
    ("profile: e", call(profile="QOS_E"), set()),
    ("for cloud gaming", call(profile="QOS_E"), set()),
    ("for my sensors", call(profile="QOS_M"), set()),
    ("for whatever it takes", call(profile="QOS_M"), set()),
    ("not QOS_E but QOS_S", call(profile="QOS_S"), set()),
    ("with QOS_E", call(profile="QOS_S"), {("V4", "/qosProfile")}),
    ("with profile E", call(profile="QOS_S"), {("V4", "/qosProfile")}),
    ("for cloud gaming", call(profile="QOS_L"), {("V4", "/qosProfile")}),
    ("QOS_E for a voice call", call(profile="QOS_E"), set()),
    ("QOS_E for a voice call", call(profile="QOS_L"), {("V4", "/qosProfile")}),
    ("qos e-health", call(profile="QOS_M"), set()),
]
WHOLE: list[Case] = [
    (
        '{"phone": "+447700900123", "server": "192.0.2.9", "ports": [443, 8443], "for": "20 min"}',
        call(phone="+447700900123", v4="192.0.2.9", ports=one(443, 8443), seconds=1200),
        set(),
    ),
    (
        "- device +447700900123\n- server 192.0.2.9:443\n- 1h\n- QOS_S\n",
        call(phone="+447700900123", v4="192.0.2.9", ports=one(443), profile="QOS_S", seconds=3600),
        set(),
    ),
    (
        "4K video at 60 fps, 20 Mbit/s, 30 ms, room 101: server 192.0.2.9, ten minutes",
        call(v4="192.0.2.9", profile="QOS_S", seconds=600),
        set(),
    ),
    (
        "Ticket 4711 of 2026-03-02: boost 192.0.2.9 for 2h, call back in 5 minutes",
        call(v4="192.0.2.9", seconds=7200),
        set(),
    ),
    (
        "Bitte QOS_S für +44 7700 900123 zum Server 192.0.2.9, Port 443, 30 min",
        call(phone="+447700900123", v4="192.0.2.9", ports=one(443), profile="QOS_S", seconds=1800),
        set(),
    ),
    (
        "QOS_L pour +447700900123 vers 192.0.2.9 pendant une demi-heure",
        call(phone="+447700900123", v4="192.0.2.9", profile="QOS_L", seconds=1800),
        set(),
    ),
    ("the weather is nice today", {}, set()),
    ("", UK, {("V5", PHONE)}),
]
CASES = [*PHONES, *ADDRESSES, *PORT_CASES, *URLS, *PROFILES, *WHOLE]


@pytest.fixture(scope="module")
def grounder(operation: Operation, catalogue: Catalogue) -> Grounder:
    return Grounder(operation, catalogue)


@pytest.mark.parametrize(("request_", "payload", "expected"), CASES)
def test_the_request_tells_these_faults_and_no_others(
    grounder: Grounder, request_: str, payload: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    issues = [
        issue for issue in grounder.iter_issues(payload, request_) if issue.severity == "error"
    ]
    assert {(issue.cls, pointer_of(place_of(issue.path))) for issue in issues} == expected
    assert all(issue.layer == "grounding" and issue.basis == "project" for issue in issues)


SAID = [
    ("192.0.2.231", "server:192.0.2.231", True),
    ("192.0.2.231", "Server=192.0.2.231, please", True),
    ("5060", "port=5060", True),
    ("2001:db8::1", "server:2001:db8::1", True),
    ("2001:db8::1", "device:2001:DB8:0::1 now", True),
    ("192.0.2.23", "server:192.0.2.231", False),
    ("2001:db8::1", "2001:db8::1:2", False),
    ("5060", "port 50601", False),
]


@pytest.mark.parametrize(("value", "request_", "said"), SAID)
def test_a_value_counts_as_said_when_a_label_is_glued_to_it(
    value: str, request_: str, said: bool
) -> None:
    assert is_said(value, request_) is said


def test_a_request_that_is_none_says_nothing(grounder: Grounder) -> None:
    assert list(grounder.iter_issues(UK, None)) == []
    assert grounder.ground(UK, None).derivations == {}


def test_a_place_that_is_explained_is_left_alone(grounder: Grounder) -> None:
    payload = call(phone="07700900123", v4="192.0.2.9")
    request = "my phone +447700900123 to 192.0.2.9"
    explained = (("device", "phoneNumber"),)
    assert list(grounder.iter_issues(payload, request, explained)) == []


def test_a_second_value_of_a_kind_with_no_place_left_is_only_a_warning(grounder: Grounder) -> None:
    request = "boost +447700900123; call me back on +447700900456"
    issues = list(grounder.iter_issues(UK, request))
    assert [(issue.cls, issue.severity) for issue in issues] == [("V6", "warn")]


def test_every_derivation_is_kept_with_its_words(grounder: Grounder) -> None:
    request = "+44 7700 900123 to 192.0.2.0 slash 24 on ports 5010 to 5020, half an hour, profile E"
    payload = UK | NET | call(ports=span(5010, 5020), profile="QOS_E", seconds=1800)
    grounding = grounder.ground(payload, request)
    said = {pointer_of(place): kept.text for place, kept in grounding.derivations.items()}
    assert said == {
        PHONE: "+44 7700 900123",
        V4: "192.0.2.0 slash 24",
        f"{PORTS}/ranges/0/from": "5010 to 5020",
        f"{PORTS}/ranges/0/to": "5010 to 5020",
        "/qosProfile": "profile E",
        "/duration": "half an hour",
    }
    assert grounding.unused == () and grounding.undetermined == ()
