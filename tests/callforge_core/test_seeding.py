"""One seed, many streams: the same everywhere, independent of each other."""

from __future__ import annotations

import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from callforge_core.seeding import Focused, derive, stream


def test_the_numbers_of_a_stream_are_written_in_stone() -> None:
    assert derive(7, "split") == 8402741042458584013
    assert stream(7, "split").randrange(1000) == stream(7, "split").randrange(1000)


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    code = "from callforge_core.seeding import stream; print(stream(7, 'a', 3).random())"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert found == {f"{stream(7, 'a', 3).random()}\n"}


@given(st.integers(), st.lists(st.text(alphabet="ab"), max_size=3))
def test_names_are_kept_apart_however_they_are_cut(seed: int, names: list[str]) -> None:
    assert derive(seed, *names, "a", "b") != derive(seed, *names, "ab")
    assert derive(seed, *names) != derive(seed + 1, *names)


def test_focused_draws_prefer_low_values_and_power_one_is_uniform() -> None:
    def share_below_a_tenth(power: float) -> float:
        rng = Focused(1, power)
        return sum(rng.random() < 0.1 for _ in range(20_000)) / 20_000

    assert abs(share_below_a_tenth(1.0) - 0.1) < 0.01
    assert abs(share_below_a_tenth(3.0) - 0.1 ** (1 / 3)) < 0.01
