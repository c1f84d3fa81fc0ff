"""Charts: well-formed SVG that tells in words what it draws and stays inside its frame."""

from __future__ import annotations

import itertools
import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge import charts, svg

SVG_NAMES = {"text", "line", "rect", "circle", "polygon", "polyline", "title", "desc", "svg"}


def estimate(label: str, value: float, low: float, high: float) -> charts.Estimate:
    return charts.Estimate(label=label, style=label.lower(), value=value, low=low, high=high)


def parse(text: str) -> ElementTree.Element:
    """Parse a chart; it must be well-formed XML."""
    return ElementTree.fromstring(text)


def frame(root: ElementTree.Element) -> tuple[float, float]:
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    return width, height


def test_a_learning_curve_shows_training_as_a_line_and_validation_as_points() -> None:
    root = parse(
        charts.render_curves(
            [
                charts.Line(label="training", points=[(1, 3.0), (2, 1.0), (3, 0.5)], style="sft"),
                charts.Line(label="validation", points=[(3, 0.7)], style="ink", dots=True),
            ],
            title="Loss",
            x_label="step",
            y_label="loss",
        )
    )
    assert len(root.findall("polyline[@class='line stroke-sft']")) == 1
    assert len(root.findall("circle[@class='fill-ink']")) == 2  # one point, one legend sample
    assert "training goes from 3 to 0.5" in str(root.findtext("desc"))


def test_a_curve_with_nothing_finite_is_no_chart() -> None:
    lines = [charts.Line(label="loss", points=[(1, math.nan), (math.inf, 2.0)], style="sft")]
    assert charts.render_curves(lines, title="t", x_label="x", y_label="y") == ""


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=60)
def test_a_curve_never_leaves_its_frame(points: list[tuple[float, float]]) -> None:
    line = charts.Line(label="loss", points=points, style="sft")
    root = parse(charts.render_curves([line], title="t", x_label="x", y_label="y"))
    width, height = frame(root)
    for polyline in root.iter("polyline"):
        for x, y in (pair.split(",") for pair in polyline.attrib["points"].split()):
            assert 0 <= float(x) <= width
            assert 0 <= float(y) <= height


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60)
def test_a_whisker_spans_its_interval_and_holds_its_dot(a: float, b: float, c: float) -> None:
    low, value, high = sorted((a, b, c))
    root = parse(
        charts.render_intervals([("Ports", [estimate("SFT", value, low, high)])], title="")
    )
    (line,) = root.findall("line[@class='whisker stroke-sft']")
    dot = root.findall("circle")[0]
    left, right = float(line.attrib["x1"]), float(line.attrib["x2"])
    assert left <= float(dot.attrib["cx"]) <= right


def test_models_differ_by_marker_and_not_by_colour_alone() -> None:
    group = [
        estimate("Base", 0.1, 0, 0.2),
        estimate("SFT", 0.5, 0.4, 0.6),
        estimate("DPO", 1, 1, 1),
    ]
    root = parse(charts.render_intervals([("Joint", group)], title=""))
    assert root.findall("circle[@class='ring stroke-base']")
    assert root.findall("circle[@class='fill-sft']")
    assert root.findall("polygon[@class='fill-dpo']")


def test_funnel_bars_are_as_long_as_their_shares() -> None:
    stages = [
        ("json", [estimate("SFT", 1.0, 1, 1)]),
        ("schema", [estimate("SFT", 0.5, 0.4, 0.6)]),
        ("joint", [estimate("SFT", 0.0, 0, 0.1)]),
    ]
    root = parse(charts.render_funnel(stages, title="Funnel"))
    full, half, none = (float(r.attrib["width"]) for r in root.findall("rect[@class='fill-sft']"))
    assert half == pytest.approx(full / 2, abs=0.1)
    assert none == 0


def test_the_parts_of_a_stack_fill_the_bar_in_proportion() -> None:
    parts = [
        charts.Part(label="sft", amount=300, text="5 min 00 s"),
        charts.Part(label="dpo", amount=100, text="1 min 40 s"),
    ]
    root = parse(charts.render_stack(parts, title="Time", legend=False))
    first, second = (float(rect.attrib["width"]) for rect in root.findall("rect"))
    assert first + second == pytest.approx(charts.WIDTH, abs=4)
    assert first / second == pytest.approx(3, rel=0.02)
    assert root.findtext("desc") == "sft 5 min 00 s, dpo 1 min 40 s"


@pytest.mark.parametrize(
    "empty",
    [
        charts.render_intervals([], title="t"),
        charts.render_funnel([], title="t"),
        charts.render_bars([], title="t"),
        charts.render_stack([charts.Part(label="x", amount=0, text="0")], title="t"),
    ],
)
def test_no_data_is_no_chart(empty: str) -> None:
    assert empty == ""


def test_labels_from_data_cannot_break_out_of_the_picture() -> None:
    hostile = '</svg><script>alert("1")</script>'
    parts = [charts.Part(label=hostile, amount=1, text="<b>&")]
    root = parse(charts.render_bars(parts, title=hostile))
    assert {element.tag for element in root.iter()} <= SVG_NAMES
    assert hostile in [element.text for element in root.iter("text")]


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
@settings(max_examples=100)
def test_ticks_are_few_even_and_cover_the_range(low: float, width: float) -> None:
    high = low + width
    found = svg.ticks(low, high)
    assert 2 <= len(found) <= 12
    assert found[0] <= low + 1e-6 * max(1, abs(low))
    assert found[-1] >= high - 1e-6 * max(1, abs(high))
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-4)
