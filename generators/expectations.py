"""What is the right answer to a request, and how is it said? Samples -> Expected -> text.

Small pure constructors: from the call of a sample one gets the question that is due when a slot is
missing, a refusal, and the extension of the session that the call has started.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from random import Random
from uuid import UUID

from callforge_core.jsonl import render_json
from callforge_core.records import Sample
from callforge_core.spec import order_keys
from generators.enriched import enrich
from validators.decision_faults import MORE_SECONDS, Expected, Validators
from validators.rules.context import Token

EXTEND = "extendQosSessionDuration"
OUTSIDE = ("Book me a flight to Lisbon.", "A network session cannot book flights.")


def expect(sample: Sample) -> Expected:
    """Return what the request of a sample calls for."""
    return Expected(
        decision=sample.decision,
        operation=sample.operation,
        payload=sample.payload,
        missing=sample.missing,
        reason=sample.reason,
        request=sample.request,
    )


def ask_for(call: Expected, *slots: str) -> Expected:
    """Return the question that is due when a request leaves slots out; its words are not known."""
    known = {name: value for name, value in (call.payload or {}).items() if name not in slots}
    return replace(call, decision="clarify", payload=known, missing=slots, request=None)


def refuse(call: Expected, request: str, reason: str) -> Expected:
    """Return the refusal of a request that the API cannot serve."""
    return replace(call, decision="refuse", payload=None, request=request, reason=reason)


def extend(call: Expected, more_s: int, rng: Random) -> Expected:
    """Return the extension of the session that a call has started."""
    session = str(UUID(int=rng.getrandbits(128), version=4))
    return Expected(
        decision="call",
        operation=EXTEND,
        payload={MORE_SECONDS: more_s},
        path={"sessionId": session},
        running_s=(call.payload or {}).get("duration"),
    )


def vary(sample: Sample, rng: Random) -> list[Expected]:
    """Return what is due around the call of a sample: other tokens, questions, a refusal, more."""
    call = expect(sample)
    gold = call.payload or {}
    bare = {name: value for name, value in gold.items() if name != "device"}
    token: Token = "two-legged" if "device" in gold else "three-legged"
    return [
        call,
        replace(call, payload=enrich(gold, rng)),
        replace(call, token=token),
        replace(call, payload=bare, token="three-legged"),  # noqa: S106
        *(ask_for(call, slot) for slot in gold),
        ask_for(call, "duration", "qosProfile"),
        refuse(call, *OUTSIDE),
        extend(call, 60 * rng.randrange(1, 300), rng),
    ]


def render_answer(expected: Expected, validators: Validators) -> str:
    """Return what a model is asked to say: a body or envelope, a question, a refusal."""
    return render_json(answer_of(expected, validators))


def answer_of(expected: Expected, validators: Validators) -> dict[str, object]:
    """Return the answer as an object."""
    if expected.decision == "clarify":
        return {"clarify": list(expected.missing)}
    if expected.decision == "refuse":
        return {"refuse": expected.reason}
    return call_of(expected, validators)


def call_of(expected: Expected, validators: Validators) -> dict[str, object]:
    """Return the call that an expectation has a body for, in an envelope if there are several."""
    operation = validators[expected.operation].operation
    body = order_keys(operation, expected.payload or {})
    if not is_enveloped(validators):
        return body
    path = {"path": dict(expected.path)} if expected.path else {}
    return {"operation": expected.operation, **path, "body": body}


def is_enveloped(operations: Collection[str]) -> bool:
    """Say whether a call has to name its operation."""
    return len(operations) > 1
