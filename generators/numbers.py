"""Which identifying values may a published set contain?  Only reserved ones.

A fold is a number 0-9. All identifying values of one row come from the row's fold, and no value
belongs to two folds: holding out whole folds keeps training and test values apart without
dropping a row.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from random import Random

from generators.lexicon import load_values

FOLDS = 10
STEP = 1_000_003  # a prime: the walk n -> n * STEP mod size visits every value once
DOCUMENTATION = ("192.0.2.", "198.51.100.", "203.0.113.")  # RFC 5737
PRIVATE_HOMES = (  # RFC 1918: first address, its prefix length, lengths of networks people use
    (10 << 24, 8, (16, 20, 22, 24, 24, 24, 24, 26, 28)),
    (172 << 24 | 16 << 16, 12, (20, 22, 24, 24, 24, 28)),
    (192 << 24 | 168 << 16, 16, (20, 22, 24, 24, 24, 24, 26, 28)),
)
READABLE = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another
HOSTS = ("app", "hooks", "events", "api", "notify", "cb", "qod", "ops", "edge", "sink")
TOKEN_HOSTS = ("auth", "login", "sso", "id", "oauth")
TOKEN_PATHS = ("token", "oauth2/token", "oauth/token", "v1/token", "connect/token", "as/token")
CLIENTS = ("qod-app", "notifier", "events", "svc-qos", "client", "portal", "hook-reader")
DOMAINS = ("example.com", "example.org", "example.net")
PATHS = (
    "qod",
    "events",
    "status",
    "callback",
    "sessions",
    "notifications",
    "qod/events",
    "hook",
    "v1/qos",
    "in",
)


@dataclass(frozen=True, slots=True)
class Phone:
    """An E.164 number in groups, the country code first."""

    groups: tuple[str, ...]

    @property
    def e164(self) -> str:
        """The number as the API wants it."""
        return "+" + "".join(self.groups)


def draw_index(rng: Random, size: int, fold: int) -> int:
    """Return a number below `size` that belongs to `fold`; `size` is at least FOLDS."""
    count = (size - fold + FOLDS - 1) // FOLDS
    return (fold + FOLDS * int(rng.random() * count)) * STEP % size


def draw_phone(rng: Random, fold: int) -> Phone:
    """Return a phone number nobody has: a fictional range, or a spare country code."""
    kind = rng.random()
    if kind < 0.35:
        return draw_spare(rng, fold)
    if kind < 0.55:
        areas = load_values().area_codes
        index = draw_index(rng, 100 * len(areas), fold)
        return Phone(("1", areas[index // 100], "555", f"01{index % 100:02d}"))
    ranges = load_values().fictional_phones
    pattern = ranges[int(rng.random() * len(ranges))]
    free = pattern.count("#")
    digits = iter(f"{draw_index(rng, 10**free, fold):0{free}d}")
    return Phone(tuple("".join([next(digits) if c == "#" else c for c in pattern]).split()))


def draw_spare(rng: Random, fold: int) -> Phone:
    """Return a number of 8 to 14 digits under a country code that is assigned to no country."""
    length = 5 + int(rng.random() * 7)
    codes = load_values().spare_codes
    code = codes[int(rng.random() * len(codes))]
    rest = f"{draw_index(rng, 10**length, fold):0{length}d}"
    groups = [code]
    while rest:
        size = 4 if len(rest) == 4 else min(len(rest), 2 + int(rng.random() * 2))
        groups.append(rest[:size])
        rest = rest[size:]
    return Phone(tuple(groups))


def draw_documentation(rng: Random, fold: int) -> str:
    """Return an IPv4 address of RFC 5737."""
    index = draw_index(rng, 768, fold)
    return f"{DOCUMENTATION[index >> 8]}{index & 255}"


def draw_private(rng: Random, fold: int) -> str:
    """Return an IPv4 address of RFC 1918."""
    kind = rng.random()
    if kind < 0.5:
        index = draw_index(rng, 1 << 24, fold)
        return f"10.{index >> 16}.{index >> 8 & 255}.{index & 255}"
    if kind < 0.75:
        index = draw_index(rng, 1 << 20, fold)
        return f"172.{16 + (index >> 16)}.{index >> 8 & 255}.{index & 255}"
    index = draw_index(rng, 1 << 16, fold)
    return f"192.168.{index >> 8}.{index & 255}"


def draw_ipv4_network(rng: Random, fold: int) -> str:
    """Return an IPv4 network with its prefix length, host bits zero."""
    if rng.random() < 0.5:
        if fold < len(DOCUMENTATION) and rng.random() < 0.4:
            return f"{DOCUMENTATION[fold]}0/24"
        length = 26 + int(rng.random() * 5)
        home, offset = divmod(draw_index(rng, 3 << (length - 24), fold), 1 << (length - 24))
        return f"{DOCUMENTATION[home]}{offset << (32 - length)}/{length}"
    base, base_length, lengths = PRIVATE_HOMES[int(rng.random() * len(PRIVATE_HOMES))]
    length = lengths[int(rng.random() * len(lengths))]
    index = draw_index(rng, 1 << (length - base_length), fold)
    value = base | index << (32 - length)
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}/{length}"


def draw_ipv6(rng: Random, fold: int) -> str:
    """Return an address of 2001:db8::/32 in its shortest spelling."""
    kind = rng.random()
    first = 1 + draw_index(rng, 65535, fold)
    if kind < 0.35:
        return f"2001:db8::{first:x}"
    last = 1 + int(rng.random() * (255 if kind < 0.7 else 65535))
    if kind < 0.6:
        return f"2001:db8:{first:x}::{last:x}"
    if kind < 0.93:
        middle = 1 + int(rng.random() * 4095)
        return f"2001:db8:{first:x}:{middle:x}::{last:x}"
    value = (0x20010DB8 << 96) | (first << 80) | (rng.getrandbits(64) << 16) | last
    return str(ipaddress.IPv6Address(value))


def draw_ipv6_network(rng: Random, fold: int) -> str:
    """Return a network inside 2001:db8::/32 with its prefix length."""
    first = 1 + draw_index(rng, 65535, fold)
    kind = rng.random()
    if kind < 0.45:
        return f"2001:db8:{first:x}::/48"
    if kind < 0.8:
        return f"2001:db8:{first:x}:{1 + int(rng.random() * 4095):x}::/64"
    return f"2001:db8:{first:x}:{(1 + int(rng.random() * 254)) << 8:x}::/56"


def draw_sink(rng: Random, fold: int, *, token: bool = False) -> str:
    """Return an https address under a domain kept for examples, one to get a token if so said."""
    index = draw_index(rng, 10_000, fold)
    hosts, paths = (TOKEN_HOSTS, TOKEN_PATHS) if token else (HOSTS, PATHS)
    host = hosts[index % (len(hosts) - 3) + int(rng.random() * 3)]
    path = paths[int(rng.random() * len(paths))]
    domain = DOMAINS[int(rng.random() * 3)]
    return f"https://{host}{index}.{domain}/{path}"


def draw_client(rng: Random, fold: int) -> str:
    """Return what a client calls itself where it gets its tokens; the fold stands in it."""
    index = draw_index(rng, 10_000, fold)
    name = CLIENTS[int(rng.random() * len(CLIENTS))]
    return f"{name}-{index}" if rng.random() < 0.6 else f"{name}{index}.{HOSTS[index % 7]}"


def draw_token(rng: Random, fold: int) -> str:
    """Return an access token that opens nothing: letters and digits, the fold among them."""
    size = 12 + int(rng.random() * 13)
    signs = "".join([READABLE[int(rng.random() * len(READABLE))] for _ in range(size)])
    return f"{signs}{fold}"


def draw_expiry(rng: Random) -> str:
    """Return an instant in the years to come, RFC 3339 in UTC; whole minutes mostly."""
    day, hour = 1 + int(rng.random() * 28), int(rng.random() * 24)
    minute = 5 * int(rng.random() * 12)
    return (
        f"{2030 + int(rng.random() * 10)}-{1 + int(rng.random() * 12):02d}-{day:02d}"
        f"T{hour:02d}:{minute:02d}:00Z"
    )
