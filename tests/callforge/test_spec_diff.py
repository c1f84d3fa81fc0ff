"""What changed between two releases: each claim is held against verdicts of the engine."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge.spec_changes import Change, Effect
from callforge.spec_diff import Differ
from callforge.spec_diff_view import render_diff
from callforge.spec_releases import Comparison, asserted_in, compare_releases
from callforge_core.errors import CallforgeError
from callforge_core.spec import Operation
from validators.schema import compile_schema, decide

REFERENCE = Path(__file__).resolve().parents[2] / ".." / "shared" / "camara"
OPERATION = Operation(
    api="x", release="1", operation_id="x", method="post", path="/x", summary="", dialect="2020-12"
)
is_asserted = asserted_in(OPERATION)

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}


def closed(required: list[str] | None = None, **members: Any) -> dict[str, Any]:
    """Return a closed object schema."""
    schema = {"type": "object", "properties": members, "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def named(kind: str, **members: Any) -> dict[str, Any]:
    """Return one subtype of a discriminated schema."""
    return closed(["kind"], kind={"type": "string", "enum": [kind]}, **members)


def told(**subtypes: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of alternatives that the member `kind` tells apart."""
    mapping = {kind: index for index, kind in enumerate(subtypes)}
    parts = [named(kind, **members) for kind, members in subtypes.items()]
    return {"discriminator": {"propertyName": "kind", "mapping": mapping}, "anyOf": parts}


def compare(old: Any, new: Any) -> list[Change]:
    """Return what differs between two schemas."""
    differ = Differ(operation="x", old_root=old, new_root=new, is_asserted=is_asserted)
    return list(differ.compare(old, new))


def accepts(schema: Any, payload: Any) -> bool:
    """Ask the engine."""
    return decide(compile_schema(OPERATION, schema), payload)


