"""Which API definitions and profile catalogues ship with the project, and where do they lie?

All are written in our own words. Anything else is a path that the user gives. A definition is the
file `<api>-<release>.yaml`; which operations it has is read off its lines, without compiling it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from callforge_core.errors import SpecError
from callforge_core.registry import unknown

DEFAULT_API = "quality-on-demand"
DEFAULT_RELEASE = "1.1.0"
DEFAULT_CATALOGUE = "default"
DEFAULT_RELEASES = {DEFAULT_API: DEFAULT_RELEASE}
"""API -> the release taken when none is named; another API's is its newest final one."""

STEM = re.compile(r"(?P<api>[a-z-]+)-(?P<release>\d.*)")
OPERATION = re.compile(r"^ +operationId: *(\w+)", re.MULTILINE)


def spec_path(api: str = DEFAULT_API, release: str = DEFAULT_RELEASE) -> Path:
    """Return the bundled definition of one release; raise SpecError with the nearest."""
    known = releases()
    if (api, release) not in known:
        wanted, pairs = f"{api} {release}", [" ".join(pair) for pair in known]
        raise SpecError(unknown("bundled release", wanted, pairs))
    return folder("specs") / f"{api}-{release}.yaml"


def resolve_spec(
    operation: str | None = None, release: str | None = None, api: str | None = None
) -> Path:
    """Return the bundled definition a user means; raise SpecError saying what there is instead.

    Without an API it is the one that alone has the operation, else the default one.
    """
    chosen = api or api_of(operation)
    if chosen not in apis():
        raise SpecError(unknown("bundled API", chosen, apis()))
    place = spec_path(chosen, release or default_release(chosen))
    if operation is not None and operation not in operations_in(place):
        raise SpecError(no_operation(operation, chosen, place, everywhere=api is None))
    return place


def api_of(operation: str | None) -> str:
    """Return the bundled API that alone has an operation, else the default one."""
    owners = [name for name in apis() if operation in operations_of(name)]
    return owners[0] if len(owners) == 1 else DEFAULT_API


def no_operation(operation: str, api: str, place: Path, *, everywhere: bool) -> str:
    """Word that a release lacks an operation: where it is, or else what is near."""
    having = [each for each in releases_of(api) if operation in operations_in(spec_path(api, each))]
    if having:
        stem = place.stem.replace(f"{api}-", f"{api} ", 1)
        return f"{stem} has no operation {operation!r}; give --release {having[-1]}"
    owners = [name for name in apis() if operation in operations_of(name)]
    if owners:
        return f"{api} has no operation {operation!r}; give --api {' or '.join(owners)}"
    known = {name for each in (apis() if everywhere else [api]) for name in operations_of(each)}
    return unknown("operation", operation, known)


def apis() -> list[str]:
    """Return the names of the bundled APIs, sorted."""
    return sorted({api for api, _ in releases()})


def releases() -> list[tuple[str, str]]:
    """Return the bundled (api, release) pairs, by name and then oldest release first."""
    found = (STEM.fullmatch(path.stem) for path in folder("specs").glob("*.yaml"))
    pairs = [(match["api"], match["release"]) for match in found if match]
    return sorted(pairs, key=lambda pair: (pair[0], version_key(pair[1])))


def releases_of(api: str) -> list[str]:
    """Return the bundled releases of one API, oldest first."""
    return [release for name, release in releases() if name == api]


def default_release(api: str) -> str:
    """Return the release taken when none is named: the stated one, else the newest final one."""
    known = releases_of(api)
    if DEFAULT_RELEASES.get(api) in known:
        return DEFAULT_RELEASES[api]
    final = [release for release in known if "-" not in release]
    return (final or known)[-1]


def version_key(release: str) -> tuple[tuple[int, ...], bool, list[tuple[int, str]]]:
    """Return what releases sort by: 0.11.1 < 1.0.0 < 1.2.0-rc < 1.2.0-rc.3 < 1.2.0."""
    numbers, _, preview = release.partition("-")
    parts = tuple(int(part) if part.isdigit() else 0 for part in numbers.split("."))
    words = re.findall(r"\d+|[^\d.]+", preview)
    return parts, not preview, [(int(w), "") if w.isdigit() else (-1, w) for w in words]


def operations_of(api: str) -> list[str]:
    """Return every operation that some release of an API has, in the order they came up."""
    names = [name for each in releases_of(api) for name in operations_in(spec_path(api, each))]
    return list(dict.fromkeys(names))


@cache
def operations_in(path: Path) -> tuple[str, ...]:
    """Return the operation ids of a bundled definition, as its lines name them."""
    return tuple(OPERATION.findall(path.read_text(encoding="utf-8")))


def catalogue_path(name: str = DEFAULT_CATALOGUE) -> Path:
    """Return a bundled catalogue by its name, or `name` itself when it is the path of a file."""
    bundled = folder("catalogues") / f"{name}.yaml"
    if "/" not in name and bundled.is_file():
        return bundled
    if Path(name).is_file():
        return Path(name)
    known = catalogues()
    raise SpecError(f"{unknown('catalogue', name, known)}; or give the path of a YAML file")


def catalogues() -> list[str]:
    """Return the names of the bundled catalogues, sorted."""
    return sorted(path.stem for path in folder("catalogues").glob("*.yaml"))


def folder(name: str) -> Path:
    """Return a folder of bundled data; packages are installed unzipped, so it is a real one."""
    return Path(str(files("datasets_src"))) / name
