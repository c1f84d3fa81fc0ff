"""Which subtypes does a discriminator tell apart? By its mapping, or by the names of schemas."""

from __future__ import annotations

from typing import Any, NamedTuple

from callforge_core.errors import SpecError
from callforge_core.spec_documents import Place, escape
from callforge_core.spec_references import Reading
from callforge_core.spec_schemas import ALTERNATIVES


class Subtypes(NamedTuple):
    """The member that tells, and the subtype that each of its values means."""

    name: str
    places: dict[str, Place]


def find_subtypes(target: Place, reading: Reading) -> Subtypes | None:
    """Return the subtypes of a schema with a discriminator; None when it tells nothing."""
    if target.node.get("discriminator") is None:
        return None
    if target.identity not in reading.subtypes:
        reading.subtypes[target.identity] = read_subtypes(target, reading)
    found: Subtypes | None = reading.subtypes[target.identity]
    return found


def read_subtypes(target: Place, reading: Reading) -> Subtypes | None:
    """Return the subtypes that a discriminator tells apart, noting what it cannot."""
    told = target.node["discriminator"]
    name = told.get("propertyName") if isinstance(told, dict) else None
    if not isinstance(name, str):
        reading.notes.lost(
            target, "discriminator", "the discriminator names no propertyName", "discriminator"
        )
        return None
    chosen = mapped(target, told.get("mapping"), reading)
    known = {place.identity for place in chosen.values()}
    for value, place in named(target, reading).items():
        if place.identity not in known:
            chosen.setdefault(value, place)
    if not chosen and not any(key in target.node for key in ALTERNATIVES):
        chosen = heirs(target)
        if chosen:
            sentence = f"no mapping: {name} is read as one of {', '.join(chosen)}, by their allOf"
            reading.notes.hint(target, "discriminator", sentence, "discriminator")
    if not chosen:
        sentence = f"the discriminator {name} has neither mapping nor named subtypes: ignored"
        reading.notes.changed(target, "discriminator", sentence, "discriminator")
        return None
    return Subtypes(name, chosen)


def mapped(target: Place, mapping: Any, reading: Reading) -> dict[str, Place]:
    """Return value -> subtype as the mapping has it; what leads nowhere is an error, or noted."""
    found: dict[str, Place] = {}
    for value, ref in (mapping if isinstance(mapping, dict) else {}).items():
        try:
            if not isinstance(ref, str):
                raise SpecError(f"{value} is mapped to {ref!r:.40}, which is no reference")
            # a mapping may name a schema instead of pointing to it
            whole = ref if "/" in ref or "#" in ref else f"#/components/schemas/{escape(ref)}"
            found[value] = reading.target(target.document.resolve(whole, target.pointer))
        except SpecError as exc:
            if not reading.lenient:
                raise
            sentence = f"{exc}: this subtype is left out"
            reading.notes.lost(target, "discriminator", sentence, "discriminator", "mapping", value)
    return found


def named(target: Place, reading: Reading) -> dict[str, Place]:
    """Return schema name -> subtype for the alternatives that are references."""
    found: dict[str, Place] = {}
    for key in ALTERNATIVES:
        written = target.node.get(key)
        for part in target.child(key).members() if isinstance(written, list) else ():
            if part.reference is not None:
                found[part.reference.rpartition("/")[2]] = reading.target(part)
            elif isinstance(part.node, dict):
                sentence = "an alternative without a name: its discriminator can select it never"
                reading.notes.changed(part, "discriminator", sentence)
    return found


def heirs(target: Place) -> dict[str, Place]:
    """Return schema name -> schema for those that extend `target` by allOf, and it itself."""
    root = target.document.root
    components = root.get("components") if isinstance(root, dict) else None
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if not isinstance(schemas, dict):
        return {}
    found: dict[str, Place] = {}
    for name in schemas:
        place = target.document.place(f"/components/schemas/{escape(name)}")
        if extends(place, target):
            found[name] = place
    return found if len(found) > 1 else {}


def extends(place: Place, base: Place, seen: tuple[Any, ...] = ()) -> bool:
    """Say whether a schema is another, or has it in its allOf at any depth."""
    if place.identity == base.identity:
        return True
    if not isinstance(place.node, dict) or place.identity in seen:
        return False
    written = place.node.get("allOf")
    parts = list(place.child("allOf").members()) if isinstance(written, list) else []
    try:
        wholes = [part.follow() for part in parts if part.reference is not None]
    except SpecError:
        return False  # told where it is used
    return any(extends(whole, base, (*seen, place.identity)) for whole in wholes)
