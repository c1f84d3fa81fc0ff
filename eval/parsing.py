"""What did the model say?  Output text -> decision, payload and how clean the JSON was.

STRICT: the whole text is one RFC 8259 object. LENIENT: words or one code fence around it are
forgiven. Only `json_valid_lenient` and `wrapper_rate` look at the lenient reading. An output that
is neither a call nor says that it asks or refuses is malformed, which is not an abstention.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from callforge_core.records import Payload
from validators.strict_json import parse_strict

MOST_CHARACTERS = 20_000  # longer outputs are cut before parsing: work per row is bounded
ENVELOPE = {"operation", "path", "query", "body"}

Decided = Literal["call", "clarify", "refuse", "malformed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One output, read."""

    decision: Decided
    is_json: bool
    """The STRICT parse succeeds."""
    is_json_lenient: bool
    """The LENIENT parse succeeds."""
    payload: Payload | None = None
    """The body of a call."""
    operation: str | None = None
    """The operation an envelope names; a bare body names none."""
    asked: tuple[str, ...] = ()
    """Slots a clarify asks for."""
    reason: str | None = None
    """Why a refuse refuses."""


def read_output(text: str, *, enveloped: bool = False) -> Reading:
    """Read an output; never raises.

    With one operation a call is the bare body. With several (`enveloped`) it is
    {"operation": ..., "path": {...}, "body": {...}}, and a bare body is malformed.
    """
    parsed = parse_strict(text[:MOST_CHARACTERS])
    is_json = parsed.found and not parsed.issues
    is_lenient = parsed.found and all(issue.cls == "F2" for issue in parsed.issues)
    if not is_json:
        return Reading(decision="malformed", is_json=False, is_json_lenient=is_lenient)
    return read_object(parsed.value, enveloped=enveloped)


def read_object(value: dict[str, Any], *, enveloped: bool) -> Reading:
    """Read an output that is exactly one object."""
    if value.keys() == {"clarify"}:
        slots = value["clarify"]
        if isinstance(slots, list) and slots and all(isinstance(slot, str) for slot in slots):
            return reading("clarify", asked=tuple(slots))
        return reading("malformed")
    if value.keys() == {"refuse"}:
        said = value["refuse"]
        return reading("refuse", reason=said) if isinstance(said, str) else reading("malformed")
    if not enveloped:
        return reading("call", payload=value)
    operation, body = value.get("operation"), value.get("body", {})
    if isinstance(operation, str) and isinstance(body, dict) and value.keys() <= ENVELOPE:
        return reading("call", payload=body, operation=operation)
    return reading("malformed")


def reading(decision: Decided, **parts: Any) -> Reading:
    """Return the reading of an output that is sound JSON."""
    return Reading(decision=decision, is_json=True, is_json_lenient=True, **parts)
