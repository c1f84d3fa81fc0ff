"""Is the answer of a row right? Calls with and without a body, questions, refusals, pairs of them.

What a row says is judged by the operation it names; a set may hold several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from callforge_core.prompting import is_enveloped
from callforge_core.records import Issue, Sample
from datasets_src.sft import answer_text
from validators.answers import Answer, parse_answer
from validators.decision_faults import Expected, diagnose_decision
from validators.decisions import iter_row_issues
from validators.path_values import iter_path_issues
from validators.payload import Validator

OPENING = re.compile(r'\s*\{\s*"(?:operation|clarify|refuse)"\s*:')

Validators = Mapping[str, Validator]
"""Operation id -> its validator, for every operation of a set."""


def iter_sample_issues(sample: Sample, validators: Validators) -> Iterator[Issue]:
    """Yield what makes the answer of a sample wrong, whatever was asked."""
    validator = validators.get(sample.operation)
    if validator is None and sample.decision != "refuse":
        known = ", ".join(validators)
        yield unknown_operation(f"no operation {sample.operation!r} in this set; it has {known}")
        return
    if sample.decision == "call":
        assert validator is not None
        yield from iter_call_issues(sample.payload or {}, sample.path, validator)
        return
    judge = validator or next(iter(validators.values()))
    yield from iter_row_issues(
        decision=sample.decision,
        request=sample.request,
        answer=answer_text(sample, [judge.operation]),
        operation=judge.operation,
    )


def iter_call_issues(
    body: Mapping[str, Any], path: Mapping[str, Any], validator: Validator
) -> Iterator[Issue]:
    """Yield what is wrong with a body, or with something said where there is none, and its path."""
    operation = validator.operation
    if operation.media_type is not None:
        yield from validator.verdict(body).issues
    else:
        yield from (no_body(name, operation.operation_id) for name in body)
    yield from iter_path_issues(path, operation)


def iter_answer_issues(answer: Answer, validators: Validators) -> Iterator[Issue]:
    """Yield what is wrong with an answer that should be right."""
    yield from answer.issues
    if answer.decision == "malformed":
        return
    if answer.decision == "call":
        name = answer.operation or next(iter(validators))
        if name not in validators:
            yield unknown_operation(f"no operation {name!r} in this set")
        elif answer.operation is None:
            yield from validators[name].verdict(answer.payload).issues
        else:
            yield from iter_call_issues(answer.payload or {}, answer.path, validators[name])


def read_expected(
    chosen: str,
    operation: str,
    request: str | None,
    context: Mapping[str, Any],
    validators: Validators,
) -> tuple[Answer, Expected]:
    """Return the chosen side of a pair, read, and what it says the request calls for.

    `context` is the provenance of the row: what a question knows already, token, time running.
    """
    answer = parse_answer(chosen, tuple(validators))
    decision = "call" if answer.decision == "malformed" else answer.decision
    return answer, Expected(
        decision=decision,
        operation=answer.operation or operation,
        payload=answer.payload if decision == "call" else context.get("known"),
        path=answer.path,
        missing=answer.asked,
        reason=answer.reason,
        request=request,
        token=context.get("token"),
        running_s=context.get("running_s"),
    )


def iter_reject_faults(
    rejected: str, expected: Expected, validators: Validators
) -> Iterator[tuple[str, str]]:
    """Yield (fault class, JSON pointer) of a rejected side against what was due."""
    if expected.operation in validators:
        yield from sorted(diagnose_decision(rejected, expected, validators))


def speaks_of_decisions(*sides: str) -> bool:
    """Say whether one of some answers is an envelope, a question or a refusal."""
    return any(OPENING.match(side) is not None for side in sides)


def has_envelopes(validators: Validators) -> bool:
    """Say whether a call of this set names its operation."""
    return is_enveloped([each.operation for each in validators.values()])


def no_body(name: str, operation: str) -> Issue:
    """Word that a body was written for an operation without one."""
    return Issue(
        cls="S2",
        code="closed.no_body",
        path=f"$.{name}",
        message=f"{operation} has no body, so {name!r} has no place in it",
        layer="closed",
        basis="project",
    )


def unknown_operation(message: str) -> Issue:
    """Word that a row calls what there is not."""
    return Issue(
        cls="D1",
        code="decision.unknown_operation",
        path="$.operation",
        message=message,
        layer="decision",
        basis="project",
    )
