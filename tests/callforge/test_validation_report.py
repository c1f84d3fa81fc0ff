"""The validation page: verdict first, one marked example per fault class, foreign text harmless."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from callforge.validation_report import render_validation_report

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
    """Return class and text of each marked place, the key of the row browser left out."""
    examples = html.partition('<section id="rows">')[0]
    found = re.findall(r'<mark class="(\w+)">(.*?)</mark>', examples)
    return [(kind, text.replace("&#34;", '"')) for kind, text in found]


def steps(html: str) -> list[tuple[str, int, int]]:
    """Return the waterfall: check, rows left, rows that fail there first."""
    table = html.partition('<table class="fall">')[2].partition("</table>")[0]
    rows = re.findall(
        r'<th scope="row">(.*?)<.*?"n">([\d,]+)<.*?"n[^>]*>(.*?)</td>', table, re.DOTALL
    )
    return [(name, int(left), int(re.sub(r"<.*?>", "", lost))) for name, left, lost in rows]


def test_a_clean_file_is_good_at_first_sight() -> None:
    html = render_validation_report(document())
    assert "<h1>All 10 rows are valid</h1>" in html
    assert "✓ good" in html
    assert 'id="rows"' not in html


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
    assert "what is wrong with $.b" in html.partition('id="rows"')[0]
    assert "what is wrong with $.c" not in html.partition('id="rows"')[0]


def test_the_rule_a_finding_rests_on_is_named_with_its_basis() -> None:
    found = issue("S2", "$.priority", spec="R1", basis="project")
    html = render_validation_report(document(found))
    anchor = re.search(r'Rests on <a class="rule" href="#([^"]+)"><code>R1</code></a>', html)
    assert anchor is not None
    assert f'<dt id="{anchor[1]}"><b>R1 Only declared members</b>' in html
    assert "our own line: the definition is silent" in html


def test_a_class_the_taxonomy_does_not_know_is_shown_by_its_number() -> None:
    html = render_validation_report({"rows": 1, "invalid": 1, "faults": {"Z9": 1}, "issues": []})
    assert "<h3>Z9</h3>" in html
    assert "No single place was recorded" in html


def test_a_list_of_findings_that_is_not_whole_says_so() -> None:
    issues = [issue("S2", "$.a", row=row) for row in range(1, 8)]
    html = render_validation_report(document(*issues, rows=5000, issues_total=2007))
    assert "the first 7 of 2,007 findings are listed" in html


def test_facts_about_the_check_are_shown_as_they_are() -> None:
    html = render_validation_report(document(format="messages", release="1.1.0"))
    assert "<dt>format</dt><dd>messages</dd>" in html


def test_the_filters_appear_only_when_the_script_runs() -> None:
    html = render_validation_report(document(issue("S2", "$.a")))
    assert '<form class="filters" hidden>' in html
    assert "<script src" not in html


def test_only_the_script_of_the_page_itself_may_run() -> None:
    html = render_validation_report(document(issue("S2", "$.a")))
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert len(scripts) == 1
    assert f"script-src &#39;sha256-{digest}&#39;" in html or f"'sha256-{digest}'" in html
    assert "default-src 'none'" in html


def test_a_warning_is_never_the_example_of_a_fault() -> None:
    warning = issue("T4", "$.first", severity="warn")
    html = render_validation_report(document(warning, issue("T4", "$.second", row=2)))
    article = html.partition('id="fault-T4"')[2].partition("</article>")[0]
    assert "what is wrong with $.second" in article
    assert "what is wrong with $.first" not in article


def test_each_check_says_how_many_rows_fail_there_first() -> None:
    layers = {"parse": {"failed": 0, "left": 10}, "schema": {"failed": 3, "left": 7}}
    html = render_validation_report(document(issue("S1", "$.duration"), layers=layers))
    assert steps(html) == [("can be read", 10, 0), ("strict JSON", 10, 0), ("request schema", 7, 3)]


def test_rejected_answers_are_reported_with_what_could_not_be_confirmed() -> None:
    rejects = {"rows": 40, "wrong": 39, "stated": {"S2": 30, "V2": 10}, "unconfirmed": {"V2": 1}}
    html = render_validation_report(document(rejects=rejects))
    assert "39 of 40 rejected answers are wrong" in html
    table = html.partition('<section id="rejects">')[2].partition("</section>")[0]
    cells = re.findall(r"<b>(\w\d)</b>.*?((?:<td class=\"n.*?</td>)+)</tr>", table)
    numbers = {cls: re.findall(r"\d+", re.sub(r"<.*?>", " ", text)) for cls, text in cells}
    assert numbers == {"S2": ["30", "0"], "V2": ["10", "1"]}


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
    assert steps(html)[1] == ("request schema", 17, 3)
    assert html.count('<details class="file"') == 2
    assert 'id="row-1-1"' in html


def test_one_fault_over_and_over_is_said_in_the_headline() -> None:
    issues = [issue("C2", "$.device.ipv4Address", row=row) for row in range(1, 19)]
    html = render_validation_report(document(*issues, rows=48, basis={"schema": 18}))
    assert "the same fault 18 times: C2 conditional requirement, always at $.device" in html
    assert "18 rows (37.5 %) break what the definition itself says" in html


def test_each_class_says_what_one_can_do_and_links_to_its_rows() -> None:
    issues = [
        issue("C2", "$.device.ipv4Address", row=row, code="schema.any_of") for row in range(2, 5)
    ]
    html = render_validation_report(document(*issues))
    article = html.partition('<article class="fault" id="fault-C2">')[2].partition("</article>")[0]
    assert "Add publicPort or privateAddress if you know it" in article
    assert re.findall(r'href="#(row-\d+)">', article) == ["row-2", "row-2", "row-3", "row-4"]
    assert "3 findings in 3 rows, 100 %" in article


def test_places_in_lists_are_one_place() -> None:
    paths = ["$.devicePorts.ports[0]", "$.devicePorts.ports[17]"]
    html = render_validation_report(document(*(issue("T5", path) for path in paths)))
    assert "<code>$.devicePorts.ports[*]</code>" in html


def test_valid_rows_that_are_not_what_was_asked_have_their_own_block() -> None:
    doubt = issue("V5", "$.duration", layer="grounding", code="grounding.fabricated", row=3)
    found = {"checked": 10, "rows": 1, "faults": {"V5": 1}, "unused": 2}
    html = render_validation_report(
        {"rows": 10, "valid": 10, "faults": {}, "issues": [doubt], "unfaithful": found},
        {3: {"request": "an hour please", "payload": '{"duration":60}'}},
    )
    assert "<h1>All 10 rows are valid, but 1 is not what was asked</h1>" in html
    block = html.partition('<section id="unfaithful">')[2].partition("</section>")[0]
    assert "V5 fabricated" in block
    assert '<mark class="doubt">&#34;duration&#34;: 60</mark>' in block
    assert "No payload carries a fault of a known class" in html
    assert 'data-state="unfaithful"' in html


COVERAGE = [
    {"path": "$.device", "pointer": "/device", "depth": 1, "required": False, "type": "object",
     "rows": 6, "distinct": 4, "values": None, "branches": None},
    {"path": "$.device.ipv4Address", "pointer": "/device/ipv4Address", "depth": 2,
     "required": False, "type": "object", "rows": 0, "distinct": 0, "values": None,
     "branches": [{"name": "publicAddress + publicPort", "rows": 0}]},
    {"path": "$.qosProfile", "pointer": "/qosProfile", "depth": 1, "required": True,
     "type": "string", "rows": 10, "distinct": 2, "values": {"QOS_E": 9, "QOS_L": 0, "QOS_S": 1},
     "branches": None},
]  # fmt: skip


def test_the_heat_map_shows_what_is_never_used() -> None:
    html = render_validation_report(document(coverage=COVERAGE))
    table = html.partition('<table class="map">')[2].partition("</table>")[0]
    lines = table.split("<tr")[2:]
    assert [('class="never"' in line) for line in lines] == [False, True, False]
    assert "60 %" in lines[0]
    assert 'style="--d:1"' in lines[1]
    chips = re.findall(r'class="chip( never)?".*?</i>(.*?) <b>(.*?)</b>', lines[2])
    assert chips == [("", "QOS_E", "9"), ("", "QOS_S", "1"), (" never", "QOS_L", "never")]
    assert "2 of 3 declared fields occur, and 2 of 4 named values and branches" in html


def test_near_duplicates_show_their_texts_and_link_to_rows_on_the_page() -> None:
    near = {
        "exact_rows": 2, "near_rows": 5, "groups": 1,
        "examples": [{"rows": [1, 500000], "similarity": 0.93, "texts": ["One hour.", "1 hour."]}],
    }  # fmt: skip
    html = render_validation_report(document(near_duplicates=near), {1: {"payload": "{}"}})
    block = html.partition('<section id="duplicates">')[2].partition("</section>")[0]
    assert '<a href="#row-1">row 1</a> and row 500,000: 93 % alike' in block
    assert "One hour." in block


def test_lengths_become_a_histogram_with_its_numbers_in_words() -> None:
    bins = [{"low": 10, "high": 19, "rows": 3}, {"low": 20, "high": 29, "rows": 1}]
    found = {"unit": "characters", "n": 4, "min": 10, "p50": 12, "p90": 21, "max": 29, "bins": bins}
    html = render_validation_report(document(lengths={"request": found, "payload": {}}))
    assert "<desc>10 to 19: 3, 20 to 29: 1</desc>" in html
    assert "shortest 10, half up to 12, 90 % up to 21, longest 29 characters." in html
    assert "Payloads" not in html


@pytest.mark.parametrize("part", ["coverage", "near_duplicates", "lengths", "unfaithful", "rejects",
                                  "layers", "basis", "files", "issues"])  # fmt: skip
@pytest.mark.parametrize("value", [None, [], {}, "x", 7, [None], {"x": None}, [{}]])
def test_a_part_of_another_form_is_left_out(part: str, value: Any) -> None:
    assert "<h1>" in render_validation_report(document() | {part: value})


def test_no_link_leads_nowhere_and_no_place_has_two_names() -> None:
    issues = [
        issue("T4", "$.a", spec="R6", layer="rules"),
        issue("T4", "$.b", severity="warn", row=2, spec="/x/y z/pattern"),
        issue("V4", "$.c", layer="grounding", row=3),
        issue("V4", "$.d", layer="catalogue", row=4),
        issue("", "$", code="row.unreadable", row=5),
    ]
    html = render_validation_report(document(*issues, unfaithful={"checked": 4, "faults": {}}))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
