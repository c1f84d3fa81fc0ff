"""Which session dialogues does a seed give? A planner over session states, and the proof of each.

Openings and moves are drawn by weight among those that the state allows; every user turn is worded,
every call is made, answered and checked. A dialogue with any issue is drawn again and counted.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from random import Random
from typing import Any, NamedTuple

from callforge_core.dialogue_records import Dialogue, dialogue_prompt, last_decision
from callforge_core.errors import ConfigError
from callforge_core.seeding import stream
from callforge_core.spec import Operation
from generators import dialogues_lookups as lookups
from generators import dialogues_moves as moves
from generators.dialogues_creation import create
from generators.dialogues_lookups import Supply
from generators.dialogues_moves import Move
from generators.dialogues_requests import (
    ask_until_complete,
    draw_missing,
    first_request,
    leave_open,
    own_request,
)
from generators.dialogues_talk import OPERATIONS, Talk
from generators.dialogues_words import VOICES, Voice, load_dialogue_lexicon, voice_of
from generators.distinct import Seen, hash_text
from generators.lexicon import load_lexicon
from generators.limits import read_limits
from generators.numbers import FOLDS
from generators.samples import profile_choices
from generators.scenarios import MIXES, Scenario, draw_scenario
from validators.catalogue import Catalogue
from validators.dialogue import iter_dialogue_issues
from validators.dialogue_calls import iter_call_issues
from validators.payload import Validator
from validators.schema import SchemaEngine

GENERATOR = "dialogues"
REPEAT = "repeat"
TRIES = 60
MOST_TURNS = 40
DEVICES = (("phone", 0.66), ("ipv4_port", 0.14), ("ipv6", 0.14), ("ipv4_private", 0.06))
LENGTH_KINDS = ("minutes", "minutes", "minutes", "hours", "words", "idiom", "mixed", "seconds")
OWN = "dialogue"
OWN_SHARE = {"complete": 0.2, "missing": 0.45}
"""Opening -> share of first requests in the words of dialogues, not of the grammar."""
OPENINGS = (("complete", 42), ("missing", 40), ("by_id", 9), ("by_device", 9))
COUNTS = (0, 1, 1, 2, 2, 2, 3, 3, 4, 5)
MOVES: tuple[tuple[str, Move, int, bool], ...] = (
    # name, move, weight, whether a session has to be live
    ("extend", moves.extend, 26, True),
    ("look", moves.look, 15, True),
    ("delete", moves.delete, 13, True),
    ("another", moves.another, 11, True),
    ("change", moves.change, 9, True),
    ("event", moves.event, 8, True),
    ("list", lookups.list_device, 6, True),
    ("new", moves.new_one, 5, False),
    ("beyond", moves.beyond, 7, False),
    ("small_talk", moves.small_talk, 4, False),
)
ONCE = ("small_talk", "new", "list")
ENDINGS: tuple[tuple[str, Move | None, int], ...] = (
    ("thanks", moves.thanks, 30),
    ("delete", moves.delete, 35),
    ("", None, 35),
)


class Drawn(NamedTuple):
    """A dialogue that is right, and whether it is new is still to be seen."""

    row: int
    attempt: int
    dialogue: Dialogue
    mark: int
    """What stands for everything the user says."""


class DialogueDrafter:
    """Draws the dialogues of one seed. Does not pickle: build one per process.

    `operations` are those of one release, by id; `answers` the compiled responses of calls, by
    operation id: what tools say is checked against them. Raises ConfigError when one is lacking.
    """

    def __init__(
        self,
        operations: Mapping[str, Operation],
        catalogue: Catalogue,
        answers: Mapping[str, Operation],
        *,
        seed: int,
    ) -> None:
        lacking = [name for name in OPERATIONS if name not in operations]
        if lacking:
            raise ConfigError(f"dialogues need {', '.join(lacking)}, which this release has not")
        self.operations = {name: operations[name] for name in OPERATIONS}
        self.seed = seed
        self.choices = {choice.name: choice for choice in profile_choices(catalogue)}
        self.validators = {
            name: Validator(operation, catalogue) for name, operation in self.operations.items()
        }
        self.engines = {name: SchemaEngine(answer) for name, answer in answers.items()}
        self.system = dialogue_prompt(tuple(self.operations.values()), catalogue.lines)
        self.limits = read_limits(self.operations["createSession"])
        self.lexicon = load_lexicon()
        self.words = load_dialogue_lexicon()
        own = [f"{OWN}/{name}" for name in (*VOICES, "by_id", "by_device")]
        families = dict.fromkeys([*self.lexicon.families, *self.lexicon.free_families, *own])
        self.folds = {family: place % FOLDS for place, family in enumerate(families)}
        self.redrawn: Counter[str] = Counter()
        """Why dialogues were drawn again: the code of the first issue, or a repeat."""
        self.provenance = {
            "generator": GENERATOR,
            "seed": seed,
            "version": metadata.version("callforge"),
        }

    def draw(self, index: int, first: int = 0) -> Drawn:
        """Return the dialogue of a row that is right in every turn, from attempt `first` on."""
        for attempt in range(first, TRIES):
            dialogue = self.draft(index, attempt)
            why = next(self.find_faults(dialogue), "")
            if not why:
                return Drawn(index, attempt, dialogue, hash_text(what_user_says(dialogue)))
            self.redrawn[why] += 1
        raise ConfigError(f"row {index + 1}: {TRIES} dialogues in a row were wrong or repeats")

    def draw_new(self, drawn: Drawn, seen: Seen) -> Dialogue:
        """Return a drawn dialogue, or draw again as long as its words are repeats."""
        while not seen.add(drawn.mark):
            self.redrawn[REPEAT] += 1
            drawn = self.draw(drawn.row, drawn.attempt + 1)
        return drawn.dialogue

    def draft(self, index: int, attempt: int) -> Dialogue:
        """Return a dialogue as it comes; it depends on seed, index and attempt only."""
        rng = stream(self.seed, "dialogue", index, attempt)
        opening = draw_by_weight(rng, OPENINGS)
        family = self.draw_family(rng, opening)
        fold = self.folds[family]  # families that are held out share no identifying value
        voice = Voice(rng, self.words, draw_voice(rng, family))
        names = tuple(self.choices)
        choice = self.choices[names[index % len(names)]]
        talk = Talk(rng, voice, self.operations, self.system, (choice.low_s, choice.high_s))

        def fresh() -> Scenario:
            return self.scenario(
                rng, names[int(rng.random() * len(names))], fold, in_own_words=True
            )

        supply = Supply(self.choices, fresh)
        talk.moves.append(opening)
        if opening == "by_id":
            lookups.by_id(talk, supply)
        elif opening == "by_device":
            lookups.by_device(talk, supply)
        else:
            self.open_session(talk, choice.name, fold, family, lacks=opening == "missing")
        self.go_on(talk, supply)
        return self.finish(talk, index, family, fold)

    def draw_family(self, rng: Random, opening: str) -> str:
        """Return the phrasing family of the first request: of the grammar, or of dialogues."""
        if opening not in OWN_SHARE:
            return f"{OWN}/{opening}"
        if rng.random() < OWN_SHARE[opening]:
            return f"{OWN}/{VOICES[int(rng.random() * len(VOICES))]}"
        # a request that lacks facts does not fit a frame with a place for each
        names = self.lexicon.free_families if opening == "missing" else self.lexicon.families
        return names[int(rng.random() * len(names))]

    def scenario(self, rng: Random, profile: str, fold: int, *, in_own_words: bool) -> Scenario:
        """Return the facts of a new session: its device is always named, by one identifier."""
        cell = {
            "device": draw_by_weight(rng, DEVICES),
            "sink": "plain" if rng.random() < 0.3 else "none",
        }
        if in_own_words:
            cell["duration"] = LENGTH_KINDS[int(rng.random() * len(LENGTH_KINDS))]
            cell["device_ports"] = "none"
        mix = MIXES["full"]
        return draw_scenario(rng, self.choices[profile], mix, fold, self.limits, cell)

    def open_session(
        self, talk: Talk, profile: str, fold: int, family: str, *, lacks: bool
    ) -> None:
        """Let the user ask for a session, perhaps without all its facts."""
        rng = talk.rng
        in_own_words = family.startswith(OWN)
        scenario = self.scenario(rng, profile, fold, in_own_words=in_own_words or lacks)
        missing = draw_missing(rng) if lacks else ()
        if "applicationServer" in missing:
            scenario = replace(scenario, server_ports=None)
        said = leave_open(scenario, missing, rng) if missing else scenario
        if in_own_words:
            own_request(talk, said)
        else:
            first_request(talk, said, self.lexicon, family)
        complete = ask_until_complete(talk, scenario, missing)
        if complete is not None:
            create(talk, complete, self.choices)

    def go_on(self, talk: Talk, supply: Supply) -> None:
        """Make some moves that the state allows, then end."""
        for _ in range(COUNTS[int(talk.rng.random() * len(COUNTS))]):
            able = [
                (entry, entry[2])
                for entry in MOVES
                if (talk.live or not entry[3]) and not (entry[0] in ONCE and entry[0] in talk.moves)
            ]
            name, move, _, _ = draw_by_weight(talk.rng, able)
            make(talk, supply, name, move)
            if len(talk.messages) > MOST_TURNS:
                return
        name, ending, _ = draw_by_weight(talk.rng, [(entry, entry[2]) for entry in ENDINGS])
        if ending is not None and (talk.live or ending is moves.thanks):
            make(talk, supply, name, ending)
            if name == "delete" and talk.chance(0.4):
                make(talk, supply, "thanks", moves.thanks)

    def finish(self, talk: Talk, index: int, family: str, fold: int) -> Dialogue:
        """Return the record of a talk."""
        create_operation = self.operations["createSession"]
        messages = tuple(talk.messages)
        return Dialogue(
            id=f"d-{self.seed}-{index + 1:06d}",
            api=create_operation.api,
            release=create_operation.release,
            messages=messages,
            decision=last_decision(messages) or "call",
            cluster=cluster_of_calls(talk.calls),
            family=family,
            plan=">".join(talk.moves),
            facts=talk.facts,
            provenance=self.provenance | {"fold": fold, "voice": talk.voice.name},
        )

    def find_faults(self, dialogue: Dialogue) -> Iterator[str]:
        """Yield the codes of everything that is wrong with a dialogue."""
        for issue in iter_call_issues(dialogue.messages, self.validators):
            if issue.severity == "error":
                yield issue.code
        for issue in iter_dialogue_issues(dialogue.messages, self.operations["createSession"]):
            if issue.severity == "error":
                yield issue.code
        yield from self.find_wrong_answers(dialogue)

    def find_wrong_answers(self, dialogue: Dialogue) -> Iterator[str]:
        """Yield a code for each answer of a tool that its operation does not give."""
        operation = ""
        for turn in dialogue.messages:
            if turn["role"] == "assistant" and turn["content"].startswith('{"operation"'):
                operation = json.loads(turn["content"])["operation"]
            elif turn["role"] == "tool" and turn["content"]:
                value = json.loads(turn["content"])
                is_plain = isinstance(value, dict) and ("code" in value or "specversion" in value)
                engine = self.engines.get(operation)
                if not is_plain and (engine is None or not engine.accepts_closed(value)):
                    yield f"answer.{operation}"


def iter_dialogues(drafter: DialogueDrafter, rows: int) -> Iterator[Dialogue]:
    """Yield `rows` dialogues with distinct words of the user."""
    seen = Seen(rows)
    for index in range(rows):
        yield drafter.draw_new(drafter.draw(index), seen)


def what_user_says(dialogue: Dialogue) -> str:
    """Return all turns of the user."""
    return "\n".join(turn["content"] for turn in dialogue.messages if turn["role"] == "user")


def draw_voice(rng: Random, family: str) -> str:
    """Return the voice of a dialogue whose first request is of a family."""
    register, _, name = family.partition("/")
    if register != OWN:
        return voice_of(register)
    return name if name in VOICES else VOICES[int(rng.random() * len(VOICES))]


def make(talk: Talk, supply: Supply, name: str, move: Move) -> None:
    """Make a move, and note its name when it has said anything."""
    before, place = len(talk.messages), len(talk.moves)
    move(talk, supply)
    if len(talk.messages) > before:
        talk.moves.insert(place, name)


def draw_by_weight(rng: Random, entries: Any) -> Any:
    """Return the first part of one of (thing, weight), by weight."""
    kind = rng.random() * sum(weight for _, weight in entries)
    for thing, weight in entries:
        kind -= weight
        if kind < 0:
            return thing
    return entries[-1][0]


def cluster_of_calls(calls: list[Mapping[str, Any]]) -> str:
    """Return the name that all dialogues with the same calls share, ids of sessions by number."""
    text = json.dumps(calls, sort_keys=True, separators=(",", ":"))
    names = dict.fromkeys(
        str(call["path"]["sessionId"]) for call in calls if "sessionId" in call.get("path", {})
    )
    for number, name in enumerate(names):
        text = text.replace(name, f"#{number}")
    return hashlib.sha256(text.encode()).hexdigest()[:16]
