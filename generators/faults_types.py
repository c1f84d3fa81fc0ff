"""Faults of types and conditions: T1 to T6, C1 to C3."""

from __future__ import annotations

from functools import partial

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
    iter_integers,
    pick,
    raw,
    removed,
    replaced,
    value_at,
)
from validators.formats import is_address

OPTIONAL = ("/sink", "/devicePorts", "/applicationServerPorts", "/device", "/sinkCredential")
OPTIONAL_PARTS = ("phoneNumber", "ipv4Address", "ipv6Address")
NO_IPV4 = ("game-server-1", "300.1.1.1", "198.51.100", "server.local", "10.0.0.256", "localhost")
NO_IPV6 = ("2001:db8:::1", ":::::::", "2001:db8::g1", "ipv6-server", "2001:db8:1")
INT32_MAX = 2**31 - 1


@INJECTORS.register("T1")
def change_type(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A value has another JSON type."""
    options: list[Option] = [
        partial(replaced, gold, pointer, str(value), "number as text")
        for pointer, value in iter_integers(gold)
    ]
    phone = value_at(gold, "/device/phoneNumber")
    if phone:
        number = int(phone.lstrip("+"))
        options.append(partial(replaced, gold, "/device/phoneNumber", number, "text as number"))
    if isinstance(gold.get("duration"), int):
        options.append(
            partial(replaced, gold, "/duration", str(gold["duration"]), "number as text")
        )
    return choose(options, ground.rng, "the payload has no value of a plain type")


@INJECTORS.register("T2")
def change_number_form(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """An integer is written with a fraction or an exponent."""
    options: list[Option] = []
    for pointer, value in iter_integers(gold):
        options.append(partial(replaced, gold, pointer, raw(f"{value}.0"), "fraction"))
        if value % 10 == 0 and value:
            options.append(partial(replaced, gold, pointer, raw(f"{value // 10}e1"), "exponent"))
    return choose(options, ground.rng, "the payload has no integer")


@INJECTORS.register("T3")
def say_null(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """An absent member is said as null."""
    pointers = [pointer for pointer in OPTIONAL if pointer[1:] not in gold]
    for parent in ("/device", "/applicationServer"):
        children = value_at(gold, parent)
        if isinstance(children, dict) and "ipAddresses" not in children:
            names = OPTIONAL_PARTS if parent == "/device" else OPTIONAL_PARTS[1:]
            pointers += [f"{parent}/{name}" for name in names if name not in children]
    options = [partial(added, gold, pointer, None, pointer[1:]) for pointer in pointers]
    return choose(options, ground.rng, "no member is absent")


@INJECTORS.register("T4")
def break_form(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A text breaks its pattern or format."""
    options: list[Option] = []
    phone = value_at(gold, "/device/phoneNumber")
    if phone:
        spaced = f"{phone[:3]} {phone[3:7]} {phone[7:]}".strip()
        for wrong, detail in (
            (f"00{phone[1:]}", "00 for plus"),
            (phone[1:], "no plus"),
            (spaced, "blanks"),
            (f"tel:{phone}", "scheme"),
            (f"{phone}\n", "line feed"),
        ):
            options.append(partial(replaced, gold, "/device/phoneNumber", wrong, detail))
    if "sink" in gold:
        sinks = [gold["sink"].removeprefix("https://")]
        if "pattern" in (ground.member("sink") or {"pattern": "https"}):  # not before 1.1.0
            sinks.insert(0, gold["sink"].replace("https:", "http:"))
        for wrong in sinks:
            options.append(partial(replaced, gold, "/sink", wrong, "not https"))
    for name, wrongs in (("ipv4Address", NO_IPV4), ("ipv6Address", NO_IPV6)):
        pointer = f"/applicationServer/{name}"
        if value_at(gold, pointer):
            edit = partial(replaced, gold, pointer, pick(wrongs, ground.rng), "no address")
            options.append(partial(described, edit))
    public = value_at(gold, "/device/ipv4Address/publicAddress")
    if public:
        pointer = "/device/ipv4Address/publicAddress"
        options.append(partial(replaced, gold, pointer, public.rpartition(".")[0], "three octets"))
    expiry = value_at(gold, "/sinkCredential/accessTokenExpiresUtc")
    if expiry:
        pointer = "/sinkCredential/accessTokenExpiresUtc"
        edit = partial(replaced, gold, pointer, expiry.rstrip("Zz"), "time without zone")
        options.append(partial(as_tier_of_rule, edit))
    return choose(options, ground.rng, "the payload has no text with a form")


def as_tier_of_rule(edit: Option) -> Edit:
    """Return an edit that only a rule sees: the published schema does not reach the subtype."""
    return as_tier(edit(), 1, "rules", "normative")


def described(edit: Option) -> Edit:
    """Return an edit that only a rule sees: 1.1.0 gives server addresses no pattern."""
    return as_tier(edit(), 1, "rules", "described")


@INJECTORS.register("T5")
def leave_range(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A number lies beyond its limits."""
    options: list[Option] = []
    for pointer, value in iter_integers(gold):
        if pointer == "/duration":
            options += [
                partial(replaced, gold, pointer, wrong, "duration")
                for wrong in (0, -value, INT32_MAX + 1)
            ]
        elif not pointer.endswith("/from"):  # a start above its end would be C3 as well
            wrong = pick([70000, 65536, 99999], ground.rng)
            options.append(partial(replaced, gold, pointer, wrong, "port"))
    return choose(options, ground.rng, "the payload has no number")


@INJECTORS.register("T6")
def leave_enum(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A word is not one of those allowed."""
    options: list[Option] = [
        partial(replaced, gold, f"/sinkCredential/{name}", wrong, name)
        for name, wrong in (("credentialType", "BASIC"), ("accessTokenType", "Bearer"))
        if value_at(gold, f"/sinkCredential/{name}") is not None
    ]
    return choose(options, ground.rng, "the payload has no member with an enum")


@INJECTORS.register("C1")
def exclude_each_other(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """The server is said in both of two ways that exclude each other: as a list, as a network."""
    server = gold.get("applicationServer")
    if not isinstance(server, dict) or not ground.member("applicationServer", "ipAddresses"):
        return NotApplicable("no two members of this release exclude each other")
    options: list[Option] = []
    for name, version in (("ipv4Address", 4), ("ipv6Address", 6)):
        address = str(server.get(name, "")).partition("/")[0]
        if address:
            pointer = "/applicationServer/ipAddresses"
            options.append(partial(added, gold, pointer, [address], f"ipAddresses beside {name}"))
        for listed in server.get("ipAddresses", ()):
            if is_address(listed, version):
                pointer = f"/applicationServer/{name}"
                options.append(partial(added, gold, pointer, listed, f"{name} beside ipAddresses"))
    return choose(options, ground.rng, "the payload has no server")


@INJECTORS.register("C2")
def drop_condition(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """What one member demands beside it is absent."""
    address = value_at(gold, "/device/ipv4Address") or {}
    partners = [name for name in ("publicPort", "privateAddress") if name in address]
    options: list[Option] = []
    if len(partners) == 1:
        pointer = f"/device/ipv4Address/{partners[0]}"
        options.append(partial(removed, gold, pointer, "public address alone"))
    if value_at(gold, "/sinkCredential/credentialType") == "ACCESSTOKEN":
        for name in ("accessToken", "accessTokenExpiresUtc", "accessTokenType"):
            pointer = f"/sinkCredential/{name}"
            if value_at(gold, pointer) is not None:
                options.append(partial(removed, gold, pointer, f"credential without {name}"))
    return choose(options, ground.rng, "no member demands another")


@INJECTORS.register("C3")
def contradict(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """A port range runs downwards, or a credential has lost its sink."""
    options: list[Option] = []
    for slot in ("/applicationServerPorts", "/devicePorts"):
        for index, span in enumerate(value_at(gold, f"{slot}/ranges") or ()):
            if span["from"] < span["to"]:
                turned = {"from": span["to"], "to": span["from"]}
                pointer = f"{slot}/ranges/{index}"
                options.append(partial(replaced, gold, pointer, turned, "range upside down"))
    if "sink" in gold and "sinkCredential" in gold:
        options.append(partial(removed, gold, "/sink", "credential without sink"))
    return choose(options, ground.rng, "nothing in the payload could contradict")
