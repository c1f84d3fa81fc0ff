"""Identifying values: only ranges that belong to nobody, and folds that never share one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from generators import numbers
from generators.edges import change_scenario
from generators.limits import EVERY_RELEASE
from generators.scenarios import MIXES, Choice, draw_scenario

NOBODYS_PHONE = re.compile(
    r"\+(447700900\d{3}|442079460\d{3}|44(113|161)4960\d{3}|441632960\d{3}|33639989?\d{3,4}|"
    r"331990\d{5}|334657\d{5}|493023125\d{3}|496990009\d{3}|494066969\d{3}|492214710\d{3}|"
    r"498999998\d{3}|491713920\d{3}|3532091\d{5}|61[237]5550\d{4}|1\d{3}55501\d{2}|"
    r"(28\d|69[3-9]|83\d|89\d)\d{5,11})"
)
DOCUMENTATION = [
    ipaddress.IPv4Network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]
PRIVATE = [
    ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]
V6 = ipaddress.IPv6Network("2001:db8::/32")
Draw = Callable[[Random, int], str]
DRAWS: dict[str, Draw] = {
    "phone": lambda rng, fold: numbers.draw_phone(rng, fold).e164,
    "documentation": numbers.draw_documentation,
    "ipv4 network": numbers.draw_ipv4_network,
    "private": numbers.draw_private,
    "ipv6": numbers.draw_ipv6,
    "ipv6 network": numbers.draw_ipv6_network,
    "sink": numbers.draw_sink,
}


def draw_many(draw: Draw, fold: int, count: int = 800) -> set[str]:
    rng = Random(fold)
    return {draw(rng, fold) for _ in range(count)}


@pytest.mark.parametrize("name", DRAWS)
def test_two_folds_share_no_value(name: str) -> None:
    by_fold = [draw_many(DRAWS[name], fold) for fold in range(numbers.FOLDS)]
    assert sum(map(len, by_fold)) == len(set().union(*by_fold))


def test_phones_are_fictional_or_have_a_spare_country_code() -> None:
    drawn = set().union(*(draw_many(DRAWS["phone"], fold) for fold in range(10)))
    assert [phone for phone in drawn if not NOBODYS_PHONE.fullmatch(phone)] == []
    assert {len(phone) - 1 for phone in drawn} >= {8, 10, 11, 12, 13, 14}


def test_ipv4_networks_are_reserved_and_have_no_host_bits() -> None:
    drawn = set().union(*(draw_many(numbers.draw_ipv4_network, fold) for fold in range(10)))
    for text in drawn:
        network = ipaddress.IPv4Network(text)  # strict: refuses host bits
        assert any(network.subnet_of(home) for home in [*DOCUMENTATION, *PRIVATE]), text


def test_single_addresses_are_reserved_and_in_their_shortest_spelling() -> None:
    for fold in range(10):
        for text in draw_many(numbers.draw_documentation, fold, 100):
            assert any(ipaddress.IPv4Address(text) in home for home in DOCUMENTATION)
        for text in draw_many(numbers.draw_private, fold, 100):
            assert any(ipaddress.IPv4Address(text) in home for home in PRIVATE)
        for text in draw_many(numbers.draw_ipv6, fold, 100):
            assert ipaddress.IPv6Address(text) in V6
            assert str(ipaddress.IPv6Address(text)) == text
        for text in draw_many(numbers.draw_ipv6_network, fold, 100):
            assert ipaddress.IPv6Network(text).subnet_of(V6)


def test_sinks_are_https_under_a_domain_for_examples() -> None:
    pattern = re.compile(r"https://[a-z]+\d*\.example\.(com|org|net)/[a-z0-9/]+")
    assert all(pattern.fullmatch(text) for text in draw_many(numbers.draw_sink, 3))


def test_phone_numbers_at_the_limits_have_a_spare_country_code() -> None:
    spare = re.compile(r"\+(28\d|69[3-9]|83\d|89\d)\d{2}(\d{10})?")
    rng, choice, found = Random(1), Choice("QOS_E", 1, 60, ()), set()
    for fold in range(numbers.FOLDS):
        plain = draw_scenario(rng, choice, MIXES["core"], fold)
        for edge in ("shortest phone number", "longest phone number"):
            phone = change_scenario(plain, edge, rng, choice, EVERY_RELEASE).phone
            assert phone is not None
            assert spare.fullmatch(phone.e164), phone.e164
            found.add(phone.e164)
    assert len(found) == 2 * numbers.FOLDS


def test_tokens_open_nothing_and_differ_between_folds() -> None:
    drawn = [draw_many(numbers.draw_token, fold, 200) for fold in range(numbers.FOLDS)]
    assert sum(map(len, drawn)) == len(set().union(*drawn))
    assert all(re.fullmatch(r"[a-z2-9]{12,24}\d", token) for tokens in drawn for token in tokens)


def test_tokens_expire_at_an_instant_in_utc() -> None:
    rng = Random(3)
    for _ in range(200):
        instant = datetime.fromisoformat(numbers.draw_expiry(rng))
        assert instant.utcoffset() == timedelta(0)
        assert 2030 <= instant.year < 2040
