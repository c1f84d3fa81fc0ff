"""How good is the validator itself? Faults of every class go in; which come out, by which name?

    callforge doctor --self-test

Every class of the taxonomy is injected into generated golds. A fault is found when the diagnosis
names its class, exactly found when it names nothing else; a gold that is flagged is a false alarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callforge.fault_names import name_fault
from callforge.self_test_scores import (
    ClassScore,
    Gold,
    iter_payload_faults,
    score_decisions,
    score_payloads,
)
from callforge_core.console import track
from callforge_core.faults import PAYLOAD_CLASSES
from callforge_core.jsonl import write_json
from callforge_core.seeding import stream
from callforge_core.spec import Spec, load_spec, render_payload
from datasets_src.bundled import catalogue_path, spec_path
from eval.proportions import wilson
from generators.enriched import enrich
from generators.expectations import vary
from generators.faults_decisions import DECISION_INJECTORS
from generators.probes import build_probes
from generators.samples import iter_samples
from validators.catalogue import Catalogue, load_catalogue
from validators.diagnosis import diagnose
from validators.payload import Validator
from validators.power import CHECKS, Checks
from validators.second_engine import SecondEngine
from validators.strict_json import parse_strict

OPERATION = "createSession"
ROWS = 200
MIXES = ("full", "core")


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """All that the self-test has measured."""

    rows: int
    seed: int
    scores: tuple[ClassScore, ...]
    golds: dict[str, int]
    """Check (text, request, gold) -> so many golds were put to it."""
    alarms: dict[str, int]
    """Check -> so many of them it flags."""
    compared: int
    agreed: int
    """So many of `compared` payloads get one verdict from both engines."""
    probes: int
    rejected: dict[str, int]
    """Check -> so many of the probes it rejects."""

    @property
    def ok(self) -> bool:
        """True when every fault is named exactly, no gold is flagged and the engines agree."""
        exact = all(score.exact == score.injected for score in self.scores)
        return exact and not any(self.alarms.values()) and self.agreed == self.compared

    def to_json(self) -> dict[str, Any]:
        """Return the result for machines."""
        return {
            "ok": self.ok,
            "rows": self.rows,
            "seed": self.seed,
            "classes": [score.to_json() for score in self.scores],
            "golds": {"n": self.golds, "flagged": self.alarms},
            "engines": {"n": self.compared, "agree": self.agreed},
            "checks": {"n": self.probes, "rejected": self.rejected},
        }


def check_validator(*, rows: int | None, json_file: Path | None) -> tuple[str, bool]:
    """Test the validator of the bundled definition; return the report and whether all is well."""
    spec, catalogue = load_spec(spec_path()), load_catalogue(catalogue_path())
    result = run_self_test(spec, catalogue, rows=rows or ROWS)
    if json_file:
        write_json(json_file, result.to_json())
    return render_self_test(result), result.ok


def run_self_test(spec: Spec, catalogue: Catalogue, *, rows: int = ROWS, seed: int = 0) -> SelfTest:
    """Inject `rows` faults of every class and see what the validator says of them."""
    validators = {
        name: Validator(operation, catalogue) for name, operation in spec.operations.items()
    }
    validator = validators[OPERATION]
    golds = list(iter_golds(validator, rows=rows, seed=seed))
    samples = iter_samples(validator.operation, catalogue, rows=max(20, rows // 4), seed=seed)
    due = [
        expected
        for number, sample in enumerate(samples)
        for expected in vary(sample, stream(seed, "vary", number))
    ]
    scores = [
        score_payloads(cls, golds, validator, rows=rows, seed=seed)
        if cls in PAYLOAD_CLASSES
        else score_decisions(cls, due, validators, rows=rows, seed=seed)
        for cls in track([*PAYLOAD_CLASSES, *DECISION_INJECTORS.names()], "self-test")
    ]
    counts = count_alarms(golds, validator)
    agreement = compare_engines(golds, validator, faults=max(1, rows // 4), seed=seed)
    rejected = count_rejected(validator)
    return SelfTest(
        rows=rows,
        seed=seed,
        scores=tuple(scores),
        golds=counts[0],
        alarms=counts[1],
        compared=agreement.total(),
        agreed=agreement[True],
        probes=len(build_probes()),
        rejected=rejected,
    )


def iter_golds(validator: Validator, *, rows: int, seed: int) -> Iterator[Gold]:
    """Yield golds as people ask, with requests, then as many with what people seldom ask for."""
    plain = [
        Gold(sample.payload or {}, sample.request)
        for mix in MIXES
        for sample in iter_samples(
            validator.operation, validator.catalogue, rows=(rows + 1) // 2, seed=seed, mix=mix
        )
    ]
    yield from plain
    for number, gold in enumerate(plain):
        yield Gold(enrich(gold.payload, stream(seed, "enrich", number)), None)


def count_alarms(
    golds: Sequence[Gold], validator: Validator
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many golds were put to each check, and how many it flags."""
    asked: Counter[str] = Counter(text=0, request=0, gold=0)
    flagged: Counter[str] = Counter(text=0, request=0, gold=0)
    for gold in golds:
        text = render_payload(validator.operation, gold.payload)
        asked.update(("text", "gold"))
        flagged["text"] += not validator.verdict_text(text).ok
        found = diagnose(text, validator, gold=gold.payload, request=gold.request)
        flagged["gold"] += bool(found)
        if gold.request is not None:
            asked["request"] += 1
            flagged["request"] += bool(diagnose(text, validator, request=gold.request))
    return dict(asked), dict(flagged)


