"""Which text does a schema accept, and would a person say? Formats, patterns, names, lengths.

Identifying values come from reserved ranges only (numbers.py): a fold keeps its own.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from random import Random
from uuid import UUID

from generators.numbers import (
    DOMAINS,
    draw_documentation,
    draw_ipv4_network,
    draw_ipv6,
    draw_phone,
    draw_private,
    draw_sink,
)
from generators.schema_values_cues import draw_cue_text, load_cues, words_of_name
from generators.schema_values_merging import Words
from generators.schema_values_patterns import FEW, draw_match

JOINTS = (" ", "-", "_", "")  # what a pattern may want between words
FIRST = ("ada", "ben", "carla", "dario", "elif", "femi", "greta", "hugo", "ines", "jonas", "kaya")
HOST = ("shop", "mail", "app", "edge", "files", "status", "api", "node")
PHONES = {"phone", "msisdn", "telephone", "mobile", "cell", "fax"}
EMAILS = {"email", "mail", "emails"}
URLS = {"url", "uri", "website", "homepage", "webhook", "callback", "sink", "link", "href"}
LONG = 60  # characters; nobody says a longer text, a limit beyond it is never reached on purpose


def draw_texts(words: Words, names: tuple[str, ...], rng: Random, fold: int) -> Iterator[str]:
    """Yield texts that may satisfy the limits, the most natural ones first, without end."""
    low, high = words.lengths.get("minLength", 0), words.lengths.get("maxLength", 1 << 30)
    formats = [FORMATS[name] for name in words.formats if name in FORMATS]
    reaches = reaches_for(low, high)
    for attempt in range(1 << 30):
        if formats and attempt % 4 < 3:
            yield formats[attempt % len(formats)](rng, fold)
        elif words.patterns and attempt >= len(JOINTS):
            pattern = words.patterns[attempt % len(words.patterns)]
            yield draw_match(pattern, rng, reaches[attempt % len(reaches)])
        else:
            text = fit(draw_named(names, rng, fold), low, high, rng)
            yield text.replace(" ", JOINTS[attempt % len(JOINTS)])


def reaches_for(low: int, high: int) -> list[int]:
    """Return how often an endless part of a pattern is repeated, attempt by attempt."""
    tries = [FEW, 2 * FEW, 0]
    if low > FEW:
        tries += [low, low + FEW]
    if high < FEW:
        tries += [1, high]
    return tries


def draw_named(names: tuple[str, ...], rng: Random, fold: int) -> str:
    """Return a text for a member of these names: a reserved identifier, or usual words."""
    own = set(words_of_name(names[-1])) if names else set()
    if own & PHONES:
        return draw_phone(rng, fold).e164
    if own & EMAILS and "address" not in own - EMAILS - {"address"}:
        return draw_email(rng, fold)
    if own & URLS:
        return draw_sink(rng, fold)
    if own & {"ip", "ipv4"}:
        return draw_documentation(rng, fold)
    if "ipv6" in own:
        return draw_ipv6(rng, fold)
    if own & {"date", "birthday", "dob"}:
        return draw_date(rng, fold)
    if own & {"cidr", "subnet"}:
        return draw_ipv4_network(rng, fold)
    return draw_cue_text(names, rng)


def fit(text: str, low: int, high: int, rng: Random) -> str:
    """Return a text of a length within limits: cut at a word, or with a few words more."""
    filler = load_cues().filler
    while len(text) < low:
        more = filler[int(rng.random() * len(filler))]
        text = f"{text} {more}" if len(text) + len(more) < high else text + more
    if len(text) > high:
        cut = text[:high]
        whole = cut.rpartition(" ")[0] if text[high : high + 1] != " " else cut
        text = whole if len(whole.strip()) >= max(low, 1) else cut
    stripped = text.strip()
    return stripped if len(stripped) >= low else text.replace(" ", "-")


def two(number: int) -> str:
    """Return a number with at least two digits."""
    return f"{number:02d}"


def draw_date(rng: Random, _fold: int) -> str:
    """Return a day as RFC 3339 writes it."""
    year, month = 2026 + int(rng.random() * 4), 1 + int(rng.random() * 12)
    return f"{year}-{two(month)}-{two(1 + int(rng.random() * 28))}"


def draw_time(rng: Random, _fold: int) -> str:
    """Return a time of the day with its zone."""
    minute = 5 * int(rng.random() * 12)
    zone = ("Z", "Z", "Z", "+01:00", "+02:00", "-05:00")[int(rng.random() * 6)]
    return f"{two(int(rng.random() * 24))}:{two(minute)}:00{zone}"


def draw_date_time(rng: Random, fold: int) -> str:
    """Return a moment as RFC 3339 writes it."""
    return f"{draw_date(rng, fold)}T{draw_time(rng, fold)}"


def draw_duration(rng: Random, _fold: int) -> str:
    """Return a length of time of ISO 8601."""
    kind, count = int(rng.random() * 5), 1 + int(rng.random() * 23)
    return (f"PT{count}H", f"PT{5 * count}M", f"P{count}D", f"PT{count}H30M", f"P{count}DT12H")[
        kind
    ]


def draw_uuid(rng: Random, _fold: int) -> str:
    """Return a random UUID of version 4."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def draw_email(rng: Random, fold: int) -> str:
    """Return an address under a domain kept for examples; the number belongs to the fold."""
    number = fold + 10 * int(rng.random() * 100)
    return f"{pick(FIRST, rng)}{number}@{pick(DOMAINS, rng)}"


