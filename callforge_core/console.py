"""What people see on stderr: logging set-up and progress bars (silent without a terminal)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
PACKAGES = (
    "callforge",
    "callforge_core",
    "datasets_src",
    "eval",
    "generators",
    "training",
    "validators",
)
"""Our own packages: their info lines are shown, those of other libraries are not."""


def set_up_logging(*, verbose: bool = False) -> None:
    """Send our log lines to stderr, one line a stage; other libraries only when they warn."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
    for package in PACKAGES:
        logging.getLogger(package).setLevel(logging.DEBUG if verbose else logging.INFO)


def track(rows: Iterable[T], what: str, *, total: int | None = None) -> Iterator[T]:
    """Yield `rows` while a progress bar on stderr counts them, when stderr is a terminal."""
    if not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console
    from rich.progress import track as rich_track

    if total is None and hasattr(rows, "__len__"):
        total = len(rows)  # type: ignore[arg-type]  # narrowed by hasattr
    yield from rich_track(rows, what, total=total, console=Console(stderr=True), transient=True)
