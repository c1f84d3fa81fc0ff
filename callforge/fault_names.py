"""Fault classes in words for the pages: number, name and meaning, from the taxonomy as data."""

from __future__ import annotations

from typing import NamedTuple

from callforge_core.faults import FAULTS


class FaultName(NamedTuple):
    """A fault class as a reader meets it."""

    id: str
    name: str
    meaning: str

    @property
    def label(self) -> str:
        """Number and name together, such as S4 misnamed key."""
        return f"{self.id} {self.name}".strip()


def name_fault(cls: str) -> FaultName:
    """Return the words for a class; one that the taxonomy does not know keeps its bare number."""
    fault = FAULTS.get(cls)
    if fault is None:
        return FaultName(cls, "", "")
    return FaultName(cls, fault.name.replace("-", " ").replace("json", "JSON"), fault.description)
