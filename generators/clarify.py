"""What has to be asked? Requests with facts missing, or said so that no API could take them.

A question names the members of the call in the order of the definition; what the request does
state stands in the provenance as `known`. A device is missing only where the token stands for
nobody, or where what is said of it is no device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from callforge_core.prompting import path_names
from callforge_core.records import Payload
from callforge_core.seeding import Focused
from callforge_core.spec import Operation
from generators.clarify_words import load_vagueness
from generators.family_rows import CREATE, Desk, Place, Row, is_terse
from generators.numbers import draw_private
from generators.operation_facts import Draft, draw_draft, draw_uuid, pick
from generators.operation_words import Said, ask
from generators.payloads import build_payload
from generators.scenarios import Choice, Scenario, draw_scenario
from generators.utterances import utter
from validators.decision_faults import MORE_SECONDS

SEVERAL = (0.60, 0.90)  # of questions: up to here one gap, up to here two, the rest has three
SESSION_GAPS = {
    "duration": 34,
    "applicationServer": 24,
    "qosProfile": 24,
    "device": 12,
    "applicationServerPorts": 6,
}
"""Member of createSession -> how often it is what is missing."""
STUB = 0.25  # share of missing ids that are given, but cut off


@dataclass(slots=True, kw_only=True)
class Gap:
    """What a request says in place of one value."""

    vague: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    unusable: tuple[str, ...] = ()
    two_legged: bool = False


def can_ask(operation: str) -> bool:
    """Say whether there is anything to ask about an operation: all filters may be left out."""
    return operation != "retrieveQoSProfiles"


def draw_question(operation: str, desk: Desk, choice: Choice, rng: Random, voice: Focused) -> Row:
    """Return one request that leaves facts open, and the question that is due."""
    if operation == CREATE:
        return draw_session_question(
            operation, desk, choice, pick(rng, desk.open_places), rng, voice
        )
    place = desk.place_for(operation, rng)
    return draw_operation_question(operation, desk, choice, place, rng, voice)


def draw_session_question(
    operation: str, desk: Desk, choice: Choice, place: Place, rng: Random, voice: Focused
) -> Row:
    """Return a request for a session without its server, duration, profile ..."""
    scenario = draw_scenario(rng, choice, desk.mix, place.fold, desk.limits)
    missing = draw_missing(rng)
    unusable: tuple[str, ...] = ()
    two_legged = False
    for name in missing:
        scenario, gap = leave_open(name, scenario, rng)
        unusable += gap.unusable
        two_legged = two_legged or gap.two_legged
    utterance = utter(scenario, voice, desk.sessions, place.family)
    text = say_token(utterance.text, place.family, rng) if two_legged else utterance.text
    return Row(
        decision="clarify",
        operation=operation,
        request=text,
        family=utterance.family,
        fold=place.fold,
        missing=in_order(missing, desk.operation(operation)),
        facts=utterance.facts,
        about=about(build_payload(scenario), {}, two_legged=two_legged),
        unusable=unusable,
    )


def draw_missing(rng: Random) -> list[str]:
    """Return one to three members that a request for a session leaves open."""
    kind = rng.random()
    count = 1 if kind < SEVERAL[0] else 2 if kind < SEVERAL[1] else 3
    names = dict(SESSION_GAPS)
    chosen = []
    for _ in range(count):
        name = rng.choices(tuple(names), tuple(names.values()))[0]
        del names[name]
        chosen.append(name)
    return chosen


def leave_open(name: str, scenario: Scenario, rng: Random) -> tuple[Scenario, Gap]:
    """Return a scenario without one value, left out or said in words that no API could take."""
    words = load_vagueness()
    vague = dict(scenario.vague)
    gap = Gap()
    if name == "duration":
        if rng.random() < 0.5:
            vague["duration"] = pick(rng, words.vague["duration"])
        return replace(scenario, duration=None, vague=vague), gap
    if name == "applicationServer":
        if rng.random() < 0.55:
            vague["server"] = pick(rng, words.vague["server"])
        else:
            scenario = replace(scenario, server_ports=None)
        scenario = replace(scenario, server_ipv4=None, server_ipv6=None, server_addresses=())
        return replace(scenario, vague=vague), gap
    if name == "applicationServerPorts":
        gap = Gap(unusable=(pick(rng, words.vague["ports"]),))
        vague["ports"] = gap.unusable[0]
        return replace(scenario, server_ports=None, vague=vague), gap
    if name == "qosProfile":
        kind = rng.random()
        if kind < 0.6:
            among = words.vague["profile"] if kind < 0.35 else words.unknown_profiles
            vague["profile"] = pick(rng, among)
        return replace(scenario, profile=None, workload=None, is_named=False, vague=vague), gap
    gap = draw_no_device(scenario.fold, rng)
    if "device" in gap.vague and not (gap.two_legged and rng.random() < 0.6):
        vague["device"] = gap.vague["device"]
    bare = replace(scenario, phone=None, device_ipv4=None, device_ipv6=None, device_ports=None)
    return replace(bare, vague=vague), gap


def draw_no_device(fold: int, rng: Random) -> Gap:
    """Return a device that is none: a cut-off number, an inside address, or only words."""
    words = load_vagueness()
    kind = rng.random()
    if kind < 0.35:
        code, rest = 2 + int(rng.random() * 8), f"{int(rng.random() * 100):02d}"
        shown = pick(rng, words.short_phones).format(code=code, rest=rest)
        return Gap(vague={"device": shown}, unusable=(shown,))
    if kind < 0.65:
        inside = draw_private(rng, fold)
        return Gap(vague={"device": inside}, unusable=(inside,))
    return Gap(vague={"device": pick(rng, words.vague["device"])}, two_legged=True)


def draw_operation_question(
    operation: str, desk: Desk, choice: Choice, place: Place, rng: Random, voice: Focused
) -> Row:
    """Return a request for another operation without its id, device, profile or time."""
    draft = draw_draft(operation, rng, choice, place.fold, desk.names)
    path, payload = dict(draft.path), dict(draft.payload)
    missing = draw_open(draft, rng)
    said = Said(values=dict(draft.said.values), device=draft.said.device)
    asks = desk.words.asks[operation]
    unusable: tuple[str, ...] = ()
    two_legged = False
    for name in missing:
        gap = fill_in(name, place.fold, rng)
        path.pop(name, None)
        payload.pop(name, None)
        said = without(said, name, gap)
        two_legged, unusable = two_legged or gap.two_legged, (*unusable, *gap.unusable)
        if name == MORE_SECONDS and not gap.vague:
            asks = load_vagueness().asks[operation]
    text = ask(said, asks, place.family, voice, desk.words)
    return Row(
        decision="clarify",
        operation=operation,
        request=say_token(text, place.family, rng) if two_legged else text,
        family=place.family,
        fold=place.fold,
        missing=in_order(missing, desk.operation(operation)),
        facts={
            name: words for name, words in draft.facts.items() if name.split(".")[0] not in missing
        },
        about=about(payload, path, two_legged=two_legged),
        unusable=unusable,
    )


def draw_open(draft: Draft, rng: Random) -> list[str]:
    """Return the members and path parameters that a request leaves open: one, or both."""
    slots = [*draft.path, *(name for name in draft.payload if name != "sink")]
    if len(slots) > 1 and rng.random() < 0.2:
        return slots
    return [pick(rng, slots)]


def fill_in(name: str, fold: int, rng: Random) -> Gap:
    """Return the words that stand for a value which is not given."""
    words = load_vagueness()
    if name in ("sessionId", "assignmentId"):
        if rng.random() < STUB:
            return Gap(values={"id": draw_uuid(rng)[:8]})
        thing = "session" if name == "sessionId" else "assignment"
        return Gap(vague={"id": pick(rng, words.vague[thing]), "id.v": pick(rng, words.keys)})
    if name == "name":
        return Gap(vague={"name": pick(rng, words.vague["name"]), "name.v": pick(rng, words.keys)})
    if name == "qosProfile":
        if rng.random() < 0.5:
            return Gap(values={"named": pick(rng, words.unknown_profiles)})
        return Gap(vague={"named": pick(rng, words.vague["profile"])})
    if name == MORE_SECONDS:
        return Gap(vague={"more": pick(rng, words.vague["more"])} if rng.random() < 0.5 else {})
    return draw_no_device(fold, rng)


SLOT_OF: Mapping[str, tuple[str, ...]] = {
    "sessionId": ("id",),
    "assignmentId": ("id",),
    "name": ("name",),
    "qosProfile": ("named", "use"),
    MORE_SECONDS: ("more", "run"),
    "device": ("device", "phone", "address"),
}
"""Member or path parameter -> the slots of operations.yaml that say it, or may pass for it."""


def without(said: Said, name: str, gap: Gap) -> Said:
    """Return what a request says when one value is not given."""
    values = {slot: words for slot, words in said.values.items() if slot not in SLOT_OF[name]}
    return Said(values=values | gap.values, device=said.device, vague={**said.vague, **gap.vague})


def say_token(text: str, family: str, rng: Random) -> str:
    """Return a request that also tells that its token stands for nobody."""
    words = load_vagueness()
    if is_terse(family):
        return (
            f"{text}\n{pick(rng, words.tags)}"
            if "\n" in text
            else f"{text} {pick(rng, words.tags)}"
        )
    sentence = pick(rng, words.sentences)
    if rng.random() < 0.4:
        return f"{sentence} {text}"
    return f"{text}{'.' if text[-1:].isalnum() else ''} {sentence}"


def in_order(missing: list[str], operation: Operation) -> tuple[str, ...]:
    """Return slots in the order of the definition, those of the path first."""
    return tuple(name for name in (*path_names(operation), *operation.keys) if name in missing)


def about(known: Payload, path: Mapping[str, str], *, two_legged: bool) -> dict[str, object]:
    """Return what the provenance of a question says."""
    found: dict[str, object] = {"known": known}
    if path:
        found["known_path"] = dict(path)
    if two_legged:
        found["token"] = "two-legged"  # noqa: S105  # the kind of a token
    return found
