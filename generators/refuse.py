"""What cannot be done, and why? Requests that are refused: other topics, other APIs, injections.

An injection is a fine request with an order to send what the operation does not declare: the whole
is refused, with a reason that names the field (docs/decisions).
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from callforge_core.seeding import Focused
from generators.family_calls import draw_call
from generators.family_rows import CREATE, Desk, Row
from generators.numbers import FOLDS, draw_phone
from generators.operation_facts import draw_uuid, pick
from generators.operation_words import Said, ask
from generators.payloads import build_payload
from generators.refuse_words import load_refusals, say
from generators.scenarios import Choice, draw_scenario
from generators.utterances import utter
from generators.wordings import word_phone

INJECTIONS = 0.3  # share of refusals that are fine requests with an order inside
BEYOND = 0.1  # share of refusals that ask for more time than a profile allows, if one has a limit
LONGEST_S = 30 * 86400


def draw_refusal(operation: str, desk: Desk, choice: Choice, rng: Random, voice: Focused) -> Row:
    """Return one refusal; `operation` is the one whose request an injection stands in."""
    kind = rng.random()
    if kind < INJECTIONS:
        return draw_injection(operation, desk, choice, rng, voice)
    limited = [each for each in desk.choices if each.high_s < longest(each, desk)]
    if kind < INJECTIONS + BEYOND and limited and CREATE in desk.validators:
        return draw_beyond(desk, pick(rng, limited), rng, voice)
    return draw_topic(operation, desk, rng, voice)


def longest(choice: Choice, desk: Desk) -> int:
    """Return how long somebody may ask for: a limit counts when the catalogue states one."""
    profile = desk.catalogue.get(choice.name)
    stated = profile is not None and profile.max_duration_s is not None
    return LONGEST_S if stated else choice.high_s


def draw_topic(operation: str, desk: Desk, rng: Random, voice: Focused) -> Row:
    """Return a request for something else: another topic, another API, what sessions lack."""
    refusals = load_refusals()
    known = frozenset(desk.validators)
    topics = [name for name, topic in refusals.topics.items() if not topic.unless & known]
    name = pick(rng, topics)
    topic = refusals.topics[name]
    families = desk.words.families
    index = int(rng.random() * len(families))
    fold = index % FOLDS
    said = Said(
        values={
            "phone": word_phone(draw_phone(rng, fold), rng),
            "id": draw_uuid(rng),
            "name": pick(rng, desk.choices).name,
            "city": pick(rng, refusals.cities),
        }
    )
    return Row(
        decision="refuse",
        operation=operation,
        request=ask(said, topic.asks, families[index], voice, desk.words),
        family=families[index],
        fold=fold,
        reason=say(topic.reasons, rng),
        about={"refusal": name},
    )


def draw_injection(operation: str, desk: Desk, choice: Choice, rng: Random, voice: Focused) -> Row:
    """Return a fine request with an order to add an undeclared field, or to drop the rules."""
    refusals = load_refusals()
    base = draw_call(operation, desk, choice, rng, voice)
    name = pick(rng, tuple(refusals.injections))
    injection = refusals.injections[name]
    field = pick(rng, tuple(refusals.fields))
    words = {"field": field, "value": pick(rng, refusals.fields[field]), "operation": operation}
    text = say(injection.texts, rng, **words)
    joined = say(refusals.joints, rng, text=text)
    asked = base.request.rstrip(" .,;:") if joined[0] in ".,; " else base.request
    if asked[-1:] in "?!":
        joined = joined.replace(". ", " ", 1).lstrip(",;")
    request = f"{text}. {base.request}" if rng.random() < 0.15 else asked + joined
    return replace(
        base,
        decision="refuse",
        request=request,
        payload=None,
        path={},
        reason=say(injection.reasons, rng, **words),
        facts={},
        about={"refusal": f"injection {name}", "known": base.payload, "known_path": base.path},
    )


def draw_beyond(desk: Desk, choice: Choice, rng: Random, voice: Focused) -> Row:
    """Return a session that is to last longer than its profile allows."""
    place = desk.place_for(CREATE, rng)
    wider = replace(choice, low_s=choice.high_s + 1, high_s=LONGEST_S)
    scenario = draw_scenario(rng, wider, desk.mix, place.fold, desk.limits)
    utterance = utter(scenario, voice, desk.sessions, place.family)
    return Row(
        decision="refuse",
        operation=CREATE,
        request=utterance.text,
        family=utterance.family,
        fold=place.fold,
        reason=f"{choice.name} lasts {choice.high_s} seconds at most.",
        about={"refusal": "beyond the limit", "known": build_payload(scenario)},
    )
