"""Injectors keep the law in every release: what they break is what is diagnosed, and only that."""

from __future__ import annotations

import json
from random import Random

import pytest

from callforge_core.records import Payload, Sample
from callforge_core.spec import load_spec
from datasets_src.bundled import spec_path
from generators.defects import Defect, inject, injectable
from generators.edits import NotApplicable
from generators.samples import iter_samples
from validators.catalogue import Catalogue
from validators.diagnosis import diagnose
from validators.payload import Validator

ROWS = 40
LISTED: Payload = {
    "applicationServer": {"ipAddresses": ["192.0.2.44", "2001:db8:77::44"]},
    "qosProfile": "QOS_E",
    "duration": 900,
}


@pytest.fixture(scope="module", params=["0.11.1", "1.0.0", "1.2.0-rc"])
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def judge(release: str, catalogue: Catalogue) -> Validator:
    operation = load_spec(spec_path("quality-on-demand", release)).operation("createSession")
    return Validator(operation, catalogue)


@pytest.fixture(scope="module")
def samples(judge: Validator, catalogue: Catalogue) -> list[Sample]:
    return list(iter_samples(judge.operation, catalogue, rows=ROWS, seed=4))


def test_samples_of_the_release_are_valid_in_it(
    judge: Validator, samples: list[Sample], release: str
) -> None:
    assert {sample.release for sample in samples} == {release}
    assert all(judge.verdict(sample.payload).ok for sample in samples)


@pytest.mark.parametrize("cls", injectable())
def test_what_is_injected_is_diagnosed(cls: str, judge: Validator, samples: list[Sample]) -> None:
    for index, sample in enumerate(samples):
        gold = sample.payload or {}
        defect = inject(cls, gold, judge, Random(f"{cls} {index}"))
        if isinstance(defect, Defect):
            found = diagnose(defect.text, judge, gold=gold, request=sample.request)
            assert {name for name, _ in found} == {cls}, defect


def test_two_members_exclude_each_other_in_the_candidate_only(
    judge: Validator, samples: list[Sample], release: str
) -> None:
    golds = [LISTED, *(sample.payload or {} for sample in samples)]
    made = [inject("C1", gold, judge, Random(index)) for index, gold in enumerate(golds)]
    if release != "1.2.0-rc":
        assert all(isinstance(defect, NotApplicable) for defect in made)
        return
    for gold, defect in zip(golds, made, strict=True):
        assert isinstance(defect, Defect)
        found = diagnose(defect.text, judge, gold=gold)
        assert found == {("C1", "/applicationServer")}
        faulty = json.loads(defect.text)
        assert len(faulty["applicationServer"]) == len(gold["applicationServer"]) + 1


def test_a_member_of_the_release_is_no_member_of_another_one(
    judge: Validator, samples: list[Sample], release: str
) -> None:
    golds = [sample.payload or {} for sample in samples] * 5
    made = [inject("S5", gold, judge, Random(index)) for index, gold in enumerate(golds)]
    pointers = {defect.fault.pointer for defect in made if isinstance(defect, Defect)}
    assert ("/applicationServer/ipAddresses" in pointers) == (release != "1.2.0-rc")
