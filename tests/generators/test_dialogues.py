"""Dialogues: every one is right by the validators, answered as the API would, and told apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from callforge_core.dialogue_records import Dialogue, iter_turn_rows, turn_decision
from callforge_core.errors import ConfigError
from callforge_core.spec import Spec, load_spec, open_document
from callforge_core.spec_answers import compile_answer
from datasets_src.bundled import releases_of, spec_path
from generators.dialogues import DialogueDrafter, iter_dialogues, what_user_says
from generators.dialogues_talk import OPERATIONS
from validators.catalogue import Catalogue
from validators.dialogue import iter_dialogue_issues
from validators.dialogue_calls import iter_call_issues

Make = Callable[..., DialogueDrafter]
STATUSES = {
    "createSession": "201",
    **dict.fromkeys(("getSession", "retrieveSessionsByDevice"), "200"),
}
STATUSES["extendQosSessionDuration"] = "200"


def read(release: str) -> tuple[Spec, dict[str, Any]]:
    place = spec_path("quality-on-demand", release)
    root = open_document(place)
    return load_spec(place), {
        name: compile_answer(root, name, status) for name, status in STATUSES.items()
    }


@pytest.fixture(scope="module")
def make(catalogue: Catalogue) -> Make:
    """Return a function that makes drafters of a seed and a release."""

    def build(seed: int = 1, release: str = "1.1.0") -> DialogueDrafter:
        spec, answers = read(release)
        return DialogueDrafter(spec.operations, catalogue, answers, seed=seed)

    return build


@pytest.fixture(scope="module")
def dialogues(make: Make) -> list[Dialogue]:
    return list(iter_dialogues(make(), 300))


def calls(dialogue: Dialogue) -> list[dict[str, Any]]:
    return [
        json.loads(turn["content"])
        for turn in dialogue.messages
        if turn["role"] == "assistant" and turn_decision(turn["content"]) == "call"
    ]


def test_every_dialogue_is_right(make: Make, dialogues: list[Dialogue]) -> None:
    drafter = make()
    for dialogue in dialogues:
        found = [
            *iter_call_issues(dialogue.messages, drafter.validators),
            *iter_dialogue_issues(dialogue.messages, drafter.operations["createSession"]),
        ]
        assert [issue for issue in found if issue.severity == "error"] == [], dialogue.id
        assert list(drafter.find_wrong_answers(dialogue)) == [], dialogue.id


@pytest.mark.parametrize("release", releases_of("quality-on-demand"))
def test_every_release_gives_dialogues(make: Make, release: str) -> None:
    found = list(iter_dialogues(make(release=release), 25))
    assert all(dialogue.release.startswith(release) for dialogue in found)
    assert len({what_user_says(dialogue) for dialogue in found}) == 25


def test_same_seed_same_dialogues_and_a_longer_run_begins_alike(
    make: Make, dialogues: list[Dialogue]
) -> None:
    assert list(iter_dialogues(make(), 60)) == dialogues[:60]


def test_two_seeds_share_no_words_of_whole_dialogues(make: Make, dialogues: list[Dialogue]) -> None:
    others = {what_user_says(dialogue) for dialogue in iter_dialogues(make(seed=2), 300)}
    assert not others & {what_user_says(dialogue) for dialogue in dialogues}


def test_all_that_may_happen_happens(dialogues: list[Dialogue]) -> None:
    called = Counter(call["operation"] for dialogue in dialogues for call in calls(dialogue))
    assert called.keys() == set(OPERATIONS)
    decided = Counter(
        turn_decision(turn["content"])
        for dialogue in dialogues
        for turn in dialogue.messages
        if turn["role"] == "assistant"
    )
    assert decided.keys() == {"call", "clarify", "refuse", "words"}
    tools = " ".join(
        turn["content"] for dialogue in dialogues for turn in dialogue.messages
        if turn["role"] == "tool"
    )  # fmt: skip
    for code in ("CONFLICT", "NOT_FOUND", "QOS_PROFILE_NOT_APPLICABLE", "DURATION_OUT_OF_RANGE"):
        assert code in tools
    for status in ("REQUESTED", "AVAILABLE", "UNAVAILABLE", "DURATION_EXPIRED"):
        assert status in tools
    moves = {move for dialogue in dialogues for move in dialogue.plan.split(">")}
    wanted = {"missing", "complete", "by_id", "by_device", "extend", "look", "delete", "another"}
    assert moves >= wanted | {"change", "event", "list", "new", "beyond", "small_talk", "thanks"}
    assert len({dialogue.plan for dialogue in dialogues}) > 200


def test_a_session_ends_when_it_says(dialogues: list[Dialogue]) -> None:
    seen = 0
    for dialogue in dialogues:
        for turn in dialogue.messages:
            if turn["role"] != "tool" or not turn["content"]:
                continue
            value = json.loads(turn["content"])
            for told in value if isinstance(value, list) else [value]:
                assert ("startedAt" in told) == ("expiresAt" in told)
                if "startedAt" in told:
                    lasts = instant(told["expiresAt"]) - instant(told["startedAt"])
                    assert lasts.total_seconds() == told["duration"]
                    seen += 1
                elif told.get("sessionId"):
                    assert told["qosStatus"] == "REQUESTED"
    assert seen > 300


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_question_asks_for_what_the_call_then_has(dialogues: list[Dialogue]) -> None:
    """Slots asked for before the first call: the call has them all, and nothing was asked twice."""
    asked_for = 0
    for dialogue in dialogues:
        if not dialogue.plan.startswith("missing"):
            continue
        made = calls(dialogue)
        if not made:
            continue
        first = next(
            json.loads(turn["content"])["clarify"]
            for turn in dialogue.messages
            if turn["role"] == "assistant"
        )
        assert made[0]["operation"] == "createSession"
        assert set(first) <= made[0]["body"].keys()
        asked_for += 1
    assert asked_for > 60


def test_families_keep_to_their_fold(dialogues: list[Dialogue]) -> None:
    folds: dict[str, set[int]] = {}
    for dialogue in dialogues:
        folds.setdefault(dialogue.family, set()).add(dialogue.provenance["fold"])
    assert all(len(found) == 1 for found in folds.values())


def test_every_assistant_turn_gives_a_training_row(dialogues: list[Dialogue]) -> None:
    for dialogue in dialogues[:50]:
        rows = list(iter_turn_rows(dialogue))
        turns = [turn for turn in dialogue.messages if turn["role"] == "assistant"]
        assert [row["completion"] for row in rows] == [[turn] for turn in turns]
        assert all(row["prompt"][0]["role"] == "system" for row in rows)
        assert all(row["prompt"][-1]["role"] in ("user", "tool", "assistant") for row in rows)


def test_facts_are_words_of_their_turn(dialogues: list[Dialogue]) -> None:
    checked = 0
    for dialogue in dialogues:
        for name, words in dialogue.facts.items():
            turn = dialogue.messages[int(name.partition(".")[0])]
            assert turn["role"] == "user"
            checked += words.lower() in turn["content"].lower()
    assert checked > 500


def test_a_release_that_lacks_an_operation_is_refused(catalogue: Catalogue) -> None:
    spec, answers = read("1.1.0")
    fewer = {name: spec.operations[name] for name in OPERATIONS if name != "deleteSession"}
    with pytest.raises(ConfigError, match="dialogues need deleteSession"):
        DialogueDrafter(fewer, catalogue, answers, seed=1)
