"""A session dialogue: turns of user, assistant and tool, and the training rows inside it.

Every assistant turn is either a decision (an envelope with a call, a question, a refusal) or words.
The turns before it are its prompt: `iter_turn_rows` gives one row for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from callforge_core.errors import DataError
from callforge_core.jsonl import json_type
from callforge_core.prompting import set_prompt
from callforge_core.records import DECISIONS, Decision, Fault, mapping, text
from callforge_core.spec import Operation

Turn = Mapping[str, str]
TurnDecision = Literal["call", "clarify", "refuse", "words"]
TURN_DECISIONS: tuple[TurnDecision, ...] = get_args(TurnDecision)
JSON_ONLY = "Answer with JSON only."
IN_WORDS = "Answer with JSON; say in words what came of a call, and when nothing is to be done."
OPENERS: tuple[tuple[str, TurnDecision], ...] = (
    ('{"operation"', "call"),
    ('{"clarify"', "clarify"),
    ('{"refuse"', "refuse"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """A conversation in which every assistant turn is right."""

    id: str
    api: str
    release: str
    messages: tuple[Turn, ...]
    """Turns with `role` and `content`, as chat templates take them."""
    decision: Decision
    """What the last turn decides that is no mere words."""
    cluster: str
    """All phrasings of one course of calls."""
    family: str
    """The phrasing family of the first request: splits never share one."""
    plan: str = ""
    """The moves that were made, in order, joined by '>'."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """'TURN.slot' -> the words that give it."""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the row in the order of the file contract."""
        return {
            "id": self.id,
            "api": self.api,
            "release": self.release,
            "decision": self.decision,
            "messages": [dict(turn) for turn in self.messages],
            "cluster": self.cluster,
            "family": self.family,
            "plan": self.plan,
            "facts": list(split_facts(self.facts)),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Dialogue:
        """Read a dialogues.jsonl row; raise DataError naming the key that is missing or wrong."""
        decision = row.get("decision")
        if decision not in DECISIONS:
            raise DataError(f"'decision' is {decision!r}, expected one of {', '.join(DECISIONS)}")
        return cls(
            id=text(row, "id"),
            api=text(row, "api"),
            release=text(row, "release"),
            messages=read_turns(row.get("messages")),
            decision=decision,
            cluster=text(row, "cluster"),
            family=text(row, "family"),
            plan=str(row.get("plan") or ""),
            facts=join_facts(row.get("facts") or []),
            provenance=mapping(row, "provenance"),
        )


def split_facts(facts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield facts as objects of the same keys: an object of all would be a column for each."""
    for name, words in facts.items():
        turn, _, slot = name.partition(".")
        yield {"turn": int(turn), "slot": slot, "words": words}


def join_facts(rows: object) -> dict[str, str]:
    """Return facts by 'TURN.slot'; raise DataError for anything but a list of them."""
    try:
        return {f"{row['turn']}.{row['slot']}": row["words"] for row in rows}  # type: ignore[attr-defined]
    except (TypeError, KeyError) as exc:
        raise DataError("'facts' is no list of objects with turn, slot and words") from exc


def read_turns(value: object) -> tuple[Turn, ...]:
    """Return turns with role and content; raise DataError for anything else."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise DataError(f"'messages' is {json_type(value)}, expected a list of turns")
    for index, turn in enumerate(value):
        fits = isinstance(turn, Mapping) and all(
            isinstance(turn.get(key), str) for key in ("role", "content")
        )
        if not fits:
            raise DataError(f"'messages[{index}]' is no turn with a role and a content in words")
    return tuple({"role": turn["role"], "content": turn["content"]} for turn in value)


def turn_decision(content: str) -> TurnDecision:
    """Return what an assistant turn decides; `words` when it only speaks."""
    return next((name for start, name in OPENERS if content.startswith(start)), "words")


def last_decision(messages: Sequence[Turn]) -> Decision | None:
    """Return the last decision of a conversation that is no mere words; None without any."""
    for turn in reversed(messages):
        if turn["role"] == "assistant":
            decided = turn_decision(turn["content"])
            if decided != "words":
                return decided
    return None


def iter_turn_rows(
    dialogue: Dialogue, decisions: Sequence[TurnDecision] = TURN_DECISIONS
) -> Iterator[dict[str, Any]]:
    """Yield TRL's prompt and completion for each assistant turn that decides one of `decisions`."""
    for index, turn in enumerate(dialogue.messages):
        if turn["role"] != "assistant":
            continue
        decided = turn_decision(turn["content"])
        if decided in decisions:
            yield {
                "id": f"{dialogue.id}.{index}",
                "prompt": [dict(each) for each in dialogue.messages[:index]],
                "completion": [dict(turn)],
                "decision": decided,
                "cluster": dialogue.cluster,
                "family": dialogue.family,
            }


def preference_row(right: Dialogue, wrong: Dialogue, fault: Fault) -> dict[str, Any]:
    """Return TRL's prompt, chosen and rejected for a dialogue that goes wrong in its last turn."""
    last = len(wrong.messages) - 1
    return {
        "id": f"{right.id}.{last}.{fault.detail}",
        "prompt": [dict(turn) for turn in wrong.messages[:last]],
        "chosen": [dict(right.messages[last])],
        "rejected": [dict(wrong.messages[last])],
        "fault": fault.to_json(),
        "cluster": right.cluster,
        "family": right.family,
    }


def dialogue_prompt(operations: Sequence[Operation], catalogue_lines: Sequence[str] = ()) -> str:
    """Return the system text of dialogues: every way to answer, and when to speak in words."""
    text = set_prompt(operations, catalogue_lines, DECISIONS).removesuffix(JSON_ONLY)
    return f"{text}A new session needs a device. {IN_WORDS}"
