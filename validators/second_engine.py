"""What does an independent engine (python-jsonschema) say? The check of the checker; slow.

It needs help where Python's `re` differs from ECMA-262: there, `$` also matches before a last line
feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from callforge_core.spec import Operation
from validators.formats import is_address, is_date_time


class SecondEngine:
    """The same schemas, compiled by python-jsonschema."""

    def __init__(self, operation: Operation) -> None:
        base = (
            jsonschema.Draft4Validator
            if operation.dialect == "draft4"
            else jsonschema.Draft202012Validator
        )
        extend: Any = jsonschema.validators.extend  # untyped
        engine = extend(base, {"pattern": match_pattern})
        self.published = engine(operation.schema, format_checker=format_checker())
        self.closed = engine(operation.closed, format_checker=format_checker())

    def accepts(self, payload: object) -> bool:
        """Say whether the published schema accepts a payload."""
        return bool(self.published.is_valid(payload))

    def accepts_closed(self, payload: object) -> bool:
        """Say whether the closed schema accepts a payload."""
        return bool(self.closed.is_valid(payload))


def match_pattern(
    _engine: Any, pattern: str, instance: object, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    """Match as ECMA-262 does: the end is the very end."""
    if (
        isinstance(instance, str)
        and re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), instance) is None
    ):
        yield jsonschema.ValidationError(f"{instance!r:.60} does not match {pattern!r}")


def format_checker() -> jsonschema.FormatChecker:
    """Return a checker of our formats beside the standard ones (uri among them)."""
    checker = jsonschema.FormatChecker()
    ours = {
        "ipv4": lambda text: is_address(text, 4),
        "ipv6": lambda text: is_address(text, 6),
        "date-time": is_date_time,
    }
    for name, check in ours.items():
        checker.checks(name)(lambda value, check=check: not isinstance(value, str) or check(value))
    return checker
