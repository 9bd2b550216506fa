from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from alumusic import environment
from alumusic.environment import Price
from alumusic.llm import Usage, prices

USAGE = Usage(prompt=1_000, completion=200, cached=200)  # 800 at the full price, 200 at the cached one, 200 written


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("gpt-4o-mini", "0.000255"),
        ("gpt-4o-mini-2024-07-18", "0.000255"),
        ("gpt-4o", "0.00425"),
        ("gpt-4o-2024-05-13", "0.008"),
        ("gpt-4.1", "0.0033"),
        ("gpt-5-nano-2025-08-07", "0.000121"),
    ],
)
def test_a_call_costs_what_the_list_says_of_its_model_or_family(model: str, usd: str) -> None:
    assert prices.cost(model, USAGE) == Decimal(usd)


@pytest.mark.parametrize("model", ["llama3", "gpt-4o-turbo", "gpt-4o-mini-tuned", ""])
def test_a_model_that_is_not_on_the_list_has_no_price(model: str) -> None:
    assert prices.cost(model, USAGE) is None


def test_the_operators_prices_go_before_the_list(settings: Any) -> None:
    settings.LLM_PRICES = {
        "gpt-4o-mini": Price(input=Decimal(1), output=Decimal(2)),
        "llama3": Price(input=Decimal(0), output=Decimal(0)),
    }

    costs = [prices.cost(model, USAGE) for model in ("gpt-4o-mini-2024-07-18", "llama3", "gpt-4o")]

    assert costs == [Decimal("0.0014"), Decimal(0), Decimal("0.00425")]


def test_more_cached_tokens_than_tokens_cost_no_less_than_nothing() -> None:
    assert prices.cost("gpt-4o-mini", Usage(prompt=10, cached=1_000)) == Decimal("0.00000075")


def test_prices_and_budget_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PRICES", '{"m": {"input": 0.15, "cached": 0.075, "output": 0.60}}')
    monkeypatch.setenv("LLM_DAILY_BUDGET_USD", "2.50")

    loaded = environment.load()

    assert {"m": Price(input=Decimal("0.15"), cached=Decimal("0.075"), output=Decimal("0.60"))} == loaded.LLM_PRICES
    assert Decimal("2.50") == loaded.LLM_DAILY_BUDGET_USD


@pytest.mark.parametrize(
    "value", ["{", "[]", '{"m": 1}', '{"m": {"input": 1}}', '{"m": {"input": -1, "output": 1}}', '{"m": {"in": 1}}']
)
def test_prices_that_cannot_be_read_are_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("LLM_PRICES", value)

    with pytest.raises(ImproperlyConfigured, match="LLM_PRICES"):
        environment.load()
