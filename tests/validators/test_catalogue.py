"""Profile catalogues: what a person may write, and what they say about a payload."""

from __future__ import annotations

from pathlib import Path

import pytest

from callforge_core.errors import SpecError
from callforge_core.spec import Operation
from validators.catalogue import Catalogue, Profile, load_catalogue
from validators.payload import Validator

LIMITED = Catalogue(
    name="limited",
    profiles=(
        Profile(name="FAST", use="games", min_duration_s=60, max_duration_s=3600),
        Profile(name="OLD", use="games", status="DEPRECATED"),
    ),
)


@pytest.mark.parametrize(
    ("profile", "duration", "expected"),
    [
        ("FAST", 60, []),
        ("FAST", 3600, []),
        ("FAST", 59, [("D6", "$.duration", "R8")]),
        ("FAST", 3601, [("D6", "$.duration", "R8")]),
        ("OLD", 60, [("D6", "$.qosProfile", "R7")]),
        ("fast", 59, [("V4", "$.qosProfile", "R7")]),
    ],
)
def test_a_profile_must_be_known_active_and_fit_the_duration(
    operation: Operation, profile: str, duration: int, expected: list[tuple[str, str, str]]
) -> None:
    payload = {
        "applicationServer": {"ipv4Address": "192.0.2.1"},
        "qosProfile": profile,
        "duration": duration,
    }
    issues = Validator(operation, LIMITED).verdict(payload).issues
    assert [(issue.cls, issue.path, issue.spec) for issue in issues] == expected
    assert all(issue.layer == "catalogue" for issue in issues)


def test_only_active_profiles_are_offered() -> None:
    assert LIMITED.lines == ("FAST: games",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: x\nprofiles: []", "profiles"),
        ("name: x\nprofiles: [{name: AAA, use: a}, {name: AAA, use: b}]", "AAA is listed twice"),
        ("name: x\nprofiles: [{name: AAA, use: a, min_duration_s: 9, max_duration_s: 3}]", "below"),
        (
            "name: x\nprofiles: [{name: AAA, use: a, maximum: 3}]",
            "unknown key 'profiles.0.maximum'",
        ),
        ("name: x\nprofiles: [{name: 'A B', use: a}]", "name"),
        ("- x", "found list"),
    ],
)
def test_a_wrong_catalogue_is_one_clear_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(text)
    with pytest.raises(SpecError, match=words) as caught:
        load_catalogue(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
