"""What changed between two definitions, operation by operation?

Bodies are compared by their closed reading (callforge/spec_diff.py). That the published schema of a
release opens or shuts its objects, and that a rule comes or goes, are changes of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from callforge.api import named_spec
from callforge.spec_changes import Change, Effect, count_effects, weigh
from callforge.spec_diff import Differ
from callforge.spec_nodes import Schema, follow, reference
from callforge_core.errors import SpecError
from callforge_core.registry import unknown
from callforge_core.spec import Operation, Parameter, Spec, load_spec
from validators.rules.pack import Rule
from validators.rules.packs import pack_of, rules_for
from validators.schema import compile_schema

JUNK = ("\x00 %zz [", "(")  # refused by every format that an engine looks at
DEEPEST = 16
WARNINGS = {"R18"}
"""Rules that only ever warn: no payload is refused for them."""


class Both(NamedTuple):
    """An operation before and after; None where there is none."""

    old: Operation | None
    new: Operation | None

    @property
    def name(self) -> str:
        """The id of the operation, the newer one if it was renamed."""
        known = self.new or self.old
        return known.operation_id if known else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two definitions and what differs between them."""

    old: Spec
    new: Spec
    pairs: tuple[Both, ...]
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison for machines."""
        return {
            "old": {"api": self.old.api, "release": self.old.release},
            "new": {"api": self.new.api, "release": self.new.release},
            "counts": count_effects(self.changes),
            "changes": [change.to_json() for change in self.changes],
        }


def compare_releases(
    old: str, new: str, *, api: str | None = None, operation: str | None = None
) -> Comparison:
    """Compare two definitions by release, api@release or path, or one operation of them."""
    before, after = load_spec(named_spec(old, api)), load_spec(named_spec(new, api))
    pairs = pair_operations(before.operations, after.operations)
    if operation is not None:
        known = [each.operation_id for pair in pairs for each in pair if each]
        if operation not in known:
            raise SpecError(unknown("operation", operation, set(known)))
        pairs = [
            pair
            for pair in pairs
            if operation in [each.operation_id for each in pair if each is not None]
        ]
    changes = tuple(change for pair in pairs for change in iter_changes(pair))
    return Comparison(old=before, new=after, pairs=tuple(pairs), changes=changes)


def pair_operations(old: Mapping[str, Operation], new: Mapping[str, Operation]) -> list[Both]:
    """Match operations by their id, else by method and path; new ones come last."""
    by_route = {(each.method, each.path): each for name, each in new.items() if name not in old}
    pairs = []
    for name, each in old.items():
        match = new.get(name) or by_route.pop((each.method, each.path), None)
        pairs.append(Both(each, match))
    met = {pair.new.operation_id for pair in pairs if pair.new}
    return pairs + [Both(None, each) for name, each in new.items() if name not in met]


def iter_changes(pair: Both) -> Iterator[Change]:
    """Yield everything that differs in one operation."""
    old, new = pair
    if old is None or new is None:
        told = "new operation" if old is None else "operation removed"
        known = new or old
        where = f"{known.method.upper()} {known.path}" if known else ""
        effect = weigh(new is None, old is None)
        yield change(pair, "operation", "", effect, f"{told}: {where}")
        return
    yield from route_changes(pair, old, new)
    yield from parameter_changes(pair, old, new)
    yield from body_changes(pair, old, new)
    yield from closedness_changes(pair, old, new)
    yield from rule_changes(pair, old, new)


def change(
    pair: Both, kind: str, path: str, effect: Effect, message: str, before: Any = None,
    after: Any = None,
) -> Change:  # fmt: skip
    """Return a change of an operation."""
    return Change(
        operation=pair.name,
        kind=kind,
        path=path,
        effect=effect,
        message=message,
        before=before,
        after=after,
    )


def route_changes(pair: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """Yield changes of the operation's name, method, path and words."""
    if old.operation_id != new.operation_id:
        told = f"renamed from {old.operation_id}; rows that name it need the new name"
        yield change(pair, "operation", "", "neutral", told, old.operation_id, new.operation_id)
    was, now = (f"{each.method.upper()} {each.path}" for each in (old, new))
    if was != now:
        yield change(pair, "route", "", "both", f"was {was}, is {now}", was, now)
    if old.summary != new.summary:
        yield change(pair, "wording", "", "neutral", "summary reworded", old.summary, new.summary)
    if old.dialect != new.dialect:
        effect: Effect = "loosening" if new.dialect == "2020-12" else "breaking"
        told = "an integer may be written 3600.0" + (" now" if effect == "loosening" else " before")
        yield change(pair, "dialect", "$", effect, told, old.dialect, new.dialect)


