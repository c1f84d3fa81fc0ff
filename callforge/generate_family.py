"""`generate` for several operations or decisions: calls, questions, refusals of the QoD family."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from callforge.api import Api, family_documents
from callforge.family_stream import FamilyStream, Named, load_operations
from callforge.generation import Order
from callforge.stages import SAMPLES, generate
from callforge_core.errors import ConfigError, SpecError
from callforge_core.jsonl import iter_rows, write_json
from callforge_core.manifest import digest
from callforge_core.registry import unknown
from datasets_src.bundled import catalogue_path, operations_in, resolve_spec
from validators.catalogue import load_catalogue
from validators.payload import Validator

ALL = "all"


def generate_family(order: Order) -> tuple[str, bool]:
    """Write OUT/samples.jsonl, balanced over operations; return what to tell."""
    if order.spec is not None or order.coverage or order.min_coverage is not None:
        raise ConfigError(
            "--spec, --coverage and --min-coverage go with one operation and calls alone; "
            "leave them out, or leave out --decisions"
        )
    named = find_operations(order)
    profiles = catalogue_path(order.catalogue)
    catalogue, mix = load_catalogue(profiles), order.mix or "full"
    stream = FamilyStream(
        named,
        catalogue,
        rows=order.rows,
        seed=order.seed,
        mix=mix,
        decisions=order.decisions,
        workers=order.workers,
    )
    first = load_operations(named[:1])[0]
    documents = dict.fromkeys(path for path, _ in named)
    api = Api(
        operation=first,
        catalogue=catalogue,
        validator=Validator(first, catalogue),
        inputs={path.stem: digest(path) for path in documents} | {"catalogue": digest(profiles)},
    )
    config = {
        "rows": order.rows,
        "seed": order.seed,
        "mix": mix,
        "operations": [name for _, name in named],
        "decisions": list(order.decisions),
    }
    done = generate(api, order.out, SAMPLES, config, stream, redrawn=stream.redrawn)
    shares = count_shares(order.out / SAMPLES)
    if order.json_file:
        found = {"file": str(order.out / SAMPLES), "counts": dict(done.counts), **shares}
        write_json(order.json_file, found)
    return f"{done}\n{word_shares(shares)}", True


def find_operations(order: Order) -> list[Named]:
    """Return the operations of an order with their definitions; raise SpecError for unknown ones.

    `all` are those of the API that --api names, without it those of the whole family.
    """
    first = resolve_spec(None, order.release, order.api)
    documents = [first, *([] if order.api else reversed(family_documents(first)))]
    known = [(path, name) for path in documents for name in operations_in(path)]
    if ALL in order.operations:
        return known
    found = []
    for wanted in dict.fromkeys(order.operations):
        match = next((each for each in known if each[1] == wanted), None)
        if match is None:
            raise SpecError(unknown("operation", wanted, [ALL, *(name for _, name in known)]))
        found.append(match)
    return found


def count_shares(path: Path) -> dict[str, dict[str, int]]:
    """Return how many rows of a file call, ask or refuse, and the calls of each operation."""
    decisions: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    for row in iter_rows(path):
        value: Any = row.value
        decisions[value["decision"]] += 1
        operations[value["operation"]] += value["decision"] == "call"
    return {"decisions": dict(decisions), "calls": {k: n for k, n in operations.items() if n}}


def word_shares(shares: dict[str, dict[str, int]]) -> str:
    """Return one line a kind of share."""
    return "\n".join(
        f"{what}: {', '.join(f'{name} {count}' for name, count in counts.items())}"
        for what, counts in shares.items()
        if counts
    )
