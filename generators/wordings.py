"""How is one value written?  Mostly as the API wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from generators.durations import pick
from generators.lexicon import Lexicon, load_values
from generators.numbers import Phone
from generators.scenarios import DeviceIpv4, Ports, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The wording of every value of a scenario."""

    flavours: Mapping[str, str]
    """Slot -> flavour of its clauses; an absent slot has none."""
    values: Mapping[tuple[str, str], str]
    """(slot, name in the clause) -> words."""
    facts: Mapping[str, str]
    """Payload slot -> the words used."""


def word_scenario(scenario: Scenario, rng: Random, lexicon: Lexicon) -> Words:
    """Return words for every value the scenario holds."""
    flavours: dict[str, str] = {}
    values: dict[tuple[str, str], str] = {}
    facts: dict[str, str] = {}
    word_device(scenario, rng, flavours, values, facts)
    word_server(scenario, rng, flavours, values, facts)
    if scenario.device_ports:
        word = word_ports(scenario.device_ports, rng)
        flavours["device_ports"] = port_flavour(scenario.device_ports)
        values["device_ports", "v"] = facts["devicePorts"] = word
    word_profile(scenario, rng, lexicon, flavours, values, facts)
    flavours["duration"] = "interval" if scenario.duration.interval else "length"
    values["duration", "v"] = facts["duration"] = scenario.duration.words
    if scenario.sink:
        flavours["sink"] = "url"
        values["sink", "v"] = facts["sink"] = scenario.sink
    return Words(flavours=flavours, values=values, facts=facts)


def word_device(
    scenario: Scenario,
    rng: Random,
    flavours: dict[str, str],
    values: dict[tuple[str, str], str],
    facts: dict[str, str],
) -> None:
    """Word the device's identifiers."""
    address = ""
    if scenario.device_ipv4:
        address = facts["device.ipv4Address"] = word_device_ipv4(scenario.device_ipv4, rng)
    elif scenario.device_ipv6:
        address = facts["device.ipv6Address"] = scenario.device_ipv6
    if scenario.phone:
        phone = facts["device.phoneNumber"] = word_phone(scenario.phone, rng)
        values["device", "phone"] = phone
        values["device", "v"] = address or phone
        flavours["device"] = "both" if address else "phone"
    elif address:
        values["device", "v"] = address
        flavours["device"] = "address"


def word_server(
    scenario: Scenario,
    rng: Random,
    flavours: dict[str, str],
    values: dict[tuple[str, str], str],
    facts: dict[str, str],
) -> None:
    """Word the server's addresses and ports; one port may be glued to one address."""
    ipv4, ipv6, ports = scenario.server_ipv4, scenario.server_ipv6, scenario.server_ports
    if ipv4:
        values["server", "ipv4"] = facts["applicationServer.ipv4Address"] = ipv4
    if ipv6:
        values["server", "ipv6"] = facts["applicationServer.ipv6Address"] = ipv6
    address = ipv4 or ipv6 or ""
    flavours["server"] = "both" if ipv4 and ipv6 else "network" if "/" in address else "address"
    if ports:
        facts["applicationServerPorts"] = word_ports(ports, rng)
        single = not ports.ranges and len(ports.singles) == 1
        if single and flavours["server"] == "address" and rng.random() >= 0.8:
            address = f"{address}:{ports.singles[0]}" if ipv4 else f"[{address}]:{ports.singles[0]}"
        else:
            flavours["ports"] = port_flavour(ports)
            values["ports", "v"] = facts["applicationServerPorts"]
    values["server", "v"] = address


def word_profile(
    scenario: Scenario,
    rng: Random,
    lexicon: Lexicon,
    flavours: dict[str, str],
    values: dict[tuple[str, str], str],
    facts: dict[str, str],
) -> None:
    """Word the profile: its name, what it is for, or both."""
    name = word_name(scenario.profile, rng)
    if scenario.workload is None:
        flavours["profile"] = "named"
        values["profile", "v"] = facts["qosProfile"] = name
        return
    usual = lexicon.workloads.get(scenario.workload.lower(), ())
    use = pick(rng, scenario.workload, *usual)
    facts["qosProfile"] = use
    if scenario.is_named:
        flavours["profile"] = "both"
        values["profile", "v"] = facts["qosProfile"] = name
        values["profile", "use"] = use
    else:
        flavours["profile"] = "implied"
        values["profile", "v"] = use


def word_phone(phone: Phone, rng: Random) -> str:
    """Write a phone number, mostly as E.164."""
    kind = rng.random()
    code, *groups = phone.groups
    if kind < 0.60:
        return phone.e164
    if kind < 0.76:
        return f"+{code} {' '.join(groups)}"
    if kind < 0.84:
        return f"+{code}-{'-'.join(groups)}"
    if kind < 0.88:
        return f"00{code}{''.join(groups)}"
    if kind < 0.92:
        return f"00{code} {' '.join(groups)}"
    if kind < 0.95:
        return f"(+{code}) {' '.join(groups)}"
    if kind < 0.97:
        return f"+{code} {''.join(groups)}"
    return f"+{code} ({groups[0]}) {' '.join(groups[1:])}"


def word_device_ipv4(address: DeviceIpv4, rng: Random) -> str:
    """Write an observed address with its port or its private address."""
    values = load_values()
    if address.private is None:
        pattern = pick(rng, *values.address_with_port)
        return pattern.format(a=address.public, p=address.port)
    return pick(rng, *values.address_with_private).format(a=address.public, b=address.private)


def word_ports(ports: Ports, rng: Random) -> str:
    """Write ports as a list, ranges with one of several dashes or words."""
    dash = pick(rng, "-", "-", "-", " to ", " to ", " - ", "–", " through ", "..", " up to ")
    parts = [f"{first}{dash}{last}" for first, last in ports.ranges] + list(map(str, ports.singles))
    if len(parts) == 1:
        return parts[0]
    glue, last = pick(
        rng, ", | and ", ", |, ", ",|,", ", | and ", " and | and ", ", | plus "
    ).split("|")
    return glue.join(parts[:-1]) + last + parts[-1]


def port_flavour(ports: Ports) -> str:
    """Say whether the ports are one port or many."""
    return "one" if not ports.ranges and len(ports.singles) == 1 else "many"


def word_name(name: str, rng: Random) -> str:
    """Write a profile name, mostly exactly."""
    kind = rng.random()
    if kind < 0.86:
        return name
    if kind < 0.90:
        return name.replace("_", " ")
    if kind < 0.94:
        return name.replace("_", "-")
    return name.lower()
