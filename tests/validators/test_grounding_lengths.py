"""How requests state a length of time, by hand: which seconds follow, and which do not."""

from __future__ import annotations

from typing import Any

import pytest

from callforge_core.spec import Operation
from validators.catalogue import Catalogue
from validators.grounding import Grounder
from validators.places import place_of, pointer_of

SAID: list[tuple[str, int]] = [
    ("for one hour", 3600),
    ("for 3600 seconds", 3600),
    ("for 1h30", 5400),
    ("for 1h30m", 5400),
    ("for 1h 30m", 5400),
    ("for 90m", 5400),
    ("for 90 min.", 5400),
    ("for PT1H", 3600),
    ("for PT1H30M please", 5400),
    ("for 1.5 hours", 5400),
    ("for 1,5 hours", 5400),
    ("for 1,800 seconds", 1800),
    ("for 1½ hours", 5400),
    ("for one and a half hours", 5400),
    ("for an hour and a half", 5400),
    ("for 1 1/2 hours", 5400),
    ("for 1/2 hour", 1800),
    ("for half an hour", 1800),
    ("a half-hour session", 1800),
    ("for quarter of an hour", 900),
    ("for three quarters of an hour", 2700),
    ("for three-quarters of an hour", 2700),
    ("for a quarter hour", 900),
    ("for an hour and a quarter", 4500),
    ("for two hours fifteen", 8100),
    ("for one hour ten", 4200),
    ("for an hour and ten minutes", 4200),
    ("for two hours and 10 mins", 7800),
    ("for 4m30s", 270),
    ("for 4 min 30", 270),
    ("for forty-five minutes", 2700),
    ("for fourty five minutes", 2700),
    ("for 45 minuts", 2700),
    ("for 45 mintues", 2700),
    ("for two huors", 7200),
    ("for one hundred and twenty minutes", 7200),
    ("for nine hundred seconds", 900),
    ("for a thousand seconds", 1000),
    ("a 90-minute session", 5400),
    ("for a couple of hours", 7200),
    ("for a good two hours", 7200),
    ("for one full hour", 3600),
    ("for a day", 86400),
    ("for half a day", 43200),
    ("for a day and a half", 129600),
    ("for a fortnight", 1209600),
    ("for two weeks", 1209600),
    ("from 14:00 to 15:30", 5400),
    ("between 9:05 and 10:00", 3300),
    ("14:00-15:30", 5400),
    ("from 2 to 4 pm", 7200),
    ("2-4pm", 7200),
    ("from 2pm until 4pm", 7200),
    ("from 10 am to noon", 7200),
    ("from 11pm to 1am", 7200),
    ("from 23:30 until 00:30", 3600),
    ("until midnight starting 22:30", 5400),
    ("an hour for the test and ten minutes for the wrap-up", 4200),
    ("2 to 3 hours", 10800),
    ("2 to 3 hours", 7200),
    ("DURATION=7200S", 7200),
    ("duration=3600", 3600),
    ("for the next hour", 3600),
    ("an hour-long session", 3600),
    ("1:30 hours", 5400),
    ("duration:3600s", 3600),
    ('{"duration": "20 min"}', 1200),
]

NOT_SAID: list[tuple[str, int, str]] = [
    ("for one hour", 60, "V2"),
    ("for one hour", 1, "V2"),
    ("for one hour", 3_600_000, "V2"),
    ("for 90 minutes", 90, "V2"),
    ("for half an hour", 30, "V2"),
    ("from 14:00 to 15:30", 90, "V2"),
    ("for 45 seconds", 2700, "V2"),
    ("for 45 minutes please", 2400, "V1"),
    ("for an hour and a half", 3600, "V1"),
    ("for two and a half hours", 7200, "V1"),
    ("for 1 hour 30 minutes", 3600, "V1"),
    ("for three quarters of an hour", 3600, "V1"),
    ("please set up a session for the game to our server", 3600, "V5"),
]

CANNOT_TELL: list[tuple[str, int]] = [
    ("until the end of the match", 5400),
    ("for the rest of the afternoon", 7200),
    ("until five", 3600),
    ("please set up the game to our server from 9 to 10", 3600),
    ("duration=60", 3600),
    ("overnight", 28800),
    ("for this weekend", 172800),
    ("durante media hora, por favor", 1800),
    ("für eine halbe Stunde", 1800),
    ("pendant une demi-heure", 1800),
    ("three sessions of 20 minutes each", 3600),
    ("twice 30 minutes", 3600),
    ("starts in 5 minutes and ends with the show", 3600),
    ("as long as the shift", 28800),
    ("", 3600),
]


@pytest.fixture(scope="module")
def grounder(operation: Operation, catalogue: Catalogue) -> Grounder:
    return Grounder(operation, catalogue)


def found(grounder: Grounder, payload: dict[str, Any], request: str) -> set[tuple[str, str]]:
    issues = grounder.iter_issues(payload, request)
    return {(issue.cls, pointer_of(place_of(issue.path))) for issue in issues}


@pytest.mark.parametrize(("words", "seconds"), SAID, ids=[f"{w} {s}" for w, s in SAID])
def test_words_for_a_length_yield_its_seconds(grounder: Grounder, words: str, seconds: int) -> None:
    grounding = grounder.ground({"duration": seconds}, f"A session {words}")
    derivation = grounding.derivations["duration",]
    assert derivation.text and derivation.text in f"A session {words}"
    assert grounding.issues == ()


@pytest.mark.parametrize(("words", "seconds", "cls"), NOT_SAID)
def test_another_length_is_a_fault(grounder: Grounder, words: str, seconds: int, cls: str) -> None:
    assert found(grounder, {"duration": seconds}, words) == {(cls, "/duration")}


@pytest.mark.parametrize(("words", "seconds"), CANNOT_TELL)
def test_time_in_unknown_words_is_undetermined(
    grounder: Grounder, words: str, seconds: int
) -> None:
    grounding = grounder.ground({"duration": seconds}, words)
    assert grounding.issues == ()
    assert grounding.undetermined == (("duration",),)


def test_numbers_that_are_no_lengths_do_not_pass_for_one(grounder: Grounder) -> None:
    request = "4K video at 60 fps, 20 Mbit/s, 30 ms, room 101, for 10 minutes"
    assert found(grounder, {"duration": 600}, request) == set()
    assert found(grounder, {"duration": 60}, request) == {("V1", "/duration")}
