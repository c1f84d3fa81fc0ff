"""Options that an order would ignore are refused, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callforge.generation import Order, fulfil
from callforge_core.errors import ConfigError


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ray": "local"}, "add --backend distilabel"),
        ({"ray": "local", "backend": "openai"}, "add --backend distilabel"),
        ({"run": Path("runs/sft")}, "use it with `generate preference`"),
        ({"kind": "dialogues", "source": Path("x.jsonl")}, "dialogues take no source"),
        ({"kind": "preference", "backend": "openai"}, "leave out --backend openai"),
        ({"decisions": ("call", "guess")}, "use call, clarify, refuse"),
        ({"operations": ()}, "--operation is empty"),
    ],
)
def test_an_option_without_effect_is_refused(
    tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    out = tmp_path / "out"
    options: dict[str, Any] = {"kind": "samples", "out": out, "rows": 3} | given
    with pytest.raises(ConfigError, match=message):
        fulfil(Order(**options))
    assert not out.exists()
