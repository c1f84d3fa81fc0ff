"""The small grammar of the lexicons."""

from __future__ import annotations

from random import Random

import pytest

from callforge_core.errors import ConfigError
from generators.flat import Sequence_, balance, capitalise, draw_parts, flatten
from generators.grammar import count_wordings, parse_template, realise, references


def say(template: str, *, slots: dict[str, str], seed: int = 0) -> str:
    node = parse_template(template)
    return realise(
        node, Random(seed), lambda name: slots[name.partition(".")[0]], slots.__contains__
    )


def test_alternatives_are_all_reachable_and_nothing_else() -> None:
    said = {say("(a|b|) c", slots={}, seed=seed) for seed in range(60)}
    assert said == {"a c", "b c", " c"}


def test_an_optional_part_goes_with_its_slot() -> None:
    assert (
        say("to {server.np}[ on {ports.v}]", slots={"server": "S", "ports": "80"}) == "to S on 80"
    )
    assert say("to {server.np}[ on {ports.v}]", slots={"server": "S"}) == "to S"
    assert say("[{device.np}|somebody] calls", slots={}) == "somebody calls"


def test_an_escaped_bracket_is_a_bracket() -> None:
    assert say(r"\[ok\] \(x\) a\|b", slots={}) == "[ok] (x) a|b"


def test_wordings_multiply_over_parts_and_add_over_alternatives() -> None:
    assert count_wordings(parse_template("(a|b) and (c|d|e)")) == 6
    assert references(parse_template("{a}(b {c.d}|[{e.f}|g])")) == ["a", "c.d", "e.f"]


@pytest.mark.parametrize("broken", ["(a", "a)", "[{x.y}", "{}", "[no slot]", "a}", "{a|b}", "a|b)"])
def test_a_broken_template_is_named_in_the_error(broken: str) -> None:
    with pytest.raises(ConfigError, match="template"):
        parse_template(broken)


def test_a_flat_sequence_says_what_its_tree_says() -> None:
    node = parse_template("(a|b) {x} [{y.z}|none]")
    words = {"x": ["1", "2"]}.get

    def resolve(name: str) -> list[Sequence_]:
        return [(tuple(words(name, ["y"])),)]

    present = flatten(node, lambda _: True, resolve)
    absent = flatten(node, lambda _: False, resolve)
    draws = [Random(seed).random for seed in range(60)]
    assert {draw_parts(present[0], draw, ()) for draw in draws} == {
        f"{a} {x} y" for a in "ab" for x in "12"
    }
    assert {draw_parts(absent[0], draw, ()).endswith(" none") for draw in draws} == {True}


def test_sentences_begin_with_capitals() -> None:
    sequence = ("", ("hello. ", "good day. "), "we are here. ", ("so it is", "is it?"), ". yes")
    assert capitalise(sequence) == (
        "",
        ("Hello. ", "Good day. "),
        "We are here. ",
        ("So it is", "Is it?"),
        ". Yes",
    )


def test_a_short_alternative_counts_as_much_as_a_long_one() -> None:
    texts = balance([["a"], ["b", "c", "d", "e"]])
    assert texts.count("a") == 4
    assert len(texts) == 8
