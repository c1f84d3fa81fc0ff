"""How does a dialogue go wrong by one move? Faults of state (D5) and totals instead of more (D1).

    inject_dialogue_fault(dialogue, rng) -> the dialogue up to the wrong turn, and what is wrong

The dialogue is cut behind an assistant turn, and that turn is replaced by one call that the state
does not allow, or by one extension by the new total. Everything before it stays right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from callforge_core.dialogue_records import Dialogue, Turn
from callforge_core.jsonl import render_json
from callforge_core.records import Fault
from generators.dialogues_network import in_use
from generators.dialogues_talk import CREATE, DELETE, EXTEND, GET, MORE
from generators.edits import NotApplicable
from validators.lengths import read_lengths

HEX = "0123456789abcdef"
Envelope = Mapping[str, Any]


@dataclass(slots=True)
class Known:
    """What a reader knows before a turn."""

    status: dict[str, str] = field(default_factory=dict)
    """Session id -> its last status; deleted once it is."""
    bodies: dict[str, Any] = field(default_factory=dict)
    """Session id -> the body that has made it, in this dialogue."""
    running: dict[str, int] = field(default_factory=dict)
    """Session id -> seconds granted so far."""
    last: Envelope | None = None
    users: list[str] = field(default_factory=list)
    """What the user has said since the last call."""
    has_called: bool = False

    def hear(self, text: str) -> None:
        """Take in a turn of the user."""
        self.users = [text] if self.has_called else [*self.users, text]
        self.has_called = False

    def says(self, seconds: int) -> bool:
        """Say whether the user has stated a length of time since the last call."""
        said = read_lengths("\n".join(self.users).lower())
        return any(length.seconds == seconds for length in said)


@dataclass(frozen=True, slots=True)
class Slip:
    """One wrong turn in place of a right one."""

    turn: int
    cls: str
    detail: str
    wrong: Envelope
    pointer: str


def inject_dialogue_fault(
    dialogue: Dialogue, rng: Random, detail: str | None = None
) -> tuple[Dialogue, Fault] | NotApplicable:
    """Return the dialogue cut behind one wrong turn, and the fault; of one kind if `detail` is set.

    NotApplicable when no turn of the dialogue could go wrong so.
    """
    slips = [slip for slip in iter_slips(dialogue, rng) if detail is None or slip.detail == detail]
    if not slips:
        return NotApplicable(f"{dialogue.id}: no turn that {detail or 'a fault'} could replace")
    kinds = sorted({slip.detail for slip in slips})  # rare kinds come as often as common ones
    kind = kinds[int(rng.random() * len(kinds))]
    chosen = [slip for slip in slips if slip.detail == kind]
    slip = chosen[int(rng.random() * len(chosen))]
    before = dialogue.messages[slip.turn]
    turn: Turn = {"role": "assistant", "content": render_json(slip.wrong)}
    wrong = replace(
        dialogue,
        id=f"{dialogue.id}.{slip.turn}",
        messages=(*dialogue.messages[: slip.turn], turn),
        decision="call",
    )
    fault = Fault(
        cls=slip.cls,
        detail=slip.detail,
        pointer=slip.pointer,
        before=before["content"],
        after=turn["content"],
        layer="dialogue" if slip.cls == "D5" else "decision",
        tier=1 if slip.cls == "D5" else 2,
        basis="normative",
    )
    return wrong, fault


def iter_slips(dialogue: Dialogue, rng: Random) -> Iterator[Slip]:
    """Yield every wrong turn that a right one of the dialogue could give way to."""
    known = Known()
    for index, turn in enumerate(dialogue.messages):
        if turn["role"] == "assistant":
            if dialogue.messages[index - 1]["role"] == "user":
                then = extension_after(dialogue.messages, index)
                yield from slips_at(index, turn["content"], then, known, rng)
            note_call(turn["content"], known)
        elif turn["role"] == "tool":
            note_result(turn["content"], known)
        elif turn["role"] == "user":
            known.hear(turn["content"])
            note_event(turn["content"], known)


def slips_at(
    index: int, content: str, then: Envelope | None, known: Known, rng: Random
) -> Iterator[Slip]:
    """Yield the wrong turns in place of one right turn that answers the user.

    `then` is the extension that follows a look.
    """
    right = read_envelope(content)
    for name, status in known.status.items():
        if status in ("REQUESTED", "AVAILABLE") and name in known.bodies:
            wrong: Envelope = {"operation": CREATE, "body": known.bodies[name]}
            if wrong != right:
                yield Slip(index, "D5", "second_session", wrong, "")
        if status == "REQUESTED" and then and then["path"] == {"sessionId": name}:
            yield Slip(index, "D5", "not_available", then, "")
        if status == "deleted":
            operation = (GET, DELETE)[int(rng.random() * 2)]
            yield Slip(index, "D5", "finished_session", envelope(operation, name, {}), "")
    if right is None or "sessionId" not in right.get("path", {}):
        return
    name = right["path"]["sessionId"]
    stray = {**right, "path": {"sessionId": mistype(name, rng)}}
    more = right["body"].get(MORE)
    if more is None or known.says(more):
        yield Slip(index, "D5", "unknown_session", stray, "/path/sessionId")
    if more is None or name not in known.running:
        return
    total = more + known.running[name]
    if known.says(more) and not known.says(total):
        wrong = {**right, "body": {MORE: total}}
        yield Slip(index, "D1", "total_duration", wrong, f"/body/{MORE}")


def extension_after(messages: Sequence[Turn], index: int) -> Envelope | None:
    """Return the extension that the assistant makes after a look, before the user speaks again."""
    looks = read_envelope(messages[index]["content"])
    if looks is None or looks["operation"] != GET or index + 2 >= len(messages):
        return None
    call = read_envelope(messages[index + 2]["content"])
    return call if call and call["operation"] == EXTEND else None


def envelope(operation: str, name: str, body: Mapping[str, Any]) -> Envelope:
    """Return a call about a session."""
    return {"operation": operation, "path": {"sessionId": name}, "body": body}


def mistype(name: str, rng: Random) -> str:
    """Return an id with the last eight digits of another."""
    return name[:-8] + "".join([HEX[int(rng.random() * 16)] for _ in range(8)])


def read_envelope(content: str) -> Envelope | None:
    """Return the call of a turn; None for anything else."""
    if not content.startswith('{"operation"'):
        return None
    value: Envelope = json.loads(content)
    return value


def note_call(content: str, known: Known) -> None:
    """Take in what the assistant does."""
    call = read_envelope(content)
    known.last = call
    known.has_called = known.has_called or call is not None
    if call and call["operation"] == DELETE:
        name = call["path"]["sessionId"]
        if name in known.status:
            known.status[name] = "deleted"


def note_result(content: str, known: Known) -> None:
    """Take in what a tool tells."""
    value = json.loads(content) if content else None
    results = value if isinstance(value, list) else [value]
    for told in results:
        if isinstance(told, dict):
            note_session(told.get("data", told), known)


def note_session(told: Mapping[str, Any], known: Known) -> None:
    """Take in what is told of one session."""
    name = told.get("sessionId")
    if not isinstance(name, str):
        return
    known.status[name] = told["qosStatus"]
    if "duration" in told:
        known.running[name] = told["duration"]
    call = known.last
    if (
        call
        and call["operation"] == CREATE
        and in_use(call["body"]["device"]) == told.get("device")
    ):
        known.bodies[name] = call["body"]


def note_event(content: str, known: Known) -> None:
    """Take in an event that the user passes on."""
    start, end = content.find("{"), content.rfind("}")
    if start < 0:
        return
    try:
        value = json.loads(content[start : end + 1])
    except ValueError:
        return
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        note_session(value["data"], known)


KINDS = (
    "second_session",
    "not_available",
    "finished_session",
    "unknown_session",
    "total_duration",
)
"""What may be asked for as `detail`."""
