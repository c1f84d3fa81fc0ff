"""Is a row what it claims to be? Calls valid and said, questions about what is not said."""

from __future__ import annotations

from collections.abc import Iterator

from callforge_core.jsonl import render_json
from callforge_core.records import Issue
from generators.family_rows import Desk, Row
from validators.decision_faults import MORE_SECONDS
from validators.decisions import iter_row_issues
from validators.path_values import iter_path_issues
from validators.payload import Validator
from validators.request_text import Request

UNCLEAR = "unclear"


def find_fault(row: Row, desk: Desk) -> str:
    """Return why a row may not be written: a fault class, or what a question need not ask."""
    validator = desk.validators[row.operation]
    for issue in iter_issues(row, validator):
        if issue.severity == "error" or issue.layer == "grounding":
            return issue.cls or issue.code
    if row.decision == "clarify" and says_missing(row, validator):
        return UNCLEAR
    if row.decision == "call" and misses_token(row):
        return "V5"
    return ""


def iter_issues(row: Row, validator: Validator) -> Iterator[Issue]:
    """Yield what the validators find wrong with a row."""
    operation = validator.operation
    if row.decision == "call":
        if operation.media_type is not None:
            yield from validator.verdict(row.payload, row.request).issues
        yield from iter_path_issues(row.path, operation, row.request)
        return
    said = {"clarify": list(row.missing)} if row.decision == "clarify" else {"refuse": row.reason}
    yield from iter_row_issues(
        decision=row.decision,
        request=row.request,
        answer=render_json(said),
        operation=operation,
    )
    if row.decision == "clarify" and operation.media_type is not None:
        # what is known is said, and nothing else is said that a member could hold
        rest = row.request
        for words in row.unusable:
            rest = rest.replace(words, "?")
        yield from validator.grounder.find_issues(row.about["known"], rest, ())


def says_missing(row: Row, validator: Validator) -> bool:
    """Say whether a request gives after all what its question asks for: a length, a profile."""
    request = Request(row.request)
    if {"duration", MORE_SECONDS} & set(row.missing) and request.lengths:
        return True
    if "qosProfile" in row.missing:
        hint = validator.grounder.reader.profiles.hint(request.low)
        return bool(hint.named or hint.meant or hint.touched)
    return False


def misses_token(row: Row) -> bool:
    """Say whether a request does not give an access token of its call: any text could be one."""
    credential = (row.payload or {}).get("sinkCredential")
    token = credential.get("accessToken") if isinstance(credential, dict) else None
    return isinstance(token, str) and token not in row.request
