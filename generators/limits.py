"""What may a createSession body of one release hold? Read from its schema, not from its number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from callforge_core.spec import Operation, Schema

TOKEN, ASSERTION = "ACCESSTOKEN", "PRIVATE_KEY_JWT"
"""The kinds of credential that a request is put into words for."""
LONGEST_INT32 = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What differs between releases and matters to the facts of a request."""

    lowest_port: int = 1
    highest_port: int = 65535
    most_addresses: int = 0
    """Addresses a server's `ipAddresses` may list; 0: the release has no such member."""
    has_credential: bool = True
    has_assertion: bool = False
    """A sink may take a signed assertion in place of a token."""
    shortest_s: int = 1
    longest_s: int = LONGEST_INT32


EVERY_RELEASE = Limits()
"""What is allowed in all of them."""


def read_limits(operation: Operation) -> Limits:
    """Return the limits that the closed schema of createSession declares."""
    schema = operation.closed
    ports = list(iter_members(schema, "from"))
    lists = list(iter_members(schema, "ipAddresses"))
    durations = list(iter_members(schema, "duration"))
    kinds = {
        str(value)
        for child in iter_members(schema, "credentialType")
        for value in child.get("enum", ())
    }
    return Limits(
        lowest_port=max((each.get("minimum", 0) for each in ports), default=0),
        highest_port=min((each.get("maximum", 65535) for each in ports), default=65535),
        most_addresses=min((each.get("maxItems", 16) for each in lists), default=0),
        has_credential=TOKEN in kinds,
        has_assertion=ASSERTION in kinds,
        shortest_s=max((each.get("minimum", 1) for each in durations), default=1),
        longest_s=min((each.get("maximum", LONGEST_INT32) for each in durations), default=1),
    )


def iter_members(schema: Any, name: str) -> Iterator[Schema]:
    """Yield what a schema says, anywhere in it, of members called `name`."""
    stack: list[Any] = [schema]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            members = node.get("properties")
            if isinstance(members, dict) and isinstance(members.get(name), dict):
                yield members[name]
            stack += node.values()
