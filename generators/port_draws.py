"""Which ports does a request speak of? One, a list, a range, several ranges, or both kinds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

WELL_KNOWN_PORTS = (
    *(443, 80, 8080, 8443, 5060, 5061, 554, 1883, 8883, 3478, 1935, 5004, 22, 53, 123, 3074),
    *(27015, 5684),
)
WIDTHS = (1, 5, 9, 10, 19, 20, 50, 99, 100, 200, 500, 1000)
LEVELS = ("none", "single", "list", "range", "ranges", "both")


@dataclass(frozen=True, slots=True)
class Ports:
    """Port ranges and single ports; at least one of either."""

    ranges: tuple[tuple[int, int], ...] = ()
    singles: tuple[int, ...] = ()


def draw_ports(rng: Random, level: str) -> Ports | None:
    """Return ports of one of LEVELS, None for none."""
    if level == "none":
        return None
    if level == "single":
        return Ports(singles=(draw_port(rng),))
    if level == "list":
        return Ports(singles=draw_singles(rng))
    if level == "range":
        return Ports(ranges=(draw_range(rng),))
    first, last = draw_range(rng)
    if level == "ranges":
        start = last + 10 * (1 + int(rng.random() * 30))
        return Ports(ranges=((first, last), (start, start + WIDTHS[int(rng.random() * 7)])))
    single = draw_port(rng)
    return Ports(
        ranges=((first, last),), singles=(single + 1001 if first <= single <= last else single,)
    )


def draw_port(rng: Random) -> int:
    """Return a port people use, or any registered one."""
    if rng.random() < 0.5:
        return WELL_KNOWN_PORTS[int(rng.random() * len(WELL_KNOWN_PORTS))]
    return 1024 + int(rng.random() * 60000)


def draw_singles(rng: Random) -> tuple[int, ...]:
    """Return two to four different ports, rising."""
    count = 2 + int(rng.random() * 2.4)
    found = {draw_port(rng) for _ in range(count)}
    while len(found) < 2:
        found.add(draw_port(rng))
    return tuple(sorted(found))


def draw_range(rng: Random) -> tuple[int, int]:
    """Return the first and last port of a range that runs upwards."""
    first = 10 * (100 + int(rng.random() * 6000)) + (
        0 if rng.random() < 0.7 else int(rng.random() * 9)
    )
    return first, first + WIDTHS[int(rng.random() * 12)]
