"""What may happen to sessions in a dialogue? Moves: each takes a Talk some turns further.

A move looks at what is known of the sessions, lets the user speak, and does what is right: look
before extending what is only requested, ask when two sessions could be meant, never act on one
that is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callforge_core.jsonl import render_json
from generators.dialogues_creation import create, end_of, started, tell
from generators.dialogues_lookups import Supply
from generators.dialogues_network import error, in_use, status_event
from generators.dialogues_requests import correct, own_request
from generators.dialogues_talk import (
    CREATE,
    EXTEND,
    GET,
    MORE,
    Held,
    Talk,
    length_words,
)
from generators.numbers import draw_phone
from generators.wordings import word_phone

Move = Callable[["Talk", "Supply"], None]


def pick_live(talk: Talk) -> Held:
    """Return one of the sessions that are not over, newer ones more often."""
    live = talk.live
    return live[-1] if talk.chance(0.6) else live[int(talk.rng.random() * len(live))]


def which_one(talk: Talk, held: Held, *others: str) -> str:
    """Ask which session is meant, and what else is missing; return the answer's words."""
    talk.clarify("sessionId", *others)
    return talk.refer(held)


def draw_ref(talk: Talk, held: Held) -> tuple[str, bool]:
    """Return words for a session, and whether they leave open which one."""
    if len(talk.live) > 1 and talk.chance(0.35):
        return talk.voice.word("references.open"), True
    return talk.refer(held), False


def extend(talk: Talk, supply: Supply) -> None:
    """Add time to a session: so much more, up to a total, or how much has to be asked."""
    held = pick_live(talk)
    kind = talk.rng.random()
    ref, is_open = draw_ref(talk, held)
    if kind < 0.15 and held.known == "AVAILABLE" and not is_open:
        more_s = extend_to_total(talk, held, ref)
    else:
        more = talk.draw_length(60, 7200)
        more_s = more.seconds
        is_unsaid = kind < 0.35
        if is_unsaid:
            talk.says("extend_open", ref=ref)
        else:
            talk.says("extend", ref=ref, v=more.words)
        answer_missing(talk, held, more.words if is_unsaid else "", is_open=is_open)
    do_extend(talk, held, more_s, supply)


