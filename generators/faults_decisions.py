"""Faults of the decision and of its context: D1 to D4 and D6, on what a model is asked to say.

They need more than a payload (what was asked, the token, the other operations), so they have a
registry of their own and enter no mix of payload faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.registry import Registry
from generators.defects import Defect, record
from generators.edits import (
    Edit,
    Ground,
    NotApplicable,
    Option,
    added,
    as_tier,
    choose,
    pick,
    removed,
    replaced,
    value_at,
)
from generators.expectations import answer_of, call_of, is_enveloped
from validators.decision_faults import MORE_SECONDS, Expected, Validators

REASONS = (
    "This API cannot do that.",
    "That is outside of what a network session offers.",
    "I am not able to help with this request.",
)
NAMES = ("user@realm.example", "imsi@operator.example", "4477009@wlan.example")
NUMBERS = ("+4915112345670", "+33698765432", "+12025550147")
SPARE: dict[str, Any] = {
    "applicationServer": {"ipv4Address": "198.51.100.9"},  # RFC 5737
    "qosProfile": None,  # the first active one
    "duration": 3600,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What an injector of decision faults may look at."""

    expected: Expected
    validators: Validators
    ground: Ground

    @property
    def root(self) -> str:
        """The pointer to the body inside a call."""
        return "/body" if is_enveloped(self.validators) else ""


Injector = Callable[[Scene], Edit | NotApplicable]
DECISION_INJECTORS: Registry[Injector] = Registry("fault class of decisions")


def inject_decision(
    cls: str, expected: Expected, validators: Validators, rng: Random
) -> Defect | NotApplicable:
    """Return the answer that is due with one fault of class `cls`; UnknownName for another."""
    catalogue = validators[expected.operation].catalogue
    scene = Scene(expected, validators, Ground(catalogue, rng))
    edit = DECISION_INJECTORS.get(cls)(scene)
    return edit if isinstance(edit, NotApplicable) else record(cls, edit)


@DECISION_INJECTORS.register("D1")
def mistake_operation(scene: Scene) -> Edit | NotApplicable:
    """Another operation is called, or the total is said where the additional time belongs."""
    expected, options = scene.expected, list[Option]()
    if expected.decision == "call":
        call = call_of(expected, scene.validators)
        if is_enveloped(scene.validators):
            for name in scene.validators:
                if name != expected.operation:
                    options.append(partial(replaced, call, "/operation", name, f"{name} instead"))
        more = (expected.payload or {}).get(MORE_SECONDS)
        if isinstance(more, int) and expected.running_s:
            pointer = f"{scene.root}/{MORE_SECONDS}"
            total = more + expected.running_s
            options.append(partial(replaced, call, pointer, total, "total for additional"))
    return choose(options, scene.ground.rng, "no other operation could be meant")


@DECISION_INJECTORS.register("D2")
def mistake_asking(scene: Scene) -> Edit | NotApplicable:
    """The answer acts, refuses or asks something else where it should ask, or asks in vain."""
    expected, rng = scene.expected, scene.ground.rng
    slots = [*expected.path, *(expected.payload or ())]
    options: list[Option] = []
    if expected.decision == "call":
        options += [partial(said, "clarify", [slot], "over-ask", scene) for slot in slots]
    elif expected.decision == "clarify":
        for slot in slots:
            right = answer_of(expected, scene.validators)
            options.append(partial(replaced, right, "/clarify/0", slot, "asks for what is known"))
        call, pointer = call_of(expected, scene.validators), f"{scene.root}/{expected.missing[0]}"
        options += [partial(acted, call, pointer, "calls without asking")] * max(1, len(slots))
        options.append(partial(said, "refuse", pick(REASONS, rng), "refuses instead", scene))
    return choose(options, rng, "a refusal was due")


@DECISION_INJECTORS.register("D3")
def mistake_refusing(scene: Scene) -> Edit | NotApplicable:
    """The answer acts or asks where it should refuse, or refuses what could be done."""
    expected, rng = scene.expected, scene.ground.rng
    if expected.decision == "call":
        return said("refuse", pick(REASONS, rng), "over-refuse", scene)
    options: list[Option] = []
    if expected.decision == "refuse":
        keys = scene.validators[expected.operation].operation.keys
        options += [partial(said, "clarify", [key], "asks instead", scene) for key in keys]
        call = obeying(scene)
        if call is not None:
            options += [partial(acted, call, "", "calls instead")] * max(1, len(options))
    return choose(options, rng, "a question was due")


