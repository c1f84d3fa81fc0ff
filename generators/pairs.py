"""Which preference pairs do samples give?  The same request, the right answer, one precise lie.

A pair is written only if the right answer is accepted and the diagnosis of the rejected one against
it names exactly the stated class. Shares follow a mix: the class that lags most behind its share
comes next, and of its possible faults one that keeps the lengths in balance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from callforge_core.errors import ConfigError, DataError
from callforge_core.jsonl import render_json
from callforge_core.records import Fault, Issue, Pair, Payload, Sample
from callforge_core.seeding import stream
from callforge_core.spec import order_keys
from generators.defects import Defect, inject_ordered
from generators.edits import NotApplicable
from generators.expectations import expect, is_enveloped, render_answer
from generators.faults_decisions import inject_decision
from generators.mixes import EVERY_CLASS, Mix, read_mix
from generators.pair_balance import TRIES, Balance, Change, change_of
from validators.decision_faults import Expected, Validators, diagnose_decision
from validators.decisions import iter_row_issues
from validators.diagnosis import Diagnosis, diagnose
from validators.payload import Validator

# what a row that asks or refuses can have wrong, beside its text
OWN_CLASSES: Mapping[str, tuple[str, ...]] = {"clarify": ("D2",), "refuse": ("D3",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A sample with its right answer as text, both proven."""

    sample: Sample
    expected: Expected
    gold: Payload
    """The body of a call, keys in the order of the operation; empty for other decisions."""
    chosen: str


def iter_pairs(
    samples: Iterable[Sample],
    validator: Validator | Validators,
    *,
    rows: int,
    seed: int,
    mix: str | Mix = "demo",
) -> Iterator[Pair]:
    """Yield `rows` pairs, one per sample until samples run out, then another class of each.

    With several operations (name -> validator) calls stand in their envelope. Raises DataError
    for a sample that is not valid, ConfigError when no more pairs can be made.
    """
    validators = by_operation(validator)
    shares = read_mix(mix, None if isinstance(mix, str) else EVERY_CLASS)
    counts: Counter[str] = Counter()
    balance = Balance()
    used: dict[str, set[str]] = {}
    seen: list[Truth] = []
    made = 0
    while made < rows:
        before = made
        for truth in seen or remember(samples, validators, seen):
            if made == rows:
                return
            taken = used.setdefault(truth.sample.id, set())
            rng = stream(seed, "pair", truth.sample.id, len(taken))
            order = order_classes(shares, counts, rng, taken, truth.sample.decision)
            pair = draw_pair(truth, validators, rng, order, balance)
            if pair is None:
                continue
            made += 1
            taken.add(pair.fault.cls)
            counts[pair.fault.cls] += 1
            balance.add(change_of(pair.chosen, pair.rejected))
            yield name_pair(pair, made, seed)
        if made == before:
            raise ConfigError(f"only {made} pairs can be made of {len(seen)} samples; give more")


def by_operation(validator: Validator | Validators) -> Validators:
    """Return name -> validator of one operation, or of several as they are."""
    if isinstance(validator, Validator):
        return {validator.operation.operation_id: validator}
    return validator


def remember(
    samples: Iterable[Sample], validators: Validators, seen: list[Truth]
) -> Iterator[Truth]:
    """Yield the proven samples, and keep them for a second round."""
    for sample in samples:
        truth = prove(sample, validators)
        seen.append(truth)
        yield truth


def prove(sample: Sample, validators: Validators) -> Truth:
    """Return a sample with its answer; DataError when the validators do not accept that."""
    if sample.operation not in validators:
        known = ", ".join(validators)
        raise DataError(f"sample {sample.id} calls {sample.operation}; the operations are {known}")
    expected, validator = due(sample), validators[sample.operation]
    gold = order_keys(validator.operation, sample.payload or {})
    is_bare = sample.decision == "call" and not is_enveloped(validators)
    chosen = render_json(gold) if is_bare else render_answer(expected, validators)
    for issue in iter_answer_issues(sample, chosen, validator, is_bare=is_bare):
        if issue.severity == "error":
            fault = (issue.cls, issue.path)
            raise DataError(f"sample {sample.id} is not valid {fault}; run validate first")
    return Truth(sample=sample, expected=expected, gold=gold, chosen=chosen)


