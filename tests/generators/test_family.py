"""Rows of the whole API family: each proven, exact shares, same bytes, no fault in the gold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from callforge_core.errors import ConfigError
from callforge_core.prompting import path_names
from callforge_core.records import DECISIONS, Sample
from callforge_core.seeding import stream
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import catalogue_path, resolve_spec
from generators.clarify import can_ask
from generators.edits import NotApplicable
from generators.expectations import expect, render_answer
from generators.family import FamilyDrafter, iter_family, spread
from generators.faults_decisions import inject_decision
from generators.operation_facts import DRAWS, draw_draft
from generators.operation_words import ask, count_skeletons, load_operation_lexicon
from generators.scenarios import Choice
from validators.answers import parse_answer
from validators.catalogue import Catalogue, Profile, load_catalogue
from validators.decision_faults import MORE_SECONDS, Validators, diagnose_decision
from validators.decisions import iter_row_issues
from validators.path_values import UUID, iter_path_issues
from validators.payload import Validator

NAMES = ("createSession", *DRAWS)
ROWS = 1100
GIVEN = {"id", "more", "device", "named", "name"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(catalogue_path())


@pytest.fixture(scope="module")
def operations() -> list[Operation]:
    specs = {name: load_spec(resolve_spec(name)) for name in NAMES}
    return [specs[name].operation(name) for name in NAMES]


@pytest.fixture(scope="module")
def validators(operations: list[Operation], catalogue: Catalogue) -> Validators:
    return {each.operation_id: Validator(each, catalogue) for each in operations}


@pytest.fixture(scope="module")
def samples(operations: list[Operation], catalogue: Catalogue) -> list[Sample]:
    made = iter_family(operations, catalogue, rows=ROWS, seed=11, decisions=DECISIONS)
    return list(made)


def of(samples: Sequence[Sample], decision: str) -> list[Sample]:
    return [sample for sample in samples if sample.decision == decision]


def test_every_call_is_valid_and_said(samples: list[Sample], validators: Validators) -> None:
    for sample in of(samples, "call"):
        validator = validators[sample.operation]
        if validator.operation.media_type is None:
            assert sample.payload == {}
        else:
            issues = validator.verdict(sample.payload, sample.request).issues
            assert not [issue for issue in issues if issue.severity == "error"], sample
        assert list(iter_path_issues(sample.path, validator.operation, sample.request)) == []


def test_every_question_asks_for_what_is_not_said(
    samples: list[Sample], validators: Validators
) -> None:
    for sample in of(samples, "clarify"):
        operation = validators[sample.operation].operation
        answer = render_answer(expect(sample), validators)
        judged = iter_row_issues(
            decision="clarify", request=sample.request, answer=answer, operation=operation
        )
        assert list(judged) == [], sample
        known = sample.provenance["known"]
        assert sample.missing and not set(sample.missing) & known.keys()
        assert set(sample.missing) <= {*operation.keys, *path_names(operation)}
        if set(sample.missing) & {"sessionId", "assignmentId"}:
            assert UUID.search(sample.request) is None


def test_every_refusal_says_why(samples: list[Sample], validators: Validators) -> None:
    for sample in of(samples, "refuse"):
        reason = sample.reason or ""
        assert re.fullmatch(r"\S.{10,}\.", reason), sample
        kind = sample.provenance["refusal"]
        if kind.startswith("injection") and kind != "injection prompt":
            field = next(word for word in re.findall(r"\w+", sample.request) if word in reason)
            assert field
            keys = validators[sample.operation].operation.keys
            assert not [key for key in keys if f" {key} " in f" {reason} "]


def test_the_right_answer_has_no_fault(samples: list[Sample], validators: Validators) -> None:
    for sample in samples:
        expected = expect(sample)
        text = render_answer(expected, validators)
        assert diagnose_decision(text, expected, validators) == frozenset(), sample
        assert parse_answer(text, validators).decision == sample.decision


def test_a_wrong_decision_is_told_by_its_name(
    samples: list[Sample], validators: Validators
) -> None:
    seen: Counter[str] = Counter()
    for number, sample in enumerate(samples[:400]):
        expected = expect(sample)
        for cls in ("D1", "D2", "D3"):
            made = inject_decision(cls, expected, validators, stream(4, number, cls))
            if isinstance(made, NotApplicable):
                continue
            found = diagnose_decision(made.text, expected, validators)
            assert {name for name, _ in found} == {cls}, (sample, made.text, found)
            seen[f"{cls} {sample.decision}"] += 1
    assert seen.keys() == {"D1 call", "D2 call", "D3 call", "D2 clarify", "D3 refuse"}


def test_decisions_and_operations_have_exact_shares(samples: list[Sample]) -> None:
    assert Counter(sample.decision for sample in samples) == {
        "call": 660, "clarify": 220, "refuse": 220,
    }  # fmt: skip
    calls = Counter(sample.operation for sample in of(samples, "call"))
    assert calls == dict.fromkeys(NAMES, 60)
    asked = Counter(sample.operation for sample in of(samples, "clarify"))
    assert asked == dict.fromkeys(filter(can_ask, NAMES), 22)


def test_no_request_is_said_twice_and_no_id_given_twice(samples: list[Sample]) -> None:
    assert len({sample.request for sample in samples}) == ROWS
    assert len({sample.id for sample in samples}) == ROWS


def test_two_seeds_hardly_share_a_request(
    operations: list[Operation], catalogue: Catalogue
) -> None:
    few = [each for each in operations if each.operation_id.endswith(("QosProfile", "Profiles"))]
    one, other = (
        {sample.request for sample in iter_family(few, catalogue, rows=1500, seed=seed)}
        for seed in (1, 2)
    )
    # the operations with the fewest values to tell; 20,000 rows of all share two to six requests
    assert len(one & other) < 0.003 * 1500


def test_a_reference_stands_behind_requests_without_a_number_alone(samples: list[Sample]) -> None:
    behind = re.compile(r" (?:\(desk |Our case |Filed as |Shop |Room |Please quote )\d{4,6}")
    filed = [sample for sample in samples if behind.search(sample.request)]
    assert len(filed) > 10
    for sample in filed:
        if match := behind.search(sample.request):
            assert sum(map(str.isdigit, sample.request[: match.start()])) <= 2, sample.request
            assert not set(match[0].split()) & set(sample.facts.values())


def test_the_same_seed_gives_the_same_rows_in_any_block(
    samples: list[Sample], operations: list[Operation], catalogue: Catalogue
) -> None:
    drafter = FamilyDrafter(operations, catalogue, seed=11, decisions=DECISIONS)
    assert drafter.draw_block(1, 100) == samples[64:100]
    other = iter_family(operations, catalogue, rows=100, seed=12, decisions=DECISIONS)
    assert not {sample.request for sample in other} & {sample.request for sample in samples}


def test_an_extension_adds_what_is_extra_and_not_the_total(samples: list[Sample]) -> None:
    both = [sample for sample in samples if "running_s" in sample.provenance]
    assert len(both) > 10
    for sample in both:
        if sample.decision == "call":
            more = (sample.payload or {})[MORE_SECONDS]
            assert more != sample.provenance["running_s"]
            assert sample.facts[MORE_SECONDS].lower() in sample.request.lower()


def test_values_belong_to_the_fold_of_the_family(samples: list[Sample]) -> None:
    folds: dict[str, set[int]] = {}
    for sample in samples:
        folds.setdefault(sample.family, set()).add(sample.provenance["fold"])
    assert all(len(found) == 1 for found in folds.values())


@pytest.mark.parametrize("name", list(DRAWS))
def test_an_operation_can_be_put_in_hundreds_of_ways(name: str, catalogue: Catalogue) -> None:
    words = load_operation_lexicon()
    assert count_skeletons(words, words.asks[name], GIVEN) > 1000
    choice = Choice("QOS_E", 1, 86400, ("cloud gaming",))
    seen = set()
    for number in range(300):
        rng = stream(2, name, number)
        draft = draw_draft(name, rng, choice, 0, ["QOS_E", "QOS_S"])
        family = words.families[number % len(words.families)]
        text = ask(draft.said, words.asks[name], family, rng, words)
        for value in sorted(draft.said.values.values(), key=len, reverse=True):
            text = text.replace(value, "#") if value else text
        seen.add(re.sub(r"\d+", "0", text).lower())
    assert len(seen) > 200


def test_a_profile_with_a_limit_brings_refusals_that_name_it(operations: list[Operation]) -> None:
    profile = Profile(name="SHORT_ONE", max_duration_s=600, use="tests")
    limited = Catalogue(name="limited", profiles=(profile,))
    made = iter_family(operations[:1], limited, rows=120, seed=1, decisions=("refuse",))
    beyond = [each for each in made if each.provenance["refusal"] == "beyond the limit"]
    assert beyond
    assert {each.reason for each in beyond} == {"SHORT_ONE lasts 600 seconds at most."}
    assert all(each.provenance["known"]["duration"] > 600 for each in beyond)


def test_a_permanent_session_is_refused_only_where_nothing_can_be_assigned(
    operations: list[Operation], catalogue: Catalogue, samples: list[Sample]
) -> None:
    alone = iter_family(operations[:1], catalogue, rows=300, seed=2, decisions=("refuse",))
    assert "no_end" in {sample.provenance["refusal"] for sample in alone}
    assert "no_end" not in {sample.provenance.get("refusal") for sample in samples}


def test_shares_keep_their_proportion_for_any_choice_of_decisions() -> None:
    assert Counter(spread(["call", "clarify", "refuse"])) == {"call": 3, "clarify": 1, "refuse": 1}
    assert spread(["clarify"]) == ["clarify"]
    assert Counter(spread(["clarify", "refuse"])) == {"clarify": 1, "refuse": 1}


def test_nothing_can_be_asked_about_a_search(
    operations: list[Operation], catalogue: Catalogue
) -> None:
    search = [each for each in operations if each.operation_id == "retrieveQoSProfiles"]
    with pytest.raises(ConfigError, match="all of it is optional"):
        FamilyDrafter(search, catalogue, seed=1, decisions=("clarify",))
