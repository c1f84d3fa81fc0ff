"""What does a trainer read for supervised fine-tuning? TRL's prompt and completion turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.prompting import answer, messages
from callforge_core.records import Item, Sample
from callforge_core.spec import Operation, render_payload


def iter_sft_rows(
    samples: Iterable[Sample], operation: Operation, system: str
) -> Iterator[dict[str, Any]]:
    """Yield one row a sample: every column is text, so that no column is ever null."""
    for sample in samples:
        yield {
            "id": sample.id,
            "prompt": messages(system, sample.request),
            "completion": answer(answer_text(sample, operation)),
            "cluster": sample.cluster,
            "family": sample.family,
        }


def answer_text(sample: Sample, operation: Operation) -> str:
    """Return what the model is asked to say: the bare body, or a question back, or a refusal."""
    if sample.decision == "call":
        assert sample.payload is not None  # Sample.from_json and the generators see to it
        return render_payload(operation, sample.payload)
    if sample.decision == "clarify":
        return render_json({"clarify": list(sample.missing)})
    return render_json({"refuse": sample.reason or ""})


def iter_items(samples: Iterable[Sample]) -> Iterator[Item]:
    """Yield the evaluation item of each sample."""
    for sample in samples:
        yield Item(
            id=sample.id,
            request=sample.request,
            decision=sample.decision,
            operation=sample.operation,
            payload=sample.payload,
            cluster=sample.cluster,
            family=sample.family,
        )
