"""Faults of meaning, V1 to V8: well formed, but something else than the request says."""

from __future__ import annotations

import ipaddress
from functools import partial
from random import Random

from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from generators.edits import (
    INJECTORS,
    Edit,
    Ground,
    NotApplicable,
    Option,
    added,
    as_tier,
    choose,
    pick,
    removed,
    renamed,
    replaced,
    value_at,
)

SLOTS_OF_TEXT = (
    "/device/phoneNumber",
    "/device/ipv4Address/privateAddress",
    "/applicationServer/ipv4Address",
    "/sink",
)
RATIOS = (60, 3600, 1000)
UNKNOWN_PROFILES = ("QOS_XXL", "QOS_XL", "QOS_HIGH", "LOW_LATENCY", "QOS_PREMIUM", "QOS_GOLD")
PLACEHOLDERS = {
    "/device/phoneNumber": ("+1234567890", "+123456789", "+10000000000"),
    "/device/ipv6Address": ("2001:db8::1", "2001:db8:85a3::8a2e:370:7334"),
    "/applicationServer/ipv4Address": ("192.0.2.1", "203.0.113.1", "198.51.100.1"),
    "/applicationServer/ipv6Address": ("2001:db8::1", "2001:db8:85a3::8a2e:370:7334"),
    "/sink": (
        "https://callback.example.com/qod",
        "https://your-app.example.com/callback",
        "https://www.example.org/hook",
        "https://your-server.example.net/events",
    ),
}
DROPPABLE = ("/device", "/applicationServerPorts", "/devicePorts", "/sink")
UNREQUESTED_SINK = "https://callback.example.com/events"
UNREQUESTED_PORTS = ({"ports": [443]}, {"ports": [8080]}, {"ports": [80]}, {"ports": [5060]})


