"""The one prompt that training and evaluation share: what to do, with which keys, in which order.

The system text depends on the operation and the catalogue only, never on the row: training shares
its computation across a batch, and a server caches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from callforge_core.spec import Operation

Messages = list[dict[str, str]]


class NamedUse(Protocol):
    """A profile of a catalogue, as far as the prompt needs it."""

    @property
    def name(self) -> str:
        """The name the API expects."""

    @property
    def use(self) -> str:
        """What the profile is good for, in a few words."""


def system_prompt(operation: Operation, catalogue_lines: Sequence[str] = ()) -> str:
    """Return the system text of `operation`: the same for all of its rows."""
    keys = list(operation.closed.get("properties", {}))
    parts = [f"Turn the request into the JSON body of {operation.operation_id}."]
    if keys:
        parts.append(f"Keys, in this order, only if the request states them: {', '.join(keys)}.")
    if "duration" in keys:
        parts.append("duration is in seconds.")
    if catalogue_lines:
        parts.append(f"Profiles: {'; '.join(catalogue_lines)}.")
    return " ".join([*parts, "Answer with the JSON body only."])


def profile_lines(profiles: Iterable[NamedUse]) -> list[str]:
    """Return one short line a profile, in catalogue order: its name and what it is for."""
    return [f"{profile.name} {' '.join(profile.use.split()).rstrip('.')}" for profile in profiles]


def messages(system: str, request: str) -> Messages:
    """Return the conversation up to the answer, as chat templates expect it."""
    return [{"role": "system", "content": system}, {"role": "user", "content": request}]


def answer(text: str) -> Messages:
    """Return what the assistant says, as the completion side of a row."""
    return [{"role": "assistant", "content": text}]
