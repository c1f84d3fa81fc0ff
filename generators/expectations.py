"""What is the right answer to a request, and how is it said? Samples -> Expected -> text.

Small pure constructors: from the call of a sample one gets the question that is due when a slot is
missing, a refusal, and the extension of the session that the call has started.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from uuid import UUID

from callforge_core import prompting
from callforge_core.jsonl import render_json
from callforge_core.records import Sample
from callforge_core.spec import order_keys
from generators.enriched import enrich
from validators.decision_faults import MORE_SECONDS, Expected, Validators
from validators.rules.context import Token

EXTEND = "extendQosSessionDuration"
OUTSIDE = ("Book me a flight to Lisbon.", "A network session cannot book flights.")


def expect(sample: Sample) -> Expected:
    """Return what the request of a sample calls for; without a call, also what it states."""
    about, calls = sample.provenance, sample.decision == "call"
    return Expected(
        decision=sample.decision,
        operation=sample.operation,
        payload=sample.payload if calls else about.get("known"),
        path=sample.path if calls else about.get("known_path") or {},
        missing=sample.missing,
        reason=sample.reason,
        request=sample.request,
        token=about.get("token"),
        running_s=about.get("running_s"),
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
        # a sink that is asked for would leave its credential alone: C3
        *(ask_for(call, slot) for slot in gold if slot != "sink" or "sinkCredential" not in gold),
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
    """Return the call that is due: a bare body, or an envelope when the operation has to be named.

    An envelope has a path if there are values in it, and a body if the operation takes one.
    """
    operation = validators[expected.operation].operation
    body = order_keys(operation, expected.payload or {})
    if not is_enveloped(validators):
        return body
    call: dict[str, object] = {"operation": expected.operation}
    if expected.path:
        call["path"] = dict(expected.path)
    return call if operation.media_type is None else call | {"body": body}


def is_enveloped(validators: Validators) -> bool:
    """Say whether a call has to name its operation."""
    return prompting.is_enveloped([each.operation for each in validators.values()])
