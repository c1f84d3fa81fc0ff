"""The command line: one verb a stage, in data order, and the one place where errors become exit
codes.

Exit codes: 0 good; 1 the data or the result is not good enough; 2 the user's input or set-up is
wrong;
130 interrupted. Anything that is not a user's mistake keeps its traceback.
"""

from __future__ import annotations

import errno
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from callforge.commands_data import data_verbs
from callforge.commands_later import later_verbs
from callforge.commands_models import model_verbs
from callforge.commands_repair import repair_verbs
from callforge.commands_spec import spec_verbs
from callforge_core.console import set_up_logging
from callforge_core.errors import CallforgeError

REFUSED = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


class DataOrder(TyperGroup):
    """The verbs in data order: `spec`, a group, would otherwise be listed after all the rest."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the verbs, spec first."""
        return sorted(super().list_commands(ctx), key=lambda name: name != "spec")


app = typer.Typer(
    name="callforge",
    cls=DataOrder,
    help="Make, prove, train on and measure datasets that teach small models to call an API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def print_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from importlib.metadata import version

        print(f"callforge {version('callforge')}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Set up logging before any verb."""
    set_up_logging(verbose=verbose)


for add_verbs in (spec_verbs, data_verbs, repair_verbs, model_verbs, later_verbs):
    add_verbs(app)


def main() -> None:
    """Run the app; a user's mistake is one red line and exit code 2."""
    try:
        app()
    except CallforgeError as exc:
        fail(str(exc))
    except OSError as exc:
        if exc.errno not in REFUSED:
            raise
        fail(f"{exc.filename or 'the output'} cannot be written: {exc.strerror}")
    except KeyboardInterrupt:
        stop()
    except SystemExit as exc:
        if exc.code == 130:
            stop()
        raise


def fail(message: str) -> None:
    """Print one line and exit 2."""
    line = " ".join(message.split())
    print(
        f"\033[31merror:\033[0m {line}" if sys.stderr.isatty() else f"error: {line}",
        file=sys.stderr,
    )
    raise SystemExit(2)


def stop() -> None:
    """Say how to go on after Ctrl-C and exit 130."""
    print("interrupted: run the same command again to go on where it stopped", file=sys.stderr)
    raise SystemExit(130)
