"""`generate` for any OpenAPI document: valid calls from its schema, requests that state them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from callforge.api import Api, find_spec
from callforge.generation import Order
from callforge.schema_coverage import measure_schema_coverage, word_schema_coverage
from callforge.stages import SAMPLES, generate
from callforge_core.errors import ConfigError, SpecError
from callforge_core.jsonl import write_json
from callforge_core.manifest import digest
from callforge_core.records import Sample
from callforge_core.spec import Spec, load_spec
from datasets_src.bundled import catalogue_path
from generators.payload_first import Tally, iter_any_samples
from validators.catalogue import load_catalogue
from validators.payload import Validator


def generate_any(order: Order) -> tuple[str, bool]:
    """Write OUT/samples.jsonl for the operations of a document; say what it covers if asked."""
    if order.decisions != ("call",):
        raise ConfigError(
            "for a document of your own only calls are generated; leave --decisions out"
        )
    apis = load_apis(order)
    fills = order.coverage or order.min_coverage is not None
    config: dict[str, Any] = {"rows": order.rows, "seed": order.seed, "payload_first": True}
    config |= {"operations": [each.operation.operation_id for each in apis]}
    config |= {"coverage": True} if fills else {}
    tallies = [Tally() for _ in apis]
    redrawn: dict[str, int] = {}
    rows = counted(interleave(apis, tallies, order, fills), tallies, redrawn)
    done = generate(
        apis[0], order.out, SAMPLES, config, rows, redrawn=redrawn, more=lambda: in_vain(tallies)
    )
    path = order.out / SAMPLES
    found: dict[str, Any] = {"file": str(path), "counts": dict(done.counts)}
    lines, is_enough = [str(done), *word_tallies(apis, tallies)], True
    if fills:
        coverage = measure_schema_coverage(apis, path)
        found["coverage"] = coverage
        lines.append(word_schema_coverage(coverage))
        is_enough = order.min_coverage is None or coverage["total"] >= order.min_coverage
        if not is_enough:
            lines.append(f"less than {order.min_coverage:.1%} is covered; ask for more --rows")
    if order.json_file:
        write_json(order.json_file, found)
    return "\n".join(lines), is_enough


def load_apis(order: Order) -> list[Api]:
    """Return the operations of an order, each with its validator; without a body as well."""
    place = find_spec(order.release, order.spec, order.api, order.operations[0])
    spec, profiles = load_spec(place), catalogue_path(order.catalogue)
    catalogue = load_catalogue(profiles)
    return [
        Api(
            operation=operation,
            catalogue=catalogue,
            validator=Validator(operation, catalogue),
            inputs={"spec": digest(place), "catalogue": digest(profiles)},
            documents=(place,),
        )
        for operation in (spec.operation(name) for name in chosen_names(spec, order, place))
    ]


def chosen_names(spec: Spec, order: Order, place: Path) -> list[str]:
    """Return the operations that are asked for; `all` means those with a JSON body."""
    if order.operations != ("all",):
        return list(dict.fromkeys(order.operations))
    names = [
        name for name, operation in spec.operations.items() if operation.media_type is not None
    ]
    if not names:
        raise SpecError(f"{place} has no operation with a JSON body; name one with --operation")
    return names


def interleave(
    apis: list[Api], tallies: list[Tally], order: Order, aimed: bool
) -> Iterator[Sample]:
    """Yield the rows of all operations in turn; the first ones get one more if rows are odd."""
    share, odd = divmod(order.rows, len(apis))
    streams = [
        iter_any_samples(
            api.operation,
            api.catalogue,
            rows=share + (1 if place < odd else 0),
            seed=order.seed,
            aimed=aimed,
            tally=tally,
        )
        for place, (api, tally) in enumerate(zip(apis, tallies, strict=True))
    ]
    for together in zip_longest(*streams):
        yield from (sample for sample in together if sample is not None)


def counted(
    rows: Iterator[Sample], tallies: list[Tally], redrawn: dict[str, int]
) -> Iterator[Sample]:
    """Yield rows; when all are there, `redrawn` holds why calls and requests were drawn again."""
    yield from rows
    for tally in tallies:
        for why, count in tally.refused.items():
            redrawn[why] = redrawn.get(why, 0) + count
    redrawn["unproven request"] = sum(tally.ungrounded.total() for tally in tallies)
    redrawn["repeat"] = sum(tally.repeats for tally in tallies)


def in_vain(tallies: list[Tally]) -> dict[str, int]:
    """Return how many single values engines have refused inside the bodies."""
    return {"values_redrawn": sum(tally.values for tally in tallies)}


def word_tallies(apis: list[Api], tallies: list[Tally]) -> Iterator[str]:
    """Yield what of an operation could not be generated or cannot be checked afterwards."""
    for api, tally in zip(apis, tallies, strict=True):
        name = api.operation.operation_id
        if api.operation.media_type is None:
            yield f"{name} has no body: its calls are in `path` and `query`, `validate` skips them"
        for why in sorted(set(tally.left_out.values())):
            yield f"{name}: no value was found for the optional {why.replace(': ', ' (', 1)})"
