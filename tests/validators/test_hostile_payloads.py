"""Payloads nobody should send: odd, deep, long, mutated. Invalid, quickly, and never a crash."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.records import Issue, Payload
from validators.payload import Validator


def errors(validator: Validator, payload: object) -> list[Issue]:
    return [issue for issue in validator.iter_issues(payload) if issue.severity == "error"]


def found(validator: Validator, payload: object) -> list[tuple[str, str]]:
    return [(issue.cls, issue.path) for issue in errors(validator, payload)]


ODD: dict[str, Any] = {
    "none": None,
    "text": "x",
    "number": 3,
    "list": [],
    "empty": {},
    "set": {1, 2},
    "bytes": b"x",
    "odd keys": {1: 2, None: 3, ("a",): 4},
    "odd values": {"duration": {1}, "device": object()},
    "huge": {"duration": 10**5000},
    "infinite": {"duration": float("inf")},
    "surrogate": {"sink": "\ud800", "\udfff": 1},
    "tuple": {"device": ({}, [])},
}


@pytest.mark.parametrize("payload", ODD.values(), ids=ODD.keys())
def test_odd_payloads_are_invalid_not_a_crash(validator: Validator, payload: object) -> None:
    assert not validator.verdict(payload).ok
    for issue in validator.iter_issues(payload):
        issue.message.encode("utf-8")


def test_a_payload_nested_ten_thousand_deep_is_invalid_not_a_crash(
    validator: Validator, gold: Payload
) -> None:
    deep: Any = {}
    for _ in range(10_000):
        deep = {"a": deep}
    assert found(validator, gold | {"x": deep}) == [("S2", "$.x")]


def test_junk_with_thousands_of_members_is_judged_in_time(validator: Validator) -> None:
    junk = {f"name{index}" * 20: index for index in range(5000)}
    start = time.perf_counter()
    assert len(errors(validator, junk)) == 5003
    assert time.perf_counter() - start < 2


def test_layers_agree_with_the_engine_and_no_place_is_told_twice(
    validator: Validator, mutants: list[Payload]
) -> None:
    """The layer of the issues says which check would have seen the fault: metrics rest on it."""
    for payload in mutants:
        issues = errors(validator, payload)
        by_layer = {issue.layer for issue in issues}
        assert validator.schema_valid(payload) is ("schema" not in by_layer), payload
        if not validator.closed_valid(payload):
            assert issues, payload
        assert len({issue.path for issue in issues}) == len(issues), payload


@settings(max_examples=60)
@given(
    st.permutations(
        ["device", "applicationServer", "applicationServerPorts", "qosProfile", "duration"]
    )
)
def test_the_order_of_keys_changes_nothing(validator: Validator, order: list[str]) -> None:
    payload: Payload = {
        "device": {"phoneNumber": "12"},
        "applicationServer": {"ipv4Address": "1.2.3.4/33"},
        "applicationServerPorts": {"ports": [1, "2"]},
        "qosProfile": "QOS_Q",
        "duration": 1.5,
    }
    shuffled = {key: payload[key] for key in order}
    assert sorted(found(validator, shuffled)) == sorted(found(validator, payload))
