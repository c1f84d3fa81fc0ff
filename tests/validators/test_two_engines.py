"""Two independent schema engines, and the official definition, hold the bundled one to account."""

from __future__ import annotations

from pathlib import Path

import pytest

from callforge_core.records import Payload
from callforge_core.spec import Operation, load_spec
from validators.schema import SchemaEngine
from validators.second_engine import SecondEngine

OFFICIAL = (
    Path(__file__).resolve().parents[2]
    / ".." / "shared" / "camara" / "r3.2" / "quality-on-demand.yaml"
)  # fmt: skip


def test_both_engines_agree_on_every_mutant(operation: Operation, mutants: list[Payload]) -> None:
    fast, slow = SchemaEngine(operation), SecondEngine(operation)
    verdicts = [(fast.accepts(p), slow.accepts(p), p) for p in mutants]
    closed = [(fast.accepts_closed(p), slow.accepts_closed(p), p) for p in mutants]
    assert [p for one, other, p in verdicts + closed if one != other] == []
    # the test has power only if both verdicts occur
    assert 50 < sum(one for one, _, _ in verdicts) < len(mutants) - 50
    assert sum(one for one, _, _ in closed) > 20


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
