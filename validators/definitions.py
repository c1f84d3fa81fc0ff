"""Where in the API definition does a member of a payload stand? Pointers to quote in findings."""

from __future__ import annotations

import re

from callforge_core.spec import Operation
from callforge_core.spec_documents import keys_of
from validators.places import Place

COMBINED = re.compile(r"/(?:allOf|anyOf|oneOf)/\d+|/(?:then|else|if|not)(?=/|$)")
Pattern = tuple[str, ...]


class Definitions:
    """The members of one operation, with the places of the document that define them."""

    def __init__(self, operation: Operation) -> None:
        self.pointers: dict[Pattern, str] = {}
        for at, pointer in operation.origins.items():
            self.pointers.setdefault(tuple(members_of(COMBINED.sub("", at))), pointer)

    def pointer_to(self, place: Place) -> str:
        """Return the pointer to what defines a place, or the nearest declared place above it."""
        pattern = tuple("*" if isinstance(key, int) else key for key in place)
        while pattern and pattern not in self.pointers:
            pattern = pattern[:-1]
        return self.pointers.get(pattern, "")


def members_of(at: str) -> list[str]:
    """Return the members that a pointer into a schema leads through, `*` for items of a list."""
    keys = iter(keys_of(at))
    return ["*" if key == "items" else next(keys, "") for key in keys]
