"""Whose is a fact of a request, the device's or the server's? And is it meant at all?

The words before a fact tell, sometimes those behind it: "use 192.0.2.1 as the device". Only what a
finding is called, and where it points, depends on this; never whether there is one.
"""

from __future__ import annotations

import re

from validators.facts import Fact
from validators.slots import Slot

NOT_MEANT = re.compile(
    r"(?:\bnot|\bno longer|instead of|rather than|\bold|previous(?:ly)?|former(?:ly)?|\bwas|\bwere"
    r"|used to be|call me|contact|reach me|reply|gateway|dns|\bsee|docs?|wiki|except|without"
    r"|but for|version|blocked|closed|don't|do not|never)\b\W{0,3}(?:\w{1,12}\W{1,2}){0,3}$"
)
DEVICE = re.compile(
    r"device|client|\bue\b|phone|handset|terminal|subscriber|mobile|tablet|camera|headset|robot"
    r"|laptop|drone|sensor|modem|source|\blocal|sport|\buser|\bsim\b|\bmember|\bcaller|equipment|\bprivate|\bpublic|\binside|\bbehind"
)
TOLD_AFTER = re.compile(r"[\s)\]:\d]{0,8}\b(?:as|is) (?:the |our |my )?([a-z ]{3,24})")
SERVER = re.compile(
    r"server|host|backend|endpoint|dst|dest|target|remote|far end|traffic|connect|talk|\bsrv|subnet"
    r"|network|application|service|\bdport|machine|platform|dual"
)
AROUND = 60  # characters before a fact that say whose it is


def is_meant(low: str, fact: Fact) -> bool:
    """Say whether a fact stands in no words that rule it out: not, instead of, call me."""
    return NOT_MEANT.search(low, max(0, fact.start - AROUND), fact.start) is None


def side_said(low: str, fact: Fact) -> str:
    """Say whose a fact is by the words around it: device or server."""
    after = TOLD_AFTER.match(low, fact.end)
    if after and (DEVICE.search(after[1]) or SERVER.search(after[1])):
        return "device" if DEVICE.search(after[1]) else "server"
    before = low[max(0, fact.start - AROUND) : fact.start]
    device = max((match.start() for match in DEVICE.finditer(before)), default=-1)
    server = max((match.start() for match in SERVER.finditer(before)), default=-1)
    return "device" if device > server else "server"


def side_of(slot: Slot) -> str:
    """Say whose a slot is by its name."""
    return "device" if "device" in slot.path[0].lower() else "server"
