"""Does a request lead back to its call? A model reads it as a call; what differs is a reject.

A reject says which answer was wrong to which request, why, and - where the answer can be parsed -
which faults it has (taxonomy classes with JSON pointers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from callforge_core.jsonl import render_json
from callforge_core.prompting import messages, system_prompt
from callforge_core.records import Sample
from callforge_core.seeding import derive
from generators.llm.asks import Ask, Reply
from generators.llm.jobs import SEEDS
from generators.llm.proving import Dropped
from validators.diagnosis import diagnose
from validators.payload import Validator
from validators.strict_json import parse_strict

MAX_TOKENS = 400
Stage = Literal["request", "call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """An answer that does not fit its request, named fault by fault."""

    row: int
    parent: str
    stage: Stage
    """request: the model's request does not ask for the call. call: the model's call is not what
    its request asks for."""
    reason: str
    request: str
    rejected: str
    chosen: str | None
    """The right call; None where the request is what is wrong."""
    diagnosis: tuple[tuple[str, str], ...]
    """(fault class, JSON pointer into `rejected`); empty when it cannot be parsed."""
    cluster: str
    family: str
    provenance: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the row of rejects.jsonl."""
        return {
            "row": self.row + 1,
            "parent": self.parent,
            "stage": self.stage,
            "reason": self.reason,
            "request": self.request,
            "chosen": self.chosen,
            "rejected": self.rejected,
            "diagnosis": [{"class": cls, "pointer": at} for cls, at in self.diagnosis],
            "cluster": self.cluster,
            "family": self.family,
            "provenance": self.provenance,
        }


def plan_backward(kept: Sequence[tuple[int, Sample]], validator: Validator, seed: int) -> list[Ask]:
    """Return one Ask a (row, sample): read its request as a call, with the prompt of training."""
    system = system_prompt(validator.operation, validator.catalogue.lines)
    keys: dict[str, Any] = {key: {} for key in validator.operation.keys}
    schema = {"type": "object", "properties": keys, "additionalProperties": False}
    return [
        Ask(
            row=row,
            messages=messages(system, sample.request),
            temperature=0.0,
            seed=derive(seed, "read back", row) % SEEDS,
            max_tokens=MAX_TOKENS,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "call", "strict": False, "schema": schema},
            },
        )
        for row, sample in kept
    ]


def read_back(sample: Sample, reply: Reply, validator: Validator) -> Sample | Dropped | Reject:
    """Return the sample if the reply is its call, else the reject; a failed reply is a drop."""
    parent = str(sample.provenance["parent"])
    if reply.error:
        return Dropped(
            row=reply.row, parent=parent, reason="failed", detail=reply.error, text=sample.request
        )
    text = reply.text.strip()
    found = diagnose(text, validator, gold=sample.payload, request=sample.request)
    if not found:
        return sample
    parses = parse_strict(text).found
    return Reject(
        row=reply.row,
        parent=parent,
        stage="call",
        reason="other_call" if parses else "unparsed",
        request=sample.request,
        rejected=text,
        chosen=render_json(sample.payload),
        diagnosis=tuple(sorted(found)) if parses else (),
        cluster=sample.cluster,
        family=sample.family,
        provenance=dict(sample.provenance),
    )


def reject_request(
    parent: Sample, dropped: Dropped, validator: Validator, provenance: dict[str, Any]
) -> Reject:
    """Return a request that does not ask for its parent's call, with what tells the two apart."""
    call = render_json(parent.payload)
    return Reject(
        row=dropped.row,
        parent=parent.id,
        stage="request",
        reason=dropped.reason,
        request=dropped.wording,
        rejected=call,
        chosen=None,
        diagnosis=tuple(sorted(diagnose(call, validator, request=dropped.wording))),
        cluster=parent.cluster,
        family=f"llm/backtranslate/{parent.family}",
        provenance=provenance,
    )
