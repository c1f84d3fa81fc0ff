"""Every payload of the tests in one list: tables written by hand, golds, faults, mutants."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from callforge_core.spec import Operation
from generators.defects import Defect, inject, injectable
from generators.enriched import enrich
from generators.probes import build_probes
from generators.samples import iter_samples
from tests.conformance_payloads import iter_payloads, member_names
from tests.validators import test_diagnosis, test_edge_cases, test_payload_verdict
from tests.validators.conftest import CREDENTIAL, GOLD, RICH, STRANGE, iter_mutants
from tests.validators.test_releases_switch import PAYLOADS
from validators.payload import Validator
from validators.strict_json import parse_strict

FORMS: Mapping[str, tuple[str, ...]] = {
    "/device/ipv4Address/publicAddress": (
        "1.2.3.4", "01.2.3.4", "1.2.3", "1.2.3.4 ", "1.2.3.256", "::ffff:1.2.3.4", "1.2.3.4\n",
    ),
    "/device/ipv6Address": (
        "::", "::1", "2001:DB8::A", "::ffff:1.2.3.4", "fe80::1%eth0", "1::2::3", "2001:db8::/64",
        "2001:db8:0:0:0:0:0:0:1", "::1\n", "12345::", ":::::::",
    ),
    "/sink": (
        "https://a.example", "https://a b", "https://a.example/%zz", "https://a.example/ä",
        "https://[::1]/x", "https://[::1/x", "https://user@a.example:443/x?y=z#f", "HTTPS://a.b",
        "https://a.example/|", "https://", "https:///x", "https://a.example/\n", "https://a\n.b",
    ),
    "/sinkCredential/accessTokenExpiresUtc": (
        "2026-03-02T09:00:00Z", "2026-03-02t09:00:00z", "2026-03-02T09:00:00.5+01:00",
        "2026-03-02T09:00:00", "2026-02-30T09:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02",
        "2026-03-02T09:00:00+24:00", "2026-03-02 09:00:00Z",
        "2026-03-02T09:00:00Z\n", "2026-03-02T09:00:00-00:00",
    ),
}  # fmt: skip
"""Place -> texts at the edges of what its format is."""


def build_corpus(validator: Validator, *, mutants: int) -> dict[str, list[Any]]:
    """Return the payloads by where they come from."""
    operation = validator.operation
    golds = list(iter_golds(validator, 500))
    return {
        "tables": list(iter_tables()),
        "forms": list(iter_forms()),
        "golds": golds,
        "faults": list(iter_faults(golds, validator)),
        "mutants": list(iter_mutants(mutants // 2, Random(12))) + draw(operation, mutants // 2),
    }


def draw(operation: Operation, count: int) -> list[Any]:
    """Return payloads drawn from the schema, right and wrong at every one of its limits."""
    return list(iter_payloads(operation, count, Random(3), member_names([operation])))


def iter_tables() -> Iterator[Any]:
    """Yield what the tables of the tests stand for."""
    yield from (GOLD, RICH, *STRANGE, *PAYLOADS.values())
    for changes in (test_diagnosis.CASES, test_diagnosis.SAME, test_diagnosis.APART):
        yield from (changed(entry) for entry in changes.values())
    yield from (changed(entry) for entry in test_payload_verdict.FAULTY.values())
    yield from (GOLD | entry for entry in test_payload_verdict.VALID.values())
    for entry, *_ in test_payload_verdict.CREDENTIALS.values():
        token = {name: value for name, value in (CREDENTIAL | entry).items() if value is not ...}
        yield GOLD | {"sinkCredential": token}
    for case in test_edge_cases.load_cases("values"):
        yield test_edge_cases.apply(case.values[0], GOLD, CREDENTIAL)
    texts = [
        test_edge_cases.write(c.values[0]["text"], GOLD) for c in test_edge_cases.load_cases("text")
    ]
    texts += [probe.text for probe in build_probes()]
    yield from (parsed.value for text in texts if (parsed := parse_strict(text)).found)


def changed(entry: Any) -> Any:
    """Return the gold with the change that an entry of a table describes."""
    payload = copy.deepcopy(GOLD)
    change = entry if callable(entry) else entry[0]
    change(payload)
    return payload


def iter_forms() -> Iterator[Any]:
    """Yield texts at the edges of each format, in their place."""
    for pointer, texts in FORMS.items():
        *way, last = pointer.split("/")[1:]
        for text in texts:
            payload = copy.deepcopy(RICH)
            node = payload
            for name in way:
                node = node[name]
            node[last] = text
            yield payload


def iter_golds(validator: Validator, rows: int) -> Iterator[Any]:
    """Yield generated golds, as people ask and with what people seldom ask for."""
    samples = iter_samples(validator.operation, validator.catalogue, rows=rows, seed=17)
    for number, sample in enumerate(samples):
        yield sample.payload
        yield enrich(sample.payload or {}, Random(number))


def iter_faults(golds: list[Any], validator: Validator) -> Iterator[Any]:
    """Yield an object with a fault of each class for every tenth gold."""
    for number, gold in enumerate(golds[::10]):
        for cls in injectable():
            defect = inject(cls, gold, validator, Random(number))
            if isinstance(defect, Defect) and (parsed := parse_strict(defect.text)).found:
                yield parsed.value
