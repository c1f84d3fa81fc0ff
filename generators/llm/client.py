"""Who asks the server? A crew of workers: bounded, patient, and each answer stored on arrival.

A request that a run has an answer to is never sent again. What fails after all tries is stored with
its reason and tried by the next run; a server that does not answer at all stops the run.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from callforge_core.errors import CallforgeError, MissingExtra
from generators.llm.asks import Ask, Endpoint, Reply, key_of
from generators.llm.cache import AnswerCache
from generators.llm.terms import Terms, read_terms
from generators.llm.troubles import Trouble, classify, pause, read_answer

if TYPE_CHECKING:
    from openai import AsyncOpenAI

KEY = "OPENAI_API_KEY"
NO_KEY = "not-needed"  # local servers want a header, and do not look at it
CONNECT_S = 10.0
MOST_IN_A_ROW = 5  # failed requests, each after all its tries, before a run gives up

log = logging.getLogger("generators.llm")


class ServerGone(CallforgeError):
    """The server does not answer, or denies every request; what it did answer is stored."""


def iter_replies(endpoint: Endpoint, asks: Sequence[Ask], cache: AnswerCache) -> Iterator[Reply]:
    """Yield one reply an ask, stored ones first, the rest as they arrive (tell them by `row`).

    Raises ServerGone when the server does not answer or denies access, MissingExtra without openai.
    """
    waiting: list[tuple[str, Ask]] = []
    for ask in asks:
        key = key_of(endpoint, ask)
        if (stored := cache.find(key, ask.row)) is not None:
            yield stored
        else:
            waiting.append((key, ask))
    if not waiting:
        return
    crew = Crew(endpoint, cache, waiting)
    with asyncio.Runner() as runner:
        runner.run(crew.start())
        try:
            for _ in waiting:
                yield runner.run(crew.next())
        finally:
            runner.run(crew.stop())


def connect(endpoint: Endpoint) -> AsyncOpenAI:
    """Return a client of the openai package that never retries by itself."""
    try:
        import openai
    except ImportError as exc:
        raise MissingExtra("openai", "gen") from exc
    return openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=os.environ.get(KEY) or NO_KEY,
        max_retries=0,
        timeout=openai.Timeout(endpoint.timeout_s, connect=CONNECT_S),
    )


class Crew:
    """Workers that share a list of requests, the server's terms and its pauses."""

    def __init__(
        self, endpoint: Endpoint, cache: AnswerCache, waiting: Sequence[tuple[str, Ask]]
    ) -> None:
        self.endpoint = endpoint
        self.cache = cache
        self.waiting = deque(waiting)
        self.name = f"{endpoint.base_url.rstrip('/')} {endpoint.model}"
        self.terms = read_terms(cache.terms(self.name))
        self.secret = os.environ.get(KEY, "")
        self.not_before = 0.0
        self.failed_in_a_row = 0
        self.has_answered = False

    def open(self) -> None:
        """Open the client, inside the event loop that it will live in."""
        self.client = connect(self.endpoint)

    async def start(self) -> None:
        """Open the client and set the workers to work."""
        self.open()
        self.done: asyncio.Queue[Reply | BaseException] = asyncio.Queue()
        count = min(self.endpoint.concurrency, len(self.waiting))
        self.workers = [asyncio.create_task(self.work()) for _ in range(count)]

    async def next(self) -> Reply:
        """Return the next reply that arrives; raise what stopped a worker."""
        reply = await self.done.get()
        if isinstance(reply, BaseException):
            raise reply
        return reply

    async def stop(self) -> None:
        """Give up what is under way and close the client."""
        for worker in self.workers:
            worker.cancel()
        await asyncio.gather(*self.workers, return_exceptions=True)
        await self.client.close()

    async def work(self) -> None:
        """Answer requests until none waits."""
        try:
            while self.waiting:
                key, ask = self.waiting.popleft()
                self.done.put_nowait(await self.answer(key, ask))
        except Exception as exc:  # handed to whoever waits for the next reply
            self.done.put_nowait(exc)

    async def answer(self, key: str, ask: Ask) -> Reply:
        """Ask until there is an answer, a refusal or no try left; store what came of it."""
        body, terms, tries = ask.body(self.endpoint.model), self.terms, 0
        while True:
            sent = terms.apply(body)
            reply = await self.send(ask, sent)
            if isinstance(reply, Reply):
                self.has_answered, self.failed_in_a_row = True, 0
                self.learn(terms.merge(self.terms))
                self.cache.keep(
                    key, self.endpoint.base_url, body, terms.to_text(), reply, tries + 1
                )
                return reply
            if reply.kind == "denied":
                raise ServerGone(f"{self.endpoint.base_url}: {reply.text}")
            if reply.kind == "refused" and (weaker := terms.concede(sent, reply.text)) is not None:
                log.debug("%s; asking again as %s", reply.text, weaker)
                terms = weaker
                continue
            tries += 1
            if not reply.is_retried or tries > self.endpoint.retries:
                return self.give_up(key, ask, body, reply, tries)
            log.debug("row %d, try %d: %s", ask.row, tries, reply.text)
            await self.rest(pause(self.endpoint, ask, tries - 1, reply), reply)

    async def send(self, ask: Ask, body: dict[str, Any]) -> Reply | Trouble:
        """Send one request and read its answer."""
        await asyncio.sleep(max(0.0, self.not_before - asyncio.get_running_loop().time()))
        try:
            async with asyncio.timeout(self.endpoint.timeout_s):
                raw = await self.client.chat.completions.with_raw_response.create(**body)
                return read_answer(raw.text, ask.row)
        except Exception as exc:
            return classify(exc, self.secret)

    async def rest(self, seconds: float, trouble: Trouble) -> None:
        """Wait before the next try; where the server asked for it, all workers do."""
        if trouble.wait_s:
            now = asyncio.get_running_loop().time()
            self.not_before = max(self.not_before, now + trouble.wait_s)
        await asyncio.sleep(seconds)

    def learn(self, terms: Terms) -> None:
        """Keep terms under which a request succeeded, for this run and later ones."""
        if terms != self.terms:
            self.terms = terms
            self.cache.keep_terms(self.name, terms.to_text())

    def give_up(
        self, key: str, ask: Ask, body: dict[str, Any], trouble: Trouble, tries: int
    ) -> Reply:
        """Store a failure; raise ServerGone when the server seems to be gone altogether."""
        failed = Reply(row=ask.row, error=trouble.text)
        url = self.endpoint.base_url
        self.cache.keep(key, url, body, self.terms.to_text(), failed, tries)
        self.failed_in_a_row += trouble.is_retried
        never = trouble.kind == "unreachable" and not self.has_answered
        if never or self.failed_in_a_row >= MOST_IN_A_ROW:
            raise ServerGone(
                f"{url}: {trouble.text} ({tries} tries each); start the server or check "
                "--base-url, then run the same command again; answers stored so far: "
                f"{self.cache.count().answered}"
            )
        return failed
