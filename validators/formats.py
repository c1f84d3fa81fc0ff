"""Does a text have the form of an address, a network, a time or a URI? Junk is simply False."""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from urllib.parse import urlsplit

PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")
E164 = re.compile(r"\+[1-9][0-9]{4,14}")
DATE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|z|[+-](\d{2}):(\d{2}))",
    re.ASCII,
)
# RFC 3986: what may stand in a URI; % only as the start of an escape
URI_TEXT = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")


def is_e164(value: object) -> bool:
    """Say whether a text is a number in international form, ASCII digits to the very end."""
    return isinstance(value, str) and E164.fullmatch(value) is not None


def network_fault(value: str, version: int) -> str | None:
    """Return why a text is no IP address or address/width of that version; None when it is one."""
    address, slash, width = value.partition("/")
    bits = 32 if version == 4 else 128
    if not is_address(address, version):
        return f"{address or 'nothing'!r} is no IPv{version} address"
    if slash and not (PREFIX.fullmatch(width) and int(width) <= bits):
        return f"/{width} is no width for IPv{version}; 0 to {bits} are"
    return None


def is_address(value: object, version: int) -> bool:
    """Say whether a text is one IP address: no zone, no mask, no leading zeros in IPv4."""
    if not isinstance(value, str) or "%" in value or not value.isascii():
        return False
    try:
        return ipaddress.ip_address(value).version == version
    except ValueError:
        return False


def has_host_bits(value: str) -> bool:
    """Say whether a network is written with bits set beyond its width, such as 198.51.100.7/24."""
    try:
        ipaddress.ip_network(value)
    except ValueError:
        return True
    return False


def is_date_time(value: object) -> bool:
    """Say whether a text is an RFC 3339 time with its zone."""
    match = DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(match[n]) for n in range(1, 7))
    try:
        date(year, month, day)
    except ValueError:
        return False
    zone_hour, zone_minute = int(match[8] or 0), int(match[9] or 0)
    # 60 is a leap second
    return hour < 24 and minute < 60 and second <= 60 and zone_hour < 24 and zone_minute < 60


def is_uri(value: object, schemes: tuple[str, ...] = ()) -> bool:
    """Say whether a text is a URI with a host, of one of the schemes if any are named."""
    if not isinstance(value, str) or URI_TEXT.fullmatch(value) is None:
        return False
    scheme, found, _ = value.partition("://")
    if not found or (scheme not in schemes if schemes else not SCHEME.fullmatch(scheme)):
        return False
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(HOST_NAME.fullmatch(host)) or is_address(host, 6)


def is_https_uri(value: object) -> bool:
    """Say whether a text is a URI with scheme https and a host."""
    return is_uri(value, ("https",))
