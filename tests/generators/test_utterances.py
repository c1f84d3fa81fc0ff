"""Requests: every fact is said and grounded, values survive, and phrasing is truly varied."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callforge_core.records import Payload
from callforge_core.seeding import Focused
from callforge_core.spec import Operation
from generators.credentials import Assertion, Credential
from generators.diversity import measure_diversity, self_bleu, split_words
from generators.durations import Duration
from generators.lexicon import load_lexicon
from generators.marks import MARK, show_marks
from generators.noise import shorten, slip, tidy
from generators.numbers import FOLDS, Phone
from generators.payloads import build_payload
from generators.samples import profile_choices
from generators.scenario_words import ScenarioWords
from generators.scenarios import MIXES, Scenario, draw_scenario
from generators.spoken import speak_ipv4, speak_phone
from generators.ten_templates import FAMILIES, utter_template
from generators.utterances import Utterance, draft_request, utter
from generators.wordings import word_phone
from validators.catalogue import Catalogue
from validators.grounding import Grounder


class Row(NamedTuple):
    scenario: Scenario
    payload: Payload
    utterance: Utterance


def make_rows(catalogue: Catalogue, count: int, *, seed: int = 1, mix: str = "full") -> list[Row]:
    lexicon, choices = load_lexicon(), profile_choices(catalogue)
    rng, voice = Random(seed), Focused(seed + 1000, MIXES[mix].focus)
    families = lexicon.families if mix == "full" else lexicon.frame_families
    rows = []
    for index in range(count):
        place = int(rng.random() * len(families))
        scenario = draw_scenario(rng, choices[index % len(choices)], MIXES[mix], place % FOLDS)
        utterance = utter(scenario, voice, lexicon, families[place])
        rows.append(Row(scenario, build_payload(scenario), utterance))
    return rows


@pytest.fixture(scope="module")
def rows(catalogue: Catalogue) -> list[Row]:
    return make_rows(catalogue, 4000)


def test_the_validators_find_every_fact_in_nearly_every_request(
    rows: list[Row], operation: Operation, catalogue: Catalogue
) -> None:
    """The few others hold two numbers in a row that no reader could tell apart."""
    grounder = Grounder(operation, catalogue)
    flagged = [row for row in rows if grounder.find_issues(row.payload, row.utterance.text, ())]
    assert len(flagged) < 0.004 * len(rows), [row.utterance.text for row in flagged[:5]]


def test_each_fact_names_words_of_its_request(rows: list[Row]) -> None:
    for _, payload, utterance in rows:
        assert utterance.facts.keys() >= {"qosProfile", "duration"}
        assert ("sink" in payload) == ("sink" in utterance.facts)
        for words in utterance.facts.values():
            assert words in utterance.text, utterance


def test_no_mark_and_no_rest_of_the_grammar_is_left(rows: list[Row]) -> None:
    broken = re.compile(r"[\\\ue000-\uf8ff]|  |,,| [.,;?!](?![.\d])|\.\.(?![.\d])|\{[a-z_]+\}")
    texts = [row.utterance.text for row in rows]
    assert [text for text in texts if broken.search(text)] == []
    assert max(len(text.split()) for text in texts) < 110
    assert 15 < sum(len(text.split()) for text in texts) / len(texts) < 35


def test_identifying_values_survive_noise_as_they_were_worded(rows: list[Row]) -> None:
    for scenario, _, utterance in rows:
        phone = utterance.facts.get("device.phoneNumber")
        if scenario.phone and phone and phone[:2] in ("+1", "+4", "+3", "+6"):
            digits = re.sub(r"\D", "", phone)
            assert digits == scenario.phone.e164[1:] or "sorry" in phone
        if scenario.sink:
            assert scenario.sink in utterance.text


def test_the_same_draws_give_the_same_requests(catalogue: Catalogue) -> None:
    assert make_rows(catalogue, 150, seed=3) == make_rows(catalogue, 150, seed=3)


def test_families_stay_what_was_asked_for_and_none_dominates(rows: list[Row]) -> None:
    sizes = Counter(row.utterance.family for row in rows)
    assert set(sizes) <= set(load_lexicon().families)
    assert len(sizes) >= 200
    assert max(sizes.values()) < 0.015 * len(rows)


def draw_skeletons(rows: list[Row], count: int) -> list[tuple[str, str]]:
    """Return (skeleton, family): the words of a request with {names} for its values."""
    lexicon, rng = load_lexicon(), Random(4)
    found = []
    for row in rows[:count]:
        family = row.utterance.family
        words = ScenarioWords(row.scenario, rng, lexicon, 0.0)
        found.append((show_marks(draft_request(words, rng, lexicon, family)), family))
    return found


def test_there_are_far_more_than_two_thousand_skeletons(rows: list[Row]) -> None:
    """A skeleton keeps every word but the values, workloads, devices' names and made-up numbers."""
    skeletons = {skeleton for skeleton, _ in draw_skeletons(rows, 4000)}
    assert len(skeletons) > 3600


