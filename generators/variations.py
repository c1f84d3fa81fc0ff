"""Which rows grow out of somebody's valid rows? Variations, each proven and labelled.

resample      the author's own wording with values drawn anew
paraphrase    the same call in the words of our grammar
combination   device, server and length from different seeds, in an author's wording or in ours

Seeds take turns, so that each gets as many variations as any other that still can give one. A
variation holds identifying values of reserved ranges only, whatever its seed holds.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from random import Random
from typing import Any, Literal, NamedTuple, get_args

from callforge_core.records import Payload, Sample
from callforge_core.seeding import derive, stream
from generators.anchors import Wording, read_wording
from generators.lexicon import load_lexicon
from generators.numbers import FOLDS
from generators.payloads import cluster_of
from generators.replacing import Replacer
from generators.samples import GENERATOR, profile_choices
from generators.scenario_of import scenario_of
from generators.scenarios import Choice
from generators.seeds import SECRETS, Seed, iter_outside
from generators.transplant import Draft, combine, resample
from generators.utterances import utter
from validators.payload import Validator

Kind = Literal["resample", "paraphrase", "combination"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TURNS: tuple[Kind, ...] = ("resample", "paraphrase", "resample", "combination")
TRIES = 16  # drafts of one kind before a seed has no more of it
OPERATION = "createSession"  # the one that our grammar speaks of
ORDER = (
    *("device", "applicationServer", "devicePorts", "applicationServerPorts", "qosProfile"),
    *("sink", "sinkCredential", "duration"),
)


class Made(NamedTuple):
    """A draft with the phrasing family that it belongs to."""

    draft: Draft
    family: str


class Variations:
    """Makes variations of the seeds it was given, any number, until they have no more.

    `tally` counts drafts by kind and outcome: made, repeat (said already), unproven, none (the
    words hold no other value); `redrawn` holds all but the first, as text.
    """

    def __init__(self, seeds: Sequence[Seed], validator: Validator, *, seed: int) -> None:
        self.seeds = tuple(seeds)
        self.validator = validator
        self.seed = seed
        self.replacer = Replacer(validator)
        self.lexicon = load_lexicon()
        self.choices = {choice.name: choice for choice in profile_choices(validator.catalogue)}
        self.wordings = tuple(read_wording(each, validator) for each in self.seeds)
        self.outside = tuple(set(iter_outside(s.payload, s.request)) for s in self.seeds)
        self.said = {mark_of(each.request) for each in self.seeds}
        self.exhausted: set[tuple[int, Kind]] = set()
        self.tally: Counter[tuple[Kind, str]] = Counter()
        self.redrawn: Counter[str] = Counter()
        self.prefix = prefix_beside(self.seeds, seed)
        self.about: Mapping[str, Any] = {
            "generator": GENERATOR,
            "seed": seed,
            "version": metadata.version("callforge"),
        }

    def iter_samples(self, rows: int) -> Iterator[Sample]:
        """Yield up to `rows` variations, the seeds in turn; fewer when no seed has more."""
        made = turn = 0
        active = list(range(len(self.seeds)))
        while made < rows and active:
            still = []
            for index in active:
                sample = self.next_sample(index, turn, made + 1)
                if sample is None:
                    continue
                still.append(index)
                yield sample
                made += 1
                if made == rows:
                    return
            active, turn = still, turn + 1

    def next_sample(self, index: int, turn: int, number: int) -> Sample | None:
        """Return one more variation of a seed, None when it has no more of any kind."""
        first = TURNS[(turn + index) % len(TURNS)]
        for kind in dict.fromkeys((first, *KINDS)):
            if (index, kind) in self.exhausted:
                continue
            for attempt in range(TRIES):
                name = ("variation", self.seeds[index].id, kind, turn, attempt)
                made = self.make(index, kind, name)
                if made is not None and self.accept(index, kind, made):
                    return self.record(made, kind, index, number)
                if made is None:
                    self.count(kind, "none")
            self.exhausted.add((index, kind))
        return None

    def make(self, index: int, kind: Kind, name: Sequence[object]) -> Made | None:
        """Return a draft, None when the seed gives none this time."""
        rng = stream(self.seed, *name)
        wording = self.wordings[index]
        fold = derive(0, "fold", wording.seed.id) % FOLDS
        if kind == "resample":
            draft = resample(wording, self.replacer, rng, fold)
            return Made(draft, wording.seed.family) if draft else None
        if kind == "paraphrase":
            seed = wording.seed
            return self.speak(seed.payload, (seed.id,), rng) if not self.outside[index] else None
        others = [seed for place, seed in enumerate(self.seeds) if place != index]
        if not others:
            return None
        if rng.random() < 0.5:
            return self.speak(*mix_payloads(wording.seed, others, rng), rng)
        draft = combine(wording, others, self.replacer, rng)
        return Made(draft, wording.seed.family) if draft else None

    def speak(self, payload: Payload, parents: tuple[str, ...], rng: Random) -> Made | None:
        """Return a call in the words of our grammar."""
        choice: Choice | None = self.choices.get(str(payload.get("qosProfile")))
        if self.validator.operation.operation_id != OPERATION or choice is None:
            return None
        scenario = scenario_of(payload, choice, rng)
        if scenario is None:
            return None
        families = self.lexicon.families
        said = utter(scenario, rng, self.lexicon, families[int(rng.random() * len(families))])
        return Made(Draft(said.text, copy.deepcopy(payload), parents), said.family)

    def accept(self, index: int, kind: Kind, made: Made) -> bool:
        """Say whether a draft is new and proven, and count why not."""
        mark = mark_of(made.draft.request)
        outcome = "made"
        if mark in self.said or len(made.draft.parents) < 1 + (kind == "combination"):
            outcome = "repeat"
        elif not self.is_proven(made, self.wordings[index]):
            outcome = "unproven"
        self.count(kind, outcome)
        if outcome == "made":
            self.said.add(mark)
        return outcome == "made"

    def count(self, kind: Kind, outcome: str) -> None:
        """Count a draft."""
        self.tally[kind, outcome] += 1
        if outcome != "made":
            self.redrawn[f"{kind}: {outcome}"] += 1

    def is_proven(self, made: Made, wording: Wording) -> bool:
        """Say whether a draft is valid, plainly asked for by its words, and names nobody."""
        draft = made.draft
        if any(i.severity == "error" for i in self.verdict(draft)) or any(
            value.partition("=")[2] not in draft.drawn if is_secret(value) else True
            for value in iter_outside(draft.payload, draft.request)
        ):
            return False
        if made.family != wording.seed.family:
            return True
        # In an author's words nothing may be said less plainly than it was.
        grounding = self.validator.grounder.ground(draft.payload, draft.request)
        return wording.derived <= grounding.derivations.keys() and (
            len(grounding.unused) <= wording.unused
        )

    def verdict(self, draft: Draft) -> Sequence[Any]:
        """Return the issues of a draft."""
        return self.validator.verdict(draft.payload, draft.request).issues

    def record(self, made: Made, kind: Kind, index: int, number: int) -> Sample:
        """Return the labelled row of a draft."""
        draft, operation = made.draft, self.validator.operation
        parents = list(draft.parents)
        own = made.family == self.seeds[index].family
        return Sample(
            id=f"{self.prefix}{number:06d}",
            api=operation.api,
            release=operation.release,
            operation=operation.operation_id,
            decision="call",
            request=draft.request,
            payload=draft.payload,
            cluster=cluster_of(draft.payload),
            family=made.family,
            facts=words_of(self.validator, draft.payload, draft.request),
            provenance={
                **self.about,
                "kind": kind,
                "parent": self.seeds[index].id,
                "parents": parents,
                "words": "author" if own else "grammar",
            },
        )


def words_of(validator: Validator, payload: Payload, request: str) -> dict[str, str]:
    """Return slot -> the words of the request that state it, in the order of the request."""
    found = validator.grounder.ground(payload, request).derivations.items()
    ordered = sorted(found, key=lambda item: item[1].start)
    return {".".join(map(str, place)): words.text for place, words in ordered}


def mix_payloads(
    seed: Seed, others: Sequence[Seed], rng: Random
) -> tuple[Payload, tuple[str, ...]]:
    """Return a call with the device of one seed, the server of another, the length of a third."""
    server, length = (others[int(rng.random() * len(others))] for _ in range(2))
    found = {key: seed.payload[key] for key in seed.payload if key in ORDER}
    for key in ("applicationServer", "applicationServerPorts"):
        found.pop(key, None)
        if key in server.payload:
            found[key] = server.payload[key]
    if "duration" in length.payload:
        found["duration"] = length.payload["duration"]
    parents = tuple(dict.fromkeys((seed.id, server.id, length.id)))
    return {key: found[key] for key in ORDER if key in found}, parents


def prefix_beside(seeds: Sequence[Seed], seed: int) -> str:
    """Return what the ids of variations begin with, and no id of a seed does."""
    prefix = f"v-{seed}-"
    while any(each.id.startswith(prefix) for each in seeds):
        prefix = f"v{prefix}"
    return prefix


def is_secret(value: str) -> bool:
    """Say whether an identifying value is a secret with its name in front."""
    return value.partition("=")[0] in SECRETS


def mark_of(request: str) -> str:
    """Return a request without capitals and doubled blanks: what is left tells repeats."""
    return " ".join(request.lower().split())
