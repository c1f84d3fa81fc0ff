"""The API a command works for: operation, catalogue and validator, from bundled or given files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from callforge_core.errors import SpecError
from callforge_core.manifest import digest
from callforge_core.spec import Operation, Spec, load_spec
from datasets_src.bundled import (
    DEFAULT_API,
    apis,
    catalogue_path,
    default_release,
    releases,
    resolve_spec,
    spec_path,
)
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator

PAIR = re.compile(r"(?P<api>[a-z-]+)[@: ](?P<release>\d.*)")


@dataclass(frozen=True, kw_only=True)
class Api:
    """One operation of one release, with the profiles a provider offers."""

    operation: Operation
    catalogue: Catalogue
    validator: Validator
    inputs: dict[str, str]
    """Name -> SHA-256 of the definition and the catalogue."""
    documents: tuple[Path, ...] = ()
    """The definitions whose operations rows may name: this one, and bundled ones beside it."""


def load_api(
    operation: str,
    release: str | None = None,
    spec: Path | None = None,
    catalogue: str = "default",
    api: str | None = None,
) -> Api:
    """Load what a command needs to know about the API; raise SpecError or UnknownName."""
    place, profiles = find_spec(release, spec, api, operation), catalogue_path(catalogue)
    chosen = load_spec(place).operation(operation)
    if chosen.media_type is None:
        raise SpecError(no_body(chosen))
    loaded = load_catalogue(profiles)
    return Api(
        operation=chosen,
        catalogue=loaded,
        validator=Validator(chosen, loaded),
        inputs={"spec": digest(place), "catalogue": digest(profiles)},
        documents=(place, *(() if spec else family_documents(place))),
    )


def family_documents(place: Path) -> list[Path]:
    """Return the bundled definitions of the other APIs, each in the release taken by default."""
    paths = [spec_path(name, default_release(name)) for name in apis()]
    return [path for path in paths if not place.stem.startswith(path.stem.rpartition("-")[0])]


def no_body(operation: Operation) -> str:
    """Word that an operation has nothing a payload could be checked against."""
    outside = ", ".join(f"{each.name} ({each.where})" for each in operation.parameters)
    travels = f"it takes only {outside}" if outside else "it takes nothing at all"
    return (
        f"{operation.operation_id} ({operation.method.upper()} {operation.path}) has no JSON "
        f"request body, so there is no payload to make or check: {travels}; `callforge spec list` "
        "names the operations with a body"
    )


def find_spec(
    release: str | None, spec: Path | None, api: str | None = None, operation: str | None = None
) -> Path:
    """Return the given document, or the bundled one that the options and the operation mean."""
    if spec is None:
        return resolve_spec(operation, release, api)
    if api is not None or release is not None:
        given = "--api" if api is not None else "--release"
        raise SpecError(f"{given} chooses a bundled definition; leave it out beside --spec {spec}")
    return spec


def load_definition(
    release: str | None = None, spec: Path | None = None, api: str | None = None
) -> Spec:
    """Load a whole API definition."""
    return load_spec(find_spec(release, spec, api))


def named_spec(name: str, api: str | None = None) -> Path:
    """Return the definition that one word means: a file, api@release, an API or a release."""
    path = Path(name)
    if path.is_file():
        return path
    if match := PAIR.fullmatch(name):
        return resolve_spec(None, match["release"], match["api"])
    if name in apis():
        return spec_path(name, default_release(name))
    owners = [owner for owner, release in releases() if release == name]
    chosen = api or (owners[0] if len(owners) == 1 else DEFAULT_API)
    if api is None and not owners:
        known = ", ".join("@".join(pair) for pair in releases())
        raise SpecError(f"{name!r} is neither a file nor a bundled definition; known: {known}")
    return resolve_spec(None, name, chosen)
