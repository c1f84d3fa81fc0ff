"""What a score file holds: one row per answer, appended as answers come, safe to cut anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callforge_core.errors import OutputError
from callforge_core.jsonl import iter_rows, load_json, write_json
from callforge_core.records import Item
from eval.engines import Answer
from eval.scorers import RATIOS, score
from validators.payload import Validator

SCORES, SETTINGS = "scores.jsonl", "settings.json"


def score_row(
    item: Item, answer: Answer, validator: Validator, *, enveloped: bool
) -> dict[str, Any]:
    """Return the row of scores.jsonl for one answer."""
    row: dict[str, Any] = {
        "id": item.id,
        "cluster": item.cluster,
        "family": item.family,
        "request": item.request,
        "gold_decision": item.decision,
        "output": answer.text,
    }
    if answer.error is None:
        scored = score(item, answer.text, validator, enveloped=enveloped)
        said = scored.reading
        row |= {
            "decision": said.decision,
            "operation": said.operation,
            "payload": said.payload,
            "asked": list(said.asked),
            "reason": said.reason,
            "indicators": {
                name: list(share) if name in RATIOS else share.part
                for name, share in scored.indicators.items()
            },
            "faults": [list(fault) for fault in scored.faults],
        }
    return row | {
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "latency_s": answer.latency_s,
        "batch_size": answer.batch_size,
        "finish": answer.finish,
        "error": answer.error,
    }


def open_scores(out: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Make `out` ready to append; return the rows by id that an interrupted run left there."""
    same = json.loads(json.dumps(settings))
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not (out / SETTINGS).is_file() or load_json(out / SETTINGS) != same:
            (out / SCORES).unlink(missing_ok=True)
            write_json(out / SETTINGS, same)
        if not (out / SCORES).is_file():
            return {}
        drop_half_line(out / SCORES)
    except OSError as exc:
        raise OutputError(f"{out} cannot be written: {exc.strerror or exc}") from exc
    return {name: row for name, row in read_scores(out).items() if not row["error"]}


def drop_half_line(path: Path) -> None:
    """Cut what a killed run wrote after the last line break."""
    with path.open("rb+") as stream:
        content = stream.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            stream.seek(whole)
            stream.truncate()
            os.fsync(stream.fileno())


def read_scores(out: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of OUT/scores.jsonl by item id; of two for one item the later counts."""
    return {row["id"]: row for _, row in iter_rows(out / SCORES)}
