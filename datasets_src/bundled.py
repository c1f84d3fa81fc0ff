"""Which API definitions and profile catalogues ship with the project, and where do they lie?

Both are written in our own words. Anything else is a path that the user gives.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from callforge_core.errors import SpecError
from callforge_core.registry import unknown

DEFAULT_API = "quality-on-demand"
DEFAULT_RELEASE = "1.1.0"
DEFAULT_CATALOGUE = "default"


def spec_path(api: str = DEFAULT_API, release: str = DEFAULT_RELEASE) -> Path:
    """Return the bundled definition of one release; raise SpecError with the nearest."""
    known = releases()
    wanted = f"{api} {release}"
    if (api, release) not in known:
        raise SpecError(unknown("bundled release", wanted, [" ".join(pair) for pair in known]))
    return folder("specs") / f"{api}-{release}.yaml"


def catalogue_path(name: str = DEFAULT_CATALOGUE) -> Path:
    """Return a bundled catalogue by its name, or `name` itself when it is the path of a file."""
    bundled = folder("catalogues") / f"{name}.yaml"
    if "/" not in name and bundled.is_file():
        return bundled
    if Path(name).is_file():
        return Path(name)
    known = catalogues()
    raise SpecError(f"{unknown('catalogue', name, known)}; or give the path of a YAML file")


def releases() -> list[tuple[str, str]]:
    """Return the bundled (api, release) pairs, sorted."""
    stems = (path.stem.rpartition("-") for path in folder("specs").glob("*.yaml"))
    return sorted((api, release) for api, _, release in stems)


def catalogues() -> list[str]:
    """Return the names of the bundled catalogues, sorted."""
    return sorted(path.stem for path in folder("catalogues").glob("*.yaml"))


def folder(name: str) -> Path:
    """Return a folder of bundled data; packages are installed unzipped, so it is a real one."""
    return Path(str(files("datasets_src"))) / name