def compare_engines(
    golds: Sequence[Gold], validator: Validator, *, faults: int, seed: int
) -> Counter[bool]:
    """Return how often two engines give golds and faulty payloads the same two verdicts."""
    first, second = validator.engine, SecondEngine(validator.operation)
    payloads: list[Any] = [gold.payload for gold in golds]
    for cls in PAYLOAD_CLASSES:
        found = iter_payload_faults(cls, golds, validator, seed)
        texts = [defect.text for (_, defect), _ in zip(found, range(faults), strict=False)]
        payloads += [parsed.value for text in texts if (parsed := parse_strict(text)).found]
    return Counter(
        first.accepts(payload) == second.accepts(payload)
        and first.accepts_closed(payload) == second.accepts_closed(payload)
        for payload in payloads
    )


def count_rejected(validator: Validator) -> dict[str, int]:
    """Return how many of the probes each check rejects."""
    checks = Checks(validator)
    seen = Counter(
        name
        for each in build_probes()
        for name in checks.rejected_by(each.text, gold=each.gold, request=each.request)
    )
    return {name: seen[name] for name in CHECKS}


def render_self_test(result: SelfTest) -> str:
    """Return the result for a person: one line a class, then golds, engines and probes."""
    lines = [
        f"{'fault class':<26}{'injected':>9}{'by text':>9}{'+request':>9}{'+gold':>8}{'exact':>8}"
        "   found, 95 % interval"
    ]
    lines += [render_score(score) for score in result.scores]
    lines += [
        f"     {score.cls} missed: {each}" for score in result.scores for each in score.missed
    ]
    flagged = ", ".join(
        f"{result.alarms[name]} of {result.golds[name]:,} {words}"
        for name, words in (
            ("text", "by their text"),
            ("request", "with their request"),
            ("gold", "with gold"),
        )
    )
    seen = ", ".join(f"{name} {count}" for name, count in result.rejected.items())
    lines += [
        "",
        f"false alarms: {flagged}",
        f"two engines: the same verdicts on {result.agreed:,} of {result.compared:,} payloads",
        f"of {result.probes} typical faults rejected: {seen}",
        "self-test passed" if result.ok else "self-test FAILED: see the lines below 100 %",
    ]
    return "\n".join(lines)


def render_score(score: ClassScore) -> str:
    """Return the line of one class."""
    head = f"{name_fault(score.cls).label:<26}{score.injected:>9,}"
    if not score.injected:
        return f"{head}   {score.why_none}"
    low, high = wilson(score.found, score.injected)
    parts = [
        (score.by_text, score.injected),
        (score.by_request, score.requests),
        (score.found, score.injected),
        (score.exact, score.injected),
    ]
    widths = (9, 9, 8, 8)
    cells = "".join(
        f"{percent(n, of):>{width}}" for (n, of), width in zip(parts, widths, strict=True)
    )
    return f"{head}{cells}   {score.found / score.injected:.1%} [{low:.1%}, {high:.1%}]"


def percent(n: int | None, of: int) -> str:
    """Return a share in whole percent, rounded down: 100 % is all of them."""
    return "-" if n is None or not of else f"{100 * n // of} %"
