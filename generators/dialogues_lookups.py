"""How do dialogues come upon sessions that they have not started? By an id, or by a device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from generators.dialogues_creation import end_of, tell
from generators.dialogues_network import error, in_use, session_info
from generators.dialogues_talk import DELETE, EXTEND, GET, MORE, RETRIEVE, Talk, word_device
from generators.scenarios import Choice, Scenario


class Supply:
    """What new scenarios a dialogue may draw, all from its fold."""

    def __init__(self, choices: Mapping[str, Choice], draw: Callable[[], Scenario]) -> None:
        self.choices = choices
        self.draw = draw


def by_id(talk: Talk, supply: Supply) -> None:
    """Begin with a session that was started elsewhere, by its id; perhaps mistyped at first."""
    scenario = supply.draw()
    network = talk.network
    session = network.create(talk.new_body(scenario), is_available=True)
    network.tick(300)
    shown = network.draw_id() if talk.chance(0.3) else session.id
    more = talk.draw_length(60, 7200)
    kind = ("extend_id", "look_id", "delete_id")[int(talk.rng.random() * 3)]
    talk.says(kind, id=shown, **({"v": more.words} if kind == "extend_id" else {}))
    name = {"extend_id": EXTEND, "look_id": GET, "delete_id": DELETE}[kind]
    body = {MORE: more.seconds} if kind == "extend_id" else {}
    talk.moves.append(kind)
    talk.call(name, body, shown)
    if shown != session.id:
        talk.tool(error("NOT_FOUND"))
        talk.replies("unknown", id=shown)
        talk.moves.append("not_found")
        if talk.chance(0.25):
            talk.says("give_up")
            talk.replies("kept")
            return
        talk.says("right_id", id=session.id)
        talk.call(name, body, session.id)
    answer_by_id(talk, scenario, session.id, name, more.seconds)


def answer_by_id(talk: Talk, scenario: Scenario, name: str, operation: str, more_s: int) -> None:
    """Answer a call about a session that was started elsewhere."""
    session = talk.network.sessions[name]
    if operation == DELETE:
        session.is_deleted = True
        talk.tool(None)
        talk.replies("deleted", id=session.id)
        return
    held = talk.hold(session, scenario, is_ours=False)
    if operation == EXTEND:
        session.granted += more_s
    talk.told(held)
    if operation == EXTEND:
        talk.replies("extended", id=session.id, end=end_of(held))
    else:
        tell(talk, held)


def by_device(talk: Talk, supply: Supply) -> None:
    """Begin with the question what runs on a device: nothing, one session or two."""
    scenario = supply.draw()
    body = talk.new_body(scenario)
    count = (0, 1, 1, 1, 2)[int(talk.rng.random() * 5)]
    scenarios = [scenario]
    if count == 2:
        other = supply.draw()
        scenarios.append(
            replace(
                other,
                phone=scenario.phone,
                device_ipv4=scenario.device_ipv4,
                device_ipv6=scenario.device_ipv6,
            )
        )
    sessions = [
        talk.network.create(talk.new_body(each), is_available=True) for each in scenarios[:count]
    ]
    talk.network.tick(300)
    talk.says("list", v=word_device(scenario, talk.rng))
    talk.call(RETRIEVE, {"device": in_use(body["device"])})
    talk.tool([session_info(session) for session in sessions])
    for session, each in zip(sessions, scenarios, strict=False):
        talk.hold(session, each, is_ours=False)
    reply_list(talk, [session.id for session in sessions])


def list_device(talk: Talk, _supply: Supply) -> None:
    """List the sessions of a device that the dialogue knows."""
    held = talk.held[int(talk.rng.random() * len(talk.held))]
    words = word_device(held.scenario, talk.rng)
    talk.says("list", v=words)
    talk.call(RETRIEVE, {"device": in_use(held.session.body["device"])})
    found = talk.network.running_on(held.session.body["device"])
    talk.tool([session_info(session) for session in found])
    for each in talk.held:
        if each.session in found:
            each.known = each.session.status
    reply_list(talk, [session.id for session in found])


def reply_list(talk: Talk, ids: list[str]) -> None:
    """Say which sessions were found."""
    if not ids:
        talk.replies("none_found")
        return
    count = "one session" if len(ids) == 1 else f"{len(ids)} sessions"
    talk.replies("found", n=count, list=", ".join(ids))
