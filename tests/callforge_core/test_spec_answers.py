"""Responses of an operation, compiled: what a session looks like by the definition."""

from __future__ import annotations

from typing import Any

import pytest

from callforge_core.errors import UnknownName
from callforge_core.spec import open_document
from callforge_core.spec_answers import compile_answer
from datasets_src.bundled import releases_of, spec_path
from validators.schema import SchemaEngine

SESSION: dict[str, Any] = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "203.0.113.5"},
    "qosProfile": "QOS_E",
    "sessionId": "5f2c1a9e-0f4b-4c3d-9b1a-2d3e4f5a6b7c",
    "duration": 60,
    "qosStatus": "REQUESTED",
}


def engine(release: str, operation: str, status: str) -> SchemaEngine:
    answer = compile_answer(
        open_document(spec_path("quality-on-demand", release)), operation, status
    )
    assert answer is not None
    return SchemaEngine(answer)


@pytest.mark.parametrize("release", releases_of("quality-on-demand"))
def test_a_session_is_accepted_and_what_is_none_is_not(release: str) -> None:
    created = engine(release, "createSession", "201")
    assert created.accepts_closed(SESSION)
    assert not created.accepts_closed({**SESSION, "qosStatus": "MAYBE"})
    assert not created.accepts_closed({**SESSION, "priority": 1})
    assert not created.accepts_closed({k: v for k, v in SESSION.items() if k != "sessionId"})
    listed = engine(release, "retrieveSessionsByDevice", "200")
    assert listed.accepts_closed([SESSION, SESSION])
    assert not listed.accepts_closed(SESSION)


def test_an_answer_without_a_body_has_no_schema() -> None:
    root = open_document(spec_path())
    assert compile_answer(root, "deleteSession", "204") is None
    assert compile_answer(root, "createSession", "418") is None
    with pytest.raises(UnknownName, match="createSesion"):
        compile_answer(root, "createSesion", "201")
