"""Which rows of somebody else may be varied, and what of them must not be published as it is?

A seed is a valid call with the request that asks for it, in its author's words. Reading a dataset
and judging its rows is for the caller.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from callforge_core.records import Payload
from generators.phone_ranges import is_reserved_phone
from validators.facts import read_facts

NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # RFC 5737
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # RFC 1918
        "127.0.0.0/8", "2001:db8::/32", "::1/128",  # RFC 1122, RFC 3849, RFC 4291
    )
)  # fmt: skip
HOST = re.compile(  # RFC 2606, RFC 6761
    r"(?:[\w.-]+\.)?(?:example\.(?:com|net|org)|example|test|invalid|localhost)", re.IGNORECASE
)
EMAIL = re.compile(r"[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
SECRETS = frozenset({"accessToken", "refreshToken", "clientSecret", "password", "secret"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A valid call and the request that asks for it."""

    id: str
    """The row's own id, or its number."""
    row: int
    request: str
    payload: Payload

    @property
    def family(self) -> str:
        """The phrasing family of the seed and of all rows on its wording."""
        return f"seed/{self.id}"


def iter_outside(payload: object, request: str) -> Iterator[str]:
    """Yield the identifying values of a row that lie outside the reserved ranges."""
    yield from (value for value in iter_texts(payload) if not is_harmless(value))
    held = {value.lstrip("+") for value in iter_texts(payload) if value.startswith("+")}
    for fact in read_facts(request):
        if fact.kind == "phone":
            local = fact.value.lstrip("+").removeprefix("0")
            if any(number.endswith(local) for number in held):
                continue  # a number of the payload, which has been looked at
        if fact.kind in ("phone", "ipv4", "ipv6", "url") and not is_reserved(fact.kind, fact.value):
            yield fact.value
    for match in EMAIL.finditer(request):
        if HOST.fullmatch(match[1]) is None:
            yield match[0]


def iter_texts(node: Any, name: str = "") -> Iterator[str]:
    """Yield the texts of a payload; a secret with its name in front."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from iter_texts(value, str(key))
    elif isinstance(node, list):
        for value in node:
            yield from iter_texts(value, name)
    elif isinstance(node, str):
        yield f"{name}={node}" if name in SECRETS else node


def is_harmless(value: str) -> bool:
    """Say whether a text of a payload is reserved, or identifies nobody."""
    if value.partition("=")[0] in SECRETS:
        return False
    if value.startswith("+") and value[1:].isdigit():
        return is_reserved("phone", value)
    if "://" in value:
        return is_reserved("url", value)
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        match = EMAIL.search(value)
        return match is None or HOST.fullmatch(match[1]) is not None
    return is_reserved("ipv6" if ":" in value else "ipv4", value)


def is_reserved(kind: str, value: str) -> bool:
    """Say whether a phone number, address or URL can belong to nobody."""
    if kind == "phone":
        return is_reserved_phone(value)
    if kind == "url":
        try:
            host = urlsplit(value).hostname or ""
        except ValueError:
            return False
        return HOST.fullmatch(host) is not None or is_reserved_address(host)
    return is_reserved_address(value)


def is_reserved_address(value: str) -> bool:
    """Say whether an address or network lies inside a reserved range."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return any(
        network.version == known.version and known.supernet_of(network)  # type: ignore[arg-type]  # same version
        for known in NETWORKS
    )
