"""A run that is killed in the middle: nothing that was answered is lost or asked again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openai", reason="comes with the extra 'gen'")

from generators.llm.cache import AnswerCache
from tests.generators.llm.asking import ask_all, endpoint, make_asks
from tests.generators.llm.scripted_server import Say, serving

ROOT = Path(__file__).resolve().parents[3]
ROWS, WORKERS = 40, 4
RUN = """
import sys
from pathlib import Path
from tests.generators.llm.asking import ask_all, endpoint, make_asks
ask_all(endpoint(sys.argv[1], concurrency=int(sys.argv[3])), make_asks(int(sys.argv[4])),
        Path(sys.argv[2]))
"""


def start(base_url: str, store: Path) -> subprocess.Popen[bytes]:
    arguments = [base_url, str(store), str(WORKERS), str(ROWS)]
    return subprocess.Popen([sys.executable, "-c", RUN, *arguments], cwd=ROOT)


def stored(store: Path) -> int:
    """Return how many answers another process has committed."""
    if not store.is_file():
        return 0
    with AnswerCache(store) as cache:
        return cache.count().answered


def wait_until(reached: Any) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline, "the run did not get there in 30 s"
        time.sleep(0.02)


def say_random(body: dict[str, Any], _: int) -> Say:
    """Answer differently each time: a repeated request would show."""
    return Say(text=f"{body['messages'][0]['content']} {random.random()}")


def test_what_was_answered_before_a_kill_is_never_asked_again(tmp_path: Path) -> None:
    """The server holds back answers after the 17th; the run is killed while it waits for them."""
    store, hold, place = tmp_path / "a.sqlite", threading.Event(), [0]
    lock = threading.Lock()

    def holding(body: dict[str, Any], before: int) -> Say:
        with lock:
            place[0] += 1
            if place[0] > 17 and not hold.is_set():
                return Say(text="too late", waits_for=hold, resets=True)
        return say_random(body, before)

    with serving(holding) as server:
        process = start(server.base_url, store)
        wait_until(lambda: stored(store) == 17 and len(server.seen) == 17 + WORKERS)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with AnswerCache(store) as cache:
            assert cache.count() == (17, 0)
        hold.set()
        replies = ask_all(endpoint(server.base_url, concurrency=WORKERS), make_asks(ROWS), store)
        answered = Counter(server.answered)
    assert len(answered) == sum(answered.values()) == ROWS
    assert sum(reply.is_stored for reply in replies) == 17
    assert [reply.text.split()[1] for reply in replies] == [str(row) for row in range(ROWS)]


@pytest.mark.parametrize("after", [3, 11, 25])
def test_a_kill_at_any_time_repeats_at_most_what_was_under_way(tmp_path: Path, after: int) -> None:
    store = tmp_path / "a.sqlite"

    def slow(body: dict[str, Any], before: int) -> Say:
        time.sleep(0.02)
        return say_random(body, before)

    with serving(slow) as server:
        process = start(server.base_url, store)
        wait_until(lambda: stored(store) >= after)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kept = stored(store)
        replies = ask_all(endpoint(server.base_url, concurrency=WORKERS), make_asks(ROWS), store)
        sent, distinct = len(server.seen), len(set(server.seen))
    assert after <= kept < ROWS
    assert distinct == ROWS
    assert sent - distinct <= WORKERS
    assert sum(reply.is_stored for reply in replies) == kept
