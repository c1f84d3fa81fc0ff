"""What the tests of validators share: the example of the taxonomy, and many mutants of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from callforge_core.records import Payload
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import catalogue_path, spec_path
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator

GOLD: Payload = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.0/24"},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}]},
    "qosProfile": "QOS_E",
    "sink": "https://app.example.com/qod",
    "duration": 3600,
}
CREDENTIAL = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "t0ken",
    "accessTokenExpiresUtc": "2026-03-02T09:00:00Z",
    "accessTokenType": "bearer",
}
RICH: Payload = {
    "device": {
        "phoneNumber": "+447700900123",
        "ipv4Address": {"publicAddress": "203.0.113.7", "publicPort": 41822},
        "ipv6Address": "2001:db8::7",
    },
    "applicationServer": {"ipv4Address": "198.51.100.0/24", "ipv6Address": "2001:db8:1::/48"},
    "devicePorts": {"ports": [5060, 5061]},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}], "ports": [443]},
    "qosProfile": "QOS_E",
    "sink": "https://app.example.com/qod",
    "sinkCredential": CREDENTIAL,
    "duration": 3600,
}
# what stands in for any value of a mutant: each breaks some word of the schema, or none
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 1, 65536, 70000, 2**31 - 1, 2**31, 3600.0, 0.5, "", "x", "3600",
    "+447700900123\n", "+0123456", "QOS_E\n", "203.0.113.7", "203.0.113.07", "203.0.113.7/24",
    "::1", "::g", "fe80::1%eth0",
    "https://a.example/b", "https://", "http://a.example", "https://a b", "ACCESSTOKEN",
    "PLAIN", "bearer",
    "2026-03-02T09:00:00", "2026-03-02T09:00:00+01:00", "2026-02-30T09:00:00Z", [], {}, [1], ["1"],
    {"from": 1}, {"from": 2, "to": 1}, [{"from": 1, "to": 2}], {"publicAddress": "203.0.113.7"},
)  # fmt: skip
NAMES = (
    "device",
    "phoneNumber",
    "ports",
    "publicPort",
    "privateAddress",
    "priority",
    "secret",
    "x",
)


@pytest.fixture(scope="session")
def operation() -> Operation:
    return load_spec(spec_path()).operation("createSession")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(catalogue_path())


@pytest.fixture(scope="session")
def validator(operation: Operation, catalogue: Catalogue) -> Validator:
    return Validator(operation, catalogue)


@pytest.fixture
def gold() -> Payload:
    return copy.deepcopy(GOLD)


@pytest.fixture
def credential() -> dict[str, Any]:
    return dict(CREDENTIAL)


@pytest.fixture(scope="session")
def mutants() -> list[Payload]:
    """600 payloads, each one to three small changes away from a valid one."""
    return list(iter_mutants(600, Random(11)))


def iter_mutants(count: int, rng: Random) -> Iterator[Payload]:
    """Yield changed copies of the two examples."""
    for _ in range(count):
        payload = copy.deepcopy(rng.choice((GOLD, RICH)))
        for _ in range(rng.choice((1, 1, 2, 3))):
            change(payload, rng)
        yield payload


def change(payload: Payload, rng: Random) -> None:
    """Replace, remove or add one member or item somewhere."""
    places = list(iter_places(payload))
    parent, key = rng.choice(places)
    kind = rng.choice(("replace", "replace", "remove", "add"))
    if kind == "replace":
        parent[key] = copy.deepcopy(rng.choice(STRANGE))
    elif kind == "remove":
        del parent[key]
    elif isinstance(parent, dict):
        parent[rng.choice(NAMES)] = copy.deepcopy(rng.choice(STRANGE))
    else:
        parent.append(copy.deepcopy(rng.choice(STRANGE)))


def iter_places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every (container, key) of a payload."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    for key in keys:
        yield value, key
        yield from iter_places(value[key])
    if not keys and isinstance(value, dict):
        value["x"] = 1
        yield value, "x"
