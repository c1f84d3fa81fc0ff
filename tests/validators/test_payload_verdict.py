"""The verdict on a payload: what is valid stays valid, each fault is one issue, nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callforge_core.records import Issue, Payload
from callforge_core.spec import load_spec, render_payload
from datasets_src.bundled import spec_path
from validators.catalogue import Catalogue
from validators.payload import Validator

Change = Callable[[Payload], object]


def errors(validator: Validator, payload: object) -> list[Issue]:
    return [issue for issue in validator.iter_issues(payload) if issue.severity == "error"]


def found(validator: Validator, payload: object) -> list[tuple[str, str]]:
    return [(issue.cls, issue.path) for issue in errors(validator, payload)]


def device(**members: Any) -> dict[str, Any]:
    return {"device": members}


def server(**members: Any) -> dict[str, Any]:
    return {"applicationServer": members}


def ports(**members: Any) -> dict[str, Any]:
    return {"applicationServerPorts": members}


VALID: dict[str, dict[str, Any]] = {
    "the gold itself": {},
    "device by port": device(ipv4Address={"publicAddress": "203.0.113.7", "publicPort": 41822}),
    "device by private address": device(
        ipv4Address={"publicAddress": "203.0.113.7", "privateAddress": "10.0.0.4"}
    ),
    "device by IPv6": device(ipv6Address="2001:db8::7"),
    "several identifiers": device(phoneNumber="+447700900123", ipv6Address="2001:db8::7"),
    "IPv4 and IPv6 server": server(ipv4Address="198.51.100.9", ipv6Address="2001:db8:1::/48"),
    "port 0": ports(ports=[0, 65535]),
    "repeated ports": ports(ports=[5060, 5060]),
    "host bits under a mask": server(ipv4Address="198.51.100.7/24"),
    "the longest duration": {"duration": 2**31 - 1},
    "a range of one port": ports(ranges=[{"from": 7, "to": 7}]),
}


@pytest.mark.parametrize("change", VALID.values(), ids=VALID.keys())
def test_valid_variants_stay_valid(
    validator: Validator, gold: Payload, change: dict[str, Any]
) -> None:
    payload = gold | change
    assert validator.verdict(payload).ok
    assert validator.verdict_text(render_payload(validator.operation, payload)).ok
    assert validator.schema_valid(payload) and validator.closed_valid(payload)


def test_no_device_and_a_full_credential_are_valid(
    validator: Validator, gold: Payload, credential: dict[str, Any]
) -> None:
    del gold["device"]
    assert validator.verdict(gold | {"sinkCredential": credential}).issues == ()


# the examples of the taxonomy: change, the one issue, and whether plain JSON Schema rejects it
FAULTY: dict[str, tuple[Change, str, str, bool]] = {
    "S1": (lambda p: p.pop("duration"), "S1", "$.duration", True),
    "S1 range": (
        lambda p: p["applicationServerPorts"]["ranges"][0].pop("to"),
        "S1",
        "$.applicationServerPorts.ranges[0].to",
        True,
    ),
    "S2": (lambda p: p.update(priority="high"), "S2", "$.priority", False),
    "S3": (lambda p: p["device"].update(imei="49015"), "S3", "$.device.imei", False),
    "S3 in a range": (
        lambda p: p["applicationServerPorts"]["ranges"][0].update(step=2),
        "S3",
        "$.applicationServerPorts.ranges[0].step",
        False,
    ),
    "S4": (
        lambda p: p.update(appServerPorts=p.pop("applicationServerPorts")),
        "S4",
        "$.appServerPorts",
        False,
    ),
    "S4 of a required key": (
        lambda p: p.update(qos_profile=p.pop("qosProfile")),
        "S4",
        "$.qos_profile",
        True,
    ),
    "S4 slip of the pen": (lambda p: p.update(duraton=p.pop("duration")), "S4", "$.duraton", True),
    "S5 webhook": (
        lambda p: p.update(webhook={"notificationUrl": p.pop("sink")}),
        "S5",
        "$.webhook",
        False,
    ),
    "S5 answer": (lambda p: p.update(sessionId="1"), "S5", "$.sessionId", False),
    "S5 next release": (
        lambda p: p.update(server(ipAddresses=["198.51.100.1"])),
        "S5",
        "$.applicationServer.ipAddresses",
        False,
    ),
    "S6": (lambda p: p.update(device="+447700900123"), "S6", "$.device", True),
    "S6 inner": (
        lambda p: p.update(device(ipv4Address="203.0.113.7")),
        "S6",
        "$.device.ipv4Address",
        True,
    ),
    "S7": (
        lambda p: p["applicationServer"].update(
            applicationServerPorts=p.pop("applicationServerPorts")
        ),
        "S7",
        "$.applicationServer.applicationServerPorts",
        False,
    ),
    "S7 to the top": (
        lambda p: p.update(phoneNumber=p.pop("device")["phoneNumber"]),
        "S7",
        "$.phoneNumber",
        False,
    ),
    "S7 leaving nothing": (
        lambda p: p.update(phoneNumber=p["device"].pop("phoneNumber")),
        "S7",
        "$.phoneNumber",
        True,
    ),
    "S8": (lambda p: p.update(device={}), "S8", "$.device", True),
    "S8 ports": (
        lambda p: p.update(applicationServerPorts={}),
        "S8",
        "$.applicationServerPorts",
        True,
    ),
    "S9": (
        lambda p: p.update(ports(ranges={"from": 5010, "to": 5020})),
        "S9",
        "$.applicationServerPorts.ranges",
        True,
    ),
    "S9 value": (
        lambda p: p.update(ports(ports=5060)),
        "S9",
        "$.applicationServerPorts.ports",
        True,
    ),
    "S9 empty": (lambda p: p.update(ports(ports=[])), "S9", "$.applicationServerPorts.ports", True),
    "T1": (lambda p: p.update(duration="3600"), "T1", "$.duration", True),
    "T1 boolean": (lambda p: p.update(duration=True), "T1", "$.duration", True),
    "T2": (lambda p: p.update(duration=3600.0), "T2", "$.duration", True),
    "T3": (lambda p: p.update(sink=None), "T3", "$.sink", True),
    "T3 object": (lambda p: p.update(sinkCredential=None), "T3", "$.sinkCredential", True),
    "T4 phone": (
        lambda p: p.update(device(phoneNumber="00447700900123")),
        "T4",
        "$.device.phoneNumber",
        True,
    ),
    "T4 line feed": (
        lambda p: p.update(device(phoneNumber="+447700900123\n")),
        "T4",
        "$.device.phoneNumber",
        True,
    ),
    "T4 sink": (lambda p: p.update(sink="http://app.example.com"), "T4", "$.sink", True),
    "T4 sink that is no address": (
        lambda p: p.update(sink="https:// not a url"),
        "T4",
        "$.sink",
        True,
    ),
    "T4 server name": (
        lambda p: p.update(server(ipv4Address="game-server-1")),
        "T4",
        "$.applicationServer.ipv4Address",
        False,
    ),
    "T4 server octet": (
        lambda p: p.update(server(ipv4Address="300.1.1.1")),
        "T4",
        "$.applicationServer.ipv4Address",
        False,
    ),
    "T4 leading zero": (
        lambda p: p.update(server(ipv4Address="198.051.100.1")),
        "T4",
        "$.applicationServer.ipv4Address",
        False,
    ),
    "T4 colons": (
        lambda p: p.update(server(ipv6Address=":::::::")),
        "T4",
        "$.applicationServer.ipv6Address",
        False,
    ),
    "T4 width": (
        lambda p: p.update(server(ipv4Address="198.51.100.0/64")),
        "T4",
        "$.applicationServer.ipv4Address",
        False,
    ),
    "T4 device mask": (
        lambda p: p.update(
            device(ipv4Address={"publicAddress": "203.0.113.0/24", "publicPort": 1})
        ),
        "T4",
        "$.device.ipv4Address.publicAddress",
        True,
    ),
    "T5 port": (
        lambda p: p.update(ports(ports=[70000])),
        "T5",
        "$.applicationServerPorts.ports[0]",
        True,
    ),
    "T5 zero": (lambda p: p.update(duration=0), "T5", "$.duration", True),
    "T5 int32": (lambda p: p.update(duration=2**31), "T5", "$.duration", False),
    "C2": (
        lambda p: p.update(device(ipv4Address={"publicAddress": "203.0.113.7"})),
        "C2",
        "$.device.ipv4Address",
        True,
    ),
    "C3": (
        lambda p: p.update(ports(ranges=[{"from": 5020, "to": 5010}])),
        "C3",
        "$.applicationServerPorts.ranges[0]",
        False,
    ),
    "V4": (lambda p: p.update(qosProfile="QOS_XXL"), "V4", "$.qosProfile", False),
    "V4 case": (lambda p: p.update(qosProfile="qos_e"), "V4", "$.qosProfile", False),
    "D6": (
        lambda p: p.update(device(networkAccessIdentifier="a@b.example")),
        "D6",
        "$.device.networkAccessIdentifier",
        False,
    ),
}


@pytest.mark.parametrize("case", FAULTY.values(), ids=FAULTY.keys())
def test_one_fault_is_one_issue_of_its_class_at_its_place(
    validator: Validator, gold: Payload, case: tuple[Change, str, str, bool]
) -> None:
    change, cls, path, plain_schema_rejects = case
    change(gold)
    assert found(validator, gold) == [(cls, path)]
    assert validator.schema_valid(gold) is not plain_schema_rejects
    layer = errors(validator, gold)[0].layer
    assert (layer == "schema") is plain_schema_rejects


CREDENTIALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "C2": ({"accessToken": ...}, "C2", "$.sinkCredential"),
    "C2 all": (
        {"accessToken": ..., "accessTokenType": ..., "accessTokenExpiresUtc": ...},
        "C2",
        "$.sinkCredential",
    ),
    "S1": ({"credentialType": ...}, "S1", "$.sinkCredential.credentialType"),
    "T6": ({"credentialType": "BASIC"}, "T6", "$.sinkCredential.credentialType"),
    "T6 Bearer": ({"accessTokenType": "Bearer"}, "T6", "$.sinkCredential.accessTokenType"),
    "T4": (
        {"accessTokenExpiresUtc": "2026-03-02T09:00:00"},
        "T4",
        "$.sinkCredential.accessTokenExpiresUtc",
    ),
    "T1": ({"accessToken": 7}, "T1", "$.sinkCredential.accessToken"),
    "D6": ({"credentialType": "PLAIN"}, "D6", "$.sinkCredential.credentialType"),
    "S3": ({"secret": "s"}, "S3", "$.sinkCredential.secret"),
    "S4": ({"accessToken": ..., "token": "t"}, "S4", "$.sinkCredential.token"),
}


@pytest.mark.parametrize("case", CREDENTIALS.values(), ids=CREDENTIALS.keys())
def test_a_fault_of_the_credential_is_one_issue(
    validator: Validator,
    gold: Payload,
    credential: dict[str, Any],
    case: tuple[dict[str, Any], str, str],
) -> None:
    changes, cls, path = case
    changed = {key: value for key, value in (credential | changes).items() if value is not ...}
    assert found(validator, gold | {"sinkCredential": changed}) == [(cls, path)]


def test_a_credential_needs_a_sink_unless_the_sink_is_only_misnamed(
    validator: Validator, gold: Payload, credential: dict[str, Any]
) -> None:
    sink = gold.pop("sink")
    gold["sinkCredential"] = credential
    assert found(validator, gold) == [("C3", "$.sinkCredential")]
    assert found(validator, gold | {"callbackUrl": sink}) == [("S4", "$.callbackUrl")]


def test_the_token_never_appears_in_a_message(
    validator: Validator, gold: Payload, credential: dict[str, Any]
) -> None:
    gold["sinkCredential"] = credential | {"accessToken": ["hush-hush"], "accessTokenType": "x"}
    messages = " ".join(issue.message for issue in validator.iter_issues(gold))
    assert "accessToken" in messages and "hush-hush" not in messages


def test_the_body_inside_another_object_is_one_fault(validator: Validator, gold: Payload) -> None:
    assert found(validator, {"session": gold}) == [("S7", "$.session")]


def test_warnings_do_not_make_a_payload_invalid(validator: Validator, gold: Payload) -> None:
    gold |= device(phoneNumber="+447700900123", ipv6Address="2001:db8::7") | server(
        ipv4Address="198.51.100.7/24"
    )
    gold |= ports(ranges=[{"from": 1, "to": 9}], ports=[5])
    verdict = validator.verdict(gold)
    assert verdict.ok
    assert {issue.spec for issue in verdict.issues} == {"R2", "R6", "R18"}


def test_all_faults_are_told_not_only_the_first(validator: Validator, gold: Payload) -> None:
    gold |= {"duration": "3600", "priority": 1, "qosProfile": "QOS_X"} | device(phoneNumber="12")
    assert set(found(validator, gold)) == {
        ("T1", "$.duration"),
        ("S2", "$.priority"),
        ("V4", "$.qosProfile"),
        ("T4", "$.device.phoneNumber"),
    }


def test_an_issue_says_what_it_rests_on(validator: Validator, gold: Payload) -> None:
    gold |= device(phoneNumber="0171") | {"priority": 1} | server(ipv4Address="no.address")
    told = {
        issue.cls + issue.layer: (issue.spec, issue.basis, issue.code)
        for issue in errors(validator, gold)
    }
    assert told == {
        "T4schema": ("/components/schemas/PhoneNumber/pattern", "schema", "schema.pattern"),
        "S2closed": ("R1", "project", "closed.invented"),
        "T4rules": ("R6", "described", "rules.server_address"),
    }
    assert '"0171"' in errors(validator, gold)[0].message


@pytest.mark.parametrize("operation_id", ["extendQosSessionDuration", "retrieveSessionsByDevice"])
def test_the_other_operations_have_their_own_bodies(
    catalogue: Catalogue, operation_id: str
) -> None:
    validator = Validator(load_spec(spec_path()).operation(operation_id), catalogue)
    if operation_id == "retrieveSessionsByDevice":
        assert validator.verdict({}).ok and validator.verdict(device(phoneNumber="+4930123456")).ok
        assert found(validator, device(networkAccessIdentifier="a@b")) == [
            ("D6", "$.device.networkAccessIdentifier")
        ]
        return
    assert validator.verdict({"requestedAdditionalDuration": 60}).ok
    assert found(validator, {"duration": 60}) == [("S4", "$.duration")]
    assert found(validator, {"requestedAdditionalDuration": 2**31}) == [
        ("T5", "$.requestedAdditionalDuration")
    ]


def test_text_under_a_key_said_twice_is_left_alone(validator: Validator, gold: Payload) -> None:
    text = render_payload(validator.operation, gold)[:-1] + ',"duration":"x"}'
    issues = validator.verdict_text(text).issues
    assert [(issue.cls, issue.path) for issue in issues] == [("F4", "$.duration")]
