"""Kept rows -> the folder that trainers read: SFT and preference sets, test items, card, manifest.

    DIR/sft/{train,validation,test}.jsonl    DIR/preference/{train,validation}.jsonl
    DIR/eval/test.jsonl                      DIR/dropped.json   DIR/README.md   DIR/manifest.json

Every file is renamed into place when complete, the manifest last; a folder whose manifest matches
the rows, the seed and the API is left alone.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

from callforge_core.dialogue_records import Dialogue
from callforge_core.errors import ConfigError, OutputError
from callforge_core.jsonl import refusal, render_json, write_json, write_rows, write_text
from callforge_core.manifest import (
    NAME,
    Manifest,
    digests,
    is_current,
    load_manifest,
    write_manifest,
)
from callforge_core.prompting import is_enveloped, set_prompt
from callforge_core.records import DECISIONS, Pair, Sample
from callforge_core.spec import Operation
from datasets_src.auxiliary import iter_auxiliary_rows
from datasets_src.cards import UNKNOWN, render_card
from datasets_src.dpo import iter_preference_rows
from datasets_src.filters import (
    Drop,
    Sink,
    count_reasons,
    keep_consistent,
    keep_distinct,
    keep_short,
    keep_telling,
    keep_valid,
)
from datasets_src.sft import iter_items, iter_sft_rows
from datasets_src.soundness import Validators
from datasets_src.splits import TEST_ROWS, Splits, split_pairs, split_samples
from validators.catalogue import Catalogue
from validators.payload import Validator

STAGE = "build"
LAYOUT = 1  # raise it when the same rows should give other files
CARD = "README.md"
DROPPED = "dropped.json"
CONFIGS = ("sft", "preference")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build folder holds, and whether this call wrote it."""

    counts: Mapping[str, Any]
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The rows of a build, split, and those that may not be in it."""

    splits: Splits
    pairs: Mapping[str, Sequence[Pair]]
    drops: Sequence[Drop]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the rows of a set are about."""

    operations: tuple[Operation, ...]
    """Never empty; in the order of the definitions."""
    decisions: tuple[str, ...]
    """How rows are answered: call, clarify, refuse, as far as they occur."""

    @property
    def is_plain(self) -> bool:
        """One operation, and calls alone."""
        return len(self.operations) == 1 and self.decisions == ("call",)


def content_of(samples: Iterable[Sample], known: Sequence[Operation]) -> Content:
    """Return which of the `known` operations samples name, the first one when they name none."""
    rows = list(samples)
    named = {sample.operation for sample in rows if sample.decision != "refuse"}
    asked = {sample.decision for sample in rows} or {"call"}
    operations = tuple(each for each in known if each.operation_id in named)
    return Content(
        operations=operations or tuple(known[:1]),
        decisions=tuple(name for name in DECISIONS if name in asked),
    )


def build(
    samples: Iterable[Sample],
    pairs: Iterable[Pair],
    operation: Operation,
    catalogue: Catalogue,
    out: Path,
    *,
    seed: int,
    test_rows: int = TEST_ROWS,
    others: Iterable[Operation] = (),
    auxiliary: int = 0,
) -> Built:
    """Write the datasets of `samples` and `pairs` into `out`, unless they are there already.

    `others` are operations that rows may name beside `operation`; of all of them, those that rows
    call or ask about make up the set. Rows of several operations are answered in envelopes.
    `auxiliary` is how many short rows stand beside each training row (auxiliary.py).
    """
    started = time.perf_counter()
    sample_rows, pair_rows = list(samples), list(pairs)
    content = content_of(sample_rows, [operation, *others])
    if auxiliary and is_enveloped(content.operations):
        raise ConfigError("--auxiliary is for sets of one operation; leave it out")
    config = configuration(content, catalogue, seed=seed, test_rows=test_rows)
    if auxiliary:
        config["auxiliary"] = auxiliary
    inputs = {"samples": digest_rows(sample_rows), "pairs": digest_rows(pair_rows)}
    if is_current(out, stage=STAGE, config=config, inputs=inputs):
        log.debug("build: %s is up to date", out)
        return Built(counts=(load_manifest(out) or {})["counts"], is_new=False)
    validators = {each.operation_id: Validator(each, catalogue) for each in content.operations}
    parts = prepare(sample_rows, pair_rows, validators, seed=seed, test_rows=test_rows)
    seen = {"samples": len(sample_rows), "pairs": len(pair_rows)}
    counts = count(parts, seen=seen, auxiliary=auxiliary)
    remove(out / NAME)
    names = write_parts(parts, counts, content, catalogue, out, seed=seed, auxiliary=auxiliary)
    write_manifest(
        out,
        Manifest(
            stage=STAGE,
            config=config,
            inputs=inputs,
            outputs=digests(out, names),
            counts=counts,
            versions={"callforge": metadata.version("callforge")},
            seconds=time.perf_counter() - started,
        ),
    )
    log.debug("build: %s", summary(counts))
    return Built(counts=counts, is_new=True)


