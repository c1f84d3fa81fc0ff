"""What a model's wording must be to stay, and why it goes otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.records import Sample
from generators.llm.asks import Reply
from generators.llm.proving import REASONS, Dropped, Prover, plain_requests
from tests.generators.llm.asking import make_asks
from validators.payload import Validator

ASK = make_asks(1)[0]
PAYLOAD: dict[str, Any] = {
    "device": {"phoneNumber": "+12025550143"},
    "applicationServer": {"ipv4Address": "203.0.113.9"},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
PARENT = Sample(
    id="s-1",
    api="quality-on-demand",
    release="1.1.0",
    operation="createSession",
    decision="call",
    request="Please give +12025550143 QOS_E towards 203.0.113.9 for one hour.",
    payload=PAYLOAD,
    cluster="c-1",
    family="chat/plain",
    facts={"qosProfile": "QOS_E", "duration": "one hour"},
    provenance={"generator": "template", "fold": 3},
)
IMPLIED = Sample.from_json(
    PARENT.to_json()
    | {"request": "jousting by wire for +12025550143 at 203.0.113.9, one hour"}
    | {"facts": {"qosProfile": "jousting by wire"}}
)


@pytest.fixture
def prover(validator: Validator) -> Prover:
    return Prover(
        validator=validator,
        generator="openai",
        model="m",
        job="paraphrase",
        seed=5,
        seen=plain_requests([PARENT]),
    )


def reply(text: str, **changes: Any) -> Reply:
    return Reply(row=0, text=text, finish="stop", **changes)


def said(request: str) -> Reply:
    return reply(json.dumps({"request": request}))


GOOD = "One hour of QOS_E for my phone +1 202 555 0143, the server is 203.0.113.9"


def test_a_proven_wording_becomes_a_sample_of_its_parents_cluster(prover: Prover) -> None:
    found = prover.prove(PARENT, ASK, said(GOOD))
    assert isinstance(found, Sample)
    assert (found.request, found.payload, found.cluster) == (GOOD, PAYLOAD, "c-1")
    assert found.family == "llm/paraphrase/chat/plain"
    assert found.facts["duration"] == "One hour"
    assert found.facts["device.phoneNumber"] == "+1 202 555 0143"
    assert found.provenance == {
        "generator": "openai",
        "model": "m",
        "job": "paraphrase",
        "parent": "s-1",
        "temperature": ASK.temperature,
        "seed": ASK.seed,
        "fold": 3,
    }


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"request": GOOD}, indent=2),
        f"```json\n{json.dumps({'request': GOOD})}\n```",
        f"Sure: {json.dumps({'request': GOOD})}",
        GOOD,
        f'"{GOOD}"',
    ],
    ids=["indented", "fenced", "words around", "plain", "quoted"],
)
def test_a_wording_is_read_however_the_server_can_say_it(prover: Prover, text: str) -> None:
    found = prover.prove(PARENT, ASK, reply(text))
    assert isinstance(found, Sample) and found.request == GOOD


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Reply(row=0, error="500: ill"), "failed"),
        (Reply(row=0, finish="content_filter"), "refused"),
        (Reply(row=0, text='{"request": "cut', finish="length"), "truncated"),
        (reply('{"request": ["a list"]}'), "unreadable"),
        (reply('{"request": "x", "note": "y"}'), "unreadable"),
        (reply('{"request": "cut'), "unreadable"),
        (reply(""), "unreadable"),
        (said("QOS_E!"), "length"),
        (said(GOOD + " please" * 100), "length"),
        (said("Один час QOS_E для +12025550143, сервер 203.0.113.9"), "language"),
        (said(GOOD + "\x07"), "language"),
        (said("go go go go go go go go go go go go go go go go go go go go go go"), "language"),
        (said("Here is the message: " + GOOD), "gives_away"),
        (said("please give +12025550143 QOS_E  towards 203.0.113.9, for ONE hour!"), "copy"),
        (said(GOOD.replace("9", "8")), "ungrounded"),
        (said(GOOD.replace("One hour", "Two hours")), "ungrounded"),
        (said(GOOD.replace("QOS_E", "QOS_L")), "ungrounded"),
        (said(GOOD.replace("+1 202 555 0143", "of mine")), "ungrounded"),
        (said(GOOD + " port 443"), "ungrounded"),
        (said(GOOD + ". Call +1 202 555 0199"), "extra_fact"),
        (said(GOOD.replace("QOS_E", "something quick")), "unproven"),
        (said(GOOD + "; QOS_E; one hour; 203.0.113.9"), "repeats"),
    ],
)
def test_what_is_not_proven_goes_with_its_reason(
    prover: Prover, answer: Reply, reason: str
) -> None:
    found = prover.prove(PARENT, ASK, answer)
    assert isinstance(found, Dropped), found
    assert (found.reason, found.parent, found.text) == (reason, "s-1", answer.text)
    assert found.reason in REASONS


def test_the_second_of_two_equal_wordings_goes(prover: Prover) -> None:
    assert isinstance(prover.prove(PARENT, ASK, said(GOOD)), Sample)
    again = prover.prove(PARENT, ASK, said(GOOD.upper().replace(",", " -")))
    assert isinstance(again, Dropped) and again.reason == "duplicate"


def test_a_workload_nobody_knows_stays_only_in_the_words_of_its_parent(prover: Prover) -> None:
    kept = "An hour of jousting by wire, +12025550143 to 203.0.113.9"
    found = prover.prove(IMPLIED, ASK, said(kept))
    assert isinstance(found, Sample) and found.facts["qosProfile"] == "jousting by wire"
    lost = prover.prove(IMPLIED, ASK, said(kept.replace("jousting", "fencing")))
    assert isinstance(lost, Dropped) and lost.reason == "unproven"


@given(text=st.text(max_size=60), finish=st.sampled_from(["stop", "length", ""]))
def test_any_answer_is_a_sample_that_validates_or_a_drop(
    validator: Validator, text: str, finish: str
) -> None:
    prover = Prover(validator=validator, generator="g", model="m", job="persona", seed=0)
    for answer in (text, json.dumps({"request": text}), json.dumps({"request": GOOD + text})):
        found = prover.prove(PARENT, ASK, Reply(row=0, text=answer, finish=finish))
        if isinstance(found, Sample):
            assert validator.verdict(found.payload, found.request).ok
        else:
            assert found.reason in REASONS