def parameter_changes(pair: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """Yield changes of what travels outside the body."""
    was, now = parameters_of(old), parameters_of(new)
    for key in dict.fromkeys([*was, *now]):
        path = " ".join(key)
        before, after = was.get(key), now.get(key)
        if before is None or after is None:
            known = after or before
            needed = known is not None and known.required
            need = "required" if needed else "optional"
            how = "new" if before is None else "removed:"
            effect = weigh(after is None or needed, before is None or needed)
            yield change(pair, "parameter", path, effect, f"{how} {need} parameter")
            continue
        if before.required != after.required:
            told = "now required" if after.required else "no longer required"
            effect = weigh(after.required, before.required)
            yield change(pair, "parameter", path, effect, told, before.required, after.required)
        yield from differ(pair, before.schema, after.schema, new).compare(
            before.schema, after.schema, path
        )


def parameters_of(operation: Operation) -> dict[tuple[str, str], Parameter]:
    """Return the parameters by place and name; names of headers have no case."""
    return {
        (each.where, each.name.lower() if each.where == "header" else each.name): each
        for each in operation.parameters
    }


def body_changes(pair: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """Yield what differs in the bodies."""
    if old.media_type and new.media_type:
        yield from differ(pair, old.closed, new.closed, new).compare(old.closed, new.closed)
    elif old.media_type or new.media_type:
        told = "takes a JSON body now" if new.media_type else "takes no JSON body any more"
        yield change(pair, "body", "$", "both", told)
    if old.body_required != new.body_required:
        told = "the body is required now" if new.body_required else "the body may be left out now"
        effect = weigh(new.body_required, old.body_required)
        yield change(pair, "required", "$", effect, told, old.body_required, new.body_required)


def differ(pair: Both, old: Schema, new: Schema, operation: Operation) -> Differ:
    """Return what compares two schemas of an operation."""
    return Differ(
        operation=pair.name, old_root=old, new_root=new, is_asserted=asserted_in(operation)
    )


def asserted_in(operation: Operation) -> Callable[[str], bool]:
    """Return what tells whether the engine of an operation's dialect looks at a format."""

    @cache
    def is_asserted(name: str) -> bool:
        engine = compile_schema(operation, {"type": "string", "format": name})
        return not all(engine.is_valid(text) for text in JUNK)

    return is_asserted


def closedness_changes(pair: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """Yield objects that the published schema shuts or opens, in place of what prose says."""
    was, now = (dict(iter_closed(each.schema, each.schema)) for each in (old, new))
    for path in was:
        if path in now and was[path] != now[path]:
            told = "now refuses" if now[path] else "no longer refuses"
            message = f"the published schema {told} members it does not list"
            effect = weigh(now[path], was[path])
            yield change(pair, "closedness", path, effect, message, was[path], now[path])


def iter_closed(
    node: Any, root: Schema, path: str = "$", seen: set[str] | None = None
) -> Iterator[tuple[str, bool]]:
    """Yield each object of a published schema and whether it refuses undeclared members.

    A named type is looked at where it is met first.
    """
    seen, here = seen if seen is not None else set(), reference(node)
    if here in seen:
        return
    seen.update([here] if here else [])
    levels = list(iter_levels(follow(node, root), root))
    if any("properties" in each for each in levels):
        words = ("additionalProperties", "unevaluatedProperties")
        yield path, any(each.get(word) is False for each in levels for word in words)
    for level in levels:
        for name, member in (level.get("properties") or {}).items():
            yield from iter_closed(member, root, f"{path}.{name}", seen)
        if isinstance(level.get("items"), dict):
            yield from iter_closed(level["items"], root, f"{path}[]", seen)


def iter_levels(schema: Schema, root: Schema, depth: int = 0) -> Iterator[Schema]:
    """Yield a schema and the parts that are said of the same value."""
    yield schema
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key) or () if depth < DEEPEST else ():
            yield from iter_levels(follow(part, root), root, depth + 1)


def rule_changes(pair: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """Yield rules of the packs that hold for only one of the two, or ask something else."""
    packs = pack_of(old), pack_of(new)
    if old.media_type is None or new.media_type is None:
        return  # rules are about bodies
    if None in packs:
        if any(packs):
            lacking = old if packs[0] is None else new
            told = f"no rule pack for {lacking.api} {lacking.release}: rules are not compared"
            yield change(pair, "rule", "", "neutral", told)
        return
    was, now = ({rule.number: rule for rule in rules_for(each)} for each in (old, new))
    for number in dict.fromkeys([*was, *now]):
        before, after = was.get(number), now.get(number)
        if before and after:
            if before.check is not after.check:
                told = f"rule asks something else now: {meaning_of(after)}"
                yield change(pair, "rule", number, "both", told, meaning_of(before), None)
            continue
        known = after or before
        told = f"rule {'now holds' if after else 'no longer holds'}: {meaning_of(known)}"
        effect = "neutral" if number in WARNINGS else weigh(after, before)
        yield change(pair, "rule", number, effect, told)


def meaning_of(rule: Rule | None) -> str:
    """Return what a rule says, on one line."""
    return " ".join((rule.check.__doc__ or "").split()) if rule else ""
