"""Samples: valid, faithful to their request, balanced, deterministic and prefix-stable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.errors import ConfigError
from callforge_core.jsonl import render_json
from callforge_core.records import Sample
from callforge_core.spec import Operation, load_spec, render_payload
from datasets_src.bundled import catalogue_path, spec_path
from generators.lexicon import load_lexicon
from generators.samples import iter_samples
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator

Draw = Callable[..., list[Sample]]


def lines(samples: list[Sample]) -> list[str]:
    return [render_json(sample.to_json()) for sample in samples]


@settings(max_examples=15)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_every_sample_of_any_seed_is_valid(seed: int, draw: Draw, validator: Validator) -> None:
    for sample in draw(40, seed):
        found = validator.verdict(sample.payload, sample.request)
        assert found.ok
        assert [issue for issue in found.issues if issue.layer == "grounding"] == []


def test_the_same_seed_gives_the_same_bytes(draw: Draw) -> None:
    assert lines(draw(120, 3)) == lines(draw(120, 3))


def test_a_shorter_run_is_the_beginning_of_a_longer_one(draw: Draw) -> None:
    assert lines(draw(300, 3))[:100] == lines(draw(100, 3))


def test_two_seeds_share_almost_no_request(draw: Draw) -> None:
    first, second = ({sample.request for sample in draw(5000, seed)} for seed in (1, 2))
    assert len(first) == len(second) == 5000
    assert len(first & second) < 5  # 0.1 %


def test_profiles_are_balanced_and_every_family_is_reached_about_evenly(draw: Draw) -> None:
    samples = draw(6000)
    profiles = Counter(sample.payload["qosProfile"] for sample in samples if sample.payload)
    assert max(profiles.values()) - min(profiles.values()) <= 1
    families = Counter(sample.family for sample in samples)
    assert set(families) == set(load_lexicon().families)
    mean = len(samples) / len(families)
    assert 0.25 * mean < min(families.values()) <= max(families.values()) < 2 * mean


def test_simple_cases_dominate(draw: Draw) -> None:
    payloads = [sample.payload or {} for sample in draw(3000)]

    def share(found: int) -> float:
        return found / len(payloads)

    phones = sum("phoneNumber" in payload.get("device", {}) for payload in payloads)
    single = sum(
        "/" not in payload["applicationServer"].get("ipv4Address", "/") for payload in payloads
    )
    ports = sum(
        "applicationServerPorts" in payload or "devicePorts" in payload for payload in payloads
    )
    assert 0.5 < share(phones) < 0.7
    assert 0.5 < share(single) < 0.75
    assert 0.38 < share(ports) < 0.55
    assert 0.08 < share(sum("sink" in payload for payload in payloads)) < 0.16
    assert 0.02 < share(sum("device" not in payload for payload in payloads)) < 0.1


def test_the_core_mix_keeps_to_few_kinds_of_facts(
    operation: Operation, catalogue: Catalogue
) -> None:
    samples = list(iter_samples(operation, catalogue, rows=600, seed=1, mix="core"))
    places = {place for sample in samples for place, _ in leaves(sample.payload)}
    absent = ("ipv6", "devicePorts", "ranges", "privateAddress")
    assert not [place for place in places if any(part in place for part in absent)]
    assert {"/device/phoneNumber", "/sink", "/applicationServerPorts/ports/*"} <= places
    assert all("device" in (sample.payload or {}) for sample in samples)


def test_an_unknown_mix_is_named(operation: Operation, catalogue: Catalogue) -> None:
    with pytest.raises(ConfigError, match="did you mean 'core'"):
        list(iter_samples(operation, catalogue, rows=1, seed=1, mix="cores"))


def test_requests_are_short_and_hold_no_rest_of_the_grammar(draw: Draw) -> None:
    requests = [sample.request for sample in draw(3000)]
    assert 15 < sum(len(request.split()) for request in requests) / len(requests) < 35
    assert max(len(request.split()) for request in requests) < 90
    broken = re.compile(r"[\\\ue000-\uf8ff]|\{[a-z_.]+\}|,,| [.,;?!](?!\.)")
    assert [text for text in requests if broken.search(text)] == []


def test_each_fact_names_words_of_the_request(draw: Draw) -> None:
    for sample in draw(800):
        assert sample.facts.keys() >= {"qosProfile", "duration"}
        missing = {
            slot: words for slot, words in sample.facts.items() if words not in sample.request
        }
        assert missing == {}, sample.request


def test_what_cannot_be_spelled_otherwise_stands_in_the_request_as_it_is(
    operation: Operation, catalogue: Catalogue
) -> None:
    cells = [{"sink": "credential"}] * 60
    names = ("/sink", "/accessToken", "/accessTokenExpiresUtc")
    seen = Counter[str]()
    for sample in iter_samples(operation, catalogue, rows=120, seed=4, cells=cells):
        for place, value in leaves(sample.payload):
            name = place[place.rindex("/") :]
            if name in names:
                seen[name] += 1
                assert value in sample.request, (place, sample.request)
    assert set(seen) == set(names)
    assert min(seen.values()) >= 60


def test_where_tokens_are_fetched_by_assertion_the_client_and_the_place_are_said(
    catalogue: Catalogue,
) -> None:
    newest = load_spec(spec_path("quality-on-demand", "1.2.0-rc")).operation("createSession")
    cells = [{"sink": "assertion"}] * 60
    validator = Validator(newest, catalogue)
    kinds = Counter[str]()
    for sample in iter_samples(newest, catalogue, rows=400, seed=4, cells=cells):
        found = validator.verdict(sample.payload, sample.request)
        assert found.ok and all(issue.layer != "grounding" for issue in found.issues)
        credential = (sample.payload or {}).get("sinkCredential", {})
        kinds[credential.get("credentialType", "none")] += 1
        if credential.get("credentialType") == "PRIVATE_KEY_JWT":
            assert list(credential) == ["credentialType", "clientId", "tokenUri"]
            for name in ("clientId", "tokenUri"):
                assert credential[name] in sample.request
                assert sample.facts[f"sinkCredential.{name}"] == credential[name]
    assert kinds["PRIVATE_KEY_JWT"] >= 60  # all cells, and a few of the rest


def test_a_release_without_assertions_gets_none(operation: Operation, catalogue: Catalogue) -> None:
    cells = [{"sink": "assertion"}] * 20
    for sample in iter_samples(operation, catalogue, rows=20, seed=4, cells=cells):
        assert sample.payload is not None
        assert "sinkCredential" not in sample.payload


def leaves(value: Any, place: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, child in value.items() for leaf in leaves(child, f"{place}/{key}")]
    if isinstance(value, list):
        return [leaf for child in value for leaf in leaves(child, f"{place}/*")]
    return [(place, value)]


def test_payloads_are_written_in_spec_order(draw: Draw, operation: Operation) -> None:
    for sample in draw(400):
        assert sample.payload is not None
        assert render_json(sample.payload) == render_payload(operation, sample.payload)


def test_equal_payloads_share_a_cluster_and_others_do_not(draw: Draw) -> None:
    pairs = {(sample.cluster, render_json(sample.payload)) for sample in draw(2000)}
    assert len({cluster for cluster, _ in pairs}) == len({payload for _, payload in pairs})


def test_the_limits_of_a_catalogue_hold(operation: Operation) -> None:
    catalogue = load_catalogue(catalogue_path("camara-reference"))
    for sample in iter_samples(operation, catalogue, rows=400, seed=1):
        assert sample.payload is not None
        assert sample.payload["duration"] <= 86400


def test_an_inactive_profile_is_never_asked_for(operation: Operation, catalogue: Catalogue) -> None:
    first, *others = catalogue.profiles
    off = first.model_copy(update={"status": "INACTIVE"})
    changed = catalogue.model_copy(update={"profiles": (off, *others)})
    names = {
        s.payload["qosProfile"]
        for s in iter_samples(operation, changed, rows=40, seed=1)
        if s.payload
    }
    assert first.name not in names
    none = catalogue.model_copy(update={"profiles": (off,)})
    with pytest.raises(ConfigError, match="ACTIVE"):
        list(iter_samples(operation, none, rows=1, seed=1))


def test_another_operation_is_refused(catalogue: Catalogue) -> None:
    other = next(
        operation
        for name, operation in load_spec(spec_path()).operations.items()
        if name != "createSession"
    )
    with pytest.raises(ConfigError, match="createSession"):
        list(iter_samples(other, catalogue, rows=1, seed=1))


def test_a_family_keeps_to_one_fold_of_identifying_values(
    operation: Operation, catalogue: Catalogue
) -> None:
    folds: dict[str, set[int]] = {}
    for sample in iter_samples(operation, catalogue, rows=400, seed=2):
        folds.setdefault(sample.family, set()).add(sample.provenance["fold"])
    assert all(len(found) == 1 for found in folds.values())
    assert len({next(iter(found)) for found in folds.values()}) == 10


def test_the_core_mix_uses_fewer_wordings_than_the_full_one(
    operation: Operation, catalogue: Catalogue
) -> None:
    def canonical_phones(mix: str) -> float:
        samples = iter_samples(operation, catalogue, rows=300, seed=3, mix=mix)
        told = [s.facts["device.phoneNumber"] for s in samples if "device.phoneNumber" in s.facts]
        plain = [phone for phone in told if phone.startswith("+") and phone[1:].isdigit()]
        return len(plain) / len(told)

    assert canonical_phones("core") > 0.8 > canonical_phones("full") + 0.1
