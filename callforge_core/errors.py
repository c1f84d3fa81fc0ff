"""Every error a user can cause, as one tree.

    CallforgeError            exit 2 unless said otherwise
      ConfigError             a recipe, override, study or option is wrong
      SpecError               an OpenAPI document or catalogue cannot be used
      DataError               a file of rows cannot be read, or a row has the wrong shape
      OutputError             the result cannot be written (read-only folder, full disk)
      MissingExtra            an optional dependency is not installed
      UnknownName             a registry has no such entry

A message says what, where and what to do. Anything that is not a CallforgeError keeps its
traceback: it is our bug.
"""

from __future__ import annotations


class CallforgeError(Exception):
    """The root: its text is one clear line for the user."""


class ConfigError(CallforgeError):
    """A recipe, override or option is wrong."""


class SpecError(CallforgeError):
    """An OpenAPI document or profile catalogue cannot be used."""


class DataError(CallforgeError):
    """A file of rows cannot be read, or one of its rows has the wrong shape."""


class OutputError(CallforgeError):
    """A result cannot be written."""


class UnknownName(CallforgeError):
    """A registry has no entry of that name."""


class MissingExtra(CallforgeError):
    """An optional dependency is not installed; the message names the extra that brings it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"{package} is not installed: it comes with the extra '{extra}' "
            f"(pip install 'callforge[{extra}]' -c constraints/cpu-ci.txt)"
        )
        self.package = package
        self.extra = extra
