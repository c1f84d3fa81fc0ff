"""Would the conformance test notice a wrong fact? Each fact of a bundled definition, changed.

What stays unnoticed must be a change that no payload can show; those are listed, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from callforge_core.seeding import stream
from callforge_core.spec import load_spec
from datasets_src.bundled import spec_path
from tests.conformance_mutants import iter_mutants, without_echoes
from tests.conformance_payloads import Maker, iter_payloads, member_names
from validators.schema import compile_schema

PAYLOADS = 20_000
HUGE = 100_000  # letters; such payloads are asked last
NO_PAYLOAD_SHOWS = tuple(
    re.compile(words)
    for words in (
        r" no format (int32|int64|url|uuid)$",  # not asserted by an engine of this dialect
        r"(Type|status) no type string$",  # an enum of texts says it too
        r" publicAddress required$",  # so do both alternatives
        r" pattern \^https:\S* -> \S*\.\+$",  # without $: no URI has a line break
        r"(ess|/\d) maxLength (15|45) -> (16|46|Ellipsis)$",  # no IP address is longer
        r" maxLength 18 -> (19|Ellipsis)$",  # the pattern allows no more
        r"phoneNumber maxLength 16 -> (17|Ellipsis)$",
        r"phoneNumber pattern \S+ -> \S+\{4,15\}\$$",  # where a maxLength says the same
        r"/oneOf/1 maxProperties 2 -> (3|Ellipsis)$",  # there are only two members
        r"(sessionId|assignmentId) maxLength 36 -> (37|Ellipsis)$",  # a UUID has 36 letters
        r"x-correlator maxLength 256 -> (257|Ellipsis)$",  # the pattern allows no more
        r"x-correlator pattern \S+ -> \S+\{0,257\}\$$",  # nor does the maxLength
    )
)


def is_visible(what: str, mutants: Iterable[str]) -> bool:
    """Say whether some payload must show a change; `mutants` are all changes of the schema."""
    doubled = any(f"{what.split()[0]} maxLength" in other for other in mutants)
    if ("{4,15}" in what or "{0,257}" in what) and not doubled:
        return True
    return not any(pattern.search(what) for pattern in NO_PAYLOAD_SHOWS)


@pytest.mark.parametrize(
    ("api", "release", "name"),
    [
        ("quality-on-demand", "1.1.0", "createSession"),
        ("quality-on-demand", "1.2.0-rc", "createSession"),
        ("quality-on-demand", "1.2.0-rc", "extendQosSessionDuration"),
        ("qos-provisioning", "0.3.0", "createQosAssignment"),
        ("qos-profiles", "1.1.0", "retrieveQoSProfiles"),
    ],
)
def test_each_changed_fact_of_a_body_is_noticed(api: str, release: str, name: str) -> None:
    operation = load_spec(spec_path(api, release)).operation(name)
    payloads = sorted(
        iter_payloads(operation, PAYLOADS, stream(7, name), member_names([operation])),
        key=lambda payload: len(str(payload)) > HUGE,
    )
    right = compile_schema(operation, operation.closed)
    verdicts = [right.is_valid(payload) for payload in payloads]
    lean = without_echoes(operation.closed)
    assert agrees(compile_schema(operation, lean), payloads, verdicts)
    mutants = dict(iter_mutants(lean))
    visible = [what for what in mutants if is_visible(what, mutants)]
    assert len(visible) > 0.8 * len(mutants)
    unnoticed = [
        what
        for what in visible
        if agrees(compile_schema(operation, mutants[what]), payloads, verdicts)
    ]
    # a letter more in one of many letter classes may slip through
    assert len(unnoticed) <= 0.01 * len(visible), unnoticed
    assert all("~" in what for what in unnoticed), unnoticed


@pytest.mark.parametrize(
    ("api", "release"),
    [("quality-on-demand", "1.0.0"), ("quality-on-demand", "1.2.0-rc"), ("qos-profiles", "1.1.0")],
)
def test_each_changed_fact_of_a_parameter_is_noticed(api: str, release: str) -> None:
    for operation in load_spec(spec_path(api, release)).operations.values():
        compile_ = partial(compile_schema, operation)
        for parameter in operation.parameters:
            right, wrong = Maker(compile_, stream(7, parameter.name), []).pool(parameter.schema)
            verdicts = [True] * len(right) + [False] * len(wrong)
            mutants = {
                f"{parameter.name}{what.removeprefix('/')}": mutant
                for what, mutant in iter_mutants(parameter.schema)
            }
            for what in (what for what in mutants if is_visible(what, mutants)):
                assert not agrees(compile_(mutants[what]), [*right, *wrong], verdicts), what


def agrees(engine: Any, payloads: list[Any], verdicts: list[bool]) -> bool:
    """Say whether an engine gives the same verdict on every payload."""
    return all(
        engine.is_valid(payload) == ok for payload, ok in zip(payloads, verdicts, strict=True)
    )
