"""The one prompt that training and evaluation share: what to do, with which keys, in which order.

The system text depends on the operations and the catalogue only, never on the row: training shares
its computation across a batch, and a server caches it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from callforge_core.records import Decision
from callforge_core.spec import Operation

Messages = list[dict[str, str]]

LENGTHS = ("duration", "requestedAdditionalDuration")
CALLS_ONLY: tuple[Decision, ...] = ("call",)


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
    return " ".join([*parts, *profile_part(catalogue_lines), "Answer with JSON only."])


def set_prompt(
    operations: Sequence[Operation],
    catalogue_lines: Sequence[str] = (),
    decisions: Collection[str] = CALLS_ONLY,
) -> str:
    """Return the system text of a dataset: its operations and the ways to answer, briefly.

    One operation that is only called has the text of `system_prompt`. Several are listed as
    name(path parameters; keys of the body), in the order given.
    """
    first = operations[0]
    asks, refuses = "clarify" in decisions, "refuse" in decisions
    enveloped = is_enveloped(operations)
    if not (enveloped or asks or refuses):
        return system_prompt(first, catalogue_lines)
    parts = []
    if enveloped:
        listed = "; ".join(map(signature, operations))
        parts.append(f"Answer the request with one of the calls {listed}.")
        parts.append('Write {"operation":name,"path":{..},"body":{..}}, keys in order, if stated.')
    else:
        parts.append(f"Write the JSON body of {first.operation_id} for the request.")
        parts.append(f"Keys in order, if stated: {', '.join(first.keys)}.")
    if any(key in LENGTHS for operation in operations for key in operation.keys):
        parts.append("Durations in seconds.")
    if asks:
        parts.append('If a needed fact is missing or unusable: {"clarify":[keys]}.')
    if refuses:
        parts.append('If it cannot be done: {"refuse":reason}.')
    profiles = profile_part(catalogue_lines) if any(map(has_profile, operations)) else ()
    return " ".join([*parts, *profiles, "Answer with JSON only."])


def is_enveloped(operations: Sequence[Operation]) -> bool:
    """Say whether a call has to name its operation: there are several, or values in the path."""
    return len(operations) > 1 or any(map(path_names, operations))


def path_names(operation: Operation) -> list[str]:
    """Return the names of the path parameters of an operation."""
    return [part.name for part in operation.parameters if part.where == "path"]


def signature(operation: Operation) -> str:
    """Return name(path parameters; keys of the body) of an operation."""
    keys = ",".join(operation.keys)
    path = ",".join(path_names(operation))
    return f"{operation.operation_id}({'; '.join(filter(None, (path, keys)))})"


def has_profile(operation: Operation) -> bool:
    """Say whether a call of an operation names a QoS profile."""
    return "qosProfile" in operation.keys


def profile_part(catalogue_lines: Sequence[str]) -> tuple[str, ...]:
    """Return the sentence about the profiles, nothing when there are none."""
    short = [line.partition(" (")[0].strip(" .") for line in catalogue_lines]
    return (f"Profiles: {'; '.join(short)}.",) if short else ()


def messages(system: str, request: str) -> Messages:
    """Return the conversation up to the answer, as chat templates expect it."""
    return [{"role": "system", "content": system}, {"role": "user", "content": request}]


def answer(text: str) -> Messages:
    """Return what the assistant says, as the completion side of a row."""
    return [{"role": "assistant", "content": text}]
