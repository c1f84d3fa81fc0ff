"""What does an independent engine (python-jsonschema) say? The check of the checker; slow.

Types, patterns and formats are its own. It is helped in one thing only: Python's `re` lets `$`
match before a last line feed, in our patterns and in the engine's checks of URIs and times; that of
ECMA-262 does not. It knows no leap seconds (tests/validators/test_two_engines.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jsonschema

from callforge_core.spec import Operation


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
    """Return the engine's own checker; what ends in a line feed is no URI and no time."""
    checker = jsonschema.FormatChecker()
    for name in ("uri", "date-time"):
        accepts, raises = checker.checkers[name]
        checker.checks(name, raises)(partial(is_whole, accepts))
    return checker


def is_whole(accepts: Callable[[object], bool], value: object) -> bool:
    """Say whether a format accepts a value to its very end."""
    return bool(accepts(value)) and not (isinstance(value, str) and value.endswith("\n"))
