"""What the tests of generators share: the bundled operation, catalogue and validator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callforge_core.records import Sample
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import catalogue_path, spec_path
from generators.samples import iter_samples
from validators.catalogue import Catalogue, load_catalogue
from validators.payload import Validator

Draw = Callable[..., list[Sample]]


@pytest.fixture(scope="session")
def operation() -> Operation:
    return load_spec(spec_path()).operation("createSession")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(catalogue_path())


@pytest.fixture(scope="session")
def validator(operation: Operation, catalogue: Catalogue) -> Validator:
    return Validator(operation, catalogue)


@pytest.fixture(scope="session")
def draw(operation: Operation, catalogue: Catalogue) -> Draw:
    """Return a function that makes samples of the default catalogue."""

    def make(rows: int, seed: int = 1) -> list[Sample]:
        return list(iter_samples(operation, catalogue, rows=rows, seed=seed))

    return make
