"""Which rows does a seed give for a whole API family? Calls, questions and refusals, all proven.

What a row is for (decision, operation, profile) follows from its number alone, so every share is
exact; what it says comes from a random stream of its own. A row that cannot be proven, or repeats
an earlier request, is drawn again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any, NamedTuple

from callforge_core.errors import ConfigError
from callforge_core.records import Decision, Sample
from callforge_core.registry import unknown
from callforge_core.seeding import Focused, derive, stream
from callforge_core.spec import Operation
from generators.clarify import can_ask, draw_question
from generators.distinct import Seen, hash_text
from generators.family_calls import NOISE, draw_call, file_under
from generators.family_proof import find_fault
from generators.family_rows import CREATE, Desk, Row
from generators.operation_facts import DRAWS
from generators.payloads import cluster_of
from generators.refuse import draw_refusal
from generators.samples import BLOCK, REPEAT, profile_choices
from generators.scenarios import MIXES
from validators.catalogue import Catalogue
from validators.payload import Validator

GENERATOR = "family"
SHARES: dict[Decision, int] = {"call": 3, "clarify": 1, "refuse": 1}
"""Of five rows three call, one asks and one refuses; of fewer decisions in the same proportion."""
TRIES = 60


class Part(NamedTuple):
    """What a row is for."""

    decision: Decision
    operation: str
    choice: int


class FamilyDrafter:
    """Draws the rows of one seed, any of them at any time. Does not pickle."""

    def __init__(
        self,
        operations: Sequence[Operation],
        catalogue: Catalogue,
        *,
        seed: int,
        mix: str = "full",
        decisions: Sequence[str] = ("call",),
    ) -> None:
        check_arguments(operations, mix, decisions)
        self.desk = Desk(
            validators={each.operation_id: Validator(each, catalogue) for each in operations},
            choices=profile_choices(catalogue),
            catalogue=catalogue,
            mix_name=mix,
        )
        self.seed = seed
        self.cycle = spread([name for name in SHARES if name in decisions])
        self.askable = [name for name in self.desk.validators if can_ask(name)]
        self.noise = NOISE if "refuse" in decisions else 0.0
        self.redrawn: Counter[str] = Counter()
        """Why rows were drawn again: a fault class, or a repeat."""
        version = metadata.version("callforge")
        self.provenance: dict[str, Any] = {
            "generator": GENERATOR, "mix": mix, "seed": seed, "version": version,
        }  # fmt: skip

    def plan(self, index: int) -> Part:
        """Return what row number `index` is for; depends on the number alone."""
        block, at = divmod(index, len(self.cycle))
        decision = self.cycle[at]
        before = self.cycle[:at].count(decision)
        ordinal = block * self.cycle.count(decision) + before
        names = self.askable if decision == "clarify" else list(self.desk.validators)
        turn, which = divmod(ordinal, len(names))
        return Part(decision, names[which], (turn + which) % len(self.desk.choices))

    def draw_block(self, block: int, rows: int) -> list[Sample]:
        """Return the proven samples of a block, those beyond `rows` of the whole run left out."""
        start = block * BLOCK
        return [self.draw(index) for index in range(start, min(start + BLOCK, rows))]

    def draw(self, index: int) -> Sample:
        """Return the first proven sample of a row."""
        row = self.draft(index, 0)
        fault = find_fault(row, self.desk)
        return self.draw_again(index, fault) if fault else self.finish(index, row)

    def draw_again(self, index: int, why: str, seen: Seen | None = None) -> Sample:
        """Return another proven sample for a row, one that is new to `seen` when that is given."""
        for attempt in range(1, TRIES):
            self.redrawn[why] += 1
            row = self.draft(index, attempt)
            why = find_fault(row, self.desk)
            if not why and (seen is None or seen.add(hash_text(row.request))):
                return self.finish(index, row)
            why = why or REPEAT
        part = self.plan(index)
        raise ConfigError(
            f"row {index + 1} ({part.decision}, {part.operation}): {TRIES} requests in a row were "
            f"repeats or could not be proven ({why}); ask for fewer rows"
        )

    def draft(self, index: int, attempt: int) -> Row:
        """Return one row, not yet proven."""
        part = self.plan(index)
        rng = stream(self.seed, "family", index, attempt)
        voice = Focused(derive(self.seed, "family words", index, attempt), self.desk.mix.focus)
        choice = self.desk.choices[part.choice]
        if part.decision == "clarify":
            row = draw_question(part.operation, self.desk, choice, rng, voice)
        elif part.decision == "refuse":
            row = draw_refusal(part.operation, self.desk, choice, rng, voice)
        else:
            row = draw_call(part.operation, self.desk, choice, rng, voice, noise=self.noise)
        return file_under(row, rng)

    def finish(self, index: int, row: Row) -> Sample:
        """Return the record of a row that is proven."""
        operation = self.desk.operation(row.operation)
        return Sample(
            id=f"f-{self.seed}-{index + 1:06d}",
            api=operation.api,
            release=operation.release,
            operation=row.operation,
            decision=row.decision,
            request=row.request,
            payload=row.payload,
            path=row.path,
            missing=row.missing,
            reason=row.reason,
            cluster=cluster_of_row(row),
            family=row.family,
            facts=row.facts,
            provenance={**self.provenance, "fold": row.fold, **row.about},
        )


def iter_family(
    operations: Sequence[Operation],
    catalogue: Catalogue,
    *,
    rows: int,
    seed: int,
    mix: str = "full",
    decisions: Sequence[str] = ("call",),
) -> Iterator[Sample]:
    """Yield `rows` samples with distinct requests, balanced over operations within a decision."""
    drafter = FamilyDrafter(operations, catalogue, seed=seed, mix=mix, decisions=decisions)
    seen = Seen(rows)
    for index in range(rows):
        sample = drafter.draw(index)
        new = seen.add(hash_text(sample.request))
        yield sample if new else drafter.draw_again(index, REPEAT, seen)


def spread(decisions: Sequence[Decision]) -> list[Decision]:
    """Return one round of decisions in their shares, equal ones apart: call, clarify, call ..."""
    places = [
        ((turn + 0.5) / SHARES[name], order, name)
        for order, name in enumerate(decisions)
        for turn in range(SHARES[name])
    ]
    return [name for _, _, name in sorted(places)] if len(decisions) > 1 else list(decisions)


def cluster_of_row(row: Row) -> str:
    """Return the name all phrasings of one intent share.

    The fold is a part of it: few profiles can be asked about, and each answer has to be learned
    from some rows and tested on others; rows with values of their own differ by those anyway.
    """
    call: dict[str, Any] = {"operation": row.operation, "fold": row.fold}
    if row.decision == "call":
        return cluster_of(call | {"body": row.payload, "path": dict(row.path)})
    about = {key: row.about.get(key) for key in ("known", "known_path", "refusal")}
    asked = {"missing": list(row.missing), "reason": row.reason}
    return cluster_of(call | asked | {key: value for key, value in about.items() if value})


def check_arguments(operations: Sequence[Operation], mix: str, decisions: Sequence[str]) -> None:
    """Raise ConfigError for an operation or a mix not known here, or a question about nothing."""
    if mix not in MIXES:
        raise ConfigError(unknown("mix", mix, MIXES))
    known = [CREATE, *DRAWS]
    for operation in operations:
        if operation.operation_id not in known:
            raise ConfigError(unknown("operation", operation.operation_id, known))
    if "clarify" in decisions and not any(can_ask(each.operation_id) for each in operations):
        raise ConfigError(
            "nothing has to be asked about retrieveQoSProfiles: all of it is optional"
        )
