"""Calls and requests for any OpenAPI document: valid for two engines, every value said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from callforge_core.errors import ConfigError, SpecError
from callforge_core.records import Sample
from callforge_core.seeding import stream
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import catalogue_path
from generators.payload_first import Maker, Tally, iter_any_samples
from generators.payload_first_calls import Call
from generators.verbaliser import verbalise
from generators.verbaliser_labels import spell
from generators.verbaliser_proof import states_all
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator
from validators.second_engine import SecondEngine

DOCUMENTS = Path(__file__).parent / "documents"
CAMARA = Path(__file__).resolve().parents[3] / "shared" / "camara"
OPERATIONS = [
    ("orders", "createOrder"),
    ("orders", "open_support_ticket"),
    ("orders", "updateOrder"),
    ("workshop", "scheduleJob"),
    ("workshop", "registerPayment"),
    ("workshop", "replaceCategory"),
    ("sensors", "configureSensor"),
    ("sensors", "storeLabels"),
]
ROWS = 500


def operation_of(document: str, name: str) -> Operation:
    return load_spec(DOCUMENTS / f"{document}.yaml").operation(name)


@cache
def default_catalogue() -> Catalogue:
    return load_catalogue(catalogue_path("default"))


@cache
def samples_of(document: str, name: str, rows: int = ROWS, seed: int = 7) -> tuple[Sample, ...]:
    operation = operation_of(document, name)
    return tuple(iter_any_samples(operation, default_catalogue(), rows=rows, seed=seed))


@pytest.mark.parametrize(("document", "name"), OPERATIONS)
def test_every_payload_is_valid_for_two_engines(document: str, name: str) -> None:
    operation = operation_of(document, name)
    validator, second = Validator(operation, default_catalogue()), SecondEngine(operation)
    for sample in samples_of(document, name):
        payload = sample.payload
        assert second.accepts(payload) and second.accepts_closed(payload), payload
        assert validator.schema_valid(payload) and validator.closed_valid(payload), payload
        assert validator.verdict(payload, sample.request).ok


@pytest.mark.parametrize(("document", "name"), OPERATIONS)
def test_every_value_is_stated_in_its_request(document: str, name: str) -> None:
    for sample in samples_of(document, name):
        assert states_all(sample.payload, sample.request, sample.facts) == []
        for where, values in (("path", sample.path), ("query", sample.query)):
            for key, value in values.items():
                assert f"{where}.{key}" in sample.facts
                assert str(value).lower() in sample.request.lower() or isinstance(value, bool)


@pytest.mark.parametrize(("document", "name"), OPERATIONS)
def test_requests_are_distinct_and_come_in_many_phrasing_families(document: str, name: str) -> None:
    samples = samples_of(document, name)
    assert len({sample.request for sample in samples}) == ROWS
    assert len({sample.family for sample in samples}) >= 40
    assert len({sample.id for sample in samples}) == ROWS


def test_same_seed_gives_the_same_rows_and_a_longer_run_begins_with_a_shorter_one() -> None:
    again = tuple(
        iter_any_samples(
            operation_of("workshop", "scheduleJob"), default_catalogue(), rows=60, seed=7
        )
    )
    rows = [sample.to_json() for sample in samples_of("workshop", "scheduleJob")[:60]]
    assert [sample.to_json() for sample in again] == rows
    other = samples_of("workshop", "scheduleJob", rows=60, seed=8)
    assert {sample.request for sample in other}.isdisjoint(row["request"] for row in rows)


def test_parameters_of_path_and_query_are_drawn_valid_and_said() -> None:
    operation = operation_of("sensors", "configureSensor")
    schemas = {(each.where, each.name): each.schema for each in operation.parameters}
    checker = jsonschema.FormatChecker()
    for sample in samples_of("sensors", "configureSensor")[:200]:
        assert sample.path.keys() == {"siteId", "sensorNumber"}
        assert "effectiveFrom" in sample.query
        number = int(sample.path["sensorNumber"])
        jsonschema.validate(number, schemas["path", "sensorNumber"])
        jsonschema.validate(sample.path["siteId"], schemas["path", "siteId"])
        for name, value in sample.query.items():
            jsonschema.validate(value, schemas["query", name], format_checker=checker)
        assert "X-Request-Id" not in sample.query


def test_an_operation_without_a_body_gives_calls_of_parameters_alone() -> None:
    samples = samples_of("sensors", "listReadings", rows=50)
    assert all(sample.payload == {} for sample in samples)
    assert all({"metric", "since"} <= sample.query.keys() for sample in samples)
    assert all(str(sample.query["since"]) in sample.request for sample in samples)


def test_members_that_only_answers_have_are_never_sent() -> None:
    assert all("orderNumber" not in (s.payload or {}) for s in samples_of("orders", "createOrder"))


def test_conditions_and_dependencies_are_met_both_ways() -> None:
    payloads = [sample.payload or {} for sample in samples_of("sensors", "configureSensor")]
    assert {payload["mode"] for payload in payloads} == {"off", "threshold", "schedule"}
    assert all(("cron" in payload) == (payload["mode"] == "schedule") for payload in payloads)
    assert all("timeout" in payload for payload in payloads if "retry" in payload)
    assert any("retry" in payload for payload in payloads)
    limits = [payload["limits"] for payload in payloads if "limits" in payload]
    assert limits and all(limit["min"] <= limit["max"] for limit in limits)


def test_subtypes_nulls_recursion_and_edges_all_occur() -> None:
    methods = [(s.payload or {})["method"] for s in samples_of("workshop", "registerPayment")]
    assert {method["kind"] for method in methods} == {"card", "transfer", "voucher"}
    assert any("executeOn" in m and m["executeOn"] is None for m in methods)
    categories = [sample.payload or {} for sample in samples_of("workshop", "replaceCategory")]
    assert any("parent" in (each.get("parent") or {}) for each in categories)
    quantities = [(s.payload or {})["quantity"] for s in samples_of("orders", "createOrder")]
    assert {1, 99} <= set(quantities)


def test_one_payload_has_at_least_two_hundred_skeletons() -> None:
    operation = operation_of("orders", "createOrder")
    payload = samples_of("orders", "createOrder")[0].payload or {}
    maker = Maker(operation, default_catalogue(), 0, Tally())
    skeletons = set()
    for number in range(600):
        rng = stream(0, "skeleton", number)
        family = maker.families[number % len(maker.families)]
        wording = verbalise(operation, spell(operation.closed, payload), rng, family)
        text = wording.text
        for pointer, words in sorted(wording.facts.items(), key=lambda item: -len(item[1])):
            text = text.replace(words, f"<{pointer}>")
        skeletons.add(text)
    assert len(skeletons) >= 500


def test_a_request_that_leaves_a_value_out_or_changes_it_is_noticed() -> None:
    sample = samples_of("orders", "createOrder")[0]
    maker = Maker(operation_of("orders", "createOrder"), default_catalogue(), 0, Tally())
    wording = verbalise(
        maker.operation,
        spell(maker.operation.closed, sample.payload or {}),
        stream(0, "x"),
        "note/lines",
    )
    assert maker.problem(Call(body=sample.payload or {}), wording) == ""
    changed = (sample.payload or {}) | {"customerId": "ZZZ-00000"}
    assert states_all(changed, wording.text, wording.facts) == ["/customerId"]
    assert "/quantity" in states_all(
        (sample.payload or {}) | {"quantity": 98}, wording.text, wording.facts
    )
    cut = wording.text.replace(str((sample.payload or {})["customerId"]), "somebody")
    assert states_all(sample.payload, cut, wording.facts) == ["/customerId"]


def test_two_equal_values_have_to_be_said_twice() -> None:
    facts = {"/from": "12", "/to": "12"}
    assert states_all({"from": 12, "to": 12}, "from 12 to 12", facts) == []
    assert states_all({"from": 12, "to": 12}, "from 12 on", facts) == ["/from", "/to"]
    assert states_all({"n": 2}, "take 25 of them", {"/n": "2"}) == ["/n"]


def test_a_body_that_is_not_json_is_refused_in_one_clear_line() -> None:
    with pytest.raises(SpecError, match="only JSON bodies are generated"):
        samples_of("orders", "uploadPhoto", rows=1)


def test_a_required_value_that_cannot_be_drawn_is_named_by_its_pointer(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(
        """
