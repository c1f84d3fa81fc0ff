"""Which combinations of facts must a dataset hold so that every pair of them occurs?

Most faults of programs show with one or two circumstances together (Kuhn, Wallace and Gallo,
"Software fault interactions", 2004), so every pair of levels of two factors is wanted. A greedy
covering array in the manner of AETG (Cohen, Dalal, Fredman and Patton, 1997) needs little more
rows than the two largest factors have pairs. Pairs that cannot be are listed with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from callforge_core.seeding import stream
from callforge_core.spec import Operation
from generators.durations import KINDS, draw_duration
from generators.edges import edge_names
from generators.limits import Limits, read_limits
from generators.port_draws import LEVELS as PORT_LEVELS
from generators.samples import profile_choices
from generators.scenarios import LISTS, MIXES, Cell, Choice
from validators.catalogue import Catalogue

DURATION_DRAWS = 60  # a kind that none of so many draws yields within the limits does not fit them

Level = tuple[str, str]
"""Factor and level."""
Pair = tuple[Level, Level]
"""Levels of two factors, in the order of the factors."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Everything that a request for one operation may combine."""

    factors: Mapping[str, tuple[str, ...]]
    """Factor -> its levels, simple ones first."""
    edges: Mapping[str, str]
    """Value at a limit -> the profile it belongs to, "" for any."""
    forbidden: Mapping[Pair, str]
    """Pairs that cannot be -> why."""
    limits: Limits
    choices: Mapping[str, Choice]

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every pair that some request can have."""
        return tuple(pair for pair in self.iter_all() if pair not in self.infeasible)

    @cached_property
    def infeasible(self) -> dict[Pair, str]:
        """Pairs that no request can have -> why."""
        found = dict(self.forbidden)
        for pair in self.iter_all():
            if pair not in found and self.complete(dict(pair), set()) is None:
                found[pair] = "no profile allows both"
        return found

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Rows that hold every feasible pair, then one row for each edge."""
        missing = set(self.pairs)
        rows: list[Cell] = []
        for pair in self.pairs:
            if pair in missing:
                cell = self.complete(dict(pair), missing)
                assert cell is not None, f"{pair} is feasible"
                missing -= set(pairs_of(cell, self.factors))
                rows.append(cell)
        named = ({"edge": name, "profile": profile} for name, profile in self.edges.items())
        return (*rows, *({key: value for key, value in cell.items() if value} for cell in named))

    def cells_for(self, target: float) -> tuple[Cell, ...]:
        """Return as many cells as cover a share of the pairs and edges; 1: all."""
        wanted = target * (len(self.pairs) + len(self.edges))
        met: set[Pair] = set()
        edges = 0
        for count, cell in enumerate(self.cells):
            if len(met) + edges >= wanted:
                return self.cells[:count]
            if "edge" in cell:
                edges += 1
            else:
                met |= set(pairs_of(cell, self.factors))
        return self.cells

    def iter_all(self) -> Iterator[Pair]:
        """Yield every pair of levels of two factors."""
        for one, other in combinations(self.factors, 2):
            for level in self.factors[one]:
                for beside in self.factors[other]:
                    yield (one, level), (other, beside)

    def complete(self, cell: dict[str, str], missing: set[Pair]) -> dict[str, str] | None:
        """Return a whole cell that contains `cell`, None when there is none.

        Each level is the one that covers most of `missing` with what stands, first ones first.
        """
        if not self.is_allowed(cell):
            return None
        open_factors = [name for name in self.factors if name not in cell]
        if not open_factors:
            return {name: cell[name] for name in self.factors}
        # the factor with pairs that cannot be is settled while there is still a choice
        factor = "profile" if "profile" in open_factors else open_factors[0]
        ranked = sorted(
            self.factors[factor], key=lambda level: -self.gain(cell, (factor, level), missing)
        )
        for level in ranked:
            whole = self.complete({**cell, factor: level}, missing)
            if whole is not None:
                return whole
        return None

    def gain(self, cell: Cell, new: Level, missing: set[Pair]) -> int:
        """Return how many missing pairs a level makes with the levels that stand."""
        return sum(self.pair(old, new) in missing for old in cell.items())

    def is_allowed(self, cell: Cell) -> bool:
        """Say whether a cell has no forbidden pair."""
        return not any(pair in self.forbidden for pair in pairs_of(cell, self.factors))

    def pair(self, one: Level, other: Level) -> Pair:
        """Return two levels in the order of their factors."""
        order = self.order
        return (one, other) if order[one[0]] < order[other[0]] else (other, one)

    @cached_property
    def order(self) -> dict[str, int]:
        """Factor -> its place."""
        return {name: place for place, name in enumerate(self.factors)}


def lay_out(operation: Operation, catalogue: Catalogue) -> Grid:
    """Return the grid of createSession for one release and one catalogue."""
    limits = read_limits(operation)
    choices = profile_choices(catalogue)
    servers = MIXES["full"].server.levels + (LISTS if limits.most_addresses > 1 else ())
    factors = {
        "device": MIXES["full"].device.levels,
        "server": servers,
        "server_ports": PORT_LEVELS,
        "device_ports": PORT_LEVELS,
        "duration": tuple(KINDS),
        "profile": tuple(choice.name for choice in choices),
        "intent": ("named", "implied", "both"),
        "sink": sink_levels(limits),
    }
    limited = {each.name: each.max_duration_s is not None for each in catalogue.active}
    return Grid(
        factors=factors,
        edges=edge_names(limits, choices, limited),
        forbidden=forbidden_pairs(choices),
        limits=limits,
        choices={choice.name: choice for choice in choices},
    )


def sink_levels(limits: Limits) -> tuple[str, ...]:
    """Return with what notifications may be asked for."""
    levels = ["none", "plain"]
    if limits.has_credential:
        levels.append("credential")
    if limits.has_assertion:
        levels.append("assertion")
    return tuple(levels)


def forbidden_pairs(choices: Sequence[Choice]) -> dict[Pair, str]:
    """Return what a profile does not go with, and why."""
    found: dict[Pair, str] = {}
    for choice in choices:
        profile = ("profile", choice.name)
        for kind in KINDS:
            if not fits(choice, kind):
                found[("duration", kind), profile] = (
                    f"no such duration from {choice.low_s} to {choice.high_s} s"
                )
        if not choice.workloads:
            for intent in ("implied", "both"):
                found[profile, ("intent", intent)] = "the catalogue gives it no use of its own"
    return found


def fits(choice: Choice, kind: str) -> bool:
    """Say whether durations of a kind lie within the limits of a profile."""
    rng = stream(0, "fits", choice.name, kind)
    for _ in range(DURATION_DRAWS):
        duration = draw_duration(rng, choice.low_s, choice.high_s, kind=kind)
        if duration.kind == kind and choice.low_s <= duration.seconds <= choice.high_s:
            return True
    return False


def pairs_of(cell: Cell, factors: Mapping[str, object]) -> list[Pair]:
    """Return the pairs of levels in a cell; what it leaves open makes none."""
    levels = [(name, cell[name]) for name in factors if name in cell]
    return list(combinations(levels, 2))
