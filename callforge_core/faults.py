"""The closed list of named faults: the words of error tables, preference rows and noise studies.

A fault class is what is wrong, its layer the first check that must see it. The tier (1: invalid
whatever was asked, 2: acceptable to the API but not what was asked) belongs to a record; the one
here is the usual one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from callforge_core.errors import UnknownName
from callforge_core.records import Basis, Layer
from callforge_core.registry import unknown

LengthEffect = Literal["shorter", "longer", "neutral"]

# id | name | layer | usual tier | what it does to the length of the answer | basis | description
TABLE = """
F1 | truncated | parse | 1 | shorter | schema | the text ends before the object does
F2 | wrapper-text | parse | 1 | longer | schema | words or a code fence around the object
F3 | not-quite-json | parse | 1 | neutral | schema | almost JSON: quotes, commas, comments, NaN
F4 | duplicate-key | parse | 1 | longer | project | one object says a key twice
S1 | missing-required | schema | 1 | shorter | schema | a required member is absent
S2 | invented-top-field | closed | 1 | longer | project | an unknown member at the top
S3 | invented-nested-field | closed | 1 | longer | project | an unknown member further down
S4 | misnamed-key | closed | 1 | neutral | project | a known member under a wrong name
S5 | other-release-key | closed | 1 | neutral | project | a member of another release or of answers
S6 | flattened | schema | 1 | shorter | schema | a plain value where an object belongs
S7 | wrong-parent | closed | 1 | longer | project | a known member under the wrong parent
S8 | empty-container | schema | 1 | shorter | schema | an object that must not be empty is
S9 | collection-shape | schema | 1 | neutral | schema | no list where one belongs, or an empty one
T1 | wrong-type | schema | 1 | neutral | schema | a value of another type
T2 | number-form | schema | 1 | neutral | schema | an integer with fraction or exponent
T3 | null-for-absent | schema | 1 | neutral | schema | null where the member should be left out
T4 | string-form | schema | 1 | neutral | schema | text that breaks its pattern or format
T5 | out-of-range | schema | 1 | neutral | schema | a number beyond its limits
T6 | not-in-enum | schema | 1 | neutral | schema | a word that is not one of the allowed
C1 | mutually-exclusive | schema | 1 | longer | schema | two members that exclude each other
C2 | conditional-requirement | schema | 1 | shorter | schema | what one member demands is absent
C3 | cross-field | rules | 1 | neutral | described | two members that contradict each other
V1 | copy-error | gold | 2 | neutral | project | a value of the request, copied wrongly
V2 | unit-error | gold | 2 | neutral | project | minutes, hours or milliseconds for seconds
V3 | slot-swap | gold | 2 | neutral | project | a right value in another slot
V4 | wrong-profile | gold | 2 | neutral | normative | an unknown profile, or not the one asked for
V5 | fabricated | grounding | 2 | neutral | project | a value the request does not give
V6 | dropped-slot | gold | 2 | shorter | project | something asked for is left out
V7 | unrequested-slot | grounding | 2 | longer | project | something nobody asked for
V8 | wider-or-narrower | gold | 2 | neutral | project | a network or range of another extent
D1 | wrong-operation | gold | 2 | neutral | project | another operation than the one asked for
D2 | should-have-asked | gold | 2 | neutral | project | acts where it should ask, or asks in vain
D3 | should-have-refused | gold | 2 | neutral | project | does what it cannot, refuses what it can
D4 | token-context | rules | 1 | neutral | normative | device sent or left out against the token
D5 | state | rules | 1 | neutral | normative | not possible in the state of the session
D6 | forbidden | rules | 1 | neutral | normative | ruled out by the prose or by the catalogue
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultClass:
    """One kind of thing that can be wrong with an answer."""

    id: str
    name: str
    layer: Layer
    tier: Literal[1, 2]
    length_effect: LengthEffect
    """What the fault usually does to the length of the answer (preference sets balance it)."""
    basis: Basis
    description: str


def read_table(table: str) -> dict[str, FaultClass]:
    """Return id -> class, in the order of the table."""
    classes = {}
    for line in table.strip().splitlines():
        id_, name, layer, tier, effect, basis, description = line.split(" | ")
        classes[id_] = FaultClass(
            id=id_,
            name=name,
            layer=cast(Layer, layer),
            tier=1 if tier == "1" else 2,
            length_effect=cast(LengthEffect, effect),
            basis=cast(Basis, basis),
            description=description,
        )
    return classes


FAULTS = read_table(TABLE)
PAYLOAD_CLASSES = tuple(name for name in FAULTS if name[0] != "D")


def fault_class(name: str) -> FaultClass:
    """Return a fault class by its id; raise UnknownName with the full list."""
    if name not in FAULTS:
        raise UnknownName(unknown("fault class", name, FAULTS))
    return FAULTS[name]
