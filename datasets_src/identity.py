"""Which values of a payload point to one person, device or server? No two splits may share one."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Value(NamedTuple):
    """An identifying value in its canonical spelling, and what kind it is."""

    kind: str
    text: str


def iter_values(payload: object) -> Iterator[Value]:
    """Yield the identifying values of a payload, wherever they stand in it."""
    if isinstance(payload, dict):
        for key, value in payload.items():
            if key in KINDS and isinstance(value, str):
                kind, canonical = KINDS[key]
                yield Value(kind, canonical(value))
            else:
                yield from iter_values(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from iter_values(value)


def canonical_address(text: str) -> str:
    """Return an address or network in its one spelling; what is neither stays as it is."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return text
    return str(network)


def host_of(text: str) -> str:
    """Return the host of a URL in lower case; what is no URL stays as it is."""
    try:
        return urlsplit(text).hostname or text
    except ValueError:
        return text


def same(text: str) -> str:
    """Return a value whose spelling is its identity."""
    return text


KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "phoneNumber": ("phone", same),
    "networkAccessIdentifier": ("network_access_id", same),
    "publicAddress": ("ipv4", canonical_address),
    "privateAddress": ("ipv4", canonical_address),
    "ipv4Address": ("ipv4", canonical_address),
    "ipv6Address": ("ipv6", canonical_address),
    "sink": ("sink_host", host_of),
    "accessToken": ("access_token", same),
    "sessionId": ("session", str.lower),
    "assignmentId": ("assignment", str.lower),
}
"""Key -> kind and canonical spelling. A device and a server with one address share it."""
