"""What does the network answer? A small session service: states, times, errors as the API has them.

Nothing here reads a clock: time is what the dialogue says has passed since its drawn first minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from callforge_core.records import Payload

FIRST_DAY = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
DAYS = 700
EVENT_TYPE = "org.camaraproject.quality-on-demand.v1.qos-status-changed"
IDENTIFIERS = ("phoneNumber", "ipv4Address", "ipv6Address")
REPEATED = ("applicationServer", "devicePorts", "applicationServerPorts", "qosProfile", "sink")
Answer = dict[str, Any]

ERRORS: Mapping[str, tuple[int, str]] = {
    "CONFLICT": (409, "A session for this device exists already."),
    "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED": (
        409,
        "Only a session that is AVAILABLE can be extended.",
    ),
    "NOT_FOUND": (404, "No such session."),
    "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE": (
        422,
        "The QoS profile cannot be used with this device at the moment.",
    ),
    "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE": (
        400,
        "The duration is longer than the provider grants now.",
    ),
    "INVALID_SINK": (400, "The sink does not accept events."),
    "UNAVAILABLE": (503, "The service is busy."),
}


def error(code: str) -> Answer:
    """Return the answer of a failure: status, code and message."""
    status, message = ERRORS[code]
    return {"status": status, "code": code, "message": message}


@dataclass(slots=True)
class Session:
    """A session as the network keeps it."""

    id: str
    body: Payload
    granted: int
    status: str = "REQUESTED"
    info: str = ""
    started: datetime | None = None
    is_deleted: bool = False

    @property
    def ends(self) -> datetime | None:
        """When it ends; None before it has started."""
        return self.started and self.started + timedelta(seconds=self.granted)

    @property
    def is_live(self) -> bool:
        """True until it is deleted or over."""
        return not self.is_deleted and self.status != "UNAVAILABLE"


class Network:
    """The sessions of one client, and the time."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        minutes = int(rng.random() * DAYS * 24 * 60)
        self.now = FIRST_DAY + timedelta(minutes=minutes, seconds=int(rng.random() * 60))
        self.sessions: dict[str, Session] = {}

    def draw_id(self) -> str:
        """Return a UUID that no session has yet."""
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def tick(self, most_s: int = 90) -> None:
        """Let some seconds pass, never so many that a session runs out unasked."""
        left = [
            (session.ends - self.now).total_seconds()
            for session in self.sessions.values()
            if session.is_live and session.ends
        ]
        most = min([most_s, *(max(0, int(each * 0.2)) for each in left)])
        self.now += timedelta(seconds=int(self.rng.random() * most))

    def run_out(self, session: Session) -> None:
        """Let the time of a session pass; others may end as well."""
        if session.ends:
            self.now = max(self.now, session.ends + timedelta(seconds=5 + self.rng.random() * 600))
            self.now = self.now.replace(microsecond=0)
        for each in self.sessions.values():
            if each.is_live and each.ends and each.ends <= self.now:
                self.terminate(each, "DURATION_EXPIRED")

    def create(self, body: Payload, *, is_available: bool, session_id: str = "") -> Session:
        """Start a session; applied at once, or only asked for."""
        session = Session(session_id or self.draw_id(), body, int(body["duration"]))
        self.sessions[session.id] = session
        if is_available:
            self.promote(session)
        return session

    def promote(self, session: Session) -> None:
        """Apply a session that was asked for."""
        session.status, session.started = "AVAILABLE", self.now

    def terminate(self, session: Session, info: str) -> None:
        """End a session; its duration is then what was used."""
        if session.started and session.ends:
            used = min(self.now, session.ends) - session.started
            session.granted = max(1, int(used.total_seconds()))
        session.status, session.info = "UNAVAILABLE", info

    def running_on(self, device: Mapping[str, Any]) -> list[Session]:
        """Return the live sessions of a device, oldest first."""
        mark = in_use(device)
        return [
            each
            for each in self.sessions.values()
            if each.is_live and in_use(each.body["device"]) == mark
        ]


def in_use(device: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one identifier by which the network knows a device."""
    return next({name: device[name]} for name in IDENTIFIERS if name in device)


def session_info(session: Session) -> Answer:
    """Return what the network tells of a session: SessionInfo of the definition."""
    body = session.body
    told: Answer = {"device": in_use(body["device"])}
    told |= {name: body[name] for name in REPEATED if name in body}
    told |= {"sessionId": session.id, "duration": session.granted}
    if session.started and session.ends:
        told |= {"startedAt": stamp(session.started), "expiresAt": stamp(session.ends)}
    told["qosStatus"] = session.status
    return told | ({"statusInfo": session.info} if session.info else {})


def status_event(session: Session, network: Network) -> Answer:
    """Return the event that the network sends when the status of a session changes."""
    data = {"sessionId": session.id, "qosStatus": session.status}
    if session.info:
        data["statusInfo"] = session.info
    return {
        "id": network.draw_id(),
        "source": f"https://api.example.com/quality-on-demand/v1/sessions/{session.id}",
        "type": EVENT_TYPE,
        "specversion": "1.0",
        "time": stamp(network.now),
        "data": data,
    }


def stamp(moment: datetime) -> str:
    """Return an instant as RFC 3339 in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
