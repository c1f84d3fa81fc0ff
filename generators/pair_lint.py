"""Does a preference set teach right from wrong, or long from short? Figures that need no model.

    lint_pairs(iter_sides(rows)).ok

Lengths alone, or the number of members alone, must not tell chosen from rejected: neither over the
whole set (area under the ROC curve) nor within a pair. Beside that: sides that occur twice,
answers that one row prefers and another rejects, and how much of each pair is the same text.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from callforge_core.errors import DataError
from generators.pair_balance import change_of, count_keys
from generators.separability import Separability, Tally, separability

MAX_AUC = 0.60


class Sides(NamedTuple):
    """A preference row, as far as it matters here."""

    request: str
    chosen: str
    rejected: str
    cls: str = ""
    tier: int = 0


@dataclass(slots=True)
class ClassTally:
    """The pairs of one fault class."""

    pairs: int = 0
    tiers: Counter[int] = field(default_factory=Counter)
    characters: int = 0
    """Characters that the rejects have more than their chosen sides, all together."""
    keys: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the document of a class."""
        return {
            "pairs": self.pairs,
            "tier_1": self.tiers[1],
            "tier_2": self.tiers[2],
            "mean_characters": round(self.characters / self.pairs, 2),
            "mean_keys": round(self.keys / self.pairs, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """What the lint has found."""

    pairs: int
    separabilities: Mapping[str, Separability]
    """characters, keys, and tokens when they were counted."""
    max_auc: float
    duplicate_chosen: int
    """Pairs whose request and chosen side an earlier pair has."""
    duplicate_pairs: int
    contradictions: int
    """Answers to one request that are preferred here and rejected there."""
    shared_prefix: float
    """Mean share of the chosen side that the rejected one begins with."""
    classes: Mapping[str, ClassTally]

    @property
    def ok(self) -> bool:
        """True when no length tells more than it may and no pair contradicts another."""
        return not self.problems

    @property
    def problems(self) -> list[str]:
        """What is not good enough, in words."""
        found = [
            f"{name} alone tell chosen from rejected: {figure.worst:.2f}, at most "
            f"{self.max_auc:.2f} is allowed"
            for name, figure in self.separabilities.items()
            if figure.worst > self.max_auc
        ]
        if self.contradictions:
            found.append(f"{self.contradictions} answers are preferred here and rejected there")
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the document for machines."""
        return {
            "ok": self.ok,
            "pairs": self.pairs,
            "max_auc": self.max_auc,
            "separability": {name: each.to_json() for name, each in self.separabilities.items()},
            "duplicate_chosen": self.duplicate_chosen,
            "duplicate_pairs": self.duplicate_pairs,
            "contradictions": self.contradictions,
            "shared_prefix": round(self.shared_prefix, 4),
            "classes": {name: each.to_json() for name, each in self.classes.items()},
        }


def lint_pairs(
    rows: Iterable[Sides],
    *,
    max_auc: float = MAX_AUC,
    count_tokens: Callable[[str], int] | None = None,
) -> Lint:
    """Judge a preference set in one pass; `count_tokens` adds the tokens of a model.

    Keeps a few counts and hashes a row, no texts. Raises DataError when there is no pair.
    """
    meters: dict[str, Callable[[str], int]] = {"characters": len, "keys": count_keys}
    if count_tokens is not None:
        meters["tokens"] = count_tokens
    tallies = {name: Tally() for name in meters}
    classes: dict[str, ClassTally] = {}
    marks = Marks()
    shared = 0.0
    for row in rows:
        for name, meter in meters.items():
            tallies[name].add(meter(row.chosen), meter(row.rejected))
        add_class(classes.setdefault(row.cls, ClassTally()), row)
        marks.add(row)
        shared += common_start(row.chosen, row.rejected) / max(1, len(row.chosen))
    number = tallies["keys"].n
    if not number:
        raise DataError("there is no preference pair to judge")
    return Lint(
        pairs=number,
        separabilities={name: separability(tally) for name, tally in tallies.items()},
        max_auc=max_auc,
        duplicate_chosen=marks.chosen_again,
        duplicate_pairs=marks.pairs_again,
        contradictions=len(marks.chosen & marks.rejected),
        shared_prefix=shared / number,
        classes=dict(sorted(classes.items())),
    )


def common_start(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    both = zip(one, other, strict=False)
    end = min(len(one), len(other))
    return next((place for place, (a, b) in enumerate(both) if a != b), end)


def add_class(tally: ClassTally, row: Sides) -> None:
    """Count a pair for its fault class."""
    change = change_of(row.chosen, row.rejected)
    tally.pairs += 1
    tally.tiers[row.tier] += 1
    tally.characters += change.characters
    tally.keys += change.keys


@dataclass(slots=True)
class Marks:
    """Short hashes of what has been preferred, and rejected, for which request."""

    chosen: set[bytes] = field(default_factory=set)
    rejected: set[bytes] = field(default_factory=set)
    pairs: set[bytes] = field(default_factory=set)
    chosen_again: int = 0
    pairs_again: int = 0

    def add(self, row: Sides) -> None:
        """Note both sides of a pair."""
        chosen, rejected = mark(row.request, row.chosen), mark(row.request, row.rejected)
        self.chosen_again += chosen in self.chosen
        self.pairs_again += chosen + rejected in self.pairs
        self.chosen.add(chosen)
        self.rejected.add(rejected)
        self.pairs.add(chosen + rejected)


def mark(request: str, answer: str) -> bytes:
    """Return a hash of an answer to a request that ignores key order and white space."""
    try:
        said = json.dumps(json.loads(answer, object_pairs_hook=keep_order), sort_keys=True)
    except (ValueError, RecursionError):
        said = answer
    words = " ".join(request.split())
    return hashlib.blake2b(f"{words}\x1f{said}".encode("utf-8", "replace"), digest_size=8).digest()


def keep_order(pairs: list[tuple[str, Any]]) -> Any:
    """Return an object; one that says a key twice stays the list that it was."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else pairs


def iter_sides(rows: Iterable[Mapping[str, Any]]) -> Iterator[Sides]:
    """Yield the sides of preference rows: texts, or conversations whose last turn is the answer.

    Raises DataError with the number of a row that has no two sides.
    """
    for number, row in enumerate(rows, 1):
        fault = row.get("fault")
        known = fault if isinstance(fault, Mapping) else {}
        yield Sides(
            request=said(row.get("request", row.get("prompt", "")), number, "prompt"),
            chosen=said(row.get("chosen"), number, "chosen"),
            rejected=said(row.get("rejected"), number, "rejected"),
            cls=str(known.get("class", "")),
            tier=known.get("tier", 0),
        )


def said(value: Any, number: int, name: str) -> str:
    """Return a text, or the content of the last turn of a conversation."""
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        value = value[-1].get("content")
    if isinstance(value, str):
        return value
    raise DataError(f"row {number}: {name!r} is neither a text nor a conversation")
