"""What does a trainer read for preference learning? TRL's prompt, chosen and rejected turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.prompting import answer, messages
from callforge_core.records import Fault, Pair


def iter_preference_rows(pairs: Iterable[Pair], system: str) -> Iterator[dict[str, Any]]:
    """Yield one row a pair; chosen and rejected stay byte for byte as they were made."""
    for pair in pairs:
        yield {
            "id": pair.id,
            "prompt": messages(system, pair.request),
            "chosen": answer(pair.chosen),
            "rejected": answer(pair.rejected),
            "fault": fault_row(pair.fault),
            "cluster": pair.cluster,
            "family": pair.family,
        }


def fault_row(fault: Fault) -> dict[str, Any]:
    """Return a fault whose before and after are JSON text: any type of value in one text column."""
    row = fault.to_json()
    return row | {"before": render_json(fault.before), "after": render_json(fault.after)}
