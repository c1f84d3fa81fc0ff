"""What does a row of this or that shape say: which request, which answer, chosen and rejected?

Every shape turns a parsed row into the same few things; the text of an answer stays as it was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from callforge_core.errors import DataError
from callforge_core.jsonl import json_type
from callforge_core.records import DECISIONS
from callforge_core.registry import unknown
from datasets_src.turns import Value, is_conversation, last_said, name_turns, said
from datasets_src.verbatim import render_verbatim
from validators.places import Place

REQUEST_KEYS = ("instruction", "prompt", "question", "query", "input", "request")
ANSWER_KEYS = ("response", "output", "completion", "answer")
SIDES = ("chosen", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one row says."""

    request: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """payload -> text, or chosen -> text and rejected -> text; empty when no call was due."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Field -> where its text stands in the row; none for an answer said in several parts."""
    fault: str | None = None
    decision: str | None = None
    operation: str | None = None
    """The operation that a row names."""
    path: Mapping[str, Any] = field(default_factory=dict)
    """The path parameters of its call."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Its provenance: what a question knows already, the token, how long a session runs."""
    answer: str | None = None
    """What the row says when it asks or refuses without a payload."""
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
        raise DataError(unknown("format", name, FORMATS))
    return SHAPES[name]


def has(row: Value, *keys: str) -> bool:
    """Say whether all keys are there and hold something."""
    return all(row.get(key) is not None for key in keys)


def read_sample(row: Value) -> Content:
    """Read a row of samples.jsonl or an evaluation row."""
    decision = row.get("decision") or "call"
    if decision not in DECISIONS:
        raise DataError(f"'decision' is {decision!r}, expected one of {', '.join(DECISIONS)}")
    answer = answer_in(row, "payload") if has(row, "payload") else {}
    if decision == "call" and not answer:
        raise DataError("'payload' is missing; a row whose decision is call needs one")
    return Content(
        request=optional_text(row, "request"),
        decision=decision,
        answer=envelope_of(row, decision),
        **named_in(row),
        **answer,
    )


def named_in(row: Value) -> dict[str, Any]:
    """Return what Content wants of the call that a row names beside its body."""
    path, context = row.get("path"), row.get("provenance")
    return {
        "operation": optional_text(row, "operation"),
        "path": path if isinstance(path, dict) else {},
        "context": context if isinstance(context, dict) else {},
    }


def envelope_of(row: Value, decision: str) -> str | None:
    """Return what a model is asked to say in a row that asks or refuses, if the row tells."""
    key = {"clarify": "missing", "refuse": "reason"}.get(decision, "")
    return render_verbatim({decision: row[key]}) if has(row, key) else None


def read_pair(row: Value) -> Content:
    """Read chosen and rejected; the request is under its usual keys or inside chosen."""
    fault = row.get("fault")
    cls = fault.get("class") if isinstance(fault, dict) else fault
    asked = [row[key] for key in ("request", *REQUEST_KEYS) if row.get(key)] or [row["chosen"]]
    talk = next((value for value in asked if is_conversation(value)), None)
    texts = [value for value in asked if isinstance(value, str) and value is not row["chosen"]]
    return Content(
        request=last_said(talk, "user").text if talk else "\n".join(dict.fromkeys(texts)) or None,
        messages=name_turns(talk) if talk else (),
        fault=cls if isinstance(cls, str) else None,
        **named_in(row),
        **answer_in(row, *SIDES),
    )


def read_dialogue(row: Value) -> Content:
    """Read a row of dialogues.jsonl: all turns count, none of them is the answer."""
    turns = row["messages"]
    if not is_conversation(turns):
        raise DataError(f"'messages' is {json_type(turns)}, expected a list of turns with roles")
    messages = name_turns(turns)
    said = [str(turn["content"]) for turn in messages if turn["role"] == "user"]
    decision = row["decision"]
    if decision not in DECISIONS:
        raise DataError(f"'decision' is {decision!r}, expected one of {', '.join(DECISIONS)}")
    return Content(request="\n".join(said) or None, decision=decision, messages=messages)


def read_conversation(row: Value) -> Content:
    """Read the last assistant turn and the last user turn before it."""
    key = next(key for key in ("messages", "conversations", "conversation") if key in row)
    turns = row[key]
    if not is_conversation(turns):
        raise DataError(f"{key!r} is {json_type(turns)}, expected a list of turns with roles")
    return Content(
        request=last_said(turns, "user").text,
        messages=name_turns(turns),
        **answer_in(row, key),
    )


def read_instruction(row: Value) -> Content:
    """Read instruction and input together as the request, response or output as the answer."""
    asked = [row[key] for key in REQUEST_KEYS if has(row, key)]
    texts = [text for value in asked if (text := said(value, "user").text)]
    key = next((key for key in ANSWER_KEYS if has(row, key)), None)
    if key is None:
        raise DataError(f"no answer in this row; expected one of {', '.join(ANSWER_KEYS)}")
    return Content(
        request="\n".join(texts) or None,
        **answer_in(row, key),
        messages=next((name_turns(value) for value in asked if is_conversation(value)), ()),
    )


def read_payload(row: Value) -> Content:
    """Take the row itself as the payload."""
    return Content(fields={"payload": render_verbatim(row)}, places={"payload": ()})


def answer_in(row: Value, *keys: str) -> dict[str, Any]:
    """Return what Content wants of answers under keys: fields and places by field name."""
    found = {key: said(row.get(key), "assistant", (key,)) for key in keys}
    for key, answer in found.items():
        if answer.text is None:
            raise DataError(f"{key!r} holds no answer ({json_type(row.get(key))})")
    names = {key: key if key in SIDES else "payload" for key in keys}
    return {
        "fields": {names[key]: answer.text for key, answer in found.items()},
        "places": {
            names[key]: answer.place for key, answer in found.items() if answer.place is not None
        },
    }


def optional_text(row: Value, key: str) -> str | None:
    """Return the text under `key`, or None when there is none."""
    value = row.get(key)
    return value if isinstance(value, str) else None


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
            name="dialogues",
            fits=lambda row: has(row, "messages", "api") and has(row, "decision"),
            read=read_dialogue,
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


FORMATS = ("auto", *SHAPES)
"""What `--format` takes."""
