"""What differs between two body schemas, and may a payload break on it? A walk over both at once.

Judged by the closed reading: a member that a schema does not list is refused. Alternatives are
matched by the value that tells them apart, by content, by title, then by the members they share.
"Breaking" says that a payload may break, not that one must: two patterns, for instance, are not
solved against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from callforge.spec_changes import Change, Effect, either_way, same, weigh
from callforge.spec_diff_limits import (
    IsAsserted,
    iter_limit_differences,
    iter_type_differences,
    kinds_of,
)
from callforge.spec_nodes import (
    Forms,
    Schema,
    beside_forms,
    follow,
    forms_of,
    is_requirement,
    plain_level,
    reference,
    required_of,
)
from callforge.spec_pairs import are_disjoint, pair_forms
from callforge.spec_words import in_words, say

ANYTHING: Schema = {}


@dataclass(kw_only=True)
class Differ:
    """Two schemas of one operation side by side."""

    operation: str
    old_root: Schema
    new_root: Schema
    is_asserted: IsAsserted
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of named types already compared: what is said of them is said once."""

    def change(
        self, kind: str, path: str, effect: Effect, message: str, before: Any = None,
        after: Any = None,
    ) -> Change:  # fmt: skip
        """Return a change of this operation."""
        return Change(
            operation=self.operation,
            kind=kind,
            path=path,
            effect=effect,
            message=message,
            before=before,
            after=after,
        )

    def compare(self, was: Any, now: Any, path: str = "$") -> Iterator[Change]:
        """Yield what differs between two schemas that stand at the same place."""
        pair = reference(was), reference(now)
        if any(pair):
            if pair in self.seen:
                return
            self.seen.add(pair)
        whole = follow(was, self.old_root), follow(now, self.new_root)
        old, new = map(plain_level, whole)
        yield from self.wording(old, new, path)
        told = False
        for each in self.refusals(old, new, path):
            told = told or each.effect != "neutral"
            yield each
        if not told and not same(*({"allOf": each.get("allOf")} for each in whole)):
            yield self.change("form", path, "both", "the published alternatives changed")

    def refusals(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Yield what may be refused by one of two schemas only."""
        before, after = forms_of(old, self.old_root), forms_of(new, self.new_root)
        if is_choice(old, before) or is_choice(new, after):
            left = before if is_choice(old, before) else alone(old)
            right = after if is_choice(new, after) else alone(new)
            yield from self.forms(left, right, path)
            return
        yield from self.level(beside_forms(old), beside_forms(new), path)
        if before.parts or after.parts:
            yield from self.conditions(before, after, path)
        yield from self.second_choice(old, new, path)

    def wording(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Yield changes that refuse nothing: words and defaults."""
        for key in ("description", "title", "default", "deprecated"):
            was, now = old.get(key), new.get(key)
            if was != now and (key in ("default", "deprecated") or (was and now)):
                kind = "default" if key == "default" else "wording"
                told = f"default was {say(was)}, is {say(now)}" if kind == "default" else (
                    f"{key} reworded" if key != "deprecated" else "marked as deprecated"
                    if now else "no longer deprecated"
                )  # fmt: skip
                yield self.change(kind, path, "neutral", told, was, now)

    def second_choice(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Yield a change of anyOf where oneOf stands beside it and was compared already."""
        was, now = (each.get("anyOf") if "oneOf" in each else None for each in (old, new))
        if (was or now) and not same({"anyOf": was}, {"anyOf": now}):
            yield self.change("form", path, "both", "the alternatives beside oneOf changed")

    def level(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Yield what differs in one level of two schemas, then below it."""
        for found in iter_type_differences(old, new):
            yield self.change(found.kind, path, *found[1:])
        kinds = kinds_of(old) & kinds_of(new)
        for found in iter_limit_differences(old, new, kinds, self.is_asserted):
            yield self.change(found.kind, path, *found[1:])
        if "array" in kinds and ("items" in old or "items" in new):
            yield from self.compare(
                old.get("items", ANYTHING), new.get("items", ANYTHING), f"{path}[]"
            )
        if "object" in kinds:
            yield from self.members(old, new, path)

    def members(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Yield what differs in the members of two objects."""
        was, now = old.get("properties") or {}, new.get("properties") or {}
        needed, need = set(required_of(old)), set(required_of(new))
        free, freer = (each.get("additionalProperties", True) for each in (old, new))
        for name in dict.fromkeys([*was, *now]):
            here = f"{path}.{name}"
            if name in was and name in now:
                yield from self.compare(was[name], now[name], here)
            elif name in now and free is False:
                yield self.member_added(name, now[name], name in need, was, now, here)
                need.discard(name)
            elif name in was and freer is False:
                yield self.member_removed(name, was[name], name in needed, was, now, here)
                needed.discard(name)
            else:  # undeclared on one side, but that side lets further members in
                yield from self.compare(was.get(name, free), now.get(name, freer), here)
        for name in sorted(need - needed):
            yield self.change("required", f"{path}.{name}", "breaking", "now required", False, True)
        for name in sorted(needed - need):
            yield self.change(
                "required", f"{path}.{name}", "loosening", "no longer required", True, False
            )
        yield from self.free_members(old, new, path)

    def member_added(
        self, name: str, node: Any, required: bool, was: Schema, now: Schema, path: str
    ) -> Change:
        """Return a member that a closed object lists now: those who lack it break if it must be."""
        schema = follow(node, self.new_root)
        twin = next((n for n in was if n not in now and same(was[n], now[name])), None)
        hint = f" (was it called {twin!r}?)" if twin else ""
        need = "required member" if required else "optional member"
        message = f"new {need}: {in_words(schema, self.new_root)}{hint}"
        return self.change("member", path, weigh(required, True), message, None, schema)

    def member_removed(
        self, name: str, node: Any, required: bool, was: Schema, now: Schema, path: str
    ) -> Change:
        """Return a member that a closed object no longer lists."""
        schema = follow(node, self.old_root)
        twin = next((n for n in now if n not in was and same(now[n], was[name])), None)
        hint = f" (is it called {twin!r} now?)" if twin else ""
        message = f"{'required ' if required else ''}member removed{hint}"
        return self.change("member", path, weigh(True, required), message, schema, None)

    def free_members(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Yield what differs in members that are not listed by name."""
        free, freer = (each.get("additionalProperties", True) for each in (old, new))
        if (free is False) != (freer is False):
            how = "are refused now" if freer is False else "allowed"
            effect = weigh(freer is False, free is False)
            yield self.change("closedness", path, effect, f"further members {how}", free, freer)
        elif isinstance(free, dict) or isinstance(freer, dict):
            yield from self.compare(free, freer, f"{path}.*")
        was, now = old.get("patternProperties") or {}, new.get("patternProperties") or {}
        for pattern in dict.fromkeys([*was, *now]):
            here = f"{path}.({pattern})"
            if pattern in was and pattern in now:
                yield from self.compare(was[pattern], now[pattern], here)
            else:
                how = "described now" if pattern in now else "no longer described"
                yield self.change("member", here, "both", f"members of such a name {how}")

    def conditions(self, before: Forms, after: Forms, path: str) -> Iterator[Change]:
        """Yield what differs in alternatives that stand beside members."""
        if not before.parts or not after.parts:
            forms = after if after.parts else before
            groups = form_words(forms)
            told = f"now has to give {groups}" if after.parts else f"no longer has to give {groups}"
            yield self.change("form", path, weigh(after.parts, before.parts), told)
        elif all(map(is_requirement, [*before.parts, *after.parts])):
            yield from self.groups(before, after, path)
        else:
            yield from self.forms(before, after, path)

    def groups(self, before: Forms, after: Forms, path: str) -> Iterator[Change]:
        """Yield groups of members, one of which must be there, that came or went."""
        was, now = ({frozenset(required_of(part)) for part in each.parts}
                    for each in (before, after))  # fmt: skip
        exact = "oneOf" in (before.keyword, after.keyword)
        for group in sorted(was - now, key=sorted):
            effect: Effect = "both" if exact else "breaking"
            told = f"{' + '.join(sorted(group))} is no longer enough"
            yield self.change("form", path, effect, told, sorted(group), None)
        for group in sorted(now - was, key=sorted):
            effect = "both" if exact else "loosening"
            told = f"{' + '.join(sorted(group))} is enough now"
            yield self.change("form", path, effect, told, None, sorted(group))
        yield from self.exactness(before, after, path)

    def exactness(self, before: Forms, after: Forms, path: str) -> Iterator[Change]:
        """Yield that exactly one alternative must hold now, where several could, or the reverse."""
        if before.keyword != after.keyword and min(len(before.parts), len(after.parts)) > 1:
            tighter = after.keyword == "oneOf"
            told = "exactly one form may hold now" if tighter else "several forms may hold now"
            yield self.change("form", path, weigh(tighter, not tighter), told,
                              before.keyword, after.keyword)  # fmt: skip

    def forms(self, before: Forms, after: Forms, path: str) -> Iterator[Change]:
        """Yield alternatives that came, went or changed."""
        pairs = pair_forms(before, after)
        exact = "oneOf" in (before.keyword, after.keyword) and not (
            are_disjoint(before) and are_disjoint(after)
        )
        for old, new, name in pairs:
            here = f"{path} ({name})" if name else path
            if old is not None and new is not None:
                found = self.compare(old, new, here)
                yield from map(either_way, found) if exact else found
            else:
                part, root = (new, self.new_root) if new is not None else (old, self.old_root)
                effect: Effect = "both" if exact else weigh(new is None, old is None)
                how = "new" if new is not None else "removed"
                told = f"form {how}: {in_words(part, root)}"
                yield self.change("form", here, effect, told, old, new)
        yield from self.exactness(before, after, path)


def is_choice(schema: Schema, forms: Forms) -> bool:
    """Say whether a schema is nothing but its alternatives."""
    limits = [key for key in beside_forms(schema) if key not in ("description", "title", "$defs")]
    return bool(forms.parts) and not limits and not all(map(is_requirement, forms.parts))


def alone(schema: Schema) -> Forms:
    """Return a schema as the only alternative there is."""
    return Forms("", (schema,), "", (str(schema.get("title", "")),))


def form_words(forms: Forms) -> str:
    """Return alternatives on one line."""
    if all(map(is_requirement, forms.parts)):
        return ", or ".join(" + ".join(required_of(part)) for part in forms.parts)
    return f"one of {len(forms.parts)} forms"
