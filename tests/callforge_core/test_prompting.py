"""The one prompt: same for every row, keys in spec order, short."""

from __future__ import annotations

import pytest

from callforge_core.prompting import answer, messages, system_prompt
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import catalogue_path, spec_path
from validators.catalogue import load_catalogue


@pytest.fixture(scope="module")
def operation() -> Operation:
    return load_spec(spec_path()).operation("createSession")


def test_the_keys_stand_in_spec_order(operation: Operation) -> None:
    text = system_prompt(operation)
    keys = ["device", "applicationServer", "devicePorts", "qosProfile", "sink", "duration"]
    places = [text.index(f" {key}") for key in keys]
    assert places == sorted(places)
    assert "createSession" in text
    assert "duration in seconds" in text
    assert text.endswith("Answer with JSON only.")


def test_profiles_are_named_with_their_use_and_without_examples(operation: Operation) -> None:
    text = system_prompt(operation, load_catalogue(catalogue_path()).lines)
    assert "QOS_S: video streaming;" in text
    assert "4K" not in text
    assert len(text) < 500  # about 100 tokens; every row pays for it


def test_without_a_catalogue_nothing_is_said_of_profiles(operation: Operation) -> None:
    assert "Profiles" not in system_prompt(operation)


def test_an_operation_without_body_keys_still_has_a_prompt() -> None:
    bare = Operation(
        api="a", release="1", operation_id="ping", method="post", path="/p", summary=""
    )
    assert system_prompt(bare) == (
        "Write the JSON body of ping for the request. Answer with JSON only."
    )


def test_a_conversation_ends_with_the_request_and_the_answer_is_a_turn_of_its_own() -> None:
    assert messages("be brief", "two hours") == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "two hours"},
    ]
    assert answer("{}") == [{"role": "assistant", "content": "{}"}]
