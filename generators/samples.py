"""Which samples does a seed give?  Streams certified samples with distinct requests.

Rows are drawn in blocks, one random stream each; a row that is wrong or a repeat is drawn again
from a stream of its own. So any process can draw any block, and the bytes do not depend on who did.
The first N rows of a longer run equal a run of N rows, but for about one row in 75,000: what tells
repeats is sized for the rows asked for (distinct.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from random import Random
from typing import Any, NamedTuple

from callforge_core.errors import ConfigError
from callforge_core.records import Payload, Sample, Verdict
from callforge_core.registry import unknown
from callforge_core.seeding import Focused, derive, stream
from callforge_core.spec import Operation
from generators.distinct import Seen, hash_text
from generators.edges import change_scenario
from generators.lexicon import Lexicon, load_lexicon
from generators.limits import read_limits
from generators.numbers import FOLDS
from generators.payloads import build_payload, cluster_of
from generators.scenarios import (
    MIXES,
    Cell,
    Choice,
    Mix,
    Scenario,
    draw_scenario,
    unique_workloads,
)
from generators.ten_templates import FAMILIES, utter_template
from generators.utterances import Utterance, utter
from validators.catalogue import Catalogue
from validators.payload import Validator

GENERATOR = "template"
NO_LIMIT_S = 7 * 86400  # when a profile has no maximum: a week is as long as people ask for
TRIES = 50
CELL_TRIES = 30  # then the cell is given up and the row drawn as it comes
BLOCK = 64
REPEAT = "repeat"


class Plan(NamedTuple):
    """What a row is about, before it is put into words."""

    row: int
    scenario: Scenario
    place: int
    """Which of the phrasing families says it."""


class Draft(NamedTuple):
    """A row before it is written: the facts, the words and the call."""

    row: int
    scenario: Scenario
    utterance: Utterance
    payload: Payload


class Drafter:
    """Draws the samples of one seed, any of them at any time. Does not pickle."""

    def __init__(
        self,
        operation: Operation,
        catalogue: Catalogue,
        *,
        seed: int,
        mix: str = "full",
        cells: Sequence[Cell] = (),
    ) -> None:
        check_arguments(operation, mix)
        self.operation = operation
        self.seed = seed
        self.mix = MIXES[mix]
        self.cells = cells
        self.choices = profile_choices(catalogue)
        self.by_name = {choice.name: choice for choice in self.choices}
        self.limits = read_limits(operation)
        self.validator = Validator(operation, catalogue)
        self.lexicon = load_lexicon()
        self.families = families_of(self.mix, self.lexicon)
        self.redrawn: Counter[str] = Counter()
        """Why rows were drawn again: the class of the first error, or a repeat."""
        version = metadata.version("callforge")
        about = {"generator": GENERATOR, "mix": mix, "seed": seed, "version": version}
        self.provenance: list[dict[str, Any]] = [about | {"fold": fold} for fold in range(FOLDS)]

    def draw_block(self, block: int, rows: int) -> list[Sample]:
        """Return the valid samples of a block, those beyond `rows` of the whole run left out."""
        facts = stream(self.seed, "facts", block)
        voice = self.voice(block)
        start = block * BLOCK
        # layer by layer over many rows: the code of a layer stays in the processor's caches
        plans = [
            self.plan(index, facts, self.cell(index))
            for index in range(start, min(start + BLOCK, rows))
        ]
        said = [self.say(plan, voice) for plan in plans]
        drafts = [
            Draft(plan.row, plan.scenario, utterance, build_payload(plan.scenario))
            for plan, utterance in zip(plans, said, strict=True)
        ]
        found = self.validator.verdicts_on(
            [(draft.payload, draft.utterance.text) for draft in drafts]
        )
        wrong = [fault_of(draft, verdict) for draft, verdict in zip(drafts, found, strict=True)]
        return [
            self.draw_again(draft.row, why) if why else self.finish(draft)
            for draft, why in zip(drafts, wrong, strict=True)
        ]

    def draw_again(self, index: int, why: str, seen: Seen | None = None) -> Sample:
        """Return another valid sample for a row, one that is new to `seen` when that is given."""
        cell = self.cell(index)
        for attempt in range(1, TRIES):
            self.redrawn[why] += 1
            facts = stream(self.seed, "facts", index, attempt)
            voice = self.voice(index, attempt)
            fixed = cell if attempt <= CELL_TRIES else None
            draft = self.draft(index, facts, voice, fixed)
            why = self.find_fault(draft)
            if not why and (seen is None or seen.add(hash_text(draft.utterance.text))):
                return self.finish(draft)
            why = why or REPEAT
        raise ConfigError(
            f"row {index + 1}: {TRIES} requests in a row were repeats or faulty ({why}); "
            "ask for fewer rows"
        )

    def voice(self, *names: int) -> Random:
        """Return the stream that chooses words."""
        if self.mix.focus == 1.0:
            return stream(self.seed, "words", *names)
        return Focused(derive(self.seed, "words", *names), self.mix.focus)

    def cell(self, index: int) -> Cell | None:
        """Return the cell of the grid that a row shall fill."""
        return self.cells[index] if index < len(self.cells) else None

    def draft(self, index: int, facts: Random, voice: Random, cell: Cell | None) -> Draft:
        """Return one row, not yet examined."""
        plan = self.plan(index, facts, cell)
        return Draft(index, plan.scenario, self.say(plan, voice), build_payload(plan.scenario))

    def plan(self, index: int, facts: Random, cell: Cell | None) -> Plan:
        """Return the facts of a row and which phrasing family is to say them."""
        place = int(facts.random() * len(self.families))
        # A family keeps to one fold of identifying values: families held out share none.
        fold = place % FOLDS
        choice = self.choices[index % len(self.choices)]
        if cell is not None:
            choice = self.by_name.get(cell.get("profile", ""), choice)
        scenario = draw_scenario(facts, choice, self.mix, fold, self.limits, cell)
        if cell is not None and "edge" in cell:
            scenario = change_scenario(scenario, cell["edge"], facts, choice, self.limits)
        return Plan(index, scenario, place)

    def say(self, plan: Plan, voice: Random) -> Utterance:
        """Return the words of a row."""
        if self.mix.templates:
            return utter_template(plan.scenario, plan.place)
        return utter(plan.scenario, voice, self.lexicon, self.families[plan.place])

    def find_fault(self, draft: Draft) -> str:
        """Return the class of the first error or ungrounded value of a row; empty: none."""
        return fault_of(draft, self.validator.verdict(draft.payload, draft.utterance.text))

    def finish(self, draft: Draft) -> Sample:
        """Return the record of a row that is right."""
        _, scenario, utterance, payload = draft
        operation, duration = self.operation, scenario.duration
        kinds = {
            "intent": word_intent(scenario),
            "duration": duration.kind if duration else "none",
        }
        return Sample(
            id=f"s-{self.seed}-{draft.row + 1:06d}",
            api=operation.api,
            release=operation.release,
            operation=operation.operation_id,
            decision="call",
            request=utterance.text,
            payload=payload,
            cluster=cluster_of(payload),
            family=utterance.family,
            facts=utterance.facts,
            provenance=self.provenance[scenario.fold] | kinds,
        )


def fault_of(draft: Draft, verdict: Verdict) -> str:
    """Return the class of the first error or ungrounded value of a row; empty: none."""
    text, credential = draft.utterance.text, draft.scenario.credential
    if credential is not None and not all(map(text.__contains__, credential.facts.values())):
        return "V5"  # any text can be a token, so the validator does not look for it
    for issue in verdict.issues:
        if issue.severity == "error" or issue.layer == "grounding":
            return issue.cls
    return ""


def iter_samples(
    operation: Operation,
    catalogue: Catalogue,
    *,
    rows: int,
    seed: int,
    mix: str = "full",
    cells: Sequence[Cell] = (),
) -> Iterator[Sample]:
    """Yield `rows` samples with distinct requests, balanced over the active profiles.

    `mix` names how often each kind of fact occurs (scenarios.MIXES); the first rows fill `cells`
    of the grid. Raises ConfigError when the operation or the catalogue cannot be used.
    """
    drafter = Drafter(operation, catalogue, seed=seed, mix=mix, cells=cells)
    seen = Seen(rows)
    for block in range(-(-rows // BLOCK)):
        yield from settle(drafter, drafter.draw_block(block, rows), block * BLOCK, seen)


def settle(drafter: Drafter, samples: Iterable[Sample], start: int, seen: Seen) -> Iterator[Sample]:
    """Yield samples, those whose request was said before drawn again; wants them in row order."""
    for index, sample in enumerate(samples, start):
        if seen.add(hash_text(sample.request)):
            yield sample
        else:
            yield drafter.draw_again(index, REPEAT, seen)


def families_of(mix: Mix, lexicon: Lexicon) -> Sequence[str]:
    """Return the phrasing families of a mix; a focused one keeps to fixed frames, seen often."""
    if mix.templates:
        return FAMILIES
    return lexicon.families if mix.focus == 1 else lexicon.frame_families


def check_arguments(operation: Operation, mix: str) -> None:
    """Raise ConfigError for an operation or a mix that is not known here."""
    if operation.operation_id != "createSession":
        raise ConfigError(
            f"samples of {operation.operation_id} cannot be generated: use createSession"
        )
    if mix not in MIXES:
        raise ConfigError(unknown("mix", mix, MIXES))


def word_intent(scenario: Scenario) -> str:
    """Say how a request points to its profile: by name, by what it is for, or by both."""
    if scenario.workload is None:
        return "named"
    return "both" if scenario.is_named else "implied"


def profile_choices(catalogue: Catalogue) -> list[Choice]:
    """Return the active profiles with their limits and the workloads that point to them alone."""
    active = [profile for profile in catalogue.profiles if profile.status == "ACTIVE"]
    if not active:
        raise ConfigError(f"catalogue {catalogue.name!r} has no ACTIVE profile to ask for")
    workloads = unique_workloads([(profile.name, profile.workloads) for profile in active])
    return [
        Choice(
            name=profile.name,
            low_s=profile.min_duration_s or 1,
            high_s=profile.max_duration_s or NO_LIMIT_S,
            workloads=workloads[profile.name],
        )
        for profile in active
    ]
