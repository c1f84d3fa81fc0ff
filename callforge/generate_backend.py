"""`generate --backend openai|distilabel`: a language model finds the words, the validator proves.

Every answer stays in OUT/answers.sqlite, so that the same command goes on where a stopped run was,
and asks nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from callforge.api import Api, load_api
from callforge.generation import Order
from callforge.stages import SAMPLES, generate, read_records
from callforge_core.console import track
from callforge_core.errors import ConfigError, DataError
from callforge_core.jsonl import render_json, write_json, write_rows
from callforge_core.records import Sample
from generators.llm.asks import Ask, Asker, Endpoint, Reply
from generators.llm.costs import Bill, PriceList, add_up, load_prices, word_bill
from generators.llm.prompts import prompt_of
from generators.llm.work import Result, run_job

ANSWERS, SHARDS = "answers.sqlite", "shards"
DROPPED, REJECTS = "dropped.jsonl", "rejects.jsonl"
OPERATION = "createSession"


def generate_backend(order: Order) -> tuple[str, bool]:
    """Write samples.jsonl, dropped.jsonl and rejects.jsonl into OUT.

    Returns what to tell, and whether every row was answered and at least one kept. Raises
    ConfigError for an order no backend can do, ServerGone when the server does not answer.
    """
    check_order(order)
    endpoint = Endpoint(base_url=order.base_url, model=order.model, concurrency=order.concurrency)
    prices = load_prices(order.prices)
    api = load_api(OPERATION, order.release, order.spec, order.catalogue, order.api)
    parents = load_parents(order, api)
    with make_asker(order.backend, endpoint, order.out, order.ray) as asker:
        result = run_job(
            order.job,
            parents,
            asker,
            api.validator,
            generator=order.backend,
            model=order.model,
            seed=order.seed,
        )
    return write_result(order, endpoint, api, result, prices)


def check_order(order: Order) -> None:
    """Raise ConfigError for what only the template backend does."""
    prompt_of(order.job)
    if order.operations != (OPERATION,) or order.decisions != ("call",):
        raise ConfigError(
            f"--backend {order.backend} words calls of {OPERATION}; leave out --operation and "
            "--decisions, or use --backend template"
        )
    if order.coverage or order.min_coverage is not None:
        raise ConfigError(
            f"--coverage is for --backend template; {order.backend} words what it gets"
        )


def load_parents(order: Order, api: Api) -> list[Sample]:
    """Return the samples whose calls are worded anew: those of --from FILE, else drawn ones."""
    from generators.samples import iter_samples

    if order.source is None:
        mix = order.mix or "full"
        return list(
            iter_samples(api.operation, api.catalogue, rows=order.rows, seed=order.seed, mix=mix)
        )
    parents: list[Sample] = []
    for sample in read_records(order.source, Sample):
        fits = sample.decision == "call" and sample.operation == OPERATION
        if fits and api.validator.verdict(sample.payload, sample.request).ok:
            parents.append(sample)
        if len(parents) == order.rows:
            break
    if not parents:
        raise DataError(
            f"{order.source} holds no valid call of {OPERATION}: give a samples.jsonl, or turn a "
            "foreign file into one first (callforge generate --from FILE --out DIR)"
        )
    return parents


@contextmanager
def make_asker(backend: str, endpoint: Endpoint, out: Path, ray: str = "") -> Iterator[Asker]:
    """Give what asks the model, and close its store in the end."""
    if backend == "distilabel":
        from generators.llm.shards import ShardRunner

        runner = ShardRunner(endpoint, out / SHARDS, out / ANSWERS, ray=ray)

        def ask_shards(asks: Sequence[Ask], what: str) -> list[Reply]:
            return in_order(track(runner.iter_replies(asks, what), what, total=len(asks)))

        yield ask_shards
        return
    from generators.llm.cache import AnswerCache
    from generators.llm.client import iter_replies

    with AnswerCache(out / ANSWERS) as cache:

        def ask_server(asks: Sequence[Ask], what: str) -> list[Reply]:
            return in_order(track(iter_replies(endpoint, asks, cache), what, total=len(asks)))

        yield ask_server


def in_order(replies: Iterator[Reply]) -> list[Reply]:
    """Return replies in the order of their rows, whenever they arrived."""
    return sorted(replies, key=lambda reply: reply.row)


def write_result(
    order: Order, endpoint: Endpoint, api: Api, result: Result, prices: PriceList
) -> tuple[str, bool]:
    """Write the files of a run and word it."""
    write_rows(order.out / DROPPED, (drop.to_json() for drop in result.dropped))
    if order.job == "backtranslate":
        write_rows(order.out / REJECTS, (reject.to_json() for reject in result.rejects))
    config = {
        "rows": len(result.samples),
        "seed": order.seed,
        "backend": order.backend,
        "job": order.job,
        "model": order.model,
        "server": hashlib.sha256(endpoint.base_url.encode()).hexdigest()[:12],
        "answers": digest_replies(result.replies),
    }
    done = generate(api, order.out, SAMPLES, config, result.samples)
    bill = add_up(result.replies, endpoint, prices)
    if order.json_file:
        write_json(order.json_file, summarise(order, result, bill))
    text = "\n".join([str(done), *word_result(order, result), word_bill(bill)])
    if bill.failed:
        text += f"\n{bill.failed} requests have no answer yet; run the same command again"
    return text, bool(result.samples) and not bill.failed


def digest_replies(replies: Sequence[Reply]) -> str:
    """Return a mark of everything the model said: the files follow from it."""
    said = render_json([reply.to_json() for reply in replies])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def summarise(order: Order, result: Result, bill: Bill) -> dict[str, Any]:
    """Return the counts of a run for machines."""
    rows = len(result.samples) + len(result.dropped) + len(result.rejects)
    return {
        "file": str(order.out / SAMPLES),
        "backend": order.backend,
        "model": order.model,
        "job": order.job,
        "rows": rows,
        "kept": len(result.samples),
        "dropped": len(result.dropped),
        "rejects": len(result.rejects),
        "reasons": result.reasons,
        "usage": asdict(bill),
    }


def word_result(order: Order, result: Result) -> Iterator[str]:
    """Yield lines about what was kept and why the rest was not."""
    kept, dropped, rejects = len(result.samples), len(result.dropped), len(result.rejects)
    rows = kept + dropped + rejects
    stored = sum(reply.is_stored for reply in result.replies)
    yield (
        f"{order.backend} {order.job} with {order.model}: {len(result.replies)} requests "
        f"({stored} answered before), {kept} of {rows} rows kept ({kept / rows:.0%})"
    )
    if result.reasons:
        told = ", ".join(f"{count} {reason}" for reason, count in result.reasons.items())
        where = f"{DROPPED} {dropped}" + (f", {REJECTS} {rejects}" if rejects else "")
        yield f"not kept: {told} ({where})"
