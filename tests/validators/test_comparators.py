"""Two values of a slot mean the same, or they do not: golden cases and the laws of comparators."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.errors import UnknownName
from validators.comparators import (
    SLOTS,
    canonical_uri,
    intervals,
    leaves,
    slot_of,
    slots_equal,
    values_equal,
)

Case = tuple[str, Any, Any]

SAME: list[Case] = [
    ("device", {"ipv6Address": "2001:db8::1"}, {"ipv6Address": "2001:DB8:0:0::1"}),
    ("applicationServer", {"ipv4Address": "198.51.100.7"}, {"ipv4Address": "198.51.100.7/32"}),
    ("applicationServer", {"ipv4Address": "198.51.100.7/24"}, {"ipv4Address": "198.51.100.0/24"}),
    ("applicationServer", {"ipv6Address": "2001:db8::"}, {"ipv6Address": "2001:db8::0/128"}),
    (
        "ports",
        {"devicePorts": {"ports": [5060]}},
        {"devicePorts": {"ranges": [{"from": 5060, "to": 5060}]}},
    ),
    (
        "ports",
        {"devicePorts": {"ports": [7, 5, 6, 6]}},
        {"devicePorts": {"ranges": [{"to": 7, "from": 5}]}},
    ),
    ("duration", 3600, 3600.0),
    ("sink", "HTTPS://App.Example.com:443/a/../%7Eqod", "https://app.example.com/~qod"),
    ("sink", "https://app.example.com", "https://app.example.com/"),
]
OTHER: list[Case] = [
    ("device", {"phoneNumber": "+447700900123"}, {"phoneNumber": "+447700900132"}),
    ("device", {"phoneNumber": "+447700900123"}, {"phoneNumber": "447700900123"}),
    ("device", {"phoneNumber": "+447700900123"}, {"phoneNumber": "+447700900123", "imei": "1"}),
    ("applicationServer", {"ipv4Address": "198.51.100.0/24"}, {"ipv4Address": "198.51.100.0/16"}),
    ("applicationServer", {"ipv4Address": "198.51.100.0/24"}, {"ipv4Address": "19.85.110.0/24"}),
    (
        "applicationServer",
        {"ipv4Address": "1.2.3.0/24"},
        {"ipv4Address": "1.2.3.0/255.255.255.0"},
    ),
    ("ports", {"devicePorts": {"ports": [5060]}}, {"applicationServerPorts": {"ports": [5060]}}),
    ("ports", {"devicePorts": {"ports": [5060]}}, {"devicePorts": {"ports": ["5060"]}}),
    ("ports", {"devicePorts": {"ports": [1]}}, {"devicePorts": {"ports": [True]}}),
    ("qosProfile", "QOS_E", "qos_e"),
    ("qosProfile", "QOS_E", "QOSE"),
    ("duration", 3600, "3600"),
    ("duration", 1, True),
    ("duration", 3600, 60),
    ("sink", "https://app.example.com/a", "https://app.example.com/A"),
    ("sink", "https://app.example.com/%2F", "https://app.example.com//"),
    ("sink", "https://app.example.com:8443/", "https://app.example.com/"),
]


@pytest.mark.parametrize(("slot", "left", "right"), SAME)
def test_other_spellings_of_a_value_are_the_same(slot: str, left: Any, right: Any) -> None:
    assert slots_equal(slot, left, right)


@pytest.mark.parametrize(("slot", "left", "right"), OTHER)
def test_other_values_are_not_the_same(slot: str, left: Any, right: Any) -> None:
    assert not slots_equal(slot, left, right)


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["+447700900123", "198.51.100.0/24", "::1/129", "https://a:b@[::1]:x/..?#"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ipv4Address", "ports", "ranges", "from", "to", "sink", "x/~y"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=120)
@given(junk, junk)
def test_comparators_are_reflexive_symmetric_and_never_raise(left: Any, right: Any) -> None:
    for slot in SLOTS:
        assert slots_equal(slot, left, left)
        assert slots_equal(slot, left, right) == slots_equal(slot, right, left)
    for payload in (left, {"device": left, "devicePorts": right, "sink": left}):
        assert leaves(payload) == leaves(payload)
        assert [slot_of(payload, slot) for slot in SLOTS]


def test_values_nested_deeper_than_python_recurses_compare() -> None:
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    assert values_equal("/device", deep, deep)
    assert not values_equal("/device", deep, [])


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"ports": []},
        {"ports": 5060},
        {"ranges": [{"from": 2, "to": 1}]},
        {"ranges": [{"from": 1}]},
        {"ports": [1], "protocol": "udp"},
        [5060],
    ],
)
def test_an_unsound_port_list_has_no_intervals(spec: Any) -> None:
    assert intervals(spec) is None


def test_ports_and_ranges_that_touch_become_one_interval() -> None:
    spec = {
        "ports": [5011, 443],
        "ranges": [{"from": 5000, "to": 5010}, {"from": 5005, "to": 5007}],
    }
    assert intervals(spec) == ((443, 443), (5000, 5011))


def test_leaves_name_list_items_by_a_star() -> None:
    payload = {"devicePorts": {"ports": [5060, 5060]}, "device": {}}
    assert leaves(payload) == {("/devicePorts/ports/*", "5060"): 2, ("/device", "{}"): 1}


def test_a_credential_is_compared_by_shape_and_its_secret_is_not_shown() -> None:
    one = {"credentialType": "ACCESSTOKEN", "accessToken": "open sesame"}
    other = {"credentialType": "ACCESSTOKEN", "accessToken": "something else"}
    assert values_equal("/sinkCredential", one, other)
    assert not values_equal("/sinkCredential", one, one | {"accessToken": 7})
    assert not values_equal("/sinkCredential", one, {"credentialType": "ACCESSTOKEN"})
    assert "sesame" not in str(leaves({"sinkCredential": one}))


def test_a_slot_is_absent_or_carries_both_port_members() -> None:
    payload = {"devicePorts": {"ports": [1]}, "applicationServerPorts": {"ports": [2]}}
    assert slot_of(payload, "ports") == payload
    assert slot_of(payload, "duration") is None
    assert slot_of("no payload", "ports") is None


def test_an_unknown_slot_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(UnknownName, match="did you mean 'ports'"):
        slots_equal("port", 1, 1)


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/a/b/../c", "/a/c"),
        ("/../../a", "/a"),
        ("/a/.", "/a/"),
        ("/a/..", "/"),
        ("/a//b", "/a//b"),
    ],
)
def test_dot_segments_of_a_uri_are_removed(path: str, normal: str) -> None:
    assert canonical_uri(f"https://h{path}") == f"uri https://h{normal}"