IPV4 = closed(a=TEXT, b=TEXT, c=TEXT)
CASES: list[tuple[str, Any, Any, str, Effect, Any, Any]] = [
    # what, old, new, kind, effect, only old accepts, only new accepts
    ("minimum raised", {"minimum": 1}, {"minimum": 2}, "limit", "breaking", 1, None),
    ("maximum raised", {"maximum": 1}, {"maximum": 2}, "limit", "loosening", None, 2),
    ("limit excluded", NUMBER | {"minimum": 1}, NUMBER | {"exclusiveMinimum": 1}, "limit",
     "breaking", 1, None),
    ("multiple", INTEGER | {"multipleOf": 2}, INTEGER | {"multipleOf": 4}, "limit", "breaking", 2,
     None),
    ("other multiple", {"multipleOf": 2}, {"multipleOf": 3}, "limit", "both", 2, 3),
    ("longer", TEXT | {"maxLength": 2}, TEXT | {"maxLength": 3}, "limit", "loosening", None, "xyz"),
    ("not empty", TEXT, TEXT | {"minLength": 1}, "limit", "breaking", "", None),
    ("pattern", TEXT, TEXT | {"pattern": "^a"}, "pattern", "breaking", "b", None),
    ("other pattern", TEXT | {"pattern": "^a"}, TEXT | {"pattern": "^b"}, "pattern", "both", "a",
     "b"),
    ("format", TEXT, TEXT | {"format": "ipv4"}, "format", "breaking", "x", None),
    ("enum", {"enum": [1, 2]}, {"enum": [2, 3]}, "enum", "both", 1, 3),
    ("enum dropped", {"enum": [1]}, {}, "enum", "loosening", None, 2),
    ("type", TEXT, INTEGER, "type", "both", "x", 1),
    ("null allowed", TEXT, {"type": ["string", "null"]}, "type", "loosening", None, "null"),
    ("fractions", INTEGER, NUMBER, "type", "loosening", None, 0.5),
    ("items", {"type": "array", "items": TEXT}, {"type": "array", "items": INTEGER}, "type",
     "both", ["x"], [1]),
    ("unique", {"type": "array"}, {"type": "array", "uniqueItems": True}, "limit", "breaking",
     [1, 1], None),
    ("more items", {"minItems": 2}, {"minItems": 1}, "limit", "loosening", None, [1]),
    ("member added", closed(a=TEXT), closed(a=TEXT, b=TEXT), "member", "loosening", None,
     {"b": ""}),
    ("required member added", closed(a=TEXT), closed(["b"], a=TEXT, b=TEXT), "member", "both", {},
     {"b": ""}),
    ("member removed", closed(a=TEXT, b=TEXT), closed(a=TEXT), "member", "breaking", {"b": ""},
     None),
    ("now required", closed(a=TEXT), closed(["a"], a=TEXT), "required", "breaking", {}, None),
    ("no longer required", closed(["a"], a=TEXT), closed(a=TEXT), "required", "loosening", None,
     {}),
    ("opened", closed(a=TEXT), closed(a=TEXT) | {"additionalProperties": True}, "closedness",
     "loosening", None, {"z": 1}),
    ("group added", IPV4 | {"anyOf": [{"required": ["a"]}]},
     IPV4 | {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "form", "loosening", None,
     {"b": ""}),
    ("groups at all", IPV4, IPV4 | {"anyOf": [{"required": ["a"]}]}, "form", "breaking", {}, None),
    ("one group only", IPV4 | {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
     IPV4 | {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, "form", "breaking",
     {"a": "", "b": ""}, None),
    ("subtype removed", told(dog={}, cat={}), told(dog={}), "form", "breaking", {"kind": "cat"},
     None),
    ("subtype added", told(dog={}), told(cat={}, dog={}), "form", "loosening", None,
     {"kind": "cat"}),
    ("subtype grew", told(dog={}, cat={}), told(cat={"lives": INTEGER}, dog={}), "member",
     "loosening", None, {"kind": "cat", "lives": 9}),
    ("alternative added", TEXT, {"anyOf": [TEXT, INTEGER]}, "form", "loosening", None, 1),
    ("refusal added", {}, {"not": {"required": ["a"]}}, "keyword", "breaking", {"a": 1}, None),
    ("member needs another", {}, {"dependentRequired": {"a": ["b"]}}, "keyword", "breaking",
     {"a": 1}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "kind", "effect", "only_old", "only_new"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_each_change_has_its_effect_and_a_payload_that_proves_it(
    old: Any, new: Any, kind: str, effect: Effect, only_old: Any, only_new: Any
) -> None:
    (change,) = [each for each in compare(old, new) if each.effect != "neutral"]
    assert (change.kind, change.effect) == (kind, effect)
    if effect in ("breaking", "both"):
        assert accepts(old, only_old)
        assert not accepts(new, only_old)
    if effect in ("loosening", "both"):
        proof = None if only_new == "null" else only_new
        assert accepts(new, proof)
        assert not accepts(old, proof)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"enum": [1, 2]}, {"enum": [2, 1]}),
        ({"const": 1}, {"enum": [1]}),
        (closed(["a", "b"], a=TEXT, b=TEXT), closed(["b", "a"], b=TEXT, a=TEXT)),
        (INTEGER | {"exclusiveMinimum": 0}, INTEGER | {"minimum": 1}),
        (TEXT, TEXT | {"minLength": 0}),
        (TEXT, TEXT | {"format": "password"}),
        (TEXT | {"format": "uuid"}, TEXT | {"format": "uuid", "maxLength": 36}),
        (TEXT | {"pattern": "^a{1,5}$"}, TEXT | {"pattern": "^a{1,5}$", "maxLength": 5}),
        (closed(a=TEXT), closed(a=TEXT) | {"maxProperties": 1}),
        (told(dog={}, cat={"lives": TEXT}), told(cat={"lives": TEXT}, dog={})),
        (TEXT | {"description": "a"}, TEXT | {"description": "b", "default": "x"}),
    ],
)
def test_what_refuses_the_same_is_neutral(old: Any, new: Any) -> None:
    assert {each.effect for each in compare(old, new)} <= {"neutral"}


def test_a_type_that_contains_itself_is_compared_once() -> None:
    def tree(name: dict[str, Any]) -> dict[str, Any]:
        branch = {"$ref": "#/$defs/Tree"}
        return {"$ref": "#/$defs/Tree", "$defs": {"Tree": closed(name=name, left=branch)}}

    assert compare(tree(TEXT), tree(TEXT)) == []
    (change,) = compare(tree(TEXT), tree(INTEGER))
    assert (change.path, change.effect) == ("$.name", "both")


def test_a_member_under_another_name_is_guessed_to_be_renamed() -> None:
    old, new = closed(webhook=TEXT | {"minLength": 9}), closed(sink=TEXT | {"minLength": 9})
    messages = [each.message for each in compare(old, new)]
    assert any("is it called 'sink' now?" in message for message in messages)
    assert any("was it called 'webhook'?" in message for message in messages)


SCALARS = st.one_of(
    st.builds(lambda low, high: INTEGER | {"minimum": low, "maximum": high},
              st.integers(0, 2), st.integers(1, 4)),
    st.builds(lambda low: NUMBER | {"exclusiveMinimum": low}, st.integers(0, 2)),
    st.builds(lambda low, high: TEXT | {"minLength": low, "maxLength": high},
              st.integers(0, 1), st.integers(1, 2)),
    st.sampled_from([
        TEXT, INTEGER, {}, {"type": ["string", "null"]}, TEXT | {"pattern": "^x"},
        {"enum": [1, "x"]}, {"enum": ["x", "xy"]}, {"const": 1}, INTEGER | {"multipleOf": 2},
        {"type": "boolean"}, TEXT | {"format": "ipv4"}, {"not": TEXT},
    ]),
)  # fmt: skip


def wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Build lists, objects and alternatives from smaller schemas."""
    members = st.fixed_dictionaries({}, optional=dict.fromkeys("abc", inner))
    required = st.sampled_from([[], ["a"], ["b"], ["a", "b"], ["c"]])
    objects = st.builds(
        lambda properties, needed, free: {
            "type": "object", "properties": properties, "required": needed,
            "additionalProperties": free,
        },
        members, required, st.one_of(st.just(False), st.just(True), inner),
    )  # fmt: skip
    groups = st.sampled_from([[["a"]], [["a"], ["b"]], [["a", "b"], ["c"]]]).map(
        lambda found: [{"required": names} for names in found]
    )
    return st.one_of(
        objects,
        st.builds(lambda schema, parts: schema | {"anyOf": parts}, objects, groups),
        st.builds(lambda schema, parts: schema | {"oneOf": parts}, objects, groups),
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least},
                  inner, st.integers(0, 2)),
        st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"oneOf": parts}, st.lists(inner, min_size=1, max_size=3)),
    )  # fmt: skip


SCHEMAS = st.recursive(SCALARS, wider, max_leaves=5)
VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 2, 3, 0.5, "", "x", "xy", "xyz", "1.2.3.4"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.fixed_dictionaries({}, optional=dict.fromkeys("abc", inner))
    ),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(old=SCHEMAS, new=SCHEMAS, values=st.lists(VALUES, min_size=6, max_size=6))
def test_between_two_schemas_only_what_is_said_to_break_breaks(
    old: Any, new: Any, values: list[Any]
) -> None:
    assert_effects_hold(old, new, values)


@settings(max_examples=40, deadline=None)
@given(schema=SCHEMAS, values=st.lists(VALUES, min_size=6, max_size=6), data=st.data())
def test_after_one_edit_only_what_is_said_to_break_breaks(
    schema: Any, values: list[Any], data: st.DataObject
) -> None:
    edited = edit(schema, data)
    assert_effects_hold(schema, edited, values)


def assert_effects_hold(old: Any, new: Any, values: list[Any]) -> None:
    """Hold what is said of two schemas against verdicts; no difference means equal verdicts."""
    effects = {each.effect for each in compare(old, new)}
    before, after = compile_schema(OPERATION, old), compile_schema(OPERATION, new)
    for value in values:
        verdicts = decide(before, value), decide(after, value)
        assert verdicts != (True, False) or effects & {"breaking", "both"}, value
        assert verdicts != (False, True) or effects & {"loosening", "both"}, value


def edit(schema: Any, data: st.DataObject) -> Any:
    """Return a schema with one part of it, drawn at random, replaced."""
    copy = json.loads(json.dumps(schema))
    root = {"root": copy}
    holders = list(iter_holders(root))
    holder, key = data.draw(st.sampled_from(holders))
    holder[key] = data.draw(SCALARS)
    return root["root"]


def iter_holders(node: Any) -> Any:
    """Yield each container and key under which a schema stands."""
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(child, dict) and key not in ("properties", "const"):
            yield node, key
        if isinstance(child, dict | list) and key not in ("enum", "required", "type"):
            yield from iter_holders(child)


@cache
def bundled(old: str, new: str) -> Comparison:
    """Compare two bundled releases, once."""
    return compare_releases(old, new)


def test_a_release_does_not_differ_from_itself() -> None:
    found = bundled("1.1.0", "quality-on-demand@1.1.0")
    assert found.changes == ()
    assert "no difference" in render_diff(found, 80)


def test_the_differences_of_1_2_0_rc_are_told() -> None:
    found = bundled("1.1.0", "1.2.0-rc")
    told = {(each.path, each.effect) for each in found.changes if each.operation == "createSession"}
    assert ("$.device.ipv4Address.publicPort", "breaking") in told  # port 0 is none
    assert ("$.sinkCredential (credentialType PLAIN)", "breaking") in told
    assert ("$.sinkCredential (credentialType PRIVATE_KEY_JWT)", "loosening") in told
    assert ("$.applicationServer (with ipAddresses)", "loosening") in told
    assert ("R19", "breaking") in told
    assert ("$.device.phoneNumber", "neutral") in told  # 16 characters follow from the pattern


def test_going_back_turns_breaking_and_loosening_round() -> None:
    there, back = bundled("1.1.0", "1.2.0-rc"), bundled("1.2.0-rc", "1.1.0")
    turned = {"breaking": "loosening", "loosening": "breaking"}
    forward = {(each.kind, each.path, each.effect) for each in there.changes}
    backward = {
        (each.kind, each.path, turned.get(each.effect, each.effect)) for each in back.changes
    }
    assert forward == backward


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(("0.11.1", "1.0.0"), ("r1.3", "r2.2")), (("1.0.0", "1.1.0"), ("r2.2", "r3.2")),
     (("1.1.0", "1.2.0-rc"), ("r3.2", "r4.1"))],
)  # fmt: skip
def test_the_official_releases_differ_where_ours_do(
    ours: tuple[str, str], theirs: tuple[str, str]
) -> None:
    files = [REFERENCE / name / "quality-on-demand.yaml" for name in theirs]
    if not all(file.is_file() for file in files):
        pytest.skip("the official API definitions are not beside this checkout")
    found = [bundled(*ours), compare_releases(*map(str, files))]
    told = [
        {(each.operation, each.kind, each.path, each.effect)
         for each in one.changes if each.effect != "neutral"}
        for one in found
    ]  # fmt: skip
    assert told[0] == told[1]


def document(tmp_path: Path, name: str, *, paths: str) -> str:
    """Write a small definition and return its path."""
    file = tmp_path / name
    file.write_text(f"openapi: 3.0.3\ninfo: {{title: Shop, version: {name[:1]}}}\npaths:\n{paths}")
    return str(file)


def test_operations_that_came_went_or_were_renamed_are_told(tmp_path: Path) -> None:
    old = document(tmp_path, "1.yaml", paths=(
        "  /a: {post: {operationId: makeA, parameters: [{name: q, in: query,"
        " schema: {type: integer}}]}}\n"
        "  /b: {get: {operationId: getB}}\n"
    ))  # fmt: skip
    new = document(tmp_path, "2.yaml", paths=(
        "  /a: {post: {operationId: createA, parameters: [{name: q, in: query, required: true,"
        " schema: {type: integer}}]}}\n"
        "  /c: {get: {operationId: getC}}\n"
    ))  # fmt: skip
    told = {(each.operation, each.kind, each.effect) for each in compare_releases(old, new).changes}
    assert told == {
        ("createA", "operation", "neutral"),
        ("createA", "parameter", "breaking"),
        ("getB", "operation", "breaking"),
        ("getC", "operation", "loosening"),
    }


def test_an_operation_that_neither_side_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(CallforgeError, match="did you mean 'createSession'"):
        compare_releases("1.0.0", "1.1.0", operation="createSesion")
