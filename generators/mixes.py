"""How often does each fault class come in a preference set? A name or weights -> shares.

    read_mix("natural", classes)      read_mix("S2=3,V1=1", classes)

`natural` follows what models were seen to get wrong, `measured` what one's own model gets wrong;
both keep a floor, so that no class is forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from callforge_core.errors import ConfigError
from callforge_core.faults import FAULTS
from callforge_core.registry import unknown
from generators.defects import injectable

Mix = Mapping[str, float]

FLOOR = 0.01  # of 1,000 pairs no class gets fewer than about 10
# Invented fields are what small models get wrong most (they feed a schema they half remember); the
# classes that shorten an answer (F1 S1 S6 S8 C2 V6) weigh against those that lengthen it.
DEMO: Mix = {
    "F1": 2, "F2": 2, "F3": 2, "F4": 1,
    "S1": 7, "S2": 20, "S3": 15, "S4": 4, "S5": 2, "S6": 5, "S7": 3, "S8": 3, "S9": 2,
    "T1": 3, "T2": 1, "T3": 1, "T4": 2, "T5": 1, "T6": 1, "C2": 2, "C3": 1,
    "V1": 5, "V2": 5, "V3": 2, "V4": 4, "V5": 2, "V6": 7, "V7": 2, "V8": 2,
}  # fmt: skip
NAMES = ("demo", "uniform", "natural")


class Observed(NamedTuple):
    """One label of a collection of wrong calls."""

    label: str
    seen: int
    classes: tuple[str, ...]
    """What the label means here; what was seen is shared out evenly."""


# FC-RewardBench (IBM): 1,500 wrong calls by 25 models on BFCL-v3, counts from its data card. One
# reject a request, and 46 % of them from two set-ups of one 0.5B model: kinds rather than a census.
# Classes that it has no label for (S7 S8 T2 T4 T5 T6 C1-C3 D6) come at the floor.
LITERATURE = (
    Observed("parameter value", 650, ("V1", "V2", "V3", "V4", "V5", "V8")),
    Observed("wrong function", 403, ("D1", "D3")),
    Observed("wrong number of calls", 245, ("D2", "D3")),
    Observed("missing optional parameter", 78, ("V6",)),
    Observed("missing required parameter", 45, ("S1",)),
    Observed("value type", 43, ("T1", "T3", "S6", "S9")),
    Observed("unexpected parameter", 21, ("S2", "S3", "S4", "S5", "V7")),
    Observed("parsing", 15, ("F1", "F2", "F3", "F4")),
)


def fault_classes(
    decisions: Collection[str] = ("call",), operations: Collection[str] = ("createSession",)
) -> list[str]:
    """Return the classes that pairs of such rows can have, in the order of the taxonomy.

    D4 needs a token context and D5 a dialogue, which a pair does not carry.
    """
    found = {*injectable(), "D6"}
    found |= {"D2"} if "clarify" in decisions else set()
    found |= {"D3"} if "refuse" in decisions else set()
    found |= {"D1"} if len(operations) > 1 else set()
    return [cls for cls in FAULTS if cls in found]


EVERY_CLASS = fault_classes(("call", "clarify", "refuse"), ("one", "other"))


def read_mix(mix: str | Mix, classes: Sequence[str] | None = None) -> Mix:
    """Return shares that sum to 1; raise ConfigError for an unknown mix or class.

    `mix` is a name, weights as text ("S2=3,V1=1") or weights.
    """
    known = list(classes or fault_classes())
    if not isinstance(mix, str):
        return as_shares(mix, known)
    if "=" in mix:
        return as_shares(read_weights(mix), known)
    if mix == "demo":
        return as_shares(DEMO, known)
    if mix == "uniform":
        return as_shares(dict.fromkeys(known, 1.0), known)
    if mix == "natural":
        return with_floor(literature_weights(known), known)
    raise ConfigError(f"{unknown('mix', mix, NAMES)}, or weights such as S2=3,V1=1")


def read_weights(text: str) -> Mix:
    """Return the weights of "S2=3,V1=1"; ConfigError for a part that is none, or said twice."""
    weights: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition("=")
        try:
            weight = float(value)
        except ValueError:
            weight = -1.0
        if not 0 <= weight < float("inf"):
            raise ConfigError(f"--mix: {part!r} is no weight; write classes as in S2=3,V1=1")
        if name.strip() in weights:
            raise ConfigError(f"--mix: {name.strip()} is said twice")
        weights[name.strip()] = weight
    return weights


def literature_weights(classes: Collection[str]) -> dict[str, float]:
    """Return class -> observed count; what a label means is shared by those of its classes."""
    weights: dict[str, float] = {}
    for kind in LITERATURE:
        there = [cls for cls in kind.classes if cls in classes]
        for cls in there:
            weights[cls] = weights.get(cls, 0.0) + kind.seen / len(there)
    return weights


def measured_mix(faulty: Iterable[Mapping[str, Any]], classes: Sequence[str]) -> Mix:
    """Return the share of each class among what a model gets wrong: rows of its scores.jsonl.

    A class counts once an answer; ConfigError when no row shows a fault of these classes.
    """
    counts: Counter[str] = Counter()
    for row in faulty:
        counts.update({str(fault[0]) for fault in row.get("faults") or () if fault})
    weights = {cls: float(counts[cls]) for cls in classes if counts[cls]}
    if not weights:
        raise ConfigError(
            "the run shows no fault that a pair could have; take another mix (natural, uniform)"
        )
    return with_floor(weights, classes)


def with_floor(weights: Mix, classes: Sequence[str], floor: float = FLOOR) -> Mix:
    """Return shares of which none is below the floor; the others keep their proportions."""
    raised: set[str] = set()
    while True:
        total = sum(weights.get(cls, 0.0) for cls in classes if cls not in raised)
        left = 1 - floor * len(raised)
        shares = {
            cls: floor if cls in raised else weights.get(cls, 0.0) / total * left for cls in classes
        }
        low = {cls for cls, share in shares.items() if share < floor}
        if not low:
            return shares
        raised |= low


def as_shares(weights: Mix, classes: Sequence[str]) -> Mix:
    """Return weights as shares of 1; ConfigError when they name no class of these, or none."""
    strange = [cls for cls in weights if cls not in classes]
    if strange:
        raise ConfigError(unknown("fault class", strange[0], classes))
    total = sum(weights.values())
    if not weights or total <= 0 or min(weights.values()) < 0:
        raise ConfigError("a mix needs weights above 0")
    return {cls: weight / total for cls, weight in weights.items() if weight}
