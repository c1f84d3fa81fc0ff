"""The API a command works for: operation, catalogue and validator, from bundled or given files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callforge_core.manifest import digest
from callforge_core.spec import Operation, Spec, load_spec
from datasets_src.bundled import DEFAULT_API, catalogue_path, spec_path
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator


@dataclass(frozen=True, kw_only=True)
class Api:
    """One operation of one release, with the profiles a provider offers."""

    operation: Operation
    catalogue: Catalogue
    validator: Validator
    inputs: dict[str, str]
    """Name -> SHA-256 of the definition and the catalogue."""


def load_api(operation: str, release: str, spec: Path | None, catalogue: str) -> Api:
    """Load what a command needs to know about the API; raise SpecError or UnknownName."""
    place, profiles = find_spec(release, spec), catalogue_path(catalogue)
    chosen = load_spec(place).operation(operation)
    loaded = load_catalogue(profiles)
    return Api(
        operation=chosen,
        catalogue=loaded,
        validator=Validator(chosen, loaded),
        inputs={"spec": digest(place), "catalogue": digest(profiles)},
    )


def find_spec(release: str, spec: Path | None) -> Path:
    """Return the given document, or the bundled one of `release`."""
    return spec or spec_path(DEFAULT_API, release)


def load_definition(release: str, spec: Path | None) -> Spec:
    """Load a whole API definition."""
    return load_spec(find_spec(release, spec))
