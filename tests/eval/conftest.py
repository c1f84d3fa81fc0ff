"""What the tests of eval share: one operation, its validator, and items with their gold texts."""

from __future__ import annotations

import pytest

from callforge_core.records import Item
from callforge_core.spec import load_spec, render_payload
from datasets_src.bundled import catalogue_path, spec_path
from tests.eval.examples import GOLD, REQUEST, make_item
from validators.catalogue import load_catalogue
from validators.payload import Validator


@pytest.fixture(scope="session")
def validator() -> Validator:
    operation = load_spec(spec_path()).operation("createSession")
    return Validator(operation, load_catalogue(catalogue_path()))


@pytest.fixture
def item() -> Item:
    return make_item()


@pytest.fixture(scope="session")
def gold_text(validator: Validator) -> str:
    return render_payload(validator.operation, GOLD)


@pytest.fixture
def items() -> list[Item]:
    """Six requests: the same call for different durations, two phrasings each."""
    return [
        make_item(
            id=f"i{n}",
            request=f"{REQUEST} ({n})",
            payload=GOLD | {"duration": 600 * (1 + n // 2)},
            cluster=f"c{n // 2}",
        )
        for n in range(6)
    ]
