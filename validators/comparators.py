"""Typed comparators (metrics.md, section 3): when two values of one slot mean the same.

Everything is compared through a canonical form, so each comparator is reflexive and symmetric by
construction. A value that is not of its kind (junk) is canonical as itself; nothing here raises on
junk. Text is never squashed: `QOS_E` is not `qose`, and 1.2.3.0/24 is not 12.30/24.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from callforge_core.errors import UnknownName
from callforge_core.registry import unknown

SLOT_MEMBERS: dict[str, tuple[str, ...]] = {
    "device": ("device",),
    "applicationServer": ("applicationServer",),
    "ports": ("devicePorts", "applicationServerPorts"),
    "qosProfile": ("qosProfile",),
    "duration": ("duration",),
    "sink": ("sink",),
}
"""Slot of createSession -> the top-level members that carry it."""

SLOTS = tuple(SLOT_MEMBERS)

Canonical = tuple[tuple[str, str], ...]
"""A value as sorted (JSON pointer, canonical text) pairs: hashable, equal when the values are."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Intervals = tuple[tuple[int, int], ...]

PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")
PHONE = re.compile(r"\+[0-9]{1,40}")
URI = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")  # RFC 3986, 2.3: %41 and A are the same
DEFAULT_PORTS = {"https": "443", "http": "80"}


def slot_of(payload: object, slot: str) -> Any:
    """Return the value of `slot`, None when absent; ports is a dict of its members present."""
    members = members_of(slot)
    if not isinstance(payload, Mapping):
        return None
    if slot == "ports":
        return {name: payload[name] for name in members if name in payload} or None
    return payload.get(members[0])


def slots_equal(slot: str, left: object, right: object) -> bool:
    """Say whether two values, as `slot_of` returns them, mean the same."""
    return canonical_slot(slot, left) == canonical_slot(slot, right)


def canonical_slot(slot: str, value: object) -> Canonical:
    """Return the canonical form of a slot's value, as `slot_of` returns it."""
    members = members_of(slot)
    if slot == "ports":
        return canonical(value)
    return canonical(value, "/" + members[0])


def members_of(slot: str) -> tuple[str, ...]:
    """Return the top-level members of `slot`; UnknownName for anything that is no slot."""
    if slot not in SLOT_MEMBERS:
        raise UnknownName(unknown("slot", slot, SLOT_MEMBERS))
    return SLOT_MEMBERS[slot]


def values_equal(pointer: str, left: object, right: object) -> bool:
    """Say whether two values at one JSON pointer of a payload mean the same."""
    if left.__class__ is right.__class__ and isinstance(left, str | int) and left == right:
        return True  # the same text or number means the same anywhere; most pairs are
    return canonical(left, pointer) == canonical(right, pointer)


def canonical(value: object, pointer: str = "") -> Canonical:
    """Return the canonical form of the value that stands at `pointer` of a payload."""
    return tuple(sorted(walk(value, pointer, WHOLES | LEAVES)))


def leaves(payload: object) -> Counter[tuple[str, str]]:
    """Return the multiset of (pointer with `*` for indices, canonical text) of all leaves.

    Port numbers stay single leaves here; an empty object or array is a leaf.
    """
    return Counter((starred(pointer), text) for pointer, text in walk(payload, "", LEAVES))


def starred(pointer: str) -> str:
    """Return `pointer` with array indices replaced by `*`."""
    return re.sub(r"/[0-9]+(?=/|$)", "/*", pointer)


def walk(
    value: object, pointer: str, typed: Mapping[str, Callable[[Any], str]]
) -> Iterator[tuple[str, str]]:
    """Yield (pointer, canonical text) of the leaves; a pointer of `typed` is one leaf."""
    for place, node in iter_leaves(value, pointer, WHOLES.keys() & typed.keys()):
        yield place, typed.get(starred(place), exact)(node)


def iter_leaves(
    value: object, pointer: str = "", wholes: Collection[str] = ()
) -> Iterator[tuple[str, object]]:
    """Yield (pointer, value) of scalars, empty containers and what stands at `wholes`.

    Uses a stack of its own: junk may be nested deeper than Python recurses.
    """
    stack: list[tuple[str, object]] = [(pointer, value)]
    while stack:
        place, node = stack.pop()
        if place in wholes:
            yield place, node
        elif isinstance(node, Mapping) and node:
            stack.extend((f"{place}/{escape(key)}", child) for key, child in node.items())
        elif isinstance(node, list) and node:
            stack.extend((f"{place}/{index}", child) for index, child in enumerate(node))
        else:
            yield place, node


