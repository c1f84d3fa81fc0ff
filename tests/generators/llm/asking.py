"""What the tests of asking share: plain requests, and a patient endpoint with short pauses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generators.llm.asks import Ask, Endpoint, Reply
from generators.llm.cache import AnswerCache
from generators.llm.client import iter_replies
from generators.llm.jobs import ANSWER


def make_asks(count: int) -> list[Ask]:
    """Return requests that say which row they are for."""
    return [
        Ask(
            row=row,
            messages=[{"role": "user", "content": f"row {row}"}],
            temperature=0.5,
            seed=row,
            max_tokens=50,
            response_format=ANSWER,
        )
        for row in range(count)
    ]


def endpoint(base_url: str, **changes: Any) -> Endpoint:
    """Return an endpoint that wastes no time between tries."""
    patience: dict[str, Any] = {"timeout_s": 10.0, "retries": 2, "pause_s": 0.01, "concurrency": 3}
    return Endpoint(base_url=base_url, model="scripted", **(patience | changes))


def ask_all(where: Endpoint, asks: list[Ask], store: Path) -> list[Reply]:
    """Ask, and return the replies in the order of their rows."""
    with AnswerCache(store) as cache:
        return sorted(iter_replies(where, asks, cache), key=lambda reply: reply.row)