def test_orders_of_facts_are_many_too(rows: list[Row]) -> None:
    """Counted strictly: the family and the order of its slots, whatever the words."""
    orders = {(family, *MARKED.findall(text)) for text, family in draw_skeletons(rows, 4000)}
    assert len(orders) > 2000
    assert len({order[1:] for order in orders}) > 400


MARKED = re.compile(
    r"\{(device|phone|server|ipv4|ipv6|ports|device_ports|profile|use|duration|sink)\}"
)


def test_requests_are_far_more_diverse_than_ten_templates(rows: list[Row]) -> None:
    texts = [row.utterance.text for row in rows[:3000]]
    plain = [utter_template(row.scenario, number % 10) for number, row in enumerate(rows[:3000])]
    ours = measure_diversity(texts, [row.utterance.family for row in rows[:3000]])
    ten = measure_diversity([one.text for one in plain], [one.family for one in plain])
    assert ours["families"] >= 200
    assert ten["families"] == 10
    assert ours["distinct_2"] > 5 * ten["distinct_2"]
    assert ours["self_bleu"] < 0.6 < 0.85 < ten["self_bleu"]
    assert ours["largest_family"] < 0.03


def test_ten_templates_state_every_fact_too(
    rows: list[Row], operation: Operation, catalogue: Catalogue
) -> None:
    grounder = Grounder(operation, catalogue)
    for number, (scenario, payload, _) in enumerate(rows[:600]):
        said = utter_template(scenario, number % 10)
        assert said.family == FAMILIES[number % 10]
        assert grounder.find_issues(payload, said.text, ()) == (), said.text


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(min_value=0, max_value=10**6),
    absent=st.sets(st.sampled_from(["server", "duration", "profile", "device"])),
    vague=st.booleans(),
)
def test_what_is_absent_is_not_said_and_vague_words_stand_in_its_place(
    seed: int, absent: set[str], vague: bool, catalogue: Catalogue
) -> None:
    lexicon, rng = load_lexicon(), Random(seed)
    scenario = draw_scenario(rng, profile_choices(catalogue)[seed % 4], MIXES["full"], 1)
    changes: dict[str, object] = {}
    if "server" in absent:
        changes |= {"server_ipv4": None, "server_ipv6": None, "server_ports": None}
    if "duration" in absent:
        changes["duration"] = None
    if "profile" in absent:
        changes |= {"profile": None, "workload": None}
    if "device" in absent:
        changes |= {"phone": None, "device_ipv4": None, "device_ipv6": None}
    words = {slot: f"some {slot} or other" for slot in sorted(absent)} if vague else {}
    partial = replace(scenario, **changes, vague=words)  # type: ignore[arg-type]
    family = lexicon.families[seed % len(lexicon.families)]
    said = utter(partial, rng, lexicon, family)
    assert said.family == family
    assert MARK.search(said.text) is None
    for gone in words.values():
        assert gone in said.text.lower()
    starts = {"server": "applicationServer", "duration": "duration", "profile": "qosProfile"}
    for slot, start in starts.items():
        assert (slot in absent) == (not any(name.startswith(start) for name in said.facts))


