"""Repair: what can be told from the row is put right, the rest stays with its reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datasets_src.repair import Mended, Mender
from validators.payload import Validator

PHONE = "+447700900123"
REQUEST = (
    f"Give {PHONE} low latency with QOS_E to our server 198.51.100.7, ports 5010 to 5020, "
    "for one hour; notify https://app.example.com/qod."
)
GOLD: dict[str, Any] = {
    "device": {"phoneNumber": PHONE},
    "applicationServer": {"ipv4Address": "198.51.100.7"},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}]},
    "qosProfile": "QOS_E",
    "sink": "https://app.example.com/qod",
    "duration": 3600,
}
TEXT = json.dumps(GOLD, separators=(",", ":"))
SHORT = {"applicationServer": {"ipv4Address": "198.51.100.7"}, "qosProfile": "QOS_E"}


@pytest.fixture(scope="module")
def mender(validator: Validator) -> Mender:
    return Mender(validator)


def but(**changes: Any) -> str:
    """Return the gold body with other members; None leaves one out."""
    body = {key: value for key, value in (GOLD | changes).items() if value is not None}
    return json.dumps(body, separators=(",", ":"))


def classes(mended: Mended) -> list[str]:
    return [change.cls for change in mended.changes]


ALONE = [  # wrong without a look at any request, and the text it becomes
    (f"```json\n{TEXT}\n```", TEXT),
    (f"Sure! {TEXT} This creates it.", TEXT),
    (TEXT.replace('"', "'"), TEXT),
    (TEXT[:-1] + ",}", TEXT),
    (TEXT[:-1] + " /* seconds */}", TEXT),
    (TEXT.replace('"duration":', "duration:"), TEXT),
    (TEXT.replace(',"qosProfile"', ' "qosProfile"'), TEXT),
    (TEXT + "}", TEXT),
    (json.dumps(TEXT), TEXT),
    (f"[{TEXT}]", TEXT),
    (TEXT[:-1] + ',"duration":3600}', TEXT),
    (but(duration="3600"), TEXT),
    (TEXT.replace("3600", "3600.0"), TEXT),
    (TEXT.replace("3600", "3.6e3"), TEXT),
    (but(sinkCredential=None)[:-1] + ',"sinkCredential":null}', TEXT),
    (but(device={"phoneNumber": "+44 7700 900-123"}), TEXT),
    (but(device={"phoneNumber": "0044 (0)7700 900123"}), TEXT),
    (but(device={"phoneNumber": "tel:+447700900123\n"}), TEXT),
    (but(device=PHONE), TEXT),
    (but(device={"msisdn": PHONE}), TEXT),
    (but(applicationServer="198.51.100.7"), TEXT),
    (but(applicationServer={"ip": "198.51.100.7"}), TEXT),
    (but(applicationServer={"ipv4Address": " 198.51.100.7 "}), TEXT),
    (but(applicationServer={"ipAddresses": ["198.51.100.7"]}), TEXT),
    (but(applicationServerPorts="5010-5020"), TEXT),
    (but(applicationServerPorts={"ranges": {"from": 5010, "to": 5020}}), TEXT),
    (but(applicationServerPorts=[{"from": 5010, "to": 5020}]), TEXT),
    (but(applicationServerPorts={"ranges": ["5010-5020"]}), TEXT),
    (but(applicationServerPorts={"from": 5010, "to": 5020}), TEXT),
    (but(qosProfile="qos_e"), TEXT),
    (but(qosProfile={"name": "QOS_E"}), TEXT),
    (but(qosProfile=None, qos="QOS_E"), None),
    (but(priority="high"), TEXT),
    (but(devicePorts={}), TEXT),
    (but(devicePorts={"ports": []}), TEXT),
    (but(sessionId="3fa85f64-5717-4562-b3fc-2c963f66afa6"), None),
    (but(sink=None, webhook={"notificationUrl": GOLD["sink"]}), None),
    (json.dumps({"session": GOLD}), None),
    (json.dumps({"operation": "createSession", "body": GOLD}), None),
]


@pytest.mark.parametrize(("wrong", "right"), ALONE, ids=range(len(ALONE)))
def test_what_has_one_reading_is_put_right_without_a_request(
    mender: Mender, wrong: str, right: str | None
) -> None:
    mended = mender.mend(wrong)
    assert json.loads(mended.text) == GOLD, mended
    assert right is None or mended.text == right
    assert (mended.status, mended.was_valid, mended.is_valid) == ("repaired", False, True)


BY_REQUEST = [
    but(duration=None),
    but(duration=60),
    but(duration=0),
    but(duration=None)[:-1] + ',"duration":NaN}',
    but(qosProfile=None),
    but(qosProfile="QOS_PREMIUM"),
    but(device={"phoneNumber": 447700900123}),
    but(device={"phoneNumber": "07700 900123"}),
    but(device={}),
    but(applicationServer=None),
    but(applicationServer={"ipv4Address": "game-server-1"}),
    but(applicationServerPorts={}),
    but(applicationServerPorts={"ranges": [{"from": 5020, "to": 5010}]}),
    but(applicationServerPorts={"ranges": [{"from": 5010}]}),
    but(applicationServerPorts={"ranges": [{"from": 5010, "to": 70000}]}),
    but(applicationServerPorts=5010),
    but(sink="http://app.example.com/qod"),
    but(sink="app.example.com/qod"),
    TEXT[:-1] + ',"duration":60}',
    TEXT[:-1],
]


@pytest.mark.parametrize("wrong", BY_REQUEST, ids=range(len(BY_REQUEST)))
def test_what_the_request_states_is_put_right_and_left_without_one(
    mender: Mender, wrong: str
) -> None:
    mended = mender.mend(wrong, REQUEST)
    assert json.loads(mended.text) == GOLD, mended
    assert mended.status == "repaired"
    alone = mender.mend(wrong)
    assert alone.text == wrong or json.loads(alone.text) != GOLD
    assert all(left.reason for left in alone.left)


LEFT = [
    ('{"duration":', "F1"),
    ("not a body at all", "F3"),
    (f"{TEXT} or perhaps {TEXT}", "F2"),
    (but(duration=None)[:-1] + ',"duration":NaN}', "F3"),
    (TEXT[:-1] + ',"duration":60}', "F4"),
    (but(duration="an hour"), "T1"),
    (TEXT.replace("3600", "3600.5"), "T2"),
    (but(duration=0), "T5"),
    (but(device={"phoneNumber": "07700900123"}), "T4"),
    (but(device={"phoneNumber": 447700900123}), "T1"),
    (but(sink="http://app.example.com/qod"), "T4"),
    (but(applicationServer={"ipv4Address": "198.051.100.007"}), "T4"),
    (but(applicationServer={}), "S8"),
    (but(applicationServer=None), "S1"),
    (but(device={"ipv4Address": {"publicAddress": "203.0.113.7"}}), "C2"),
    (but(device={"ipv4Address": "203.0.113.7"}), "S6"),
    (but(device="203.0.113.7"), "S6"),
    (but(device=None, ipv6Address="2001:db8::7"), "S7"),
    (but(customer="+447700900999"), "S2"),
    (but(serverPorts={"ports": [1]}), "S2"),
    (but(sink=None, webhook={"notificationUrl": "http://a.example"}), "S5"),
    (but(applicationServerPorts={"ranges": [{"from": 5020, "to": 5010}]}), "C3"),
    (but(qosProfile="QOS_PREMIUM"), "V4"),
]


@pytest.mark.parametrize(
    ("wrong", "cls"), LEFT, ids=[f"{n}-{cls}" for n, (_, cls) in enumerate(LEFT)]
)
def test_what_would_be_a_guess_is_left_with_the_reason(
    mender: Mender, wrong: str, cls: str
) -> None:
    mended = mender.mend(wrong)
    assert (mended.text, classes(mended)) == (wrong, [])
    assert [left.cls for left in mended.left] == [cls]
    assert mended.left[0].reason


def test_a_public_address_alone_says_what_it_needs(mender: Mender) -> None:
    wrong = but(device={"ipv4Address": {"publicAddress": "203.0.113.7"}})
    assert mender.mend(wrong).left[0].reason == (
        "needs publicPort or privateAddress; the row has no request to look at"
    )
    request = REQUEST.replace(PHONE, "203.0.113.7")
    assert mender.mend(wrong, request).left[0].reason == (
        "needs publicPort or privateAddress; not in the request"
    )


@pytest.mark.parametrize(
    ("words", "partner"),
    [
        ("203.0.113.7 (public port 5555)", {"publicPort": 5555}),
        ("203.0.113.7:5555", {"publicPort": 5555}),
        ("203.0.113.7, private address 10.0.0.7,", {"privateAddress": "10.0.0.7"}),
    ],
)
def test_a_labelled_port_or_private_address_completes_a_device(
    mender: Mender, words: str, partner: dict[str, Any]
) -> None:
    device = {"ipv4Address": {"publicAddress": "203.0.113.7"}}
    request = REQUEST.replace(PHONE, f"the device {words}")
    mended = mender.mend(but(device=device), request)
    assert json.loads(mended.text)["device"] == {"ipv4Address": device["ipv4Address"] | partner}


def test_a_port_of_the_server_completes_no_device(mender: Mender) -> None:
    wrong = but(device={"ipv4Address": {"publicAddress": "203.0.113.7"}}, sink=None)
    request = "QOS_E for public address 203.0.113.7 to server 198.51.100.7 port 5010, one hour"
    assert mender.mend(wrong.replace("5020", "5010"), request).changes == ()


def test_several_faults_are_mended_in_one_go_and_each_is_recorded(mender: Mender) -> None:
    wrong = "```\n" + but(device=PHONE, duration="60", qosProfile="qos_e")[:-1] + ",}\n```"
    mended = mender.mend(wrong, REQUEST)
    assert json.loads(mended.text) == GOLD
    assert sorted(classes(mended)) == ["F2", "F3", "S6", "T1", "V2", "V4"]
    assert mended.changes[-1].to_json() == {
        "class": "V2",
        "code": "grounding.unit",
        "pointer": "/duration",
        "before": 60,
        "after": 3600,
        "rule": "stated in the request",
        "why": "the request states 3600 s",
    }


def test_what_can_be_mended_is_when_another_fault_stays(mender: Mender) -> None:
    mended = mender.mend(but(duration="3600", sink="http://app.example.com"))
    assert (mended.status, mended.is_valid) == ("partly", False)
    assert json.loads(mended.text)["duration"] == 3600
    assert [left.cls for left in mended.left] == ["T4"]


@pytest.mark.parametrize("indent", [None, 2, 4])
def test_a_mended_answer_is_set_as_before(mender: Mender, indent: int | None) -> None:
    wrong = json.dumps(json.loads(but(duration="3600")), indent=indent)
    assert mender.mend(wrong).text == json.dumps(GOLD, indent=indent)


def test_a_stated_fact_is_never_lost_with_a_member_that_goes(mender: Mender) -> None:
    wrong = but(sink=None)[:-1] + ',"sink":null}'
    assert json.loads(mender.mend(wrong, REQUEST).text) == GOLD
    invented = mender.mend(but(sink=None, hook="https://app.example.com/qod"), REQUEST)
    assert [left.cls for left in invented.left] == ["S2"]
    assert "https://app.example.com/qod" in invented.text


def test_a_valid_profile_is_overruled_by_a_name_only(mender: Mender) -> None:
    assert json.loads(mender.mend(but(qosProfile="QOS_S"), REQUEST).text) == GOLD
    wrong = but(qosProfile="QOS_S", applicationServerPorts=None, sink=None)
    request = f"Give {PHONE} cloud gaming quality to 198.51.100.7 for one hour."
    assert mender.mend(wrong, request).text == wrong


@pytest.mark.parametrize("deep", [50, 200, 5000])
def test_junk_is_left_and_never_crashes(mender: Mender, deep: int) -> None:
    for junk in (
        "[" * deep,
        '{"a":' * deep + "1" + "}" * deep,
        "{'a':" * deep,
        "{" * deep,
        "\ud800",
    ):
        mended = mender.mend(junk, REQUEST)
        assert mended.left
