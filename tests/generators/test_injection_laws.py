"""The laws of the taxonomy (L1 to L7) at full size: a thousand faults of each class."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import pytest

from callforge_core.faults import PAYLOAD_CLASSES
from callforge_core.records import Payload
from callforge_core.spec import Operation, render_payload
from generators.defects import Defect, inject
from generators.edits import NotApplicable, split_pointer, value_at
from generators.enriched import enrich
from generators.samples import iter_samples
from validators.catalogue import Catalogue
from validators.diagnosis import Diagnosis, diagnose
from validators.payload import Validator

ROWS = 1000
NEVER = {"C1"}  # no two members of 1.1.0 exclude each other
IN_PLACE = "STCV"
COUNTED_ELSEWHERE = {"C2": "", "C3": "/sinkCredential"}
"""Classes that are told at a place beside the edit: what demands a member, not the member."""


class Gold(NamedTuple):
    """A right payload and the request it answers."""

    payload: Payload
    request: str


@pytest.fixture(scope="module")
def golds(operation: Operation, catalogue: Catalogue) -> list[Gold]:
    """Half of them as people ask (both mixes), half with what people seldom ask for."""
    found = []
    for mix, seed in (("full", 21), ("core", 22)):
        for sample in iter_samples(operation, catalogue, rows=ROWS // 4, seed=seed, mix=mix):
            assert sample.payload is not None
            found.append(Gold(sample.payload, sample.request))
    return found + [
        Gold(enrich(gold.payload, Random(number)), gold.request)
        for number, gold in enumerate(found)
    ]


def draw_defects(
    cls: str, golds: list[Gold], validator: Validator, rows: int
) -> Iterator[tuple[Gold, Defect, str]]:
    """Yield `rows` defects of a class, each with its seed; go round as often as it takes."""
    made = 0
    for turn in range(40):
        for number, gold in enumerate(golds):
            seed = f"{cls}/{turn}/{number}"
            defect = inject(cls, gold.payload, validator, Random(seed))
            if isinstance(defect, Defect):
                yield gold, defect, seed
                made += 1
                if made == rows:
                    return
    raise AssertionError(f"{cls} applies too seldom: {made} of {rows}")


def diagnose_gold(text: str, gold: Gold, validator: Validator) -> Diagnosis:
    return diagnose(text, validator, gold=gold.payload, request=gold.request)


@pytest.mark.parametrize("cls", [cls for cls in PAYLOAD_CLASSES if cls not in NEVER])
def test_a_thousand_faults_are_found_for_what_they_are(
    cls: str, golds: list[Gold], validator: Validator
) -> None:
    """L1 round trip, L3 minimality, L5 honesty and L6 determinism, on the same thousand."""
    details = set()
    for gold, defect, seed in draw_defects(cls, golds, validator, ROWS):
        assert defect.fault.cls == cls
        assert defect.text != render_payload(validator.operation, gold.payload), "L5"
        assert inject(cls, gold.payload, validator, Random(seed)) == defect, "L6"
        found = diagnose_gold(defect.text, gold, validator)
        assert {name for name, _ in found} == {cls}, (defect, sorted(found))
        assert len(found) == 1, (defect, sorted(found))
        assert is_told_at(defect, next(iter(found))[1]), (defect, sorted(found))
        if cls[0] in IN_PLACE:
            assert_one_unit(gold.payload, defect, validator)
        details.add(defect.fault.detail)
    assert details


def is_told_at(defect: Defect, pointer: str) -> bool:
    """Say whether the diagnosis names the place of the edit, or the member it belongs to."""
    place = defect.fault.pointer
    if place == pointer or pointer == COUNTED_ELSEWHERE.get(defect.fault.cls):
        return True
    whole = pointer in ("/devicePorts", "/applicationServerPorts")  # ports are one value
    demanding = defect.fault.cls == "C2"
    return (whole or demanding) and place.startswith(pointer + "/")


def assert_one_unit(gold: Payload, defect: Defect, validator: Validator) -> None:
    """L3: outside of the recorded place, and of where it was moved from, nothing differs."""
    fault = defect.fault
    faulty, right = json.loads(defect.text), json.loads(render_payload(validator.operation, gold))
    if fault.detail.startswith("body inside"):
        assert list(faulty.values()) == [right], defect
        return
    source = fault.pointer
    if fault.cls == "S7":
        source = f"/{fault.detail.partition(' ')[0]}"
    elif value_at(right, source) is None and isinstance(fault.before, dict):
        name = next(iter(fault.before))  # a member renamed: {old name: value}
        source = f"{source.rpartition('/')[0]}/{name}"
    rests = without(faulty, fault.pointer), without(right, source)
    assert json.dumps(rests[0]) == json.dumps(rests[1]), defect


def without(payload: Any, pointer: str) -> Any:
    """Return a copy without the member at `pointer`, and without what is empty then."""
    rest = copy.deepcopy(payload)
    parent, (*path, key) = value_at(rest, pointer.rpartition("/")[0]), split_pointer(pointer)
    if isinstance(parent, list):
        del parent[int(key)]
    elif isinstance(parent, dict):
        parent.pop(key, None)
        if not parent and path:
            return without(rest, pointer.rpartition("/")[0])
    return rest


@pytest.mark.parametrize("cls", sorted(NEVER))
def test_a_class_without_instance_never_applies(
    cls: str, golds: list[Gold], validator: Validator
) -> None:
    for gold in golds:
        assert isinstance(inject(cls, gold.payload, validator, Random(0)), NotApplicable)


def test_no_gold_has_a_fault(golds: list[Gold], validator: Validator) -> None:
    """L2 purity."""
    assert len(golds) == ROWS
    for gold in golds:
        text = render_payload(validator.operation, gold.payload)
        assert diagnose_gold(text, gold, validator) == frozenset(), gold
        assert validator.verdict_text(text).ok, gold


PAIRED = 12  # pairs of faults for each pair of classes
PAIRABLE = [cls for cls in PAYLOAD_CLASSES if cls[0] != "F" and cls not in NEVER]


def test_two_faults_apart_give_the_union_of_both(golds: list[Gold], validator: Validator) -> None:
    """L4 multi-label, on pairs of classes whose edits touch different top-level members."""
    pools = {cls: list(draw_defects(cls, golds, validator, ROWS // 2)) for cls in PAIRABLE}
    tried = 0
    for one, other in itertools.combinations(PAIRABLE, 2):
        by_gold = {id(gold.payload): defect for gold, defect, _ in pools[other]}
        made = 0
        for gold, left, _ in pools[one]:
            right = by_gold.get(id(gold.payload))
            joined = join(gold.payload, left, right, validator) if right else None
            if right is None or joined is None or made == PAIRED:
                continue
            alone = [diagnose_gold(each.text, gold, validator) for each in (left, right)]
            if {place for _, place in alone[0]} & {place for _, place in alone[1]}:
                continue  # a credential without sink, and no credential
            found = diagnose_gold(joined, gold, validator)
            assert found == alone[0] | alone[1], (left, right)
            made += 1
        tried += made
    assert tried > 3000


def join(gold: Payload, one: Defect, other: Defect, validator: Validator) -> str | None:
    """Return both edits of a gold in one text; None when they have to do with each other."""
    left, right = json.loads(one.text), json.loads(other.text)
    touched, more = changed(gold, left), changed(gold, right)
    if touched & more or "body inside" in one.fault.detail + other.fault.detail:
        return None
    gone = [name for name in gold if name not in left or name not in right]
    new = [name for name in {**left, **right} if name not in gold]
    if any(validator.world.means(name, member) for name in new for member in gone):
        return None  # an invention that could mean what is absent is a wrong name (S4)
    kept = {name: value for name, value in left.items() if name not in more}
    return json.dumps(kept | {name: value for name, value in right.items() if name in more})


def changed(one: Payload, other: Payload) -> set[str]:
    """Return the top-level members that differ, 3600 and 3600.0 as well."""
    return {
        name
        for name in {**one, **other}
        if name not in one or name not in other or json.dumps(one[name]) != json.dumps(other[name])
    }


def test_order_and_spelling_change_no_diagnosis(golds: list[Gold], validator: Validator) -> None:
    """L7 invariance: key order, white space and equivalent spellings."""
    for cls in PAIRABLE:
        for number, (gold, defect, seed) in enumerate(draw_defects(cls, golds, validator, 60)):
            rng = Random(seed)
            faulty = json.loads(defect.text)
            found = diagnose_gold(defect.text, gold, validator)
            text = json.dumps(shuffle(faulty, rng), indent=number % 3 or None)
            assert diagnose_gold(text, gold, validator) == found, defect
            spelled = {
                name: value if f"/{name}" in defect.fault.pointer else respell(value, rng)
                for name, value in faulty.items()
            }
            if "body inside" not in defect.fault.detail and cls != "V3":  # a swap has two places
                text = json.dumps(spelled)
                assert diagnose_gold(text, gold, validator) == found, (defect, text)


def test_a_gold_in_other_words_has_no_fault(golds: list[Gold], validator: Validator) -> None:
    """L7 on golds: spelled and ordered otherwise, and still the same call."""
    different = 0
    for number, gold in enumerate(golds):
        other = shuffle(respell(gold.payload, Random(number)), Random(number))
        different += other != gold.payload
        assert diagnose_gold(json.dumps(other), gold, validator) == frozenset(), (gold, other)
    assert different > ROWS // 2


def shuffle(value: Any, rng: Random) -> Any:
    """Return a value with the members of its objects in another order."""
    if isinstance(value, list):
        return [shuffle(item, rng) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    rng.shuffle(names)
    return {name: shuffle(value[name], rng) for name in names}


def respell(value: Any, rng: Random) -> Any:
    """Return a value in an equivalent spelling (taxonomy, section 5.4)."""
    if isinstance(value, dict) and value.keys() and value.keys() <= {"ports", "ranges"}:
        return respell_ports(value, rng)
    if isinstance(value, dict):
        return {
            name: respell_server(child, rng) if name == "applicationServer" else respell(child, rng)
            for name, child in value.items()
        }
    if isinstance(value, str) and value.startswith("https://"):
        host, slash, path = value.removeprefix("https://").partition("/")
        return f"https://{host.upper()}:443{slash}{path}"
    if isinstance(value, str) and value.startswith("2001:db8:"):
        return rng.choice((value.upper(), value.replace("2001:db8:", "2001:0db8:")))
    return value


def respell_server(server: Any, rng: Random) -> Any:
    """Return a server with its single addresses as networks of one."""
    if not isinstance(server, dict):
        return server
    spelled = {name: respell(value, rng) for name, value in server.items()}
    for name, width in (("ipv4Address", "/32"), ("ipv6Address", "/128")):
        if isinstance(spelled.get(name), str) and "/" not in spelled[name]:
            spelled[name] += width
    return spelled


def respell_ports(slot: dict[str, Any], rng: Random) -> dict[str, Any]:
    """Return ports as ranges of one, or said twice, and short ranges as ports."""
    ports, ranges = list(slot.get("ports", ())), list(slot.get("ranges", ()))
    if not all(isinstance(port, int) for port in ports) or not all(
        isinstance(span, dict) and {int} == {type(end) for end in span.values()} for span in ranges
    ):
        return slot
    spelled = ranges + [{"from": port, "to": port} for port in ports]
    rng.shuffle(spelled)
    return {"ranges": spelled, "ports": ports[:1]} if ports else {"ranges": spelled + ranges[:1]}
