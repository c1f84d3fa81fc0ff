"""What an unknown member was meant to be: of another release, moved, misnamed or invented."""

from __future__ import annotations

from typing import Any

import pytest

from callforge_core.spec import Operation
from validators.places import path_of, place_of, pointer_of
from validators.undeclared import ClosedWorld, is_near

BODY: dict[str, Any] = {
    "applicationServer": {"ipv4Address": "192.0.2.1"},
    "qosProfile": "QOS_E",
    "duration": 60,
}


@pytest.mark.parametrize(
    ("payload", "name", "cls", "meant"),
    [
        ({"sessionId": "1"}, "sessionId", "S5", []),
        ({"notificationUrl": "https://a.example"}, "notificationUrl", "S5", ["/sink"]),
        ({"phoneNumber": "+49301234"}, "phoneNumber", "S7", ["/device/phoneNumber"]),
        ({"ports": [1]}, "ports", "S7", ["/devicePorts/ports", "/applicationServerPorts/ports"]),
        ({"accessToken": "t"}, "accessToken", "S7", ["/sinkCredential/accessToken"]),
        ({"request": {"device": {}, "duration": 1}}, "request", "S7", ["/device", "/duration"]),
        ({"Device": {}}, "Device", "S4", ["/device"]),
        ({"device_ports": {}}, "device_ports", "S4", ["/devicePorts"]),
        ({"callbackUrl": "x"}, "callbackUrl", "S4", ["/sink"]),
        ({"devicePort": {}}, "devicePort", "S4", ["/devicePorts"]),
        ({"profile": "QOS_S"}, "profile", "S2", []),  # qosProfile is there: nothing is misnamed
        ({"durations": 3}, "durations", "S2", []),
        ({"priority": 1}, "priority", "S2", []),
        ({"id": 1}, "id", "S2", []),
        ({"metadata": {"note": "a", "device": 1}}, "metadata", "S2", []),
    ],
)
def test_top_level_names(
    operation: Operation, payload: dict[str, Any], name: str, cls: str, meant: list[str]
) -> None:
    [unknown] = ClosedWorld(operation).iter_unknown(BODY | payload)
    assert (unknown.cls, unknown.place) == (cls, (name,))
    assert [pointer_of(place) for place in unknown.stands_for] == meant


def test_nested_names_are_judged_by_their_neighbours(operation: Operation) -> None:
    world = ClosedWorld(operation)
    payload = BODY | {
        "device": {"msisdn": "1", "publicAddress": "203.0.113.7", "imei": "2"},
        "applicationServerPorts": {"ranges": [{"from": 1, "end": 2, "step": 1}]},
    }
    found = {pointer_of(unknown.place): unknown.cls for unknown in world.iter_unknown(payload)}
    assert found == {
        "/device/msisdn": "S4",
        "/device/publicAddress": "S7",
        "/device/imei": "S3",
        "/applicationServerPorts/ranges/0/end": "S4",
        "/applicationServerPorts/ranges/0/step": "S3",
    }


def test_what_stands_inside_an_unknown_member_is_not_judged(operation: Operation) -> None:
    payload = BODY | {"extras": {"colour": {"hue": 1}}}
    assert len(list(ClosedWorld(operation).iter_unknown(payload))) == 1


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("duration", "duraiton", True),  # neighbours swapped: one slip
        ("duration", "durtion", True),
        ("duration", "location", False),
        ("qosProfile", "qosProfiles", True),
        ("", "ab", True),
        ("", "abc", False),
    ],
)
def test_two_slips_of_the_pen_are_near(left: str, right: str, near: bool) -> None:
    assert is_near(left, right, 2) is near
    assert is_near(right, left, 2) is near


@pytest.mark.parametrize(
    "place", [(), ("a", 0, "b"), ("odd key", 'quo"te', "[0]", "a.b", "ä", ""), (3,)]
)
def test_paths_can_be_read_back(place: tuple[str | int, ...]) -> None:
    assert place_of(path_of(place)) == place
