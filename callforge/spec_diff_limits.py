"""Did the limits of one level of a schema become tighter or looser?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from callforge.spec_changes import Effect, same, weigh
from callforge.spec_nodes import TYPES, Schema, types_of
from callforge.spec_texts import longest_match
from callforge.spec_words import COUNTED, bound, choice_words, plural, say, text_words
from callforge_core.jsonl import render_json

IsAsserted = Callable[[str], bool]
"""Whether an engine refuses a value for a format."""

LEAST = {"minLength": "string", "minItems": "array", "minProperties": "object"}
LENGTHS = {"ipv4": 15.0, "ipv6": 45.0, "uuid": 36.0, "date": 10.0}
"""Format -> the most characters a text of that form has, as the engines check it."""
ADDED_REFUSES = {"not", "allOf", "propertyNames", "dependentRequired", "dependencies", "contains",
                 "dependentSchemas", "unevaluatedProperties", "unevaluatedItems"}  # fmt: skip
HANDLED = {
    "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
    "maxProperties", "pattern", "format", "uniqueItems", "properties", "required",
    "additionalProperties", "patternProperties", "items", "anyOf", "oneOf", "$defs", "definitions",
}  # fmt: skip


class Difference(NamedTuple):
    """A change of one word of a schema, not placed yet."""

    kind: str
    effect: Effect
    message: str
    before: Any
    after: Any


def kinds_of(schema: Schema) -> set[str]:
    """Return the JSON types that a schema lets through; each integer is a number too."""
    named = set(types_of(schema)) or set(TYPES)
    return named | {"integer"} if "number" in named else named


def iter_type_differences(old: Schema, new: Schema) -> Iterator[Difference]:
    """Yield a change of the JSON type."""
    lost, gained = kinds_of(old) - kinds_of(new), kinds_of(new) - kinds_of(old)
    if lost or gained:
        told = [" or ".join(types_of(each)) or "anything" for each in (old, new)]
        message = f"type was {told[0]}, is {told[1]}"
        yield Difference("type", weigh(lost, gained), message, *told)


def iter_limit_differences(
    old: Schema, new: Schema, kinds: set[str], is_asserted: IsAsserted
) -> Iterator[Difference]:
    """Yield the changes of one level, as far as they matter to the types both sides allow."""
    yield from choice_differences(old, new)
    if "number" in kinds or "integer" in kinds:
        yield from range_differences(old, new, whole="number" not in kinds)
    yield from count_differences(old, new, kinds)
    if "string" in kinds:
        yield from text_differences(old, new, is_asserted)
    if "array" in kinds:
        unique = [each.get("uniqueItems") is True for each in (old, new)]
        if unique[0] != unique[1]:
            told = "no item may come twice now" if unique[1] else "items may come twice now"
            yield Difference("limit", weigh(unique[1], unique[0]), told, *unique)
    yield from other_differences(old, new)


def choices_of(schema: Schema) -> dict[str, Any] | None:
    """Return the values that are counted out, by their JSON."""
    if "const" in schema:
        return {render_json(schema["const"]): schema["const"]}
    choices = schema.get("enum")
    return {render_json(value): value for value in choices} if isinstance(choices, list) else None


def choice_differences(old: Schema, new: Schema) -> Iterator[Difference]:
    """Yield values that came or went."""
    was, now = choices_of(old), choices_of(new)
    if was is None and now is None:
        return
    if was is None or now is None:
        told = "; ".join(choice_words(new if was is None else old))
        message = f"any value was allowed, now {told}" if was is None else f"no longer {told}"
        yield Difference("enum", weigh(was is None, now is None), message, listed(was), listed(now))
        return
    lost = [say(value) for key, value in was.items() if key not in now]
    gained = [say(value) for key, value in now.items() if key not in was]
    if lost or gained:
        parts = [f"{' | '.join(gained)} added"] if gained else []
        parts += [f"{' | '.join(lost)} removed"] if lost else []
        message = f"allowed values: {', '.join(parts)}"
        yield Difference("enum", weigh(lost, gained), message, listed(was), listed(now))


def listed(choices: dict[str, Any] | None) -> list[Any] | None:
    """Return counted-out values as a list."""
    return None if choices is None else list(choices.values())


def range_differences(old: Schema, new: Schema, *, whole: bool) -> Iterator[Difference]:
    """Yield limits of a number that moved."""
    for keyword, sign in (("minimum", 1), ("maximum", -1)):
        was, now = edge(old, keyword, whole=whole), edge(new, keyword, whole=whole)
        if was != now:
            low, high = rank(was, sign), rank(now, sign)
            message = moved("least" if sign > 0 else "most", edge_words(was), edge_words(now))
            effect = weigh(high > low, high < low)
            yield Difference("limit", effect, message, *(each and each[0] for each in (was, now)))
    was, now = old.get("multipleOf"), new.get("multipleOf")
    if was != now:
        tighter = now is not None and (was is None or now % was == 0)
        looser = was is not None and (now is None or was % now == 0)
        effect = weigh(tighter, looser) if tighter or looser else "both"
        yield Difference("limit", effect, moved("multiple of", was, now), was, now)


def edge(schema: Schema, keyword: str, *, whole: bool) -> tuple[Any, bool] | None:
    """Return a limit and whether it is excluded; of integers, above 0 is at least 1."""
    found = bound(schema, keyword)
    if found and found[1] and whole and isinstance(found[0], int):
        return found[0] + (1 if keyword == "minimum" else -1), False
    return found


def rank(found: tuple[Any, bool] | None, sign: int) -> tuple[float, bool]:
    """Return how tight a limit is; none is the loosest."""
    return (found[0] * sign, found[1]) if found else (float("-inf"), False)


def edge_words(found: tuple[Any, bool] | None) -> str | None:
    """Return a limit in words."""
    return None if found is None else f"{say(found[0])}{' (excluded)' if found[1] else ''}"


def moved(what: str, was: Any, now: Any) -> str:
    """Word a limit that moved, came or went."""
    if was is None:
        return f"{what} {now} now, no limit before"
    return f"{what} was {was}, is {now}" if now is not None else f"{what} was {was}, no limit now"


def count_differences(old: Schema, new: Schema, kinds: set[str]) -> Iterator[Difference]:
    """Yield changes in how many characters, items or members there may be."""
    for least, most, what in COUNTED:
        if LEAST[least] not in kinds:
            continue
        was, now = old.get(least) or 0, new.get(least) or 0
        if was != now:
            message = f"at least {now} {plural(what, now)} now, {was} before"
            yield Difference("limit", weigh(now > was, now < was), message, was, now)
        before, after = old.get(most), new.get(most)
        if before != after:
            high, higher = most_of(old, most), most_of(new, most)
            message = moved(f"most {what}s", before, after)
            effect = weigh(higher < high, higher > high)
            if effect == "neutral":
                message += "; the rest of the schema allows no more anyway"
            yield Difference("limit", effect, message, before, after)


def most_of(schema: Schema, keyword: str) -> float:
    """Return a stated maximum; without end when the rest of the schema allows no more anyway."""
    stated = schema.get(keyword)
    implied = float("inf")
    if keyword == "maxLength" and kinds_of(schema) == {"string"}:
        implied = LENGTHS.get(str(schema.get("format")), implied)
        implied = min(implied, longest_match(str(schema.get("pattern", ""))))
    elif keyword == "maxProperties" and schema.get("additionalProperties") is False:
        members = schema.get("properties") or {}
        implied = implied if schema.get("patternProperties") else float(len(members))
    return float("inf") if stated is None or implied <= stated else float(stated)


def text_differences(old: Schema, new: Schema, is_asserted: IsAsserted) -> Iterator[Difference]:
    """Yield changes of pattern and format; a format nobody checks is neutral."""
    for keyword in ("pattern", "format"):
        was, now = old.get(keyword), new.get(keyword)
        if was == now:
            continue
        told = [" ".join(text_words({keyword: each})) for each in (was, now)]
        if was is None:
            message = f"now {told[1]}" if keyword == "pattern" else f"now has to be: {told[1]}"
        else:
            message = (
                f"{keyword} was {was}, is {now}" if now is not None else f"no longer {told[0]}"
            )
        matters = [
            each is not None and (keyword == "pattern" or is_asserted(str(each)))
            for each in (was, now)
        ]
        yield Difference(keyword, weigh(matters[1], matters[0]), message, was, now)


def other_differences(old: Schema, new: Schema) -> Iterator[Difference]:
    """Yield changes of every word that is not looked at elsewhere, so that none is passed over."""
    for keyword in sorted((set(old) | set(new)) - HANDLED):
        was, now = old.get(keyword), new.get(keyword)
        wrapped = [{} if each is None else {keyword: each} for each in (was, now)]
        if same(*wrapped):
            continue
        if keyword in ADDED_REFUSES and (was is None or now is None):
            effect = weigh(was is None, now is None)
        else:
            effect = "both"
        how = "added" if was is None else "removed" if now is None else "changed"
        yield Difference("keyword", effect, f"{keyword!r} {how}", was, now)
