"""The validation page: verdict first, one marked example per fault class, foreign text harmless."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from callforge.validation_report import MOST_ISSUES, render_validation_report

ROW = {
    "device": {"ipv4Address": {"publicAddress": "203.0.113.9"}},
    "applicationServer": {"ipv4Address": "198.51.100.0/24"},
    "qosProfile": "QOS_E",
}


def issue(cls: str, path: str, *, row: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "row": row, "id": f"r{row}", "field": "payload", "class": cls, "code": "code.of.it",
        "path": path, "message": f"what is wrong with {path}", **more,
    }  # fmt: skip


def document(*issues: dict[str, Any], rows: int = 10, **more: Any) -> dict[str, Any]:
    """Return the document of a file whose first rows carry one issue each."""
    faults: dict[str, int] = {}
    for found in issues:
        faults[found["class"]] = faults.get(found["class"], 0) + 1
    return {
        "rows": rows, "valid": rows - len(issues), "invalid": len(issues), "unreadable": 0,
        "faults": faults, "issues": list(issues), **more,
    }  # fmt: skip


def marks(html: str) -> list[tuple[str, str]]:
    """Return class and text of each marked place."""
    found = re.findall(r'<mark class="(\w+)">(.*?)</mark>', html)
    return [(kind, text.replace("&#34;", '"')) for kind, text in found]


def test_a_clean_file_is_good_at_first_sight() -> None:
    html = render_validation_report(document())
    assert "<h1>All 10 rows are valid</h1>" in html
    assert "✓ good" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({"rows": 0, "valid": 0}, "There are no rows in this file"),
        ({"rows": 1, "valid": 1}, "The one row is valid"),
        ({"rows": 5, "invalid": 1}, "1 of 5 rows is not valid"),
        (
            {"rows": 1200, "invalid": 30, "unreadable": 2},
            "30 of 1,200 rows are not valid, 2 cannot",
        ),
        ({"rows": 5, "valid": 3, "unreadable": 2}, "2 cannot be read"),
    ],
)
def test_the_verdict_stands_at_the_top(counts: dict[str, int], verdict: str) -> None:
    html = render_validation_report({"faults": {}, "issues": [], **counts})
    assert verdict in html.partition("<h1>")[2].partition("</h1>")[0]
    assert ("✓ good" in html) == (counts.get("valid", 0) == counts["rows"] > 0)


def test_the_offending_place_is_marked_in_its_payload() -> None:
    found = issue("C2", "$.device.ipv4Address")
    html = render_validation_report(document(found), {1: {"payload": ROW}})
    assert marks(html) == [("wrong", '"ipv4Address": {')]
    assert "C2 conditional requirement" in html


def test_a_required_member_that_is_absent_is_shown_where_it_belongs() -> None:
    found = issue("S1", "$.duration")
    html = render_validation_report(document(found), {1: {"payload": ROW}})
    assert marks(html) == [("missing", '"duration" missing')]


def test_a_place_inside_something_absent_marks_the_nearest_thing_above() -> None:
    found = issue("S6", "$.device.ipv4Address.range[0].from")
    html = render_validation_report(document(found), {1: {"payload": ROW}})
    assert marks(html) == [("wrong", '"ipv4Address": {')]


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("chosen", {"chosen": json.dumps(ROW), "rejected": "{}"}),
        ("completion", {"completion": [{"role": "assistant", "content": json.dumps(ROW)}]}),
        ("", {"payload": ROW}),
        ("", ROW),
    ],
)
def test_the_payload_is_found_in_rows_of_any_shape(field: str, row: dict[str, Any]) -> None:
    found = issue("V4", "$.qosProfile", field=field)
    html = render_validation_report(document(found), {1: row})
    assert marks(html) == [("wrong", '"qosProfile": "QOS_E"')]


def test_text_that_is_no_json_is_quoted_harmlessly() -> None:
    hostile = "<script>alert(1)</script>"
    found = issue("F2", "$", field="output", id=hostile, message=hostile)
    html = render_validation_report(document(found), {1: {"output": hostile}})
    assert hostile not in html
    assert html.count("&lt;script&gt;") >= 3


def test_classes_come_most_frequent_first_and_each_with_its_first_example() -> None:
    issues = [issue("S2", "$.a", row=1), issue("C2", "$.b", row=2), issue("C2", "$.c", row=3)]
    html = render_validation_report(document(*issues))
    heads = re.findall(r"<h3>([SC]2) ", html)
    assert heads == ["C2", "S2"]
    assert "what is wrong with $.b" in html.partition('id="issues"')[0]
    assert "what is wrong with $.c" not in html.partition('id="issues"')[0]


def test_the_rule_a_finding_rests_on_is_named_with_its_basis() -> None:
    found = issue("S2", "$.priority", spec="R1", basis="project")
    html = render_validation_report(document(found))
    assert "rests on <code>R1</code> (our own line: the definition is silent)" in html


def test_a_class_the_taxonomy_does_not_know_is_shown_by_its_number() -> None:
    html = render_validation_report({"rows": 1, "invalid": 1, "faults": {"Z9": 1}, "issues": []})
    assert "<h3>Z9</h3>" in html
    assert "No single place was recorded" in html


def test_a_long_list_is_cut_and_says_so() -> None:
    issues = [issue("S2", "$.a", row=row) for row in range(MOST_ISSUES + 7)]
    html = render_validation_report(document(*issues, rows=5000))
    assert html.count("<tr>") == MOST_ISSUES + 1
    assert "The first 2,000 of 2,007" in html


def test_facts_about_the_check_are_shown_as_they_are() -> None:
    html = render_validation_report(document(format="messages", release="1.1.0"))
    assert "<dt>format</dt><dd>messages</dd>" in html


def test_the_search_box_appears_only_when_the_script_runs() -> None:
    html = render_validation_report(document(issue("S2", "$.a")))
    assert '<div class="search" hidden>' in html
    assert "<script src" not in html


def test_a_row_is_found_by_its_place_when_several_files_share_row_numbers() -> None:
    found = issue("V4", "$.qosProfile", place="b.jsonl:1")
    html = render_validation_report(document(found), {"b.jsonl:1": {"payload": json.dumps(ROW)}})
    assert marks(html) == [("wrong", '"qosProfile": "QOS_E"')]


def test_a_warning_is_never_the_example_of_a_fault() -> None:
    warning = issue("T4", "$.first", severity="warn")
    html = render_validation_report(document(warning, issue("T4", "$.second", row=2)))
    assert "what is wrong with $.second" in html.partition('id="issues"')[0]
    assert "what is wrong with $.first" not in html.partition('id="issues"')[0]


def test_each_check_says_how_many_rows_fail_there_first() -> None:
    layers = {"parse": {"failed": 0, "left": 10}, "schema": {"failed": 3, "left": 7}}
    html = render_validation_report(document(issue("S1", "$.duration"), layers=layers))
    assert "7, 3 fail here" in html


def test_rejected_answers_are_reported_with_what_could_not_be_confirmed() -> None:
    rejects = {"rows": 40, "wrong": 39, "stated": {"S2": 30, "V2": 10}, "unconfirmed": {"V2": 1}}
    html = render_validation_report(document(rejects=rejects))
    assert "39 of 40 rejected answers are wrong" in html
    assert "<dt>V2 unit error</dt><dd>1</dd>" in html


def test_an_unreadable_file_does_not_claim_to_be_free_of_findings() -> None:
    found = issue("", "$", field="row", code="row.unreadable", message="line 3: not JSON")
    html = render_validation_report(
        {"rows": 3, "valid": 2, "unreadable": 1, "faults": {}, "issues": [found]}
    )
    assert "No fault was found" not in html
    assert "line 3: not JSON" in html


def test_several_files_are_listed_and_their_parts_added_up() -> None:
    parts = [
        document(issue("S2", "$.a"), file="a.jsonl", layers={"schema": {"failed": 1, "left": 9}}),
        document(file="b.jsonl", layers={"schema": {"failed": 2, "left": 8}}),
    ]
    whole = document(issue("S2", "$.a", file="a.jsonl"), rows=20, files=parts)
    html = render_validation_report(whole)
    assert "<code>b.jsonl</code>" in html
    assert "17, 3 fail here" in html
    assert html.count("code.of.it") == 2  # once as the example, once in the table
