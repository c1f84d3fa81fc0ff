"""Which rules hold for an operation of a release? Data: what differs between releases stands here.

R1 (closed world), R7 and R8 (catalogue), R12, R14 and R17 (the schema sees them) and R13 (duplicate
keys) live with their layers, R4e and R9 in context.py, for they need a clock and a token; R11 needs
the request and lives in grounding. R15 ends where a release gives maxima itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from callforge_core.spec import Operation
from validators.releases import base_release
from validators.rules import devices, flows, sinks
from validators.rules.pack import RULES, Check, Rule
from validators.rules.sinks import TOKEN_MEMBERS

REGISTERED = (devices, flows, sinks)
DEVICE = ("R10", "R18")
SESSION = ("R2", "R3", "R4", "R5", "R6", "R10", "R15", "R16", "R18")
SESSION_0_11 = tuple("R16 web" if name == "R16" else name for name in SESSION)
SESSION_1_0 = tuple("R16 any scheme" if name == "R16" else name for name in SESSION)
SESSION_1_2 = ("R2", "R3", "R4 two kinds", "R5", "R6", "R10", "R16", "R18", "R19")
ASSIGNMENT = ("R3", "R4", "R10", "R16", "R18")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRule:
    """What a kind of access token means for the device of a request (R9)."""

    two_legged: Literal["required", "free"] = "required"
    three_legged: Literal["forbidden", "discouraged"] = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What holds for one release."""

    rules: Mapping[str, tuple[str, ...]]
    """Operation -> the rules that hold for its body, in the order of their numbers."""
    tokens: Mapping[str, TokenRule] = field(default_factory=dict)
    """Operation -> R9; an operation without a device has none."""
    outlives: bool = False
    """R4e: the release asks for a token that outlives what it reports on."""


def session_pack(
    create: tuple[str, ...], *, seconds: bool, outlives: bool, token: TokenRule
) -> Pack:
    """Return the pack of a Quality-On-Demand release."""
    return Pack(
        rules={
            "createSession": create,
            "extendQosSessionDuration": ("R15",) if seconds else (),
            "retrieveSessionsByDevice": DEVICE,
        },
        tokens={"createSession": token, "retrieveSessionsByDevice": token},
        outlives=outlives,
    )


PACKS: Mapping[tuple[str, str], Pack] = {
    # 0.11.1 lets a three-legged request name its device, as long as it is the right one
    ("quality-on-demand", "0.11.1"): session_pack(
        SESSION_0_11, seconds=True, outlives=False, token=TokenRule(three_legged="discouraged")
    ),
    ("quality-on-demand", "1.0.0"): session_pack(
        SESSION_1_0, seconds=True, outlives=True, token=TokenRule()
    ),
    ("quality-on-demand", "1.1.0"): session_pack(
        SESSION, seconds=True, outlives=True, token=TokenRule()
    ),
    ("quality-on-demand", "1.2.0-rc"): session_pack(
        SESSION_1_2, seconds=False, outlives=False, token=TokenRule()
    ),
    ("qos-provisioning", "0.3.0"): Pack(
        rules={"createQosAssignment": ASSIGNMENT, "getQosAssignmentByDevice": DEVICE},
        tokens={"createQosAssignment": TokenRule(), "getQosAssignmentByDevice": TokenRule()},
        outlives=True,
    ),
    # a device is but a filter: a search without one is fine
    ("qos-profiles", "1.1.0"): Pack(
        rules={"retrieveQoSProfiles": DEVICE},
        tokens={"retrieveQoSProfiles": TokenRule(two_legged="free")},
    ),
}

ABSENCES: Mapping[str, frozenset[tuple[str, ...]]] = {
    "R3": frozenset({("sink",)}),
    "R4b": frozenset(("sinkCredential", name) for name in TOKEN_MEMBERS),
}
"""Rule -> the members whose absence it complains of: under a wrong name they are not absent."""


def pack_of(operation: Operation) -> Pack | None:
    """Return the pack of an operation's release; None when nobody has written one."""
    return PACKS.get((operation.api, base_release(operation.release)))


def rules_for(operation: Operation) -> tuple[Rule, ...]:
    """Return the rules of an operation, in the order of their numbers."""
    pack = pack_of(operation)
    names = pack.rules.get(operation.operation_id, ()) if pack else ()
    return tuple(RULES.get(name) for name in names)


def checks_for(operation: Operation) -> tuple[Check, ...]:
    """Return the checks of an operation, in the order of their numbers."""
    return tuple(rule.check for rule in rules_for(operation))
