"""What does a user want, and what is still to be asked? Requests, answers, corrections.

A first request states everything, or leaves up to three facts open: each is asked for, answered in
one turn or several, perhaps after a vague answer, perhaps together with a correction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from generators.dialogues_talk import SLOT_ORDER, Talk, is_interval, word_device
from generators.lexicon import Lexicon
from generators.numbers import draw_documentation
from generators.port_draws import Ports, draw_port
from generators.scenarios import Scenario
from generators.utterances import utter
from generators.wordings import word_name, word_ports

Values = Mapping[str, str]
VAGUE = {"duration": ("a while", "some time", "a bit", "as long as it takes", "a good while")}


def leave_open(scenario: Scenario, missing: tuple[str, ...], rng: Random) -> Scenario:
    """Return the facts of a first request that leaves slots open, vaguely told or not at all."""
    changes: dict[str, object] = {}
    if "device" in missing:
        changes |= {"phone": None, "device_ipv4": None, "device_ipv6": None}
    if "applicationServer" in missing:
        changes |= {"server_ipv4": None, "server_ipv6": None, "server_addresses": ()}
    if "qosProfile" in missing:
        changes |= {"profile": None, "is_named": False, "workload": None}
    if "duration" in missing:
        changes["duration"] = None
        if rng.random() < 0.3:
            words = VAGUE["duration"]
            changes["vague"] = {"duration": words[int(rng.random() * len(words))]}
    return replace(scenario, **changes)  # type: ignore[arg-type]  # each value fits its field


def draw_missing(rng: Random) -> tuple[str, ...]:
    """Return the slots that a first request leaves open, in the order of the spec."""
    count = (1, 1, 1, 1, 2, 2, 3)[int(rng.random() * 7)]
    chosen: set[str] = set()
    while len(chosen) < count:
        kind = rng.random()
        chosen.add(SLOT_ORDER[0 if kind < 0.2 else 1 if kind < 0.45 else 2 if kind < 0.6 else 3])
    return tuple(slot for slot in SLOT_ORDER if slot in chosen)


def first_request(talk: Talk, scenario: Scenario, lexicon: Lexicon, family: str) -> None:
    """Say a request by the grammar of single requests: all facts of the scenario."""
    utterance = utter(scenario, talk.rng, lexicon, family)
    talk.user(utterance.text, **utterance.facts)


def own_request(talk: Talk, scenario: Scenario) -> None:
    """Say a request in the words of dialogues: the facts in any order, one fragment each."""
    parts = list(iter_fragments(scenario, talk.rng))
    talk.rng.shuffle(parts)
    facts = talk.voice.joint("fragments.join").join(
        talk.voice.word(f"fragments.{name}", v=v) for name, v in parts
    )
    talk.user(talk.voice.say("openings", facts=facts or "soon"), **dict(parts))


def iter_fragments(scenario: Scenario, rng: Random) -> list[tuple[str, str]]:
    """Return fragment and words of every fact that a scenario has."""
    found = []
    if device := word_device(scenario, rng):
        found.append(("device", device))
    if server := server_words(scenario):
        found.append(("server", server))
    if scenario.server_ports:
        found.append(("ports", word_ports(scenario.server_ports, rng)))
    if scenario.profile:
        found.append(profile_words(scenario, rng, "profile"))
    if scenario.duration:
        name = "interval" if is_interval(scenario.duration) else "duration"
        found.append((name, scenario.duration.words))
    elif "duration" in scenario.vague:
        found.append(("duration", scenario.vague["duration"]))
    if scenario.sink:
        found.append(("sink", scenario.sink))
    return found


def server_words(scenario: Scenario) -> str:
    """Write the address of the server, both when it has two."""
    addresses = (scenario.server_ipv4, scenario.server_ipv6, *scenario.server_addresses)
    return " and ".join(filter(None, addresses))


def profile_words(scenario: Scenario, rng: Random, stem: str = "qosProfile") -> tuple[str, str]:
    """Return how a profile is told, and the words: its name, or what it is for."""
    if scenario.is_named or scenario.workload is None:
        return f"{stem}_named", word_name(scenario.profile or "", rng)
    return f"{stem}_implied", scenario.workload


def ask_until_complete(talk: Talk, scenario: Scenario, missing: tuple[str, ...]) -> Scenario | None:
    """Ask for what is missing until it is there; None when the user gives up.

    Returns the scenario as the user has left it: a correction may come with an answer.
    """
    left = list(missing)
    was_vague = False
    while left:
        talk.clarify(*left)
        if talk.chance(0.04):
            talk.says("give_up")
            talk.replies("given_up")
            return None
        if not was_vague and talk.chance(0.1):
            was_vague = True
            talk.user(talk.voice.say(f"unsure.{left[0]}"))
            continue
        given = left if talk.chance(0.8) else left[:1]
        parts = [answer_to(talk, scenario, slot) for slot in given]
        if not was_vague and talk.chance(0.12):
            scenario, correction = correct(talk, scenario, (*missing,))
            parts += [("turns.correct_before", correction)] if correction else []
        said = {slot: values["v"] for slot, (_, values) in zip(given, parts, strict=False)}
        talk.user(talk.voice.say_several(parts, "answers.joined"), **said)
        left = [slot for slot in left if slot not in given]
    return scenario


def answer_to(talk: Talk, scenario: Scenario, slot: str) -> tuple[str, Values]:
    """Return the wording and the value of an answer to a question for one slot."""
    if slot == "device":
        return "answers.device", {"v": word_device(scenario, talk.rng)}
    if slot == "applicationServer":
        return "answers.server", {"v": server_words(scenario)}
    if slot == "qosProfile":
        name, words = profile_words(scenario, talk.rng, "profile")
        return f"answers.{name}", {"v": words}
    assert scenario.duration is not None
    name = "interval" if is_interval(scenario.duration) else "duration"
    return f"answers.{name}", {"v": scenario.duration.words}


def correct(
    talk: Talk, scenario: Scenario, untold: tuple[str, ...] = ()
) -> tuple[Scenario, dict[str, str]]:
    """Change one fact; return the scenario and the values of the correction, none if there is none.

    Only a single port, a single server address or a duration can be told apart from the old one in
    words without doubt. Slots in `untold` have not been said yet.
    """
    kinds = []
    ports = scenario.server_ports
    if ports and not ports.ranges and len(ports.singles) == 1:
        kinds += ["port", "port"]
    single = scenario.server_ipv4 and not scenario.server_ipv6 and "/" not in scenario.server_ipv4
    if single and "applicationServer" not in untold:
        kinds.append("server")
    if not kinds:
        return scenario, {}
    kind = kinds[int(talk.rng.random() * len(kinds))]
    what = talk.voice.word(f"slots.{kind}")
    if kind == "port" and ports:
        new = draw_port(talk.rng)
        while new == ports.singles[0]:
            new = draw_port(talk.rng)
        values = {"what": what, "v": str(new), "old": str(ports.singles[0])}
        return replace(scenario, server_ports=Ports(singles=(new,))), values
    address = draw_documentation(talk.rng, scenario.fold)
    values = {"what": what, "v": address, "old": scenario.server_ipv4 or ""}
    return replace(scenario, server_ipv4=address), values
