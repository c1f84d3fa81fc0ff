"""What people see on stderr: our info lines, other libraries' warnings, no bars in pipes."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from callforge_core.console import set_up_logging, track


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """Put the root logger back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_info_of_ours_is_shown_and_info_of_others_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging()
    logging.getLogger("datasets_src.build").info("build: 12 rows")
    logging.getLogger("datasets_src.build").debug("row 1")
    logging.getLogger("other").info("chatter")
    logging.getLogger("other").warning("careful")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "build: 12 rows\ncareful\n")


def test_verbose_shows_our_debug_lines(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=True)
    logging.getLogger("training.sft").debug("step 1")
    assert capsys.readouterr().err == "step 1\n"


def test_tracking_without_a_terminal_is_silent_and_changes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(track(iter(range(3)), "count", total=3)) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_tracking_on_a_terminal_draws_on_stderr_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert list(track([1, 2, 3], "count")) == [1, 2, 3]
    assert capsys.readouterr().out == ""