def draw_host(rng: Random, fold: int) -> str:
    """Return a host name under a domain kept for examples."""
    return f"{pick(HOST, rng)}{fold + 10 * int(rng.random() * 100)}.{pick(DOMAINS, rng)}"


def draw_base64(rng: Random, _fold: int) -> str:
    """Return a few bytes in base64."""
    return base64.b64encode(rng.randbytes(6 + 3 * int(rng.random() * 3))).decode()


def pick(items: tuple[str, ...], rng: Random) -> str:
    """Return one of the items."""
    return items[int(rng.random() * len(items))]


FORMATS: dict[str, Callable[[Random, int], str]] = {
    "date": draw_date,
    "time": draw_time,
    "date-time": draw_date_time,
    "duration": draw_duration,
    "uuid": draw_uuid,
    "email": draw_email,
    "idn-email": draw_email,
    "hostname": draw_host,
    "idn-hostname": draw_host,
    "ipv4": draw_documentation,
    "ipv6": draw_ipv6,
    "ip": draw_private,
    "cidr": draw_ipv4_network,
    "uri": draw_sink,
    "url": draw_sink,
    "iri": draw_sink,
    "uri-reference": lambda rng, fold: draw_sink(rng, fold).partition(".example")[2][4:],
    "iri-reference": lambda rng, fold: draw_sink(rng, fold),
    "uri-template": lambda rng, fold: draw_sink(rng, fold) + "/{id}",
    "json-pointer": lambda rng, _: f"/{pick(load_cues().keys, rng)}/{int(rng.random() * 9)}",
    "relative-json-pointer": lambda rng, _: (
        f"{int(rng.random() * 3)}/{pick(load_cues().keys, rng)}"
    ),
    "regex": lambda rng, _: f"^{pick(load_cues().keys, rng)}-[0-9]{{{1 + int(rng.random() * 6)}}}$",
    "byte": draw_base64,
    "phone": lambda rng, fold: draw_phone(rng, fold).e164,
    "msisdn": lambda rng, fold: draw_phone(rng, fold).e164,
    "e164": lambda rng, fold: draw_phone(rng, fold).e164,
}
"""Format -> how a value of it is drawn; other formats limit nothing that a name does not tell."""
