"""Damaged files of every container never make a reader crash; the long run is reader_fuzz."""

from __future__ import annotations

import pytest

from tests.datasets_src.reader_fuzz import fuzz


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_files_are_read_or_refused_in_one_line(seed: int) -> None:
    counts = fuzz(seed, files=400)
    assert min(counts[name] for name in ("read", "refused")) > 50
