"""The tables of names per release, held against the bundled definitions themselves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from callforge_core.config import load_yaml
from callforge_core.spec import load_spec
from datasets_src.bundled import releases, spec_path
from validators.releases import FOREIGN, REFUSE_UNKNOWN, alias_names, base_release, foreign_names
from validators.rules.packs import PACKS
from validators.undeclared import iter_patterns

each_release = pytest.mark.parametrize(("api", "release"), releases())
READ_ONLY = {"jwksUri"}  # declared, but for answers


@cache
def requested(api: str, release: str) -> frozenset[str]:
    """Return the names of all members that some request of a release may have."""
    operations = load_spec(spec_path(api, release)).operations.values()
    names = {pattern[-1] for each in operations for pattern in iter_patterns(each.closed)}
    return frozenset(names - READ_ONLY)


def named(node: Any) -> Iterator[str]:
    """Yield the names of all members that a document declares anywhere."""
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for child in node.values():
            yield from named(child)
    elif isinstance(node, list):
        for child in node:
            yield from named(child)


@each_release
def test_every_bundled_release_has_its_tables(api: str, release: str) -> None:
    assert (api, release) in FOREIGN
    assert (api, release) in PACKS
    assert alias_names(api)


def test_no_table_is_kept_for_a_release_that_is_not_bundled() -> None:
    assert set(FOREIGN) | set(PACKS) | REFUSE_UNKNOWN <= set(releases())


@each_release
def test_a_foreign_name_is_none_of_the_release_and_its_stand_ins_are(
    api: str, release: str
) -> None:
    ours = requested(api, release)
    assert set(foreign_names(api, release)) & ours == set()
    assert {name for names in foreign_names(api, release).values() for name in names} <= ours


@each_release
def test_what_other_releases_ask_for_is_foreign(api: str, release: str) -> None:
    ours = requested(api, release)
    for other in (pair for pair in releases() if pair[0] == api):
        assert requested(*other) - ours <= set(foreign_names(api, release)), other


@each_release
def test_what_only_answers_have_is_foreign(api: str, release: str) -> None:
    document = load_yaml(spec_path(api, release))
    inner = {"countryName", "networks", "value", "unit"}  # of what is foreign itself
    answers = set(named(document)) - requested(api, release) - inner
    assert answers <= set(foreign_names(api, release))


@each_release
def test_packs_speak_of_operations_that_exist(api: str, release: str) -> None:
    operations = load_spec(spec_path(api, release)).operations
    with_body = {name for name, operation in operations.items() if operation.closed}
    with_device = {name for name in with_body if "device" in operations[name].keys}
    assert set(PACKS[api, release].rules) == with_body
    assert set(PACKS[api, release].tokens) == with_device


@each_release
def test_an_alias_is_another_word_for_a_member_that_some_release_has(
    api: str, release: str
) -> None:
    known = {name for pair in releases() if pair[0] == api for name in requested(*pair)}
    assert set(alias_names(api)) <= known


@pytest.mark.parametrize(
    ("release", "ours"),
    [("1.2.0-rc.3", "1.2.0-rc"), ("1.2.0-rc", "1.2.0-rc"), ("1.1.0", "1.1.0"), ("1.2.0", "1.2.0")],
)
def test_a_candidate_is_known_without_its_number(release: str, ours: str) -> None:
    assert base_release(release) == ours
