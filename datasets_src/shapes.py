"""What does a row of this or that shape say: which request, which answer, chosen and rejected?

Every shape turns a parsed row into the same few things; the text of an answer stays as it was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callforge_core.errors import DataError
from callforge_core.jsonl import json_type
from callforge_core.records import DECISIONS
from callforge_core.registry import unknown
from datasets_src.verbatim import render_verbatim

Value = Mapping[str, Any]

REQUEST_KEYS = ("instruction", "prompt", "question", "query", "input", "request")
ANSWER_KEYS = ("response", "output", "completion", "answer")
ROLES = {"gpt": "assistant", "human": "user", "model": "assistant"}  # ShareGPT and friends


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one row says."""

    request: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """payload -> text, or chosen -> text and rejected -> text; empty when no call was due."""
    fault: str | None = None
    decision: str | None = None
    messages: tuple[Value, ...] = ()
    """All turns of a conversation, with role and content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One way to write a row down."""

    name: str
    fits: Callable[[Value], bool]
    read: Callable[[Value], Content]


def detect_shape(row: object) -> Shape | None:
    """Return the first shape that fits a row, or None when only a bare payload would."""
    if not isinstance(row, dict):
        return None
    return next((shape for shape in SHAPES.values() if shape.fits(row)), None)


def get_shape(name: str) -> Shape:
    """Return the shape called `name`; raise DataError with the nearest and the full list."""
    if name not in SHAPES:
        raise DataError(unknown("format", name, ["auto", *SHAPES]))
    return SHAPES[name]


def has(row: Value, *keys: str) -> bool:
    """Say whether all keys are there and hold something."""
    return all(row.get(key) is not None for key in keys)


def read_sample(row: Value) -> Content:
    """Read a row of samples.jsonl or an evaluation row."""
    decision = row.get("decision") or "call"
    if decision not in DECISIONS:
        raise DataError(f"'decision' is {decision!r}, expected one of {', '.join(DECISIONS)}")
    fields = {"payload": answer_text(row, "payload")} if has(row, "payload") else {}
    if decision == "call" and not fields:
        raise DataError("'payload' is missing; a row whose decision is call needs one")
    return Content(request=optional_text(row, "request"), fields=fields, decision=decision)


def read_pair(row: Value) -> Content:
    """Read chosen and rejected; the request is under `request`, `prompt` or inside chosen."""
    fault = row.get("fault")
    cls = fault.get("class") if isinstance(fault, dict) else fault
    prompt = row.get("request") or row.get("prompt") or row.get("chosen")
    return Content(
        request=last_said(prompt, "user") if is_conversation(prompt) else plain(prompt, row),
        messages=name_turns(prompt) if is_conversation(prompt) else (),
        fields={side: answer_text(row, side) for side in ("chosen", "rejected")},
        fault=cls if isinstance(cls, str) else None,
    )


def read_conversation(row: Value) -> Content:
    """Read the last assistant turn and the last user turn before it."""
    key = next(key for key in ("messages", "conversations", "conversation") if key in row)
    turns = row[key]
    if not is_conversation(turns):
        raise DataError(f"{key!r} is {json_type(turns)}, expected a list of turns with roles")
    return Content(
        request=last_said(turns, "user"),
        fields={"payload": answer_text(row, key)},
        messages=name_turns(turns),
    )


def read_instruction(row: Value) -> Content:
    """Read instruction and input together as the request, response or output as the answer."""
    asked = [row[key] for key in REQUEST_KEYS if has(row, key)]
    texts = [text for value in asked if (text := said(value, "user"))]
    key = next((key for key in ANSWER_KEYS if has(row, key)), None)
    if key is None:
        raise DataError(f"no answer in this row; expected one of {', '.join(ANSWER_KEYS)}")
    return Content(
        request="\n".join(texts) or None,
        fields={"payload": answer_text(row, key)},
        messages=next((name_turns(value) for value in asked if is_conversation(value)), ()),
    )


def read_payload(row: Value) -> Content:
    """Take the row itself as the payload."""
    return Content(fields={"payload": render_verbatim(row)})


def answer_text(row: Value, key: str) -> str:
    """Return the answer under `key` as text; raise DataError when nothing is said there."""
    text = said(row.get(key), "assistant")
    if text is None:
        raise DataError(f"{key!r} holds no answer ({json_type(row.get(key))})")
    return text


def said(value: Any, role: str) -> str | None:
    """Return a text as it is, the last turn of `role`, or an object as JSON; None for nothing."""
    if isinstance(value, str) or value is None:
        return value
    return last_said(value, role) if is_conversation(value) else render_verbatim(value)


def plain(prompt: Any, row: Value) -> str | None:
    """Return a prompt text; None when the row has none (chosen stood in for it)."""
    return prompt if isinstance(prompt, str) and prompt is not row.get("chosen") else None


def optional_text(row: Value, key: str) -> str | None:
    """Return the text under `key`, or None when there is none."""
    value = row.get(key)
    return value if isinstance(value, str) else None


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
        {**turn, "role": speaker_of(turn), "content": turn_text(turn) or ""} for turn in turns
    )


def speaker_of(turn: Value) -> str:
    """Return the role of a turn: system, user, assistant, tool."""
    speaker = str(turn.get("role") or turn.get("from"))
    return ROLES.get(speaker, speaker)


def last_said(turns: Any, role: str) -> str | None:
    """Return what `role` says last: text, text parts, or the arguments of a tool call."""
    for turn in reversed(turns):
        if speaker_of(turn) == role:
            return turn_text(turn)
    return None


def turn_text(turn: Value) -> str | None:
    """Return the text of one turn."""
    content = turn.get("content", turn.get("value"))
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str)) or None
    if isinstance(content, dict):
        return render_verbatim(content)
    if isinstance(content, str) and content:
        return content
    return tool_arguments(turn)


def tool_arguments(turn: Value) -> str | None:
    """Return the arguments of the last tool call of a turn, as they were said."""
    calls = turn.get("tool_calls")
    if not isinstance(calls, list) or not calls or not isinstance(calls[-1], dict):
        return None
    function = calls[-1].get("function", calls[-1])
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return render_verbatim(arguments) if isinstance(arguments, dict) else arguments


def is_pair(row: Value) -> bool:
    """Say whether a row has two sides."""
    return has(row, "chosen", "rejected")


SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape(
            name="preference", fits=lambda row: is_pair(row) and has(row, "request"), read=read_pair
        ),
        Shape(name="prompt-chosen-rejected", fits=is_pair, read=read_pair),
        Shape(
            name="samples",
            fits=lambda row: has(row, "request", "api") and has(row, "decision"),
            read=read_sample,
        ),
        Shape(
            name="evaluation",
            fits=lambda row: has(row, "request") and ("payload" in row or has(row, "decision")),
            read=read_sample,
        ),
        Shape(
            name="messages",
            fits=lambda row: has(row, "messages") or has(row, "conversation"),
            read=read_conversation,
        ),
        Shape(name="sharegpt", fits=lambda row: has(row, "conversations"), read=read_conversation),
        Shape(
            name="prompt-completion",
            fits=lambda row: has(row, "prompt", "completion"),
            read=read_instruction,
        ),
        Shape(
            name="instruction",
            fits=lambda row: (
                any(has(row, key) for key in REQUEST_KEYS)
                and any(has(row, key) for key in ANSWER_KEYS)
            ),
            read=read_instruction,
        ),
        Shape(name="payload", fits=lambda _row: False, read=read_payload),
    )
}
