"""Is a payload beyond doubt? One schema that only payloads without any finding satisfy.

Most rows of a dataset are right, and a compiled schema says so in a microsecond, where a dozen
Python checks need twenty-five. So the closed schema is joined with one fragment for each rule: what
a payload that the rule has nothing to say about surely looks like. Whoever satisfies all of it is
clean; for everybody else, right or wrong, the checks run. A fragment may be narrower than its rule
(that costs time) but never wider (that would lose a finding: tests/validators/test_screen.py).
Rules that no schema can word always run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from callforge_core.spec import Operation
from validators.catalogue import Catalogue
from validators.rules.pack import Check
from validators.schema import compile_schema

Schema = dict[str, Any]

OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
GROUP = "[0-9a-fA-F]{1,4}"
IPV6_NETWORKS = (
    rf"^({GROUP}:){{1,4}}:/64$",
    rf"^({GROUP}:){{1,3}}:/(48|56)$",
    rf"^({GROUP}:){{1,2}}:/32$",
)
HTTPS = (
    r"^https://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
    r"(:[0-9]{1,4})?(/[A-Za-z0-9._~/-]*)?$"
)
UTC = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
PROFILE = "qosProfile"
TOKEN = ("credentialType", "accessToken", "accessTokenExpiresUtc", "accessTokenType")


def aligned_networks() -> str:
    """Return a pattern of IPv4 networks of /8 to /32 without a bit beyond their width."""
    forms = []
    for width in range(8, 33):
        whole, bits = divmod(width, 8)
        octets = [OCTET] * whole
        if bits:
            octets.append(f"({'|'.join(map(str, range(0, 256, 256 >> bits)))})")
        octets += ["0"] * (4 - len(octets))
        forms.append(rf"{'[.]'.join(octets)}/{width}")
    return f"^({'|'.join(forms)})$"


def absent(name: str) -> Schema:
    """Return the schema of an object that does not have a member."""
    return {"not": {"required": [name]}}


def inside(name: str, schema: Schema) -> Schema:
    """Return the schema of an object whose member, if present, satisfies another."""
    return {"properties": {name: schema}}


SCREENS: Mapping[str, Schema] = {
    "R3": {"anyOf": [absent("sinkCredential"), {"required": ["sink"]}]},
    "R4": inside(
        "sinkCredential",
        {
            "required": list(TOKEN),
            "properties": {
                "credentialType": {"enum": ["ACCESSTOKEN"]},
                "accessToken": {"type": "string"},
                "accessTokenExpiresUtc": {"type": "string", "format": "date-time", "pattern": UTC},
                "accessTokenType": {"enum": ["bearer"]},
            },
        },
    ),
    "R5": inside(
        "applicationServer",
        inside(
            "ipv6Address",
            {"anyOf": [{"format": "ipv6"}, *({"pattern": each} for each in IPV6_NETWORKS)]},
        ),
    ),
    "R6": inside(
        "applicationServer",
        inside("ipv4Address", {"anyOf": [{"format": "ipv4"}, {"pattern": aligned_networks()}]}),
    ),
    "R10": inside("device", absent("networkAccessIdentifier")),
    "R15": {
        "properties": {
            "duration": {"maximum": 2**31 - 1},
            "requestedAdditionalDuration": {"maximum": 2**31 - 1},
        }
    },
    "R16": inside("sink", {"pattern": HTTPS}),
}
"""Rule -> what a payload that it has nothing to say about surely looks like (createSession)."""


def catalogue_screen(catalogue: Catalogue) -> Schema:
    """Return what a payload that fits the catalogue looks like: active profiles, their limits."""
    fits = []
    for profile in catalogue.active:
        limits: Schema = {"minimum": profile.min_duration_s}
        if profile.max_duration_s is not None:
            limits["maximum"] = profile.max_duration_s
        fits.append({"properties": {PROFILE: {"enum": [profile.name]}, "duration": limits}})
    return {"anyOf": [absent(PROFILE), *fits]}


class Screen:
    """The compiled screen of one operation, and the checks that it cannot speak for."""

    def __init__(
        self, operation: Operation, checks: Mapping[Check, str | None], catalogue: Catalogue
    ) -> None:
        schema = build_screen(operation, checks.values(), catalogue)
        self.engine = compile_schema(operation, schema) if schema is not None else None
        self.remaining = tuple(check for check, number in checks.items() if number not in SCREENS)

    def passes(self, payload: object) -> bool:
        """Say whether nothing but the remaining checks can have anything to say."""
        try:
            return self.engine is not None and self.engine.is_valid(payload)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return False  # what the engine cannot read is for the checks


def build_screen(
    operation: Operation, numbers: Iterable[str | None], catalogue: Catalogue
) -> Schema | None:
    """Return the closed schema joined with the fragments of the rules that have one.

    None when the body is one reference: Draft 4 would ignore what stands beside it.
    """
    if "$ref" in operation.closed:
        return None
    fragments = [SCREENS[number] for number in numbers if number and number in SCREENS]
    if PROFILE in operation.keys:
        fragments.append(catalogue_screen(catalogue))
    parts = [*operation.closed.get("allOf", ()), *fragments]
    return operation.closed | ({"allOf": parts} if parts else {})  # Draft 4 refuses an empty list