@INJECTORS.register("V1")
def miscopy(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A value of the request is copied wrongly: two digits change places, or one is another."""
    options: list[Option] = []
    for pointer in SLOTS_OF_TEXT:
        value = value_at(gold, pointer)
        if isinstance(value, str) and is_single(value):
            wrong = misspell(value, pointer, ground.rng)
            if wrong:
                options.append(partial(replaced, gold, pointer, wrong, "digits"))
    public = value_at(gold, "/device/ipv4Address/publicPort")
    if public:
        pointer = "/device/ipv4Address/publicPort"
        options.append(partial(replaced, gold, pointer, misspell_port(public, ground.rng), "port"))
    for slot in ("/applicationServerPorts", "/devicePorts"):
        ports = value_at(gold, f"{slot}/ports") or []
        if len(ports) == 1 and not value_at(gold, f"{slot}/ranges"):
            wrong_port = misspell_port(ports[0], ground.rng)
            options.append(partial(replaced, gold, f"{slot}/ports/0", wrong_port, "port"))
    return choose(options, ground.rng, "the payload copies nothing")


@INJECTORS.register("V2")
def mistake_unit(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """The duration is in minutes, hours or milliseconds."""
    seconds = gold.get("duration")
    profile = ground.catalogue.get(gold.get("qosProfile"))
    if not isinstance(seconds, int) or profile is None:
        return NotApplicable("the payload has no duration")
    wrongs = [(seconds // ratio, f"divided by {ratio}") for ratio in RATIOS if seconds % ratio == 0]
    wrongs += [(seconds * ratio, f"times {ratio}") for ratio in RATIOS]
    low, high = profile.min_duration_s, profile.max_duration_s or 2**31 - 1
    options = [
        partial(replaced, gold, "/duration", wrong, detail)
        for wrong, detail in wrongs
        if low <= wrong <= high
    ]
    return choose(options, ground.rng, "every other unit leaves the limits")


@INJECTORS.register("V3")
def swap_slots(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A right value stands in another slot."""
    options: list[Option] = []
    if ("devicePorts" in gold) != ("applicationServerPorts" in gold):
        names = ["devicePorts", "applicationServerPorts"]
        if names[0] not in gold:
            names.reverse()
        options.append(partial(renamed, gold, f"/{names[0]}", names[1], "ports of the other side"))
    for source, target in (
        ("/device/ipv4Address/publicAddress", "/applicationServer/ipv4Address"),
        ("/device/ipv6Address", "/applicationServer/ipv6Address"),
    ):
        value, old = value_at(gold, source), value_at(gold, target)
        if value and old and value != old:
            options.append(partial(replaced, gold, target, value, "device address as server"))
            if "/" not in old:
                options.append(partial(replaced, gold, source, old, "server address as device"))
    return choose(options, ground.rng, "no value could stand in another slot")


@INJECTORS.register("V4")
def mistake_profile(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """The profile is another one (tier 2), or one that does not exist (tier 1)."""
    name, seconds = gold["qosProfile"], gold.get("duration", 1)
    others = [
        profile.name
        for profile in ground.catalogue.active
        if profile.name != name
        and profile.min_duration_s <= seconds <= (profile.max_duration_s or seconds)
    ]
    if others and ground.rng.random() < 0.7:
        edit = replaced(gold, "/qosProfile", pick(others, ground.rng), "another profile")
        return as_tier(edit, 2, "gold", "project")
    wrongs = (*UNKNOWN_PROFILES, name.lower(), name.replace("_", "-"), name + "_1")
    wrong = pick([wrong for wrong in wrongs if wrong not in ground.catalogue.by_name], ground.rng)
    edit = replaced(gold, "/qosProfile", wrong, "unknown profile")
    return as_tier(edit, 1, "catalogue", "normative")


@INJECTORS.register("V5")
def fabricate(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A placeholder stands for a value."""
    options: list[Option] = []
    said = render_json(gold)
    for pointer, values in PLACEHOLDERS.items():
        old = value_at(gold, pointer)
        # a value that is part of another one would be read in the request
        fresh = [value for value in values if value not in said]
        if old and fresh and is_single(old):
            value = pick(fresh, ground.rng)
            options.append(partial(replaced, gold, pointer, value, "placeholder"))
    return choose(options, ground.rng, "the payload has no slot with a usual placeholder")


@INJECTORS.register("V6")
def drop_slot(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """Something that was asked for is left out."""
    pointers = [pointer for pointer in DROPPABLE if pointer[1:] in gold]
    if "sinkCredential" in gold:  # left alone by its sink, it would be C3
        pointers = [pointer for pointer in pointers if pointer != "/sink"] + ["/sinkCredential"]
    device = gold.get("device", {})
    if len(device) > 1:
        pointers += [f"/device/{name}" for name in device]
    options = [partial(removed, gold, pointer, pointer[1:]) for pointer in pointers]
    return choose(options, ground.rng, "nothing optional was asked for")


@INJECTORS.register("V7")
def add_slot(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """Something nobody asked for is there."""
    names = [name for name in ("devicePorts", "applicationServerPorts") if name not in gold]
    options: list[Option] = []
    for name in names:
        index = list(gold).index("qosProfile")
        if name == "devicePorts" and "applicationServerPorts" in gold:
            index = list(gold).index("applicationServerPorts")
        value = pick(UNREQUESTED_PORTS, ground.rng)
        options.append(partial(added, gold, f"/{name}", value, name, index))
    if "sink" not in gold:
        index = list(gold).index("qosProfile") + 1
        options.append(partial(added, gold, "/sink", UNREQUESTED_SINK, "sink", index))
    return choose(options, ground.rng, "every optional slot was asked for")


@INJECTORS.register("V8")
def change_extent(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A network or port range is wider or narrower; one address of two is left out."""
    options: list[Option] = []
    server = gold.get("applicationServer", {})
    for key, value in server.items():
        pointer = f"/applicationServer/{key}"
        for wrong in other_extents(value) if isinstance(value, str) else ():
            options.append(partial(replaced, gold, pointer, wrong, "network"))
        if len(server) > 1:
            options.append(partial(removed, gold, pointer, f"{key} left out"))
    for slot in ("/applicationServerPorts", "/devicePorts"):
        for index, span in enumerate(value_at(gold, f"{slot}/ranges") or ()):
            end = span["to"] + 10
            if end <= 65535:
                pointer = f"{slot}/ranges/{index}/to"
                options.append(partial(replaced, gold, pointer, end, "range"))
    return choose(options, ground.rng, "the payload has no extent")


def other_extents(value: str) -> list[str]:
    """Return the network wider and narrower; for a single address the network around it."""
    address, slash, length = value.partition("/")
    if not slash:
        return [f"{address}/24"] if "." in address else [f"{address}/64"]
    step = 8 if "." in address else 16
    bits = 32 if "." in address else 128
    lengths = [int(length) - step, int(length) + step // 4]
    return [f"{address}/{other}" for other in lengths if step <= other <= bits]


def misspell(value: str, pointer: str, rng: Random) -> str | None:
    """Return the text with two neighbouring digits swapped or one replaced; None if impossible.

    An address must leave the documentation ranges: inside them it would pass for a placeholder.
    """
    places = [place for place, sign in enumerate(value) if sign.isdigit()]
    if pointer == "/device/phoneNumber":
        places = places[3:]  # a country code keeps its first digits
    for _ in range(12):
        place = pick(places, rng)
        following = value[place + 1 : place + 2]
        if following.isdigit() and following != value[place] and rng.random() < 0.7:
            wrong = value[:place] + following + value[place] + value[place + 2 :]
        else:
            digit = str((int(value[place]) + 1 + int(rng.random() * 8)) % 10)
            wrong = value[:place] + digit + value[place + 1 :]
        if "." not in value or "://" in value or is_plain_address(wrong):
            return wrong
    return None


def misspell_port(port: int, rng: Random) -> int:
    """Return a port one digit away."""
    wrong = int(misspell(str(port), "", rng) or 0)
    return wrong if 0 < wrong <= 65535 and wrong != port else max(1, port - 1)


def is_single(value: str) -> bool:
    """Say whether a text is no network: only a URL may hold a slash."""
    return "://" in value or "/" not in value


def is_plain_address(text: str) -> bool:
    """Say whether a text is an IPv4 address outside the documentation ranges."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return (
        not text.startswith(("192.0.2.", "198.51.100.", "203.0.113.")) and not address.is_loopback
    )
