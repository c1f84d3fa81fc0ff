"""What are notifications sent with? A token that is at hand, or an assertion that fetches one."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from generators.limits import ASSERTION, TOKEN, Limits
from generators.numbers import draw_client, draw_expiry, draw_sink, draw_token

FACTS = "sinkCredential"


@dataclass(frozen=True, slots=True)
class Credential:
    """The access token of a sink: what notifications are sent with, and until when."""

    token: str
    expires: str
    """RFC 3339, in UTC."""

    @property
    def facts(self) -> dict[str, str]:
        """Return payload slot -> its only wording."""
        return {
            f"{FACTS}.accessToken": self.token,
            f"{FACTS}.accessTokenExpiresUtc": self.expires,
        }

    def build(self) -> dict[str, Any]:
        """Return the object of the request body."""
        return {
            "credentialType": TOKEN,
            "accessToken": self.token,
            "accessTokenExpiresUtc": self.expires,
            "accessTokenType": "bearer",
        }


@dataclass(frozen=True, slots=True)
class Assertion:
    """The other credential of a sink: as whom tokens are asked for, and where."""

    client: str
    token_uri: str

    @property
    def facts(self) -> dict[str, str]:
        """Return payload slot -> its only wording."""
        return {f"{FACTS}.clientId": self.client, f"{FACTS}.tokenUri": self.token_uri}

    def build(self) -> dict[str, Any]:
        """Return the object of the request body."""
        return {
            "credentialType": ASSERTION,
            "clientId": self.client,
            "tokenUri": self.token_uri,
        }


def draw_token_credential(rng: Random, fold: int) -> Credential:
    """Return an access token and when it ends."""
    return Credential(draw_token(rng, fold), draw_expiry(rng))


def draw_credential(
    rng: Random, fold: int, level: str, limits: Limits
) -> Credential | Assertion | None:
    """Return what notifications are sent with: mostly nothing, never what a release lacks."""
    if level == "assertion" and limits.has_assertion:
        return Assertion(draw_client(rng, fold), draw_sink(rng, fold, token=True))
    if level == "credential" and limits.has_credential:
        return draw_token_credential(rng, fold)
    return None


def credential_of(spec: Any) -> Credential | Assertion | None:
    """Return the credential that an object of a request body is; None for none or another."""
    if not isinstance(spec, dict):
        return None
    if spec.get("credentialType") == ASSERTION:
        return Assertion(str(spec.get("clientId")), str(spec.get("tokenUri")))
    if "accessToken" not in spec:
        return None
    return Credential(str(spec["accessToken"]), str(spec.get("accessTokenExpiresUtc")))
