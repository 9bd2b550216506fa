"""What Prometheus is told of the language model, read from the database: right with any number of processes."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Sum
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from . import budget
from .breaker import Passage, breaker
from .models import Call


def families() -> Iterator[Metric]:
    """Counters start anew at midnight, as after a restart, so that a scrape reads one day of the ledger and no more."""
    yield from _calls()
    yield from _costs()
    is_open = breaker().look().passage is not Passage.CLOSED
    gauge = GaugeMetricFamily("llm_breaker_open", "1 while the circuit breaker keeps calls back.", labels=["model"])
    gauge.add_metric([settings.LLM_MODEL], float(is_open))
    yield gauge
    if settings.LLM_DAILY_BUDGET_USD is not None:
        yield GaugeMetricFamily("llm_budget_usd", "What a day may cost.", float(settings.LLM_DAILY_BUDGET_USD))
        yield GaugeMetricFamily("llm_budget_spent_usd", "What today has cost.", float(budget.spent_today()))


def _calls() -> Iterator[Metric]:
    labels = ["purpose", "model", "outcome"]
    calls = CounterMetricFamily("llm_calls", "HTTP calls to the language model since midnight.", labels=labels)
    seconds = CounterMetricFamily("llm_call_seconds", "How long these took, added up.", labels=labels)
    groups = Call.objects.of_today().values(*labels).annotate(n=Count("pk"), ms=Sum("latency_ms")).order_by(*labels)
    for group in groups:
        names = [group[label] for label in labels]
        calls.add_metric(names, group["n"])
        seconds.add_metric(names, group["ms"] / 1_000)
    yield calls
    yield seconds


def _costs() -> Iterator[Metric]:
    labels = ["purpose", "model"]
    tokens = CounterMetricFamily(
        "llm_tokens", "Tokens since midnight; `cached` are those of `prompt` from a cache.", labels=["kind", *labels]
    )
    cost = CounterMetricFamily("llm_cost_usd", "USD since midnight, of models with a price.", labels=labels)
    groups = (
        Call.objects.of_today()
        .values(*labels)
        .annotate(
            prompt=Sum("prompt_tokens"),
            cached=Sum("cached_tokens"),
            completion=Sum("completion_tokens"),
            usd=Sum("cost_usd"),
        )
        .order_by(*labels)
    )
    for group in groups:
        names = [group[label] for label in labels]
        for kind in ("prompt", "cached", "completion"):
            tokens.add_metric([kind, *names], group[kind])
        if group["usd"] is not None:
            cost.add_metric(names, float(group["usd"]))
    yield tokens
    yield cost
