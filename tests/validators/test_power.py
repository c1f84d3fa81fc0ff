"""What each check sees of 33 single faults (taxonomy, section 10), as a golden file."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from callforge_core.faults import PAYLOAD_CLASSES
from callforge_core.records import Payload
from generators.probes import BEHIND_NAT, GOLD, REQUEST, TOKEN, WITH_TOKEN, build_probes
from validators.diagnosis import diagnose
from validators.payload import Validator
from validators.power import CHECKS, Checks

GOLDEN = Path(__file__).parents[1] / "golden" / "what_each_check_sees.txt"


@pytest.fixture(scope="module")
def rejections(validator: Validator) -> list[tuple[str, str, tuple[str, ...]]]:
    checks = Checks(validator)
    return [
        (each.cls, each.detail, checks.rejected_by(each.text, gold=each.gold, request=each.request))
        for each in build_probes()
    ]


def render(rejections: list[tuple[str, str, tuple[str, ...]]]) -> str:
    """Return the table: one line a probe, an x where a check rejects it, the sums below."""
    lines = [f"{name:<8} {what}" for name, what in CHECKS.items()]
    head = "".join(f"{name:>9}" for name in CHECKS)
    lines += ["", f"{'fault':<29}{head}"]
    for cls, detail, rejected in rejections:
        marks = "".join(f"{'x' if name in rejected else '.':>9}" for name in CHECKS)
        lines.append(f"{cls} {detail:<26}{marks}")
    sums = Counter(name for _, _, rejected in rejections for name in rejected)
    total = "".join(f"{sums[name]:>9}" for name in CHECKS)
    lines.append(f"{f'rejected of {len(rejections)}':<29}{total}")
    return "\n".join(lines) + "\n"


def test_the_table_is_as_written_down(
    rejections: list[tuple[str, str, tuple[str, ...]]],
) -> None:
    """A change of the table is a change of the golden file: look at it, then write it anew."""
    assert render(rejections) == GOLDEN.read_text(encoding="utf-8")


def test_the_sums_are_those_of_the_taxonomy(
    rejections: list[tuple[str, str, tuple[str, ...]]],
) -> None:
    sums = Counter(name for _, _, rejected in rejections for name in rejected)
    assert len(rejections) == 33
    measured = {"2020-12": 13, "draft-4": 14, "top": 16, "closed": 20, "gold": 33}
    assert {name: sums[name] for name in measured} == measured
    assert sums["closed"] <= sums["spec"] <= sums["request"] <= sums["gold"]


def test_a_probe_has_the_one_fault_it_is_named_for(validator: Validator) -> None:
    probes = build_probes()
    applicable = [cls for cls in PAYLOAD_CLASSES if cls != "C1"]
    assert {each.cls for each in probes} == {*applicable, "D6"}
    for each in probes:
        found = diagnose(each.text, validator, gold=each.gold, request=each.request)
        assert {cls for cls, _ in found} == {each.cls}, each
        assert len(found) == 1, each


VALID: dict[str, Payload] = {
    "the gold itself": GOLD,
    "a full access token": GOLD | {"sinkCredential": TOKEN},
    "a device behind a port": BEHIND_NAT,
    "a device by its IPv6 address": GOLD | {"device": {"ipv6Address": "2001:db8::7"}},
    "a device by several identifiers": GOLD
    | {"device": {"phoneNumber": "+447700900123", "ipv6Address": "2001:db8::7"}},
    "a server with IPv4 and IPv6": GOLD
    | {"applicationServer": {"ipv4Address": "198.51.100.0/24", "ipv6Address": "2001:db8:1::/48"}},
    "port 0": GOLD | {"applicationServerPorts": {"ports": [0]}},
    "repeated ports": GOLD | {"applicationServerPorts": {"ports": [5060, 5060]}},
    "no device": {name: value for name, value in GOLD.items() if name != "device"},
    "host bits under a mask": GOLD | {"applicationServer": {"ipv4Address": "198.51.100.7/24"}},
}


@pytest.mark.parametrize("payload", VALID.values(), ids=VALID.keys())
def test_a_valid_variant_stays_valid_before_every_check(
    validator: Validator, payload: Payload
) -> None:
    text = json.dumps(payload)
    rejected = Checks(validator).rejected_by(text, gold=payload, request=REQUEST)
    assert set(rejected) <= {"request"}  # the request is not about all of the variants


def test_a_token_beside_the_example_is_valid(validator: Validator) -> None:
    assert validator.verdict(WITH_TOKEN).issues == ()
