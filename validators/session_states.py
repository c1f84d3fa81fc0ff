"""What do the calls of a conversation do to sessions, and which of them could not be served? D5.

A session is known by what a tool says of it; without tool turns a call is taken to have worked.
Only what the turns themselves show is told: no clock ends a session here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from validators.answers import ENVELOPE
from validators.comparators import canonical
from validators.strict_json import parse_strict

OF_A_SESSION = ("getSession", "deleteSession", "extendQosSessionDuration")
MOST_CHARACTERS = 20_000


class StateFault(NamedTuple):
    """A call that the state does not allow."""

    turn: int
    code: str
    message: str


@dataclass(slots=True)
class Session:
    """What is known of one session."""

    device: Any
    status: str = "unknown"
    """REQUESTED, AVAILABLE, UNAVAILABLE, deleted, or unknown."""
    id: str = ""


@dataclass(slots=True)
class Call:
    """A call that an assistant made."""

    operation: str
    path: dict[str, Any]
    body: dict[str, Any]
    session: Session | None = None
    """The session it has made, or is about."""


@dataclass(slots=True)
class States:
    """All sessions of a conversation so far, and everything said so far."""

    sessions: list[Session] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    last: Call | None = None

    def named(self, name: str) -> Session | None:
        """Return the session of an id."""
        return next((each for each in self.sessions if each.id == name), None)


def iter_state_faults(turns: Iterable[tuple[int, str, str]]) -> Iterator[StateFault]:
    """Yield the calls that the state rules out; turns are (index, role, text)."""
    states = States()
    for index, role, text in turns:
        values = read_list(text) if role == "tool" else []
        value = None if values else read(text)
        if role == "assistant" and value is not None:
            states.last = read_call(value)
            if states.last is not None:
                for code, message in apply(states.last, states):
                    yield StateFault(index, code, message)
        elif role in ("tool", "user") and value is not None:
            note_answer(reported(value), states, from_tool=role == "tool")
        for each in values:  # the sessions of a device: none of them is that of the last call
            note_answer(each, states, from_tool=False)
        states.heard.append(text.lower())


def read(text: str) -> dict[str, Any] | None:
    """Return the object that a turn is; None for words."""
    if "{" not in text or len(text) > MOST_CHARACTERS:
        return None
    value = parse_strict(text).value
    return value if isinstance(value, dict) else None


def read_list(text: str) -> list[dict[str, Any]]:
    """Return the objects of a list of sessions; nothing for anything else."""
    if not text.lstrip().startswith("[") or len(text) > MOST_CHARACTERS:
        return []
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [value for value in values if isinstance(value, dict)]


def reported(value: dict[str, Any]) -> dict[str, Any]:
    """Return what an event reports of a session; anything else as it is."""
    data = value.get("data")
    return data if isinstance(data, dict) and "sessionId" in data else value


def read_call(value: dict[str, Any]) -> Call | None:
    """Return the call of an envelope; None for anything else."""
    name, path, body = value.get("operation"), value.get("path", {}), value.get("body", {})
    fits = isinstance(name, str) and isinstance(path, dict) and isinstance(body, dict)
    if not fits or value.keys() - ENVELOPE:
        return None
    return Call(str(name), path, body)


def apply(call: Call, states: States) -> Iterator[tuple[str, str]]:
    """Yield why a call cannot be served; else let it do its work."""
    if call.operation == "createSession":
        device = call.body.get("device")
        mark = canonical(device, "/device") if device is not None else None
        for session in states.sessions:
            if mark is not None and session.device == mark and is_running(session):
                yield "second_session", "this device has a session already; extend or delete that"
                return
        call.session = Session(device=mark)
        states.sessions.append(call.session)
    elif call.operation in OF_A_SESSION:
        yield from of_session(call, states)


def of_session(call: Call, states: States) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a call about a session that should exist."""
    name = str(call.path.get("sessionId", "")).lower()
    call.session = states.named(name)
    if not name:
        return  # a path without its id is a fault of the call, not of the state
    if call.session is None:
        # a session made here whose id no tool has told, or an id that somebody has mentioned
        untold = any(not session.id for session in states.sessions)
        if not untold and not any(name in text for text in states.heard):
            yield "unknown_session", f"nobody has spoken of session {name:.40} before"
        return
    status = call.session.status
    if status == "deleted":
        yield "finished_session", f"session {name:.40} has been deleted"
    elif call.operation == "extendQosSessionDuration" and status in ("REQUESTED", "UNAVAILABLE"):
        yield "not_available", f"only an AVAILABLE session can be extended; this one is {status}"
    elif call.operation == "deleteSession":
        call.session.status = "deleted"


def note_answer(value: dict[str, Any], states: States, *, from_tool: bool) -> None:
    """Take in what a tool, or a message passed on by the user, says of a session."""
    session, call = None, states.last
    name, status = value.get("sessionId"), value.get("qosStatus")
    if from_tool and call is not None:
        session = call.session
        if is_error(value):
            undo(call, states)
            return
    if isinstance(name, str):
        session = states.named(name.lower()) or session
        if session is None:
            device = value.get("device")
            mark = canonical(device, "/device") if device is not None else None
            session = Session(device=mark)
            states.sessions.append(session)
        session.id = session.id or name.lower()
    if session is not None and isinstance(status, str) and session.status != "deleted":
        session.status = status


def undo(call: Call, states: States) -> None:
    """Take back what a call that failed was taken to have done."""
    if call.operation == "createSession" and call.session in states.sessions:
        states.sessions = [each for each in states.sessions if each is not call.session]
    elif call.operation == "deleteSession" and call.session is not None:
        call.session.status = "unknown"


def is_error(value: dict[str, Any]) -> bool:
    """Say whether a tool reports a failure, as the API words it: status and code."""
    status = value.get("status")
    return (isinstance(status, int) and status >= 400) or (
        "code" in value and "message" in value and "sessionId" not in value
    )


def is_running(session: Session) -> bool:
    """Say whether a session is not over as far as anybody has said."""
    return session.status not in ("deleted", "UNAVAILABLE")
