"""How good is one answer?  Output text + item -> indicators and named faults (metrics.md, 2 and 4).

Every payload metric keeps one denominator, the items whose gold is a call: an output that is no
call scores 0 there. An indicator is missing only where its denominator does not hold the item.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from callforge_core.faults import FAULTS
from callforge_core.records import Item, Payload
from callforge_core.spec import render_payload
from eval.fields import (
    Share,
    key_pointers,
    nesting_share,
    placeholder_share,
    required_share,
    undeclared_share,
)
from eval.gold import is_canonical_match, is_joint, slots_right
from eval.parsing import MOST_CHARACTERS, Reading, read_output
from validators.comparators import SLOTS, slot_of
from validators.diagnosis import diagnose
from validators.payload import Validator

CLAIMABLE = ("schema", "normative")  # the bases that hold against other people's data

RATIOS = (
    "halluc_field_rate",
    "placeholder_rate",
    "nesting",
    "key_precision",
    "key_recall",
    "key_f1_micro",
)
"""Metrics that add up fields over items; all others are one number per item."""

Indicators = dict[str, Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One answer, judged."""

    reading: Reading
    indicators: Indicators
    faults: tuple[tuple[str, str], ...]
    """(fault class, JSON pointer), in the order of the taxonomy."""


def score(item: Item, text: str, validator: Validator, *, enveloped: bool = False) -> Scored:
    """Judge one output; never raises, whatever the text."""
    said = read_output(text, enveloped=enveloped)
    try:
        return judge(item, text, said, validator)
    except RecursionError:  # nested as deeply as a parser goes: no call of any operation
        said = Reading(decision="malformed", is_json=said.is_json, is_json_lenient=said.is_json)
        return judge(item, "", said, validator)


def judge(item: Item, text: str, said: Reading, validator: Validator) -> Scored:
    """Return indicators and faults of an output that has been read."""
    indicators: Indicators = {
        "json_valid": flag(said.is_json),
        "json_valid_lenient": flag(said.is_json_lenient),
        "wrapper_rate": flag(said.is_json_lenient and not said.is_json),
        "decision": flag(said.decision == item.decision),
    }
    if item.decision == "call":
        indicators |= schema_indicators(item, said, validator)
        indicators |= field_indicators(item, said, validator)
        indicators |= gold_indicators(item, text, said, validator)
    faults = tuple(sorted(find_faults(item, text, said, validator), key=taxonomy_order))
    if item.decision == "call":
        is_call = called(item, said) is not None
        is_misnamed = any(cls == "S4" for cls, _ in faults)
        indicators["names_right"] = flag(is_call and not is_misnamed)
        indicators["fields_declared"] = flag(is_call and not indicators["halluc_field_item"].part)
    return Scored(reading=said, indicators=indicators, faults=faults)


def schema_indicators(item: Item, said: Reading, validator: Validator) -> Indicators:
    """Return the validity metrics P2 to P4."""
    names = ("schema_valid", "closed_valid", "spec_valid", "spec_valid_normative")
    body = called(item, said)
    if body is None:
        return dict.fromkeys(names, flag(False))
    errors = [issue for issue in validator.iter_issues(body) if issue.severity == "error"]
    is_schema, is_closed = validator.schema_valid(body), validator.closed_valid(body)
    is_claimable = any(issue.basis in CLAIMABLE for issue in errors)
    right = (is_schema, is_closed, is_closed and not errors, is_schema and not is_claimable)
    return {name: flag(value) for name, value in zip(names, right, strict=True)}


def field_indicators(item: Item, said: Reading, validator: Validator) -> Indicators:
    """Return the metrics that count fields: P5 to P9."""
    gold = item.payload or {}
    wanted = key_pointers(gold)
    body = called(item, said)
    if body is None:  # as if it had said as many fields, all of them wrong
        names = ("required_recall", "required_all", "halluc_field_item", "key_f1")
        miss = Share(0, len(wanted))
        both = Share(0, 2 * len(wanted))
        micro = {"key_precision": miss, "key_recall": miss, "key_f1_micro": both}
        return dict.fromkeys(names, flag(False)) | micro
    required = required_share(validator.operation, body)
    unknown = undeclared_share(validator, body)
    keys = key_pointers(body)
    overlap, size = len(keys & wanted), len(keys) + len(wanted)
    return {
        "required_recall": Share(required.part / required.whole if required.whole else 1, 1),
        "required_all": flag(required.part == required.whole),
        "halluc_field_item": flag(unknown.part > 0),
        "halluc_field_rate": unknown,
        "placeholder_rate": placeholder_share(body, gold, item.request),
        "nesting": nesting_share(body, gold),
        "key_precision": Share(overlap, len(keys)),
        "key_recall": Share(overlap, len(wanted)),
        "key_f1": Share(2 * overlap / size if size else 1, 1),
        "key_f1_micro": Share(2 * overlap, size),
    }


def gold_indicators(item: Item, text: str, said: Reading, validator: Validator) -> Indicators:
    """Return the metrics that compare with gold: P10, P12 and P13."""
    gold, body = item.payload or {}, called(item, said)
    names = [f"slot.{slot}" for slot in SLOTS if slot_of(gold, slot) is not None]
    if body is None:
        return dict.fromkeys([*names, "joint", "em_bytes", "em_canonical"], flag(False))
    slots = {f"slot.{slot}": flag(right) for slot, right in slots_right(body, item).items()}
    return slots | {
        "joint": flag(is_joint(body, item)),
        "em_bytes": flag(text == render_payload(validator.operation, gold)),
        "em_canonical": flag(is_canonical_match(body, item)),
    }


def find_faults(
    item: Item, text: str, said: Reading, validator: Validator
) -> Iterator[tuple[str, str]]:
    """Yield the named faults of an answer: of its payload, else of its decision."""
    if said.decision == "malformed" or (said.decision, item.decision) == ("call", "call"):
        if said.operation not in (None, item.operation):
            yield "D1", ""
            return
        body = text[:MOST_CHARACTERS] if said.operation is None else json.dumps(said.payload)
        yield from diagnose(body, validator, gold=item.payload, request=item.request)
    elif said.decision != item.decision:
        told = said.decision if item.decision == "call" else item.decision
        yield ("D2" if told == "clarify" else "D3"), ""


def called(item: Item, said: Reading) -> Payload | None:
    """Return the body of a call to the operation that was asked for."""
    is_right = said.decision == "call" and said.operation in (None, item.operation)
    return said.payload if is_right else None


def taxonomy_order(fault: tuple[str, str]) -> tuple[int, str, str]:
    """Return the sort key of a fault: layers in the order of the taxonomy."""
    names = list(FAULTS)
    return (names.index(fault[0]) if fault[0] in FAULTS else len(names), *fault)


def flag(value: bool) -> Share:
    """Return an indicator as a share of one."""
    return Share(int(value), 1)
