"""The same requests through distilabel: same replies, shards that can be killed and run again."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openai", reason="comes with the extra 'gen'")
if importlib.util.find_spec("distilabel") is None:
    pytest.skip("distilabel comes with the extra 'gen'", allow_module_level=True)

from callforge_core.errors import MissingExtra
from callforge_core.jsonl import write_rows
from generators.llm.asks import Ask, Endpoint, Reply
from generators.llm.cache import AnswerCache
from generators.llm.client import ServerGone
from generators.llm.shard_run import ANSWERS
from generators.llm.shards import NO_ROW, ShardRunner
from tests.generators.llm.asking import endpoint, make_asks
from tests.generators.llm.scripted_server import Say, error, serving

RUN = """
import sys
from pathlib import Path
from tests.generators.llm.asking import endpoint, make_asks
from tests.generators.llm.test_distilabel import ask_shards
ask_shards(endpoint(sys.argv[1], concurrency=5), make_asks(8), Path(sys.argv[2]))
"""
ROOT = Path(__file__).resolve().parents[3]


def say_row(body: dict[str, Any], before: int) -> Say:
    return Say(text=f"about {body['messages'][0]['content']}, seed {body['seed']}")


def stored(folder: Path) -> tuple[int, int]:
    """Return how many requests have an answer, and how many a failure."""
    if not (folder / "answers.sqlite").is_file():
        return 0, 0
    with AnswerCache(folder / "answers.sqlite") as cache:
        return cache.count()


def ask_shards(
    where: Endpoint, asks: list[Ask], folder: Path, rows: int = 64, ray: str = ""
) -> list[Reply]:
    answers = folder / "answers.sqlite"
    runner = ShardRunner(where, folder / "shards", answers, shard_rows=rows, ray=ray)
    return list(runner.iter_replies(asks, "paraphrase"))


def test_shards_are_merged_in_order_and_finished_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[int]] = []

    def run(self: ShardRunner, folder: Path, name: str, asks: list[Ask]) -> None:
        ran.append([ask.row for ask in asks])
        is_ill = len(ran) == 2
        replies = [Reply(row=ask.row, text="x", error="500" if is_ill else "") for ask in asks]
        write_rows(folder / ANSWERS, (reply.to_json() for reply in reversed(replies)))

    monkeypatch.setattr(ShardRunner, "run", run)
    where = endpoint("http://127.0.0.1:9/v1")
    first = ask_shards(where, make_asks(7), tmp_path, rows=3)
    assert [reply.row for reply in first] == list(range(7))
    assert [bool(reply.error) for reply in first] == [False] * 3 + [True] * 3 + [False]
    again = ask_shards(where, make_asks(7), tmp_path, rows=3)
    assert ran == [[0, 1, 2], [3, 4, 5], [6], [3, 4, 5]]
    assert [reply.is_stored for reply in again] == [True] * 3 + [False] * 3 + [True]
    changed = replace(where, model="another")
    ask_shards(changed, make_asks(7), tmp_path, rows=3)
    assert len(ran) == 7


@pytest.mark.slow
def test_a_killed_run_loses_and_repeats_no_answer(tmp_path: Path) -> None:
    """Row 1 fails in the first run, rows 4 to 7 are under way when it is killed."""
    hold = threading.Event()

    def holding(body: dict[str, Any], before: int) -> Say:
        if hold.is_set():
            return say_row(body, before)
        if body["seed"] == 1:
            return Say(status=500, raw=error("ill"))
        if body["seed"] >= 4:
            return Say(waits_for=hold, resets=True)
        return say_row(body, before)

    with serving(holding) as server:
        process = subprocess.Popen([sys.executable, "-c", RUN, server.base_url, tmp_path], cwd=ROOT)
        deadline = time.monotonic() + 60
        while (stored(tmp_path) != (3, 1) or len(server.seen) < 9) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        process.wait()
        time.sleep(1.5)  # the shard sees that its parent is gone, and ends
        assert stored(tmp_path) == (3, 1)
        hold.set()
        replies = ask_shards(endpoint(server.base_url), make_asks(8), tmp_path)
        answered = list(server.answered)
        sent = json.loads(server.seen[0])
    assert [reply.text for reply in replies] == [f"about row {n}, seed {n}" for n in range(8)]
    assert len(answered) == len(set(answered)) == 8
    assert [reply.is_stored for reply in replies] == [n in (0, 2, 3) for n in range(8)]
    assert sent["response_format"]["type"] == "json_schema"  # as the openai backend asks


@pytest.mark.slow
def test_a_crashed_step_is_an_error_of_its_rows_and_not_silence(tmp_path: Path) -> None:
    """The store of answers is no database: the step fails to load and the pipeline ends."""
    (tmp_path / "answers.sqlite").write_text("no database\n" * 200, encoding="utf-8")
    where = endpoint("http://127.0.0.1:9/v1")
    replies = ask_shards(where, make_asks(2), tmp_path)
    assert [(reply.row, reply.error) for reply in replies] == [(0, NO_ROW), (1, NO_ROW)]
    log = next((tmp_path / "shards").glob("*/log.txt")).read_text(encoding="utf-8")
    assert "is no store of answers" in " ".join(log.split()) or "Failed to load" in log


@pytest.mark.slow
def test_a_server_that_is_gone_is_told_through_the_shard(tmp_path: Path) -> None:
    denied = Say(status=401, raw=error("no such key"))
    with serving(lambda *_: denied) as server, pytest.raises(ServerGone, match="OPENAI_API_KEY"):
        ask_shards(endpoint(server.base_url), make_asks(2), tmp_path)


def test_a_shard_whose_time_is_up_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ShardRunner, "limit_s", lambda *_: 0.2)
    started = time.monotonic()
    replies = ask_shards(endpoint("http://127.0.0.1:9/v1"), make_asks(2), tmp_path)
    assert time.monotonic() - started < 10
    assert {reply.error for reply in replies} == {NO_ROW}


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray: extra 'ray'")
def test_ray_gives_the_same_replies_shard_after_shard(tmp_path: Path) -> None:
    with serving(say_row) as server:
        where = endpoint(server.base_url)
        replies = ask_shards(where, make_asks(5), tmp_path, rows=3, ray="local")
        again = ask_shards(where, make_asks(5), tmp_path, rows=3, ray="local")
    assert [reply.text for reply in replies] == [f"about row {n}, seed {n}" for n in range(5)]
    assert [reply.text for reply in again] == [reply.text for reply in replies]
    assert all(reply.is_stored for reply in again)


def test_ray_that_is_not_installed_names_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ray" else there(name)
    )
    with pytest.raises(MissingExtra, match=r"callforge\[ray\]"):
        ask_shards(endpoint("http://127.0.0.1:9/v1"), make_asks(2), tmp_path, ray="local")
