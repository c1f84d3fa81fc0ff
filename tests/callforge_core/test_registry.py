"""Named collections: order, and what an unknown or repeated name gives."""

from __future__ import annotations

import pytest

from callforge_core.errors import UnknownName
from callforge_core.registry import Registry, unknown


def rules() -> Registry[int]:
    registry: Registry[int] = Registry("rule")
    registry.register("ranges")(1)
    registry.register("duration")(2)
    return registry


def test_members_come_in_the_order_they_were_registered() -> None:
    assert list(rules()) == [("ranges", 1), ("duration", 2)]
    assert rules().names() == ["ranges", "duration"]
    assert len(rules()) == 2


def test_registering_returns_the_member_so_that_it_serves_as_a_decorator() -> None:
    assert Registry[int]("rule").register("ports")(7) == 7


def test_an_unknown_name_is_answered_with_the_nearest_and_the_full_list() -> None:
    with pytest.raises(UnknownName) as caught:
        rules().get("durations")
    assert str(caught.value) == (
        "unknown rule 'durations' (did you mean 'duration'?); known: duration, ranges"
    )


def test_a_far_name_gets_no_suggestion_and_an_empty_list_says_none() -> None:
    assert unknown("rule", "zzz", ["ranges"]) == "unknown rule 'zzz'; known: ranges"
    assert unknown("rule", "zzz", []) == "unknown rule 'zzz'; known: none"


def test_a_second_registration_of_a_name_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="registered twice"):
        rules().register("ranges")(3)
