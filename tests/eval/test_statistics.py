"""The statistics hold what they promise: M1, M2, M3, M4, M6, M8 and M13 of the metric catalogue."""

from __future__ import annotations

import math
from random import Random

import pytest

from callforge_core.errors import DataError
from eval.proportions import (
    binomial_mass,
    clopper_pearson,
    proportion,
    rule_of_three,
    student_quantile,
    wilson,
)
from eval.statistics import Observation, Total, bca, cluster_totals, estimate, standard_error

RATES = (0.5, 0.7, 0.9, 0.95, 0.98, 0.99, 0.9975)


def coverage(intervals: list[tuple[float, float]], n: int, p: float) -> float:
    """Return how often the interval of k of n holds p, k binomial: exact, nothing simulated."""
    return math.fsum(
        binomial_mass(k, n, p) for k, (low, high) in enumerate(intervals) if low <= p <= high
    )


@pytest.mark.parametrize(("n", "worst"), [(50, 0.88), (100, 0.90)])
def test_wilson_covers_what_it_says(n: int, worst: float) -> None:
    intervals = [tuple(wilson(k, n)) for k in range(n + 1)]
    grid = [0.5 + 0.4975 * i / 200 for i in range(201)]
    covered = [coverage(intervals, n, p) for p in grid]  # type: ignore[arg-type]  # pairs
    assert 0.945 <= sum(covered) / len(covered) <= 0.957
    assert min(covered) >= worst


@pytest.mark.parametrize("n", [20, 50])
def test_clopper_pearson_never_covers_less(n: int) -> None:
    intervals = [tuple(clopper_pearson(k, n)) for k in range(n + 1)]
    assert min(coverage(intervals, n, p) for p in RATES) >= 0.95  # type: ignore[arg-type]  # pairs


def test_known_values_of_intervals_and_quantiles() -> None:
    assert wilson(50, 50).low == pytest.approx(0.9287, abs=1e-4)
    assert clopper_pearson(0, 10) == pytest.approx((0, 0.30850), abs=1e-5)
    assert clopper_pearson(3, 10) == pytest.approx((0.06674, 0.65245), abs=1e-5)
    assert [student_quantile(n) for n in (1, 2, 9, 29)] == pytest.approx(
        [12.7062, 4.30265, 2.26216, 2.04523], rel=1e-5
    )


def test_all_right_and_all_wrong_are_no_points() -> None:
    assert proportion(40, 40) == pytest.approx((0.91190, 1.0), abs=1e-5)
    assert proportion(0, 40) == pytest.approx((0.0, 0.08810), abs=1e-5)
    assert "at most 7.2 % lack it" in rule_of_three(40, 40)
    assert rule_of_three(39, 40) == ""


@pytest.mark.parametrize("clusters", [8, 40])
@pytest.mark.parametrize("part", [0.0, 1.0])
def test_all_right_in_clusters_is_no_point_either(clusters: int, part: float) -> None:
    rows = [Observation(part, 1, f"c{n % clusters}") for n in range(3 * clusters)]
    found = estimate(rows, seed=0)
    exact = clopper_pearson(round(part) * clusters, clusters)
    assert found.low == pytest.approx(exact.low)
    assert found.high == pytest.approx(exact.high)
    assert exact.high - exact.low > 0.05


def test_one_item_per_cluster_takes_wilson() -> None:
    rows = [Observation(float(n < 70), 1, f"c{n}") for n in range(100)]
    found = estimate(rows, seed=0)
    assert found.method == "wilson"
    assert (found.low, found.high) == pytest.approx(tuple(wilson(70, 100)))


def draw(clusters: int, size: int, seed: int) -> list[Observation]:
    """Return items whose cluster decides most of them: intra-cluster correlation is high."""
    rng = Random(seed)
    rows = []
    for cluster in range(clusters):
        usual = rng.random() < 0.7
        for _ in range(size):
            right = usual if rng.random() < 0.8 else rng.random() < 0.7
            rows.append(Observation(float(right), 1, f"c{cluster}"))
    return rows


@pytest.mark.parametrize("clusters", [12, 60])
def test_order_of_items_and_names_of_clusters_change_nothing(clusters: int) -> None:
    rows = draw(clusters, 4, seed=1)
    shuffled = [row._replace(cluster=f"renamed {row.cluster}") for row in rows]
    Random(2).shuffle(shuffled)
    assert estimate(rows, seed=5).to_json() == estimate(shuffled, seed=5).to_json()


def test_copies_of_items_do_not_make_an_estimate_surer() -> None:
    rows = draw(60, 3, seed=3)
    once, twice = estimate(rows, seed=0), estimate(rows + rows, seed=0)
    assert (once.value, once.low, once.high) == (twice.value, twice.low, twice.high)
    assert once.design_effect is not None and twice.design_effect is not None
    assert once.design_effect < twice.design_effect


def test_clusters_of_one_give_the_unclustered_error() -> None:
    rng = Random(4)
    totals = [Total(rng.random(), 1) for _ in range(50)]
    mean = math.fsum(t.part for t in totals) / 50
    variance = math.fsum((t.part - mean) ** 2 for t in totals) / 49
    assert standard_error(totals) == pytest.approx(math.sqrt(variance / 50))


def test_the_cluster_error_equals_its_pairwise_definition() -> None:
    rows = draw(9, 5, seed=6)
    mean = math.fsum(row.part for row in rows) / len(rows)
    pairs = math.fsum(
        (a.part - mean) * (b.part - mean) for a in rows for b in rows if a.cluster == b.cluster
    )
    assert standard_error(cluster_totals(rows)) == pytest.approx(
        math.sqrt(9 / 8 * pairs) / len(rows)
    )


def test_the_bootstrap_is_as_wide_as_the_analytic_error() -> None:
    rng = Random(7)
    totals = sorted(Total(rng.gauss(5, 1), 1) for _ in range(300))
    low, high = bca(totals, seed=0)
    assert (high - low) / (2 * 1.96) == pytest.approx(standard_error(totals), rel=0.05)
    assert bca(totals, seed=0) == (low, high)
    assert bca(totals, seed=1) not in [(low, high)]
    assert bca(totals, seed=1) == pytest.approx((low, high), abs=0.02)


@pytest.mark.parametrize("part", [0.0, 1.0])
@pytest.mark.parametrize("cluster", [None, ""])
def test_a_missing_cluster_key_raises_even_when_the_result_is_trivial(
    part: float, cluster: str | None
) -> None:
    rows = [Observation(part, 1, "a"), Observation(part, 1, cluster)]
    with pytest.raises(DataError, match="cluster"):
        estimate(rows, seed=0)


def test_a_ratio_weighs_items_by_their_fields() -> None:
    rows = [Observation(1, 10, "a"), Observation(1, 2, "b")]
    assert estimate(rows, seed=0).value == pytest.approx(2 / 12)


def test_nothing_counted_is_no_estimate() -> None:
    found = estimate([Observation(0, 0, "a")], seed=0)
    assert (found.value, found.low, found.n) == (None, None, 0)
