"""The bundled lexicons: every frame states every fact once, and no clause has few wordings."""

from __future__ import annotations

from collections import Counter

import pytest

from callforge_core.errors import ConfigError
from datasets_src.bundled import catalogue_path
from generators.grammar import count_wordings, parse_template
from generators.lexicon import check_frame, iter_slots, load_lexicon
from validators.catalogue import load_catalogue

FORMS_SAID_IN_SENTENCES = {"np", "tail", "say"}


def test_there_are_at_least_48_families_in_12_registers() -> None:
    families = load_lexicon().families
    assert len(set(families)) == len(families) >= 48
    assert len({family.partition("/")[0] for family in families}) >= 12


def test_a_clause_has_at_least_ten_wordings() -> None:
    few = [
        (slot, flavour, form)
        for slot, flavours in load_lexicon().clauses.items()
        for flavour, forms in flavours.items()
        for form, node in forms.items()
        if form in FORMS_SAID_IN_SENTENCES and count_wordings(node) < 10
    ]
    assert few == []


def test_all_flavours_of_a_slot_have_the_same_forms() -> None:
    for slot, flavours in load_lexicon().clauses.items():
        assert len({frozenset(forms) for forms in flavours.values()}) == 1, slot


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


def test_workload_synonyms_belong_to_workloads_of_the_default_catalogue() -> None:
    catalogue = load_catalogue(catalogue_path())
    known = {name.lower() for profile in catalogue.profiles for name in profile.workloads}
    assert set(load_lexicon().workloads) <= known


def test_no_synonym_means_two_workloads() -> None:
    said = [word.lower() for words in load_lexicon().workloads.values() for word in words]
    assert len(said) == len(set(said))
