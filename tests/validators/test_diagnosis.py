"""Every fault of an answer by name: the classes that need gold, and one name for one fault."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from callforge_core.faults import FAULTS
from callforge_core.records import Payload
from callforge_core.spec import render_payload
from validators.diagnosis import diagnose
from validators.payload import Validator

REQUEST = (
    "Give +447700900123 low latency for cloud gaming to our servers 198.51.100.0/24, ports 5010 to"
    " 5020, for one hour; notify https://app.example.com/qod."
)
Change = Callable[[Payload], object]


def server(value: str) -> Change:
    return lambda p: p["applicationServer"].update(ipv4Address=value)


def span(low: int, high: int) -> Change:
    return lambda p: p.update(applicationServerPorts={"ranges": [{"from": low, "to": high}]})


def put(**members: Any) -> Change:
    return lambda p: p.update(members)


def move(old: str, new: str) -> Change:
    return lambda p: p.update({new: p.pop(old)})


CASES: dict[str, tuple[Change, set[tuple[str, str]]]] = {
    "nothing": (put(), set()),
    "V1 digits transposed": (
        put(device={"phoneNumber": "+447700900132"}),
        {("V1", "/device/phoneNumber")},
    ),
    "V1 other seconds": (put(duration=3700), {("V1", "/duration")}),
    "V1 sink": (put(sink="https://app.example.com/qos"), {("V1", "/sink")}),
    "V1 address": (server("10.20.30.40"), {("V1", "/applicationServer/ipv4Address")}),
    "V2 minutes": (put(duration=60), {("V2", "/duration")}),
    "V2 hours": (put(duration=1), {("V2", "/duration")}),
    "V2 milliseconds": (put(duration=3_600_000), {("V2", "/duration")}),
    "V3 ports of the other side": (
        move("applicationServerPorts", "devicePorts"),
        {("V3", "/devicePorts")},
    ),
    "V4": (put(qosProfile="QOS_L"), {("V4", "/qosProfile")}),
    "V4 unknown": (put(qosProfile="QOS_XXL"), {("V4", "/qosProfile")}),
    "V5 number": (put(device={"phoneNumber": "+10000000000"}), {("V5", "/device/phoneNumber")}),
    "V5 address": (server("203.0.113.5"), {("V5", "/applicationServer/ipv4Address")}),
    "V5 sink": (put(sink="https://example.com/callback"), {("V5", "/sink")}),
    "V6 ports": (lambda p: p.pop("applicationServerPorts"), {("V6", "/applicationServerPorts")}),
    "V6 device": (lambda p: p.pop("device"), {("V6", "/device")}),
    "V7 ports": (put(devicePorts={"ports": [443]}), {("V7", "/devicePorts")}),
    "V7 address": (
        lambda p: p["applicationServer"].update(ipv6Address="2001:db8::5"),
        {("V7", "/applicationServer/ipv6Address")},
    ),
    "V8 wider": (server("198.51.0.0/16"), {("V8", "/applicationServer/ipv4Address")}),
    "V8 one host": (server("198.51.100.7"), {("V8", "/applicationServer/ipv4Address")}),
    "V8 range": (span(5010, 5030), {("V8", "/applicationServerPorts")}),
    "V1 range elsewhere": (span(6010, 6020), {("V1", "/applicationServerPorts")}),
    "two at once": (
        put(duration=60, qosProfile="QOS_L"),
        {("V2", "/duration"), ("V4", "/qosProfile")},
    ),
    "S4 not V6": (move("applicationServerPorts", "appServerPorts"), {("S4", "/appServerPorts")}),
    "S4 not S1": (move("duration", "durationSeconds"), {("S4", "/durationSeconds")}),
    "S4 by its value": (move("applicationServer", "where"), {("S4", "/where")}),
    "S4 by its value, optional": (move("sink", "tellMeAt"), {("S4", "/tellMeAt")}),
    "S5 not V6": (
        lambda p: p.update(webhook={"notificationUrl": p.pop("sink")}),
        {("S5", "/webhook")},
    ),
    "S5 not S1": (move("qosProfile", "qos"), {("S5", "/qos")}),
    "S6 not V6": (put(device="+447700900123"), {("S6", "/device")}),
    "S7 not V6": (
        lambda p: p["applicationServer"].update(
            applicationServerPorts=p.pop("applicationServerPorts")
        ),
        {("S7", "/applicationServer/applicationServerPorts")},
    ),
    "S7 not S1": (
        lambda p: p["device"].update(duration=p.pop("duration")),
        {("S7", "/device/duration")},
    ),
    "S7 by its value": (
        lambda p: p["device"].update(where=p.pop("sink")),
        {("S7", "/device/where")},
    ),
    "S8 not V6": (put(device={}), {("S8", "/device")}),
    "T1 not V1": (put(duration="3600"), {("T1", "/duration")}),
    "T2 not V1": (put(duration=60.0), {("T2", "/duration")}),
    "T3 not V7": (put(devicePorts=None), {("T3", "/devicePorts")}),
    "T5 not V2": (put(duration=3600 * 1000 * 1000), {("T5", "/duration")}),
    "C3 not V8": (span(5020, 5010), {("C3", "/applicationServerPorts/ranges/0")}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_one_fault_has_one_name(
    validator: Validator, gold: Payload, case: tuple[Change, set[tuple[str, str]]]
) -> None:
    change, expected = case
    answer = copy.deepcopy(gold)
    change(answer)
    text = json.dumps(answer)
    assert diagnose(text, validator, gold=gold, request=REQUEST) == expected
    assert {name for name, _ in expected} <= set(FAULTS)


SAME: dict[str, Change] = {
    "other key order": lambda p: p.update(device=p.pop("device")),
    "a range of ports as ports": put(applicationServerPorts={"ports": list(range(5020, 5009, -1))}),
    "ports repeated": put(
        applicationServerPorts={"ranges": [{"from": 5010, "to": 5020}], "ports": [5015]}
    ),
    "host bits": server("198.51.100.7/24"),
    "default port of the sink": put(sink="https://App.Example.com:443/qod"),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_equivalent_spellings_are_no_fault(
    validator: Validator, gold: Payload, change: Change
) -> None:
    answer = copy.deepcopy(gold)
    change(answer)
    for indent in (None, 2):
        text = json.dumps(answer, indent=indent)
        assert diagnose(text, validator, gold=gold, request=REQUEST) == frozenset()


def test_single_addresses_equal_their_full_width(validator: Validator, gold: Payload) -> None:
    gold["applicationServer"] = {"ipv4Address": "198.51.100.9", "ipv6Address": "2001:db8::9"}
    answer = gold | {
        "applicationServer": {"ipv4Address": "198.51.100.9/32", "ipv6Address": "2001:DB8:0::9/128"}
    }
    assert diagnose(json.dumps(answer), validator, gold=gold) == frozenset()


def test_a_device_address_as_server_is_a_swap(validator: Validator, gold: Payload) -> None:
    gold["device"] = {"ipv4Address": {"publicAddress": "203.0.113.7", "publicPort": 4100}}
    answer = gold | {"applicationServer": {"ipv4Address": "203.0.113.7"}}
    found = diagnose(json.dumps(answer), validator, gold=gold, request=REQUEST)
    assert found == {("V3", "/applicationServer/ipv4Address")}


def test_half_of_a_dual_server_left_out_is_narrower_not_dropped(
    validator: Validator, gold: Payload
) -> None:
    answer = copy.deepcopy(gold)
    gold["applicationServer"]["ipv6Address"] = "2001:db8::9"
    found = diagnose(json.dumps(answer), validator, gold=gold)
    assert found == {("V8", "/applicationServer/ipv6Address")}


def test_a_public_address_alone_is_not_also_a_dropped_port(
    validator: Validator, gold: Payload
) -> None:
    gold["device"] = {"ipv4Address": {"publicAddress": "203.0.113.7", "publicPort": 4100}}
    answer = gold | {"device": {"ipv4Address": {"publicAddress": "203.0.113.7"}}}
    assert diagnose(json.dumps(answer), validator, gold=gold) == {("C2", "/device/ipv4Address")}


def test_a_placeholder_counts_as_said_only_if_the_request_has_it(
    validator: Validator, gold: Payload
) -> None:
    answer = json.dumps(gold | {"device": {"phoneNumber": "+1234567890"}})
    for request, cls in (("call +1 234 567-890 please", "V1"), ("call +12345678901", "V5")):
        found = diagnose(answer, validator, gold=gold, request=request)
        assert found == {(cls, "/device/phoneNumber")}


def test_without_gold_the_request_tells_what_is_made_up_and_what_nobody_asked_for(
    validator: Validator, gold: Payload
) -> None:
    text = render_payload(validator.operation, gold)
    assert diagnose(text, validator) == frozenset()
    assert diagnose(text, validator, request=REQUEST) == frozenset()
    assert diagnose(text, validator, request="a game, one hour") == {
        ("V5", "/device/phoneNumber"),
        ("V5", "/applicationServer/ipv4Address"),
        ("V7", "/applicationServerPorts"),
        ("V7", "/sink"),
    }


def test_text_faults_are_named_beside_those_of_the_object(
    validator: Validator, gold: Payload
) -> None:
    body = json.dumps(gold | {"duration": 60})
    assert diagnose(f"Sure: {body}", validator, gold=gold) == {("F2", ""), ("V2", "/duration")}
    assert diagnose(body[:-9], validator, gold=gold) == {("F1", "")}
    assert diagnose("I am not able to do that.", validator, gold=gold) == {("F3", "")}
    twice = body[:-1] + ',"duration":70}'
    assert diagnose(twice, validator, gold=gold) == {("F4", "/duration")}


def test_pointers_escape_odd_names(validator: Validator, gold: Payload) -> None:
    found = diagnose(json.dumps(gold | {"a/b~c": 1}), validator, gold=gold)
    assert found == {("S2", "/a~1b~0c")}


# changes of places that do not overlap: what each gives alone
APART: dict[str, tuple[Change, tuple[str, str]]] = {
    "phone": (put(device={"phoneNumber": "0044"}), ("T4", "/device/phoneNumber")),
    "server": (server("198.51.0.0/16"), ("V8", "/applicationServer/ipv4Address")),
    "ports": (put(applicationServerPorts={"ports": 5}), ("S9", "/applicationServerPorts/ports")),
    "profile": (put(qosProfile="QOS_L"), ("V4", "/qosProfile")),
    "sink": (lambda p: p.pop("sink"), ("V6", "/sink")),
    "duration": (lambda p: p.pop("duration"), ("S1", "/duration")),
    "invention": (put(priority="high"), ("S2", "/priority")),
    "answer": (put(qosStatus="REQUESTED"), ("S5", "/qosStatus")),
    "more ports": (put(devicePorts={"ports": [9]}), ("V7", "/devicePorts")),
}


@pytest.mark.parametrize("pair", list(itertools.combinations(APART, 2)), ids=" and ".join)
def test_two_faults_give_the_union_of_both(
    validator: Validator, gold: Payload, pair: tuple[str, str]
) -> None:
    answer = copy.deepcopy(gold)
    for name in pair:
        APART[name][0](answer)
    found = diagnose(json.dumps(answer), validator, gold=gold, request=REQUEST)
    assert found == {APART[name][1] for name in pair}


def test_no_mutant_crashes_the_diagnosis_and_the_valid_ones_have_no_spec_fault(
    validator: Validator, gold: Payload, mutants: list[Payload]
) -> None:
    for payload in mutants:
        text = json.dumps(payload)
        found = diagnose(text, validator)
        assert bool(found) != validator.verdict(payload).ok, payload
        assert diagnose(text, validator, gold=payload) == found, payload
        diagnose(text, validator, gold=gold, request=REQUEST)


def test_a_call_where_the_gold_has_no_value_is_fabricated(
    validator: Validator, gold: Payload
) -> None:
    answer = json.dumps(gold)
    del gold["duration"]
    assert diagnose(answer, validator, gold=gold) == {("V5", "/duration")}
