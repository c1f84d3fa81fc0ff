"""Which samples does any operation give? First a valid call, then a request that states it.

    iter_any_samples(operation, catalogue, rows=500, seed=0)

One random stream per row: the first N rows of a longer run equal a run of N rows. A row is written
only when the validator accepts the call with its request and every value is stated in it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from random import Random
from typing import Any

from callforge_core.errors import ConfigError
from callforge_core.jsonl import render_json
from callforge_core.records import Sample
from callforge_core.seeding import stream
from callforge_core.spec import Operation
from generators.distinct import Seen, hash_text
from generators.numbers import FOLDS
from generators.payload_first_calls import BARE_SHARE, FULL_SHARE, Call, Caller, path_text
from generators.schema_values import Draft
from generators.verbaliser import Wording, families, verbalise
from generators.verbaliser_labels import Spoken, spell, spell_value
from generators.verbaliser_proof import states_all
from validators.catalogue import Catalogue

GENERATOR = "payload-first"
TRIES = 40  # calls for a row before giving up: all their requests were repeats, or not provable
WORDINGS = 6  # requests for a call before another one is drawn
AIMED = 3  # every so many rows, one is drawn towards a part of the schema


@dataclass(slots=True)
class Tally:
    """What was drawn in vain, and why."""

    refused: Counter[str] = field(default_factory=Counter)
    """Bodies that the validator refused: fault class and code -> how often."""
    values: int = 0
    """Single values that an engine refused inside a body."""
    ungrounded: Counter[str] = field(default_factory=Counter)
    """Requests whose grounding found an error, or that did not state a value."""
    repeats: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    """Optional members for which no value was found: pointer -> reason."""


def iter_any_samples(
    operation: Operation,
    catalogue: Catalogue,
    *,
    rows: int,
    seed: int,
    aimed: bool = False,
    tally: Tally | None = None,
) -> Iterator[Sample]:
    """Yield `rows` proven samples with distinct requests; `tally` learns what was drawn in vain.

    With `aimed` every row is drawn towards a part of the schema, to cover all of it soon.
    Raises SpecError naming the JSON pointer of a required value that cannot be generated, and
    ConfigError when the operation has fewer distinct requests.
    """
    maker = Maker(operation, catalogue, seed, Tally() if tally is None else tally)
    maker.every, maker.seen = 1 if aimed else AIMED, Seen(rows)
    for index in range(rows):
        yield maker.sample(index)


class Maker:
    """Makes the samples of one operation and seed, row by row."""

    def __init__(self, operation: Operation, catalogue: Catalogue, seed: int, tally: Tally) -> None:
        self.operation = operation
        self.seed = seed
        self.tally = tally
        self.caller = Caller(operation, catalogue)
        self.families = families()
        self.every = AIMED
        self.seen = Seen(1)
        slug = re.sub(r"[^A-Za-z0-9]+", "-", operation.operation_id).strip("-")
        self.id_start = f"a-{seed}-{slug}"
        self.provenance = {
            "generator": GENERATOR,
            "seed": seed,
            "version": metadata.version("callforge"),
        }

    def sample(self, index: int) -> Sample:
        """Return the sample of a row; raise ConfigError when only repeats are left."""
        for attempt in range(TRIES):
            rng = stream(self.seed, "any", self.operation.operation_id, index, attempt)
            place = int(rng.random() * len(self.families))
            # a family keeps to one fold of identifying values: held-out families share none
            call = self.caller.draw(self.draft(rng, place % FOLDS, index))
            wording = self.word(call, rng, self.families[place])
            if wording is not None:
                break
        else:
            raise ConfigError(
                f"{self.operation.operation_id}, row {index + 1}: no new request in {TRIES} tries "
                f"({self.tally.repeats} repeats so far); ask for fewer rows"
            )
        self.tally.refused = self.caller.rejects
        self.tally.values = self.caller.redraws
        self.tally.left_out = self.caller.sampler.left_out
        return self.build(index, call, wording, place % FOLDS)

    def draft(self, rng: Random, fold: int, index: int) -> Draft:
        """Return what a row is drawn with: how full it is, and what it aims at."""
        mood = rng.random()
        share = 0.15 + 0.6 * rng.random()
        share = 0.0 if mood < BARE_SHARE else 1.0 if mood > 1 - FULL_SHARE else share
        draft = Draft(rng=rng, fold=fold, share=share, leaves=6 + int(rng.random() * 14))
        aims = self.caller.aims
        if aims and index % self.every == 0:
            aim = aims[index // self.every % len(aims)]
            draft.forced, draft.value = aim.forced, aim.value
        return draft

    def word(self, call: Call, rng: Random, family: str) -> Wording | None:
        """Return a new request that states the whole call and grounds it; None if none does."""
        for _ in range(WORDINGS):
            members = spoken_members(self.operation, call)
            wording = verbalise(self.operation, members, rng, family)
            problem = self.problem(call, wording)
            if problem:
                self.tally.ungrounded[problem] += 1
            elif self.seen.add(hash_text(wording.text)):
                return wording
            else:
                self.tally.repeats += 1
        return None

    def problem(self, call: Call, wording: Wording) -> str:
        """Return what a request leaves unsaid or seems to say else; nothing when it is sound."""
        text, facts = wording.text, wording.facts
        outside = {"path": call.path, "query": call.query}
        for where, values in outside.items():
            for name, value in values.items():
                if states_all(value, text, facts, at=outside_pointer(where, name)):
                    return f"{where} parameter {name} not stated"
        if self.caller.validator is None:
            return ""
        missing = states_all(call.body, text, facts)
        if missing:
            return f"{missing[0]} not stated"
        errors = [
            each
            for each in self.caller.validator.verdict(call.body, text).issues
            if each.severity == "error"
        ]
        return f"{errors[0].cls} {errors[0].code} {errors[0].path}" if errors else ""

    def build(self, index: int, call: Call, wording: Wording, fold: int) -> Sample:
        """Return the record of a row."""
        operation = self.operation
        return Sample(
            id=f"{self.id_start}-{index + 1:06d}",
            api=operation.api,
            release=operation.release,
            operation=operation.operation_id,
            decision="call",
            request=wording.text,
            payload=call.body,
            cluster=cluster_of(call),
            family=wording.family,
            path={name: path_text(value) for name, value in call.path.items()},
            query=call.query,
            facts=wording.facts,
            provenance=self.provenance | {"fold": fold},
        )


def spoken_members(operation: Operation, call: Call) -> list[Spoken]:
    """Return everything a request has to state: parameters first, then the body."""
    schemas = {(each.where, each.name): each.schema for each in operation.parameters}
    members = []
    for where, values in (("path", call.path), ("query", call.query)):
        for name, value in values.items():
            pointer = outside_pointer(where, name)
            members.append(spell_value(name, schemas[where, name], value, pointer))
    return members + spell(operation.closed, call.body)


def outside_pointer(where: str, name: str) -> str:
    """Return the key under which the facts hold a parameter: path.orderId."""
    return f"{where}.{name}"


def cluster_of(call: Call) -> str:
    """Return the name that all phrasings of one call share."""
    whole: dict[str, Any] = {"body": call.body, "path": call.path, "query": call.query}
    text = render_json({key: whole[key] for key in sorted(whole)})
    return hashlib.sha256(text.encode()).hexdigest()[:16]
