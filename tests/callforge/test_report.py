"""The demo report: figures come from the data, the page loads nothing, absent parts say so."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge.comparison import view_measures
from callforge.report import render_demo_report

GOLD = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.0/24"},
    "applicationServerPorts": {"ports": [5060]},
    "qosProfile": "QOS_E",
    "duration": 3600,
}


class Page(HTMLParser):
    """What a browser would see: visible text, and every address it might load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.marks: list[tuple[str, str]] = []
        self.text = ""
        self.inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.addresses += [found[key] or "" for key in ("src", "href", "srcset") if key in found]
        self.inside = tag
        if tag == "mark":
            self.marks.append((found.get("class") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "mark":
            self.marks[-1] = (self.marks[-1][0], self.marks[-1][1] + data)
        if self.inside not in ("style", "script"):
            self.text += data


def summary(**values: float) -> dict[str, Any]:
    """Return a summary of 80 rows; `slot_ports=.5` stands for the metric slot.ports."""
    return {
        "n": 80,
        "metrics": {
            re.sub("^(slot|defect)_", r"\1.", key): {
                "value": value, "low": max(0, value - 0.05), "high": min(1, value + 0.05), "n": 80,
            }
            for key, value in values.items()
        },
    }  # fmt: skip


def example(answer: object, *, ok: bool = False, faults: tuple[object, ...] = ()) -> dict[str, Any]:
    """Return one side-by-side example with an SFT answer."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return {
        "id": "e1",
        "request": "Low latency for +447700900123, please.",
        "gold": GOLD,
        "answers": {"sft": {"text": text, "faults": list(faults), "ok": ok}},
    }


def page(**parts: Any) -> Page:
    return Page(render_demo_report(parts))


def one_answer(answer: object, **keywords: Any) -> Page:
    """Return the page of a run with one SFT answer; the legend's three marks are dropped."""
    found = page(models={"sft": summary(joint=0.5)}, examples=[example(answer, **keywords)])
    found.marks = found.marks[3:]
    return found


def test_the_headline_counts_right_answers_before_and_after() -> None:
    models = {"base": summary(joint=0.0), "sft": summary(joint=0.2), "dpo": summary(joint=0.25)}
    found = page(models=models)
    assert "20 of 80 held-out requests answered exactly right, 0 before training" in found.text
    assert "20.0 to 30.0 %" in found.text


def test_prose_without_fields_does_not_count_as_free_of_invented_fields() -> None:
    prose = summary(json_valid=0.0, halluc_field_item=0.0)
    assert "No invented field, Base: 0 of 80" in cells(prose)
    mixed = summary(json_valid=0.9, halluc_field_item=0.15)
    assert "No invented field, Base: 60 of 80" in cells(mixed)


def test_a_metric_of_its_own_wins_over_the_fault_it_could_be_read_from() -> None:
    both = summary(json_valid=1.0, halluc_field_item=0.5, fields_declared=0.25)
    assert "No invented field, Base: 20 of 80" in cells(both)


def cells(base: dict[str, Any]) -> list[str]:
    """Return the figures of the before/after table for a run that measured only the base model."""
    models = {"base": base, "sft": {}, "dpo": {}}
    return [
        f"{row['measure'].name}, Base: {row['cells']['base'].count} of {row['n']}"
        for row in view_measures(models, {})
    ]


def test_a_change_is_called_better_only_when_its_interval_excludes_zero() -> None:
    models = {"base": summary(joint=0.1), "sft": summary(joint=0.5), "dpo": summary(joint=0.52)}
    comparisons = {
        "sft_vs_base": {"joint": {"difference": 0.4, "low": 0.3, "high": 0.5, "p": 0, "n": 80}},
        "dpo_vs_sft": {
            "joint": {"difference": 0.02, "low": -0.03, "high": 0.07, "p": 0.4, "n": 80}
        },
    }
    html = render_demo_report({"models": models, "comparisons": comparisons})
    assert re.search(r'class="value better">\+40\.0<', html)
    assert re.search(r'class="value undecided">\+2\.0<', html)
    assert "−3.0 to +7.0, undecided" in html


def test_a_wrong_value_is_marked_with_what_was_expected() -> None:
    found = one_answer({**GOLD, "duration": 60}, faults=(["V2", "/duration"],))
    assert found.marks == [("wrong", '"duration": 60')]
    assert "3600 expected" in found.text
    assert "V2 unit error" in found.text


def test_an_invented_field_and_a_missing_one_are_marked() -> None:
    answer = {key: value for key, value in GOLD.items() if key != "duration"}
    found = one_answer({**answer, "priority": "high"}, faults=("S2", "S1"))
    assert ("extra", '"priority": "high"') in found.marks
    assert ("missing", '"duration" missing') in found.marks


@pytest.mark.parametrize(
    "spelling",
    [
        {"applicationServerPorts": {"ranges": [{"from": 5060, "to": 5060}]}},
        {"applicationServer": {"ipv4Address": "198.51.100.9/24"}},
    ],
)
def test_an_equivalent_spelling_is_not_marked(spelling: dict[str, Any]) -> None:
    found = one_answer({**GOLD, **spelling, "duration": 60})
    assert found.marks == [("wrong", '"duration": 60')]


def test_a_right_answer_carries_no_mark() -> None:
    found = one_answer(GOLD, ok=True)
    assert found.marks == []
    assert "✓ right" in found.text


def test_prose_instead_of_json_is_quoted_and_cut() -> None:
    found = one_answer("Sure! Here you are. " * 100, faults=("F2",))
    assert "not a JSON object" in found.text
    assert "1300 more characters" in found.text


def test_what_a_model_says_cannot_become_markup() -> None:
    hostile = '</pre><script src="https://evil.example/x.js"></script>'
    found = one_answer({**GOLD, hostile: hostile}, faults=([hostile, "/x"],))
    found_raw = one_answer(hostile)
    assert "script" not in found.tags + found_raw.tags
    assert hostile in found_raw.text


def test_the_page_loads_nothing_from_anywhere() -> None:
    html = render_demo_report(full_report())
    found = Page(html)
    assert all(address.startswith(("#", "data:,")) for address in found.addresses)
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert not {"script", "iframe", "img", "object", "embed"} & set(found.tags)


def test_links_inside_the_page_lead_somewhere() -> None:
    html = render_demo_report(full_report())
    targets = set(re.findall(r' id="([^"]+)"', html))
    assert {address[1:] for address in Page(html).addresses if address.startswith("#")} <= targets


def test_a_learning_rate_is_not_rounded_away() -> None:
    assert "0.0002" in page(config={"recipe": {"lr": 2e-4}}).text


def test_what_is_missing_is_said_to_be_missing() -> None:
    text = page().text
    for phrase in (
        "No model was measured", "Tokens and latency were not recorded", "No answers were kept",
        "The SFT curve is missing", "The DPO curves are missing", "No split certificate",
        "Stage times were not recorded", "Versions were not recorded",
    ):  # fmt: skip
        assert phrase in text
    assert "kept out of training" not in text


def test_the_certificate_says_what_two_splits_share() -> None:
    certificate = {
        "collisions": {"family": 0, "phone": 2},
        "clusters": {"train": 5},
        "families": {"train": ["a", "b"], "test": ["c"]},
    }
    text = page(data={"samples": 9, "certificate": certificate}).text
    assert re.search(r"phone in two splits\s*2", text)
    assert re.search(r"train\s*a, b", text)


def full_report() -> dict[str, Any]:
    """Return a report with every part present."""
    rates = {"json_valid": 0.9, "joint": 0.5, "slot_ports": 0.7, "defect_V2": 0.2, "tokens": 70.0}
    models = {name: summary(**rates) for name in ("base", "sft", "dpo")}
    return {
        "models": models,
        "comparisons": {
            "sft_vs_base": {"joint": {"difference": 0, "low": 0, "high": 0, "p": 1, "n": 80}}
        },
        "data": {
            "samples": 700,
            "pairs": 120,
            "splits": {"train": 500, "test": 80},
            "families": {"train": ["a", "b"], "test": ["c"]},
            "fault_mix": {"S2": 40, "V2": 80},
            "validation": {"rows": 820, "valid": 820, "invalid": 0, "unreadable": 0},
            "certificate": {"shared_clusters": 0},
        },
        "curves": {
            "sft": [{"step": 1, "loss": 3.0, "eval_loss": None}, {"step": 2, "loss": 1.0}],
            "dpo": [{"step": 1, "loss": 0.69, "accuracy": 0.5, "margin": 0.0}],
        },
        "examples": [example({**GOLD, "sink": "https://app.example.com/qod"})],
        "wall_s": {"generate": 1.5, "train sft": 200.0, "total": 201.5},
        "peak_rss_mb": 3000,
        "versions": {"torch": "2.13.0"},
        "config": {"seed": 0},
    }


def leaves_removed(report: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the path of every member of the report, two levels deep."""
    return [(key,) for key in report] + [
        (key, inner) for key, value in report.items() if isinstance(value, dict) for inner in value
    ]


@pytest.mark.parametrize("path", leaves_removed(full_report()))
@pytest.mark.parametrize("damage", ["absent", None, [], {}, "text", float("nan")])
def test_a_missing_or_broken_part_never_breaks_the_page(path: tuple[str, ...], damage: Any) -> None:
    report = full_report()
    inner = report
    for key in path[:-1]:
        inner = inner[key]
    if damage == "absent":
        del inner[path[-1]]
    else:
        inner[path[-1]] = damage
    assert "How to read this" in render_demo_report(report)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(GOLD)) | st.text(max_size=6), json_values))
@settings(max_examples=40)
def test_any_json_object_can_be_shown_as_an_answer(answer: dict[str, Any]) -> None:
    render_demo_report(
        {"models": {"sft": summary()}, "examples": [example(answer, faults=("S2",))]}
    ).encode("utf-8")


def test_half_of_a_surrogate_pair_in_an_answer_can_still_be_written() -> None:
    html = render_demo_report(
        {"models": {"sft": summary()}, "examples": [example('{"qosProfile": "\\ud83d"}')]}
    )
    assert html.encode("utf-8")
