"""The records that travel between stages; only `from_json` and `to_json` know key names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from callforge_core.errors import DataError
from callforge_core.jsonl import json_type

Payload = dict[str, Any]
Decision = Literal["call", "clarify", "refuse"]
Severity = Literal["error", "warn"]
Basis = Literal["schema", "normative", "described", "project"]
Layer = Literal[
    "parse", "schema", "closed", "rules", "catalogue", "grounding", "decision", "dialogue", "gold"
]

DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A request in plain words and the call that answers it."""

    id: str
    api: str
    release: str
    operation: str
    decision: Decision
    request: str
    payload: Payload | None
    cluster: str
    """All phrasings of one intent (same gold payload)."""
    family: str
    """The phrasing family: splits never share one."""
    missing: tuple[str, ...] = ()
    """Slots to ask for (clarify rows)."""
    reason: str | None = None
    """Why the request is refused (refuse rows)."""
    path: Mapping[str, str] = field(default_factory=dict)
    """Path parameters of the call, such as sessionId; empty for most operations."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """Query parameters of the call; empty for most operations."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """How the request states each slot: slot name -> the words used."""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the row in the order of the file contract."""
        row: dict[str, Any] = {
            "id": self.id,
            "api": self.api,
            "release": self.release,
            "operation": self.operation,
            "decision": self.decision,
            "request": self.request,
        }
        if self.decision == "call":
            row["payload"] = self.payload
            if self.path:
                row["path"] = dict(self.path)
            if self.query:
                row["query"] = dict(self.query)
        elif self.decision == "clarify":
            row["missing"] = list(self.missing)
        else:
            row["reason"] = self.reason
        row |= {"cluster": self.cluster, "family": self.family}
        return row | {"facts": dict(self.facts), "provenance": dict(self.provenance)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Sample:
        """Read a samples.jsonl row; raise DataError naming the key that is missing or wrong."""
        decision = row.get("decision", "call")
        if decision not in DECISIONS:
            raise DataError(f"'decision' is {decision!r}, expected one of {', '.join(DECISIONS)}")
        payload = row.get("payload")
        if decision == "call" and not isinstance(payload, dict):
            raise DataError(no_object("payload", payload))
        return cls(
            id=text(row, "id"),
            api=text(row, "api"),
            release=text(row, "release"),
            operation=text(row, "operation"),
            decision=decision,
            request=text(row, "request"),
            payload=payload,
            cluster=text(row, "cluster"),
            family=text(row, "family"),
            missing=names(row, "missing"),
            reason=row.get("reason"),
            path=mapping(row, "path"),
            query=mapping(row, "query"),
            facts=mapping(row, "facts"),
            provenance=mapping(row, "provenance"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One named fault that was injected into a payload (taxonomy: class, place, tier)."""

    cls: str
    """Fault class, such as S2 or V1 (JSON key: class)."""
    detail: str
    pointer: str
    """JSON pointer (RFC 6901) into the faulty payload; empty for faults of the whole text."""
    before: Any
    after: Any
    layer: Layer
    tier: Literal[1, 2]
    """1: invalid whatever was asked; 2: acceptable to the API but not what was asked."""
    basis: Basis

    def to_json(self) -> dict[str, Any]:
        """Return the record under its file names (`class` for `cls`)."""
        return {
            "class": self.cls,
            "detail": self.detail,
            "pointer": self.pointer,
            "before": self.before,
            "after": self.after,
            "layer": self.layer,
            "tier": self.tier,
            "basis": self.basis,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Fault:
        """Read a fault record; raise DataError on a missing key."""
        if row.get("tier") not in (1, 2):
            raise DataError(f"'fault.tier' is {row.get('tier')!r}, expected 1 or 2")
        try:
            return cls(
                cls=text(row, "class"),
                detail=row.get("detail", ""),
                pointer=row["pointer"],
                before=row.get("before"),
                after=row.get("after"),
                layer=row.get("layer", "schema"),
                tier=row["tier"],
                basis=row.get("basis", "schema"),
            )
        except KeyError as exc:
            raise DataError(f"'fault' has no {exc.args[0]!r}") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A preference pair: the same request, the right answer and one precise wrong one (texts)."""

    id: str
    api: str
    release: str
    operation: str
    request: str
    chosen: str
    rejected: str
    fault: Fault
    cluster: str
    family: str
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the row in the order of the file contract."""
        return {
            "id": self.id,
            "api": self.api,
            "release": self.release,
            "operation": self.operation,
            "request": self.request,
            "chosen": self.chosen,
            "rejected": self.rejected,
            "fault": self.fault.to_json(),
            "cluster": self.cluster,
            "family": self.family,
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Pair:
        """Read a preference.jsonl row; raise DataError naming the key that is missing or wrong."""
        fault = row.get("fault")
        if not isinstance(fault, Mapping):
            raise DataError("'fault' is missing, expected an object with class, pointer and tier")
        return cls(
            id=text(row, "id"),
            api=text(row, "api"),
            release=text(row, "release"),
            operation=text(row, "operation"),
            request=text(row, "request"),
            chosen=text(row, "chosen"),
            rejected=text(row, "rejected"),
            fault=Fault.from_json(fault),
            cluster=text(row, "cluster"),
            family=text(row, "family"),
            provenance=mapping(row, "provenance"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One evaluation row: a request and the answers that count as right."""

    id: str
    request: str
    decision: Decision
    operation: str
    payload: Payload | None
    cluster: str
    family: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    """Path parameters of the call."""
    missing: tuple[str, ...] = ()
    """Slots to ask for (clarify rows)."""
    reason: str | None = None
    """Why the request is refused (refuse rows)."""
    also: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """JSON pointer -> other acceptable values."""

    def to_json(self) -> dict[str, Any]:
        """Return the row in the order of the file contract; what does not apply is left out."""
        row: dict[str, Any] = {
            "id": self.id,
            "request": self.request,
            "decision": self.decision,
            "operation": self.operation,
            "payload": self.payload,
        }
        if self.path:
            row["path"] = dict(self.path)
        if self.missing:
            row["missing"] = list(self.missing)
        if self.reason is not None:
            row["reason"] = self.reason
        row |= {"cluster": self.cluster, "family": self.family}
        return row | {"also": {pointer: list(values) for pointer, values in self.also.items()}}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Item:
        """Read an evaluation row; raise DataError naming the key that is missing or wrong."""
        decision = row.get("decision", "call")
        if decision not in DECISIONS:
            raise DataError(f"'decision' is {decision!r}, expected one of {', '.join(DECISIONS)}")
        payload = row.get("payload")
        if decision == "call" and not isinstance(payload, dict):
            raise DataError(no_object("payload", payload))
        also = row.get("also") or {}
        if not isinstance(also, Mapping):
            raise DataError("'also' maps a JSON pointer to a list of values, expected an object")
        return cls(
            id=text(row, "id"),
            request=text(row, "request"),
            decision=decision,
            operation=row.get("operation") or "createSession",
            payload=payload,
            cluster=str(row.get("cluster") or row.get("id")),
            family=str(row.get("family") or ""),
            path=mapping(row, "path"),
            missing=names(row, "missing"),
            reason=row.get("reason"),
            also={
                pointer: tuple(values) if isinstance(values, list) else (values,)
                for pointer, values in also.items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that is wrong with a payload, where, and why."""

    cls: str
    """Fault class of the taxonomy (JSON key: class)."""
    code: str
    """Stable machine code such as schema.type or rules.range_upside_down."""
    path: str
    """JSONPath-like place, such as $.device.ipv4Address."""
    message: str
    layer: Layer
    spec: str = ""
    """JSON pointer into the spec, or the rule's number (R2), that the finding rests on."""
    basis: Basis = "schema"
    severity: Severity = "error"

    def to_json(self) -> dict[str, Any]:
        """Return the issue under its file names (`class` for `cls`)."""
        return {
            "class": self.cls,
            "code": self.code,
            "path": self.path,
            "message": self.message,
            "layer": self.layer,
            "spec": self.spec,
            "basis": self.basis,
            "severity": self.severity,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the validator says of one payload: `ok` when no issue has severity error."""

    issues: tuple[Issue, ...] = ()

    @property
    def ok(self) -> bool:
        """True when nothing but warnings was found."""
        return all(issue.severity != "error" for issue in self.issues)


def text(row: Mapping[str, Any], key: str) -> str:
    """Return the non-empty string under `key`; raise DataError otherwise."""
    value = row.get(key)
    if isinstance(value, str) and value:
        return value
    what = "missing" if value is None else f"{json_type(value)} ({value!r:.40})"
    raise DataError(f"{key!r} is {what}, expected a non-empty string")


def names(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the list of names under `key`, empty when absent; raise DataError otherwise."""
    value = row.get(key) or []
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise DataError(f"{key!r} is {value!r:.40}, expected a list of names")


def mapping(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the object under `key`, empty when absent; raise DataError otherwise."""
    value = row.get(key)
    if value is None or isinstance(value, Mapping):
        return value or {}
    raise DataError(no_object(key, value))


def no_object(key: str, value: object) -> str:
    """Word that the value under `key` should be an object and is none."""
    what = "missing" if value is None else json_type(value)
    hint = " (was it dumped twice?)" if isinstance(value, str) else ""
    return f"{key!r} is {what}, expected an object{hint}"
