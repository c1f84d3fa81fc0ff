"""The parts of a distilabel pipeline that asks a model: an LLM, a Task and a Step.

Our own LLM class, because distilabel's loses tool calls and refuses seeds and json_schema. Whole
requests travel as JSON text: rows with differing keys would get nulls. No postponed annotations in
this module: distilabel reads them as they are.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from distilabel.models.llms.base import AsyncLLM
from distilabel.steps.base import Step, StepInput
from distilabel.steps.tasks.base import Task
from pydantic import PrivateAttr

from generators.llm.asks import Ask, Endpoint, Reply, key_of
from generators.llm.cache import AnswerCache
from generators.llm.client import Crew, ServerGone

CRASHED = "the step that asks the model failed; see log.txt in the shard's folder"


class EndpointLLM(AsyncLLM):  # type: ignore[misc]  # distilabel has no types
    """A model behind an OpenAI-compatible server, asked as patiently as the openai backend does."""

    base_url: str
    model: str
    concurrency: int = 4
    timeout_s: float = 120.0
    retries: int = 4
    pause_s: float = 0.5
    answers: str
    """The SQLite file that keeps every answer; shards share it."""

    _crew: Any = PrivateAttr(None)
    _cache: Any = PrivateAttr(None)
    _places: Any = PrivateAttr(None)

    @property
    def model_name(self) -> str:
        """The name of the model."""
        return self.model

    def load(self) -> None:
        """Open the store of answers; called in the process of the step."""
        super().load()
        self._cache = AnswerCache(Path(self.answers))
        endpoint = Endpoint(
            base_url=self.base_url,
            model=self.model,
            concurrency=self.concurrency,
            timeout_s=self.timeout_s,
            retries=self.retries,
            pause_s=self.pause_s,
        )
        self._crew = Crew(endpoint, self._cache, ())

    def unload(self) -> None:
        """Close the store."""
        super().unload()
        if self._cache is not None:
            self._cache.file.close()

    async def agenerate(self, input: str, num_generations: int = 1) -> dict[str, Any]:  # noqa: A002
        """Return the reply to one Ask (JSON text in, JSON text out), a stored one if there is."""
        del num_generations  # a request that differs in its seed is another row
        if self._places is None:
            self._crew.open()
            self._places = asyncio.Semaphore(self.concurrency)
        ask = Ask(**json.loads(input))
        key = key_of(self._crew.endpoint, ask)
        reply = self._cache.find(key, ask.row)
        if reply is None:
            async with self._places:
                reply = await self.ask(key, ask)
        text = json.dumps(reply.to_json() | {"is_stored": reply.is_stored})
        return {"generations": [text], "statistics": {"input_tokens": [0], "output_tokens": [0]}}

    async def ask(self, key: str, ask: Ask) -> Reply:
        """Ask the server; a server that is gone is an error of the row, told to the parent."""
        try:
            reply: Reply = await self._crew.answer(key, ask)
        except ServerGone as exc:
            return Reply(row=ask.row, finish="gone", error=str(exc))
        return reply


class AskModel(Task):  # type: ignore[misc]  # distilabel has no types
    """Column `ask` (a request as JSON text) -> column `answer` (a reply as JSON text)."""

    @property
    def inputs(self) -> list[str]:
        """The column that is read."""
        return ["ask"]

    @property
    def outputs(self) -> list[str]:
        """The columns that are added."""
        return ["answer", "model_name"]

    def format_input(self, input: dict[str, Any]) -> str:  # noqa: A002
        """Return what the LLM gets: the whole request."""
        return str(input["ask"])

    def format_output(
        self,
        output: str | None,
        input: dict[str, Any] | None = None,  # noqa: A002
    ) -> dict[str, Any]:
        """Return the columns of a row."""
        del input
        return {"answer": output}


class CollectReply(Step):  # type: ignore[misc]  # distilabel has no types
    """Column `answer` -> column `reply`: a row whose Task has crashed gets an error, not a null."""

    @property
    def inputs(self) -> list[str]:
        """The columns that are read."""
        return ["ask", "answer"]

    @property
    def outputs(self) -> list[str]:
        """The column that is added."""
        return ["reply"]

    def process(self, inputs: StepInput) -> Any:
        """Yield the rows with their replies."""
        for row in inputs:
            failed = Reply(row=json.loads(row["ask"])["row"], error=CRASHED).to_json()
            row["reply"] = row["answer"] or json.dumps(failed)
        yield inputs