def escape(key: object) -> str:
    """Return a key as a token of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


def exact(value: object) -> str:
    """Return the text of a scalar: JSON types stay apart, 3600.0 is the number 3600."""
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 1 << 64 else hex(value)  # str() refuses 4,300 digits
    if isinstance(value, Mapping | list) and not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    return f"{type(value).__name__} {value!r}" if isinstance(value, float) else shape(value)


def canonical_phone(value: object) -> str:
    """Return the E.164 digits after the plus sign."""
    if isinstance(value, str) and PHONE.fullmatch(value):
        return f"phone {value}"
    return exact(value)


def canonical_address(value: object) -> str:
    """Return an IPv4 or IPv6 address in its one normal spelling."""
    if isinstance(value, str):
        try:
            return f"address {ipaddress.ip_address(value)}"
        except ValueError:
            pass
    return exact(value)


def canonical_network(value: object) -> str:
    """Return an address or network as a network; host bits do not count."""
    found = network(value)
    return exact(value) if found is None else f"network {found}"


def network(value: object) -> Network | None:
    """Read `address` or `address/prefix` as a network, None when it is neither."""
    if not isinstance(value, str):
        return None
    address, slash, prefix = value.partition("/")
    if slash and not PREFIX.fullmatch(prefix):  # no net masks: 1.1.1.0/255.255.255.0 is T4
        return None
    try:
        return ipaddress.ip_network(f"{address}/{prefix}" if slash else address, strict=False)
    except ValueError:
        return None


def canonical_ports(value: object) -> str:
    """Return a PortsSpec as its set of intervals, `ports` and `ranges` together."""
    found = intervals(value)
    if found is None:
        return repr(canonical(value))
    return "ports " + ",".join(f"{low}-{high}" for low, high in found)


def intervals(value: object) -> Intervals | None:
    """Return the merged inclusive intervals of a PortsSpec, None when it is not a sound one."""
    if not isinstance(value, Mapping) or not value or value.keys() - {"ports", "ranges"}:
        return None
    ports, ranges = value.get("ports", []), value.get("ranges", [])
    if not isinstance(ports, list) or not isinstance(ranges, list) or not (ports or ranges):
        return None
    pairs = [(port, port) for port in ports]
    for span in ranges:
        if not isinstance(span, Mapping) or span.keys() != {"from", "to"}:
            return None
        pairs.append((span["from"], span["to"]))
    if not all(is_number(low) and is_number(high) and low <= high for low, high in pairs):
        return None
    return merge((int(low), int(high)) for low, high in pairs)


def merge(pairs: Iterable[tuple[int, int]]) -> Intervals:
    """Join intervals that overlap or touch."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def is_number(value: object) -> bool:
    """Say whether a value is an integer, written 5060 or 5060.0 (that fault is the schema's)."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )


def canonical_uri(value: object) -> str:
    """Return a URI in the normal form of RFC 3986, section 6.2.2 and 6.2.3."""
    match = URI.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return exact(value)
    scheme = match["scheme"].lower()
    user, at, host = match["authority"].rpartition("@")
    host, port = split_port(host.lower())
    colon = "" if port in ("", DEFAULT_PORTS.get(scheme)) else f":{port}"
    path = without_dots(normal_escapes(match["path"])) or "/"
    tail = normal_escapes((match["query"] or "") + (match["fragment"] or ""))
    return f"uri {scheme}://{normal_escapes(user)}{at}{normal_escapes(host)}{colon}{path}{tail}"


def split_port(authority: str) -> tuple[str, str]:
    """Split `host:port`; the colons of an IPv6 literal belong to the host."""
    match = re.fullmatch(r"(.*?)(?::([0-9]*))?", authority, re.DOTALL)
    assert match is not None  # every text matches
    return match[1], match[2] or ""


def normal_escapes(text: str) -> str:
    """Undo escapes of unreserved characters, write the others in upper case."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if UNRESERVED.fullmatch(character) else match[0].upper()

    return ESCAPE.sub(one, text)


def without_dots(path: str) -> str:
    """Remove the segments `.` and `..` of a path (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def shape(value: object) -> str:
    """Return only the JSON type: how a credential is compared, so that no log shows it."""
    return f"<{type(value).__name__}>"


LEAVES: dict[str, Callable[[Any], str]] = {
    "/device/phoneNumber": canonical_phone,
    "/device/ipv4Address/publicAddress": canonical_address,
    "/device/ipv4Address/privateAddress": canonical_address,
    "/device/ipv6Address": canonical_address,
    "/applicationServer/ipv4Address": canonical_network,
    "/applicationServer/ipv6Address": canonical_network,
    "/sink": canonical_uri,
    "/sinkCredential/accessToken": shape,
    "/sinkCredential/accessTokenExpiresUtc": shape,
    "/sinkCredential/identifier": shape,
    "/sinkCredential/secret": shape,
    "/sinkCredential/refreshToken": shape,
    "/sinkCredential/refreshTokenEndpoint": shape,
    "/sinkCredential/refreshTokenExpiresUtc": shape,
}
"""Pointer of a scalar -> its canonical text; every other scalar is compared as it is."""

WHOLES: dict[str, Callable[[Any], str]] = {
    "/devicePorts": canonical_ports,
    "/applicationServerPorts": canonical_ports,
}
"""Pointer of an object that is compared as one value."""
