"""Reading OpenAPI documents: what an operation accepts, the order of keys, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from callforge_core.errors import CallforgeError, SpecError, UnknownName
from callforge_core.spec import Operation, load_spec, order_keys, render_payload
from callforge_core.spec_documents import Document
from datasets_src.bundled import spec_path


@pytest.fixture(scope="module")
def create() -> Operation:
    return load_spec(spec_path()).operation("createSession")


def document(tmp_path: Path, schema: dict[str, Any], **extra: Any) -> Path:
    """Write a definition with one operation and return its path."""
    body = {"content": {"application/json": {"schema": schema}}}
    root = {
        "openapi": "3.0.3",
        "info": {"title": "Parcel Lockers", "version": "2.0"},
        "paths": {"/parcels": {"post": {"operationId": "store", "requestBody": body}}},
    }
    path = tmp_path / "api.yaml"
    path.write_text(json.dumps(root | extra), encoding="utf-8")
    return path


def accepts(schema: dict[str, Any], value: object) -> bool:
    return bool(jsonschema_rs.Draft4Validator(schema, validate_formats=True).is_valid(value))


def test_the_bundled_release_has_all_five_session_operations() -> None:
    spec = load_spec(spec_path())
    assert (spec.api, spec.release) == ("quality-on-demand", "1.1.0")
    assert list(spec.operations) == [
        "createSession",
        "getSession",
        "deleteSession",
        "extendQosSessionDuration",
        "retrieveSessionsByDevice",
    ]
    extend = spec.operation("extendQosSessionDuration")
    assert (extend.method, extend.path) == ("post", "/sessions/{sessionId}/extend")
    first = extend.parameters[0]
    assert (first.name, first.where, first.required) == ("sessionId", "path", True)
    assert spec.operation("getSession").schema == {}


def test_an_unknown_operation_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'createSession'"):
        load_spec(spec_path()).operation("createSesion")


def test_keys_follow_the_spec_at_every_level_and_unknown_ones_come_last(create: Operation) -> None:
    payload = {
        "zone": 1,
        "duration": 60,
        "sinkCredential": {"accessToken": "t", "credentialType": "ACCESSTOKEN"},
        "applicationServerPorts": {"ports": [1], "ranges": [{"to": 9, "from": 5}]},
        "device": {"imei": "1", "ipv6Address": "::1", "phoneNumber": "+4930123456"},
    }
    assert render_payload(create, payload) == (
        '{"device":{"phoneNumber":"+4930123456","ipv6Address":"::1","imei":"1"},'
        '"applicationServerPorts":{"ranges":[{"from":5,"to":9}],"ports":[1]},'
        '"sinkCredential":{"credentialType":"ACCESSTOKEN","accessToken":"t"},"duration":60,"zone":1}'
    )
    assert order_keys(create, payload) == payload


def test_ordering_leaves_values_of_the_wrong_shape_alone(create: Operation) -> None:
    payload: dict[str, Any] = {"duration": [1], "device": "+49", "applicationServer": [{"x": 1}]}
    assert order_keys(create, payload) == payload


def test_closing_refuses_unknown_members_at_every_level(create: Operation) -> None:
    good = {"applicationServer": {"ipv4Address": "192.0.2.1"}, "qosProfile": "QOS_E", "duration": 1}
    ports = {"ranges": [{"from": 1, "to": 2, "step": 1}]}
    for extra in ({"priority": 1}, {"device": {"imei": "1"}}, {"devicePorts": ports}):
        assert accepts(create.schema, good | extra)
        assert not accepts(create.closed, good | extra)


def test_closing_resolves_the_discriminator_first(create: Operation) -> None:
    good: dict[str, Any] = {
        "applicationServer": {"ipv4Address": "192.0.2.1"},
        "qosProfile": "QOS_E",
        "duration": 1,
        "sink": "https://a.example/b",
    }
    token = {
        "credentialType": "ACCESSTOKEN",
        "accessToken": "t",
        "accessTokenExpiresUtc": "2026-01-01T00:00:00Z",
        "accessTokenType": "bearer",
    }
    assert accepts(create.closed, good | {"sinkCredential": token})
    assert not accepts(create.closed, good | {"sinkCredential": token | {"secret": "s"}})
    assert not accepts(create.closed, good | {"sinkCredential": {"credentialType": "ACCESSTOKEN"}})
    assert accepts(create.schema, good | {"sinkCredential": {"credentialType": "ACCESSTOKEN"}})


def test_only_the_closed_reading_asserts_int32(create: Operation) -> None:
    payload = {"applicationServer": {"ipv4Address": "1.2.3.4"}, "qosProfile": "QOS_E"}
    for seconds, fits in ((2**31 - 1, True), (2**31, False)):
        assert accepts(create.schema, payload | {"duration": seconds})
        assert accepts(create.closed, payload | {"duration": seconds}) is fits


def test_findings_can_quote_where_a_part_is_written(create: Operation) -> None:
    root = Document(spec_path())
    pointer = create.origins["/allOf/0/properties/device/properties/phoneNumber"]
    assert pointer == "/components/schemas/PhoneNumber"
    for origin in set(create.origins.values()):
        root.place(origin)  # every one of them leads somewhere


def test_nullable_is_translated(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"note": {"type": "string", "nullable": True}}}
    operation = load_spec(document(tmp_path, schema)).operation("store")
    assert accepts(operation.closed, {"note": None})
    assert not accepts(operation.closed, {"note": 1})


def test_objects_without_named_members_stay_open(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "free": {"type": "object"},
        },
    }
    operation = load_spec(document(tmp_path, schema)).operation("store")
    assert accepts(operation.closed, {"labels": {"a": "b"}, "free": {"c": 1}})
    assert not accepts(operation.closed, {"labels": {"a": 1}})
    assert not accepts(operation.closed, {"other": 1})


def test_alternatives_are_closed_together_with_what_stands_beside_them(tmp_path: Path) -> None:
    part = {"type": "object", "properties": {"box": {"type": "integer"}}, "required": ["box"]}
    other = {"type": "object", "properties": {"door": {"type": "string"}}, "required": ["door"]}
    schema = {"type": "object", "properties": {"size": {"type": "string"}}, "oneOf": [part, other]}
    operation = load_spec(document(tmp_path, schema)).operation("store")
    assert accepts(operation.closed, {"size": "s", "box": 1})
    assert accepts(operation.closed, {"door": "left"})
    assert not accepts(operation.closed, {"size": "s", "box": 1, "shelf": 2})


def test_a_type_that_contains_itself_is_cut_not_followed_for_ever(tmp_path: Path) -> None:
    node = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "inner": {"$ref": "#/components/schemas/Node"}},
    }
    path = document(
        tmp_path, {"$ref": "#/components/schemas/Node"}, components={"schemas": {"Node": node}}
    )
    operation = load_spec(path).operation("store")
    assert accepts(operation.closed, {"name": "a", "inner": {"name": "b"}})
    assert not accepts(operation.closed, {"name": 1})


def test_references_lead_into_files_beside_the_document(tmp_path: Path) -> None:
    (tmp_path / "parts.yaml").write_text(
        "Box: {type: object, properties: {width: {type: integer}}}"
    )
    operation = load_spec(document(tmp_path, {"$ref": "parts.yaml#/Box"})).operation("store")
    assert operation.keys == ("width",)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "https://example.com/a.yaml#/A"}, "not fetched"),
        ({"$ref": "#/components/schemas/Nobody"}, "does not exist"),
        ({"$ref": "#/paths/~1parcels/post/requestBody/content/application~1json/schema"}, "itself"),
        ({"$ref": "nowhere.yaml#/A"}, "does not exist"),
    ],
)
def test_a_reference_that_leads_nowhere_is_one_clear_line(
    tmp_path: Path, schema: dict[str, Any], words: str
) -> None:
    spec = load_spec(document(tmp_path, schema))  # the others of a document can still be used
    with pytest.raises(CallforgeError, match=words) as caught:
        spec.operation("store")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["[]", "swagger: '2.0'", "openapi: 3.0.3", "openapi: 3.1.0\ninfo: {}"]
)
def test_what_is_no_openapi_3_document_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(SpecError):
        load_spec(path)
