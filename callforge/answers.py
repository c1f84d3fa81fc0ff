"""The same requests answered by each model: JSON with the places marked that differ from gold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callforge.fault_names import name_fault
from callforge.figures import as_mapping
from callforge.payload_view import (
    Mark,
    compare_payloads,
    parse_answer,
    render_payload,
    render_text,
)
from validators.comparators import values_equal

MOST_EXAMPLES = 24


def view_examples(examples: Any, models: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return each example with its gold answer and one view per model."""
    rows = examples if isinstance(examples, list) else []
    found = [view_example(row, models) for row in rows if isinstance(row, Mapping)]
    return found[:MOST_EXAMPLES]


def view_example(row: Mapping[str, Any], models: Mapping[str, str]) -> dict[str, Any]:
    """Return one request, what was right, and what each model said."""
    gold, answers = row.get("gold"), as_mapping(row.get("answers"))
    return {
        "id": str(row.get("id", "")),
        "request": str(row.get("request", "")),
        "gold": render_payload(gold) if isinstance(gold, dict) else None,
        "answers": [
            view_answer(name, label, as_mapping(answers.get(name)), gold)
            for name, label in models.items()
            if name in answers
        ],
    }


def view_answer(name: str, label: str, answer: Mapping[str, Any], gold: Any) -> dict[str, Any]:
    """Return one answer: its marked text, whether it is right, and the faults it shows."""
    text, right = str(answer.get("text", "")), answer.get("ok") is True
    faults = read_faults(answer.get("faults"))
    payload = parse_answer(text)
    marks = {} if right or payload is None else mark_answer(payload, gold, faults)
    return {
        "model": name,
        "label": label,
        "right": right,
        "parsed": payload is not None,
        "marks": len(marks),
        "shown": render_text(text) if payload is None else render_payload(payload, marks),
        "faults": [name_fault(cls) for cls in dict.fromkeys(cls for cls, _ in faults)],
    }


def mark_answer(payload: Any, gold: Any, faults: list[tuple[str, str]]) -> dict[str, Mark]:
    """Mark where a wrong answer differs from gold, and each fault that this does not cover."""
    marks = compare_payloads(gold, payload, equal=values_equal) if isinstance(gold, dict) else {}
    for cls, pointer in faults:
        if pointer in marks and marks[pointer].kind == "extra":
            marks[pointer] = Mark("extra", name_fault(cls).name)
        covered = any(place == pointer or place.startswith(f"{pointer}/") for place in marks)
        if pointer and not covered and not any(pointer.startswith(f"{p}/") for p in marks):
            marks[pointer] = Mark("wrong", name_fault(cls).name)
    return marks


def read_faults(faults: Any) -> list[tuple[str, str]]:
    """Read faults given as classes, as [class, pointer] or as records."""
    found = []
    for fault in faults if isinstance(faults, list | tuple) else ():
        if isinstance(fault, Mapping):
            found.append((str(fault.get("class", "")), str(fault.get("pointer", ""))))
        elif isinstance(fault, list | tuple) and fault:
            found.append((str(fault[0]), str(fault[1]) if len(fault) > 1 else ""))
        elif isinstance(fault, str):
            found.append((fault, ""))
    return sorted(dict.fromkeys(found))
