"""An audit is the same however the rows are cut up and however many processes judge them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.records import Issue, Verdict
from datasets_src import audit as audits
from datasets_src.audit import Audit, audit, audit_file
from datasets_src.readers import open_file
from datasets_src.tally import Limits
from tests.datasets_src.conftest import SaveRows, make_payload
from validators.payload import Examination, Validator
from validators.strict_json import Parsed

LONE = {"ipv4Address": {"publicAddress": "84.125.93.10"}}
ROWS = [
    {"id": "a", "prompt": "a game for +999", "completion": make_payload(1)},
    {"id": "b", "prompt": "a game for +998", "completion": make_payload(2, device=LONE)},
    {"id": "a", "prompt": "a film", "completion": make_payload(3, priority=1, duration="1")},
    {"prompt": "a film", "completion": json.dumps(make_payload(4))[:-4]},
    {"prompt": "", "completion": {"refuse": "no such thing"}},
    "{broken",
    {"prompt": "two devices", "completion": make_payload(5, qosProfile="QOS_XXL")},
]


class Doubter(Validator):
    """Finds every request that says 'game' unfaithful, as grounding may."""

    def conclude(self, parsed: Parsed, found: Examination, request: str | None) -> Verdict:
        issues = super().conclude(parsed, found, None).issues
        doubt = Issue(
            cls="V5", code="grounding.fabricated", path="$.duration", message="not said",
            layer="grounding", basis="project",
        )  # fmt: skip
        return Verdict(issues=(*issues, doubt) if request and "game" in request else issues)


def documents(path: Path, validator: Validator, **options: Any) -> dict[str, Any]:
    result = audit_file(open_file(path), validator, **options)
    return result.to_json() | {"shown": dict(result.shown)}


@settings(max_examples=30)
@given(
    picks=st.lists(st.sampled_from(range(len(ROWS))), min_size=1, max_size=20),
    size=st.integers(1, 7),
    limits=st.builds(Limits, issues=st.integers(0, 6), rows=st.integers(0, 4)),
)
def test_the_size_of_the_stretches_does_not_matter(
    picks: list[int],
    size: int,
    limits: Limits,
    validator: Validator,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path: Path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    lines = [ROWS[0], *(ROWS[pick] for pick in picks)]
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in lines)
    )
    with pytest.MonkeyPatch.context() as patch:
        whole = documents(path, validator, limits=limits)
        patch.setattr(audits, "STRETCH", size)
        assert documents(path, validator, limits=limits) == whole
        patch.setattr(audits, "STRETCH_BYTES", 1)
        assert documents(path, validator, limits=limits) == whole


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
def test_two_workers_give_the_document_of_one(
    name: str, save_rows: SaveRows, tmp_path: Path, validator: Validator, monkeypatch: Any
) -> None:
    rows = [ROWS[n % len(ROWS)] for n in range(60)]
    if name.endswith(".json"):
        path = tmp_path / name
        path.write_text(json.dumps([row for row in rows if not isinstance(row, str)]))
    else:
        path = save_rows(rows)
    monkeypatch.setattr(audits, "STRETCH", 7)
    alone = documents(path, validator)
    assert documents(path, validator, workers=2) == alone
    assert alone["rows"] >= 50


def test_a_fabricated_value_leaves_a_row_valid_and_is_counted_apart(
    save_rows: SaveRows, operation: Any, catalogue: Any
) -> None:
    doubter = Doubter(operation, catalogue)
    path = save_rows(ROWS)
    result = audit_file(open_file(path), doubter)
    plain = audit_file(open_file(path), Validator(operation, catalogue))
    assert (result.valid, result.invalid, result.faults) == (
        plain.valid, plain.invalid, plain.faults,
    )  # fmt: skip
    assert result.unfaithful["checked"] == 5
    assert (result.unfaithful["rows"], result.unfaithful["faults"]) == (1, {"V5": 2})
    assert [f.row for f in result.issues if f.issue.layer == "grounding"] == [1, 2]


@pytest.mark.parametrize(("gate", "good"), [("valid", True), ("faithful", False)])
def test_the_gate_decides_whether_an_unfaithful_row_spoils_a_file(
    gate: Any, good: bool, save_rows: SaveRows, operation: Any, catalogue: Any
) -> None:
    opened = open_file(save_rows(ROWS[:1]))
    result = audit_file(opened, Doubter(operation, catalogue), gate=gate)
    assert (result.ok, result.valid, result.invalid) == (good, 1, 0)


def test_what_any_turn_of_the_user_says_counts_as_asked(
    save_rows: SaveRows, operation: Any, catalogue: Any
) -> None:
    turns = [
        {"role": "user", "content": "I play a game tonight."},
        {"role": "assistant", "content": '{"clarify": ["duration"]}'},
        {"role": "user", "content": "One hour."},
        {"role": "assistant", "content": json.dumps(make_payload(1))},
    ]
    path = save_rows([{"messages": turns}])
    result = audit_file(open_file(path), Doubter(operation, catalogue))
    assert result.unfaithful["faults"] == {"V5": 1}


def audited(save: SaveRows, validator: Validator, lines: list[Any], **limits: int) -> Audit:
    opened = open_file(save(lines))
    return audit(opened.entries, validator, limits=Limits(**limits))


def test_the_first_issue_of_a_kind_is_kept_even_beyond_the_limit(
    save_rows: SaveRows, validator: Validator
) -> None:
    rows = [*(make_payload(n, priority=1) for n in range(9)), make_payload(9, duration="9")]
    result = audited(save_rows, validator, rows, issues=3)
    assert [(f.row, f.issue.cls) for f in result.issues] == [
        (1, "S2"), (2, "S2"), (3, "S2"), (10, "T1"),
    ]  # fmt: skip


def test_warnings_leave_room_for_errors(save_rows: SaveRows, validator: Validator) -> None:
    both = {"phoneNumber": "+99900000001", "ipv6Address": "2001:db8::1"}
    rows = [*(make_payload(n, device=both) for n in range(9)), make_payload(9, priority=1)]
    result = audited(save_rows, validator, rows, issues=4)
    assert [f.issue.severity for f in result.issues] == ["warn", "error"]
    assert (result.warnings, result.issues_total, result.valid) == (9, 10, 9)


def test_rows_to_look_at_are_the_faulty_ones_then_right_ones(
    save_rows: SaveRows, validator: Validator
) -> None:
    rows = [make_payload(n) for n in range(5)] + [make_payload(n, priority=1) for n in (6, 7)]
    assert list(audited(save_rows, validator, rows, rows=4).shown) == [1, 2, 6, 7]
    assert list(audited(save_rows, validator, rows, rows=1).shown) == [6]
    shown = audited(save_rows, validator, rows, rows=9).shown
    assert json.loads(shown[1]["payload"]) == make_payload(0)


def test_a_row_too_long_to_look_at_is_judged_but_not_kept(
    save_rows: SaveRows, validator: Validator
) -> None:
    rows = [{"prompt": "x" * 60_000, "completion": make_payload(1)}]
    result = audited(save_rows, validator, rows, rows=5)
    assert (result.valid, dict(result.shown)) == (1, {})
    assert result.lengths["request"]["max"] == 60_000


def test_lengths_and_repeats_are_of_requests_and_right_answers(
    save_rows: SaveRows, validator: Validator
) -> None:
    result = audited(save_rows, validator, ROWS)
    assert result.lengths["request"]["n"] == 5  # one is empty, one row cannot be read
    assert result.lengths["payload"]["n"] == 5
    assert result.duplicate_ids == 1
    assert result.near_duplicates["near_rows"] == 2
    assert result.near_duplicates["examples"][0]["rows"] == [1, 2]
