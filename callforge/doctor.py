"""Is this installation sound? Packages, extras, name clashes, the base model, writable folders."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import Literal, NamedTuple

from callforge_core.console import PACKAGES

EXTRAS = {
    "train": ("torch", "transformers", "trl", "peft", "bitsandbytes", "accelerate", "gguf"),
    "gen": ("distilabel", "openai"),
    "unsloth": ("unsloth",),
    "ray": ("ray",),
}
Mark = Literal["ok", "absent", "broken"]


class Finding(NamedTuple):
    """One line of the report: only `broken` makes the installation unsound."""

    mark: Mark
    what: str
    detail: str


def examine() -> tuple[str, bool]:
    """Return the report and whether nothing is broken."""
    found = [*python_and_base(), *extras(), *names(), *base_model(), *folders()]
    width = max(len(each.what) for each in found)
    lines = [f"{each.mark:<7} {each.what:<{width}}  {each.detail}".rstrip() for each in found]
    return "\n".join(lines), all(each.mark != "broken" for each in found)


def python_and_base() -> Iterator[Finding]:
    """Check Python and the base dependencies against what the installed project requires."""
    good = (3, 11) <= sys.version_info[:2] < (3, 15)
    yield Finding("ok" if good else "broken", "python", platform.python_version())
    from packaging.requirements import Requirement

    for line in metadata.requires("callforge") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        installed = version_of(requirement.name)
        if installed is None:
            yield Finding("broken", requirement.name, "not installed; run `make setup`")
        elif not requirement.specifier.contains(installed, prereleases=True):
            yield Finding("broken", requirement.name, f"{installed}, needs {requirement.specifier}")
        else:
            yield Finding("ok", requirement.name, installed)


def extras() -> Iterator[Finding]:
    """Say which extras are complete."""
    for extra, packages in EXTRAS.items():
        missing = [name for name in packages if importlib.util.find_spec(name) is None]
        versions = ", ".join(
            f"{name} {version_of(name)}" for name in packages if name not in missing
        )
        if missing:
            detail = f"missing {', '.join(missing)}: pip install 'callforge[{extra}]'"
            yield Finding("absent", f"extra {extra}", detail)
        else:
            yield Finding("ok", f"extra {extra}", versions)


def names() -> Iterator[Finding]:
    """Check that no other distribution brings one of our top-level packages."""
    owners = metadata.packages_distributions()
    for name in PACKAGES:
        others = sorted({owner for owner in owners.get(name, []) if owner != "callforge"})
        if others:
            yield Finding("broken", name, f"also installed by {', '.join(others)}: uninstall it")


def base_model() -> Iterator[Finding]:
    """Say whether the embedded base model is there, and converted."""
    from callforge_core.errors import CallforgeError
    from training.base_model import EMBEDDED, cache_folder, find_gguf

    try:
        find_gguf()
    except CallforgeError as exc:
        yield Finding("absent", EMBEDDED, str(exc))
        return
    ready = (cache_folder() / EMBEDDED / "model.safetensors").is_file()
    yield Finding("ok", EMBEDDED, "converted" if ready else "installed; converted on first use")


def folders() -> Iterator[Finding]:
    """Check that the model cache can be written."""
    from training.base_model import cache_folder

    place = cache_folder()
    near = next(folder for folder in (place, *place.parents) if folder.exists())
    good = os.access(near, os.W_OK)
    hint = "" if good else "; set CALLFORGE_CACHE to a writable folder"
    yield Finding("ok" if good else "broken", "model cache", f"{place}{hint}")


def version_of(name: str) -> str | None:
    """Return the installed version of a distribution."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
