"""What does this server not take? Requests are trimmed to its terms, learned from its refusals.

OpenAI-compatible servers differ: some know no json_schema, some want `max_completion_tokens`, some
models take no temperature. A refusal (400 or 422) names the parameter mostly; terms that a refused
request succeeded under hold for the rest of the run and for later ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

SCHEMA, OBJECT, PLAIN = 0, 1, 2
OF_FORMAT = re.compile(r"response_format|json_schema|json_object|grammar|schema|guided|structured")
OPTIONAL = ("temperature", "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What has to be left out or renamed; the default asks for everything."""

    format: int = SCHEMA
    """0: json_schema, 1: json_object, 2: no response_format."""
    is_renamed: bool = False
    """The limit is called max_completion_tokens."""
    without: tuple[str, ...] = ()

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request that keeps to the terms."""
        trimmed = {name: value for name, value in body.items() if name not in self.without}
        if self.is_renamed:
            trimmed["max_completion_tokens"] = trimmed.pop("max_tokens")
        if "response_format" in trimmed:
            if self.format == PLAIN:
                del trimmed["response_format"]
            elif self.format == OBJECT:
                trimmed["response_format"] = {"type": "json_object"}
        return trimmed

    def concede(self, sent: Mapping[str, Any], refusal: str) -> Terms | None:
        """Return weaker terms after a refusal of `sent`; None when there is nothing to give up."""
        said = refusal.lower()
        if "max_completion_tokens" in said and "max_tokens" in sent:
            return replace(self, is_renamed=True)
        named = [name for name in OPTIONAL if name in said and name in sent]
        if named and not OF_FORMAT.search(said):
            return replace(self, without=tuple(sorted({*self.without, *named})))
        if "response_format" in sent:
            was = sent["response_format"].get("type")
            return replace(self, format=OBJECT if was == "json_schema" else PLAIN)
        return None

    def merge(self, other: Terms) -> Terms:
        """Return terms that hold what both gave up."""
        return Terms(
            format=max(self.format, other.format),
            is_renamed=self.is_renamed or other.is_renamed,
            without=tuple(sorted({*self.without, *other.without})),
        )

    def to_text(self) -> str:
        """Return the terms as they are stored."""
        return json.dumps([self.format, self.is_renamed, list(self.without)])


def read_terms(text: str) -> Terms:
    """Return stored terms; the default for an empty text."""
    if not text:
        return Terms()
    level, is_renamed, without = json.loads(text)
    return Terms(format=level, is_renamed=is_renamed, without=tuple(without))
