"""What does a speaker say in a conversation, and where in the row does that stand?

Turns have role and content, or from and value (ShareGPT); an answer may be a tool call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from datasets_src.verbatim import render_verbatim
from validators.places import Place

Value = Mapping[str, Any]

ROLES = {"gpt": "assistant", "human": "user", "model": "assistant"}  # ShareGPT and friends


class Answer(NamedTuple):
    """What is said somewhere in a row, and where; no place when it stands there in parts."""

    text: str | None
    place: Place | None


NOTHING = Answer(None, None)


def said(value: Any, role: str, place: Place = ()) -> Answer:
    """Return a text as it is, the last turn of `role`, or an object as JSON; None for nothing."""
    if isinstance(value, str) or value is None:
        return Answer(value, place)
    if is_conversation(value):
        return last_said(value, role, place)
    return Answer(render_verbatim(value), place)


def is_conversation(value: object) -> bool:
    """Say whether `value` is a list of turns, each with a role."""
    return (
        isinstance(value, Sequence)
        and bool(value)
        and all(isinstance(turn, dict) and ("role" in turn or "from" in turn) for turn in value)
    )


def name_turns(turns: Any) -> tuple[Value, ...]:
    """Return turns under the usual words, role and content, beside what else they hold."""
    return tuple(
        {**turn, "role": speaker_of(turn), "content": turn_said(turn).text or ""} for turn in turns
    )


def speaker_of(turn: Value) -> str:
    """Return the role of a turn: system, user, assistant, tool."""
    speaker = str(turn.get("role") or turn.get("from"))
    return ROLES.get(speaker, speaker)


def last_said(turns: Any, role: str, place: Place = ()) -> Answer:
    """Return what `role` says last: text, text parts, or the arguments of a tool call."""
    for index in reversed(range(len(turns))):
        if speaker_of(turns[index]) == role:
            return turn_said(turns[index], (*place, index))
    return NOTHING


def turn_said(turn: Value, place: Place = ()) -> Answer:
    """Return the text of one turn and where it stands."""
    key = "content" if "content" in turn else "value"
    content = turn.get(key)
    if isinstance(content, list):
        texts = [
            (index, part["text"])
            for index, part in enumerate(content)
            if isinstance(part, dict) and isinstance(part.get("text"), str)
        ]
        joined = "".join(text for _, text in texts) or None
        # an answer in several parts stands nowhere as a whole
        one = (*place, key, texts[0][0], "text") if len(texts) == 1 else None
        return Answer(joined, one)
    if isinstance(content, dict):
        return Answer(render_verbatim(content), (*place, key))
    if isinstance(content, str) and content:
        return Answer(content, (*place, key))
    return tool_arguments(turn, place)


def tool_arguments(turn: Value, place: Place) -> Answer:
    """Return the arguments of the last tool call of a turn, as they were said."""
    calls = turn.get("tool_calls")
    call, way = turn, place
    if isinstance(calls, list) and calls and isinstance(calls[-1], dict):
        call, way = calls[-1], (*place, "tool_calls", len(calls) - 1)
    name = next((n for n in ("function", "function_call") if isinstance(call.get(n), dict)), None)
    if name is not None:
        call, way = call[name], (*way, name)
    arguments = call.get("arguments")
    if isinstance(arguments, dict):
        return Answer(render_verbatim(arguments), (*way, "arguments"))
    return Answer(arguments, (*way, "arguments")) if isinstance(arguments, str) else NOTHING
