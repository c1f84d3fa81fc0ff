"""Who answers?  Engines turn prompts into texts and say what each answer cost.

An engine yields answers as they finish, in any order; `index` ties each to its prompt. An answer
with an `error` is a failure of the machinery (out of memory, time-out), not of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from callforge_core.errors import DataError
from callforge_core.jsonl import iter_rows
from callforge_core.prompting import Messages

MAX_NEW_TOKENS = 160  # SmolLM2: 2 of 1,500 gold answers are longer, 162 tokens at most

Finish = Literal["end", "length", "stop", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said to one prompt."""

    index: int
    """Position of the prompt in the sequence that was asked."""
    text: str
    """All that was said, up to the end token or the limit."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_s: float | None = None
    """Wall seconds from the start of the batch to the end of this answer."""
    batch_size: int | None = None
    finish: Finish = "unknown"
    error: str | None = None


class Engine(Protocol):
    """Anything that answers prompts."""

    @property
    def description(self) -> Mapping[str, Any]:
        """What decides the answers, for the manifest: two equal descriptions answer alike."""

    def generate(self, prompts: Sequence[Messages], *, max_new_tokens: int) -> Iterator[Answer]:
        """Yield one answer per prompt, as soon as it is finished."""


class ScriptedEngine:
    """Answers with given texts: request -> text, or a function of the request."""

    def __init__(self, script: Mapping[str, str] | Callable[[str], str]) -> None:
        self.script = script if callable(script) else script.__getitem__
        self.description: Mapping[str, Any] = {"engine": "scripted"}

    def generate(self, prompts: Sequence[Messages], *, max_new_tokens: int) -> Iterator[Answer]:
        """Yield the scripted texts in order; a token is a word here."""
        for index, prompt in enumerate(prompts):
            text = " ".join(self.script(prompt[-1]["content"]).split(" ")[:max_new_tokens])
            yield Answer(
                index=index,
                text=text,
                prompt_tokens=sum(len(message["content"].split()) for message in prompt),
                completion_tokens=len(text.split()),
                latency_s=0.0,
                batch_size=1,
                finish="end",
            )


class ReplayEngine:
    """Answers again what a scores.jsonl holds: to score anew without asking the model."""

    def __init__(self, path: Path) -> None:
        self.rows = {row["request"]: row for row in read_answers(path)}
        self.description: Mapping[str, Any] = {"engine": "replay", "answers": path.name}

    def generate(self, prompts: Sequence[Messages], *, max_new_tokens: int) -> Iterator[Answer]:
        """Yield the stored answers; a request that was never answered is an error of the row."""
        del max_new_tokens  # stored answers are as long as they are
        for index, prompt in enumerate(prompts):
            row = self.rows.get(prompt[-1]["content"])
            if row is None:
                yield Answer(index=index, text="", error="no stored answer to this request")
                continue
            yield Answer(
                index=index,
                text=row["output"],
                prompt_tokens=row.get("prompt_tokens"),
                completion_tokens=row.get("completion_tokens"),
                latency_s=row.get("latency_s"),
                batch_size=row.get("batch_size"),
                finish=row.get("finish", "unknown"),
                error=row.get("error"),
            )


def read_answers(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a scores.jsonl that hold an answer; DataError for any other file."""
    for line, row in iter_rows(path):
        if not isinstance(row.get("request"), str) or not isinstance(row.get("output"), str):
            raise DataError(f"{path}:{line}: no 'request' and 'output' texts; give a scores.jsonl")
        yield row
