"""Dialogues -> the folder that trainers read: a row for every turn of the assistant.

    DIR/sft/{train,validation,test}.jsonl    DIR/dropped.json   DIR/README.md   DIR/manifest.json

A conversation is never in two splits, and neither is a phrasing family, an address, a number or a
session: what is said in it counts, and what the tools tell. Nothing is written twice.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from callforge_core.dialogue_records import Dialogue, Turn, iter_turn_rows
from callforge_core.jsonl import write_json, write_rows, write_text
from callforge_core.manifest import NAME, Manifest, digests, is_current, load_manifest
from callforge_core.manifest import write_manifest as write_last
from callforge_core.records import Sample
from callforge_core.spec import Operation
from datasets_src.build import CARD, DROPPED, Built, digest_rows, remove, schema_digest
from datasets_src.cards import UNKNOWN, certificate, drops_table, front_matter, origin, rows_table
from datasets_src.filters import Drop, Sink, count_reasons
from datasets_src.splits import NAMES, Name, split_samples
from validators.catalogue import Catalogue
from validators.dialogue import iter_dialogue_issues
from validators.dialogue_calls import iter_call_issues
from validators.payload import Validator

STAGE = "build dialogues"
LAYOUT = 1  # raise it when the same rows should give other files

log = logging.getLogger(__name__)


def build_dialogues(
    dialogues: Iterable[Dialogue],
    operations: Sequence[Operation],
    catalogue: Catalogue,
    out: Path,
    *,
    seed: int,
    test_rows: int,
) -> Built:
    """Write the dataset of `dialogues` into `out`, unless it is there already.

    `operations` are those that the assistant may call; a dialogue with a wrong turn is left out.
    """
    started = time.perf_counter()
    rows = list(dialogues)
    config = {
        "operations": {each.operation_id: schema_digest(each) for each in operations},
        "catalogue": catalogue.name,
        "seed": seed,
        "test_rows": test_rows,
        "layout": LAYOUT,
    }
    inputs = {"dialogues": digest_rows(rows)}
    if is_current(out, stage=STAGE, config=config, inputs=inputs):
        log.debug("build: %s is up to date", out)
        return Built(counts=(load_manifest(out) or {})["counts"], is_new=False)
    drops: list[Drop] = []
    validators = {each.operation_id: Validator(each, catalogue) for each in operations}
    kept = {row.id: row for row in keep_sound(rows, validators, drops.append)}
    splits = split_samples(
        [stand_in(row) for row in kept.values()], drops.append, seed=seed, test_rows=test_rows
    )
    parts = {name: [kept[row.id] for row in splits.samples[name]] for name in NAMES}
    counts = count(parts, drops, splits.certificate, seen=len(rows))
    remove(out / NAME)
    names = [f"sft/{name}.jsonl" for name in NAMES]
    for name, path in zip(NAMES, names, strict=True):
        write_rows(out / path, iter_rows_of(parts[name]))
    write_json(out / DROPPED, [drop.to_json() for drop in drops])
    write_text(out / CARD, render_card(operations, counts, catalogue.name, seed))
    write_last(
        out,
        Manifest(
            stage=STAGE,
            config=config,
            inputs=inputs,
            outputs=digests(out, [*names, DROPPED, CARD]),
            counts=counts,
            versions={"callforge": metadata.version("callforge")},
            seconds=time.perf_counter() - started,
        ),
    )
    return Built(counts=counts, is_new=True)


def keep_sound(
    dialogues: Iterable[Dialogue], validators: Mapping[str, Validator], drop: Sink
) -> Iterator[Dialogue]:
    """Keep the dialogues with a new id in which every turn is right."""
    seen: set[str] = set()
    first = next(iter(validators.values())).operation
    for dialogue in dialogues:
        issues = (
            *iter_call_issues(dialogue.messages, validators),
            *iter_dialogue_issues(dialogue.messages, first),
        )
        wrong = next((issue for issue in issues if issue.severity == "error"), None)
        if wrong is not None:
            detail = f"{wrong.code} at {wrong.path}"
            drop(Drop(kind="dialogue", id=dialogue.id, reason="invalid", detail=detail))
        elif dialogue.id in seen:
            drop(Drop(kind="dialogue", id=dialogue.id, reason="duplicate_id"))
        else:
            seen.add(dialogue.id)
            yield dialogue


def stand_in(dialogue: Dialogue) -> Sample:
    """Return a sample that holds what the dialogue holds: the splitter draws samples."""
    users = [turn["content"] for turn in dialogue.messages if turn["role"] == "user"]
    told = list(iter_objects(dialogue.messages))
    return Sample(
        id=dialogue.id,
        api=dialogue.api,
        release=dialogue.release,
        operation=dialogue.plan.partition(">")[0],
        decision=dialogue.decision,
        request="\n".join(users),
        payload=None,
        cluster=dialogue.cluster,
        family=dialogue.family,
        provenance={**dialogue.provenance, "known": told},
    )


def iter_objects(messages: Sequence[Turn]) -> Iterator[Any]:
    """Yield what stands as JSON in the turns of assistant and tool."""
    for turn in messages:
        if turn["role"] in ("assistant", "tool"):
            try:
                yield json.loads(turn["content"])
            except ValueError:
                continue  # words


def iter_rows_of(dialogues: Iterable[Dialogue]) -> Iterator[dict[str, Any]]:
    """Yield prompt and completion of every assistant turn, all columns text or turns."""
    for dialogue in dialogues:
        yield from iter_turn_rows(dialogue)


def count(
    parts: Mapping[Name, Sequence[Dialogue]],
    drops: Sequence[Drop],
    shared: Mapping[str, Any],
    *,
    seen: int,
) -> dict[str, Any]:
    """Return the counts of the manifest; kept and dropped dialogues add up to seen."""
    dialogues = {name: len(rows) for name, rows in parts.items()}
    assert sum(dialogues.values()) + len(drops) == seen, "a dialogue went missing"
    sources = Counter(
        str(row.provenance.get("generator") or UNKNOWN) for rows in parts.values() for row in rows
    )
    return {
        "seen": {"dialogues": seen},
        "sources": dict(sorted(sources.items())),
        "dialogues": dialogues,
        "rows": {"sft": {name: sum(1 for _ in iter_rows_of(rows)) for name, rows in parts.items()}},
        "dropped": count_reasons(drops),
        "certificate": dict(shared),
    }


def render_card(
    operations: Sequence[Operation], counts: Mapping[str, Any], catalogue: str, seed: int
) -> str:
    """Return README.md."""
    listed = ", ".join(f"`{each.operation_id}`" for each in operations)
    talks = {"dialogues": counts["dialogues"]}
    parts = [
        f"---\n{front_matter(operations, {'sft': NAMES}, counts)}---",
        f"# Dialogues about sessions, {operations[0].api} {operations[0].release}",
        f"Conversations of a user, an assistant and the tools it calls ({listed}). "
        f"{origin(counts['sources'])} Every call was checked against the API definition and the "
        f"profile catalogue `{catalogue}`, and against what the user had said up to there.",
        f"## Rows\n\n{rows_table({**talks, **counts['rows']})}",
        "A row of `sft` is one turn of the assistant: `prompt` holds the turns before it, "
        "`completion` the turn, `decision` what it decides (a call, a question, a refusal, words).",
        f"## What the splits share\n\n{certificate(counts['certificate'])}",
        f"## Dialogues left out\n\n{drops_table(counts['dropped'])}",
        f"Built with seed {seed}; `manifest.json` has the SHA-256 of every file.",
    ]
    return "\n\n".join(parts) + "\n"


def summary(counts: Mapping[str, Any]) -> str:
    """Return one line for people."""
    rows, talks = counts["rows"]["sft"], counts["dialogues"]
    said = " + ".join(f"{rows[name]:,} of {talks[name]:,} dialogues {name}" for name in NAMES)
    dropped = ", ".join(f"{n} {reason}" for reason, n in counts["dropped"].items())
    return f"sft turns: {said}; dropped: {dropped or 'none'}"
