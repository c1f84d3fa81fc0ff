"""Which call is asked for, and how? Rows of any operation of the family, some in kind noise."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from callforge_core.seeding import Focused
from generators.family_rows import CREATE, Desk, Place, Row
from generators.operation_facts import draw_draft
from generators.operation_words import ask
from generators.payloads import build_payload
from generators.refuse_words import load_refusals, say
from generators.scenarios import Choice, draw_scenario
from generators.utterances import utter

FILED = 0.7  # share of requests without a number that get one: two seeds would else say the same
NOISE = 0.12  # share of calls with words around them that sound like another topic


def draw_call(
    operation: str, desk: Desk, choice: Choice, rng: Random, voice: Focused, *, noise: float = 0.0
) -> Row:
    """Return one call; with a chance of `noise`, words around it that ask for nothing."""
    place = desk.place_for(operation, rng)
    draw = draw_session_call if operation == CREATE else draw_operation_call
    row = draw(operation, desk, choice, place, rng, voice)
    return surround(row, rng) if rng.random() < noise else row


def draw_session_call(
    operation: str, desk: Desk, choice: Choice, place: Place, rng: Random, voice: Focused
) -> Row:
    """Return a call of createSession as the generator made for it draws them."""
    scenario = draw_scenario(rng, choice, desk.mix, place.fold, desk.limits)
    utterance = utter(scenario, voice, desk.sessions, place.family)
    return Row(
        decision="call",
        operation=operation,
        request=utterance.text,
        family=utterance.family,
        fold=place.fold,
        payload=build_payload(scenario),
        facts=utterance.facts,
    )


def draw_operation_call(
    operation: str, desk: Desk, choice: Choice, place: Place, rng: Random, voice: Focused
) -> Row:
    """Return a call of another operation."""
    draft = draw_draft(operation, rng, choice, place.fold, desk.names)
    text = ask(draft.said, desk.words.asks[operation], place.family, voice, desk.words)
    running = {} if draft.running_s is None else {"running_s": draft.running_s}
    return Row(
        decision="call",
        operation=operation,
        request=text,
        family=place.family,
        fold=place.fold,
        payload=draft.payload,
        path=draft.path,
        facts=draft.facts,
        about=running,
    )


def surround(row: Row, rng: Random) -> Row:
    """Return a call with words before or after it that look like a reason to refuse."""
    refusals = load_refusals()
    if rng.random() < 0.5:
        return replace(
            row,
            request=say(refusals.before, rng) + row.request,
            about={**row.about, "noise": True},
        )
    return replace(
        row,
        request=put_behind(row.request, say(refusals.after, rng)),
        about={**row.about, "noise": True},
    )


def file_under(row: Row, rng: Random) -> Row:
    """Return a request that holds no number with a reference behind it, mostly."""
    if sum(map(str.isdigit, row.request)) > 2 or rng.random() >= FILED:
        return row
    number = str(1000 + int(rng.random() * 999_000))
    words = say(load_refusals().reference, rng, number=number)
    return replace(row, request=put_behind(row.request, words))


def put_behind(request: str, words: str) -> str:
    """Return a request with a remark behind it, a stop between two sentences."""
    stop = "." if words[1:2].isupper() and request[-1:].isalnum() else ""
    return f"{request}{stop}{words}"
