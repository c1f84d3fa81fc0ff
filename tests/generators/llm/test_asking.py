"""Asking a server that behaves, one that does not, and none at all."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openai", reason="comes with the extra 'gen'")

from generators.llm.cache import AnswerCache
from generators.llm.client import ServerGone
from tests.generators.llm.asking import ask_all, endpoint, make_asks
from tests.generators.llm.scripted_server import Say, Script, completion, error, serving


def say_row(body: dict[str, Any], _: int) -> Say:
    return Say(text=f"about {body['messages'][0]['content']}")


def first(fault: Say) -> Script:
    """Return a script: the fault on the first try, a good answer on the next."""
    return lambda body, before: fault if before == 0 else say_row(body, before)


def test_replies_carry_texts_and_tokens_in_the_order_of_rows(tmp_path: Path) -> None:
    def slow_start(body: dict[str, Any], before: int) -> Say:
        time.sleep(0.1 if body["messages"][0]["content"] == "row 0" else 0)
        return say_row(body, before)

    with serving(slow_start) as server:
        replies = ask_all(endpoint(server.base_url), make_asks(6), tmp_path / "a.sqlite")
    assert [reply.text for reply in replies] == [f"about row {row}" for row in range(6)]
    assert {reply.prompt_tokens for reply in replies} == {10}
    assert {(reply.completion_tokens, reply.finish) for reply in replies} == {(3, "stop")}


def test_a_second_run_sends_nothing(tmp_path: Path) -> None:
    with serving(say_row) as server:
        once = ask_all(endpoint(server.base_url), make_asks(5), tmp_path / "a.sqlite")
        again = ask_all(endpoint(server.base_url), make_asks(7), tmp_path / "a.sqlite")
        assert len(server.seen) == 7
    assert [reply.is_stored for reply in again] == [True] * 5 + [False] * 2
    assert [reply.text for reply in again[:5]] == [reply.text for reply in once]


@pytest.mark.parametrize(
    "fault",
    [
        Say(status=500, raw=error("broken inside")),
        Say(status=503, raw=b"<html>bad gateway</html>"),
        Say(status=429, raw=error("too fast")),
        Say(raw=b'{"choices": [{"message": {"content": "cut'),
        Say(raw=completion("lost", "stop")[:20], promised=200),
        Say(raw=b'{"choices": []}'),
        Say(raw=b'["no", "completion"]'),
        Say(raw=b'{"choices": [{"message": {"content": 5}}]}'),
        Say(resets=True),
    ],
    ids=["500", "503", "429", "cut", "early end", "no choice", "list", "number", "reset"],
)
def test_what_may_pass_is_tried_again(tmp_path: Path, fault: Say) -> None:
    with serving(first(fault)) as server:
        replies = ask_all(endpoint(server.base_url), make_asks(2), tmp_path / "a.sqlite")
        assert len(server.seen) == 4
    assert [reply.text for reply in replies] == ["about row 0", "about row 1"]


def test_a_server_that_hangs_is_given_up_and_asked_again(tmp_path: Path) -> None:
    never = threading.Event()
    with serving(first(Say(waits_for=never))) as server:
        where = endpoint(server.base_url, timeout_s=0.3)
        replies = ask_all(where, make_asks(1), tmp_path / "a.sqlite")
        never.set()
    assert replies[0].text == "about row 0"


def test_retry_after_is_kept_by_all_workers(tmp_path: Path) -> None:
    times: dict[str, list[float]] = {}

    def busy(body: dict[str, Any], before: int) -> Say:
        times.setdefault(body["messages"][0]["content"], []).append(time.monotonic())
        if before == 0 and body["messages"][0]["content"] == "row 0":
            return Say(status=429, raw=error("slow down"), headers={"Retry-After": "1"})
        time.sleep(0.05)
        return say_row(body, before)

    with serving(busy) as server:
        ask_all(endpoint(server.base_url, concurrency=2), make_asks(5), tmp_path / "a.sqlite")
    told = times["row 0"][0]
    assert times["row 0"][1] - told >= 0.95
    later = [when for row in (2, 3, 4) for when in times[f"row {row}"]]
    assert min(later) - told >= 0.95


def test_no_more_requests_are_under_way_than_allowed(tmp_path: Path) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def count(body: dict[str, Any], before: int) -> Say:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.03)
        with lock:
            now[0] -= 1
        return say_row(body, before)

    with serving(count) as server:
        ask_all(endpoint(server.base_url, concurrency=3), make_asks(12), tmp_path / "a.sqlite")
    assert most[0] == 3


def test_a_server_without_json_schema_is_asked_for_less_and_remembered(tmp_path: Path) -> None:
    def old(body: dict[str, Any], before: int) -> Say:
        if "response_format" in body:
            said = body["response_format"]["type"]
            return Say(status=400, raw=error(f"response_format {said} is not supported"))
        return say_row(body, before)

    with serving(old) as server:
        where = endpoint(server.base_url, concurrency=1)
        replies = ask_all(where, make_asks(3), tmp_path / "a.sqlite")
        kinds = [json.loads(body).get("response_format", {}).get("type") for body in server.seen]
        assert kinds == ["json_schema", "json_object", None, None, None]
        ask_all(where, make_asks(5), tmp_path / "a.sqlite")
        assert len(server.seen) == 7  # no refusal is asked for again
    assert not any(reply.error for reply in replies)


def test_a_model_with_other_parameters_is_asked_in_its_way(tmp_path: Path) -> None:
    def reasoning(body: dict[str, Any], before: int) -> Say:
        if "max_tokens" in body:
            return Say(status=400, raw=error("'max_tokens': use 'max_completion_tokens' instead"))
        if "temperature" in body:
            return Say(status=400, raw=error("'temperature' does not support 0.5 with this model"))
        return say_row(body, before)

    with serving(reasoning) as server:
        ask_all(endpoint(server.base_url), make_asks(1), tmp_path / "a.sqlite")
        sent = json.loads(server.seen[-1])
    assert sent["max_completion_tokens"] == 50
    assert not {"max_tokens", "temperature"} & sent.keys()
    assert sent["seed"] == 0 and sent["response_format"]["type"] == "json_schema"


def test_one_refused_request_does_not_cost_the_others_their_schema(tmp_path: Path) -> None:
    def picky(body: dict[str, Any], before: int) -> Say:
        if body["messages"][0]["content"] == "row 0":
            return Say(status=400, raw=error("the prompt is too long"))
        return say_row(body, before)

    with serving(picky) as server:
        where = endpoint(server.base_url, concurrency=1)
        replies = ask_all(where, make_asks(3), tmp_path / "a.sqlite")
        last = json.loads(server.seen[-1])
    assert "too long" in replies[0].error
    assert [reply.error for reply in replies[1:]] == ["", ""]
    assert last["response_format"]["type"] == "json_schema"


def test_failures_are_stored_and_tried_by_the_next_run(tmp_path: Path) -> None:
    is_ill = [True]

    def ill(body: dict[str, Any], before: int) -> Say:
        if is_ill[0] and body["messages"][0]["content"] == "row 1":
            return Say(status=500, raw=error("ill"))
        return say_row(body, before)

    store = tmp_path / "a.sqlite"
    with serving(ill) as server:
        replies = ask_all(endpoint(server.base_url), make_asks(3), store)
        assert "ill" in replies[1].error
        assert len(server.seen) == 2 + 3
        with AnswerCache(store) as cache:
            assert cache.count() == (2, 1)
        is_ill[0] = False
        replies = ask_all(endpoint(server.base_url), make_asks(3), store)
        assert len(server.seen) == 2 + 3 + 1
    assert [reply.text for reply in replies] == [f"about row {row}" for row in range(3)]
    with AnswerCache(store) as cache:
        assert cache.count() == (3, 0)


def test_nobody_there_is_one_line_after_bounded_tries(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = endpoint(f"http://127.0.0.1:{port}/v1")
    with pytest.raises(ServerGone, match=r"3 tries each.*--base-url.*so far: 0"):
        ask_all(where, make_asks(50), tmp_path / "a.sqlite")


def test_a_server_that_dies_midway_stops_the_run_and_keeps_what_it_said(tmp_path: Path) -> None:
    def dying(body: dict[str, Any], before: int) -> Say:
        row = int(body["messages"][0]["content"].split()[1])
        return say_row(body, before) if row < 10 else Say(resets=True)

    store = tmp_path / "a.sqlite"
    with serving(dying) as server:
        with pytest.raises(ServerGone, match="so far: 10"):
            ask_all(endpoint(server.base_url, concurrency=2), make_asks(200), store)
        assert len(server.seen) < 10 + 3 * (5 + 2) + 1


def test_a_denied_key_stops_the_run_and_is_never_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "sk-not-to-be-told-4711"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    denied = Say(status=401, raw=error(f"Incorrect API key provided: {secret}"))
    with serving(lambda *_: denied) as server:
        with pytest.raises(ServerGone, match=r"401.*\*\*\*.*OPENAI_API_KEY") as found:
            ask_all(endpoint(server.base_url), make_asks(4), tmp_path / "a.sqlite")
        assert {"authorization": f"Bearer {secret}"}.items() <= server.headers[0].items()
    assert secret not in str(found.value)


def test_the_key_is_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "sk-not-to-be-told-4711"
    monkeypatch.setenv("OPENAI_API_KEY", secret)

    def ill(body: dict[str, Any], before: int) -> Say:
        if body["messages"][0]["content"] == "row 0":
            return Say(status=500, raw=error(f"trouble with {secret}"))
        return say_row(body, before)

    with serving(ill) as server:
        replies = ask_all(endpoint(server.base_url), make_asks(2), tmp_path / "a.sqlite")
    assert "***" in replies[0].error
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"row 1" in written and secret.encode() not in written
