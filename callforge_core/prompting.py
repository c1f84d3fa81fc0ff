"""The one prompt that training and evaluation share: what to do, with which keys, in which order.

The system text depends on the operation and the catalogue only, never on the row: training shares
its computation across a batch, and a server caches it.
"""

from __future__ import annotations

from collections.abc import Sequence

from callforge_core.spec import Operation

Messages = list[dict[str, str]]


def system_prompt(operation: Operation, catalogue_lines: Sequence[str] = ()) -> str:
    """Return the system text of `operation`, the same for all of its rows (about 100 tokens).

    `catalogue_lines` are "NAME: use"; examples in brackets are left out to keep the prompt short.
    """
    parts = [f"Write the JSON body of {operation.operation_id} for the request."]
    if operation.keys:
        keys = ", ".join(operation.keys)
        parts.append(f"Keys in order, if stated: {keys}.")
    if "duration" in operation.keys:
        parts.append("duration in seconds.")
    if catalogue_lines:
        short = [line.partition(" (")[0].strip(" .") for line in catalogue_lines]
        parts.append(f"Profiles: {'; '.join(short)}.")
    return " ".join([*parts, "Answer with JSON only."])


def messages(system: str, request: str) -> Messages:
    """Return the conversation up to the answer, as chat templates expect it."""
    return [{"role": "system", "content": system}, {"role": "user", "content": request}]


def answer(text: str) -> Messages:
    """Return what the assistant says, as the completion side of a row."""
    return [{"role": "assistant", "content": text}]
