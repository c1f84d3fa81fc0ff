"""How does distilabel run without harm? In shards, each a process of its own, merged in order.

A shard's folder is named after its requests. A finished one is never run again; one that was killed
is run anew, and asks only what the shared store of answers does not hold. A shard has a time limit,
and its rows are counted: distilabel ends well even when a step has failed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from callforge_core.errors import DataError, MissingExtra
from callforge_core.jsonl import iter_rows, write_json, write_rows
from generators.llm.asks import Ask, Endpoint, Reply, key_of
from generators.llm.client import ServerGone
from generators.llm.shard_run import ANSWERS, ASKS, SETTINGS

SHARD_ROWS = 64
START_S = 60.0  # distilabel takes 2 to 4 s to start; a busy machine some times that
START_RAY_S = 240.0  # Ray adds 8 to 20 s, a busy machine some times that
GONE = "gone"
NO_ROW = "the shard ended without this row; see log.txt in its folder"

log = logging.getLogger("generators.llm")


class ShardRunner:
    """Asks a model through distilabel pipelines, one shard after the other."""

    def __init__(
        self,
        endpoint: Endpoint,
        folder: Path,
        answers: Path,
        *,
        shard_rows: int = SHARD_ROWS,
        ray: str = "",
    ) -> None:
        needs = {"distilabel": "gen", "openai": "gen"} | ({"ray": "ray"} if ray else {})
        for package, extra in needs.items():
            if importlib.util.find_spec(package) is None:
                raise MissingExtra(package, extra)
        self.ray = ray
        self.endpoint = endpoint
        self.folder = folder
        self.answers = answers
        self.shard_rows = shard_rows

    def iter_replies(self, asks: Sequence[Ask], job: str) -> Iterator[Reply]:
        """Yield one reply an ask, in order; raise ServerGone when the server does not answer."""
        for start in range(0, len(asks), self.shard_rows):
            yield from self.ask_shard(asks[start : start + self.shard_rows], job)

    def ask_shard(self, asks: Sequence[Ask], job: str) -> Iterator[Reply]:
        """Yield the replies of one shard, running it unless it is there."""
        keys = "".join(key_of(self.endpoint, ask) for ask in asks)
        name = f"{job.replace(' ', '-')}-{hashlib.sha256(keys.encode()).hexdigest()[:16]}"
        folder = self.folder / name
        replies = read_replies(folder)
        is_stored = len(replies) == len(asks) and not any(r.error for r in replies.values())
        if not is_stored:
            self.run(folder, name, asks)
            replies = read_replies(folder)
        for ask in asks:
            reply = replies.get(ask.row) or Reply(row=ask.row, error=NO_ROW)
            if reply.finish == GONE:
                raise ServerGone(reply.error)
            yield with_origin(reply, is_stored=is_stored or reply.is_stored)

    def run(self, folder: Path, name: str, asks: Sequence[Ask]) -> None:
        """Run a shard in a process of its own, until it ends or its time is up."""
        shutil.rmtree(folder, ignore_errors=True)
        write_rows(folder / ASKS, ({"ask": json.dumps(asdict(ask))} for ask in asks))
        llm = asdict(self.endpoint) | {"answers": str(self.answers)}
        # A pipeline's name is an actor's name in Ray: one per run and shard.
        settings = {
            "name": f"{name}-{os.getpid()}",
            "parent": os.getpid(),
            "llm": llm,
            "ray": self.ray,
        }
        write_json(folder / SETTINGS, settings)
        with (folder / "log.txt").open("wb") as said:
            process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", "generators.llm.shard_run", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                process.wait(timeout=self.limit_s(len(asks)))
            except subprocess.TimeoutExpired:
                log.warning("shard %s: stopped, its time is up", name)
            finally:
                end(process)
        log.debug("shard %s ended with %s", name, process.returncode)

    def limit_s(self, rows: int) -> float:
        """Return the wall seconds a shard may take: every try of every row timing out."""
        tries = rows * (self.endpoint.retries + 1) / self.endpoint.concurrency
        return (START_RAY_S if self.ray else START_S) + (tries + 1) * self.endpoint.timeout_s


def end(process: subprocess.Popen[bytes]) -> None:
    """End a shard with all processes that distilabel started for it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_replies(folder: Path) -> dict[int, Reply]:
    """Return row -> reply of a shard; empty when it did not end well."""
    path = folder / ANSWERS
    if not path.is_file():
        return {}
    try:
        return {row.value["row"]: Reply(**row.value) for row in iter_rows(path)}
    except (DataError, TypeError, KeyError):
        return {}  # not written by this version: run it again


def with_origin(reply: Reply, *, is_stored: bool) -> Reply:
    """Return the reply, saying whether this run has asked for it."""
    return Reply(**reply.to_json(), is_stored=is_stored)
