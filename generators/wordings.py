"""How is one value written?  Mostly as the API wants it, sometimes as people do.

Rare spellings lie at the upper end of a draw, so that a focused Random keeps to the plain ones.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from random import Random

from generators.lexicon import load_values
from generators.numbers import Phone
from generators.scenarios import DeviceIpv4, Ports

Draw = Callable[[], float]
TRUNKS = {"44": "0", "33": "0", "49": "0", "353": "0", "61": "0", "46": "0", "1": ""}
"""Calling code -> what stands before a national number."""
COUNTRIES = {
    "44": ("UK", "uk", "British"),
    "33": ("France", "French"),
    "49": ("Germany", "German"),
    "353": ("Ireland", "Irish"),
    "61": ("Australia", "Australian"),
    "46": ("Sweden", "Swedish"),
    "1": ("US", "us", "American"),
}
DASHES = ("-", "-", "-", " to ", " to ", " - ", "–", " through ", "..", " up to ", "-", " – ")
GLUES = ((", ", " and "), (", ", ", "), (",", ","), (", ", " and "), (" and ", " and "),
         (", ", " plus "), (", ", " & "), ("/", "/"))  # fmt: skip


def word_phone(phone: Phone, rng: Random) -> str:
    """Write a phone number, mostly as E.164."""
    draw = rng.random
    kind = draw()
    if kind < 0.45:
        return phone.e164
    code, *groups = phone.groups
    if kind < 0.63:
        return f"+{code} {' '.join(groups)}"
    if kind < 0.69:
        return f"+{code}-{'-'.join(groups)}"
    if kind < 0.73:
        return f"00{code}{''.join(groups)}"
    if kind < 0.77:
        return f"00{code} {' '.join(groups)}"
    if kind < 0.81:
        return f"(+{code}) {' '.join(groups)}"
    if kind < 0.83:
        return f"(+{code}) {'-'.join(groups)}"
    if kind < 0.85:
        return f"+{code} {''.join(groups)}"
    if kind < 0.88:
        return f"+{code} ({groups[0]}) {'-'.join(groups[1:])}"
    if kind < 0.90:
        return f"+{code}.{'.'.join(groups)}"
    if kind < 0.93:
        return f"+{code} {' '.join(regroup(''.join(groups), draw))}"
    if kind < 0.97 and code in TRUNKS:
        return word_national(code, groups, draw)
    if kind < 0.985:
        return f"00{code} {' '.join(groups)} sorry {phone.e164}"
    return f"+ {code} {' '.join(groups)}"


def word_national(code: str, groups: list[str], draw: Draw) -> str:
    """Write a number as at home, and say where that is: 07700 900461 (uk)."""
    gap = "-" if code == "1" and draw() < 0.6 else " "
    local = TRUNKS[code] + gap.join(groups)
    names = COUNTRIES[code]
    name = names[int(draw() * len(names))]
    kind = draw()
    if kind < 0.4:
        return f"{local} ({name})"
    if kind < 0.6:
        return f"{local}, {name} number"
    if kind < 0.8:
        return f"{local} (country code {code})"
    return f"{local} (that is +{code})"


def regroup(digits: str, draw: Draw) -> list[str]:
    """Return digits in groups of two, three or four."""
    size = 2 + int(draw() * 3)
    groups = [digits[place : place + size] for place in range(0, len(digits), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def word_device_ipv4(address: DeviceIpv4, rng: Random) -> str:
    """Write an observed address with its port, its private address or both."""
    values = load_values()
    public, port, private = address.public, address.port, address.private
    if port is not None:
        patterns = values.address_with_port if private is None else values.address_with_both
    elif private is not None:
        patterns = values.address_with_private
    else:
        return public
    pattern = patterns[int(rng.random() * len(patterns))]
    return pattern.format(a=public, p=port, b=private)


def word_ipv6(address: str, rng: Random) -> str:
    """Write an IPv6 address or network: mostly short, sometimes in capitals or in full."""
    kind = rng.random()
    if kind < 0.9:
        return address
    if kind < 0.97:
        return address.upper()
    plain, slash, width = address.partition("/")
    full = ipaddress.IPv6Address(plain).exploded
    if kind < 0.985:
        full = ":".join([group.lstrip("0") or "0" for group in full.split(":")])
    return full + slash + width


def word_network(network: str, rng: Random) -> str:
    """Write an IPv4 address or network, seldom with its mask or a spoken slash."""
    kind = rng.random()
    if kind < 0.88 or "/" not in network:
        return network
    plain, _, width = network.partition("/")
    if kind < 0.93:
        return f"{plain} slash {width}"
    mask = ipaddress.IPv4Network(network).netmask
    return f"{plain} mask {mask}" if kind < 0.97 else f"{plain} netmask {mask}"


def word_ports(ports: Ports, rng: Random) -> str:
    """Write ports as a list, ranges with one of several dashes or words."""
    draw = rng.random
    if not ports.ranges and len(ports.singles) == 1:
        return str(ports.singles[0])
    dash = DASHES[int(draw() * len(DASHES))]
    parts = [f"{first}{dash}{last}" for first, last in ports.ranges] + list(map(str, ports.singles))
    if len(parts) == 1:
        return parts[0]
    glue, last_glue = GLUES[int(draw() * (len(GLUES) - (1 if ports.ranges else 0)))]
    return glue.join(parts[:-1]) + last_glue + parts[-1]


def port_flavour(ports: Ports) -> str:
    """Say whether the ports are one port or many."""
    return "one" if not ports.ranges and len(ports.singles) == 1 else "many"


def word_name(name: str, rng: Random) -> str:
    """Write a profile name, mostly exactly."""
    kind = rng.random()
    if kind < 0.80:
        return name
    if kind < 0.85:
        return name.replace("_", " ")
    if kind < 0.89:
        return name.replace("_", "-")
    if kind < 0.91:
        return name.replace("_", "")
    if kind < 0.97:
        return name.lower()
    return name.lower().replace("_", " ")
