"""Is every call and every question of a conversation right? Turns -> issues, turn by turn.

    list(iter_call_issues(messages, {"createSession": validator, ...}))

Assistants that speak the envelope are judged: the body of each call by the validator of its
operation, grounded in what the user has said up to there; path parameters; the slots of questions.
What an earlier turn said and no call uses is no fault here: people change their minds. An extension
by the new total instead of the additional time is D1, told from the durations that tools report.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from callforge_core.records import Issue
from callforge_core.spec import Operation
from validators.answers import Answer, parse_answer
from validators.decisions import find_slot, finding, refuse_issues, stated
from validators.lengths import read_lengths
from validators.path_values import iter_path_issues
from validators.payload import Validator
from validators.places import Place, path_of, place_of, quote, value_at
from validators.strict_json import parse_strict

Turns = Sequence[Mapping[str, Any]]
Validators = Mapping[str, Validator]

MORE_SECONDS = "requestedAdditionalDuration"
LEFT_OVER = frozenset({"V6"})
"""Facts of the user that a call does not use: of another session, or taken back."""


@dataclass(slots=True)
class Heard:
    """What has been said so far."""

    users: list[str] = field(default_factory=list)
    since: int = 0
    """How many user turns there were before those that answer to no call yet."""
    has_called: bool = False
    """True when the assistant has called since the user spoke last."""
    told: list[dict[str, Any]] = field(default_factory=list)
    """What tools have told of sessions."""
    running: dict[str, int] = field(default_factory=dict)
    """Session id -> seconds granted so far, as the tools have told."""

    @property
    def whole(self) -> str:
        """Everything the user has said."""
        return "\n".join(self.users)

    @property
    def recent(self) -> str:
        """What the user has said since the call before; the last turn at least."""
        return "\n".join(self.users[self.since :])

    @property
    def stretches(self) -> Iterator[str]:
        """Everything the user has said, then ever less: a new topic makes the old one void."""
        for start in range(len(self.users)):
            yield "\n".join(self.users[start:])

    def hear(self, text: str) -> None:
        """Take in a turn of the user."""
        if self.has_called:
            self.since, self.has_called = len(self.users), False
        self.users.append(text)


def iter_call_issues(messages: Turns, validators: Validators) -> Iterator[Issue]:
    """Yield the issues of every assistant turn; paths begin with the turn: $[3].body.duration."""
    heard = Heard()
    for index, turn in enumerate(messages):
        role, text = turn.get("role"), turn.get("content")
        if not isinstance(text, str):
            continue
        if role == "user":
            heard.hear(text)
        elif role == "tool":
            note_sessions(text, heard)
        elif role == "assistant" and text.lstrip().startswith("{"):
            for issue in turn_issues(text, heard, validators):
                place: Place = (index, *place_of(issue.path))
                yield replace(issue, path=path_of(place))


def turn_issues(text: str, heard: Heard, validators: Validators) -> Iterator[Issue]:
    """Yield what is wrong with one turn that decides."""
    answer = parse_answer(text, enveloped(validators))
    yield from answer.issues
    if answer.decision == "clarify":
        yield from asked_issues(answer, heard, validators)
    elif answer.decision == "refuse":
        yield from refuse_issues(answer)
    elif answer.decision == "call":
        yield from called_issues(answer, heard, validators)
        heard.has_called = True


def enveloped(validators: Validators) -> tuple[str, ...]:
    """Return the operations a dialogue may call: always with a name, even if there is but one."""
    return (*validators, "")


def asked_issues(answer: Answer, heard: Heard, validators: Validators) -> Iterator[Issue]:
    """Yield slots that no operation has, are named twice, or have just been stated."""
    for index, name in enumerate(answer.asked):
        place: Place = ("clarify", index)
        homes = [each.operation for each in validators.values() if has_slot(name, each.operation)]
        if not homes:
            yield finding("D2", "unknown_slot", f"{quote(name)} is no slot of any call", place)
        elif name in answer.asked[:index]:
            yield finding("D2", "slot_twice", f"{quote(name)} is asked for twice", place)
        elif heard.users:
            slot = find_slot(name, homes[0])
            words = stated(slot, heard.recent, homes[0]) if slot else ""
            if words:
                message = f"{quote(name)} is asked for, but the user says {quote(words)}"
                yield finding("D2", "slot_stated", message, place)


def has_slot(name: str, operation: Operation) -> bool:
    """Say whether an operation takes a slot, in its body or its path."""
    return (bool(operation.schema) and find_slot(name, operation) is not None) or any(
        part.where == "path" and part.name == name for part in operation.parameters
    )


def called_issues(answer: Answer, heard: Heard, validators: Validators) -> Iterator[Issue]:
    """Yield the issues of a call: its operation, its path and its body."""
    validator = validators.get(answer.operation or "")
    if validator is None:
        message = f"{quote(answer.operation)} is none of {', '.join(validators)}"
        yield finding("D1", "unknown_operation", message, ("operation",))
        return
    yield from iter_path_issues(answer.path, validator.operation)
    body = answer.payload or {}
    if not validator.operation.schema:
        for name in body:
            message = f"{validator.operation.operation_id} takes no body, so no {quote(name)}"
            yield finding("S2", "unknown_member", message, ("body", name))
        return
    for issue in body_issues(answer, body, validator, heard):
        yield replace(issue, path=path_of(("body", *place_of(issue.path))))


def body_issues(
    answer: Answer, body: dict[str, Any], validator: Validator, heard: Heard
) -> Sequence[Issue]:
    """Return the issues of a body against the stretch of what was said that bears it out best."""
    if not heard.users:
        return validator.verdict(body).issues
    if MORE_SECONDS in body:
        return extension_issues(answer, body, validator, heard)
    first: Sequence[Issue] | None = None
    for request in heard.stretches:
        issues = [
            issue
            for issue in validator.verdict(body, request).issues
            if not is_left_over(issue, body, validator, request) and not is_told(issue, body, heard)
        ]
        first = issues if first is None else first
        if all(issue.severity != "error" for issue in issues):
            return issues
        if any(issue.layer != "grounding" and issue.severity == "error" for issue in issues):
            break  # wrong whatever was said
    return first or ()


def extension_issues(
    answer: Answer, body: dict[str, Any], validator: Validator, heard: Heard
) -> Sequence[Issue]:
    """Return the issues of an extension, against what was said since the call before.

    A total that is stated ("to two hours in total") gives the difference; one that is not is D1.
    """
    found = validator.verdict(body, heard.recent).issues
    value = body.get(MORE_SECONDS)
    running = heard.running.get(str(answer.path.get("sessionId", "")).lower())
    if running is None or not isinstance(value, int):
        return found
    apart = [issue for issue in found if issue.layer != "grounding"]
    lengths = {length.seconds for length in read_lengths(heard.recent.lower())}
    if value + running in lengths:
        return apart
    if value - running in lengths and value not in lengths:
        message = f"{value} s is the new total; {value - running} s were asked for on top"
        return [*apart, finding("D1", "total_duration", message, (MORE_SECONDS,), "normative")]
    return found


def is_left_over(issue: Issue, body: Mapping[str, Any], validator: Validator, request: str) -> bool:
    """Say whether an issue only tells of facts that an earlier turn gave and this call leaves."""
    if issue.layer != "grounding":
        return False
    if issue.cls != "V8":
        return issue.cls in LEFT_OVER
    place = place_of(issue.path)
    if value_at(body, place) is None:
        return True  # the other kind of address, of another server
    derived = validator.grounder.ground(body, request).derivations
    return any(at[: len(place)] == place for at in derived) and not any(
        found.cls != "V8" and place_of(found.path)[: len(place)] == place
        for found in validator.grounder.ground(body, request).issues
    )


def is_told(issue: Issue, body: Mapping[str, Any], heard: Heard) -> bool:
    """Say whether a tool has told the value of an issue, at the same place of a session."""
    if issue.layer != "grounding":
        return False
    place = place_of(issue.path)
    value = value_at(body, place)
    return value is not None and any(value_at(told, place) == value for told in heard.told)


def note_sessions(text: str, heard: Heard) -> None:
    """Take in the sessions that a tool reports."""
    for value in read_results(text):
        name, seconds = value.get("sessionId"), value.get("duration")
        if isinstance(name, str):
            heard.told.append(value)
            if isinstance(seconds, int):
                heard.running[name.lower()] = seconds


def read_results(text: str) -> list[dict[str, Any]]:
    """Return the objects that a tool reports: one, or those of a list."""
    if text.lstrip().startswith("["):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return []
        return [value for value in values if isinstance(value, dict)]
    value = parse_strict(text).value if "{" in text else None
    return [value] if isinstance(value, dict) else []
