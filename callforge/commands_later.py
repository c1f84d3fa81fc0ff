"""Verbs of the contract whose work is still to come: each says so in one line and exits 2."""

from __future__ import annotations

from collections.abc import Callable

import typer

from callforge_core.errors import CallforgeError

LATER = {
    "curate": "filters, near-duplicates and human decisions",
    "review": "looking through rows in the browser",
    "export": "merged and GGUF models",
    "compare": "paired tests between runs",
    "study": "grids over data size and quality",
    "publish": "uploading to the Hub",
    "verify": "rebuilding a published dataset",
    "loop": "validate, curate, build, train, eval and compare in rounds",
}


def later_verbs(app: typer.Typer) -> None:
    """Register every verb that is not there yet."""
    for name, what in LATER.items():
        app.command(
            name,
            help=f"(not in this version) {what}",
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(refuse(name, what))


def refuse(name: str, what: str) -> Callable[[], None]:
    """Return a command that says what is missing."""

    def command() -> None:
        raise CallforgeError(
            f"`callforge {name}` ({what}) is not in this version; see CHANGELOG.md"
        )

    return command
