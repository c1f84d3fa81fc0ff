"""Rules that need more than the body: the kind of token (R9), and what time it is (R4e)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest

from callforge_core.errors import DataError
from callforge_core.records import Issue, Payload
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import spec_path
from validators.rules.context import Token, context_issues

QOD = "quality-on-demand"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BODY: Payload = {
    "applicationServer": {"ipv4Address": "192.0.2.1"}, "qosProfile": "QOS_E", "duration": 3600,
}  # fmt: skip
DEVICE = {"device": {"phoneNumber": "+447700900123"}}


@cache
def operation(name: str, release: str = "1.1.0", api: str = QOD) -> Operation:
    return load_spec(spec_path(api, release)).operation(name)


def found(issues: Any) -> list[tuple[str, str, str, str]]:
    return [(issue.cls, issue.path, issue.spec, issue.severity) for issue in issues]


def under(token: Token | None, payload: Any, *args: str) -> list[tuple[str, str, str, str]]:
    return found(context_issues(operation(*args), payload, token=token))


D4 = [("D4", "$.device", "R9", "error")]


@pytest.mark.parametrize("release", ["1.0.0", "1.1.0", "1.2.0-rc"])
@pytest.mark.parametrize("name", ["createSession", "retrieveSessionsByDevice"])
def test_a_two_legged_token_needs_a_device_and_a_three_legged_one_forbids_it(
    name: str, release: str
) -> None:
    assert under("two-legged", BODY, name, release) == D4
    assert under("two-legged", BODY | DEVICE, name, release) == []
    assert under("three-legged", BODY | DEVICE, name, release) == D4
    assert under("three-legged", BODY, name, release) == []


def test_nothing_is_said_where_the_row_states_no_token() -> None:
    assert under(None, BODY, "createSession") == []
    assert under(None, BODY | DEVICE, "createSession") == []


def test_0_11_1_only_advises_against_a_device_beside_a_three_legged_token() -> None:
    assert under("two-legged", BODY, "createSession", "0.11.1") == D4
    [issue] = context_issues(
        operation("createSession", "0.11.1"), BODY | DEVICE, token="three-legged"
    )
    assert (issue.severity, issue.basis) == ("warn", "described")


def test_an_operation_without_a_device_has_no_rule_about_it() -> None:
    extend = {"requestedAdditionalDuration": 60}
    assert under("two-legged", extend, "extendQosSessionDuration") == []


def test_provisioning_follows_sessions_and_a_search_for_profiles_may_name_no_device() -> None:
    provisioning = ("createQosAssignment", "0.3.0", "qos-provisioning")
    search = ("retrieveQoSProfiles", "1.1.0", "qos-profiles")
    assert under("two-legged", {"qosProfile": "QOS_E"}, *provisioning) == D4
    assert under("two-legged", {}, *search) == []
    assert under("three-legged", DEVICE, *search) == D4


@pytest.mark.parametrize("payload", [None, [], "x", 3])
def test_what_is_no_object_has_no_context(payload: object) -> None:
    issues = context_issues(operation("createSession"), payload, token="two-legged", now=NOON)
    assert list(issues) == []


def dying_at(text: Any, **more: Any) -> Payload:
    credential = {"credentialType": "ACCESSTOKEN", "accessTokenExpiresUtc": text}
    return BODY | {"sink": "https://a.example/", "sinkCredential": credential} | more


def at_noon(payload: Payload, release: str = "1.1.0") -> list[Issue]:
    return list(context_issues(operation("createSession", release), payload, now=NOON))


@pytest.mark.parametrize(
    ("text", "outlives"),
    [
        ("2026-03-02T13:00:01Z", True),
        ("2026-03-02T13:00:00Z", False),  # dies with the session
        ("2026-03-02T14:00:01+01:00", True),
        ("2026-03-02T13:59:59+01:00", False),
        ("2026-03-02T11:00:00Z", False),
        ("2026-03-02t13:00:00.5z", True),
        ("2026-03-02T12:59:60Z", False),  # a leap second
    ],
)
def test_a_token_should_outlive_its_session(text: str, outlives: bool) -> None:
    issues = at_noon(dying_at(text))
    warning = [("", "$.sinkCredential.accessTokenExpiresUtc", "R4e", "warn")]
    assert found(issues) == ([] if outlives else warning)


def test_no_clock_no_warning() -> None:
    assert list(context_issues(operation("createSession"), dying_at("2001-01-01T00:00:00Z"))) == []


@pytest.mark.parametrize("release", ["0.11.1", "1.2.0-rc"])
def test_releases_that_do_not_ask_for_it_do_not_warn(release: str) -> None:
    assert at_noon(dying_at("2026-03-02T11:00:00Z"), release) == []


def test_an_assignment_has_no_end_so_its_token_has_to_be_alive() -> None:
    assign = operation("createQosAssignment", "0.3.0", "qos-provisioning")
    body = dying_at("2026-03-02T12:00:01Z")
    del body["duration"]
    assert list(context_issues(assign, body, now=NOON)) == []
    assert len(list(context_issues(assign, body, now=NOON + timedelta(seconds=1)))) == 1


@pytest.mark.parametrize("text", ["soon", "2026-03-02T11:00:00", 5, None, "9999-99-99T00:00:00Z"])
@pytest.mark.parametrize("duration", [3600, "3600", True, 10**400, None])
def test_what_cannot_be_compared_is_left_to_other_rules(text: Any, duration: Any) -> None:
    assert at_noon(dying_at(text, duration=duration)) == []


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_ends_of_the_calendar_do_not_crash(text: str) -> None:
    for zone in (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))):
        assert len(at_noon(dying_at(text))) <= 1
        list(context_issues(operation("createSession"), dying_at(text), now=NOON.astimezone(zone)))


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(DataError, match="zone"):
        list(context_issues(operation("createSession"), BODY, now=datetime(2026, 3, 2)))
