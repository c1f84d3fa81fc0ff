"""`generate --from FILE`: the valid rows of a foreign dataset, and variations of them.

OUT/samples.jsonl holds the kept rows and then `--rows` variations; OUT/dropped.jsonl says of every
other row why it is not among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callforge.api import Api, load_api
from callforge.generation import Answer, Order
from callforge.seed_rows import Source, read_source, seed_sample
from callforge.stages import SAMPLES, generate
from callforge_core.errors import ConfigError
from callforge_core.jsonl import iter_rows, write_json
from callforge_core.records import Sample
from datasets_src.containers import list_files
from generators.variations import KINDS, Variations

DROPPED = "dropped.jsonl"


def generate_from(order: Order) -> Answer:
    """Keep the valid rows of `order.source` and write variations of them into `order.out`.

    Not good enough: no row is valid, or the seeds give fewer variations than were asked for.
    """
    refuse_other_options(order)
    assert order.source is not None
    api = load_api(order.operations[0], order.release, order.spec, order.catalogue, order.api)
    refuse_own_output(order.source, order.out)
    source = read_source(api, order.source)
    told = {"from": source.name, "source": dict(source.inputs)}
    config: dict[str, Any] = {"rows": len(source.dropped), **told}
    generate(api, order.out, DROPPED, config, source.dropped)
    counts: dict[str, Any] = {
        "file": source.name,
        "formats": list(source.formats),
        "seen": source.seen,
        "kept": len(source.seeds),
        "dropped": source.reasons,
        "opening": source.opening,
        "asked": order.rows,
    }
    is_new = True
    if source.seeds:
        variations = Variations(source.seeds, api.validator, seed=order.seed)
        config = {"rows": order.rows, "seed": order.seed, **told}
        rows = iter_all(api, source, variations, order.rows)
        outcome = generate(api, order.out, SAMPLES, config, rows, redrawn=variations.redrawn)
        is_new = outcome.is_new
        counts |= count_rows(order.out / SAMPLES) | {"redrawn": outcome.counts.get("redrawn", {})}
    if order.json_file is not None:
        write_json(order.json_file, counts)
    text = word_source(source) + word_variations(counts, is_new=is_new)
    return text, bool(source.seeds) and counts["variations"] == order.rows


def refuse_other_options(order: Order) -> None:
    """Raise ConfigError for options that mean nothing beside --from."""
    if len(order.operations) != 1 or order.operations[0] == "all":
        raise ConfigError("--from varies the rows of one operation; name one with --operation")
    if order.decisions != ("call",):
        raise ConfigError("--from keeps and varies calls only; leave --decisions out")
    if order.coverage or order.min_coverage is not None:
        raise ConfigError("--coverage plans rows of our own; leave it out beside --from")
    if order.mix:
        raise ConfigError("--mix says which facts are drawn; leave it out beside --from")


def refuse_own_output(source: Path, out: Path) -> None:
    """Raise ConfigError when the dataset lies where its variations would be written."""
    for file in list_files(source):
        if file.resolve() in ((out / SAMPLES).resolve(), (out / DROPPED).resolve()):
            raise ConfigError(f"--out {out} would overwrite {file}; choose another folder")


def iter_all(api: Api, source: Source, variations: Variations, rows: int) -> Iterator[Sample]:
    """Yield the kept rows, then their variations."""
    for seed in source.seeds:
        yield seed_sample(seed, api, source.places[seed.id])
    yield from variations.iter_samples(rows)


def count_rows(path: Path) -> dict[str, Any]:
    """Return what a file of seeds and variations holds, by kind and by seed."""
    kinds: Counter[str] = Counter()
    parents: Counter[str] = Counter()
    families: set[str] = set()
    outside = 0
    for _, row in iter_rows(path):
        about = row["provenance"]
        kinds[about["kind"]] += 1
        families.add(row["family"])
        if about["kind"] == "seed":
            outside += "outside_reserved" in about
            parents[row["id"]] += 0
        else:
            parents[about["parent"]] += 1
    return {
        "rows": sum(kinds.values()),
        "variations": sum(kinds[kind] for kind in KINDS),
        "kinds": {kind: kinds[kind] for kind in KINDS},
        "families": len(families),
        "per_seed": {"least": min(parents.values()), "most": max(parents.values())},
        "outside_reserved": outside,
    }


def word_source(source: Source) -> str:
    """Return what was read, and why rows were dropped."""
    rows = "row" if source.seen == 1 else "rows"
    line = (
        f"{source.name} ({', '.join(source.formats)}): {source.seen} {rows} seen, "
        f"{len(source.seeds)} kept, {len(source.dropped)} dropped"
    )
    if source.opening:
        line += f"\n  left out of the requests: {source.opening[:80]!r}"
    if not source.dropped:
        return line
    why = ", ".join(f"{count} {reason}" for reason, count in source.reasons.items())
    return f"{line}\n  {DROPPED}: {why}"


def word_variations(counts: dict[str, Any], *, is_new: bool) -> str:
    """Return what was written, and what a person should know of it."""
    if not counts["kept"]:
        return f"\n  no row can be varied: {SAMPLES} is not written"
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts["kinds"].items())
    least, most = counts["per_seed"]["least"], counts["per_seed"]["most"]
    each = f"{least}" if least == most else f"{least} to {most}"
    lines = [
        f"\n  {SAMPLES}: {counts['rows']} rows: {counts['kept']} kept and {counts['variations']} "
        f"variations ({kinds}), {each} a seed, {counts['families']} phrasing families"
        + ("" if is_new else " (up to date)")
    ]
    if outside := counts["outside_reserved"]:
        lines.append(
            f"  {outside} kept {'seed holds' if outside == 1 else 'seeds hold'} identifying values "
            "outside reserved ranges (provenance.outside_reserved); variations do not"
        )
    if (made := counts["variations"]) < counts["asked"]:
        lines.append(
            f"  {counts['asked']} variations were asked for and {made} can be made of these seeds: "
            "give more seeds, or ask for fewer rows"
        )
    return "\n".join(lines)
