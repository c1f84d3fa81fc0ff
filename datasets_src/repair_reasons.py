"""Why is a fault left when no repair had anything to say? One sentence a class."""

from __future__ import annotations

from callforge_core.records import Issue
from datasets_src.repair_request import Stated

REASONS = {
    "F1": "the text ends early, and what is missing is not in the row",
    "F2": "no single object can be told from the words around it",
    "F3": "the text has no one reading as JSON",
    "F4": "the key is said with different values; which one counts is not in the row",
    "S1": "the value is required; nothing in the row gives it",
    "S2": "the operation declares no such member",
    "S3": "the operation declares no such member",
    "S4": "what it stands for is taken or not clear",
    "S5": "this release has no single member for it",
    "S6": "no single member of the object takes the value",
    "S7": "it belongs to several places, or its place is taken",
    "S8": "something has to stand here; nothing in the row gives it",
    "S9": "the value has no one reading as a list",
    "T1": "the value has no one reading as the type that belongs here",
    "T2": "the number is no whole one",
    "T3": "the member is required, and its value is not in the row",
    "T4": "no other spelling of the value has the form that is needed",
    "T5": "the right number is not in the row",
    "T6": "no allowed word is spelled like it",
    "C1": "which of the members that exclude each other is meant is not in the row",
    "C2": "what the other members demand is not in the row",
    "C3": "which of the values is wrong is not in the row",
    "V1": "whether the request or the payload is wrong is for a person to say",
    "V2": "the request does not state one length of time",
    "V4": "which profile is meant is not in the row",
    "V5": "the request does not give the value",
    "V6": "the request states it, but where it belongs is not certain",
    "V7": "the request does not ask for it; whether it may go is for a person to say",
    "V8": "the request states another extent; which one is meant is for a person to say",
    "D6": "a valid value is not in the row",
}
CODES = {
    "schema.any_of": "needs publicPort or privateAddress",
}


def reason_for(issue: Issue, stated: Stated) -> str:
    """Return the sentence for a fault, and whether there was a request to look at."""
    reason = CODES.get(issue.code) if issue.path.endswith("ipv4Address") else None
    reason = reason or REASONS.get(issue.cls, "it cannot be mended without guessing")
    if issue.cls in ("S1", "C2", "T5", "T3") and not stated.known:
        return f"{reason}; the row has no request to look at"
    return f"{reason}; not in the request" if issue.code in CODES else reason