def prepare(
    samples: Iterable[Sample],
    pairs: Iterable[Pair],
    validators: Validators,
    *,
    seed: int,
    test_rows: int,
) -> Parts:
    """Filter and split; every row that does not make it is among the drops."""
    drops: list[Drop] = []
    kept = list(keep_all(samples, validators, drops.append))
    splits = split_samples(kept, drops.append, seed=seed, test_rows=test_rows)
    telling = keep_telling(pairs, validators, drops.append)
    by_split = split_pairs(telling, splits, drops.append)
    return Parts(
        splits=splits,
        pairs={str(name): rows for name, rows in by_split.items()},
        drops=tuple(drops),
    )


def keep_all(samples: Iterable[Sample], validators: Validators, drop: Sink) -> Iterable[Sample]:
    """Chain the filters of samples, cheapest last: the first reason is the one that counts."""
    rows = keep_valid(samples, validators, drop)
    return keep_consistent(keep_distinct(keep_short(rows, drop), drop), drop)


def count(parts: Parts, *, seen: Mapping[str, int], auxiliary: int) -> dict[str, Any]:
    """Return the counts of the manifest; kept and dropped add up to seen."""
    sft = {name: len(rows) for name, rows in parts.splits.samples.items()}
    preference = {name: len(rows) for name, rows in parts.pairs.items() if rows}
    kept = sum(sft.values()) + sum(preference.values())
    assert kept + len(parts.drops) == sum(seen.values()), "a row went missing"
    rows = {"sft": sft} | ({"preference": preference} if preference else {})
    short = iter_auxiliary_rows(parts.splits.samples["train"], "", each=auxiliary)
    if auxiliary:
        rows["auxiliary"] = {"train": sum(1 for _ in short)}
    sources = Counter(
        str(row.provenance.get("generator") or UNKNOWN)
        for part in parts.splits.samples.values()
        for row in part
    )
    return {
        "seen": dict(seen),
        "sources": dict(sorted(sources.items())),
        "rows": rows | {"eval": {"test": sft["test"]}},
        "dropped": count_reasons(parts.drops),
        "certificate": dict(parts.splits.certificate),
    }


def write_parts(
    parts: Parts,
    counts: Mapping[str, Any],
    content: Content,
    catalogue: Catalogue,
    out: Path,
    *,
    seed: int,
    auxiliary: int,
) -> list[str]:
    """Write everything but the manifest; return the names of the files."""
    system = set_prompt(content.operations, catalogue.lines, content.decisions)
    files: dict[str, Iterable[Mapping[str, Any]]] = {
        f"sft/{name}.jsonl": iter_sft_rows(rows, content.operations, system)
        for name, rows in parts.splits.samples.items()
    }
    if auxiliary:
        trained = parts.splits.samples["train"]
        short = iter_auxiliary_rows(trained, system, each=auxiliary)
        files["sft/train.jsonl"] = chain(files["sft/train.jsonl"], short)
    for name, pairs in parts.pairs.items():
        remove(out / f"preference/{name}.jsonl")
        if pairs:
            files[f"preference/{name}.jsonl"] = iter_preference_rows(pairs, system)
    tests = iter_items(parts.splits.samples["test"])
    files["eval/test.jsonl"] = (item.to_json() for item in tests)
    for name, rows in files.items():
        write_rows(out / name, rows)
    write_json(out / DROPPED, [drop.to_json() for drop in parts.drops])
    card = render_card(
        content.operations,
        files={name: list(counts["rows"][name]) for name in CONFIGS if name in counts["rows"]},
        counts=counts,
        catalogue=catalogue.name,
        system=system,
        seed=seed,
    )
    write_text(out / CARD, card)
    return [*files, DROPPED, CARD]


def remove(path: Path) -> None:
    """Delete a file of an earlier build; raise OutputError when the disk refuses."""
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        raise OutputError(refusal(path, exc)) from exc


def configuration(
    content: Content, catalogue: Catalogue, *, seed: int, test_rows: int
) -> dict[str, Any]:
    """Return all that decides what the same rows become."""
    operation = content.operations[0]
    several = {
        f"{each.api} {each.release} {each.operation_id}": schema_digest(each)
        for each in content.operations
    }
    more = {"operations": several, "decisions": list(content.decisions)}
    return {
        "api": operation.api,
        "release": operation.release,
        "operation": operation.operation_id,
        "schema": schema_digest(operation),
        "catalogue": hashlib.sha256(catalogue.model_dump_json().encode()).hexdigest(),
        "seed": seed,
        "test_rows": test_rows,
        "layout": LAYOUT,
    } | ({} if content.is_plain else more)


def schema_digest(operation: Operation) -> str:
    """Return the SHA-256 of what a body of an operation may be."""
    return hashlib.sha256(render_json(operation.closed).encode()).hexdigest()


def digest_rows(rows: Iterable[Sample] | Iterable[Pair] | Iterable[Dialogue]) -> str:
    """Return the SHA-256 of rows as their file would have it."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update((render_json(row.to_json()) + "\n").encode())
    return sha.hexdigest()


def summary(counts: Mapping[str, Any]) -> str:
    """Return one line for people."""
    parts = [
        f"{name} " + " + ".join(f"{n} {split}" for split, n in splits.items())
        for name, splits in counts["rows"].items()
        if name != "eval"
    ]
    dropped = ", ".join(f"{n} {reason}" for reason, n in counts["dropped"].items())
    return "; ".join([*parts, f"dropped: {dropped or 'none'}"])
