"""What did it cost? Tokens as the server counts them, and money where a price is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from pydantic import Field

from callforge_core.config import StrictModel, build_model, load_model
from generators.llm.asks import Endpoint, Reply

MILLION = 1_000_000


class Price(StrictModel):
    """For a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class PriceList(StrictModel):
    """What a server charges."""

    date: str
    """When the prices were read."""
    server: str = ""
    """The host they hold for; empty: whatever server is asked."""
    currency: str = "USD"
    models: dict[str, Price]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What the answers took: those of this run, and the stored ones they stand beside."""

    asked: int
    stored: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    stored_tokens: int
    """Both kinds, of stored answers: paid by an earlier run."""
    cost: float | None
    """Of this run; None where no price is known."""
    currency: str = ""
    priced: str = ""
    """The date of the price list."""


def load_prices(path: Path | None) -> PriceList:
    """Read a price list, the bundled one by default; ConfigError names what is wrong in it."""
    if path is not None:
        return load_model(PriceList, path)
    text = (resources.files("generators") / "llm" / "prices.yaml").read_text(encoding="utf-8")
    return build_model(PriceList, yaml.safe_load(text), "prices.yaml")


def price_of(endpoint: Endpoint, prices: PriceList) -> Price | None:
    """Return the price of the endpoint's model, None when the list does not know it."""
    if prices.server and urlsplit(endpoint.base_url).hostname != prices.server:
        return None
    return prices.models.get(endpoint.model)


def add_up(replies: Iterable[Reply], endpoint: Endpoint, prices: PriceList) -> Bill:
    """Return what the replies took; only answers of this run are charged."""
    asked = stored = failed = prompt = completion = stored_tokens = 0
    for reply in replies:
        if reply.error:
            failed += 1
        elif reply.is_stored:
            stored += 1
            stored_tokens += reply.prompt_tokens + reply.completion_tokens
        else:
            asked += 1
            prompt += reply.prompt_tokens
            completion += reply.completion_tokens
    price = price_of(endpoint, prices)
    cost = None
    if price is not None:
        cost = (prompt * price.input + completion * price.output) / MILLION
    return Bill(
        asked=asked,
        stored=stored,
        failed=failed,
        prompt_tokens=prompt,
        completion_tokens=completion,
        stored_tokens=stored_tokens,
        cost=cost,
        currency=prices.currency,
        priced=prices.date,
    )


def word_bill(bill: Bill) -> str:
    """Return one line for a person."""
    line = f"tokens: {bill.prompt_tokens:,} in, {bill.completion_tokens:,} out"
    if bill.stored:
        line += f" (and {bill.stored_tokens:,} of stored answers, not asked again)"
    if bill.cost is None:
        return f"{line}; cost unknown: no price for this model (--prices FILE)"
    return f"{line}; cost {bill.cost:.4f} {bill.currency} at prices of {bill.priced}"
