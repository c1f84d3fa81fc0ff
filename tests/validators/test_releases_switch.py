"""One payload, four releases: each gets the verdict of its release (the drift matrix)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callforge_core.records import Payload
from callforge_core.spec import load_spec
from datasets_src.bundled import spec_path
from validators.catalogue import Catalogue
from validators.payload import Validator

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "drift_matrix.txt"
RELEASES = ("0.11.1", "1.0.0", "1.1.0", "1.2.0-rc")
BODY: Payload = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.0/24"},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
SINK = {"sink": "https://app.example.com/qod"}
TOKEN = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "t0ken",
    "accessTokenExpiresUtc": "2026-03-02T09:00:00Z",
    "accessTokenType": "bearer",
}
ASSERTION = {
    "credentialType": "PRIVATE_KEY_JWT",
    "clientId": "qod",
    "tokenUri": "https://a.example/t",
}


def server(**members: Any) -> Payload:
    return BODY | {"applicationServer": members}


def credential(**members: Any) -> Payload:
    return BODY | SINK | {"sinkCredential": members}


PAYLOADS: dict[str, Payload] = {
    "a plain session": BODY,
    "without a device": {name: value for name, value in BODY.items() if name != "device"},
    "without a duration": {name: value for name, value in BODY.items() if name != "duration"},
    "port 0": BODY | {"applicationServerPorts": {"ports": [0]}},
    "port 65536": BODY | {"applicationServerPorts": {"ports": [65536]}},
    "a list of servers": server(ipAddresses=["198.51.100.7", "2001:db8::7"]),
    "a list and a network": server(ipAddresses=["198.51.100.7"], ipv4Address="198.51.100.0/24"),
    "one server twice": server(ipAddresses=["2001:db8::7", "2001:DB8:0::7"]),
    "leading zeros": server(ipv4Address="198.051.100.7"),
    "no address": server(ipv6Address=":::::::"),
    "an unknown member": BODY | {"priority": "high"},
    "an unknown inner member": BODY | {"device": {"phoneNumber": "+447700900123", "imei": "1"}},
    "a member of 0.9": BODY | {"webhook": {"notificationUrl": "https://app.example.com/qod"}},
    "a member of answers": BODY | {"sessionId": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"},
    "sink http": BODY | {"sink": "http://app.example.com/qod"},
    "sink ftp": BODY | {"sink": "ftp://app.example.com/qod"},
    "sink no URI": BODY | {"sink": "app.example.com"},
    "credential PLAIN": credential(credentialType="PLAIN"),
    "credential PRIVATE_KEY_JWT": credential(**ASSERTION),
    "credential ACCESSTOKEN": credential(**TOKEN),
    "credential ACCESSTOKEN, bare": credential(credentialType="ACCESSTOKEN"),
    "a token of 5000 letters": credential(**TOKEN | {"accessToken": "t" * 5000}),
    "network access identifier": BODY | {"device": {"networkAccessIdentifier": "a@b.example"}},
    "duration 2147483648": BODY | {"duration": 2**31},
    "public address alone": BODY | {"device": {"ipv4Address": {"publicAddress": "203.0.113.7"}}},
}


@pytest.fixture(scope="module")
def validators(catalogue: Catalogue) -> dict[str, Validator]:
    return {
        release: Validator(
            load_spec(spec_path("quality-on-demand", release)).operation("createSession"), catalogue
        )
        for release in RELEASES
    }


def word(validator: Validator, payload: Payload) -> str:
    """Return the classes of the errors of a payload and what they rest on, or ok."""
    issues = [issue for issue in validator.iter_issues(payload) if issue.severity == "error"]
    return " ".join(f"{issue.cls}:{issue.basis}" for issue in issues) or "ok"


def test_the_drift_matrix_is_the_known_one(validators: dict[str, Validator]) -> None:
    rows: list[tuple[str, ...]] = [("payload", *RELEASES)]
    rows += [
        (name, *(word(validators[release], payload) for release in RELEASES))
        for name, payload in PAYLOADS.items()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    assert "\n".join(lines) + "\n" == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("port 0", ["", "", "", "T5"]),
        ("a list of servers", ["S5", "S5", "S5", ""]),
        ("credential PLAIN", ["D6", "D6", "D6", "T6"]),
        ("an unknown member", ["S2", "S2", "S2", "S2"]),
        ("sink http", ["", "", "T4", "T4"]),
        ("a list and a network", ["S5", "S5", "S5", "C1"]),
    ],
)
def test_the_release_switches_the_verdict(
    validators: dict[str, Validator], name: str, verdicts: list[str]
) -> None:
    found = [
        " ".join(issue.cls for issue in validators[release].verdict(PAYLOADS[name]).issues)
        for release in RELEASES
    ]
    assert found == verdicts


def test_only_the_candidate_itself_refuses_unknown_members(
    validators: dict[str, Validator],
) -> None:
    bases = [
        [issue.basis for issue in validators[release].iter_issues(PAYLOADS["an unknown member"])]
        for release in RELEASES
    ]
    assert bases == [["project"], ["project"], ["project"], ["normative"]]


def test_the_official_candidate_numbers_share_the_rules(catalogue: Catalogue) -> None:
    operation = load_spec(spec_path("quality-on-demand", "1.2.0-rc")).operation("createSession")
    numbered = Validator(replace(operation, release="1.2.0-rc.3"), catalogue)
    [issue] = numbered.iter_issues(PAYLOADS["one server twice"])
    assert (issue.cls, issue.spec) == ("S9", "R19")
