"""Runs one shard as a distilabel pipeline: python -m generators.llm.shard_run FOLDER.

Reads FOLDER/shard.json and asks.jsonl, writes answers.jsonl last. distilabel's own cache is never
used (it returns old rows after a change, and hangs when resumed): see docs/backends.md.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callforge_core.errors import MissingExtra
from callforge_core.jsonl import iter_rows, load_json, write_rows

ASKS, ANSWERS, SETTINGS = "asks.jsonl", "answers.jsonl", "shard.json"
WATCH_S = 0.5
LOCAL = "local"
ACTORS = 16  # 3 steps, their queues, and 3 queues of the pipeline


def run_shard(folder: Path) -> int:
    """Run the pipeline of one folder and return how many rows came out of it."""
    try:
        from distilabel.pipeline import Pipeline
        from distilabel.steps import LoadDataFromDicts
    except ImportError as exc:
        raise MissingExtra(exc.name or "distilabel", "gen") from exc
    from generators.llm.distilabel_steps import AskModel, CollectReply, EndpointLLM

    settings = load_json(folder / SETTINGS)
    threading.Thread(target=end_with, args=(settings["parent"],), daemon=True).start()
    rows = [{"ask": row.value["ask"]} for row in iter_rows(folder / ASKS)]
    size = max(1, len(rows))
    with Pipeline(name=settings["name"], cache_dir=folder / "cache") as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=size)
        ask = AskModel(
            llm=EndpointLLM(**settings["llm"]),
            input_batch_size=size,
            add_raw_input=False,
            add_raw_output=False,
        )
        load >> ask >> CollectReply(input_batch_size=size)
    if settings["ray"]:
        pipeline = pipeline.ray(**ray_options(settings["ray"]))
    found = pipeline.run(use_cache=False)
    return write_rows(folder / ANSWERS, iter_replies(found))


def ray_options(address: str) -> dict[str, Any]:
    """Return what distilabel needs to reach a cluster, or to start a small one of its own."""
    if address != LOCAL:
        return {"ray_head_node_url": address}
    # Every step and every queue between steps is an actor that claims a processor: few work.
    mine = {"address": LOCAL, "num_cpus": ACTORS, "include_dashboard": False}
    return {"ray_init_kwargs": mine}


def end_with(parent: int) -> None:
    """End this process group when the parent is gone, killed without a chance to do so itself."""
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def iter_replies(distiset: Any) -> Iterator[dict[str, Any]]:
    """Yield the replies of a finished pipeline."""
    for row in distiset["default"]["train"]:
        yield json.loads(row["reply"])


if __name__ == "__main__":
    run_shard(Path(sys.argv[1]))
