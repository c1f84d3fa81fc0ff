"""The verdict on a file: every row counts once, every fault is named with its row and place."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.spec import Operation, render_payload
from datasets_src.audit import Audit, audit
from datasets_src.findings import Finding
from datasets_src.readers import open_file
from datasets_src.tally import Limits
from tests.datasets_src.conftest import MakePair, MakeSample, SaveRows, make_payload
from validators.payload import Validator

KEYS = {"rows", "valid", "invalid", "unreadable", "faults", "issues"}  # the file contract
ISSUE_KEYS = {"row", "id", "field", "class", "code", "path", "message"}


@pytest.fixture
def judge(save_rows: SaveRows, validator: Validator) -> Any:
    """Return a function from rows to their audit."""

    def run(rows: Iterable[Any], **options: Any) -> Audit:
        opened = open_file(save_rows(list(rows)))
        return audit(opened.entries, validator, form=opened.format, **options)

    return run


def formal(result: Audit) -> list[Finding]:
    """Return the findings that need no request; the requests here state nothing."""
    return [found for found in result.issues if found.issue.layer != "grounding"]


def classes(result: Audit) -> list[tuple[int, str, str, str]]:
    return [(f.row, f.field, f.issue.cls, f.issue.path) for f in formal(result)]


def test_good_rows_make_a_good_file(judge: Any, make_sample: MakeSample) -> None:
    rows = [make_sample(n).to_json() for n in range(3)]
    rows.append(make_sample(4, decision="clarify", missing=["duration"]).to_json())
    result = judge(rows)
    assert (result.rows, result.valid, result.ok, result.format) == (4, 4, True, "samples")
    assert (formal(result), result.faults, result.basis) == ([], {}, {})
    assert result.decisions == {"call": 3, "clarify": 1}
    assert result.layers["catalogue"] == {"failed": 0, "left": 4}


def test_each_fault_is_named_with_row_field_class_and_place(judge: Any) -> None:
    rows = [
        make_payload(1),
        make_payload(2, priority="high"),
        make_payload(3, duration="60"),
        json.dumps(make_payload(4))[:-9],
        make_payload(5, qosProfile="QOS_XXL"),
        make_payload(6, device={"ipv4Address": {"publicAddress": "192.0.2.1"}}),
    ]
    result = judge(rows)
    assert (result.valid, result.invalid, result.unreadable, result.ok) == (1, 5, 0, False)
    found = classes(result)
    assert (2, "payload", "S2", "$.priority") in found
    assert (3, "payload", "T1", "$.duration") in found
    assert (4, "payload", "F1", "$") in found
    assert (5, "payload", "V4", "$.qosProfile") in found
    assert (6, "payload", "C2") in [issue[:3] for issue in found]
    assert result.faults == {"C2": 1, "F1": 1, "S2": 1, "T1": 1, "V4": 1}


def test_the_waterfall_counts_each_row_where_it_fails_first(judge: Any) -> None:
    rows = [
        make_payload(1),
        "{",
        make_payload(2, duration="60", priority="high"),
        make_payload(3, priority="high"),
        make_payload(4, qosProfile="QOS_XXL"),
    ]
    layers = judge(rows).layers
    assert [(name, step["failed"], step["left"]) for name, step in layers.items()] == [
        ("parse", 1, 4),
        ("schema", 1, 3),
        ("closed", 1, 2),
        ("rules", 0, 2),
        ("catalogue", 1, 1),
    ]


def test_a_row_counts_under_its_strongest_basis(judge: Any) -> None:
    rows = [make_payload(1, priority="high"), make_payload(2, priority="high", duration="1")]
    assert judge(rows).basis == {"schema": 1, "project": 1}


def test_number_form_and_repeated_keys_inside_a_row_are_found(judge: Any) -> None:
    body = json.dumps(make_payload(1))[:-1]
    rows = [
        f'{{"prompt":"p","completion":{body},"duration":60}}}}',
        f'{{"prompt":"p","completion":{body.replace("61", "6.1e1")}}}}}',
    ]
    assert {cls for _, _, cls, _ in classes(judge(rows))} == {"F4", "T2"}


def test_unreadable_rows_are_counted_with_place_and_no_class(
    judge: Any, make_sample: MakeSample
) -> None:
    result = judge([make_sample(1).to_json(), "{", {"request": "x"}])
    assert (result.rows, result.valid, result.invalid, result.unreadable) == (3, 1, 0, 2)
    assert not result.ok
    assert result.faults == {}
    assert [f.issue.code for f in formal(result)] == ["row.unreadable"] * 2
    assert formal(result)[0].issue.message.startswith("rows.jsonl:2: not valid JSON")


def test_a_good_preference_file_has_right_chosen_and_wrong_rejected_sides(
    judge: Any, make_sample: MakeSample, make_pair: MakePair, operation: Operation
) -> None:
    sample = make_sample(1)
    payload = sample.payload or {}
    hour_as_minute = render_payload(operation, payload | {"duration": 3660})
    fault = make_pair(sample).fault.to_json() | {"class": "V2", "tier": 2}
    rows = [
        make_pair(sample).to_json(),
        make_pair(sample, id="tier 2", rejected=hour_as_minute, fault=fault).to_json(),
    ]
    result = judge(rows)
    assert (result.valid, result.ok, formal(result)) == (2, True, [])
    assert result.rejects == {
        "rows": 2,
        "wrong": 2,
        "several": 0,
        "faults": {"S2": 1, "V2": 1},
        "stated": {"S2": 1, "V2": 1},
        "unconfirmed": {},
    }


def test_a_reject_that_is_not_wrong_makes_a_bad_file(
    judge: Any, make_sample: MakeSample, make_pair: MakePair
) -> None:
    sample = make_sample(1)
    pair = make_pair(sample, rejected=json.dumps(sample.payload))
    result = judge([pair.to_json()])
    assert (result.valid, result.invalid, result.ok) == (0, 1, False)
    assert [(f.field, f.issue.code) for f in formal(result)] == [
        ("rejected", "pair.reject_not_wrong")
    ]
    assert result.rejects["wrong"] == 0
    assert result.rejects["unconfirmed"] == {"S2": 1}


def test_an_invalid_chosen_side_makes_a_bad_file_and_is_named(
    judge: Any, make_sample: MakeSample, make_pair: MakePair
) -> None:
    pair = make_pair(make_sample(1))
    result = judge([pair.to_json() | {"chosen": pair.rejected}])
    assert (result.invalid, result.faults) == (1, {"S2": 1})
    assert classes(result) == [(1, "chosen", "S2", "$.priority")]


def test_a_stated_class_that_is_not_there_is_reported_but_does_not_spoil_the_row(
    judge: Any, make_sample: MakeSample, make_pair: MakePair
) -> None:
    row = make_pair(make_sample(1)).to_json()
    row["fault"]["class"] = "T1"
    result = judge([row])
    assert (result.ok, result.rejects["unconfirmed"]) == (True, {"T1": 1})


def test_repeated_ids_are_counted(judge: Any, make_sample: MakeSample) -> None:
    rows = [make_sample(n, id=f"s-{n % 2}").to_json() for n in range(5)]
    assert judge(rows).duplicate_ids == 3


def test_issues_beyond_the_examples_are_counted_though_not_kept(judge: Any) -> None:
    result = judge([make_payload(n, priority=n) for n in range(7)], limits=Limits(issues=3))
    assert (len(result.issues), result.issues_total, result.faults) == (3, 7, {"S2": 7})
    assert (result.to_json()["issues_shown"], result.to_json()["issues_total"]) == (3, 7)


def test_no_rows_are_no_good_file(validator: Validator) -> None:
    assert not audit([], validator).ok


def test_the_document_follows_the_file_contract(judge: Any) -> None:
    document = judge([make_payload(1, priority="high"), make_payload(2)]).to_json()
    assert set(document) >= KEYS
    assert set(document["issues"][0]) >= ISSUE_KEYS
    assert json.loads(json.dumps(document)) == document


@settings(max_examples=40)
@given(
    lines=st.lists(
        st.sampled_from(
            [
                json.dumps(make_payload(1)),
                json.dumps(make_payload(2, duration=0)),
                '{"a":1}',
                "{",
                "[]",
                "\u2028",
                '{"device":' * 300,
            ]
        )
        | st.text(alphabet='{}[]":,a1 ', max_size=12),
        max_size=8,
    )
)
def test_every_row_is_counted_exactly_once(
    lines: list[str], validator: Validator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path: Path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_text("\n".join([json.dumps(make_payload(3)), *lines]), encoding="utf-8")
    result = audit(open_file(path).entries, validator)
    assert result.rows == 1 + sum(bool(line.strip(" \t")) for line in lines)
    assert result.valid + result.invalid + result.unreadable == result.rows
    failed = sum(step["failed"] for step in result.layers.values())
    assert failed == result.invalid == sum(result.basis.values())
    assert sum(result.faults.values()) + result.unreadable == result.issues_total - result.warnings
