"""How is a rule filed, and which rules hold for an operation of a release?

A rule says what the schema cannot: a generator of Issues with a number of the taxonomy (R2, R5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from callforge_core.records import Basis, Issue, Payload, Severity
from callforge_core.registry import Registry
from validators.places import Place, path_of

Check = Callable[[Payload], Iterator[Issue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A numbered check of some operations of one API."""

    number: str
    api: str
    operations: tuple[str, ...]
    check: Check


RULES: Registry[Rule] = Registry("rule")


def rule(number: str, *, api: str, operations: tuple[str, ...]) -> Callable[[Check], Check]:
    """Return a decorator that files a check under its API and number."""

    def add(check: Check) -> Check:
        RULES.register(f"{api} {number}")(
            Rule(number=number, api=api, operations=operations, check=check)
        )
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