def test_credentials_and_lists_of_addresses_are_said(catalogue: Catalogue) -> None:
    lexicon, rng = load_lexicon(), Random(8)
    scenario = replace(
        draw_scenario(rng, profile_choices(catalogue)[0], MIXES["full"], 1),
        sink="https://app11.example.com/in",
        credential=Credential("tok-3f9a", "2031-05-01T10:00:00Z"),
        server_addresses=("192.0.2.4", "192.0.2.8", "2001:db8::5"),
        server_ipv4=None,
        server_ipv6=None,
    )
    for family in lexicon.families:
        text = utter(scenario, rng, lexicon, family).text
        for value in ("tok-3f9a", "2031-05-01T10:00:00Z", "app11.example.com", "192.0.2.8"):
            assert value in text, (family, text)


@pytest.mark.parametrize("sink", ["https://app11.example.com/in", None])
def test_an_assertion_is_said_with_a_sink_and_without(
    catalogue: Catalogue, sink: str | None
) -> None:
    lexicon, rng = load_lexicon(), Random(9)
    scenario = replace(
        draw_scenario(rng, profile_choices(catalogue)[0], MIXES["full"], 1),
        sink=sink,
        credential=Assertion("notifier-31", "https://auth31.example.org/token"),
    )
    for family in lexicon.families:
        text = utter(scenario, rng, lexicon, family).text
        for value in ("notifier-31", "https://auth31.example.org/token", sink or ""):
            assert value in text, (family, text)


@pytest.mark.parametrize("seed", range(60))
def test_a_phone_number_is_the_same_in_every_spelling(seed: int) -> None:
    rng = Random(seed)
    said = word_phone(Phone(("44", "7700", "900461")), rng)
    digits = re.sub(r"\D", "", said.partition(" sorry ")[0])
    assert digits.removeprefix("00").removesuffix("44").removeprefix("44").endswith("7700900461")


def test_numbers_are_read_out_digit_by_digit() -> None:
    assert speak_phone("+447700900156", lambda: 0.0) == (
        "plus double four double seven double oh nine double oh one five six"
    )
    assert speak_ipv4("198.51.100.12", lambda: 0.9) == (
        "one nine eight dot fifty one dot one hundred dot twelve"
    )
    assert speak_ipv4("10.0.0.0/24", lambda: 0.0) == "10 dot 0 dot 0 dot 0 slash twenty four"


def test_slips_leave_marks_and_telling_words_alone() -> None:
    text = "please connect \ue000 on port \ue005 for half an hour"
    for seed in range(200):
        changed = slip(text, Random(seed).random)
        assert MARK.findall(changed) == ["\ue000", "\ue005"]
        assert " on port " in changed
    assert shorten("please come with me", lambda: 0.0) == "pls come w/ me"
    assert tidy("to  \ue000 , port \ue005 ,. ") == "to \ue000, port \ue005."


def test_core_keeps_to_plain_wordings(catalogue: Catalogue) -> None:
    durations = [row.utterance.facts["duration"] for row in make_rows(catalogue, 200, mix="core")]
    plain = re.compile(r"\d+ (minutes|min|hours|h|seconds|sec)", re.IGNORECASE)
    assert all(plain.fullmatch(words) for words in durations)


def test_equal_texts_give_a_self_bleu_of_one_and_strange_ones_nearly_none() -> None:
    same = [split_words("set up a session to 192.0.2.1 now")] * 5
    assert self_bleu(same) == pytest.approx(1.0)
    strange = [split_words(text) for text in ("a b c d e", "f g h i j", "k l m n o")]
    assert self_bleu(strange) < 0.05


def test_a_duration_without_unit_is_said_as_one() -> None:
    assert Duration(3600, "3600", "bare").interval is False
