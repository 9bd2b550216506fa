"""What a model costs: the operator's table first, then OpenAI's list prices (USD per million tokens, November 2025)."""

import re
from decimal import Decimal

from django.conf import settings

from alumusic.environment import Price

from .usage import Usage

MILLION = 1_000_000
DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$")


def _price(input: str, cached: str | None, output: str) -> Price:  # noqa: A002
    return Price(input=Decimal(input), cached=Decimal(cached) if cached else None, output=Decimal(output))


KNOWN = {
    "gpt-4o-mini": _price("0.15", "0.075", "0.60"),
    "gpt-4o": _price("2.50", "1.25", "10"),
    "gpt-4o-2024-05-13": _price("5", None, "15"),
    "gpt-4.1": _price("2", "0.50", "8"),
    "gpt-4.1-mini": _price("0.40", "0.10", "1.60"),
    "gpt-4.1-nano": _price("0.10", "0.025", "0.40"),
    "gpt-5": _price("1.25", "0.125", "10"),
    "gpt-5-mini": _price("0.25", "0.025", "2"),
    "gpt-5-nano": _price("0.05", "0.005", "0.40"),
    "gpt-5.1": _price("1.25", "0.125", "10"),
    "o3": _price("2", "0.50", "8"),
    "o3-mini": _price("1.10", "0.55", "4.40"),
    "o4-mini": _price("1.10", "0.275", "4.40"),
}


def price_of(model: str) -> Price | None:
    """The price of the model, or of its family where its name ends in a date; None where neither is known."""
    prices = KNOWN | settings.LLM_PRICES
    return prices.get(model) or prices.get(DATED.sub("", model))


def cost(model: str, usage: Usage) -> Decimal | None:
    """USD for these tokens; None where no price is known."""
    price = price_of(model)
    if price is None:
        return None
    cached = min(usage.cached, usage.prompt)
    at_cached = price.input if price.cached is None else price.cached
    return (price.input * (usage.prompt - cached) + at_cached * cached + price.output * usage.completion) / MILLION
