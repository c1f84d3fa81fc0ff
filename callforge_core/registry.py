"""A named collection of one kind of thing (rules, faults, engines, backends)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from callforge_core.errors import UnknownName

T = TypeVar("T")


class Registry(Generic[T]):
    """Names mapped to members in registration order; a second registration is an error."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._members: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """Return a decorator that files its target under `name`."""

        def add(member: T) -> T:
            assert name not in self._members, f"{self.kind} {name!r} is registered twice"
            self._members[name] = member
            return member

        return add

    def get(self, name: str) -> T:
        """Return the member called `name`; UnknownName tells the nearest name and the full list."""
        if name in self._members:
            return self._members[name]
        raise UnknownName(unknown(self.kind, name, self._members))

    def names(self) -> list[str]:
        """Return all names in registration order."""
        return list(self._members)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self._members.items())

    def __len__(self) -> int:
        return len(self._members)


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Word the message for an unknown name: nearest match first, then the full list."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"unknown {kind} {name!r}{hint}; known: {', '.join(names) or 'none'}"
