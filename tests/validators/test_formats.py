"""The forms of addresses, times and sinks, at their edges."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.formats import has_host_bits, is_address, is_date_time, is_https_uri, network_fault


@pytest.mark.parametrize(
    ("text", "version", "sound"),
    [
        ("198.51.100.0/24", 4, True),
        ("0.0.0.0/0", 4, True),
        ("198.51.100.9/32", 4, True),
        ("198.51.100.9/33", 4, False),
        ("198.51.100.9/032", 4, False),
        ("198.51.100.9/", 4, False),
        ("198.51.100.0/255.255.255.0", 4, False),
        ("198.51.100", 4, False),
        ("198.51.100.09", 4, False),
        ("198.51.100.\u0661", 4, False),
        ("198.51.100.9 ", 4, False),
        ("198.51.100.9\n", 4, False),
        ("2001:db8::9", 4, False),
        ("2001:db8::/128", 6, True),
        ("::ffff:198.51.100.9", 6, True),
        ("2001:db8::/129", 6, False),
        ("fe80::1%eth0", 6, False),
        (":::::::", 6, False),
        ("198.51.100.9", 6, False),
        ("", 6, False),
    ],
)
def test_server_addresses(text: str, version: int, sound: bool) -> None:
    assert (network_fault(text, version) is None) is sound


@given(st.ip_addresses(), st.integers(0, 32))
def test_every_address_is_one_and_host_bits_are_those_beyond_the_width(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, width: int
) -> None:
    text = f"{address}/{width}"
    assert is_address(str(address), address.version)
    assert network_fault(text, address.version) is None
    network = ipaddress.ip_network(text, strict=False)
    assert has_host_bits(text) == (network.network_address != address)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("2026-03-02T09:00:00Z", True),
        ("2026-03-02t09:00:00.123z", True),
        ("2024-02-29T23:59:60+05:30", True),
        ("2026-02-29T09:00:00Z", False),
        ("2026-03-02T24:00:00Z", False),
        ("2026-03-02T09:00:00", False),
        ("2026-03-02 09:00:00Z", False),
        ("2026-03-02T09:00Z", False),
        ("2026-03-02T09:00:00+25:00", False),
        ("2026-03-02T09:00:00Z\n", False),
        ("2026-03-0\u0662T09:00:00Z", False),
        (1767225600, False),
    ],
)
def test_times_need_a_zone(text: object, sound: bool) -> None:
    assert is_date_time(text) is sound


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("https://app.example.com/qod?x=1#top", True),
        ("https://app.example.com:8443", True),
        ("https://198.51.100.9/a", True),
        ("https://[2001:db8::9]:443/a", True),
        ("https://user@app.example.com/", True),
        ("https://a.example/%C3%A4", True),
        ("https://a.example/%zz", False),
        ("https://a.example/ä", False),
        ("https://a.example/a b", False),
        ("https://a.example/a\n", False),
        ("https://", False),
        ("https:///path", False),
        ("https://?x", False),
        ("https://a.example:99999/", False),
        ("https://a.example:port/", False),
        ("https://[2001:db8::g]/", False),
        ("https://-a.example/", False),
        ("http://a.example/", False),
        ("https:a.example", False),
        (None, False),
    ],
)
def test_sinks_are_https_addresses_with_a_host(text: object, sound: bool) -> None:
    assert is_https_uri(text) is sound
