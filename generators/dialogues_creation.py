"""What becomes of a call for a session? The session, or an error and what the user makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from generators.dialogues_network import error, in_use, session_info, status_event
from generators.dialogues_talk import (
    CREATE,
    EXTEND,
    MORE,
    RETRIEVE,
    Held,
    Talk,
    length_words,
)
from generators.numbers import draw_sink
from generators.scenarios import Choice, Odds, Scenario
from generators.wordings import word_name

OUTCOMES = Odds(
    **{
        "requested": 0.52,
        "available": 0.30,
        "CONFLICT": 0.05,
        "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE": 0.04,
        "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE": 0.04,
        "UNAVAILABLE": 0.03,
        "INVALID_SINK": 0.02,
    }
)
LONG_S = 1800  # shorter durations are not refused for their length


def create(talk: Talk, scenario: Scenario, choices: Mapping[str, Choice]) -> Held | None:
    """Call createSession and go on until there is a session; None when there is none in the end."""
    body = talk.new_body(scenario)
    talk.call(CREATE, body)
    outcome = draw_outcome(talk, scenario)
    if outcome in ("requested", "available"):
        return started(talk, scenario, is_available=outcome == "available")
    talk.moves.append(outcome.rpartition(".")[2].lower())
    if outcome == "CONFLICT":
        return replace_or_keep(talk, scenario)
    talk.tool(error(outcome))
    talk.replies("refused", message=str(error(outcome)["message"]))
    if talk.chance(0.15):
        talk.says("give_up")
        talk.replies("given_up")
        return None
    scenario = after_error(talk, scenario, outcome, choices)
    talk.call(CREATE, talk.new_body(scenario))
    return started(talk, scenario, is_available=talk.chance(0.5))


def draw_outcome(talk: Talk, scenario: Scenario) -> str:
    """Return what comes of a call: the status, or the code of an error that can be."""
    name = OUTCOMES.draw(talk.rng)
    seconds = scenario.duration.seconds if scenario.duration else 0
    if (name.endswith("OUT_OF_RANGE") and seconds < LONG_S) or (
        name == "INVALID_SINK" and not scenario.sink
    ):
        return "requested"
    return name


def started(talk: Talk, scenario: Scenario, *, is_available: bool) -> Held:
    """Answer a call with a session, perhaps with the event that it is available."""
    session = talk.network.create(talk.new_body(scenario), is_available=is_available)
    held = talk.hold(session, scenario)
    talk.told(held)
    if scenario.sink and not is_available and talk.chance(0.4):
        talk.network.tick()
        talk.network.promote(session)
        talk.tool(status_event(session, talk.network))
        held.known = session.status
        talk.moves.append("event")
    tell(talk, held)
    return held


def tell(talk: Talk, held: Held) -> None:
    """Say in words how a session stands."""
    session = held.session
    if session.status == "UNAVAILABLE":
        talk.replies("over", id=session.id, why=session.info)
    elif session.status == "REQUESTED":
        talk.replies("requested", id=session.id, length=length_words(session.granted))
    else:
        talk.replies("available", id=session.id, end=end_of(held))


def end_of(held: Held) -> str:
    """Return when a session ends, as the network has told it."""
    return str(session_info(held.session).get("expiresAt", ""))


def after_error(
    talk: Talk, scenario: Scenario, outcome: str, choices: Mapping[str, Choice]
) -> Scenario:
    """Let the user change what was refused; return the new facts."""
    if outcome == "UNAVAILABLE":
        talk.says("retry")
        return scenario
    if outcome == "INVALID_SINK":
        sink = draw_sink(talk.rng, scenario.fold)
        talk.says("take_sink", v=sink)
        return replace(scenario, sink=sink)
    if outcome.endswith("OUT_OF_RANGE"):
        assert scenario.duration is not None
        duration = talk.draw_length(60, max(60, scenario.duration.seconds // 2))
        talk.says("take_duration", v=duration.words)
        return replace(scenario, duration=duration)
    others = [name for name in choices if name != scenario.profile]
    name = others[int(talk.rng.random() * len(others))]
    talk.says("take_profile", v=word_name(name, talk.rng))
    return replace(scenario, profile=name, is_named=True, workload=None)


def replace_or_keep(talk: Talk, scenario: Scenario) -> Held:
    """Find the session that is in the way; delete it, extend it or leave it, as the user says."""
    body = talk.new_body(scenario)
    older = dict(body, duration=60 * (10 + int(talk.rng.random() * 110)))
    session = talk.network.create(older, is_available=True)
    talk.network.tick(600)
    talk.tool(error("CONFLICT"))
    talk.call(RETRIEVE, {"device": in_use(body["device"])})
    talk.tool([session_info(session)])
    held = talk.hold(session, scenario, is_ours=False)
    talk.replies("conflict", id=session.id, end=end_of(held))
    kind = talk.rng.random()
    if kind < 0.5:
        talk.says("conflict_replace")
        talk.delete(held)
        talk.call(CREATE, body)
        return started(talk, scenario, is_available=talk.chance(0.5))
    if kind < 0.85:
        more = talk.draw_length(120, 7200)
        talk.says("conflict_extend", v=more.words)
        talk.call(EXTEND, {MORE: more.seconds}, session.id)
        session.granted += more.seconds
        talk.told(held)
        talk.replies("extended", id=session.id, end=end_of(held))
        return held
    talk.says("give_up")
    talk.replies("kept")
    return held
