"""A glance may only pass what a close reading has nothing to say about."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.records import Payload
from callforge_core.spec import Operation
from generators.defects import inject
from generators.edits import NotApplicable
from generators.samples import iter_samples
from validators.catalogue import Catalogue
from validators.grounding import Grounder
from validators.payload import Validator

UNFAITHFUL = ("V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8")
HAND_WRITTEN = Path(__file__).parents[1] / "hand_written" / "development.jsonl"


@pytest.fixture(scope="module")
def grounder(operation: Operation, catalogue: Catalogue) -> Grounder:
    return Grounder(operation, catalogue)


def read_closely(grounder: Grounder, payload: Payload, request: str) -> list[tuple[str, str]]:
    """Return what is found without the glance."""
    return [(issue.cls, issue.path) for issue in grounder.ground(payload, request).issues]


def test_nearly_all_generated_rows_pass_and_a_close_reading_finds_nothing_in_them(
    grounder: Grounder, operation: Operation, catalogue: Catalogue
) -> None:
    samples = list(iter_samples(operation, catalogue, rows=800, seed=21))
    passed = [s for s in samples if grounder.glance.passes(s.payload or {}, s.request)]
    assert len(passed) > 0.82 * len(samples)  # the rest speaks of masks, dictates or corrects
    for sample in passed:
        assert read_closely(grounder, sample.payload or {}, sample.request) == []


@pytest.mark.parametrize(("seconds", "text"), [(60, "I am in"), (1, "as ever"), (3600, "ah well")])
def test_a_small_word_is_no_length(grounder: Grounder, seconds: int, text: str) -> None:
    payload = {"applicationServer": {"ipv4Address": "192.0.2.7"}, "duration": seconds}
    assert not grounder.glance.passes(payload, f"QoS to 192.0.2.7, {text}")


@pytest.mark.parametrize("port", ["tcp 44549", "(udp 44549)", "44549/tcp", "44549 udp", "on 44549"])
def test_a_port_that_nobody_took_is_read_closely(grounder: Grounder, port: str) -> None:
    payload = {"applicationServer": {"ipv4Address": "192.0.2.7"}, "duration": 3600}
    assert grounder.glance.passes(payload, "QoS to 192.0.2.7 for an hour")
    assert not grounder.glance.passes(payload, f"QoS to 192.0.2.7 {port} for an hour")


@pytest.mark.parametrize("cls", UNFAITHFUL)
def test_no_planted_fault_that_a_close_reading_sees_passes_the_glance(
    grounder: Grounder, validator: Validator, cls: str
) -> None:
    seen = 0
    for number, sample in enumerate(
        iter_samples(validator.operation, validator.catalogue, rows=250, seed=22)
    ):
        defect = inject(cls, sample.payload or {}, validator, Random(number))
        if isinstance(defect, NotApplicable):
            continue
        faulty = json.loads(defect.text)
        if read_closely(grounder, faulty, sample.request):
            seen += 1
            assert not grounder.glance.passes(faulty, sample.request), (faulty, sample.request)
    assert seen > 30


def test_a_payload_beside_the_request_of_another_row_never_passes(
    grounder: Grounder, operation: Operation, catalogue: Catalogue
) -> None:
    samples = list(iter_samples(operation, catalogue, rows=300, seed=23))
    for one, other in pairwise(samples):
        if read_closely(grounder, one.payload or {}, other.request):
            assert not grounder.glance.passes(one.payload or {}, other.request)


def test_most_requests_written_by_hand_are_grounded(grounder: Grounder) -> None:
    rows = [json.loads(line) for line in HAND_WRITTEN.read_text(encoding="utf-8").splitlines()]
    flagged = [
        row["id"]
        for row in rows
        if any(i.severity == "error" for i in grounder.iter_issues(row["payload"], row["request"]))
    ]
    assert len(rows) == 50
    assert flagged == []


words = st.sampled_from(
    ["port", "443", "8443", "443-450", "and", "for", "20", "minutes", "min", "198.51.100.7", ":",
     "198.51.100.70", "+447700900112", "+44 7700 900112", "slash 24", "QOS_E", "QOS_S", "1)", ",",
     "gaming", "2001:db8::7", "https://a.example/b", "tcp", "/", "-", "half an hour", "4k", "."]
)  # fmt: skip


@given(st.lists(words, max_size=14), st.sampled_from(["", " "]))
def test_shuffled_words_never_make_a_glance_see_less(
    grounder: Grounder, said: list[str], joint: str
) -> None:
    request = joint.join(said)
    payload: Payload = {
        "device": {"phoneNumber": "+447700900112"},
        "applicationServer": {"ipv4Address": "198.51.100.7"},
        "applicationServerPorts": {"ports": [443]},
        "qosProfile": "QOS_E",
        "duration": 1200,
    }
    for drop in ("", "applicationServerPorts", "device", "applicationServer"):
        part = {key: value for key, value in payload.items() if key != drop}
        if grounder.glance.passes(part, request):
            assert read_closely(grounder, part, request) == []
