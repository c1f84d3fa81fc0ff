"""What must hold for a sink and its credential beyond their schema?

The published schema knows the base of a credential only: what its subtypes demand is said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from callforge_core.records import Basis, Issue, Payload
from validators.formats import is_date_time, is_uri
from validators.places import quote
from validators.rules.pack import finding, member, rule

TOKEN_MEMBERS = ("accessToken", "accessTokenExpiresUtc", "accessTokenType")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
LONGEST = {"accessToken": 4096, "accessTokenExpiresUtc": 64, "clientId": 128, "tokenUri": 2048}
"""Letters that a member of a credential may have, from 1.2.0-rc on."""


@rule("R3")
def a_credential_needs_a_sink(payload: Payload) -> Iterator[Issue]:
    """A credential for the sink makes sense only beside a sink."""
    if isinstance(payload.get("sinkCredential"), dict) and "sink" not in payload:
        message = "sinkCredential is given, but no sink to use it for"
        yield finding(
            "R3", "C3", "credential_without_sink", ("sinkCredential",), message, "project"
        )


@rule("R4")
def a_credential_is_a_whole_access_token(payload: Payload) -> Iterator[Issue]:
    """R4a to R4d: the credential is an ACCESSTOKEN with its three members, each in its form."""
    kind = member(payload, "sinkCredential", "credentialType")
    if kind in ("PLAIN", "REFRESHTOKEN"):
        message = f"credentialType {kind} must not be used in this release; use ACCESSTOKEN"
        place = ("sinkCredential", "credentialType")
        yield finding("R4a", "D6", "credential_type", place, message, "normative")
    yield from token_issues(payload)


def token_issues(payload: Payload) -> Iterator[Issue]:
    """R4b to R4d: an access token has its three members, each in its form."""
    credential = payload.get("sinkCredential")
    if not isinstance(credential, dict) or credential.get("credentialType") != "ACCESSTOKEN":
        return
    missing = [name for name in TOKEN_MEMBERS if name not in credential]
    if missing:
        message = f"an ACCESSTOKEN credential needs {', '.join(missing)}"
        yield finding("R4b", "C2", "token_members", ("sinkCredential",), message, "normative")
    for name in TOKEN_MEMBERS:
        if name in credential:
            yield from token_member_issues(name, credential[name])


def token_member_issues(name: str, value: Any) -> Iterator[Issue]:
    """Yield what is wrong with one member of an access token; the token is never quoted."""
    place = ("sinkCredential", name)
    if not isinstance(value, str):
        cls, what = ("T3", "null") if value is None else ("T1", f"a {type(value).__name__}")
        yield finding(
            "R4b", cls, "token_text", place, f"{name} is {what}, expected text", "normative"
        )
    elif name == "accessTokenType" and value != "bearer":
        message = f"accessTokenType is {quote(value)}; only bearer, in small letters, is allowed"
        yield finding("R4c", "T6", "token_type", place, message, "normative")
    elif name == "accessTokenExpiresUtc" and not is_date_time(value):
        message = f"{quote(value)} is no RFC 3339 time with its zone, such as 2026-03-02T09:00:00Z"
        yield finding("R4d", "T4", "token_expiry", place, message, "normative")


@rule("R4 two kinds")
def a_credential_is_a_token_or_a_signed_assertion(payload: Payload) -> Iterator[Issue]:
    """R4b to R4d, and what a PRIVATE_KEY_JWT may say (R4f); the schema limits the kinds."""
    yield from token_issues(payload)
    credential = payload.get("sinkCredential")
    if not isinstance(credential, dict):
        return
    place: tuple[str, ...] = ("sinkCredential",)
    for name, most in LONGEST.items():
        text = credential.get(name)
        if isinstance(text, str) and len(text) > most:
            message = f"{name} has {len(text)} letters, {most} are allowed"
            yield finding("R4f", "T4", "credential_length", (*place, name), message, "schema")
    if credential.get("credentialType") == "PRIVATE_KEY_JWT":
        for name in ("clientId", "tokenUri"):
            if name in credential:
                yield from assertion_member_issues(name, credential[name])


def assertion_member_issues(name: str, value: Any) -> Iterator[Issue]:
    """Yield what is wrong with one member of a PRIVATE_KEY_JWT credential."""
    place = ("sinkCredential", name)
    if not isinstance(value, str):
        cls, what = ("T3", "null") if value is None else ("T1", f"a {type(value).__name__}")
        yield finding("R4f", cls, "jwt_text", place, f"{name} is {what}, expected text", "schema")
    elif name == "tokenUri" and not is_uri(value, ("https",)):
        message = f"{quote(value)} is no https address with a host"
        yield finding("R4f", "T4", "token_uri", place, message, "schema")


@rule("R16")
def a_sink_is_an_https_address(payload: Payload) -> Iterator[Issue]:
    """The sink is a URI of scheme https with a host."""
    yield from sink_issues(payload, "https address", ("https",))


@rule("R16 web")
def a_sink_is_a_web_address(payload: Payload) -> Iterator[Issue]:
    """The sink is a URI of scheme http or https with a host: 0.11.1 reports by HTTP."""
    yield from sink_issues(payload, "http or https address", ("http", "https"))


@rule("R16 any scheme")
def a_sink_is_an_address(payload: Payload) -> Iterator[Issue]:
    """The sink is a URI with a host: 1.0.0 leaves the protocol open."""
    yield from sink_issues(payload, "address", ())


def sink_issues(payload: Payload, what: str, schemes: tuple[str, ...]) -> Iterator[Issue]:
    """Yield a sink that is no URI with a host, or none of the schemes; no schemes, any will do."""
    sink = payload.get("sink")
    if not isinstance(sink, str) or is_uri(sink, schemes):
        return
    # the format asks for a URI; that it has a host, and which scheme, is said in prose before 1.1.0
    in_prose = schemes != ("https",) and URI.fullmatch(sink) is not None
    message = f"{quote(sink)} is no {what} with a host"
    basis: Basis = "described" if in_prose else "schema"
    yield finding("R16", "T4", "sink_uri", ("sink",), message, basis)
