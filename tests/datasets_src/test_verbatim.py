"""A payload keeps how it was said, through parsing and writing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets_src.verbatim import parse_verbatim, render_verbatim

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "text",
    [
        '{"duration":3600,"duration":60}',
        '{"a":{"b":1,"b":2,"b":1}}',
        "3600.0",
        "3.6e3",
        "1E400",
        "-0",
        '{"duration":NaN,"x":[Infinity,-Infinity]}',
        "9" * 5000,
        '"\\ud83d"',
        '{"é":"\u2028"}',
        "[]",
        "{}",
    ],
    ids=lambda text: text[:20],
)
def test_what_was_said_stays_as_it_was_said(text: str) -> None:
    said = render_verbatim(parse_verbatim(text))
    assert said == text.replace("\\ud83d", "\ud83d").replace("-0", "0")


@given(JSON_VALUES)
def test_plain_json_means_the_same_as_for_any_parser(value: object) -> None:
    text = json.dumps(value)
    assert parse_verbatim(text) == value
    assert json.loads(render_verbatim(parse_verbatim(text))) == value


@pytest.mark.parametrize("text", ["", "{", "{'a':1}", '{"a":1,}', "1 2", "nul"])
def test_text_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        parse_verbatim(text)
