"""Is a value a usual stand-in, and does a request contain it? (R11)"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from validators.places import Place

NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # RFC 5737
        "2001:db8::/32",  # RFC 3849
    )
)  # fmt: skip
NUMBER = re.compile(r"\+1?(?:0?123456\d*|(\d)\1{5,}|\d{1,2}0{7,})")
HOSTS = re.compile(r"(?:www\.|api\.|callback\.|your[\w-]*\.)?example\.(?:com|org|net)|your[\w.-]+")
LABEL = re.compile(r"[A-Za-z][\w ]*[=:]")


def is_placeholder(value: object) -> bool:
    """Say whether a text is a usual stand-in: +1234567890, a documentation address, example.com."""
    if not isinstance(value, str):
        return False
    if value.startswith("+"):
        return NUMBER.fullmatch(value) is not None
    if "://" in value:
        return HOSTS.fullmatch(host_of(value)) is not None
    network = network_of(value)
    return network is not None and any(
        network.version == known.version and known.supernet_of(network)  # type: ignore[arg-type]  # same version
        for known in NETWORKS
    )


def is_said(value: object, request: str) -> bool:
    """Say whether a request contains a text as a whole word, a number perhaps with gaps."""
    text = str(value)
    # a label may be glued to the value (server:192.0.2.1, port=5060), another address may not
    whole = rf"(?:(?<![\w.:/+-])|(?<=[A-Za-z][:=])){re.escape(text)}(?![\w:/-]|[.?]\w)"
    if re.search(whole, request):
        return True
    if text.startswith("+"):
        spaced = r"[\s().-]*".join(re.escape(digit) for digit in text[1:])
        return re.search(rf"(?<!\d){spaced}(?!\d)", request) is not None
    address = None if "://" in text else network_of(text)
    if address is None:
        return False
    words = (bare(word) for word in request.split())
    return any(network_of(word) == address for word in words)


def bare(word: str) -> str:
    """Return a word without the punctuation around it and without a label glued to it."""
    word = word.strip(",;:()[]\"'").rstrip(".")
    label = LABEL.match(word)
    return word[label.end() :] if label and network_of(word) is None else word


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Read an address or network, None when a text is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def host_of(url: str) -> str:
    """Return the host of a URL in small letters, nothing when there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def iter_placeholders(payload: Any, request: str, place: Place = ()) -> Iterator[Place]:
    """Yield the places of placeholders that a request does not contain."""
    stack: list[tuple[Any, Place]] = [(payload, place)]
    while stack:
        node, here = stack.pop()
        if isinstance(node, dict):
            stack.extend((child, (*here, key)) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            stack.extend((child, (*here, index)) for index, child in reversed([*enumerate(node)]))
        elif is_placeholder(node) and not is_said(node, request):
            yield here
