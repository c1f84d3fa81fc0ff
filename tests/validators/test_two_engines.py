"""Two independent schema engines, and the official definition, hold the bundled one to account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from callforge_core.records import Payload
from callforge_core.spec import Operation, load_spec
from tests.validators.conftest import CREDENTIAL, RICH
from tests.validators.corpus import build_corpus
from validators.payload import Validator
from validators.schema import SchemaEngine
from validators.second_engine import SecondEngine

OFFICIAL = (
    Path(__file__).resolve().parents[2]
    / ".." / "shared" / "camara" / "r3.2" / "quality-on-demand.yaml"
)  # fmt: skip


MUTANTS = 10_000
Corpus = dict[str, list[Any]]


@pytest.fixture(scope="module")
def corpus(validator: Validator) -> Corpus:
    return build_corpus(validator, mutants=MUTANTS)


def test_both_engines_agree_on_every_payload_of_the_tests(
    operation: Operation, corpus: Corpus
) -> None:
    fast, slow = SchemaEngine(operation), SecondEngine(operation)
    verdicts: Counter[tuple[bool, bool]] = Counter()
    for source, payloads in corpus.items():
        for payload in payloads:
            verdict = fast.accepts(payload), fast.accepts_closed(payload)
            assert verdict == (slow.accepts(payload), slow.accepts_closed(payload)), (
                source,
                payload,
            )
            verdicts[verdict] += 1
    # the test has power only if every verdict occurs often
    assert verdicts.total() > MUTANTS + 2000
    assert verdicts[False, True] == 0  # the closed schema is never wider
    assert min(verdicts[True, True], verdicts[True, False], verdicts[False, False]) > 1000


def test_without_help_the_second_engine_differs_in_a_last_line_feed_only(
    operation: Operation, corpus: Corpus
) -> None:
    """The listed set of differences between the engines as they come."""
    fast = SchemaEngine(operation)
    checker = jsonschema.FormatChecker()
    raw = jsonschema.Draft4Validator(operation.schema, format_checker=checker)
    differ = 0
    for payload in (*corpus["tables"], *corpus["forms"], *corpus["mutants"][::-2]):
        if fast.accepts(payload) == raw.is_valid(payload):
            continue
        assert any(text.endswith("\n") for text in iter_texts(payload)), payload
        assert not fast.accepts(payload)
        differ += 1
    assert differ > 3


def test_a_leap_second_is_a_time_for_the_first_engine_only(operation: Operation) -> None:
    """The other difference: RFC 3339 allows second 60, the second engine's library does not."""
    payload = RICH | {
        "sinkCredential": CREDENTIAL | {"accessTokenExpiresUtc": "2016-12-31T23:59:60Z"}
    }
    assert SchemaEngine(operation).accepts_closed(payload)
    assert not SecondEngine(operation).accepts_closed(payload)


def iter_texts(value: Any) -> Iterator[str]:
    """Yield every text of a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from iter_texts(child)


def test_the_dialects_differ_in_the_form_of_numbers_only(
    operation: Operation, corpus: Corpus
) -> None:
    """3600.0 is an integer since draft 6; OAS 3.0 counts as Draft 4, where it is none."""
    fast = SchemaEngine(operation)
    modern = jsonschema_rs.Draft202012Validator(operation.schema, validate_formats=True)
    differ = 0
    for payload in (*corpus["tables"], *corpus["faults"], *corpus["mutants"]):
        if fast.accepts(payload) != modern.is_valid(payload):
            assert not fast.accepts(payload)
            assert any(isinstance(number, float) for number in iter_numbers(payload)), payload
            differ += 1
    assert differ > 50


def iter_numbers(value: Any) -> Iterator[float]:
    """Yield every number of a payload."""
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from iter_numbers(child)
    elif isinstance(value, int | float):
        yield value


@pytest.mark.skipif(not OFFICIAL.is_file(), reason="the official API definitions are not here")
def test_the_bundled_definition_judges_as_the_official_one(
    operation: Operation, mutants: list[Payload]
) -> None:
    ours = SchemaEngine(operation)
    theirs = SchemaEngine(load_spec(OFFICIAL).operation("createSession"))
    for payload in mutants:
        assert ours.accepts(payload) == theirs.accepts(payload), payload
        assert ours.accepts_closed(payload) == theirs.accepts_closed(payload), payload


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("+447700900123", True),
        ("+447700900123\n", False),
        ("+4477009001\u0662\u0663", False),
        ("447700900123", False),
    ],
)
def test_patterns_match_ascii_digits_to_the_very_end(
    operation: Operation, gold: Payload, number: str, valid: bool
) -> None:
    gold["device"]["phoneNumber"] = number
    assert SchemaEngine(operation).accepts(gold) is valid
    assert SecondEngine(operation).accepts(gold) is valid


def test_a_fraction_is_no_integer_for_either_engine(operation: Operation, gold: Payload) -> None:
    gold["duration"] = 3600.0
    assert not SchemaEngine(operation).accepts(gold)
    assert not SecondEngine(operation).accepts(gold)
