"""The grid: every feasible pair occurs, what cannot be is named, levels are what rows show."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import releases, spec_path
from generators.coverage import measure_grid, read_levels
from generators.edges import change_scenario, edge_holds
from generators.grid import Grid, lay_out, pairs_of
from generators.payloads import build_payload
from generators.samples import iter_samples, word_intent
from generators.scenarios import MIXES, Cell, Choice, Scenario, draw_scenario
from validators.catalogue import Catalogue
from validators.payload import Validator

RELEASES = [release for api, release in releases() if api == "quality-on-demand"]


def operation_of(release: str) -> Operation:
    return load_spec(spec_path("quality-on-demand", release)).operation("createSession")


@pytest.fixture(scope="module", params=RELEASES)
def release_grid(request: pytest.FixtureRequest, catalogue: Catalogue) -> tuple[Operation, Grid]:
    operation = operation_of(request.param)
    return operation, lay_out(operation, catalogue)


def fill(grid: Grid, cell: Cell, seed: int) -> Scenario:
    rng = Random(seed)
    choice = grid.choices[cell["profile"]]
    scenario = draw_scenario(rng, choice, MIXES["full"], seed % 10, grid.limits, cell)
    edge = cell.get("edge")
    return change_scenario(scenario, edge, rng, choice, grid.limits) if edge else scenario


def shown(scenario: Scenario) -> dict[str, str]:
    assert scenario.duration is not None
    about = {"intent": word_intent(scenario), "duration": scenario.duration.kind}
    return read_levels(build_payload(scenario), about)


def test_every_pair_of_levels_stands_in_a_cell(release_grid: tuple[Operation, Grid]) -> None:
    _, grid = release_grid
    found = {pair for cell in grid.cells for pair in pairs_of(cell, grid.factors)}
    wanted = sum(len(one) * len(other) for one, other in combinations(grid.factors.values(), 2))
    assert grid.infeasible == {}
    assert len(grid.pairs) == wanted
    assert found >= set(grid.pairs)


def test_the_array_needs_little_more_rows_than_its_two_largest_factors(
    release_grid: tuple[Operation, Grid],
) -> None:
    _, grid = release_grid
    rows = sum("edge" not in cell for cell in grid.cells)
    largest, second, *_ = sorted(map(len, grid.factors.values()), reverse=True)
    assert largest * second <= rows <= 1.35 * largest * second


def test_the_first_cells_cover_most_pairs_and_a_lower_target_takes_fewer(
    release_grid: tuple[Operation, Grid],
) -> None:
    _, grid = release_grid
    first = grid.cells_for(0.5)
    assert grid.cells_for(1.0) == grid.cells
    assert first == grid.cells[: len(first)]
    assert len(first) < 0.4 * len(grid.cells)


def test_two_grids_of_one_operation_are_equal(operation: Operation, catalogue: Catalogue) -> None:
    assert lay_out(operation, catalogue).cells == lay_out(operation, catalogue).cells


@settings(max_examples=60)
@given(seed=st.integers(min_value=0, max_value=2**32), data=st.data())
def test_a_scenario_of_a_cell_shows_the_levels_of_the_cell(seed: int, data: st.DataObject) -> None:
    grid = GRIDS[data.draw(st.sampled_from(RELEASES))]
    cell = data.draw(st.sampled_from([cell for cell in grid.cells if "edge" not in cell]))
    assert shown(fill(grid, cell, seed)) == dict(cell)


@settings(max_examples=60)
@given(seed=st.integers(min_value=0, max_value=2**32), data=st.data())
def test_an_edge_is_at_its_limit_and_valid(seed: int, data: st.DataObject) -> None:
    release = data.draw(st.sampled_from(RELEASES))
    grid, validator = GRIDS[release], VALIDATORS[release]
    name, profile = data.draw(st.sampled_from(sorted(grid.edges.items())))
    cell = {"edge": name, "profile": profile or "QOS_E"}
    payload = build_payload(fill(grid, cell, seed))
    assert edge_holds(name, payload, grid.limits, grid.choices)
    assert validator.verdict(payload).ok


def test_rows_drawn_as_they_come_reach_few_edges(
    operation: Operation, catalogue: Catalogue
) -> None:
    grid = lay_out(operation, catalogue)
    samples = iter_samples(operation, catalogue, rows=64, seed=1)
    plain = measure_grid(grid, ((sample.payload, sample.provenance) for sample in samples))
    assert len(plain.missing_edges) > len(grid.edges) / 2
    assert 0 < plain.pairs_covered < 0.8 * plain.pairs_total


def test_rows_drawn_for_the_cells_cover_the_grid(
    operation: Operation, catalogue: Catalogue
) -> None:
    grid = lay_out(operation, catalogue)
    samples = iter_samples(operation, catalogue, rows=len(grid.cells), seed=2, cells=grid.cells)
    found = measure_grid(grid, ((sample.payload, sample.provenance) for sample in samples))
    assert found.missing == ()
    assert found.missing_edges == ()


def test_rows_without_provenance_still_count_for_what_payloads_show(
    operation: Operation, catalogue: Catalogue
) -> None:
    grid = lay_out(operation, catalogue)
    samples = list(iter_samples(operation, catalogue, rows=60, seed=2, cells=grid.cells))
    told = measure_grid(grid, ((sample.payload, sample.provenance) for sample in samples))
    bare = measure_grid(grid, ((sample.payload, {}) for sample in samples))
    assert bare.levels["server"] == told.levels["server"]
    assert sum(bare.levels["intent"].values()) == 0
    assert 0 < bare.pairs_covered < told.pairs_covered
    assert measure_grid(grid, [("no object", {}), (None, {})]).pairs_covered == 0


def limited(catalogue: Catalogue) -> Catalogue:
    """A short profile, one without a use of its own, and one that only takes days."""
    first, second, third, *_ = catalogue.profiles
    profiles = (
        first.model_copy(update={"max_duration_s": 600}),
        second.model_copy(update={"workloads": ()}),
        third.model_copy(update={"min_duration_s": 86400, "workloads": ()}),
    )
    return catalogue.model_copy(update={"profiles": profiles})


def test_pairs_that_limits_forbid_are_listed_with_the_reason(
    operation: Operation, catalogue: Catalogue
) -> None:
    grid = lay_out(operation, limited(catalogue))
    reasons = grid.infeasible
    days, short = ("duration", "days"), ("profile", "QOS_E")
    assert reasons[days, short] == "no such duration from 1 to 600 s"
    unused = (("profile", "QOS_S"), ("intent", "implied"))
    assert reasons[unused] == "the catalogue gives it no use of its own"
    # days fit two profiles, and neither of them has a use of its own
    assert reasons[days, ("intent", "implied")] == "no profile allows both"
    for cell in grid.cells:
        assert not set(pairs_of(cell, grid.factors)) & set(grid.infeasible)


def test_each_stated_limit_of_a_profile_is_an_edge(
    operation: Operation, catalogue: Catalogue
) -> None:
    grid = lay_out(operation, limited(catalogue))
    assert grid.edges["duration longest QOS_E"] == "QOS_E"
    assert "duration longest QOS_S" not in grid.edges
    assert grid.edges["duration longest"] == "QOS_S"
    choice = Choice("QOS_E", 1, 600, ())
    payload = {"qosProfile": "QOS_E", "duration": 600}
    assert edge_holds("duration longest QOS_E", payload, grid.limits, {"QOS_E": choice})
    assert not edge_holds("duration longest QOS_M", payload, grid.limits, {"QOS_E": choice})


def test_releases_differ_where_their_schemas_do(catalogue: Catalogue) -> None:
    old, new = GRIDS["1.1.0"], GRIDS["1.2.0-rc"]
    assert (old.limits.lowest_port, new.limits.lowest_port) == (0, 1)
    assert (old.limits.most_addresses, new.limits.most_addresses) == (0, 16)
    lists = {level for level in new.factors["server"] if level.startswith("list_")}
    assert len(lists) == 4
    assert not lists & set(old.factors["server"])
    assert "longest address list" in new.edges
    assert "longest address list" not in old.edges


def make_grids() -> tuple[dict[str, Grid], dict[str, Validator]]:
    from datasets_src.bundled import catalogue_path
    from validators.catalogue import load_catalogue

    catalogue = load_catalogue(catalogue_path())
    operations = {release: operation_of(release) for release in RELEASES}
    return (
        {release: lay_out(operation, catalogue) for release, operation in operations.items()},
        {release: Validator(operation, catalogue) for release, operation in operations.items()},
    )


GRIDS, VALIDATORS = make_grids()
