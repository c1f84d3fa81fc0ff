"""Splits share nothing: no family, no cluster, no request, no identifying value."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from callforge_core.errors import DataError
from callforge_core.records import Pair, Sample
from callforge_core.spec import Operation
from datasets_src.filters import Drop
from datasets_src.identity import Value, iter_values
from datasets_src.splits import (
    NAMES,
    Key,
    Name,
    Splits,
    find_leaks,
    split_pairs,
    split_samples,
)
from generators.samples import iter_samples
from tests.datasets_src.conftest import MakePair, MakeSample
from validators.catalogue import Catalogue


def split(rows: list[Sample], **options: Any) -> tuple[Splits, list[Drop]]:
    drops: list[Drop] = []
    return split_samples(rows, drops.append, **({"seed": 1} | options)), drops


def ids(splits: Splits) -> dict[str, list[str]]:
    return {name: [row.id for row in rows] for name, rows in splits.samples.items()}


def held(rows: tuple[Sample, ...]) -> set[tuple[str, str]]:
    """Return what one split holds, found in another way than the code does."""
    found = {("family", row.family) for row in rows} | {("cluster", row.cluster) for row in rows}
    found |= {("request", row.request) for row in rows}
    for row in rows:
        device = (row.payload or {}).get("device", {})
        server = (row.payload or {}).get("applicationServer", {})
        found |= {("phone", device["phoneNumber"])} if "phoneNumber" in device else set()
        found |= {("ip", str(value)) for value in server.values()}
    return found


@pytest.fixture(scope="module")
def generated(operation: Operation, catalogue: Catalogue) -> list[Sample]:
    return list(iter_samples(operation, catalogue, rows=400, seed=5))


def test_generated_rows_split_without_a_leak_and_without_great_loss(
    generated: list[Sample],
) -> None:
    splits, drops = split(generated)
    assert len(splits.samples["test"]) >= 80
    assert len(splits.samples["validation"]) >= 20
    assert len(splits.samples["train"]) >= 200  # whole folds of values are held out
    assert len(drops) + sum(map(len, splits.samples.values())) == len(generated)
    for a, b in combinations(NAMES, 2):
        assert not held(splits.samples[a]) & held(splits.samples[b])
    assert set(splits.certificate["collisions"].values()) == {0}
    assert {"family", "cluster", "phone", "ipv4"} <= set(splits.certificate["collisions"])


def test_held_out_rows_show_every_profile_and_several_registers(generated: list[Sample]) -> None:
    test = split(generated)[0].samples["test"]
    assert {(row.payload or {})["qosProfile"] for row in test} == {
        "QOS_E",
        "QOS_S",
        "QOS_M",
        "QOS_L",
    }
    assert len({row.family.partition("/")[0] for row in test}) >= 4


def test_the_seed_alone_decides(generated: list[Sample]) -> None:
    assert ids(split(generated)[0]) == ids(split(generated)[0])
    assert ids(split(generated)[0]) != ids(split(generated, seed=2)[0])


def test_rows_keep_their_order_within_a_split(generated: list[Sample]) -> None:
    order = {row.id: index for index, row in enumerate(generated)}
    for rows in ids(split(generated)[0]).values():
        assert [order[id_] for id_ in rows] == sorted(order[id_] for id_ in rows)


def test_a_family_whose_values_come_from_one_fold_is_drawn_with_its_fold(
    make_sample: MakeSample,
) -> None:
    rows = [
        make_sample(
            n,
            family=f"f{n % 20}",
            provenance={"generator": "hand", "fold": n % 5},
            payload={"device": {"phoneNumber": f"+{n % 5}"}},  # a fold shares its values
        )
        for n in range(200)
    ]
    splits, drops = split(rows, test_rows=40)
    assert drops == []
    folds = [{row.provenance["fold"] for row in splits.samples[name]} for name in NAMES]
    assert sorted(fold for part in folds for fold in part) == [0, 1, 2, 3, 4]


KEY, OTHER = Key("phone", "+999"), Key("ipv4", "192.0.2.1/32")


def test_of_two_sides_the_one_that_loses_fewer_rows_goes() -> None:
    places: list[Name] = ["train", "train", "test", "test"]
    keys = [{KEY}, {KEY}, {KEY}, {OTHER}]
    assert find_leaks(places, keys, floor=1) == {2: "phone"}


def test_test_rows_stay_when_testing_would_fall_short_of_rows() -> None:
    places: list[Name] = ["train", "train", "test", "test"]
    keys = [{KEY}, {KEY}, {KEY}, {OTHER}]
    assert find_leaks(places, keys, floor=2) == {0: "phone", 1: "phone"}


def test_a_row_comes_back_when_its_partner_had_to_go_for_another_value() -> None:
    # Row 2 tests; it shares one value with row 0 and another with rows 1, 3 and 4.
    places: list[Name] = ["train", "train", "test", "train", "train", "test"]
    third = Key("sink_host", "hooks.example.com")
    keys = [{KEY}, {OTHER}, {KEY, OTHER}, {OTHER}, {OTHER}, {third}]
    assert find_leaks(places, keys, floor=1) == {2: "ipv4"}


def test_what_two_rows_of_one_split_share_is_no_leak() -> None:
    places: list[Name] = ["train", "train", "test"]
    assert find_leaks(places, [{KEY}, {KEY}, {OTHER}], floor=1) == {}


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 8), st.integers(0, 20)), min_size=8, max_size=40
    ),
    seed=st.integers(0, 3),
)
def test_nothing_ever_crosses_and_nothing_is_lost_unsaid(
    rows: list[tuple[int, int, int]], seed: int, make_sample: MakeSample
) -> None:
    samples = [
        make_sample(
            n,
            family=f"f{family}",
            cluster=f"c{cluster}-{phone}",
            payload={"device": {"phoneNumber": f"+{phone}"}},
        )
        for n, (family, cluster, phone) in enumerate(rows)
    ]
    try:
        splits, drops = split(samples, seed=seed, test_rows=5)
    except DataError as exc:
        assume("share too many" not in str(exc) and "at least 3" not in str(exc))
        raise
    kept = [row.id for part in splits.samples.values() for row in part]
    assert sorted(kept + [drop.id for drop in drops]) == sorted(row.id for row in samples)
    for a, b in combinations(NAMES, 2):
        assert not held(splits.samples[a]) & held(splits.samples[b])
    for drop in drops:  # none is dropped without need
        sample = next(row for row in samples if row.id == drop.id)
        place = splits.families[sample.family]
        others = [splits.samples[name] for name in NAMES if name != place]
        assert any(held((sample,)) & held(part) for part in others)


@pytest.mark.parametrize("count", [0, 3, 30])
def test_too_few_families_cannot_be_split(make_sample: MakeSample, count: int) -> None:
    rows = [make_sample(n, family=f"f{n % 2}") for n in range(count)]
    with pytest.raises(DataError, match="at least 3 families"):
        split(rows)


def test_rows_that_all_share_one_value_cannot_be_split(make_sample: MakeSample) -> None:
    payload = {"device": {"phoneNumber": "+999"}}
    with pytest.raises(DataError, match="share too many values"):
        split([make_sample(n, payload=payload) for n in range(40)])


def pairs_of(splits: Splits, pairs: list[Pair]) -> tuple[dict[str, list[str]], dict[str, str]]:
    drops: list[Drop] = []
    rows = split_pairs(pairs, splits, drops.append)
    found = {str(name): [pair.id for pair in part] for name, part in rows.items()}
    return found, {drop.id: f"{drop.reason} {drop.detail}" for drop in drops}


def test_pairs_follow_the_splits_of_their_samples(
    make_sample: MakeSample, make_pair: MakePair
) -> None:
    splits, _ = split([make_sample(n) for n in range(96)], test_rows=12)
    train, validation, test = (splits.samples[name][0] for name in NAMES)
    stranger = make_sample(500, family="seen/nowhere", payload=test.payload)
    newcomer = make_sample(501, family="seen/nowhere")
    pairs = [make_pair(row) for row in (train, validation, test, stranger, newcomer)]
    rows, dropped = pairs_of(splits, pairs)
    assert rows == {"train": [f"p-{train.id}", "p-s-501"], "validation": [f"p-{validation.id}"]}
    assert dropped == {f"p-{test.id}": f"held_out {test.family}", "p-s-500": "leak ipv4"}


def test_pairs_of_two_splits_share_no_value_even_if_no_sample_has_it(
    make_sample: MakeSample, make_pair: MakePair
) -> None:
    splits, _ = split([make_sample(n) for n in range(96)], test_rows=12)
    train, validation = splits.samples["train"][0], splits.samples["validation"][0]
    new = make_sample(700).payload
    pairs = [
        make_pair(make_sample(800, family=train.family, payload=new)),
        make_pair(make_sample(801, family=validation.family, payload=new)),
    ]
    rows, dropped = pairs_of(splits, pairs)
    assert rows == {"train": ["p-s-800"], "validation": []}
    assert list(dropped) == ["p-s-801"]


def test_identifying_values_are_found_anywhere_in_one_spelling() -> None:
    payload = {
        "device": {
            "phoneNumber": "+999001",
            "ipv4Address": {"publicAddress": "192.0.2.7", "publicPort": 80},
            "ipv6Address": "2001:DB8:0::1",
        },
        "applicationServer": {"ipv4Address": "192.0.2.7/24", "ipv6Address": "2001:db8::1/128"},
        "sink": "https://Hooks.Example.com/a?b",
        "sinkCredential": {"accessToken": "t", "accessTokenType": "bearer"},
        "duration": 60,
    }
    assert sorted(iter_values(payload)) == [
        Value("access_token", "t"),
        Value("ipv4", "192.0.2.0/24"),
        Value("ipv4", "192.0.2.7/32"),
        Value("ipv6", "2001:db8::1/128"),
        Value("ipv6", "2001:db8::1/128"),
        Value("phone", "+999001"),
        Value("sink_host", "hooks.example.com"),
    ]


@pytest.mark.parametrize("payload", [None, [], "x", {"phoneNumber": 3}, {"sink": "https://["}])
def test_odd_payloads_have_no_or_odd_values_but_do_not_crash(payload: object) -> None:
    assert len(list(iter_values(payload))) <= 1
