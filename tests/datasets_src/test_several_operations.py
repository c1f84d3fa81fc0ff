"""Sets of several operations and decisions: judged row by row, built with envelopes, certified."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callforge_core.jsonl import iter_rows, load_json, render_json, write_rows
from callforge_core.prompting import set_prompt, system_prompt
from callforge_core.records import Item, Pair, Sample
from callforge_core.spec import Operation, load_spec
from datasets_src.audit import Audit, audit_file
from datasets_src.build import build
from datasets_src.bundled import apis, default_release, resolve_spec, spec_path
from datasets_src.filters import Drop, keep_telling, keep_valid
from datasets_src.readers import open_sources
from tests.datasets_src.conftest import MakePair, MakeSample
from validators.catalogue import Catalogue, Profile
from validators.payload import Validator

ID = "0b708eec-0c41-4a8a-bff4-71716f63a{:03d}"
DOCUMENTS = tuple(spec_path(api, default_release(api)) for api in apis())
GOLDEN = "1fd5ff2775121fa8b08629b2f4d0c464ec888a7ec1bcf0ef0831a3770cd4a7f8"
"""SHA-256 over the files of a set of one operation and calls alone, as built before there were
others: it must not change."""


@pytest.fixture(scope="module")
def others() -> list[Operation]:
    names = ("deleteSession", "extendQosSessionDuration")
    return [load_spec(resolve_spec(name)).operation(name) for name in names]


@pytest.fixture(scope="module")
def validators(
    operation: Operation, others: list[Operation], catalogue: Catalogue
) -> dict[str, Validator]:
    return {each.operation_id: Validator(each, catalogue) for each in [operation, *others]}


@pytest.fixture(scope="module")
def rows(make_sample: MakeSample) -> list[Sample]:
    made = []
    for number in range(120):
        path = {"sessionId": ID.format(number)}
        kind = number % 5
        changes: dict[str, Any] = {}
        if kind == 1:
            wish = f"stop {path['sessionId']}"
            changes = {"operation": "deleteSession", "path": path, "payload": {}, "request": wish}
        elif kind == 2:
            wish = f"600 seconds more on {path['sessionId']}"
            body = {"requestedAdditionalDuration": 600}
            changes = {"operation": "extendQosSessionDuration", "path": path, "payload": body}
            changes |= {"request": wish}
        elif kind == 3:
            wish = f"stop my session number {number}"
            changes = {"operation": "deleteSession", "decision": "clarify", "payload": None}
            changes |= {"missing": ["sessionId"], "request": wish}
        elif kind == 4:
            changes = {"decision": "refuse", "payload": None, "reason": "No flights here."}
            changes |= {"request": f"book flight {number}"}
        made.append(make_sample(number, **changes))
    return made


@pytest.fixture(scope="module")
def folder(
    rows: list[Sample],
    operation: Operation,
    others: list[Operation],
    catalogue: Catalogue,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    out = tmp_path_factory.mktemp("several") / "data"
    build(rows, [], operation, catalogue, out, seed=1, test_rows=20, others=others)
    return out


def read(path: Path) -> list[Any]:
    return [row.value for row in iter_rows(path)]


def test_a_set_of_calls_of_one_operation_is_built_byte_for_byte_as_ever(
    make_sample: MakeSample,
    make_pair: MakePair,
    operation: Operation,
    tmp_path: Path,
) -> None:
    samples = [make_sample(number) for number in range(90)]
    pairs = [make_pair(sample) for sample in samples[:30]]
    profiles = [Profile(name=f"QOS_{letter}", use=f"use {letter}") for letter in "ESML"]
    four = Catalogue(name="four", profiles=tuple(profiles))
    build(samples, pairs, operation, four, tmp_path, seed=3, test_rows=12)
    sha = hashlib.sha256()
    for path in sorted(tmp_path.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            sha.update(path.name.encode() + path.read_bytes())
    sha.update(render_json(load_json(tmp_path / "manifest.json")["counts"]).encode())
    assert sha.hexdigest() == GOLDEN


def test_every_answer_is_an_envelope_a_question_or_a_refusal(
    folder: Path, rows: list[Sample]
) -> None:
    said = {}
    for name in ("train", "validation", "test"):
        for row in read(folder / f"sft/{name}.jsonl"):
            said[row["id"]] = json.loads(row["completion"][0]["content"])
    assert len(said) == len(rows)
    assert list(said["s-0"]) == ["operation", "body"]
    assert said["s-1"] == {"operation": "deleteSession", "path": {"sessionId": ID.format(1)}}
    assert said["s-2"] == {
        "operation": "extendQosSessionDuration",
        "path": {"sessionId": ID.format(2)},
        "body": {"requestedAdditionalDuration": 600},
    }
    assert said["s-3"] == {"clarify": ["sessionId"]}
    assert said["s-4"] == {"refuse": "No flights here."}


def test_items_tell_what_is_due(folder: Path, rows: list[Sample]) -> None:
    by_id = {sample.id: sample for sample in rows}
    items = [Item.from_json(row) for row in read(folder / "eval/test.jsonl")]
    assert {item.decision for item in items} == {"call", "clarify", "refuse"}
    for item in items:
        sample = by_id[item.id]
        assert (item.operation, item.path, item.missing, item.reason) == (
            sample.operation, sample.path, sample.missing, sample.reason,
        )  # fmt: skip
        assert Item.from_json(item.to_json()) == item


def test_the_prompt_lists_the_operations_and_the_ways_to_answer(
    folder: Path, operation: Operation, others: list[Operation], catalogue: Catalogue
) -> None:
    system = read(folder / "sft/train.jsonl")[0]["prompt"][0]["content"]
    assert "extendQosSessionDuration(sessionId; requestedAdditionalDuration)" in system
    assert '{"clarify":[keys]}' in system
    assert '{"refuse":reason}' in system
    assert set_prompt([operation], catalogue.lines) == system_prompt(operation, catalogue.lines)
    asking = set_prompt([operation], catalogue.lines, ("call", "clarify"))
    assert '"operation"' not in asking and "clarify" in asking and "refuse" not in asking
    assert '"operation"' in set_prompt(others[:1])


def test_what_a_question_knows_and_ids_in_paths_never_cross_splits(
    folder: Path, rows: list[Sample], operation: Operation, others: list[Operation],
    catalogue: Catalogue, tmp_path: Path,
) -> None:  # fmt: skip
    shared = {"device": {"phoneNumber": "+99900777777"}}
    asking = [
        replace(row, provenance={"known": shared}) if row.decision == "clarify" else row
        for row in rows
    ]
    same = {"sessionId": ID.format(999)}
    asking = [
        replace(row, path=same, request=f"{row.request} {same['sessionId']}") if row.path else row
        for row in asking
    ]
    built = build(asking, [], operation, catalogue, tmp_path, seed=1, test_rows=20, others=others)
    assert built.counts["dropped"]["leak"] > 0
    collisions = built.counts["certificate"]["collisions"]
    assert collisions["session"] == collisions["phone"] == 0


def test_rows_are_judged_by_their_own_operation(
    make_sample: MakeSample, validators: dict[str, Validator]
) -> None:
    body = {"requestedAdditionalDuration": 600}
    stop: dict[str, Any] = {
        "operation": "deleteSession",
        "payload": {},
        "path": {"sessionId": ID.format(1)},
    }
    wrong: dict[str, dict[str, Any]] = {
        "no path": {"operation": "deleteSession", "payload": {}},
        "no uuid": stop | {"path": {"sessionId": "17"}},
        "body": stop | {"payload": body},
        "other body": {"operation": "extendQosSessionDuration", "path": stop["path"]},
        "unknown": {"operation": "flySession"},
        "slot": {"decision": "clarify", "missing": ["sessionId"], "payload": None},
        "said": stop | {"decision": "clarify", "missing": ["sessionId"],
                        "request": f"stop {ID.format(1)}"},
        "no reason": {"decision": "refuse", "payload": None, "reason": ""},
    }  # fmt: skip
    samples = [make_sample(1, **stop)]
    samples += [
        make_sample(n, **({"id": name} | row)) for n, (name, row) in enumerate(wrong.items())
    ]
    drops: list[Drop] = []
    kept = list(keep_valid(samples, validators, drops.append))
    assert [sample.id for sample in kept] == ["s-1"]
    assert [(drop.id, drop.reason) for drop in drops] == [(name, "invalid") for name in wrong]


def test_pairs_of_decisions_stay_when_the_reject_is_wrong(
    make_sample: MakeSample, make_pair: MakePair, validators: dict[str, Validator]
) -> None:
    call = render_json({"operation": "createSession", "body": make_sample(1).payload})
    ask, no = '{"clarify":["duration"]}', '{"refuse":"No flights here."}'
    sides = {
        "over-ask": (call, ask),
        "over-refuse": (call, no),
        "should-have-asked": (ask, call),
        "should-have-refused": (no, call),
        "same": (call, call),
        "other words": (no, '{"refuse":"This API books nothing."}'),
        "bare": (render_json(make_sample(1).payload), ask),
    }
    pairs: list[Pair] = [
        make_pair(make_sample(n), id=name, chosen=chosen, rejected=rejected, request="book it")
        for n, (name, (chosen, rejected)) in enumerate(sides.items())
    ]
    drops: list[Drop] = []
    kept = [pair.id for pair in keep_telling(pairs, validators, drops.append)]
    assert kept == list(sides)[:4]
    assert {drop.id: drop.reason for drop in drops} == {
        "same": "reject_not_wrong", "other words": "reject_not_wrong", "bare": "chosen_invalid",
    }  # fmt: skip


def judge(path: Path, validator: Validator, workers: int = 1) -> Audit:
    (opened,) = open_sources(path)
    return audit_file(opened, validator, documents=DOCUMENTS, gate="faithful", workers=workers)


def test_a_file_of_several_operations_is_audited(
    rows: list[Sample], validator: Validator, tmp_path: Path
) -> None:
    bad = replace(rows[1], id="bad", path={"sessionId": "17"})
    lost = replace(rows[2], id="lost", request="600 seconds more on my session")
    path = tmp_path / "samples.jsonl"
    write_rows(
        path, (row.to_json() for row in [*(r for r in rows if r.decision != "call"), bad, lost])
    )
    result = judge(path, validator)
    assert (result.valid, result.invalid, dict(result.faults)) == (49, 1, {"T4": 1})
    assert result.unfaithful["faults"] == {"V5": 1}
    assert dict(result.decision_faults) == {}
    many = tmp_path / "many.jsonl"
    write_rows(many, (row.to_json() for row in [*rows, bad, lost] * 20))
    assert judge(many, validator, workers=2).to_json() == judge(many, validator).to_json()


def test_a_built_set_passes_its_own_audit(folder: Path, validator: Validator) -> None:
    for name in ("sft/train.jsonl", "sft/test.jsonl", "eval/test.jsonl"):
        result = judge(folder / name, validator)
        assert result.invalid == result.unreadable == 0
        assert dict(result.decision_faults) == {}
