"""Which declared fields, branches and values the data use, for any operation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.spec import Operation, load_spec
from datasets_src.coverage import Survey, add_records
from tests.datasets_src.conftest import make_payload
from validators.catalogue import Catalogue

Records = dict[str, dict[str, Any]]

TOKEN = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "t",
    "accessTokenExpiresUtc": "2030-01-01T00:00:00Z",
    "accessTokenType": "bearer",
}
PIZZERIA = """
openapi: 3.0.3
info: {title: Pizzeria, version: 1.0.0}
paths:
  /orders:
    post:
      operationId: order
      requestBody:
        content:
          application/json:
            schema:
              oneOf:
                - {$ref: '#/components/schemas/Delivery'}
                - {$ref: '#/components/schemas/Pickup'}
components:
  schemas:
    Base:
      type: object
      required: [size]
      properties:
        size: {type: integer, enum: [26, 32]}
        vegan: {type: boolean}
        note: {type: string, nullable: true}
        toppings: {type: array, items: {type: string, enum: [ham, corn]}}
        grid: {type: array, items: {type: array, items: {type: integer}}}
        extra: {$ref: '#/components/schemas/Extra'}
    Extra:
      type: object
      properties:
        name: {type: string}
        more: {type: array, items: {$ref: '#/components/schemas/Extra'}}
    Delivery:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - type: object
          required: [street]
          properties: {street: {type: string}}
    Pickup:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - type: object
          required: [hour]
          properties: {hour: {type: integer}}
