"""What does an answer decide: a call, a question or a refusal? Text -> Answer; never raises.

For one operation a call is the bare JSON body; for several it is the envelope {"operation": ...,
"path": {...}, "body": {...}}. {"clarify": ["duration"]} asks, {"refuse": "..."} refuses. Anything
else is malformed: a fault of the text (F), never a refusal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from callforge_core.records import Issue
from callforge_core.spec import Operation
from validators.places import quote
from validators.strict_json import parse_issue, parse_strict

Decided = Literal["call", "clarify", "refuse", "malformed"]

ENVELOPE = frozenset({"operation", "path", "query", "body"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, read."""

    decision: Decided
    operation: str | None = None
    """The operation that an envelope names; a bare body names none."""
    payload: dict[str, Any] | None = None
    """The body of a call."""
    path: Mapping[str, Any] = field(default_factory=dict)
    """The path parameters of an envelope."""
    asked: tuple[str, ...] = ()
    """The slots a question asks for."""
    reason: str | None = None
    """Why a refusal refuses."""
    issues: tuple[Issue, ...] = ()
    """What is wrong with the text: a readable answer may stand between words."""

    @property
    def root(self) -> str:
        """The JSON pointer to the body inside the answer."""
        return "" if self.operation is None else "/body"


def parse_answer(text: str, operations: Collection[str] | Mapping[str, Operation]) -> Answer:
    """Read an answer; `operations` are those it may call: with one, a call may be the bare body."""
    parsed = parse_strict(text)
    if not parsed.found:
        return Answer(decision="malformed", issues=parsed.issues)
    value = parsed.value
    # one operation that takes values in its path is called in an envelope too
    named = value.get("operation") in list(operations) and not value.keys() - ENVELOPE
    answer = read_object(value, enveloped=len(operations) > 1 or named)
    return replace(answer, issues=(*parsed.issues, *answer.issues))


def read_object(value: dict[str, Any], *, enveloped: bool) -> Answer:
    """Read an answer that is a JSON object."""
    if value.keys() == {"clarify"}:
        slots = value["clarify"]
        if isinstance(slots, list) and slots and all(isinstance(slot, str) for slot in slots):
            return Answer(decision="clarify", asked=tuple(slots))
        return malformed(f"clarify is {quote(slots)}, expected a list of slot names")
    if value.keys() == {"refuse"}:
        reason = value["refuse"]
        if isinstance(reason, str):
            return Answer(decision="refuse", reason=reason)
        return malformed(f"refuse is {quote(reason)}, expected a reason in words")
    return read_envelope(value) if enveloped else Answer(decision="call", payload=value)


def read_envelope(value: dict[str, Any]) -> Answer:
    """Read a call that has to name its operation."""
    name, path, body = value.get("operation"), value.get("path", {}), value.get("body", {})
    if not isinstance(name, str):
        return malformed("the answer names no operation, but there are several to call")
    if value.keys() - ENVELOPE:
        strange = quote(sorted(value.keys() - ENVELOPE)[0])
        return malformed(f"{strange} is no part of a call: operation, path and body are")
    if not isinstance(path, dict) or not isinstance(body, dict):
        return malformed("path and body of a call are objects")
    return Answer(decision="call", operation=name, path=path, payload=body)


def malformed(message: str) -> Answer:
    """Return an answer that is sound JSON and still says nothing that can be acted on."""
    issue = parse_issue("F3", "parse.no_answer", message, rule="", basis="project")
    return Answer(decision="malformed", issues=(issue,))
