"""Rows on the page: found under any key, marked in place, harmless whatever they hold."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge import row_browser
from callforge.answer_text import render_answer
from callforge.foreign_text import Redactor, cut, visible
from callforge.payload_view import Mark, render_payload
from callforge.validation_report import render_validation_report

TOKEN = "Zx81-token-of-the-sink-42"
NASTY = "<>&\"'/\\{}[]:,=;$.-! aZ0é\t\n\r\x00\x1b\u200b\u202e\u2028\ufeff\ud800\U0001f469"
GOLD = {"applicationServer": {"ipv4Address": "198.51.100.7"}, "duration": 3600}


def issue(cls: str, path: str = "$", *, row: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "row": row, "id": None, "field": "payload", "class": cls, "code": "code.of.it",
        "path": path, "message": f"what is wrong with {path}", "layer": "schema", **more,
    }  # fmt: skip


def page(*issues: dict[str, Any], rows: Any = None, **more: Any) -> str:
    document = {"rows": 9, "valid": 9 - len(issues), "invalid": len(issues), "faults": {}}
    return render_validation_report(document | {"issues": list(issues)} | more, rows)


def articles(html: str) -> dict[str, str]:
    """Return the rows of a page by the names of their places."""
    found = re.findall(r'<article class="row [^>]*id="([^"]+)".*?</article>', html, re.DOTALL)
    return {name: html.partition(f'id="{name}"')[2].partition("</article>")[0] for name in found}


def shown(markup: object) -> list[str]:
    """Return the marked places of rendered HTML as kind and text."""
    found = re.findall(r'<mark class="(\w+)">(.*?)</mark>', str(markup))
    return [f"{kind} {unescape(text)}" for kind, text in found]


def text_of(markup: object) -> str:
    """Return what a reader sees."""
    return unescape(re.sub(r"<[^>]*>", "", str(markup)))


def test_all_findings_of_a_row_stand_in_its_payload() -> None:
    faults = [issue("T1", "$.duration"), issue("S1", "$.qosProfile"),
              issue("S2", "$.mode", code="closed.invented", layer="closed")]  # fmt: skip
    row = {"request": "An hour, please.", "payload": '{"duration":"3600","mode":1}'}
    article = articles(page(*faults, rows={1: row}))["row-1"]
    assert shown(article) == [
        'wrong "duration": "3600",', 'extra "mode": 1', 'missing "qosProfile" missing',
    ]  # fmt: skip
    assert "An hour, please." in article
    assert re.findall(r'class="tag" href="#class=(\w+)"', article) == ["T1", "S1", "S2"]


def test_rows_without_findings_are_shown_as_valid_only_when_all_findings_are_listed() -> None:
    rows = {1: {"payload": "{}"}, 2: {"payload": "{}"}}
    whole = articles(page(issue("S1"), rows=rows))
    part = articles(page(issue("S1"), rows=rows, issues_total=400))
    assert 'data-state="valid"' in whole["row-2"]
    assert 'data-state="unlisted"' in part["row-2"]


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "invalid"),
        ({"severity": "warn"}, "valid"),
        ({"layer": "grounding"}, "unfaithful"),
        ({"layer": "dialogue", "path": "$[2]"}, "unfaithful"),
        ({"code": "row.unreadable"}, "unreadable"),
        ({"code": "pair.reject_not_wrong", "layer": "gold"}, "invalid"),
    ],
)
def test_a_row_stands_by_its_worst_finding(more: dict[str, Any], state: str) -> None:
    article = articles(page(issue("S1", **more), rows={1: {"payload": "{}"}}))["row-1"]
    assert f'data-state="{state}"' in article


def test_rows_of_several_files_are_kept_apart_whatever_the_key() -> None:
    issues = [issue("S1", row=3, file=name) for name in ("a:b.jsonl", "c.jsonl")]
    files = [{"file": "a:b.jsonl", "rows": 5}, {"file": "c.jsonl", "rows": 4}]
    rows = {"a:b.jsonl:3": {"payload": '{"of":"a"}'}, (1, 3): {"payload": '{"of":"c"}'}}
    found = articles(page(*issues, rows=rows, files=files))
    assert list(found) == ["row-1-3", "row-2-3"]
    assert "&#34;a&#34;" in found["row-1-3"]
    assert "&#34;c&#34;" in found["row-2-3"]
    assert 'data-file="2"' in found["row-2-3"]


def test_a_finding_whose_row_is_not_at_hand_still_has_its_place() -> None:
    found = articles(page(issue("S1", row=70_000)))
    assert "The text of this row is not on this page." in found["row-70000"]


def test_when_room_is_short_rows_with_findings_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_browser, "MOST_CHARACTERS", 6000)
    rows = {row: {"request": "x" * 500, "payload": "{}"} for row in range(1, 30)}
    html = page(issue("S1", row=29), rows=rows)
    assert "row-29" in articles(html)
    assert len(articles(html)) < 10
    assert re.search(r"\(\d+ more did not fit on this page\)", html)


def test_the_first_row_of_a_kind_answers_links_to_the_kind_without_a_script() -> None:
    html = page(issue("S1", row=2), issue("S1", row=3), issue("T1", row=3))
    found = articles(html)
    assert '<a id="class=S1"></a>' in found["row-2"]
    assert '<a id="class=T1"></a>' in found["row-3"]
    assert html.count('id="class=S1"') == 1


def test_a_rejected_answer_shows_how_it_differs_from_the_chosen_one() -> None:
    row = {"request": "r", "chosen": json.dumps(GOLD), "rejected": '{"duration":60,"mode":1}'}
    article = articles(page(rows={4: row}))["row-4"]
    assert shown(article) == [
        'wrong "duration": 60,', 'extra "mode": 1', 'missing "applicationServer" missing',
    ]  # fmt: skip
    assert "chosen: 3600" in article


def test_a_conversation_shows_its_turns_with_what_is_wrong_in_them() -> None:
    turns = [{"role": "user", "content": "One."}, {"role": "user", "content": "Two."},
             {"role": "assistant", "content": "{}"}]  # fmt: skip
    found = issue("", "$[1]", layer="dialogue", code="dialogue.same_role")
    article = articles(page(found, rows={1: {"messages": turns, "payload": "{}"}}))["row-1"]
    assert text_of(article).count("same role") >= 1
    assert shown(article) == ["doubt same role"]


# What stands in the answer, whatever it is


def test_numbers_and_repeated_keys_are_shown_as_they_were_said() -> None:
    html = render_answer('{"duration":3.6e3,"duration":60}', [issue("F4", "$.duration")])
    assert shown(html) == ['wrong "duration": 3.6e3,', 'wrong "duration": 60']


def test_a_value_that_json_does_not_have_is_found_and_marked() -> None:
    html = render_answer('{"a":[1,NaN],"b":-Infinity}', [issue("F3", code="parse.constant")])
    assert shown(html) == ["wrong NaN", 'wrong "b": -Infinity']


def test_words_around_the_object_are_marked_and_the_object_is_still_read() -> None:
    html = render_answer('Sure!\n```json\n{"duration":60}\n```', [issue("T5", "$.duration")])
    assert "Sure!\n```json" in text_of(html)
    assert shown(html)[0] == 'wrong "duration": 60'
    assert str(html).count('<mark class="extra">') == 2


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ('{"a": 1, "b": "tru', "missing the text ends here"),
        ('{"a": 1,', "missing the text ends here"),
        ("{'a': 1}", "wrong '"),
        ('{"a": 1 "b": 2}', 'wrong "'),
        ('{"a": yes}', "wrong yes"),
    ],
)
def test_broken_json_is_marked_where_it_breaks(text: str, marked: str) -> None:
    assert shown(render_answer(text, [issue("F3")])) == [marked]


def test_a_break_far_inside_a_long_text_is_shown_with_what_stands_around_it() -> None:
    html = render_answer('{"a": "' + "x" * 5000 + '" "b": 2}' + "y" * 5000, [issue("F3")])
    assert shown(html) == ['wrong "']
    assert "characters …" in text_of(html)
    assert len(html) < 3000


@pytest.mark.parametrize("text", ["", "   ", "\x00", "{" * 3000, "[" * 3000, '{"a":' * 900])
def test_any_ruin_is_shown_somehow(text: str) -> None:
    assert len(render_answer(text, [issue("F1")])) < 4000


def test_a_huge_value_is_cut_with_a_note() -> None:
    html = render_answer(json.dumps({"a": "x" * 1_000_000, "b": 1}))
    assert "999,600 more characters" in html
    assert len(html) < 2000


def test_of_a_long_list_the_lines_around_marks_stay() -> None:
    html = render_answer({"ports": list(range(5000))}, [issue("T5", "$.ports[4321]")])
    assert shown(html) == ["wrong 4321,"]
    assert "more lines" in html
    assert len(html) < 12_000


def test_a_huge_integer_does_not_stop_the_page() -> None:
    assert "Python int" in render_payload({"duration": 10**5000})


def test_deep_nesting_is_cut_at_a_level_nobody_reads() -> None:
    deep: Any = "bottom"
    for _ in range(200):
        deep = {"a": [deep, 1, 2, 3, "something long enough to open a line"]}
    assert "deeper levels are not shown" in render_payload(deep)


@settings(max_examples=30, deadline=None)
@given(st.text(NASTY, max_size=60), st.text(NASTY, max_size=12))
def test_whatever_a_row_says_nothing_in_it_becomes_html(said: str, key: str) -> None:
    row = {"id": said, "request": said, "payload": json.dumps({key: said})}
    found = issue("T1", f"$[{json.dumps(key)}]", message=said, id=said)
    hostile = {**row, "request": f"<i>{said}</i></script><script>alert(1)</script>"}
    html = page(found, rows={1: hostile})
    assert html.count("<script") == 1
    assert "<i>" not in html


def test_a_character_that_cannot_be_seen_is_named() -> None:
    assert visible("a\u202eb\x00c\u200b") == "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩"
    assert visible("Grüße\tüber\n👩‍🔧") == "Grüße\tüber\n👩‍🔧"


def test_a_surrogate_in_a_row_does_not_stop_the_page() -> None:
    html = page(issue("T4"), rows={1: {"request": "\ud800", "payload": '{"a":"\\ud800"}'}})
    assert html.encode("utf-8")


# Secrets


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"sinkCredential": {"accessToken": TOKEN}}),
        {"sinkCredential": {"accessToken": TOKEN}},
        json.dumps({"sinkCredential": {"accessToken": TOKEN}})[:-5],
        "{'accessToken': '" + TOKEN + "'}",
        json.dumps(json.dumps({"accessToken": TOKEN})),
        json.dumps({"access_token": TOKEN, "password": TOKEN}),
        json.dumps({"accessToken": {"value": TOKEN}}),
        f'The answer: {{"accessToken" : "{TOKEN}" }} and so on',
        f"accessToken={TOKEN}",
    ],
)
def test_a_token_is_nowhere_on_the_page(answer: Any) -> None:
    found = issue("F1", "$.sinkCredential", message=f'ends early, after "{TOKEN[3:]}"')
    near = {"near_rows": 1, "examples": [{"rows": [1, 2], "texts": [f"use {TOKEN}", TOKEN]}]}
    row = {"request": f"The token is {TOKEN}.", "payload": answer}
    html = page(found, rows={1: row}, near_duplicates=near)
    for start in range(len(TOKEN) - 8):
        assert TOKEN[start : start + 8] not in html


def test_a_token_at_the_edge_of_a_cut_is_hidden_as_well() -> None:
    redactor = Redactor([json.dumps({"accessToken": TOKEN})])
    assert TOKEN[:8] not in cut("x" * 90 + TOKEN, 100, redactor)


def test_what_is_no_secret_stays() -> None:
    redactor = Redactor(['{"accessToken":null,"accessTokenType":"bearer"}'])
    assert redactor.clean('"accessToken": null') == '"accessToken": null'
    assert redactor.clean("a three-legged token: no device") == "a three-legged token: no device"
    assert redactor.clean('"accessTokenType": "bearer"') == '"accessTokenType": "bearer"'


@settings(max_examples=100, deadline=None)
@given(st.text("abcXYZ019-_.", min_size=8, max_size=40), st.text(NASTY, max_size=30))
def test_a_learned_secret_never_survives_whole(secret: str, around: str) -> None:
    redactor = Redactor([json.dumps({"accessToken": secret})])
    assert secret not in redactor.clean(f"{around} {secret} {around}")


def test_marks_say_more_than_their_colour() -> None:
    html = render_payload({"a": 1}, {"/a": Mark("doubt", "V5")})
    assert '<span class="note">V5</span>' in html
