"""The screen may only wave through payloads that the checks have nothing to say about."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.records import Payload
from callforge_core.spec import Operation, load_spec
from datasets_src.bundled import releases, spec_path
from generators.samples import iter_samples
from validators.catalogue import Catalogue
from validators.payload import Validator
from validators.screen import SCREENS, build_screen

CREDENTIAL = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "t0ken",
    "accessTokenExpiresUtc": "2026-03-02T09:00:00Z",
    "accessTokenType": "bearer",
}
BASE: Payload = {
    "applicationServer": {"ipv4Address": "198.51.100.7"},
    "qosProfile": "QOS_E",
    "duration": 60,
}


def without_screen(operation: Operation, catalogue: Catalogue) -> Validator:
    slow = Validator(operation, catalogue)
    slow.screen.engine = None
    return slow


@pytest.fixture(scope="module")
def slow(operation: Operation, catalogue: Catalogue) -> Validator:
    return without_screen(operation, catalogue)


def test_mutants_get_the_same_verdict_with_and_without_the_screen(
    validator: Validator, slow: Validator, mutants: list[Payload]
) -> None:
    for payload in mutants:
        assert validator.verdict(payload) == slow.verdict(payload)


def test_nearly_all_generated_payloads_pass_the_screen_and_none_loses_a_finding(
    validator: Validator, slow: Validator, operation: Operation, catalogue: Catalogue
) -> None:
    payloads = [s.payload for s in iter_samples(operation, catalogue, rows=500, seed=5)]
    assert sum(map(validator.screen.passes, payloads)) > 0.95 * len(payloads)
    for payload in payloads:
        assert validator.verdict(payload) == slow.verdict(payload)


octets = st.sampled_from(["0", "1", "7", "00", "07", "64", "96", "128", "200", "255", "256", "a"])
widths = st.sampled_from(
    ["", "/0", "/8", "/9", "/16", "/20", "/24", "/26", "/30", "/32", "/33", "/"]
)
groups = st.sampled_from(["0", "1", "2001", "db8", "DB8", "ffff", "fffff", "g", ""])
texts = {
    "ipv4": st.tuples(st.lists(octets, min_size=3, max_size=5), widths).map(
        lambda parts: ".".join(parts[0]) + parts[1]
    ),
    "ipv6": st.tuples(
        st.lists(groups, min_size=1, max_size=9),
        st.sampled_from(
            ["", "::", "::/64", "::/48", "::/32", "::/56", "/64", "::1", "%eth0", "::/129"]
        ),
    ).map(lambda parts: ":".join(parts[0]) + parts[1]),
    "sink": st.tuples(
        st.sampled_from(["https://", "http://", "https:", "HTTPS://", "https:///"]),
        st.text("ab.-1:@%é[]", max_size=12),
        st.sampled_from(
            ["", "/", "/a b", "/%zz", "/a?b", ":99999", ":70000/x", "/a\n", "#", "/~a"]
        ),
    ).map("".join),
    "expiry": st.sampled_from(
        [
            "2026-03-02T09:00:00Z",
            "2026-02-30T09:00:00Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02",
            "2026-03-02T09:00:60Z",
            "2026-03-02T09:00:00",
            "2026-03-02T09:00:00+01:00",
            "٢٠٢٦",
        ]
    ),
}


@given(
    st.fixed_dictionaries(
        {},
        optional=texts | {
            "duration": st.sampled_from([0, 1, 2**31 - 1, 2**31, 60.0, True, "60"]),
            "qosProfile": st.sampled_from(["QOS_E", "QOS_S", "QOS_XXL", "qos_e"]),
            "kind": st.sampled_from(["ACCESSTOKEN", "PLAIN", "BASIC"]),
            "nai": st.just("a@b.example"),
        },
    )
)  # fmt: skip
def test_values_at_the_edge_of_a_rule_never_slip_through(
    validator: Validator, slow: Validator, values: dict[str, Any]
) -> None:
    payload = copy.deepcopy(BASE)
    server = payload["applicationServer"]
    if "ipv4" in values:
        server["ipv4Address"] = values["ipv4"]
    if "ipv6" in values:
        server["ipv6Address"] = values["ipv6"]
    if "sink" in values:
        payload["sink"] = values["sink"]
    if "kind" in values or "expiry" in values:
        payload["sinkCredential"] = CREDENTIAL | {
            "credentialType": values.get("kind", "ACCESSTOKEN"),
            "accessTokenExpiresUtc": values.get("expiry", "2026-03-02T09:00:00Z"),
        }
    if "nai" in values:
        payload["device"] = {"networkAccessIdentifier": values["nai"]}
    payload |= {key: values[key] for key in ("duration", "qosProfile") if key in values}
    assert validator.verdict(payload) == slow.verdict(payload)


@pytest.mark.parametrize(("api", "release"), releases())
def test_every_bundled_operation_keeps_its_verdicts(
    api: str, release: str, catalogue: Catalogue, mutants: list[Payload]
) -> None:
    for operation in load_spec(spec_path(api, release)).operations.values():
        if operation.schema:
            quick, slow = Validator(operation, catalogue), without_screen(operation, catalogue)
            for payload in Random(3).sample(mutants, 150):
                assert quick.verdict(payload) == slow.verdict(payload)


def test_every_screen_refuses_something_that_its_rule_flags(validator: Validator) -> None:
    wrong: dict[str, Payload] = {
        "R3": {"sinkCredential": CREDENTIAL},
        "R4": {
            "sink": "https://a.example",
            "sinkCredential": CREDENTIAL | {"accessTokenType": "x"},
        },
        "R5": {"applicationServer": {"ipv6Address": ":::::::"}},
        "R6": {"applicationServer": {"ipv4Address": "300.1.1.1"}},
        "R10": {"device": {"networkAccessIdentifier": "a@b.example"}},
        "R15": {"duration": 2**31},
        "R16": {"sink": "https:// not a url"},
    }
    assert wrong.keys() == SCREENS.keys()
    for rule, change in wrong.items():
        assert not validator.screen.passes(BASE | change), rule


def test_a_body_that_is_one_reference_is_not_screened(catalogue: Catalogue) -> None:
    operation = Operation(
        api="x", release="1", operation_id="x", method="post", path="/x", summary="",
        closed={"$ref": "#/$defs/X", "$defs": {"X": {"type": "object"}}},
    )  # fmt: skip
    assert build_screen(operation, [], catalogue) is None
