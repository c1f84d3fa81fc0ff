"""How many items does a list get, and which? Limits, items at the front, items it must contain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callforge_core.spec import Schema
from generators.schema_values_merging import Words, mark

if TYPE_CHECKING:
    from generators.schema_values import Draft, Sampler

DEEP = 4
EMPTY_SHARE = 0.04
MOST = 3  # items, unless the schema wants more
EDGE_SHARE = 0.05
TRIES = 30


def draw_list(
    sampler: Sampler, words: Words, draft: Draft, names: tuple[str, ...], depth: int
) -> list[Any]:
    """Return a list; items that must differ are drawn again when they do not."""
    count = draw_count(words, draft, depth)
    must = words.lengths.get("minContains", 1) if words.contains is not None else 0
    value: list[Any] = []
    marks: set[str] = set()
    for index in range(max(count, must, 0)):
        wanted = index - len(words.prefix) < must and index >= len(words.prefix)
        child = item_schema(sampler, words, index, wanted)
        for _ in range(TRIES):
            item = sampler.value(child, draft, names, depth + 1)
            if not words.unique or mark(item) not in marks:
                marks.add(mark(item))
                value.append(item)
                break
    if must and not words.prefix:
        draft.rng.shuffle(value)
    return value


def draw_count(words: Words, draft: Draft, depth: int) -> int:
    """Return how many items there are."""
    low = words.lengths.get("minItems", 0)
    high = words.lengths.get("maxItems", 1 << 30)
    if low > high:
        return low
    if words.prefix and not words.items:
        return min(max(len(words.prefix), low), high)
    if draft.leaves <= 0 or depth > DEEP:
        return min(max(low, 1), high) if depth <= DEEP else low
    if low == 0 and draft.rng.random() < EMPTY_SHARE:
        return 0
    if draft.rng.random() < EDGE_SHARE and high <= 2 * MOST:
        return high
    first = max(low, 1)
    return min(first + int(draft.rng.random() ** 2 * MOST), high)


def item_schema(sampler: Sampler, words: Words, index: int, wanted: bool) -> Schema:
    """Return the schema of one item; `wanted` ones satisfy what the list must contain."""
    if index < len(words.prefix):
        return words.prefix[index]
    child = words.items[0] if words.items else sampler.made(("free",), {})
    for other in words.items[1:]:
        child = sampler.both(child, other)
    if wanted and words.contains is not None:
        child = sampler.both(child, words.contains)
    return child
