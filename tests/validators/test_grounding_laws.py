"""Laws of grounding: no false alarm on right rows, power on wrong ones, never slow or raising."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.records import Payload, Sample
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import spec_path
from generators.defects import Defect, inject, injectable
from generators.samples import iter_samples
from validators.catalogue import Catalogue
from validators.comparators import iter_leaves
from validators.diagnosis import diagnose
from validators.grounding import Grounder
from validators.payload import Validator
from validators.places import pointer_of
from validators.slots import compile_plan, iter_slots

# V1: a wrong digit of a dictated number is told as V5, or not; V2: bare numbers and clock times in
# words are not read; V6: a device without a label is missed. Measured: docs/LOG.md
POWER = {"V1": 0.94, "V2": 0.93, "V5": 0.97, "V6": 0.92, "V7": 0.97, "V8": 0.97, "V4": 0.6}


@pytest.fixture(scope="module")
def grounder(operation: Operation, catalogue: Catalogue) -> Grounder:
    return Grounder(operation, catalogue)


@pytest.fixture(scope="module")
def samples(operation: Operation, catalogue: Catalogue) -> list[Sample]:
    return [
        sample
        for mix, seed in (("full", 21), ("full", 22), ("core", 23))
        for sample in iter_samples(operation, catalogue, rows=500, seed=seed, mix=mix)
    ]


def test_generated_rows_are_grounded_to_the_last_value(
    grounder: Grounder, samples: list[Sample]
) -> None:
    undetermined = Counter[str]()
    for sample in samples:
        grounding = grounder.ground(sample.payload, sample.request)
        assert grounding.issues == (), (sample.request, sample.payload)
        assert grounding.unused == (), sample.request
        undetermined.update(map(pointer_of, grounding.undetermined))
        places = {pointer_of(place) for place in grounding.derivations}
        places |= {pointer_of(place) for place in grounding.undetermined}
        assert {place for place, _ in iter_leaves(sample.payload)} == places
    # the catalogue's own words tell what a profile is for; dictated addresses, clock times in words
    # and the names of credential types are not read
    unread = {"/qosProfile", "/duration", "/applicationServer/ipv4Address"}
    credential = {"/sinkCredential/credentialType", "/sinkCredential/accessTokenType"}
    assert set(undetermined) <= unread | credential
    assert undetermined.total() < len(samples) / 10


def test_a_derivation_quotes_the_request(grounder: Grounder, samples: list[Sample]) -> None:
    for sample in samples[:300]:
        for kept in grounder.ground(sample.payload, sample.request).derivations.values():
            quoted = kept.text and sample.request[kept.start : kept.end] == kept.text
            assert quoted or kept.how == "default"  # the only value there is need not be said


@pytest.mark.parametrize("cls", POWER)
def test_the_request_alone_tells_injected_faults(
    cls: str, grounder: Grounder, samples: list[Sample], validator: Validator
) -> None:
    told, made = 0, 0
    for sample in samples[:500]:
        defect = inject(cls, sample.payload or {}, validator, Random(f"{cls}/{sample.id}"))
        if isinstance(defect, Defect) and defect.fault.tier == 2:
            made += 1
            issues = grounder.iter_issues(json.loads(defect.text), sample.request)
            told += cls in {issue.cls for issue in issues}
    assert made > 200 and told / made >= POWER[cls], (told, made)


@pytest.mark.parametrize("cls", [cls for cls in injectable() if cls[0] in "FSTC"])
def test_a_fault_of_an_earlier_layer_brings_no_second_name_from_the_request(
    cls: str, samples: list[Sample], validator: Validator
) -> None:
    for sample in samples[:60]:
        defect = inject(cls, sample.payload or {}, validator, Random(f"{cls}/{sample.id}"))
        if isinstance(defect, Defect):
            plain = diagnose(defect.text, validator)
            assert diagnose(defect.text, validator, request=sample.request) == plain, defect


SNIPPETS = (
    "half an hour and a quarter of port ports 5060 - to 443 , +44 7700 192.0.2.1 /24 mask"
    " 255.255.255.0 2001:db8::1 :: https:// x.example.com profile e QOS_E 14:00 2pm noon"
    " five hundred thousand ½ 1/2 until slash 0 00 ( ) [ ] é ٣ İ ß ² \n \ud800"
)
TEXTS = st.one_of(
    st.text(alphabet="0123456789.:/+- ()hm[]\0", max_size=60),
    st.text(alphabet="ab1 .,éßİ٣²𝟙½\u2028\0\ud800", max_size=40),
    st.lists(st.sampled_from(SNIPPETS.split(" ")), max_size=14).map(" ".join),
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, value=VALUES, other=VALUES)
def test_nothing_raises_on_any_text_and_payload(
    grounder: Grounder, text: str, value: Any, other: Any
) -> None:
    payloads: list[Any] = [value, {"duration": value, "device": other, "qosProfile": other}]
    for slot in ("phoneNumber", "ipv4Address", "ipv6Address"):
        payloads.append({"device": {slot: value}, "applicationServer": {slot: other}})
    ports = {"ports": [value, other], "ranges": [{"from": value, "to": other}]}
    payloads.append({"devicePorts": ports, "applicationServerPorts": ports, "sink": value})
    for payload in payloads:
        grounding = grounder.ground(payload, text)
        assert tuple(grounder.iter_issues(payload, text)) == grounding.issues


HOSTILE = (
    "1" * 4000, "+1 " * 2000, "ports " + "1, " * 3000, "a:" * 3000, "1.1.1." * 2000,
    "and a " * 3000, "192.0.2.1 " * 900, "::1 " * 1500, "1h 2m " * 1500, "14:00 " * 1500,
    "http://" * 1500, "port" * 3000, "from to " * 2000, "half " * 3000, "one " * 3000, "1:" * 3000,
    "ports 1 " + " " * 6000 + "x", "2pm " * 2500, "(" * 6000, "1h" * 3000, "mask " * 3000,
)  # fmt: skip


def seconds_for(grounder: Grounder, payload: Payload, text: str) -> float:
    start = time.process_time()
    grounder.ground(payload, text)
    return time.process_time() - start


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:8] for text in HOSTILE])
def test_hostile_text_takes_no_longer_than_its_length_allows(
    grounder: Grounder, gold: Payload, text: str
) -> None:
    short = min(seconds_for(grounder, gold, text) for _ in range(2))
    long = min(seconds_for(grounder, gold, text * 4) for _ in range(2))
    assert long < 0.5 and long < 16 * max(short, 0.02)


def test_a_long_request_stays_fast_and_right(grounder: Grounder, gold: Payload) -> None:
    story = "We have guests on site today and the link is far too slow for everybody here. " * 130
    ask = (
        "So give +447700900123 low latency for cloud gaming to our servers 198.51.100.0/24, ports"
        " 5010 to 5020, for one hour; notify https://app.example.com/qod. "
    )
    request = story + ask + story
    assert len(request) > 20_000
    assert grounder.ground(gold, request).issues == ()
    assert seconds_for(grounder, gold, request) < 0.1


def test_slots_are_told_by_schema_not_by_path(operation: Operation) -> None:
    kinds = {"/".join(slot.path): slot.kind for slot in iter_slots(compile_plan(operation.closed))}
    assert kinds["device/phoneNumber"] == "phone"
    assert kinds["device/ipv4Address/publicPort"] == "port"
    assert kinds["applicationServer/ipv6Address"] == "ipv6"
    assert kinds["applicationServerPorts"] == "ports"
    assert (kinds["qosProfile"], kinds["sink"], kinds["duration"]) == ("profile", "url", "seconds")


def test_other_operations_of_the_api_are_grounded_too(catalogue: Catalogue) -> None:
    spec = load_spec(spec_path())
    extend = Grounder(spec.operation("extendQosSessionDuration"), catalogue)
    request = "Please extend my session by another half an hour"
    assert list(extend.iter_issues({"requestedAdditionalDuration": 1800}, request)) == []
    (issue,) = extend.iter_issues({"requestedAdditionalDuration": 30}, request)
    assert (issue.cls, issue.path) == ("V2", "$.requestedAdditionalDuration")
    retrieve = Grounder(spec.operation("retrieveSessionsByDevice"), catalogue)
    request = "Which sessions does 0044 7700 900123 have?"
    payload = {"device": {"phoneNumber": "+447700900123"}}
    assert list(retrieve.iter_issues(payload, request)) == []
    payload["device"]["phoneNumber"] = "+447700900124"
    (issue,) = retrieve.iter_issues(payload, request)
    assert (issue.cls, issue.path) == ("V1", "$.device.phoneNumber")


SHOP = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      operationId: placeOrder
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Order"}
      responses: {"201": {description: made}}
components:
  schemas:
    Order:
      type: object
      required: [petId]
      properties:
        petId: {type: integer}
        quantity: {type: integer}
        status: {type: string, enum: [placed, on_hold]}
        gift: {type: boolean, default: false}
        note: {type: string}
        priority: {type: string, default: normal}
        lines: {type: array, items: {$ref: "#/components/schemas/Line"}}
    Line:
      type: object
      properties:
        sku: {type: string}
        count: {type: integer}
"""


def test_an_operation_of_another_api_is_grounded_as_far_as_it_can_be_told(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    grounder = Grounder(load_spec(path).operation("placeOrder"), catalogue)
    request = "Order three of pet 4711, on hold, with the note Happy Birthday; also 2 of AB-12"
    payload: Payload = {
        "petId": 4711,
        "quantity": 3,
        "status": "on_hold",
        "gift": True,
        "note": "happy birthday",
        "priority": "normal",
        "lines": [{"sku": "AB-12", "count": 2}, {"sku": "spare", "count": 1}],
    }
    grounding = grounder.ground(payload, request)
    assert grounding.issues == ()
    assert {pointer_of(place): kept.how for place, kept in grounding.derivations.items()} == {
        "/petId": "verbatim",
        "/quantity": "number words",
        "/status": "verbatim",
        "/note": "verbatim",
        "/priority": "default",
        "/lines/0/sku": "verbatim",
        "/lines/0/count": "verbatim",
    }
    (issue,) = grounder.iter_issues(payload | {"petId": 4712}, request)
    assert (issue.cls, issue.path) == ("V5", "$.petId")
