"""The pipeline in data order: joins the packages, opens files, counts, says what happened.

Every stage writes into one folder, its manifest last; a folder that already holds the same result
is left alone. Each function returns an Outcome whose text is the line a person reads.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from callforge.api import Api
from callforge_core.console import track
from callforge_core.dialogue_records import Dialogue
from callforge_core.errors import ConfigError, DataError
from callforge_core.jsonl import iter_rows, render_json, write_lines
from callforge_core.manifest import Manifest, digest, load_manifest, write_manifest
from callforge_core.records import Pair, Sample
from callforge_core.spec import Operation, load_spec

SAMPLES, PAIRS, DIALOGUES = "samples.jsonl", "preference.jsonl", "dialogues.jsonl"
STAGE = "generate"
TEST_ROWS = 80  # 80 yes/no answers give a 95 % interval of about +-11 points at worst


log = logging.getLogger(__name__)


class Record(Protocol):
    """What can be written as a row: a sample, a pair, a dialogue."""

    @property
    def family(self) -> str:
        """The phrasing family."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the row."""
        ...


class Line(NamedTuple):
    """A row that is rendered already."""

    text: str
    family: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a stage did."""

    text: str
    counts: Mapping[str, Any]
    is_new: bool = True
    """False when the folder already held this result."""

    def __str__(self) -> str:
        return self.text if self.is_new else f"{self.text} (up to date)"


def generate_samples(api: Api, out: Path, *, rows: int, seed: int, mix: str) -> Outcome:
    """Write OUT/samples.jsonl: `rows` certified requests with their calls."""
    from callforge.sample_stream import SampleStream

    samples = SampleStream(api, rows=rows, seed=seed, mix=mix)
    config = {"rows": rows, "seed": seed, "mix": mix}
    return generate(api, out, SAMPLES, config, samples, redrawn=samples.redrawn)


def generate_pairs(api: Api, out: Path, *, rows: int, seed: int, mix: str) -> Outcome:
    """Write OUT/preference.jsonl: `rows` pairs, each reject wrong for exactly one named reason."""
    from callforge.pair_stream import LAYOUT, PairStream
    from generators.mixes import read_mix
    from generators.samples import iter_samples

    samples = iter_samples(api.operation, api.catalogue, rows=rows, seed=seed, mix=mix)
    pairs = PairStream([api], samples, count=rows, rows=rows, seed=seed, mix=read_mix("demo"))
    config = {"rows": rows, "seed": seed, "mix": mix, "layout": LAYOUT}
    return generate(api, out, PAIRS, config, pairs)


def generate(
    api: Api,
    out: Path,
    name: str,
    config: dict[str, Any],
    rows: Iterable[Record | Line],
    *,
    redrawn: Mapping[str, int] | None = None,
    more: Callable[[], Mapping[str, Any]] | None = None,
) -> Outcome:
    """Write one generated file and its part of the manifest, unless both are there already.

    `redrawn` says, when all rows are written, why how many of them were drawn more than once;
    `more` is asked then for further counts.
    """
    config = config | {"operation": api.operation.operation_id}
    old, started = generated_parts(out, api), time.monotonic()
    part = old.get(name)
    if part and part["config"] == config and holds(out / name, part["sha256"]):
        return Outcome(text=word_part(name, part["counts"]), counts=part["counts"], is_new=False)
    tally: Counter[str] = Counter()
    families: set[str] = set()

    def counted() -> Iterator[str]:
        for row in track(rows, f"generate {name}", total=config["rows"]):
            families.add(row.family)
            if isinstance(row, Pair):
                tally[row.fault.cls] += 1
            yield row.text if isinstance(row, Line) else render_json(row.to_json())

    written = write_lines(out / name, counted())
    counts: dict[str, Any] = {"rows": written, "families": len(families)}
    if tally:
        counts["faults"] = dict(sorted(tally.items()))
    if redrawn is not None:
        counts["redrawn"] = dict(sorted((why, count) for why, count in redrawn.items() if count))
    if more is not None:
        counts |= more()
    part = {"config": config, "counts": counts, "sha256": digest(out / name)}
    write_manifest(out, generated_manifest(api, old | {name: part}, time.monotonic() - started))
    return Outcome(text=word_part(name, counts), counts=counts)


def generated_parts(out: Path, api: Api) -> dict[str, Any]:
    """Return what an earlier `generate` wrote into `out` for the same API, by file name."""
    old = load_manifest(out) or {}
    if old.get("stage") != STAGE or old.get("inputs") != api.inputs:
        return {}
    config, counts, outputs = old["config"], old["counts"], old["outputs"]
    return {
        name: {"config": config[name], "counts": counts[name], "sha256": outputs[name]}
        for name in config
    }


def generated_manifest(api: Api, parts: Mapping[str, Any], seconds: float) -> Manifest:
    """Return the manifest of a folder that holds `parts`."""
    return Manifest(
        stage=STAGE,
        config={name: part["config"] for name, part in sorted(parts.items())},
        inputs=api.inputs,
        outputs={name: part["sha256"] for name, part in sorted(parts.items())},
        counts={name: part["counts"] for name, part in sorted(parts.items())},
        versions={"callforge": version("callforge")},
        seconds=seconds,
    )


def holds(path: Path, sha256: str) -> bool:
    """Say whether a file is there, unchanged."""
    return path.is_file() and digest(path) == sha256


def word_part(name: str, counts: Mapping[str, Any]) -> str:
    """Return one line about a generated file."""
    line = f"{name}: {counts['rows']} rows, {counts['families']} phrasing families"
    if redrawn := sum(counts.get("redrawn", {}).values()):
        line += f", {redrawn} drawn again"
    faults = counts.get("faults")
    return f"{line}, {len(faults)} fault classes" if faults else line


def build_datasets(
    api: Api,
    source: Path,
    out: Path,
    *,
    seed: int,
    test_rows: int = TEST_ROWS,
    auxiliary: int = 0,
) -> Outcome:
    """Split SOURCE/samples.jsonl and preference.jsonl without leaks and write the datasets.

    A folder that holds dialogues.jsonl and no samples gives a set of their turns.
    """
    from datasets_src.build import build, summary

    if not source.is_dir():
        raise DataError(f"{source} is no folder; `build` wants one made by `callforge generate`")
    if (source / DIALOGUES).is_file():
        if not (source / SAMPLES).is_file():
            if auxiliary:
                raise ConfigError("--auxiliary is for samples, not for dialogues; leave it out")
            return build_talks(api, source, out, seed=seed, test_rows=test_rows)
        log.warning(
            "build: %s is left out; generate dialogues into a folder of their own and build that",
            source / DIALOGUES,
        )
    samples = list(read_records(source / SAMPLES, Sample))
    pairs = list(read_records(source / PAIRS, Pair)) if (source / PAIRS).is_file() else []
    built = build(
        samples,
        pairs,
        api.operation,
        api.catalogue,
        out,
        seed=seed,
        test_rows=test_rows,
        others=other_operations(api, {sample.operation for sample in samples}),
        auxiliary=auxiliary,
    )
    return Outcome(text=summary(built.counts), counts=built.counts, is_new=built.is_new)


def build_talks(api: Api, source: Path, out: Path, *, seed: int, test_rows: int) -> Outcome:
    """Split SOURCE/dialogues.jsonl and write the dataset of their turns."""
    from datasets_src.dialogue_sets import build_dialogues, summary
    from generators.dialogues_talk import OPERATIONS

    dialogues = list(read_records(source / DIALOGUES, Dialogue))
    spec = load_spec(api.documents[0])
    built = build_dialogues(
        dialogues,
        [spec.operations[name] for name in OPERATIONS if name in spec.operations],
        api.catalogue,
        out,
        seed=seed,
        test_rows=test_rows,
    )
    return Outcome(text=summary(built.counts), counts=built.counts, is_new=built.is_new)


def other_operations(api: Api, named: set[str]) -> list[Operation]:
    """Return the operations that rows name beside the one of the API, in definition order."""
    wanted = named - {api.operation.operation_id}
    found: dict[str, Operation] = {}
    for document in api.documents if wanted else ():
        spec = load_spec(document)
        for name in spec.operations:
            if name in wanted:
                found.setdefault(name, spec.operation(name))
    return list(found.values())


def read_records(path: Path, kind: Any) -> Iterator[Any]:
    """Yield Sample or Pair records of a file; raise DataError with file and line."""
    for line, value in iter_rows(path):
        try:
            yield kind.from_json(value)
        except DataError as exc:
            raise DataError(f"{path}:{line}: {exc}") from exc


def train_adapter(
    stage: str, data: Path, out: Path, recipe: str, overrides: list[str], adapter: Path | None
) -> Outcome:
    """Run SFT, or DPO from `adapter`, and return speed and final losses."""
    from training.dpo import train_dpo
    from training.recipes import load_recipe
    from training.sft import train_sft

    if stage == "dpo":
        if adapter is None:
            raise ConfigError("train dpo needs --adapter RUN: the SFT run it starts from")
        result = train_dpo(load_recipe(recipe, "dpo", overrides), data, out, adapter=adapter)
    else:
        result = train_sft(load_recipe(recipe, "sft", overrides), data, out, adapter=adapter)
    return Outcome(
        text=word_training(stage, result["counts"]),
        counts=result["counts"],
        is_new=result.pop("is_new", True),
    )


def word_training(stage: str, counts: Mapping[str, Any]) -> str:
    """Return one line about a finished training."""
    line = f"{stage}: {counts['rows']} rows, {counts['steps']} steps, {counts['training_s']:.0f} s"
    if speed := counts.get("tokens_per_s"):
        line += f", {speed:.0f} tokens/s"
    if preference := counts.get("preference"):
        before, after = preference["before"]["all"], preference["after"]["all"]
        line += (
            f", prefers the right answer on {after['accuracy']:.0%} of {after['n']} held-out pairs"
            f" (before: {before['accuracy']:.0%})"
        )
    return line
