"""The bundled lexicons: families, clauses, and words for every workload of both catalogues."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from callforge_core.errors import ConfigError
from datasets_src.bundled import catalogue_path
from generators.flat import FORMS, SLOTS
from generators.grammar import count_wordings, parse_template
from generators.lexicon import check_frame, iter_slots, load_lexicon
from generators.marks import MARK, MARKS
from validators.catalogue import load_catalogue
from validators.profile_words import ProfileWords

FORMS_SAID_IN_SENTENCES = {"np", "tail", "say"}
SELDOM = {"vague", "several", "spoken", "token", "credential", "assertion", "assertion_alone"} | {
    *("whole", "bare", "need", "label"),
}
CATALOGUES = ("default", "camara-reference")


def test_there_are_over_two_hundred_families_in_sixteen_registers() -> None:
    families = load_lexicon().families
    assert len(set(families)) == len(families) >= 200
    assert len({family.partition("/")[0] for family in families}) >= 16
    lexicon = load_lexicon()
    assert len(lexicon.free_families) > len(lexicon.frame_families)


def test_a_clause_has_at_least_ten_wordings() -> None:
    few = [
        (slot, flavour, form)
        for slot, flavours in load_lexicon().clauses.items()
        for flavour, forms in flavours.items()
        for form, node in forms.items()
        if form in FORMS_SAID_IN_SENTENCES
        and flavour not in SELDOM
        and count_wordings(node) < 7 + 3 * (flavour != "both")
    ]
    assert few == []


def test_all_flavours_of_a_slot_have_the_same_forms() -> None:
    for slot, flavours in load_lexicon().clauses.items():
        assert len({frozenset(forms) for forms in flavours.values()}) == 1, slot


def test_a_table_says_what_its_clauses_say_and_a_value_once() -> None:
    lexicon = load_lexicon()
    for place, slot in enumerate(SLOTS):
        for flavour, table in lexicon.tables[place].items():
            for form, texts, capitals in zip(FORMS, table, table[len(FORMS) :], strict=False):
                assert [text[:1].upper() + text[1:] for text in texts] == list(capitals)
                for text in texts if form != "key" else ():
                    marks = Counter(MARK.findall(text))
                    marks.pop(MARKS["eq"], None)
                    assert set(marks.values()) == {1}, (slot, flavour, text)


def test_frames_open_with_different_slots() -> None:
    lexicon = load_lexicon()
    first = Counter(next(iter_slots(node, lexicon.phrases)) for node in lexicon.frames.values())
    assert min(first[slot] for slot in ("device", "server", "profile", "duration")) >= 5, first


def test_a_frame_that_forgets_or_repeats_a_slot_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"chat/bad: .*sink"):
        check_frame(
            "chat/bad",
            parse_template(
                "[{device.np}] {server.np}[{ports.tail}][{device_ports.tail}] {profile.tail} "
                "{duration.tail}"
            ),
            load_lexicon().phrases,
        )
    with pytest.raises(ConfigError, match="server"):
        check_frame("chat/twice", parse_template("{server.np} {server.np}"), {})


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_workload_of_a_catalogue_has_eight_other_names(name: str) -> None:
    workloads = load_lexicon().workloads
    for profile in load_catalogue(catalogue_path(name)).profiles:
        for workload in profile.workloads:
            assert len(set(workloads[workload.lower()].words) - {workload}) >= 8, workload


def test_all_workloads_belong_to_a_catalogue() -> None:
    known = {
        workload.lower()
        for name in CATALOGUES
        for profile in load_catalogue(catalogue_path(name)).profiles
        for workload in profile.workloads
    }
    assert set(load_lexicon().workloads) == known


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_group_belongs_to_one_profile_and_its_words_speak_of_no_other(name: str) -> None:
    catalogue = load_catalogue(catalogue_path(name))
    words, workloads = ProfileWords(catalogue), load_lexicon().workloads
    owners: dict[int, set[str]] = {}
    for profile in catalogue.profiles:
        for workload in profile.workloads:
            entry = workloads[workload.lower()]
            owners.setdefault(id(entry.group), set()).add(profile.name)
            group = entry.group
            for text in {*entry.words, *group.needs, *group.labels, *group.devices}:
                hint = words.hint(text.lower())
                others = (hint.named | hint.meant | hint.sure) - {profile.name}
                assert not others, (text, others)
    assert all(len(names) == 1 for names in owners.values())


def test_no_name_means_workloads_of_two_groups() -> None:
    groups: dict[str, int] = {}
    for entry in load_lexicon().workloads.values():
        for word in entry.words:
            assert groups.setdefault(word.lower(), id(entry.group)) == id(entry.group), word


def test_no_phrase_holds_a_number_that_could_be_a_fact() -> None:
    lexicon = load_lexicon()
    allowed = re.compile(
        r"\b(?:[48]k|[45]g|m2m|ipv[46]|v[46]|5-tuple|(?:4|8|20) mbit/s)\b"
        rf"|{MARKS['digits2']}0 (?:mbit/s|mbps)"
    )
    texts = [text for texts in lexicon.lists.values() for text in texts]
    texts += [text for entry in lexicon.workloads.values() for text in entry.words]
    texts += [
        text
        for flavours in lexicon.tables
        for table in flavours.values()
        for form in table
        for text in form
    ]
    stray = [text for text in texts if re.search(r"\d", allowed.sub("", text.lower()))]
    assert stray == []
