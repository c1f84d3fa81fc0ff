"""Two systems on the same items: M5 and M10 of the metric catalogue, and the join by id."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from callforge_core.errors import DataError
from eval.comparison import Pairing, compare, difference
from eval.proportions import mcnemar, newcombe


def test_mcnemar_depends_on_discordant_pairs_only() -> None:
    few = [Pairing(0, 1, "a"), Pairing(0, 1, "b"), Pairing(0, 1, "c"), Pairing(1, 0, "d")]
    many = few + [Pairing(1, 1, f"e{n}") for n in range(500)]
    assert difference(few, seed=0)["p"] == difference(many, seed=0)["p"] == 0.375


def test_known_values_of_mcnemar_and_newcombe() -> None:
    assert mcnemar(6, 1) == pytest.approx(0.0703125)
    assert mcnemar(3, 3) == mcnemar(0, 0) == 1
    assert newcombe(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=1e-4)  # Newcombe 1998


def paired(count: int, size: int) -> list[Pairing]:
    """Return pairings with `size` items in each cluster; the second system is the better one."""
    rng = Random(3)
    return [
        Pairing(float(rng.random() < 0.5), float(rng.random() < 0.7), f"c{n // size}")
        for n in range(count)
    ]


@pytest.mark.parametrize(("count", "size"), [(80, 1), (160, 4), (30, 3)])
def test_swapping_the_systems_turns_the_sign_and_nothing_else(count: int, size: int) -> None:
    rows = paired(count, size)
    there = difference(rows, seed=0)
    back = difference([Pairing(r.after, r.before, r.cluster) for r in rows], seed=0)
    assert back["difference"] == -there["difference"] != 0
    assert (back["low"], back["high"]) == (-there["high"], -there["low"])
    assert back["p"] == there["p"]
    assert there["low"] < there["difference"] < there["high"]


def test_clusters_that_agree_inside_count_as_few() -> None:
    alone = [Pairing(0, float(n % 10 < 6), f"c{n}") for n in range(40)]
    grouped = [Pairing(0, float(n // 10 % 2), f"c{n // 10}") for n in range(40)]
    assert difference(alone, seed=0)["p"] < 0.001
    assert difference(grouped, seed=0)["p"] == 0.5  # two of four clusters moved, both upwards


def row(joint: float, **more: Any) -> dict[str, Any]:
    """Return a scored row."""
    return {"cluster": "c", "indicators": {"joint": joint, "nesting": [1, 2]}, "error": None} | more


def test_an_item_on_one_side_only_is_an_error() -> None:
    with pytest.raises(DataError, match="'b' of the second"):
        compare({"a": row(1)}, {"a": row(1), "b": row(0)})


def test_failures_of_the_machinery_leave_the_comparison() -> None:
    before = {"a": row(0, cluster="a"), "b": row(0, cluster="b")}
    after = {"a": row(1, cluster="a"), "b": {"cluster": "b", "error": "out of memory"}}
    found = compare(before, after)
    assert list(found) == ["joint"]  # ratios over fields are not per-item scores
    assert (found["joint"]["difference"], found["joint"]["n"]) == (1, 1)
