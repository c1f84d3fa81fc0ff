"""Exactly one JSON object, or why not: F1 to F4 and nothing that crashes."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.jsonl import render_json
from validators.json_prefix import is_json_prefix
from validators.strict_json import parse_strict

GOOD = '{"device":{"phoneNumber":"+447700900123"},"qosProfile":"QOS_E","duration":3600}'
JSON: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def classes(text: str) -> list[str]:
    return [issue.cls for issue in parse_strict(text).issues]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, []),
        (f" \n{GOOD}\t", []),
        ("", ["F1"]),
        (GOOD[:-20], ["F1"]),
        (GOOD[:-1], ["F1"]),
        ("{", ["F1"]),
        (f"Sure! {GOOD}", ["F2"]),
        (f"```json\n{GOOD}\n```", ["F2"]),
        (f"{GOOD} It starts at once.", ["F2"]),
        (f"{GOOD}{GOOD}", ["F2"]),
        (f"Fill {{device}} first: {GOOD}", ["F2"]),
        (f"\ufeff{GOOD}", ["F2"]),
        (f"Sure! {GOOD[:-20]}", ["F2", "F1"]),
        (f"```json\n{GOOD[:-20]}", ["F2", "F1"]),
        ("```json\n" + GOOD.replace('"', "'") + "\n```", ["F2", "F3"]),
        (GOOD[:-1] + ",}", ["F3"]),
        (GOOD.replace('"', "'"), ["F3"]),
        (GOOD.replace('"qosProfile"', "qosProfile"), ["F3"]),
        (GOOD[:-1] + " // an hour\n}", ["F3"]),
        (GOOD.replace("3600", "NaN"), ["F3"]),
        (GOOD.replace("3600", "-Infinity"), ["F3"]),
        (GOOD.replace("3600", "03600"), ["F3"]),
        (GOOD + "}", ["F3"]),
        (GOOD[1:], ["F3"]),
        (f"[{GOOD}]", ["F3"]),
        (json.dumps(GOOD), ["F3"]),
        ("null", ["F3"]),
        ("I cannot do that.", ["F3"]),
        (GOOD[:-1] + ',"duration":60}', ["F4"]),
        (GOOD.replace('"QOS_E"', '"QOS\nE"'), ["F3"]),
    ],
)
def test_a_text_is_one_object_or_fails_in_one_way(text: str, expected: list[str]) -> None:
    assert classes(text) == expected


def test_a_key_said_twice_is_found_at_every_level_with_its_place() -> None:
    parsed = parse_strict('{"a":{"b":1,"b":2},"list":[{"c":1,"c":1}],"a/b":1,"a/b":2}')
    assert parsed.found
    assert [issue.path for issue in parsed.issues] == ['$["a/b"]', "$.a.b", "$.list[0].c"]


def test_a_wrapped_object_is_still_read() -> None:
    assert parse_strict(f"Here you are: {GOOD}").value == json.loads(GOOD)


def test_integers_longer_than_python_reads_are_valid_json() -> None:
    parsed = parse_strict(GOOD.replace("3600", "9" * 5000))
    assert parsed.issues == ()
    assert parsed.value["duration"] > 2**31


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 100_000,
        "[" * 100_000,
        "{" * 100_000,
        '{ "' * 60_000,
        "{a}" * 50_000,
        "\ud800",
        '{"a":1e999}',
    ],
    ids=["nested", "lists", "braces", "half keys", "many starts", "surrogate", "huge float"],
)
def test_hostile_texts_neither_crash_nor_take_long(text: str) -> None:
    start = time.perf_counter()
    parse_strict(text)
    assert time.perf_counter() - start < 1


@settings(max_examples=40)
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_every_object_is_read_back_and_each_beginning_of_it_is_truncated(
    value: dict[str, Any],
) -> None:
    for text in (render_json(value), json.dumps(value, indent=1)):
        assert parse_strict(text).value == value
        assert classes(text) == []
        for cut in {1, len(text) // 3, len(text) // 2, len(text) - 1} - {0}:
            beginning = text[:cut].rstrip(" \n")
            assert classes(beginning) == ["F1"], beginning
            assert is_json_prefix(beginning)


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn\\u \n', max_size=40))
def test_no_text_is_both_an_object_and_truncated(text: str) -> None:
    found = classes(text)
    try:
        value = json.loads(text, parse_constant=lambda word: 1 / 0)
    except (ValueError, ZeroDivisionError):
        assert found
    else:
        assert not is_json_prefix(text)
        assert isinstance(value, dict) == (found in ([], ["F4"]))
