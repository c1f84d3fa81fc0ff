"""What does a trainer read for supervised fine-tuning? TRL's prompt and completion turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.prompting import answer, is_enveloped, messages
from callforge_core.records import Item, Sample
from callforge_core.spec import Operation, order_keys, render_payload


def iter_sft_rows(
    samples: Iterable[Sample], operations: Sequence[Operation], system: str
) -> Iterator[dict[str, Any]]:
    """Yield one row a sample: every column is text, so that no column is ever null."""
    for sample in samples:
        yield {
            "id": sample.id,
            "prompt": messages(system, sample.request),
            "completion": answer(answer_text(sample, operations)),
            "cluster": sample.cluster,
            "family": sample.family,
        }


def answer_text(sample: Sample, operations: Sequence[Operation]) -> str:
    """Return what the model is asked to say: a body or an envelope, a question or a refusal.

    `operations` are those of the whole set: with several, a call names its own.
    """
    if sample.decision == "clarify":
        return render_json({"clarify": list(sample.missing)})
    if sample.decision == "refuse":
        return render_json({"refuse": sample.reason or ""})
    assert sample.payload is not None  # Sample.from_json and the generators see to it
    named = (each for each in operations if each.operation_id == sample.operation)
    operation = next(named, operations[0])
    if not is_enveloped(operations):
        return render_payload(operation, sample.payload)
    call: dict[str, Any] = {"operation": sample.operation}
    if sample.path:
        call["path"] = dict(sample.path)
    if operation.media_type is not None:
        call["body"] = order_keys(operation, sample.payload)
    return render_json(call)


def iter_items(samples: Iterable[Sample]) -> Iterator[Item]:
    """Yield the evaluation item of each sample."""
    for sample in samples:
        yield Item(
            id=sample.id,
            request=sample.request,
            decision=sample.decision,
            operation=sample.operation,
            payload=sample.payload,
            path=sample.path,
            missing=sample.missing,
            reason=sample.reason,
            cluster=sample.cluster,
            family=sample.family,
        )
