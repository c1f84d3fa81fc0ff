"""Which alternative of one schema is which of another one?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from callforge.spec_changes import key_of
from callforge.spec_diff_limits import choices_of, kinds_of
from callforge.spec_nodes import Forms, Schema, form_title, required_of

ALIKE = 0.5  # share of members in common from which two alternatives are taken for one


class Pair(NamedTuple):
    """An alternative before and after; None where there is none."""

    old: Schema | None
    new: Schema | None
    name: str


def pair_forms(before: Forms, after: Forms) -> list[Pair]:
    """Match alternatives, by the surest way first; then list those without a match."""
    left, right = list(range(len(before.parts))), list(range(len(after.parts)))
    pairs: list[Pair] = []
    for match in matchers(before, after):
        for old in list(left):
            new = match(old, right)
            if new is not None:
                left.remove(old)
                right.remove(new)
                name = name_of(after, new) or name_of(before, old)
                pairs.append(Pair(before.parts[old], after.parts[new], name))
    pairs += [Pair(before.parts[n], None, name_of(before, n)) for n in left]
    pairs += [Pair(None, after.parts[n], name_of(after, n)) for n in right]
    return pairs


def matchers(before: Forms, after: Forms) -> Iterator[Any]:
    """Yield the ways to find an alternative's match, the surest first."""
    told = bool(before.told_by) and before.told_by == after.told_by

    def by_name(old: int, right: Sequence[int]) -> int | None:
        name = before.names[old]
        return next((n for n in right if name and after.names[n] == name), None)

    def by_content(old: int, right: Sequence[int]) -> int | None:
        key = key_of(before.parts[old])
        return next((n for n in right if key_of(after.parts[n]) == key), None)

    def by_members(old: int, right: Sequence[int]) -> int | None:
        scored = [(likeness(before.parts[old], after.parts[n]), -n) for n in right]
        best, place = max(scored, default=(0.0, 0))
        return -place if best >= ALIKE else None

    if told:  # the value is the identity: another value is another alternative
        yield by_name
        return
    yield by_content
    yield by_name
    yield by_members


def likeness(old: Schema, new: Schema) -> float:
    """Return how much two alternatives have in common, 0 to 1."""
    was, now = set(old.get("properties") or ()), set(new.get("properties") or ())
    if was or now:
        return len(was & now) / len(was | now)
    kinds, others = kinds_of(old), kinds_of(new)
    return len(kinds & others) / len(kinds | others)


def name_of(forms: Forms, index: int) -> str:
    """Return what an alternative is called in a path."""
    name = forms.names[index] if index < len(forms.names) else ""
    if forms.told_by:
        return f"{forms.told_by} {name}"
    if name or len(forms.parts) < 2:
        return name
    return form_title(forms, index)


def are_disjoint(forms: Forms) -> bool:
    """Say whether no value can satisfy two alternatives, so that oneOf is as good as anyOf."""
    return all(differ(one, other) for one, other in combinations(forms.parts, 2))


def differ(one: Schema, other: Schema) -> bool:
    """Say whether two schemas have no value in common, by type or by a member that both require."""
    if not kinds_of(one) & kinds_of(other):
        return True
    was, now = choices_of(one), choices_of(other)
    if was is not None and now is not None:
        return not set(was) & set(now)
    if kinds_of(one) & kinds_of(other) != {"object"}:
        return False
    both = set(required_of(one)) & set(required_of(other))
    return lacks(one, other) or lacks(other, one) or any(tell_apart(one, other, n) for n in both)


def lacks(one: Schema, other: Schema) -> bool:
    """Say whether a closed object does not list a member that another one requires."""
    listed = one.get("properties") or {}
    shut = one.get("additionalProperties") is False and not one.get("patternProperties")
    return shut and any(name not in listed for name in required_of(other))


def tell_apart(one: Schema, other: Schema, name: str) -> bool:
    """Say whether a member has no value that two objects both allow."""
    parts = [(each.get("properties") or {}).get(name) for each in (one, other)]
    choices = [choices_of(part) if isinstance(part, dict) else None for part in parts]
    if choices[0] is None or choices[1] is None:
        return False
    return not set(choices[0]) & set(choices[1])
