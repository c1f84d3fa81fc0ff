"""Dialogues that go wrong by one move: the validators name exactly that move and nothing else."""

from __future__ import annotations

import json
from random import Random

import pytest

from callforge_core.dialogue_records import Dialogue, preference_row
from callforge_core.records import Fault
from callforge_core.spec import load_spec, open_document
from callforge_core.spec_answers import compile_answer
from datasets_src.bundled import spec_path
from generators.dialogues import DialogueDrafter, iter_dialogues
from generators.dialogues_faults import KINDS, inject_dialogue_fault
from generators.edits import NotApplicable
from validators.catalogue import Catalogue
from validators.decision_faults import Expected, diagnose_decision
from validators.dialogue import iter_dialogue_issues
from validators.dialogue_calls import iter_call_issues

STATUSES = (
    ("createSession", "201"),
    ("getSession", "200"),
    ("extendQosSessionDuration", "200"),
    ("retrieveSessionsByDevice", "200"),
)


@pytest.fixture(scope="module")
def drafter(catalogue: Catalogue) -> DialogueDrafter:
    root = open_document(spec_path())
    answers = {name: compile_answer(root, name, status) for name, status in STATUSES}
    known = {name: answer for name, answer in answers.items() if answer}
    return DialogueDrafter(load_spec(spec_path()).operations, catalogue, known, seed=11)


@pytest.fixture(scope="module")
def dialogues(drafter: DialogueDrafter) -> list[Dialogue]:
    return list(iter_dialogues(drafter, 250))


def found(dialogue: Dialogue, drafter: DialogueDrafter) -> list[tuple[str, str, str]]:
    """Return class, code and path of every error of a dialogue."""
    issues = [
        *iter_call_issues(dialogue.messages, drafter.validators),
        *iter_dialogue_issues(dialogue.messages, drafter.operations["createSession"]),
    ]
    return [
        (issue.cls, issue.code.partition(".")[2], issue.path)
        for issue in issues
        if issue.severity == "error"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_one_wrong_move_is_found_as_exactly_that(
    kind: str, dialogues: list[Dialogue], drafter: DialogueDrafter
) -> None:
    made = 0
    for number, dialogue in enumerate(dialogues):
        result = inject_dialogue_fault(dialogue, Random(number), kind)
        if isinstance(result, NotApplicable):
            continue
        wrong, fault = result
        made += 1
        last = len(wrong.messages) - 1
        assert fault.detail == kind
        assert wrong.messages[:last] == dialogue.messages[:last]
        assert wrong.messages[last] != dialogue.messages[last]
        names = [(cls, code) for cls, code, _ in found(wrong, drafter)]
        assert names == [(fault.cls, kind)], wrong.id
        assert all(path.startswith(f"$[{last}]") for _, _, path in found(wrong, drafter))
    assert made >= 15, made


def test_a_total_is_told_from_gold_too(dialogues: list[Dialogue], drafter: DialogueDrafter) -> None:
    made = 0
    for number, dialogue in enumerate(dialogues):
        result = inject_dialogue_fault(dialogue, Random(number), "total_duration")
        if isinstance(result, NotApplicable):
            continue
        right, (wrong, fault) = dialogue.messages[len(result[0].messages) - 1], result
        gold = json.loads(right["content"])
        more = gold["body"]["requestedAdditionalDuration"]
        total = json.loads(wrong.messages[-1]["content"])["body"]["requestedAdditionalDuration"]
        expected = Expected(
            decision="call",
            operation=gold["operation"],
            payload=gold["body"],
            path=gold["path"],
            running_s=total - more,
        )
        diagnosis = diagnose_decision(wrong.messages[-1]["content"], expected, drafter.validators)
        assert diagnosis == {("D1", fault.pointer)}
        made += 1
    assert made >= 15


def test_the_same_random_numbers_give_the_same_fault(dialogues: list[Dialogue]) -> None:
    for dialogue in dialogues[:40]:
        one = inject_dialogue_fault(dialogue, Random(5))
        assert one == inject_dialogue_fault(dialogue, Random(5))


def test_a_fault_makes_a_preference_row(dialogues: list[Dialogue]) -> None:
    wrong, fault = first_fault(dialogues)
    right = next(each for each in dialogues if wrong.id.startswith(f"{each.id}."))
    row = preference_row(right, wrong, fault)
    assert row["prompt"] == list(right.messages[: len(wrong.messages) - 1])
    assert row["chosen"] != row["rejected"]
    assert row["chosen"][0]["content"] == fault.before
    assert row["rejected"][0]["content"] == fault.after
    assert row["fault"]["class"] == fault.cls


def first_fault(dialogues: list[Dialogue]) -> tuple[Dialogue, Fault]:
    for dialogue in dialogues:
        result = inject_dialogue_fault(dialogue, Random(3))
        if not isinstance(result, NotApplicable):
            return result
    raise AssertionError("no dialogue could go wrong")


def test_nothing_to_go_wrong_is_said(dialogues: list[Dialogue]) -> None:
    start = dialogues[0]
    empty = Dialogue(
        id="d",
        api=start.api,
        release=start.release,
        messages=start.messages[:2],
        decision="call",
        cluster="c",
        family="f",
    )
    result = inject_dialogue_fault(empty, Random(1))
    assert isinstance(result, NotApplicable)
    assert "no turn" in result.reason
