"""The requests written by hand: their gold calls are right, and no request stands in two sets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from validators.payload import Validator

FOLDER = Path(__file__).parents[1] / "hand_written"
SIZES = {"development": 50, "sealed": 50, "blind": 60}


def load(name: str) -> list[dict[str, Any]]:
    text = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", SIZES)
def test_every_gold_call_is_valid(validator: Validator, name: str) -> None:
    rows = load(name)
    assert len(rows) == SIZES[name]
    for row in rows:
        issues = validator.verdict(row["payload"]).issues
        assert [issue for issue in issues if issue.severity == "error"] == [], row["id"]


def test_no_request_stands_twice() -> None:
    requests = [row["request"] for name in SIZES for row in load(name)]
    assert len(requests) == len(set(requests))