def extend_to_total(talk: Talk, held: Held, ref: str) -> int:
    """Let the user name the new total; return what has to be added."""
    running = held.session.granted
    size = 3600 if running >= 3600 else 300
    total = (running // size + 1 + int(talk.rng.random() * 4)) * size
    talk.says("extend_total", ref=ref, v=length_words(total))
    return total - running


def answer_missing(talk: Talk, held: Held, amount: str, *, is_open: bool) -> None:
    """Ask for the session and the amount, whichever is missing, and let the user answer."""
    if is_open:
        words = which_one(talk, held, *([MORE] if amount else []))
        parts = [("answers.sessionId", {"v": words})]
        parts += [(f"answers.{MORE}", {"v": amount})] if amount else []
        talk.user(talk.voice.say_several(parts, "answers.joined"), sessionId=words)
    elif amount:
        talk.clarify(MORE)
        talk.user(talk.voice.say(f"answers.{MORE}", v=amount), **{MORE: amount})


def do_extend(talk: Talk, held: Held, more_s: int, supply: Supply) -> None:
    """Call for more time, after a look when the session is only known as requested."""
    session = held.session
    if held.known == "REQUESTED":
        talk.call(GET, {}, session.id)
        if session.status == "REQUESTED" and talk.chance(0.7):
            talk.network.promote(session)
        talk.told(held)
        if held.known != "AVAILABLE":
            talk.moves.append("pending")
            talk.replies("pending", id=session.id)
            return
    if talk.chance(0.06):
        too_late(talk, held, more_s, supply)
        return
    talk.call(EXTEND, {MORE: more_s}, session.id)
    session.granted += more_s
    talk.told(held)
    talk.replies("extended", id=session.id, end=end_of(held))


def too_late(talk: Talk, held: Held, more_s: int, supply: Supply) -> None:
    """Find that a session is over when it should get more time; perhaps start it again."""
    session = held.session
    if talk.chance(0.6):
        talk.network.run_out(session)
    else:
        talk.network.tick(200)
        talk.network.terminate(session, "NETWORK_TERMINATED")
    talk.moves.append(session.info.lower())
    talk.call(EXTEND, {MORE: more_s}, session.id)
    talk.tool(error("QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED"))
    talk.call(GET, {}, session.id)
    talk.told(held)
    tell(talk, held)
    restart(talk, held, supply)


def restart(talk: Talk, held: Held, supply: Supply) -> None:
    """Start a session that is over once more, with the same facts; or leave it."""
    if held.is_ours and talk.chance(0.6):
        talk.moves.append("restart")
        talk.says("again_same")
        create(talk, held.scenario, supply.choices)


def look(talk: Talk, supply: Supply) -> None:
    """Ask how a session stands, or how long it lasts; it may have started or ended meanwhile."""
    held = pick_live(talk)
    session = held.session
    ref, is_open = draw_ref(talk, held)
    talk.says("left" if held.known == "AVAILABLE" and talk.chance(0.5) else "look", ref=ref)
    answer_missing(talk, held, "", is_open=is_open)
    kind = talk.rng.random()
    if session.status == "REQUESTED" and kind < 0.7:
        talk.network.promote(session)
    elif session.status == "AVAILABLE" and kind < 0.12:
        talk.network.run_out(session)
        talk.moves.append("expired")
    talk.call(GET, {}, session.id)
    talk.told(held)
    if held.known == "REQUESTED":
        talk.replies("waiting", id=session.id)
    else:
        tell(talk, held)
    if held.known == "UNAVAILABLE":
        restart(talk, held, supply)


def delete(talk: Talk, _supply: Supply) -> None:
    """End a session, or all of them."""
    live = talk.live
    if len(live) == 2 and talk.chance(0.3):
        talk.says("delete_all")
        for held in live:
            talk.delete(held)
        talk.replies("deleted", id=" and ".join(held.session.id for held in live))
        return
    held = pick_live(talk)
    ref, is_open = draw_ref(talk, held)
    talk.says("delete", ref=ref)
    answer_missing(talk, held, "", is_open=is_open)
    talk.delete(held)
    talk.replies("deleted", id=held.session.id)
    if talk.chance(0.15) and not talk.live:
        more = talk.draw_length(60, 3600)
        talk.moves.append("after_end")
        talk.says("after_end", v=more.words)
        talk.refuse("That session has been deleted; a new one would have to be created.")


def another(talk: Talk, supply: Supply) -> None:
    """Start the same for another device, perhaps with another duration."""
    ours = [held for held in talk.live if held.is_ours]
    if not ours:
        return
    first = ours[-1]
    phone = draw_phone(talk.rng, first.scenario.fold)
    scenario = replace(first.scenario, phone=phone, device_ipv4=None, device_ipv6=None)
    if any(each.session.body["device"] == talk.new_body(scenario)["device"] for each in talk.held):
        return
    number = word_phone(phone, talk.rng)
    if talk.chance(0.3):
        duration = talk.draw_length(talk.low_s, min(talk.high_s, 14400))
        scenario = replace(scenario, duration=duration)
        talk.says("again_other_shorter", v=number, d=duration.words)
    else:
        talk.says("again_other", v=number)
    create(talk, scenario, supply.choices)


def change(talk: Talk, _supply: Supply) -> None:
    """Correct a fact of a running session: no call changes one, so it is deleted and made anew."""
    held = next((each for each in talk.live if each.is_ours), None)
    if held is None or len(talk.live) > 1:
        return
    scenario, values = correct(talk, held.scenario)
    if not values:
        return
    talk.says("correct_after", **values)
    talk.delete(held)
    talk.call(CREATE, talk.new_body(scenario))
    started(talk, scenario, is_available=talk.chance(0.5))


def event(talk: Talk, _supply: Supply) -> None:
    """Let the user pass on an event that came to the sink."""
    held = next((each for each in talk.live if "sink" in each.session.body), None)
    if held is None:
        return
    session = held.session
    if session.status == "REQUESTED":
        talk.network.promote(session)
    else:
        talk.network.terminate(session, "NETWORK_TERMINATED")
    held.known = session.status
    talk.user(talk.voice.say("turns.event", event=render_json(status_event(session, talk.network))))
    if session.status == "AVAILABLE":
        talk.replies("available", id=session.id, end=end_of(held))
    else:
        tell(talk, held)


def beyond(talk: Talk, _supply: Supply) -> None:
    """Ask for what no call can do."""
    text, reason = talk.voice.ask_beyond()
    talk.user(text)
    talk.refuse(reason)


def small_talk(talk: Talk, _supply: Supply) -> None:
    """Say something that calls for nothing."""
    talk.says("chat")
    talk.replies("chat")


def thanks(talk: Talk, _supply: Supply) -> None:
    """Say thanks."""
    talk.says("thanks")
    talk.replies("welcome")


def new_one(talk: Talk, supply: Supply) -> None:
    """Start another session with facts of its own, told in the words of dialogues."""
    scenario = supply.draw()
    if any(
        in_use(each.session.body["device"]) == in_use(talk.new_body(scenario)["device"])
        for each in talk.held
    ):
        return
    own_request(talk, scenario)
    create(talk, scenario, supply.choices)
