"""One dialogue in the making: what has been said, what the network has told, who means what.

A Talk only appends: what a user says, what the assistant calls, asks, refuses or says in words, and
what the tool answers. Which of these comes next is up to the moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from callforge_core.spec import Operation, order_keys
from generators.dialogues_network import Answer, Network, Session, session_info
from generators.dialogues_words import Voice
from generators.durations import Duration, draw_duration
from generators.payloads import build_payload
from generators.scenarios import Scenario
from generators.wordings import word_device_ipv4, word_phone

CREATE, GET, DELETE = "createSession", "getSession", "deleteSession"
EXTEND, RETRIEVE = "extendQosSessionDuration", "retrieveSessionsByDevice"
OPERATIONS = (CREATE, GET, DELETE, EXTEND, RETRIEVE)
MORE = "requestedAdditionalDuration"
SLOT_ORDER = ("device", "applicationServer", "qosProfile", "duration")
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(slots=True)
class Held:
    """A session as the user and the assistant know it."""

    session: Session
    scenario: Scenario
    known: str
    """The status that was last told."""
    is_ours: bool = True
    """Started in this dialogue; else found in a list or under an id."""

    @property
    def is_live(self) -> bool:
        """True as far as anybody has said."""
        return self.known in ("REQUESTED", "AVAILABLE")


class Talk:
    """The state of one dialogue."""

    def __init__(
        self,
        rng: Random,
        voice: Voice,
        operations: Mapping[str, Operation],
        system: str,
        limits: tuple[int, int],
    ) -> None:
        self.rng = rng
        self.voice = voice
        self.operations = operations
        self.network = Network(rng)
        self.low_s, self.high_s = limits
        self.messages: list[dict[str, str]] = [{"role": "system", "content": system}]
        self.facts: dict[str, str] = {}
        self.held: list[Held] = []
        self.moves: list[str] = []
        self.calls: list[Mapping[str, Any]] = []
        self.is_over = False

    # what is said

    def user(self, text: str, **facts: str) -> None:
        """Append what the user says; `facts` are slots with the words that give them."""
        turn = len(self.messages)
        self.messages.append({"role": "user", "content": text})
        self.facts |= {f"{turn}.{slot}": words for slot, words in facts.items()}
        self.network.tick()

    def says(self, move: str, **values: str) -> None:
        """Append a turn of the user as the lexicon words it, its values noted as facts."""
        facts = {slot: words for slot, words in values.items() if slot not in ("what", "old")}
        self.user(self.voice.say(f"turns.{move}", **values), **facts)

    def assistant(self, content: object) -> None:
        """Append what the assistant says: words, or an object as compact JSON."""
        text = content if isinstance(content, str) else render_json(content)
        self.messages.append({"role": "assistant", "content": text})

    def replies(self, wording: str, **values: str) -> None:
        """Append words of the assistant."""
        self.assistant(self.voice.reply(wording, **values))

    def clarify(self, *slots: str) -> None:
        """Append the question for slots."""
        self.assistant({"clarify": list(slots)})

    def refuse(self, reason: str) -> None:
        """Append a refusal."""
        self.assistant({"refuse": reason})

    # what is done

    def call(self, operation: str, body: Payload, session_id: str = "") -> None:
        """Append the envelope of a call, keys in spec order."""
        path = {"path": {"sessionId": session_id}} if session_id else {}
        body = order_keys(self.operations[operation], body)
        envelope = {"operation": operation, **path, "body": body}
        self.calls.append(envelope)
        self.assistant(envelope)
        self.network.tick(6)

    def tool(self, answer: Answer | list[Answer] | None) -> None:
        """Append what a tool answers; None for an answer without a body."""
        text = "" if answer is None else render_json(answer)
        self.messages.append({"role": "tool", "content": text})

    def told(self, held: Held) -> None:
        """Append what the network tells of a session, and know it from now on."""
        self.tool(session_info(held.session))
        held.known = held.session.status

    def hold(self, session: Session, scenario: Scenario, *, is_ours: bool = True) -> Held:
        """Know a session from now on."""
        held = Held(session, scenario, session.status, is_ours)
        self.held.append(held)
        return held

    def delete(self, held: Held) -> None:
        """Call for the end of a session, which succeeds without a word."""
        self.call(DELETE, {}, held.session.id)
        held.session.is_deleted = True
        held.known = "deleted"
        self.tool(None)

    # who is meant

    @property
    def live(self) -> list[Held]:
        """The sessions that nobody has said to be over, oldest first."""
        return [held for held in self.held if held.is_live]

    def refer(self, held: Held) -> str:
        """Return words that mean one session and no other."""
        live = self.live
        if len(live) == 1 and self.rng.random() < 0.92:
            return self.voice.word("references.only")
        kind = self.rng.random()
        if len(live) == 2 and len(self.held) == 2 and kind < 0.5:
            name = "first" if held is self.held[0] else "last"
            return self.voice.word(f"references.{name}")
        devices = [each.session.body["device"] for each in live]
        if kind < 0.85 and devices.count(held.session.body["device"]) == 1:
            return self.voice.word("references.device", v=word_device(held.scenario, self.rng))
        servers = [each.session.body["applicationServer"] for each in live]
        if kind < 0.92 and servers.count(held.session.body["applicationServer"]) == 1:
            server = held.scenario.server_ipv4 or held.scenario.server_ipv6 or ""
            return self.voice.word("references.server", v=server)
        return self.voice.word("references.id", v=held.session.id)

    # what is drawn

    def chance(self, rate: float) -> bool:
        """Say yes at a rate."""
        return self.rng.random() < rate

    def draw_length(self, low_s: int, high_s: int) -> Duration:
        """Return a length of time that is no clock interval."""
        for _ in range(40):
            duration = draw_duration(self.rng, low_s, high_s)
            if not is_interval(duration):
                return duration
        return Duration(low_s, length_words(low_s))

    def new_body(self, scenario: Scenario) -> Payload:
        """Return the body that a scenario with all its facts calls for."""
        return build_payload(scenario)


def is_interval(duration: Duration) -> bool:
    """Say whether a length of time is told by two clock times."""
    return duration.interval


def word_device(scenario: Scenario, rng: Random) -> str:
    """Write the identifier by which people mean a device; every one it has for a call."""
    if scenario.phone:
        return word_phone(scenario.phone, rng)
    if scenario.device_ipv4:
        return word_device_ipv4(scenario.device_ipv4, rng)
    return scenario.device_ipv6 or ""


def one_device(scenario: Scenario) -> Scenario:
    """Return a scenario whose device has one identifier: the first that it has."""
    if scenario.phone:
        return replace(scenario, device_ipv4=None, device_ipv6=None)
    return replace(scenario, device_ipv6=None) if scenario.device_ipv4 else scenario


def length_words(seconds: int) -> str:
    """Return a length of time in its largest whole unit: 90 minutes, 2 hours."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
