"""What does a request become when other values stand in its author's words?

`resample` draws new values; `combine` takes them from other seeds. Both give a draft that still
has to be proven.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from callforge_core.records import Payload
from generators.anchors import IDENTITIES, Wording
from generators.replacing import Change, Replacer
from generators.seeds import Seed, is_harmless, iter_texts
from validators.places import Place, value_at

KEEP = 0.15  # share of lengths and ports that a variation leaves alone
DONORS = 4  # seeds that are asked for each group
GROUPS: tuple[tuple[str, ...], ...] = (("device",), ("applicationServer",), ("duration",))
"""What one seed gives another: members of the call that go together."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with its call, not yet proven."""

    request: str
    payload: Payload
    parents: tuple[str, ...]
    drawn: frozenset[str] = frozenset()
    """Secrets that were made up: nothing in them shows that."""


def resample(wording: Wording, replacer: Replacer, rng: Random, fold: int) -> Draft | None:
    """Return a seed's wording with values drawn anew, None when nothing can be replaced."""
    changes: list[Change] = []
    for anchor in wording.anchors:
        if anchor.kind not in IDENTITIES and anchor.kind != "secret" and rng.random() < KEEP:
            continue
        change = replacer.draw(anchor, wording, rng, fold)
        if change is not None:
            changes.append(change)
    return apply(wording, changes, (wording.seed.id,)) if changes else None


def combine(
    wording: Wording, others: Sequence[Seed], replacer: Replacer, rng: Random
) -> Draft | None:
    """Return a seed's wording with values of other seeds, None when none fits its form."""
    changes: list[Change] = []
    parents = [wording.seed.id]
    for group in GROUPS:
        for _ in range(DONORS):
            donor = others[int(rng.random() * len(others))]
            found = transplant(wording, donor, group, replacer)
            if found:
                changes += found
                parents.append(donor.id)
                break
    return apply(wording, changes, tuple(dict.fromkeys(parents))) if changes else None


def transplant(
    wording: Wording, donor: Seed, group: tuple[str, ...], replacer: Replacer
) -> list[Change]:
    """Return the changes that put a group of a donor's values into a wording; none: unfit."""
    old = value_at(wording.seed.payload, group)
    new = value_at(donor.payload, group)
    places = set(leaf_places(old, group))
    if places != set(leaf_places(new, group)) or not all(map(is_harmless, iter_texts(new))):
        return []
    anchors = [anchor for anchor in wording.anchors if anchor.place in places]
    if len(anchors) < len(places):
        return []
    changes = []
    for anchor in anchors:
        change = replacer.write(anchor, wording, value_at(donor.payload, anchor.place))
        if change is None:
            return []
        changes.append(change)
    return changes if any(change.edits for change in changes) else []


def leaf_places(node: Any, place: Place) -> list[Place]:
    """Return the places of the values below a node."""
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in leaf_places(value, (*place, key))]
    if isinstance(node, list):
        return [
            found
            for index, value in enumerate(node)
            for found in leaf_places(value, (*place, index))
        ]
    return [] if node is None else [place]


def apply(wording: Wording, changes: Sequence[Change], parents: tuple[str, ...]) -> Draft:
    """Return the request and the call with all changes made."""
    request = wording.seed.request
    edits = [edit for change in changes for edit in change.edits]
    for (start, end), text in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
        request = f"{request[:start]}{text}{request[end:]}"
    payload = copy.deepcopy(wording.seed.payload)
    for change in changes:
        if change.place:
            value_at(payload, change.place[:-1])[change.place[-1]] = change.value
    secrets = {anchor.place for anchor in wording.anchors if anchor.kind == "secret"}
    drawn = (str(change.value) for change in changes if change.place in secrets)
    return Draft(request, payload, parents, frozenset(drawn))
