"""What each job asks, and what comes of its answers: no row is lost, no order matters."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from callforge_core.errors import ConfigError
from callforge_core.jsonl import render_json
from callforge_core.records import Sample
from generators.llm.asks import Ask, Asker, Reply
from generators.llm.jobs import JOBS, describe, draw_examples, plan_asks, word_length
from generators.llm.prompts import load_prompts
from generators.llm.work import Result, run_job
from tests.generators.conftest import Draw
from validators.diagnosis import diagnose
from validators.payload import Validator

Texts = dict[tuple[str, int], str]


def answering(texts: Texts, *, fails: Sequence[int] = ()) -> Asker:
    """Return what answers each (stage, row) with a given text, in any order it likes."""

    def ask(asks: Sequence[Ask], what: str) -> list[Reply]:
        stage = "back" if what == "reading back" else "there"
        replies = [
            Reply(row=ask.row, error="500: ill")
            if ask.row in fails
            else Reply(row=ask.row, text=texts[stage, ask.row], finish="stop")
            for ask in asks
        ]
        random.Random(len(asks)).shuffle(replies)
        return sorted(replies, key=lambda reply: reply.row)

    return ask


def run(job: str, parents: Sequence[Sample], asker: Asker, validator: Validator) -> Result:
    return run_job(job, parents, asker, validator, generator="openai", model="m", seed=9)


def good_texts(parents: Sequence[Sample]) -> Texts:
    """Return answers of a model that makes no mistake."""
    there = {
        ("there", row): json.dumps({"request": f"Hello! {parent.request} Many thanks."})
        for row, parent in enumerate(parents)
    }
    back = {("back", row): render_json(parent.payload) for row, parent in enumerate(parents)}
    return there | back


def test_there_is_a_prompt_for_every_job_and_no_other() -> None:
    assert tuple(load_prompts().jobs) == JOBS
    with pytest.raises(ConfigError, match=r"--job 'poem': use one of paraphrase, persona"):
        plan_asks("poem", [], 0)


@pytest.mark.parametrize("job", JOBS)
def test_asks_depend_on_seed_and_row_alone(job: str, draw: Draw) -> None:
    parents = draw(30)
    asks = plan_asks(job, parents, 1)
    assert asks == plan_asks(job, parents, 1)
    assert [ask.row for ask in asks] == list(range(30))
    assert len({ask.seed for ask in asks}) == 30
    assert all(0 <= ask.seed < 1 << 31 for ask in asks)
    other = plan_asks(job, parents, 2)
    assert all(a.seed != b.seed for a, b in zip(asks, other, strict=True))
    assert sum(a.messages != b.messages for a, b in zip(asks, other, strict=True)) > 10 or (
        job == "backtranslate"  # nothing is drawn for its prompt
    )


@pytest.mark.parametrize("job", JOBS)
def test_a_prompt_holds_what_its_job_needs_and_no_open_name(job: str, draw: Draw) -> None:
    for parent, ask in zip(parents := draw(12), plan_asks(job, parents, 1), strict=True):
        system, user = (message["content"] for message in ask.messages)
        assert "json" in system
        assert not re.search(r"\$[a-z]", system + user.replace(parent.request, ""))
        if job in ("paraphrase", "persona"):
            assert parent.request in user
            assert all(str(words) in user for words in parent.facts.values())
        else:
            assert parent.request not in user
            told = parent.facts if job == "seeds" else dict(describe(parent.payload or {}))
            assert all(f": {words}" in user for words in told.values())


def test_a_dollar_in_a_request_is_only_a_dollar(draw: Draw) -> None:
    parent = replace(draw(1)[0], request="it costs $5 and $request, ok?")
    assert (
        "it costs $5 and $request, ok?"
        in plan_asks("persona", [parent], 0)[0].messages[1]["content"]
    )


def test_examples_have_values_of_the_same_fold_and_another_cluster(draw: Draw) -> None:
    parents = draw(120)
    texts = {" ".join(parent.request.split()): parent for parent in parents}
    for row in range(0, 120, 7):
        for example in draw_examples(parents, row, random.Random(row)):
            other = texts[example]
            assert other.provenance["fold"] == parents[row].provenance["fold"]
            assert other.cluster != parents[row].cluster


def test_lengths_and_payloads_are_put_into_words() -> None:
    assert word_length(5400) == "1 hour 30 minutes"
    assert word_length(90061) == "1 day 1 hour 1 minute 1 second"
    payload = {
        "device": {"ipv4Address": {"publicAddress": "203.0.113.1", "publicPort": 5}},
        "applicationServerPorts": {"ranges": [{"from": 1, "to": 2}], "ports": [9]},
        "duration": 60,
    }
    assert dict(describe(payload)) == {
        "device.ipv4Address.publicAddress": "203.0.113.1",
        "device.ipv4Address.publicPort": "5",
        "applicationServerPorts": "1 to 2, 9",
        "duration": "1 minute",
    }


@pytest.mark.parametrize("job", JOBS)
def test_answers_without_a_mistake_are_all_kept(job: str, draw: Draw, validator: Validator) -> None:
    parents = draw(25)
    result = run(job, parents, answering(good_texts(parents)), validator)
    assert [sample.provenance["parent"] for sample in result.samples] == [p.id for p in parents]
    assert (result.dropped, result.rejects) == ((), ())
    assert all(validator.verdict(s.payload, s.request).ok for s in result.samples)
    assert len(result.replies) == (50 if job == "backtranslate" else 25)


def test_no_row_is_lost_in_back_translation(draw: Draw, validator: Validator) -> None:
    parents = draw(10)
    texts = good_texts(parents)
    texts["there", 1] = "{"
    texts["there", 2] = json.dumps({"request": "Give me some quality for my phone, please"})
    other = dict(parents[4].payload or {}) | {"duration": 59}
    texts["back", 4] = render_json(other)
    texts["back", 5] = "I cannot say"
    result = run("backtranslate", parents, answering(texts, fails=[7]), validator)
    kept = [int(sample.id[-6:]) - 1 for sample in result.samples]
    assert kept == [0, 3, 6, 8, 9]
    assert [(drop.row, drop.reason) for drop in result.dropped] == [
        (1, "unreadable"),
        (7, "failed"),
    ]
    told = [(reject.row, reject.stage, reject.reason) for reject in result.rejects]
    assert told == [
        (2, "request", "ungrounded"),
        (4, "call", "other_call"),
        (5, "call", "unparsed"),
    ]
    asked, differs, unparsed = (reject.to_json() for reject in result.rejects)
    assert asked["chosen"] is None and asked["diagnosis"]
    assert differs["diagnosis"] == [{"class": "V2", "pointer": "/duration"}] or (
        differs["diagnosis"] == [{"class": "V1", "pointer": "/duration"}]
    )
    assert differs["chosen"] == render_json(parents[4].payload)
    again = diagnose(
        differs["rejected"], validator, gold=parents[4].payload, request=differs["request"]
    )
    assert {(fault["class"], fault["pointer"]) for fault in differs["diagnosis"]} == again
    assert unparsed["diagnosis"] == [] and unparsed["rejected"] == "I cannot say"
    assert result.reasons == {
        "unreadable": 1, "failed": 1, "ungrounded": 1, "other_call": 1, "unparsed": 1
    }  # fmt: skip