def iter_answer_issues(
    sample: Sample, chosen: str, validator: Validator, *, is_bare: bool
) -> Iterable[Issue]:
    """Return what is wrong with the answer of a sample and its request."""
    if is_bare:
        return validator.verdict_text(chosen, sample.request).issues
    if sample.decision == "call":
        return validator.verdict(sample.payload, sample.request).issues
    return iter_row_issues(
        decision=sample.decision,
        request=sample.request,
        answer=chosen,
        operation=validator.operation,
    )


def due(sample: Sample) -> Expected:
    """Return what a request calls for; of a question or refusal also what the request states."""
    about = sample.provenance
    known = sample.payload if sample.decision == "call" else about.get("known")
    path = sample.path or about.get("known_path") or {}
    return replace(
        expect(sample), payload=known, path=path, token=about.get("token"),
        running_s=about.get("running_s"),
    )  # fmt: skip


def order_classes(
    shares: Mix, counts: Counter[str], rng: Random, taken: set[str], decision: str = "call"
) -> list[str]:
    """Return the classes left for a sample, the one furthest behind its share first."""
    total = counts.total() + 1
    own = OWN_CLASSES.get(decision)
    lag = {
        cls: share * total - counts[cls] + rng.random() * 1e-6
        for cls, share in shares.items()
        if cls not in taken and (own is None or cls in own)
    }
    return sorted(lag, key=lag.__getitem__, reverse=True)


def draw_pair(
    truth: Truth, validators: Validators, rng: Random, classes: Iterable[str], balance: Balance
) -> Pair | None:
    """Return a pair of the first class that fits and keeps the law; None if none does."""
    for cls in classes:
        for defect in draw_defects(cls, truth, validators, rng, balance):
            found = diagnose_answer(defect.text, truth, validators)
            if {name for name, _ in found} == {cls}:
                return join(truth, defect.text, defect.fault)
    return None


def draw_defects(
    cls: str, truth: Truth, validators: Validators, rng: Random, balance: Balance
) -> list[Defect]:
    """Return a few faults of a class, the one first that keeps the lengths in balance."""
    changes: list[tuple[Defect, Change]] = []
    for _ in range(TRIES):
        defect = inject_answer(cls, truth, validators, rng)
        if isinstance(defect, NotApplicable):
            break
        changes.append((defect, change_of(truth.chosen, defect.text)))
    return balance.order(changes)


def inject_answer(
    cls: str, truth: Truth, validators: Validators, rng: Random
) -> Defect | NotApplicable:
    """Return the right answer with one fault: of the decision, of the body, of the whole text."""
    if cls[0] == "D":
        return inject_decision(cls, truth.expected, validators, rng)
    name = truth.sample.operation
    defect = inject_ordered(cls, truth.gold, validators[name], rng)
    if isinstance(defect, NotApplicable) or not is_enveloped(validators):
        return defect
    return enclose(defect, truth)


def enclose(defect: Defect, truth: Truth) -> Defect:
    """Return a faulty body inside the envelope of its call."""
    body = render_json(truth.gold)
    before, found, after = truth.chosen.rpartition(body)
    assert found, "the envelope of a call holds its body"
    if defect.fault.cls == "F2":
        return replace(defect, text=defect.text.replace(body, truth.chosen, 1))
    pointer = f"/body{defect.fault.pointer}"
    text = before + defect.text + ("" if defect.fault.cls == "F1" else after)
    return Defect(text, replace(defect.fault, pointer=pointer))


def diagnose_answer(text: str, truth: Truth, validators: Validators) -> Diagnosis:
    """Return what is wrong with an answer where the answer of a sample was due."""
    sample = truth.sample
    if sample.decision == "call" and not is_enveloped(validators) and not is_other_decision(text):
        validator = validators[sample.operation]
        return diagnose(text, validator, gold=sample.payload, request=sample.request)
    return diagnose_decision(text, truth.expected, validators)


def is_other_decision(text: str) -> bool:
    """Say whether an answer begins as a question or a refusal does."""
    return text.lstrip().startswith(('{"clarify"', '{"refuse"'))


def join(truth: Truth, rejected: str, fault: Fault) -> Pair:
    """Return the pair of a proven sample and a faulty answer."""
    sample = truth.sample
    return Pair(
        id=sample.id,
        api=sample.api,
        release=sample.release,
        operation=sample.operation,
        request=sample.request,
        chosen=truth.chosen,
        rejected=rejected,
        fault=fault,
        cluster=sample.cluster,
        family=sample.family,
        provenance=dict(sample.provenance) | {"sample": sample.id},
    )


def name_pair(pair: Pair, number: int, seed: int) -> Pair:
    """Return the pair under its running number."""
    return replace(pair, id=f"p-{seed}-{number:06d}")
