"""A model small enough to train in a test, with a real tokenizer, and rows it can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes import build_tiny_model

pytest.importorskip("torch", reason="training tests need the extra [train]")

SYSTEM = "Turn the request into JSON. Keys: device, duration."


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model small enough to train in a test."""
    return build_tiny_model(tmp_path_factory.mktemp("tiny"))


def sft_row(number: int) -> dict[str, Any]:
    """One prompt/completion row; requests and answers differ in length."""
    request = f"session for phone +4477009{number:05d}" + " please" * (number % 3)
    answer = f'{{"device":"+4477009{number:05d}","duration":{number * 60}}}'
    return {
        "prompt": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": request},
        ],
        "completion": [{"role": "assistant", "content": answer}],
    }


def preference_row(number: int) -> dict[str, Any]:
    """One pair whose rejected side invents a field."""
    row = sft_row(number)
    wrong = row["completion"][0]["content"][:-1] + ',"priority":"high"}'
    return {
        "prompt": row["prompt"],
        "chosen": row["completion"],
        "rejected": [{"role": "assistant", "content": wrong}],
        "fault": {"class": "S2", "pointer": "/priority"},
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as `build` writes it: 12 + 4 SFT rows, 8 + 4 pairs."""
    from callforge_core.jsonl import write_rows

    folder = tmp_path / "data"
    write_rows(folder / "sft" / "train.jsonl", [sft_row(n) for n in range(12)])
    write_rows(folder / "sft" / "validation.jsonl", [sft_row(n) for n in range(50, 54)])
    write_rows(folder / "preference" / "train.jsonl", [preference_row(n) for n in range(8)])
    write_rows(
        folder / "preference" / "validation.jsonl", [preference_row(n) for n in range(60, 64)]
    )
    return folder