def obeying(scene: Scene) -> dict[str, Any] | None:
    """Return the call that a refused request would get: what it states, else any that is valid."""
    expected = scene.expected
    body = expected.payload
    if not body and set(SPARE) <= set(scene.validators[expected.operation].operation.keys):
        body = SPARE | {"qosProfile": pick(scene.ground.catalogue.active, scene.ground.rng).name}
    if not body:
        return None
    return call_of(replace(expected, decision="call", payload=body), scene.validators)


@DECISION_INJECTORS.register("D4")
def mistake_token(scene: Scene) -> Edit | NotApplicable:
    """The device is sent with a three-legged token, or left out with a two-legged one."""
    expected, pointer = scene.expected, f"{scene.root}/device"
    options: list[Option] = []
    if expected.decision == "call":
        call, there = call_of(expected, scene.validators), "device" in (expected.payload or {})
        if expected.token == "two-legged" and there:  # noqa: S105
            options.append(partial(removed, call, pointer, "no device, two-legged token"))
        if expected.token == "three-legged" and not there:  # noqa: S105
            device = {"phoneNumber": pick(NUMBERS, scene.ground.rng)}
            detail = "a device, three-legged token"
            options.append(partial(added, call, pointer, device, detail, 0))
    return choose(options, scene.ground.rng, "the token says nothing of the device")


@DECISION_INJECTORS.register("D6")
def use_forbidden(scene: Scene) -> Edit | NotApplicable:
    """The body uses what the prose or the catalogue rules out."""
    expected, ground = scene.expected, scene.ground
    if expected.decision != "call":
        return NotApplicable("no call was due")
    call = call_of(expected, scene.validators)
    options: list[Option] = []
    if isinstance(value_at(call, f"{scene.root}/device"), dict):
        name, detail = pick(NAMES, ground.rng), "network access identifier"
        pointer = f"{scene.root}/device/networkAccessIdentifier"
        options.append(partial(added, call, pointer, name, detail))
    if value_at(call, f"{scene.root}/sinkCredential/credentialType") == "ACCESSTOKEN":
        pointer = f"{scene.root}/sinkCredential/credentialType"
        options.append(partial(replaced, call, pointer, "PLAIN", "forbidden credential"))
    for pointer, value, detail in catalogue_faults(expected, scene):
        edit = partial(replaced, call, pointer, value, detail)
        options.append(partial(by_catalogue, edit))
    return choose(options, ground.rng, "the body has no place for what is forbidden")


def catalogue_faults(expected: Expected, scene: Scene) -> list[tuple[str, Any, str]]:
    """Return (pointer, value, detail) of what the catalogue rules out."""
    body, catalogue = expected.payload or {}, scene.ground.catalogue
    profile = catalogue.get(body.get("qosProfile"))
    if profile is None or "duration" not in body:
        return []
    asleep = [each.name for each in catalogue.profiles if each.status != "ACTIVE"]
    found = [(f"{scene.root}/qosProfile", name, "inactive profile") for name in asleep]
    limits = [("below the minimum", profile.min_duration_s - 1)]
    if profile.max_duration_s is not None:
        limits.append(("above the maximum", profile.max_duration_s + 1))
    pointer = f"{scene.root}/duration"
    return [*found, *((pointer, wrong, detail) for detail, wrong in limits if wrong > 0)]


def by_catalogue(edit: Option) -> Edit:
    """Return an edit that the catalogue sees."""
    return as_tier(edit(), 1, "catalogue", "normative")


def said(word: str, value: Any, detail: str, scene: Scene) -> Edit:
    """Return a question or a refusal in place of the answer that is due."""
    before = answer_of(scene.expected, scene.validators)
    text = render_json({word: value})
    return Edit(text=text, detail=detail, pointer=f"/{word}", before=before, after=value)


def acted(call: dict[str, Any], pointer: str, detail: str) -> Edit:
    """Return a call in place of the answer that is due."""
    return Edit(text=render_json(call), detail=detail, pointer=pointer, after=call)
