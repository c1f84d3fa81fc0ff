"""Small charts as inline SVG text: data in, a string out, "" when there is nothing to draw.

Colours are classes of templates/style.css (variables: light and dark follow the page), and each
model has its own marker, so nothing is told by colour alone. No script, no font, no link.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callforge import svg

WIDTH = 1000.0  # about the width of the page, so that chart text has the size of small text
HALF = 480.0  # for two charts side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve: its points (x, y) and how it is drawn."""

    label: str
    points: Sequence[tuple[float, float]]
    style: str
    """Class of the style sheet: base, sft, dpo or muted."""
    dots: bool = False
    """True for few measured points, each with a marker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share (0..1) of one series with its 95 % interval."""

    label: str
    style: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One labelled amount and the text people read it as (3 min 12 s)."""

    label: str
    amount: float
    text: str
    style: str = ""
    """Class of the style sheet, where the colour means something; else the next of the palette."""


Group = tuple[str, Sequence[Estimate]]


def render_curves(
    lines: Iterable[Line], *, title: str, x_label: str, y_label: str, width: float = WIDTH
) -> str:
    """Return a line chart; NaN points are left out."""
    drawn = [(line, points) for line in lines if (points := svg.finite(line.points))]
    if not drawn:
        return ""
    xs = [x for _, points in drawn for x, _ in points]
    ys = [y for _, points in drawn for _, y in points]
    x_ticks, y_ticks = svg.ticks(min(0.0, *xs), max(xs)), svg.ticks(min(0.0, *ys), max(ys))
    left, right, top, bottom = 44.0, width - 10.0, 34.0, 216.0
    x_at = svg.scale(x_ticks[0], max(xs), left, right)
    y_at = svg.scale(y_ticks[0], y_ticks[-1], bottom, top)
    body = [
        svg.text_at(0, 14, y_label, "axis"),
        svg.text_at(right, bottom + 38, x_label, "axis end"),
    ]
    for tick in y_ticks:
        body.append(svg.rule_at(left, y_at(tick), right, y_at(tick)))
        body.append(svg.text_at(left - 8, y_at(tick) + 4, f"{tick:g}", "tick end"))
    for tick in (tick for tick in x_ticks if tick <= max(xs)):
        body.append(svg.text_at(x_at(tick), bottom + 19, f"{tick:,g}", "tick mid"))
    for line, points in drawn:
        places = [(x_at(x), y_at(y)) for x, y in points]
        body.append(svg.polyline(places, line.style))
        if line.dots or len(places) == 1:
            body += [svg.marker(x, y, line.style) for x, y in places]
    named = [(line.label, line.style, line.dots) for line, _ in drawn if line.label]
    body.append(svg.legend(named, right, 14))
    said = "; ".join(
        f"{line.label or y_label} goes from {points[0][1]:.3g} to {points[-1][1]:.3g}"
        for line, points in drawn
    )
    return svg.svg(width, bottom + 44, title, said, body)


def render_intervals(groups: Sequence[Group], *, title: str) -> str:
    """Return dots with whiskers on an axis from 0 to 100 %, one group under each label."""
    if not any(estimates for _, estimates in groups):
        return ""
    left = 30 + max(len(label) for label, _ in groups) * svg.LETTER
    right, top, step, gap = WIDTH - 26.0, 34.0, 14.0, 12.0
    x_at = svg.scale(0.0, 1.0, left, right)
    bands, dots, y = [], [], top
    for index, (label, estimates) in enumerate(groups):
        height = step * max(len(estimates), 1) + gap
        if index % 2 == 0:
            bands.append(svg.bar(0, y, WIDTH, height, "band"))
        dots.append(svg.text_at(left - 18, y + height / 2 + 4, label, "label end"))
        for row, estimate in enumerate(estimates):
            dots.append(whisker(estimate, x_at, y + gap / 2 + step * (row + 0.5)))
        y += height
    rules = [svg.rule_at(x_at(t / 4), top, x_at(t / 4), y) for t in range(5)]
    marks = [svg.text_at(x_at(t / 4), y + 18, f"{25 * t} %", "tick mid") for t in range(5)]
    seen = dict.fromkeys((e.label, e.style, True) for _, row in groups for e in row)
    body = [*bands, *rules, *marks, *dots, svg.legend(list(seen), right, 18)]
    return svg.svg(WIDTH, y + 26, title, tell(groups), body)


def render_funnel(stages: Sequence[Group], *, title: str) -> str:
    """Return one column per series: the share of all answers that survives each stage."""
    series = list(dict.fromkeys((e.label, e.style) for _, row in stages for e in row))
    if not series:
        return ""
    left = 24 + max(len(label) for label, _ in stages) * svg.LETTER
    column, height, top = (WIDTH - left) / len(series), 27.0, 32.0
    room = column - 84
    body = []
    for index, (label, style) in enumerate(series):
        body.append(svg.text_at(left + column * index, 18, label, f"label strong ink-{style}"))
    for row, (stage, estimates) in enumerate(stages):
        y = top + row * height
        body.append(svg.text_at(left - 18, y + 15, stage, "label end"))
        for estimate in estimates:
            x = left + column * series.index((estimate.label, estimate.style))
            body.append(svg.bar(x, y, room, 20, "ground"))
            body.append(svg.bar(x, y, room * estimate.value, 20, f"fill-{estimate.style}"))
            body.append(
                svg.text_at(x + room + 56, y + 15, percent(estimate.value), "label num end")
            )
    return svg.svg(WIDTH, top + height * len(stages), title, tell(stages), body)


def render_bars(parts: Sequence[Part], *, title: str, style: str = "muted") -> str:
    """Return one horizontal bar per part, in the order given, with its amount beside it."""
    most = max((part.amount for part in parts), default=0.0)
    if most <= 0:
        return ""
    left = 24 + max(len(part.label) for part in parts) * svg.LETTER
    room = WIDTH - left - 20 - max(len(part.text) for part in parts) * svg.LETTER
    body = []
    for row, part in enumerate(parts):
        y, length = row * 23.0, max(1.5, room * part.amount / most)
        body.append(svg.text_at(left - 14, y + 14, part.label, "label end"))
        body.append(svg.bar(left, y + 2, length, 16, f"fill-{style}"))
        body.append(svg.text_at(left + length + 8, y + 14, part.text, "label num"))
    return svg.svg(WIDTH, 23 * len(parts), title, recite(parts), body)


def render_stack(parts: Sequence[Part], *, title: str, legend: bool = True) -> str:
    """Return one bar cut into parts in their order; the legend below carries the amounts."""
    total = sum(part.amount for part in parts)
    if total <= 0:
        return ""
    bars, labels, x, columns = [], [], 0.0, 4
    for index, part in enumerate(parts):
        length, hue = WIDTH * part.amount / total, part.style or f"part-{index % 8}"
        bars.append(svg.bar(x, 0, max(length - 1.5, 0.6), 34, hue))
        x += length
        at, y = (index % columns) * WIDTH / columns, 60.0 + (index // columns) * 22
        labels.append(svg.bar(at, y - 10, 11, 11, hue))
        labels.append(svg.text_at(at + 18, y, part.label, "label"))
        labels.append(svg.text_at(at + WIDTH / columns - 34, y, part.text, "label num end"))
    if not legend:
        return svg.svg(WIDTH, 34, title, recite(parts), bars)
    height = 46 + 22 * math.ceil(len(parts) / columns)
    return svg.svg(WIDTH, height, title, recite(parts), bars + labels)


def whisker(estimate: Estimate, x_at: svg.Scale, y: float) -> str:
    """Draw a marker at the value over a line from end to end of its interval."""
    ends = svg.rule_at(
        x_at(estimate.low), y, x_at(estimate.high), y, f"whisker stroke-{estimate.style}"
    )
    return ends + svg.marker(x_at(estimate.value), y, estimate.style)


def percent(share: float) -> str:
    """Write a share as a percentage with one decimal, whole at both ends."""
    return f"{100 * share:.0f} %" if share in (0.0, 1.0) else f"{100 * share:.1f} %"


def tell(groups: Iterable[Group]) -> str:
    """Put grouped estimates into words, for those who hear the chart."""
    return "; ".join(
        f"{label}: " + ", ".join(f"{e.label} {percent(e.value)}" for e in estimates)
        for label, estimates in groups
    )


def recite(parts: Iterable[Part]) -> str:
    """Put amounts into words, for those who hear the chart."""
    return ", ".join(f"{part.label} {part.text}" for part in parts)


def render_histogram(
    bins: Sequence[tuple[float, float, float]],
    *,
    title: str,
    x_label: str,
    marks: Sequence[tuple[str, float]] = (),
    width: float = HALF,
) -> str:
    """Return columns of (low, high, amount); `marks` are named places on the axis."""
    most = max((amount for _, _, amount in bins), default=0.0)
    if most <= 0:
        return ""
    ticks = svg.ticks(0.0, most, 4)
    left, right, top, bottom = 14.0 + svg.LETTER * len(f"{ticks[-1]:,g}"), width - 8, 26.0, 176.0
    first, last = bins[0][0], bins[-1][1] + 1
    x_at, y_at = svg.scale(first, last, left, right), svg.scale(0.0, ticks[-1], bottom, top)
    body = [svg.text_at(0, 12, "rows", "axis")]
    for tick in ticks:
        body.append(svg.rule_at(left, y_at(tick), right, y_at(tick)))
        body.append(svg.text_at(left - 7, y_at(tick) + 4, f"{tick:,g}", "tick end"))
    for low, high, amount in bins:
        x, y = x_at(low), y_at(amount)
        y = min(y, bottom - 1.5) if amount else bottom  # a single row among many still shows
        body.append(svg.bar(x, y, max(x_at(high + 1) - x - 1, 1), bottom - y, "fill-sft"))
    free = left - 1  # a label that would stand on another one is left out
    for label, value in marks:
        x, space = x_at(value), svg.LETTER * len(label) + 6
        body.append(svg.rule_at(x, top - 8, x, bottom, "line stroke-ink dashed"))
        if x - space > free + 40:
            body.append(svg.text_at(x - 4, top - 10, label, "tick end"))
            free = x
        elif x > free and x + space < width:
            body.append(svg.text_at(x + 4, top - 10, label, "tick"))
            free = x + space
    body.append(svg.text_at(left, bottom + 18, f"{first:,.0f}", "tick"))
    body.append(svg.text_at(right, bottom + 18, f"{last - 1:,.0f} {x_label}", "tick end"))
    filled = [part for part in bins if part[2]]
    told = ", ".join(f"{low:,.0f} to {high:,.0f}: {amount:,.0f}" for low, high, amount in filled)
    return svg.svg(width, bottom + 24, title, told, body)
