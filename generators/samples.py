"""Which samples does a seed give?  Streams certified samples, one random stream per row.

The first N rows of a longer run equal a run of N rows; same arguments, same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from callforge_core.errors import ConfigError
from callforge_core.records import Sample
from callforge_core.registry import unknown
from callforge_core.seeding import Focused, derive, stream
from callforge_core.spec import Operation
from generators.lexicon import Lexicon, load_lexicon
from generators.numbers import FOLDS
from generators.payloads import build_payload, cluster_of
from generators.scenarios import MIXES, Choice, draw_scenario, unique_workloads
from generators.utterances import utter
from validators.catalogue import Catalogue
from validators.payload import Validator

GENERATOR = "template"
NO_LIMIT_S = 7 * 86400  # when a profile has no maximum: a week is as long as people ask for
TRIES = 50


def iter_samples(
    operation: Operation, catalogue: Catalogue, *, rows: int, seed: int, mix: str = "full"
) -> Iterator[Sample]:
    """Yield `rows` samples with distinct requests, balanced over the active profiles.

    `mix` names how often each kind of fact occurs (scenarios.MIXES).
    Raises ConfigError when the operation or the catalogue cannot be used.
    """
    if operation.operation_id != "createSession":
        raise ConfigError(
            f"samples of {operation.operation_id} cannot be generated: use createSession"
        )
    if mix not in MIXES:
        raise ConfigError(unknown("mix", mix, MIXES))
    choices = profile_choices(catalogue)
    validator = Validator(operation, catalogue)
    lexicon = load_lexicon()
    provenance: dict[str, Any] = {"generator": GENERATOR, "mix": mix, "seed": seed}
    provenance["version"] = metadata.version("callforge")
    seen: set[int] = set()
    for index in range(rows):
        sample = draw_distinct(
            operation, choices[index % len(choices)], lexicon, seed, index, seen, provenance
        )
        verdict = validator.verdict(sample.payload or {})
        assert verdict.ok, f"{sample.id} is not valid: {verdict.issues[0]}"
        yield sample


def draw_distinct(
    operation: Operation,
    choice: Choice,
    lexicon: Lexicon,
    seed: int,
    index: int,
    seen: set[int],
    provenance: dict[str, Any],
) -> Sample:
    """Return the row's sample; draw again when an earlier row has the same request."""
    for attempt in range(TRIES):
        sample = draw_sample(operation, choice, lexicon, seed, index, attempt, provenance)
        mark = hash_text(sample.request)
        if mark not in seen:
            seen.add(mark)
            return sample
    raise ConfigError(
        f"row {index + 1}: {TRIES} requests in a row were repeats; ask for fewer rows"
    )


def draw_sample(
    operation: Operation,
    choice: Choice,
    lexicon: Lexicon,
    seed: int,
    index: int,
    attempt: int,
    provenance: dict[str, Any],
) -> Sample:
    """Return one sample; it depends on seed, index and attempt only."""
    rng = stream(seed, "sample", index, attempt)
    families = lexicon.families
    place = int(rng.random() * len(families))
    # A family keeps to one fold of identifying values: families that are held out share none.
    mix = MIXES[provenance["mix"]]
    scenario = draw_scenario(rng, choice, mix, place % FOLDS)
    payload = build_payload(scenario)
    voice = Focused(derive(seed, "words", index, attempt), mix.focus)
    utterance = utter(scenario, voice, lexicon, families[place])
    return Sample(
        id=f"s-{seed}-{index + 1:06d}",
        api=operation.api,
        release=operation.release,
        operation=operation.operation_id,
        decision="call",
        request=utterance.text,
        payload=payload,
        cluster=cluster_of(payload),
        family=utterance.family,
        facts=utterance.facts,
        provenance=provenance | {"fold": scenario.fold},
    )


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


def hash_text(text: str) -> int:
    """Return a 64-bit mark of a text that is the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
