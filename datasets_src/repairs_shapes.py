"""Repairs of shape, S6 and S9: plain values for objects or lists, wrapped ones, ports as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from callforge_core.spec import declared
from datasets_src.repair_edits import replaced, schema_at
from datasets_src.repairing import Case, Fix, Refusal, choose, repairs
from validators.places import value_at

SPAN = re.compile(r"\s*([0-9]{1,5})\s*(?:-|–|to|\.\.|:)\s*([0-9]{1,5})\s*")
NUMBER = re.compile(r"\s*[0-9]{1,5}\s*")


@repairs("S9", "S6", "S7", "T1")
def mend_port_lists(case: Case) -> Fix | Refusal | None:
    """Ports said as a number, a list, or as 5010-5020 take the form ports or ranges."""
    slot = next((n for n, key in enumerate(case.place) if str(key).endswith("Ports")), None)
    if slot is None:
        return None
    place = case.place[: slot + 1]
    holder = value_at(case.tree, place)
    read = read_ports(holder)
    if read is None or read == holder:
        return None
    after = replaced(case.tree, place, read)
    fix = case.fix(after, "form of a list", "the same ports, as ports and ranges", place=place)
    return choose(case, [fix], "the ports have one reading")


@repairs("S9", "S6", "T1")
def take_the_only_item(case: Case) -> Fix | Refusal | None:
    """One value in a list or object of its own is that value, where it is valid as such."""
    value = case.value
    if isinstance(value, list | dict) and len(value) == 1:
        (inner,) = value.values() if isinstance(value, dict) else value
        fix = case.fix(
            replaced(case.tree, case.place, inner), "without its wrapper", "one value, wrapped"
        )
        return choose(case, [fix], "one value stands inside")
    return None


@repairs("S9")
def put_into_list(case: Case) -> Fix | Refusal | None:
    """One value where a list belongs is a list of one."""
    if isinstance(case.value, list) or case.value is None:
        return None
    after = replaced(case.tree, case.place, [case.value])
    fix = case.fix(after, "list of one", "one value where a list belongs")
    return choose(case, [fix], "it could be a list of one")


@repairs("S6")
def put_into_object(case: Case) -> Fix | Refusal | None:
    """A plain value where an object belongs goes to the only member that takes it."""
    if isinstance(case.value, dict | list) or case.value is None:
        return None
    fixes = []
    schema = schema_at(case.bench.operation, case.tree, case.place)
    for name in declared(schema, {}):
        after = replaced(case.tree, case.place, {name: case.value})
        why = f"of its members, only {name} takes such a value"
        there, now = (*case.place, name), {name: case.value}
        fixes.append(case.fix(after, "the only member that fits", why, place=there, value=now))
    return choose(case, fixes, "one of its members takes the value")


def read_ports(value: Any) -> Any:
    """Return ports in whatever form as ports and ranges; None when they cannot be read."""
    if isinstance(value, dict):
        if value.keys() == {"from", "to"}:
            return {"ranges": [value]}
        if not value or value.keys() - {"ports", "ranges"}:
            return None
        parts = [list(as_list(child)) for child in value.values()]
        if not all(parts):
            return None
        items = [item for part in parts for item in part]
    else:
        items = list(as_list(value))
    ranges: list[Any] = []
    ports: list[Any] = []
    for item in items:
        span = read_span(item)
        if span is None:
            return None
        (ports if isinstance(span, int) else ranges).append(span)
    spec = {name: found for name, found in (("ranges", ranges), ("ports", ports)) if found}
    if isinstance(value, dict):
        spec = {name: spec[name] for name in (*value, *spec) if name in spec}
    return spec or None


def as_list(value: Any) -> Iterator[Any]:
    """Yield the items of a list, the parts of a text with commas, or the one value."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, str):
        yield from value.split(",")
    elif value is not None:
        yield value


def read_span(item: Any) -> Any:
    """Return a port as a number, a range as from and to; None for anything else."""
    if isinstance(item, bool):
        return None
    if isinstance(item, int) or (isinstance(item, dict) and item.keys() == {"from", "to"}):
        return item
    if not isinstance(item, str):
        return None
    if match := SPAN.fullmatch(item):
        return {"from": int(match[1]), "to": int(match[2])}
    return int(item) if NUMBER.fullmatch(item) else None
