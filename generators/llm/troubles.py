"""What went wrong with a request, is it worth another try, and when?"""

from __future__ import annotations

import email.utils
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from callforge_core.seeding import stream
from generators.llm.asks import REFUSED, Ask, Endpoint, Reply

Kind = Literal["unreachable", "busy", "broken", "refused", "denied"]
"""unreachable: no connection, no answer in time. busy: 429, 5xx. broken: an answer that cannot be
read. refused: 400, 422. denied: key, quota or address; no other request will fare better."""
RETRIED = frozenset({"unreachable", "busy", "broken"})
LONGEST_PAUSE_S = 30.0
LONGEST_WAIT_S = 120.0  # more than this is not waited for, whatever Retry-After says
DENIED = {401: "OPENAI_API_KEY", 403: "OPENAI_API_KEY", 404: "--model and --base-url"}
MOST_CHARACTERS = 200


class UnreadableAnswer(Exception):
    """The server answered something that is no chat completion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why there is no answer."""

    kind: Kind
    text: str
    wait_s: float | None = None
    """What the server asked to wait (Retry-After)."""

    @property
    def is_retried(self) -> bool:
        """True when the same request may succeed later."""
        return self.kind in RETRIED


def read_answer(text: str, row: int) -> Reply:
    """Read the body of a chat completion; raise UnreadableAnswer for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise UnreadableAnswer(f"the answer is not JSON: {shorten(text)!r}") from exc
    try:
        choice = value["choices"][0]
        message = choice["message"]
        content = message["content"] if message.get("content") is not None else ""
        refused = bool(message.get("refusal"))
    except (LookupError, TypeError, AttributeError) as exc:
        raise UnreadableAnswer(f"the answer is no chat completion: {shorten(text)!r}") from exc
    if not isinstance(content, str):
        raise UnreadableAnswer(f"the content of the answer is no text: {shorten(text)!r}")
    usage = value.get("usage")
    finish = REFUSED if refused else choice.get("finish_reason")
    return Reply(
        row=row,
        text=content,
        finish=finish if isinstance(finish, str) else "",
        prompt_tokens=tokens(usage, "prompt_tokens"),
        completion_tokens=tokens(usage, "completion_tokens"),
    )


def tokens(usage: object, name: str) -> int:
    """Return a count of tokens, 0 where the server tells none."""
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and value > 0 else 0


def classify(exc: Exception, key: str) -> Trouble:
    """Return what an exception of the openai package, or of reading, means; `key` is blotted out.

    Raises `exc` again when it is none of those: it is our bug.
    """
    import openai

    if isinstance(exc, UnreadableAnswer):
        return Trouble(kind="broken", text=blot(str(exc), key))
    if isinstance(exc, TimeoutError | openai.APITimeoutError):
        return Trouble(kind="unreachable", text="no answer in time")
    if isinstance(exc, openai.APIConnectionError):
        why = exc.__cause__ or exc
        return Trouble(kind="unreachable", text=blot(shorten(str(why) or type(why).__name__), key))
    if not isinstance(exc, openai.APIStatusError):
        raise exc
    status = exc.status_code
    text = blot(f"{status}: {shorten(exc.message)}", key)
    if "insufficient_quota" in str(exc.body):
        return Trouble(kind="denied", text=f"{text}; the account has no credit left")
    if status in DENIED:
        return Trouble(kind="denied", text=f"{text}; check {DENIED[status]}")
    if status in (408, 409, 425, 429) or status >= 500:
        return Trouble(kind="busy", text=text, wait_s=read_wait(exc.response.headers))
    return Trouble(kind="refused", text=text)


def read_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header (number or date), at most two minutes."""
    said: str | None = headers.get("retry-after")
    if not said:
        return None
    try:
        wait = float(said)
    except ValueError:
        try:
            until = email.utils.parsedate_to_datetime(said)
        except ValueError:
            return None
        wait = float((until - datetime.now(UTC)).total_seconds()) if until.tzinfo else 0.0
    return None if math.isnan(wait) else float(min(max(wait, 0.0), LONGEST_WAIT_S))


def pause(endpoint: Endpoint, ask: Ask, attempt: int, trouble: Trouble) -> float:
    """Return the seconds before the next try: doubling, with a jitter that the ask decides."""
    jitter = 0.5 + stream(ask.seed, "pause", ask.row, attempt).random() / 2
    own = min(endpoint.pause_s * 2.0**attempt, LONGEST_PAUSE_S) * jitter
    return max(own, trouble.wait_s or 0.0)


def shorten(text: str) -> str:
    """Return one line of at most 200 characters."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 3] + "..."


def blot(text: str, key: str) -> str:
    """Return a text without the key: some servers repeat it in their errors."""
    return text.replace(key, "***") if len(key) >= 4 else text
