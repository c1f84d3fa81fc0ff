"""The strokes charts are made of: text, rules, bars, markers, scales. Knows no data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

from markupsafe import Markup

LETTER = 7.2  # average advance of a 13 px sans-serif letter, to leave room for labels

Scale = Callable[[float], float]


def svg(width: float, height: float, title: str, description: str, body: Iterable[str]) -> Markup:
    """Wrap drawn elements as a picture that scales with the page and reads aloud."""
    return Markup(  # noqa: S704  # every text below went through escape()
        f'<svg class="chart" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>{''.join(body)}</svg>"
    )


def text_at(x: float, y: float, text: str, style: str) -> str:
    """Draw text; `style` is a list of classes of the style sheet."""
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def rule_at(x1: float, y1: float, x2: float, y2: float, style: str = "rule") -> str:
    """Draw a straight line."""
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def bar(x: float, y: float, width: float, height: float, style: str) -> str:
    """Draw a filled rectangle."""
    return (
        f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}"'
        f' height="{height:g}" rx="2"/>'
    )


def marker(x: float, y: float, style: str) -> str:
    """Draw the marker of a series: ring for base, diamond for dpo, dot for the rest."""
    if style == "base":
        return f'<circle class="ring stroke-base" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    if style == "dpo":
        corners = ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0))
        points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
        return f'<polygon class="fill-dpo" points="{points}"/>'
    return f'<circle class="fill-{style}" cx="{x:.1f}" cy="{y:.1f}" r="4.2"/>'


def polyline(points: Sequence[tuple[float, float]], style: str) -> str:
    """Draw straight segments through `points`."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="line stroke-{style}" points="{path}"/>'


def legend(entries: Sequence[tuple[str, str, bool]], right: float, y: float) -> str:
    """Draw (label, style, has a marker) of each series on one line that ends at `right`."""
    drawn: list[str] = []
    x = right
    for label, style, marked in reversed(entries):
        x -= len(label) * LETTER
        drawn.append(text_at(x, y, label, "label"))
        x -= 16
        if marked:
            drawn.append(marker(x + 6, y - 4, style))
        else:
            drawn.append(rule_at(x - 6, y - 4, x + 10, y - 4, f"line stroke-{style}"))
        x -= 24
    return "".join(drawn)


def scale(low: float, high: float, start: float, end: float) -> Scale:
    """Return the linear map of low..high onto start..end; a single value lands in the middle.

    What rounding has put outside the range lands on its edge.
    """
    if high <= low:
        return lambda _: (start + end) / 2
    return lambda value: start + min(max((value - low) / (high - low), 0.0), 1.0) * (end - start)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers, evenly spaced, that cover low..high."""
    if high - low < 1e-12:  # also the smallest floats there are: nothing lies between them
        high = low + (abs(low) or 1.0)
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def finite(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points a chart can show: no NaN, no infinity."""
    return [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
