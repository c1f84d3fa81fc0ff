"""Each class and each code that a validator can emit has advice of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from callforge.advice import ANYTHING, BY_CLASS, BY_CODE, BY_LAYER, advise
from callforge.rule_texts import RULE_TEXTS, anchor_of, explain
from callforge_core.faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*sorted((ROOT / "validators").rglob("*.py")), ROOT / "datasets_src" / "findings.py"]
MAKERS = {"fault", "finding"}  # they put their layer before the code
LAYER_OF = {"decisions": "decision", "dialogue": "dialogue", "unfaithful": "grounding"}
WHOLE = re.compile(
    r"(?:row|pair|parse|schema|closed|catalogue|rules|grounding|decision|dialogue)\.[a-z_]+"
)
WORD = re.compile(r"[a-z]+(_[a-z0-9]+)*")


def codes_of(path: Path) -> Iterator[str]:
    """Yield the codes that a module names: whole ones, and those given to a maker."""
    layer = LAYER_OF.get(path.stem, "rules" if path.parent.name == "rules" else "")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if WHOLE.fullmatch(node.value):
                yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [
                arg.value
                for arg in node.args[:3]
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            if node.func.id in MAKERS and layer:
                yield from (f"{layer}.{word}" for word in words if WORD.fullmatch(word))


CODES = sorted({code for path in SOURCES for code in codes_of(path)})


def test_the_scan_finds_codes_of_every_layer() -> None:
    layers = {code.partition(".")[0] for code in CODES}
    assert {"row", "pair", "parse", "schema", "closed", "catalogue", "rules"} <= layers


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_sentence_of_its_own(code: str) -> None:
    assert code in BY_CODE or code == "schema.type"


@pytest.mark.parametrize("cls", FAULTS)
def test_each_fault_class_has_a_sentence_whatever_the_code(cls: str) -> None:
    said = advise(cls, "some.new_code")
    assert said == BY_CLASS[cls]
    assert said.endswith(".")
    assert said[0].isupper()


@pytest.mark.parametrize("sentence", sorted({*BY_CODE.values(), *BY_CLASS.values()}))
def test_advice_is_one_sentence_that_fits_two_lines(sentence: str) -> None:
    assert sentence.endswith(".")
    assert len(sentence) <= 170


def test_an_address_behind_a_shared_one_cannot_be_guessed() -> None:
    said = advise("C2", "schema.any_of", "$.device.ipv4Address")
    assert "publicPort or privateAddress" in said
    assert "phone number" in said
    assert "cannot guess" in said


def test_code_refines_class() -> None:
    assert advise("C2", "rules.token_members") != advise("C2", "schema.any_of")
    assert advise("T4", "rules.sink_uri") != advise("T4", "schema.pattern")
    assert advise("S8", "schema.min_properties") != advise("C2", "schema.min_properties")


@pytest.mark.parametrize(
    ("cls", "code", "said"),
    [
        ("", "dialogue.of_tomorrow", BY_LAYER["dialogue"]),
        ("Z9", "rules.of_tomorrow", BY_LAYER["rules"]),
        ("Z9", "", ANYTHING),
        ("", "", ANYTHING),
    ],
)
def test_what_nobody_has_heard_of_still_gets_a_true_sentence(
    cls: str, code: str, said: str
) -> None:
    assert advise(cls, code) == said


def rule_numbers() -> list[str]:
    """Return the rule numbers that the validators name."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return sorted(set(re.findall(r'"(R\d+[a-z]?)"', text)))


@pytest.mark.parametrize("number", rule_numbers())
def test_each_rule_of_the_validators_is_explained(number: str) -> None:
    assert RULE_TEXTS[number].text.endswith(".")


def test_a_place_in_the_definition_is_put_into_words() -> None:
    rule = explain("/components/schemas/CreateSession/allOf/2/properties/duration/minimum")
    assert rule.title == "CreateSession › duration › minimum"
    assert "not below" in rule.text


def test_a_place_that_a_rule_words_better_says_so() -> None:
    assert "publicPort" in explain("/components/schemas/DeviceIpv4Addr/anyOf").text


def test_an_unknown_rule_is_not_made_up() -> None:
    assert explain("R999").text == "This page has no words of its own about this rule."


def test_anchors_are_plain_and_differ() -> None:
    specs = [*RULE_TEXTS, "/a/b/c/pattern", "/a/b~1c/pattern", 'x" onclick="y']
    anchors = [anchor_of(spec) for spec in specs]
    assert len(set(anchors)) == len(specs)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", anchor) for anchor in anchors)
