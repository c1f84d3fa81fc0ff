"""What makes two requests the same, what is stored of them, and what a server may refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import ConfigError, DataError
from generators.llm.asks import Ask, Endpoint, Reply, key_of
from generators.llm.cache import AnswerCache
from generators.llm.terms import Terms, read_terms
from generators.llm.troubles import (
    LONGEST_PAUSE_S,
    LONGEST_WAIT_S,
    Trouble,
    UnreadableAnswer,
    blot,
    pause,
    read_answer,
    read_wait,
)
from tests.generators.llm.asking import endpoint, make_asks

WHERE = endpoint("http://127.0.0.1:9/v1")
ASK = make_asks(1)[0]


@pytest.mark.parametrize(
    "other",
    [
        replace(ASK, messages=[{"role": "user", "content": "row 0 "}]),
        replace(ASK, temperature=0.6),
        replace(ASK, seed=1),
        replace(ASK, max_tokens=51),
        replace(ASK, response_format=None),
    ],
    ids=["messages", "temperature", "seed", "max_tokens", "response_format"],
)
def test_everything_that_decides_an_answer_is_in_the_key(other: Ask) -> None:
    assert key_of(WHERE, other) != key_of(WHERE, ASK)


def test_the_server_and_the_model_are_in_the_key_and_patience_is_not() -> None:
    key = key_of(WHERE, ASK)
    assert key_of(replace(WHERE, model="another"), ASK) != key
    assert key_of(replace(WHERE, base_url="http://127.0.0.1:8/v1"), ASK) != key
    assert key_of(replace(WHERE, base_url="http://127.0.0.1:9/v1/"), ASK) == key
    assert key_of(replace(WHERE, timeout_s=1, retries=9, concurrency=9), ASK) == key
    assert key_of(WHERE, replace(ASK, row=5)) == key


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": ""}, "--model is missing"),
        ({"base_url": ""}, "--base-url is missing"),
        ({"base_url": "localhost:8000"}, "no web address"),
        ({"base_url": "http://[::1"}, "no web address"),
        ({"base_url": "http://me:word@127.0.0.1/v1"}, "OPENAI_API_KEY"),
        ({"base_url": "http://127.0.0.1/v1?key=abc"}, "OPENAI_API_KEY"),
        ({"concurrency": 0}, "--concurrency 0"),
    ],
)
def test_an_endpoint_that_cannot_be_asked_is_one_line(
    changes: dict[str, object], told: str
) -> None:
    good: dict[str, object] = {"base_url": "http://127.0.0.1/v1", "model": "m"}
    with pytest.raises(ConfigError, match=told) as found:
        Endpoint(**(good | changes))  # type: ignore[arg-type]  # the wrong values are the test
    assert "word" not in str(found.value).replace("password", "")


def test_a_failure_is_no_answer_and_its_tries_add_up(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "a.sqlite") as cache:
        for _ in range(2):
            cache.keep("k", "http://x", {}, "", Reply(row=0, error="500"), 3)
        assert cache.find("k", 0) is None
        assert cache.count() == (0, 1)
        cache.keep("k", "http://x", {}, "", Reply(row=0, text="", finish="stop"), 1)
        assert cache.find("k", 7) == Reply(row=7, finish="stop", is_stored=True)
        assert cache.file.execute("SELECT tries FROM answers").fetchone() == (7,)


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    path.write_text("these are my notes, not a database at all\n" * 50, encoding="utf-8")
    with pytest.raises(DataError, match=r"answers\.sqlite is no store"):
        AnswerCache(path)
    assert path.read_text(encoding="utf-8").startswith("these are my notes")


def test_terms_survive_being_stored() -> None:
    terms = Terms(format=2, is_renamed=True, without=("seed",))
    assert read_terms(terms.to_text()) == terms
    assert read_terms("") == Terms()


@given(st.lists(st.sampled_from(["temperature", "max_completion_tokens", "seed", "grammar", "?"])))
def test_conceding_ends(refusals: list[str]) -> None:
    """However a server refuses, there is less to give up each time."""
    terms: Terms | None = Terms()
    given_up = 0
    for refusal in refusals * 6:
        assert terms is not None
        weaker = terms.concede(terms.apply(ASK.body("m")), refusal)
        if weaker is None:
            continue
        assert weaker != terms
        given_up, terms = given_up + 1, weaker
    assert given_up <= 5


@given(st.text() | st.binary().map(repr))
def test_any_body_is_read_or_unreadable(text: str) -> None:
    try:
        read_answer(text, 0)
    except UnreadableAnswer as exc:
        assert len(str(exc)) < 700


def test_a_refusal_of_the_model_is_an_answer() -> None:
    text = '{"choices": [{"message": {"content": null, "refusal": "I will not"}}]}'
    assert read_answer(text, 3) == Reply(row=3, finish="content_filter")


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    assert read_wait({"retry-after": "2.5"}) == 2.5
    assert read_wait({"retry-after": "99999"}) == LONGEST_WAIT_S
    assert read_wait({"retry-after": "-4"}) == 0
    assert read_wait({"retry-after": "nan"}) is None
    assert read_wait({"retry-after": "soon"}) is None
    assert read_wait({}) is None
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 15 < (read_wait({"retry-after": date}) or 0) <= 20


@given(st.integers(0, 60), st.floats(0, 120))
def test_pauses_are_bounded_and_the_same_each_time(attempt: int, wait_s: float) -> None:
    trouble = Trouble(kind="busy", text="429", wait_s=wait_s)
    found = pause(WHERE, ASK, attempt, trouble)
    assert wait_s <= found <= max(LONGEST_PAUSE_S, wait_s)
    assert found == pause(WHERE, ASK, attempt, trouble)


def test_pauses_grow_and_differ_between_rows() -> None:
    trouble = Trouble(kind="busy", text="503")
    first, later = (pause(WHERE, ASK, attempt, trouble) for attempt in (0, 3))
    assert later > 2 * first
    asks = make_asks(20)
    assert len({pause(WHERE, ask, 0, trouble) for ask in asks}) == 20


def test_short_keys_blot_nothing_out() -> None:
    assert blot("a b c", "") == "a b c"
    assert blot("key sk-12345 bad", "sk-12345") == "key *** bad"
