"""How is a rule filed? Under its number of the taxonomy; packs.py says where it holds.

A rule says what the schema cannot: it yields Issues, or returns them where it runs on every row.
Where releases differ in what a rule asks, it has variants: "R16" and "R16 any scheme" are both
number R16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from callforge_core.records import Basis, Issue, Payload, Severity
from callforge_core.registry import Registry
from validators.places import Place, path_of

Check = Callable[[Payload], Iterable[Issue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A numbered check of a request body."""

    number: str
    check: Check


RULES: Registry[Rule] = Registry("rule")


def rule(name: str) -> Callable[[Check], Check]:
    """Return a decorator that files a check under its number, or number and variant."""

    def add(check: Check) -> Check:
        RULES.register(name)(Rule(number=name.partition(" ")[0], check=check))
        return check

    return add


def finding(
    number: str,
    cls: str,
    code: str,
    place: Place,
    message: str,
    basis: Basis,
    severity: Severity = "error",
) -> Issue:
    """Return an issue of the rules layer."""
    return Issue(
        cls=cls,
        code=f"rules.{code}",
        path=path_of(place),
        message=message,
        layer="rules",
        spec=number,
        basis=basis,
        severity=severity,
    )


def member(payload: Any, *keys: str) -> Any:
    """Return a value further down, None when the way there is not made of objects."""
    for key in keys:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload


def is_integer(value: object) -> bool:
    """Say whether a value is an integer; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)
