"""`generate preference`: requests with the right answer and one precise lie, and what they tell.

The lies are injected, by a mix of fault classes, or they are a model's own (`--from-run`). After
that the set is judged: lengths alone must not tell right from wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from callforge.api import Api, load_api
from callforge.generation import Order
from callforge.pair_stream import LAYOUT, PairStream
from callforge.preference_text import word_lint
from callforge.stages import PAIRS, generate
from callforge.training_rows import read_training_rows
from callforge_core.errors import ConfigError, DataError
from callforge_core.jsonl import iter_rows, write_json
from callforge_core.manifest import digest
from callforge_core.records import Pair, Sample
from generators.mixes import Mix, fault_classes, measured_mix, read_mix
from generators.pair_lint import Lint, iter_sides, lint_pairs
from generators.pair_streams import count_decisions, decision_shares, interleave

MEASURED = "measured:"


class Drawn(NamedTuple):
    """The samples behind the pairs, and what the manifest says of them."""

    samples: Iterable[Sample]
    rows: int
    config: dict[str, Any]
    note: str = ""


class Mixed(NamedTuple):
    """What --mix means: which facts the samples hold, and the share of each fault class."""

    facts: str
    faults: str
    shares: Mix
    config: dict[str, Any]


def generate_preference(order: Order) -> tuple[str, bool]:
    """Write OUT/preference.jsonl; return what to tell, and whether lengths tell too little."""
    check_order(order)
    api = load_api(order.operations[0], order.release, order.spec, order.catalogue, order.api)
    if order.run is not None:
        from callforge.generate_on_policy import generate_on_policy

        return generate_on_policy(order, api)
    mixed = read_order_mix(order)
    drawn = draw_samples(order, api, mixed)
    stream = PairStream(
        [api],
        drawn.samples,
        count=drawn.rows,
        rows=order.rows,
        seed=order.seed,
        mix=mixed.shares,
        workers=order.workers,
    )
    config = {"rows": order.rows, "seed": order.seed, "layout": LAYOUT}
    config |= mixed.config | drawn.config
    return write_pairs(order, api, config, stream, [drawn.note], shares=mixed.shares)


def write_pairs(
    order: Order,
    api: Api,
    config: dict[str, Any],
    rows: Iterable[Pair],
    notes: list[str],
    counts: Mapping[str, Any] | None = None,
    shares: Mix | None = None,
) -> tuple[str, bool]:
    """Write the pairs and judge them; the file stays even when it is not good enough."""
    path = order.out / PAIRS

    def more() -> dict[str, Any]:
        return {**(counts or {}), **more_counts(path)}

    done = generate(api, order.out, PAIRS, config, rows, more=more)
    lint = lint_file(path, order.max_auc)
    lines = [str(done), *filter(None, notes), *word_lint(lint)]
    absent = [cls for cls in shares or () if cls not in lint.classes]
    if absent:
        lines.append(f"of the mix, no instance among these samples: {', '.join(absent)}")
    if order.json_file:
        found = {"file": str(path), "counts": dict(done.counts), "lint": lint.to_json()}
        write_json(order.json_file, found)
    return "\n".join(lines), lint.ok


def lint_file(path: Path, max_auc: float) -> Lint:
    """Judge a file of preference rows."""
    return lint_pairs(iter_sides(row.value for row in iter_rows(path)), max_auc=max_auc)


def more_counts(path: Path) -> dict[str, Any]:
    """Return what the manifest says of a written set beside its rows."""
    found = lint_file(path, 1.0).to_json()
    tiers = {
        str(tier): sum(each[f"tier_{tier}"] for each in found["classes"].values())
        for tier in (1, 2)
    }
    kept = ("separability", "duplicate_chosen", "contradictions", "shared_prefix")
    return {"tiers": tiers} | {name: found[name] for name in kept}


def check_order(order: Order) -> None:
    """Raise ConfigError for options that pairs cannot have."""
    if order.backend != "template":
        raise ConfigError("preference pairs need no model: leave out --backend")
    if order.coverage or order.min_coverage is not None:
        raise ConfigError("--coverage is about samples; `generate preference` has --max-auc")
    own = order.spec is not None and len(order.operations) == 1 and order.decisions == ("call",)
    if order.operations != ("createSession",) and not own:
        raise ConfigError(
            f"preference pairs of {','.join(order.operations)}: only createSession has them, and "
            "calls of one operation of your own --spec"
        )
    if order.run is not None and order.mix:
        raise ConfigError(
            "--from-run takes the model's answers as they are: leave out --mix "
            f"(or leave out --from-run and say --mix {MEASURED}{order.run})"
        )


def read_order_mix(order: Order) -> Mixed:
    """Return what --mix means: "core,natural", "S2=3,V1=1", "measured:RUN"; nothing is demo."""
    from generators.scenarios import MIXES

    classes = fault_classes(order.decisions, order.operations)
    text, mark, run = order.mix.partition(MEASURED)
    words = [word.strip() for word in text.split(",") if word.strip()]
    facts = [word for word in words if word in MIXES]
    names = [word for word in words if word not in MIXES and "=" not in word]
    weights = ",".join(word for word in words if "=" in word)
    faults = [*names, *([weights] if weights else []), *([MEASURED + run] if mark else [])]
    if len(facts) > 1 or len(faults) > 1:
        raise ConfigError(f"--mix {order.mix}: name one mix of facts and one of faults at most")
    chosen = faults[0] if faults else "demo"
    config: dict[str, Any] = {"mix": order.mix or "demo"}
    if mark:
        scores = find_scores(Path(run))
        shares = measured_mix((row.value for row in iter_rows(scores)), classes)
        config["measured"] = digest(scores)
    elif chosen == "measured":
        raise ConfigError(f"--mix measured: measured where? say --mix {MEASURED}RUN")
    elif chosen == "demo":
        shares = demo_shares(order)
    else:
        shares = read_mix(chosen, classes)
    return Mixed(facts[0] if facts else "full", chosen, shares, config)


def demo_shares(order: Order) -> Mix:
    """Return the shares of the demo mix; questions and refusals, when wanted, get a tenth each."""
    from generators.mixes import DEMO

    more = {"clarify": "D2", "refuse": "D3"}
    tenth = sum(DEMO.values()) / 8
    wanted = {cls: tenth for name, cls in more.items() if name in order.decisions}
    return read_mix(dict(DEMO) | wanted, fault_classes(order.decisions))


def find_scores(run: Path) -> Path:
    """Return the answers of an evaluation; DataError when the folder is none."""
    path = run / "scores.jsonl" if run.is_dir() else run
    if not path.is_file():
        raise DataError(f"{run} is no run: no scores.jsonl; give a folder of `callforge eval`")
    return path


def draw_samples(order: Order, api: Api, mixed: Mixed) -> Drawn:
    """Return the samples whose answers are the chosen sides: of a file, or fresh ones."""
    shares = decision_shares(mixed.shares, order.decisions)
    if order.source is not None:
        found = read_training_rows(order.source, api, order.decisions)
        by = {name: [s for s in found.samples if s.decision == name] for name in shares}
        config = {"from": digest_of(order.source), "decisions": list(shares)}
        return Drawn(interleave(by, shares), len(found.samples), config, found.word())
    config = {"samples": mixed.facts}
    if set(shares) == {"call"}:
        return Drawn(iter_calls(order, api, mixed.facts, order.rows), order.rows, config)
    counts = count_decisions(shares, order.rows)
    streams = iter_decisions(order, api, mixed.facts, counts)
    return Drawn(interleave(streams, shares), order.rows, config | {"decisions": list(shares)})


def iter_calls(order: Order, api: Api, facts: str, rows: int) -> Iterator[Sample]:
    """Yield fresh samples that call, of other operations than createSession from the schema."""
    from generators.payload_first import iter_any_samples
    from generators.samples import iter_samples

    if api.operation.operation_id != "createSession":
        return iter_any_samples(api.operation, api.catalogue, rows=rows, seed=order.seed)
    return iter_samples(api.operation, api.catalogue, rows=rows, seed=order.seed, mix=facts)


def iter_decisions(
    order: Order, api: Api, facts: str, counts: Mapping[str, int]
) -> Mapping[str, Iterable[Sample]]:
    """Return fresh samples of each decision."""
    return {
        name: iter_calls(order, api, facts, rows)
        if name == "call"
        else iter_family_rows(order, api, facts, name, rows)
        for name, rows in counts.items()
    }


def iter_family_rows(
    order: Order, api: Api, facts: str, decision: str, rows: int
) -> Iterator[Sample]:
    """Yield fresh samples that ask or refuse, under ids that tell which."""
    from generators.family import iter_family

    samples = iter_family(
        [api.operation], api.catalogue, rows=rows, seed=order.seed, mix=facts, decisions=(decision,)
    )
    return (replace(sample, id=f"{decision}-{sample.id}") for sample in samples)


def digest_of(source: Path) -> str:
    """Return what tells the rows of a file or folder from others."""
    from datasets_src.readers import open_sources

    return ",".join(digest(opened.path) for opened in open_sources(source))
