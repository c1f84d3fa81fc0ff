"""How is a right payload made wrong in exactly one known way?  One injector per fault class.

The injectors live in faults_text, faults_structure, faults_types and faults_values; importing
them fills the registry. The law, kept by tests: diagnose(inject(x, c)) names c and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from callforge_core.faults import fault_class
from callforge_core.records import Fault, Payload
from callforge_core.spec import order_keys
from generators import faults_any, faults_structure, faults_text, faults_types, faults_values
from generators.edits import INJECTORS, Edit, Ground, NotApplicable
from validators.payload import Validator

REGISTERED = (faults_text, faults_structure, faults_types, faults_values)


@dataclass(frozen=True, slots=True)
class Defect:
    """A faulty answer and the record of its fault."""

    text: str
    fault: Fault


def inject(cls: str, gold: Payload, validator: Validator, rng: Random) -> Defect | NotApplicable:
    """Return `gold` with one fault of class `cls`; raise UnknownName for an unknown class."""
    fault_class(cls)
    return inject_ordered(cls, order_keys(validator.operation, gold), validator, rng)


def inject_ordered(
    cls: str, ordered: Payload, validator: Validator, rng: Random
) -> Defect | NotApplicable:
    """Return what `inject` does for a gold whose keys are in the order of the operation."""
    ground = Ground(validator.catalogue, rng, validator.operation)
    usual = not faults_any.is_foreign(validator.operation) or cls in faults_any.AS_EVER
    injector = INJECTORS.get(cls) if usual else faults_any.ANY.get(cls)
    if injector is None:
        return NotApplicable("this class needs members that other documents do not have")
    edit = injector(ordered, ground)
    return edit if isinstance(edit, NotApplicable) else record(cls, edit)


def record(cls: str, edit: Edit) -> Defect:
    """Return an edit as a faulty answer with the record of its fault."""
    usual = fault_class(cls)
    fault = Fault(
        cls=cls,
        detail=edit.detail,
        pointer=edit.pointer,
        before=edit.before,
        after=edit.after,
        layer=edit.layer or usual.layer,
        tier=edit.tier or usual.tier,
        basis=edit.basis or usual.basis,
    )
    return Defect(edit.text, fault)


def injectable() -> list[str]:
    """Return the fault classes that have an injector, in the order of the taxonomy."""
    return sorted(INJECTORS.names(), key=lambda name: ("FSTCV".index(name[0]), name))
