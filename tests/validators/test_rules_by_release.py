"""Rules that differ between releases and APIs: sinks, credentials, listed servers, small bodies."""

from __future__ import annotations

from typing import Any

import pytest

from callforge_core.records import Issue
from callforge_core.spec import load_spec
from datasets_src.bundled import spec_path
from validators.catalogue import Catalogue
from validators.payload import Validator
from validators.rules.packs import rules_for

QOD, ASSIGN, PROFILES = "quality-on-demand", "qos-provisioning", "qos-profiles"
BODY = {"applicationServer": {"ipv4Address": "192.0.2.1"}, "qosProfile": "QOS_E", "duration": 60}
SINK = {"sink": "https://a.example/t"}
NAI = {"device": {"networkAccessIdentifier": "meter-17@operator.example"}}
TWO = {"device": {"phoneNumber": "+447700900123", "ipv6Address": "2001:db8::7"}}


class Judges:
    """Validators of operations, made once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.made: dict[tuple[str, str, str], Validator] = {}

    def issues(self, api: str, release: str, name: str, payload: Any) -> tuple[Issue, ...]:
        key = api, release, name
        if key not in self.made:
            operation = load_spec(spec_path(api, release)).operation(name)
            self.made[key] = Validator(operation, self.catalogue)
        return self.made[key].verdict(payload).issues

    def found(self, api: str, release: str, name: str, payload: Any) -> list[tuple[str, str]]:
        return [(each.cls, each.path) for each in self.issues(api, release, name, payload)]


@pytest.fixture(scope="module")
def judges(catalogue: Catalogue) -> Judges:
    return Judges(catalogue)


def test_rules_come_in_the_order_of_their_numbers_and_a_stranger_has_none() -> None:
    session = load_spec(spec_path(QOD, "1.1.0")).operation("createSession")
    numbers = [rule.number for rule in rules_for(session)]
    assert numbers == ["R2", "R3", "R4", "R5", "R6", "R10", "R15", "R16", "R18"]
    reading = load_spec(spec_path(QOD, "1.1.0")).operation("getSession")
    assert rules_for(reading) == ()


@pytest.mark.parametrize(
    ("sink", "accepted"),
    [
        ("https://a.example/t", {"0.11.1", "1.0.0", "1.1.0", "1.2.0-rc"}),
        ("https://[2001:db8::1]:8443/t", {"0.11.1", "1.0.0", "1.1.0", "1.2.0-rc"}),
        ("http://a.example/t", {"0.11.1", "1.0.0"}),
        ("mqtts://broker.example/topic", {"1.0.0"}),
        ("urn:example:sink", set()),
        ("mailto:a@example.net", set()),
        ("a.example/t", set()),
        ("https://a b", set()),
        ("://a.example", set()),
        ("", set()),
    ],
)
def test_a_sink_is_an_address_of_a_scheme_that_the_release_allows(
    judges: Judges, sink: str, accepted: set[str]
) -> None:
    for release in ("0.11.1", "1.0.0", "1.1.0", "1.2.0-rc"):
        found = judges.found(QOD, release, "createSession", BODY | {"sink": sink})
        assert found == ([] if release in accepted else [("T4", "$.sink")]), release


@pytest.mark.parametrize(
    ("sink", "basis"), [("ftp://a.example/t", "described"), ("a.example/t", "schema")]
)
def test_a_finding_says_whether_the_format_or_the_prose_refuses_a_sink(
    judges: Judges, sink: str, basis: str
) -> None:
    [issue] = judges.issues(QOD, "0.11.1", "createSession", BODY | {"sink": sink})
    assert (issue.basis, issue.spec) == (basis, "R16")


JWT = {"credentialType": "PRIVATE_KEY_JWT", "clientId": "qod", "tokenUri": "https://a.example/t"}
WHERE = "$.sinkCredential"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"clientId": "a" * 128}, []),
        ({"clientId": "a" * 129}, [("T4", f"{WHERE}.clientId")]),
        ({"clientId": 5}, [("T1", f"{WHERE}.clientId")]),
        ({"clientId": None}, [("T3", f"{WHERE}.clientId")]),
        ({"tokenUri": "http://a.example/t"}, [("T4", f"{WHERE}.tokenUri")]),
        ({"tokenUri": "https://a.example/" + "a" * 2031}, [("T4", f"{WHERE}.tokenUri")]),
        ({"clientId": 5, "tokenUri": []},
         [("T1", f"{WHERE}.clientId"), ("T1", f"{WHERE}.tokenUri")]),
        ({"secret": "x"}, [("S5", f"{WHERE}.secret")]),
        ({"credentialType": "PLAIN"}, [("T6", f"{WHERE}.credentialType")]),
    ],
)  # fmt: skip
def test_a_signed_assertion_is_checked_member_by_member(
    judges: Judges, change: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    payload = BODY | SINK | {"sinkCredential": JWT | change}
    assert judges.found(QOD, "1.2.0-rc", "createSession", payload) == found


def test_a_credential_needs_a_sink_in_every_release(judges: Judges) -> None:
    body = BODY | {"sinkCredential": JWT}
    assert judges.found(QOD, "1.2.0-rc", "createSession", body) == [("C3", WHERE)]


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (["192.0.2.1", "2001:db8::1"], []),
        (["2001:db8::1", "2001:DB8::1"], [1]),
        (["2001:db8::1", "192.0.2.1", "2001:db8:0:0:0:0:0:1", "2001:0db8::0001"], [2, 3]),
    ],
)
def test_listed_servers_differ_in_every_spelling(
    judges: Judges, listed: list[str], found: list[int]
) -> None:
    body = BODY | {"applicationServer": {"ipAddresses": listed}}
    places = [("S9", f"$.applicationServer.ipAddresses[{index}]") for index in found]
    assert judges.found(QOD, "1.2.0-rc", "createSession", body) == places


SERVER = "$.applicationServer"


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ({"ipAddresses": ["192.0.2.1"], "ipv6Address": "::1"}, [("C1", SERVER)]),
        ({}, [("S8", SERVER)]),
        (None, [("T3", SERVER)]),
        ("192.0.2.1", [("S6", SERVER)]),
        (["192.0.2.1"], [("S9", SERVER)]),
        ({"ipv4Address": 5}, [("T1", f"{SERVER}.ipv4Address")]),
        ({"ipv4Address": "192.0.2.0/33"}, [("T4", f"{SERVER}.ipv4Address")]),
        ({"ipAddresses": []}, [("S9", f"{SERVER}.ipAddresses")]),
        ({"ipAddresses": ["192.0.2.1"] * 2}, [("S9", f"{SERVER}.ipAddresses")]),
        ({"ipAddresses": ["192.0.2.1", "server"]}, [("T4", f"{SERVER}.ipAddresses[1]")]),
        ({"ipAddresses": ["192.0.2.0/24"]}, [("T4", f"{SERVER}.ipAddresses[0]")]),
        ({"ipAddresses": [None]}, [("T3", f"{SERVER}.ipAddresses[0]")]),
        ({"ipAddresses": [7, 8]},
         [("T1", f"{SERVER}.ipAddresses[0]"), ("T1", f"{SERVER}.ipAddresses[1]")]),
        ({"ipAdresses": ["192.0.2.1"]}, [("S4", f"{SERVER}.ipAdresses")]),
        ({"ipv4Address": "192.0.2.1", "ipv6Address": "::1", "host": "a"},
         [("S3", f"{SERVER}.host")]),
    ],
)  # fmt: skip
def test_of_two_ways_to_name_a_server_the_one_that_was_meant_is_judged(
    judges: Judges, server: Any, found: list[tuple[str, str]]
) -> None:
    body = BODY | {"applicationServer": server}
    assert judges.found(QOD, "1.2.0-rc", "createSession", body) == found


@pytest.mark.parametrize(
    ("api", "release", "name", "payload", "found"),
    [
        (ASSIGN, "0.3.0", "createQosAssignment", {"qosProfile": "QOS_E"}, []),
        (ASSIGN, "0.3.0", "createQosAssignment", {}, [("S1", "$.qosProfile")]),
        (ASSIGN, "0.3.0", "createQosAssignment", {"qosProfile": "QOS_XXL"},
         [("V4", "$.qosProfile")]),
        (ASSIGN, "0.3.0", "createQosAssignment", {"qosProfile": "QOS_E", "duration": 60},
         [("S2", "$.duration")]),
        (ASSIGN, "0.3.0", "createQosAssignment", {"qosProfile": "QOS_E", "sink": "http://a.example"},
         [("T4", "$.sink")]),
        (ASSIGN, "0.3.0", "createQosAssignment",
         {"qosProfile": "QOS_E", "sinkCredential": {"credentialType": "PLAIN"}},
         [("C3", "$.sinkCredential"), ("D6", "$.sinkCredential.credentialType")]),
        (ASSIGN, "0.3.0", "createQosAssignment", {"qosProfile": "QOS_E", "assignmentId": "1"},
         [("S5", "$.assignmentId")]),
        (ASSIGN, "0.3.0", "getQosAssignmentByDevice", {}, []),
        (ASSIGN, "0.3.0", "getQosAssignmentByDevice", NAI,
         [("D6", "$.device.networkAccessIdentifier")]),
        (PROFILES, "1.1.0", "retrieveQoSProfiles", {}, []),
        (PROFILES, "1.1.0", "retrieveQoSProfiles", {"name": "ANY_NAME", "status": "INACTIVE"}, []),
        (PROFILES, "1.1.0", "retrieveQoSProfiles", {"status": "active"}, [("T6", "$.status")]),
        (PROFILES, "1.1.0", "retrieveQoSProfiles", {"qosProfile": "QOS_E"},
         [("S4", "$.qosProfile")]),
        (PROFILES, "1.1.0", "retrieveQoSProfiles", {"priority": 5}, [("S5", "$.priority")]),
        (PROFILES, "1.1.0", "retrieveQoSProfiles", NAI,
         [("D6", "$.device.networkAccessIdentifier")]),
        (QOD, "1.0.0", "retrieveSessionsByDevice", NAI,
         [("D6", "$.device.networkAccessIdentifier")]),
        (QOD, "1.1.0", "retrieveSessionsByDevice", TWO, [("", "$.device")]),
    ],
)  # fmt: skip
def test_the_smaller_operations_have_their_rules(
    judges: Judges, api: str, release: str, name: str, payload: Any, found: list[tuple[str, str]]
) -> None:
    assert judges.found(api, release, name, payload) == found


@pytest.mark.parametrize("release", ["0.11.1", "1.0.0", "1.1.0", "1.2.0-rc"])
def test_an_extension_beyond_the_limit_of_a_profile_is_capped_and_no_error(
    judges: Judges, release: str
) -> None:
    name = "extendQosSessionDuration"
    longest = {"requestedAdditionalDuration": 2**31 - 1}
    assert judges.found(QOD, release, name, longest) == []
    longer = {"requestedAdditionalDuration": 2**31}
    assert judges.found(QOD, release, name, longer) == [("T5", "$.requestedAdditionalDuration")]
