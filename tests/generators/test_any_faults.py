"""Faults in payloads of any document: one class each, named by the diagnosis."""

from __future__ import annotations

from pathlib import Path

import pytest

from callforge_core.seeding import stream
from callforge_core.spec import load_spec, render_payload
from datasets_src.bundled import catalogue_path
from generators.defects import Defect, inject, injectable
from generators.edits import NotApplicable
from generators.faults_any import ANY, AS_EVER
from generators.payload_first import iter_any_samples
from validators.catalogue import load_catalogue
from validators.diagnosis import diagnose
from validators.payload import Validator

DOCUMENTS = Path(__file__).parent / "documents"
LAWFUL = {
    "orders/createOrder": "F1 F2 F3 F4 S1 S2 S4 S7 T1 T2 T3 T4 T5 T6 V1 V6",
    "orders/open_support_ticket": "F1 F2 F3 F4 S1 S2 S4 S7 S9 T1 T2 T3 T4 T5 V1 V6",
    "workshop/scheduleJob": "F1 F2 F3 F4 S1 S2 S3 S4 S6 S7 S8 S9 T1 T3 T4 T5 T6 V1 V6",
    "workshop/registerPayment": "F1 F2 F3 F4 S1 S2 S3 S4 S6 S7 S8 S9 T1 T4 T5 T6 V1 V6",
    "sensors/configureSensor": "F1 F2 F3 F4 S1 S2 S3 S4 S6 S7 S8 S9 T1 T3 T4 T5 V1 V6",
    "sensors/storeLabels": "F1 F2 F3 F4",
}
"""Operation -> classes of which at least a few injections are diagnosed as just themselves."""


@pytest.mark.parametrize("where", LAWFUL)
def test_faults_are_diagnosed_as_the_class_that_was_injected(where: str) -> None:
    document, name = where.split("/")
    operation = load_spec(DOCUMENTS / f"{document}.yaml").operation(name)
    catalogue = load_catalogue(catalogue_path("default"))
    validator = Validator(operation, catalogue)
    lawful: set[str] = set()
    for sample in iter_any_samples(operation, catalogue, rows=25, seed=3):
        gold = sample.payload or {}
        chosen = render_payload(operation, gold)
        assert diagnose(chosen, validator, gold=gold, request=sample.request) == frozenset()
        for cls in injectable():
            defect = inject(cls, gold, validator, stream(3, cls, sample.id))
            if isinstance(defect, Defect):
                assert defect.text != chosen
                found = diagnose(defect.text, validator, gold=gold, request=sample.request)
                lawful |= {cls} if {each for each, _ in found} == {cls} else set()
    assert lawful >= set(LAWFUL[where].split()), set(LAWFUL[where].split()) - lawful


def test_classes_that_need_members_of_one_api_say_that_they_do_not_apply() -> None:
    operation = load_spec(DOCUMENTS / "orders.yaml").operation("createOrder")
    validator = Validator(operation, load_catalogue(catalogue_path("default")))
    gold = {"customerId": "ABC-12345", "product": "lamp", "quantity": 1, "delivery": "STANDARD"}
    for cls in set(injectable()) - ANY.keys() - AS_EVER:
        assert isinstance(inject(cls, gold, validator, stream(0, cls)), NotApplicable), cls