"""


@pytest.fixture(scope="module")
def survey(operation: Operation, catalogue: Catalogue) -> Survey:
    return Survey(operation, catalogue)


@pytest.fixture(scope="module")
def pizzeria(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Survey:
    path: Path = tmp_path_factory.mktemp("spec") / "pizzeria.yaml"
    path.write_text(PIZZERIA)
    return Survey(load_spec(path).operation("order"), catalogue)


def cover(survey: Survey, *payloads: Any) -> Records:
    return {record["path"]: record for record in survey.report(survey.count(payloads))}


def test_without_data_every_declared_field_is_listed_in_spec_order_as_unused(
    survey: Survey, operation: Operation
) -> None:
    records = cover(survey)
    top = [record["path"] for record in records.values() if record["depth"] == 1]
    assert top == [f"$.{name}" for name in operation.keys]
    assert {record["rows"] for record in records.values()} == {0}
    assert {record["distinct"] for record in records.values()} == {0}
    below = list(records)[list(records).index("$.device") + 1]
    assert below == "$.device.phoneNumber"


def test_rows_and_different_values_are_counted_at_every_level(survey: Survey) -> None:
    records = cover(survey, make_payload(1), make_payload(1), make_payload(2))
    assert records["$.device.phoneNumber"] | {"required": None} == {
        "path": "$.device.phoneNumber", "pointer": "/device/phoneNumber", "depth": 2,
        "required": None, "type": "string", "rows": 3, "distinct": 2, "values": None,
        "branches": None,
    }  # fmt: skip
    assert (records["$.device"]["rows"], records["$.device"]["distinct"]) == (3, 2)
    assert records["$.sink"]["rows"] == 0
    assert records["$.duration"]["required"] is True
    assert records["$.device"]["required"] is False


def test_the_profile_is_counted_by_the_catalogue(survey: Survey, catalogue: Catalogue) -> None:
    values = cover(survey, make_payload(1), make_payload(5), make_payload(2))["$.qosProfile"]
    assert list(values["values"]) == list(catalogue.by_name)
    assert {name: n for name, n in values["values"].items() if n} == {"QOS_S": 2, "QOS_M": 1}


def test_items_of_an_array_count_once_a_row_and_each_value_counts(survey: Survey) -> None:
    spans = {"ranges": [{"from": 1, "to": 2}, {"from": 3, "to": 4}], "ports": [5, 6, 5]}
    records = cover(survey, make_payload(1, devicePorts=spans), make_payload(2))
    low = records["$.devicePorts.ranges[*].from"]
    assert (low["rows"], low["distinct"], low["pointer"]) == (1, 2, "/devicePorts/ranges/*/from")
    ports = records["$.devicePorts.ports"]
    assert (ports["rows"], ports["distinct"], ports["type"]) == (1, 2, "array of integer")


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ({"publicAddress": "84.125.93.1", "publicPort": 80}, [0, 1]),
        ({"publicAddress": "84.125.93.1", "privateAddress": "10.0.0.1"}, [1, 0]),
        ({"publicAddress": "84.125.93.1", "privateAddress": "10.0.0.1", "publicPort": 1}, [1, 1]),
        ({"publicAddress": "84.125.93.1"}, [0, 0]),
    ],
)
def test_branches_count_when_a_value_satisfies_them(
    survey: Survey, address: dict[str, Any], taken: list[int]
) -> None:
    record = cover(survey, make_payload(1, device={"ipv4Address": address}))["$.device.ipv4Address"]
    assert [branch["name"] for branch in record["branches"]] == [
        "publicAddress + privateAddress",
        "publicAddress + publicPort",
    ]
    assert [branch["rows"] for branch in record["branches"]] == taken


def test_subtypes_are_named_by_their_discriminator(survey: Survey) -> None:
    records = cover(survey, make_payload(1, sinkCredential=TOKEN))
    branches = {b["name"]: b["rows"] for b in records["$.sinkCredential"]["branches"]}
    assert branches == {"PLAIN": 0, "ACCESSTOKEN": 1, "REFRESHTOKEN": 0}
    kinds = records["$.sinkCredential.credentialType"]["values"]
    assert kinds == {"PLAIN": 0, "ACCESSTOKEN": 1, "REFRESHTOKEN": 0}
    assert records["$.sinkCredential.accessTokenExpiresUtc"]["branches"] is None


def test_any_operation_is_surveyed_not_only_ours(pizzeria: Survey) -> None:
    records = cover(
        pizzeria,
        {"size": 26, "street": "Elm Lane 4", "vegan": True, "toppings": ["ham", "ham"]},
        {"size": 32, "hour": 19, "note": None, "grid": [[1, 2], [2]]},
        {"size": 32, "hour": 20, "extra": {"name": "a", "more": [{"name": "b"}]}},
    )
    body = records["$"]
    assert (body["pointer"], body["depth"]) == ("", 0)
    assert [branch["rows"] for branch in body["branches"]] == [1, 2]
    assert records["$.size"]["values"] == {"26": 1, "32": 2}
    assert (records["$.size"]["required"], records["$.street"]["required"]) == (True, False)
    assert records["$.vegan"]["values"] == {"true": 1, "false": 0}
    assert records["$.toppings"]["values"] == {"ham": 1, "corn": 0}
    assert records["$.note"]["type"] == "string or null"
    assert (records["$.note"]["rows"], records["$.note"]["distinct"]) == (1, 1)
    assert (records["$.grid"]["rows"], records["$.grid"]["type"]) == (
        1,
        "array of array of integer",
    )
    assert records["$.extra.name"]["rows"] == 1


def test_a_type_that_contains_itself_is_followed_to_an_end(pizzeria: Survey) -> None:
    assert len(pizzeria.fields) < 40


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["device", "ranges", "devicePorts", "duration", "ipv4Address", "odd"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(payloads=st.lists(JUNK, max_size=6), cut=st.integers(0, 6))
def test_any_payload_can_be_counted_and_parts_add_up(
    payloads: list[Any], cut: int, survey: Survey
) -> None:
    parts = survey.count(payloads[:cut])
    parts.merge(survey.count(payloads[cut:]))
    whole = survey.report(survey.count(payloads))
    assert survey.report(parts) == whole
    for record in whole:
        assert record["rows"] <= len(payloads)


def test_integers_that_cannot_be_printed_are_counted(survey: Survey) -> None:
    record = cover(survey, {"duration": 10**5000}, {"duration": 7})["$.duration"]
    assert (record["rows"], record["distinct"]) == (2, 2)


def test_records_of_several_files_add_up(survey: Survey) -> None:
    one, other = (survey.report(survey.count([make_payload(n)])) for n in (1, 2))
    total = {record["path"]: record for record in add_records([one, other])}
    assert total["$.duration"]["rows"] == 2
    assert sum(total["$.qosProfile"]["values"].values()) == 2
    assert one[0]["rows"] == 1