openapi: 3.1.0
info: {title: Odd, version: '1'}
paths:
  /x:
    post:
      operationId: makeOdd
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [size, inner]
              properties:
                size: {type: integer}
                inner:
                  type: object
                  required: [code]
                  properties: {code: {type: string, pattern: '^a+$', minLength: 3, format: ipv4}}
      responses: {'200': {description: done}}
""",
        encoding="utf-8",
    )
    operation = load_spec(path).operation("makeOdd")
    with pytest.raises(SpecError, match="makeOdd: no value for /inner/code: no text was found"):
        next(iter_any_samples(operation, default_catalogue(), rows=1, seed=0))


def test_more_rows_than_there_are_requests_is_an_error_not_an_endless_loop(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(
        """
openapi: 3.0.3
info: {title: Tiny, version: '1'}
paths:
  /lamp:
    put:
      operationId: setLamp
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [on], properties: {on: {enum: [x1]}}}
      responses: {'200': {description: done}}
""",
        encoding="utf-8",
    )
    operation = load_spec(path).operation("setLamp")
    maker = Maker(operation, default_catalogue(), 0, Tally())
    maker.families = ("developer/call",)  # "setLamp on=x1", and nothing else
    assert maker.sample(0).request == "setLamp on=x1"
    with pytest.raises(ConfigError, match="ask for fewer rows"):
        maker.sample(1)


def camara_operations() -> Iterator[tuple[Path, str]]:
    for path in sorted(CAMARA.glob("*/*.yaml")):
        for name, operation in load_spec(path).operations.items():
            if operation.media_type is not None:
                yield path, name


@pytest.mark.skipif(not CAMARA.is_dir(), reason="the official definitions are not at hand")
def test_every_official_operation_with_a_body_can_be_generated() -> None:
    seen = 0
    for path, name in camara_operations():
        operation = load_spec(path).operation(name)
        second = SecondEngine(operation)
        for sample in iter_any_samples(operation, default_catalogue(), rows=12, seed=1):
            assert second.accepts_closed(sample.payload), (path, name, sample.payload)
            seen += 1
    assert seen >= 12 * 20
