"""What is asked of a model, and what comes back? The key of a request decides what is repeated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from callforge_core.errors import ConfigError
from callforge_core.prompting import Messages

REFUSED = "content_filter"
MOST_WORKERS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An OpenAI-compatible server, one of its models, and how patiently it is asked."""

    base_url: str
    model: str
    concurrency: int = 4
    """Requests under way at a time."""
    timeout_s: float = 120.0
    """Wall seconds for one answer, all of it; a small model on a CPU is slow."""
    retries: int = 4
    """Tries after the first one."""
    pause_s: float = 0.5
    """The first pause before a retry; each further one is twice as long."""

    def __post_init__(self) -> None:
        """Raise ConfigError for an address that cannot be asked or that holds a secret."""
        if not self.model:
            raise ConfigError("--model is missing: name the model that the server offers")
        if not self.base_url:
            raise ConfigError(
                "--base-url is missing: where the model is served, such as http://127.0.0.1:8000/v1"
            )
        if not 1 <= self.concurrency <= MOST_WORKERS:
            raise ConfigError(f"--concurrency {self.concurrency}: use 1 to {MOST_WORKERS}")
        try:
            parts = urlsplit(self.base_url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
            secret = bool(parts.username or parts.password or parts.query)
            _ = parts.port
        except ValueError:
            usable = secret = False
        if secret:
            raise ConfigError(
                "--base-url holds a user, a password or a query: it is stored with the answers, "
                "so give the plain address and put the key into OPENAI_API_KEY"
            )
        if not usable:
            raise ConfigError(
                f"--base-url {self.base_url!r} is no web address; write it like "
                "http://127.0.0.1:8000/v1"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to a model."""

    row: int
    """Which row of the order it is for (0-based)."""
    messages: Messages
    temperature: float
    seed: int
    max_tokens: int
    response_format: Mapping[str, Any] | None = None

    def body(self, model: str) -> dict[str, Any]:
        """Return the body of POST /chat/completions."""
        body: dict[str, Any] = {
            "model": model,
            "messages": [dict(message) for message in self.messages],
            "temperature": self.temperature,
            "seed": self.seed,
            "max_tokens": self.max_tokens,
        }
        if self.response_format is not None:
            body["response_format"] = dict(self.response_format)
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of an Ask: a text, or the error that all tries ended with."""

    row: int
    text: str = ""
    finish: str = ""
    """stop, length, content_filter: the words of the server."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    error: str = ""
    is_stored: bool = False
    """True when an earlier run had asked already."""

    def to_json(self) -> dict[str, Any]:
        """Return the reply as a row of a file."""
        return {
            "row": self.row,
            "text": self.text,
            "finish": self.finish,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "error": self.error,
        }


Asker = Callable[[Sequence[Ask], str], list[Reply]]
"""Asks a model (the text says what for, for progress) and returns one reply an ask, in order."""


def canonical(base_url: str, body: Mapping[str, Any]) -> str:
    """Return the one spelling of a request: everything that decides its answer."""
    whole = {"base_url": base_url.rstrip("/"), **body}
    return json.dumps(whole, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def key_of(endpoint: Endpoint, ask: Ask) -> str:
    """Return the SHA-256 of the canonical request (hex)."""
    text = canonical(endpoint.base_url, ask.body(endpoint.model))
    return hashlib.sha256(text.encode()).hexdigest()
