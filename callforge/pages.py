"""Templates to one self-contained HTML text: autoescaped, nothing in it asks the network.

A variable that a template names and nobody passes is an error, not an empty place.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from callforge import figures


@cache
def environment() -> Environment:
    """Return the template environment, made once."""
    env = Environment(
        loader=PackageLoader("callforge", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        count=figures.count, seconds=figures.seconds, percent=figures.percent, signed=figures.signed
    )
    env.globals.update(dash=figures.DASH)
    return env


def render_page(template: str, **view: Any) -> str:
    """Render a template; a lone surrogate from foreign data is written as its escape."""
    text = environment().get_template(template).render(**view)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
