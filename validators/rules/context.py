"""What can be told of a body only with the token or the time? Rules R9 and R4e.

Neither travels in the body, and no clock is read here: the caller says both, or nothing is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from callforge_core.errors import DataError
from callforge_core.records import Issue, Payload
from callforge_core.spec import Operation
from validators.formats import is_date_time
from validators.rules.pack import finding, is_integer, member
from validators.rules.packs import TokenRule, pack_of

Token = Literal["two-legged", "three-legged"]
EXPIRY = ("sinkCredential", "accessTokenExpiresUtc")


def context_issues(
    operation: Operation,
    payload: object,
    *,
    token: Token | None = None,
    now: datetime | None = None,
) -> Iterator[Issue]:
    """Yield what is wrong with a body under a kind of access token, and at an instant.

    Raises DataError when `now` has no zone.
    """
    if now is not None and now.utcoffset() is None:
        raise DataError("'now' has no zone, so no token can be compared with it; give one with UTC")
    pack = pack_of(operation)
    if pack is None or not isinstance(payload, dict):
        return
    rule = pack.tokens.get(operation.operation_id)
    if token is not None and rule is not None:
        yield from device_issues(payload, token, rule)
    if now is not None and pack.outlives:
        yield from expiry_issues(payload, now)


def device_issues(payload: Payload, token: Token, rule: TokenRule) -> Iterator[Issue]:
    """Yield a device that the token makes superfluous, or that it leaves missing (R9)."""
    place = ("device",)
    if token == "two-legged" and rule.two_legged == "required" and "device" not in payload:  # noqa: S105
        message = "a two-legged token stands for nobody, so the body has to name the device"
        yield finding("R9", "D4", "device_missing", place, message, "normative")
    if token == "three-legged" and "device" in payload:  # noqa: S105
        if rule.three_legged == "forbidden":
            message = "a three-legged token stands for a device, so the body must not name one"
            yield finding("R9", "D4", "device_unneeded", place, message, "normative")
        else:
            message = "a three-legged token stands for a device; better leave it out of the body"
            yield finding("R9", "D4", "device_unneeded", place, message, "described", "warn")


def expiry_issues(payload: Payload, now: datetime) -> Iterator[Issue]:
    """Yield a token that dies before what it reports on ends (R4e)."""
    text = member(payload, *EXPIRY)
    seconds: Any = payload.get("duration", 0)
    if not is_date_time(text) or not is_integer(seconds):
        return
    left = (read_instant(text) - now).total_seconds()
    if left <= seconds:
        when = "is dead already" if left <= 0 else f"dies {seconds - left:.0f} s before the end"
        message = f"the access token {when}; after that no report reaches the sink"
        yield finding("R4e", "", "token_outlived", EXPIRY, message, "described", "warn")


def read_instant(text: str) -> datetime:
    """Return the instant of an RFC 3339 text; a leap second counts as the one before it."""
    plain = text.upper()
    return datetime.fromisoformat(plain[:17] + plain[17:19].replace("60", "59") + plain[19:])
