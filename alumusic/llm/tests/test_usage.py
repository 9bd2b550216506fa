"""What the language model cost: the same figures on the command line, in the panel and for Prometheus."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from prometheus_client import CollectorRegistry, generate_latest

from alumusic.llm import Unavailable, metrics
from alumusic.llm.breaker import breaker
from alumusic.llm.tests.questions import ADMINISTRATORS, CURATORS, made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-20T15:00:00Z", tick=False):
        yield


@pytest.fixture
def calls(db):
    made()
    made(outcome="timeout", prompt_tokens=0, cached_tokens=0, completion_tokens=0, cost_usd=Decimal(0), latency_ms=400)
    made(purpose="summary", model="llama3", cost_usd=None)
    made(created_at=datetime(2026, 11, 20, 2, 59, tzinfo=UTC))  # still the 19th in São Paulo
    made(created_at=datetime(2026, 11, 13, 12, tzinfo=UTC))


def usage(*options: str) -> str:
    out = StringIO()
    call_command("llm_usage", *options, stdout=out)
    return out.getvalue()


def test_usage_is_told_by_day_purpose_and_model(calls):
    lines = json.loads(usage("--json"))

    shown = [(line["day"], line["purpose"], line["model"], line["calls"], line["failures"]) for line in lines]
    assert shown == [
        ("2026-11-20", "classification", "gpt-4o-mini", 2, 1),
        ("2026-11-20", "summary", "llama3", 1, 0),
        ("2026-11-19", "classification", "gpt-4o-mini", 1, 0),
    ]
    assert lines[0] == lines[0] | {"prompt": 1_000, "cached": 800, "completion": 100, "latency_ms": 300.0}
    assert [line["usd"] and Decimal(line["usd"]) for line in lines] == [Decimal("0.01"), None, Decimal("0.01")]


@pytest.mark.parametrize(("days", "count"), [("1", 2), ("2", 3), ("7", 3), ("8", 4)])
def test_the_days_are_counted_with_today(calls, days, count):
    assert len(json.loads(usage("--json", "--days", days))) == count


def test_the_table_ends_with_its_sum(calls):
    rows = [row.split() for row in usage().splitlines()]

    assert len(rows) == 5
    assert rows[-1][-6:] == ["4", "1", "3000", "2400", "300", "0.020000"]


def test_no_calls_are_a_table_too():
    assert usage().splitlines()[-1].split()[-6:] == ["0", "0", "0", "0", "0", "0.000000"]


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999999999"])
def test_days_that_are_none_are_refused(days):
    with pytest.raises(CommandError):
        usage("--days", days)


def browser(user) -> Browser:
    entered = Browser()
    entered.force_login(user)
    return entered


def test_the_panel_shows_administrators_the_table_and_the_calls(calls, make_user, settings):
    settings.LLM_DAILY_BUDGET_USD = Decimal(5)

    page = browser(make_user("chefe", ADMINISTRATORS)).get("/painel/llm/call/")

    shown = page.content.decode()
    assert page.status_code == 200
    assert [line.calls for line in page.context["usage"]] == [2, 1, 1]
    assert shown.count("llama3") >= 2
    assert "5,00" in shown


def test_the_ledger_cannot_be_changed_by_anybody(calls, make_user):
    chief = browser(make_user("chefe", ADMINISTRATORS))
    pk = made().pk

    pages = [f"{pk}/change/", "add/", f"{pk}/delete/"]
    assert [chief.post(f"/painel/llm/call/{page}", {"post": "yes"}).status_code for page in pages] == [403] * 3
    assert chief.get(f"/painel/llm/call/{pk}/change/").status_code == 200


def test_the_ledger_is_not_for_curators(calls, make_user):
    assert browser(make_user("ana", CURATORS)).get("/painel/llm/call/").status_code == 403


def test_the_page_costs_as_many_queries_whatever_the_ledger_holds(
    calls, make_user, django_assert_max_num_queries, django_assert_num_queries
):
    chief = browser(make_user("chefe", ADMINISTRATORS))
    with django_assert_max_num_queries(20) as one:
        chief.get("/painel/llm/call/")
    for _ in range(3):
        made()

    with django_assert_num_queries(len(one)):
        chief.get("/painel/llm/call/")


class Families:
    def collect(self):
        return metrics.families()


def scraped() -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(Families())
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_prometheus_gets_the_figures_of_today(calls, settings):
    settings.LLM_MODEL, settings.LLM_DAILY_BUDGET_USD = "gpt-4o-mini", Decimal(5)
    for _ in range(3):
        breaker().settle(Unavailable("timeout"))

    asked, summed = 'model="gpt-4o-mini"', 'model="llama3"'
    tokens = {"prompt": 1_000.0, "cached": 800.0, "completion": 100.0}
    assert scraped() == {
        **{f'llm_tokens_total{{kind="{kind}",{asked},purpose="classification"}}': n for kind, n in tokens.items()},
        **{f'llm_tokens_total{{kind="{kind}",{summed},purpose="summary"}}': n for kind, n in tokens.items()},
        f'llm_calls_total{{{asked},outcome="ok",purpose="classification"}}': 1.0,
        f'llm_calls_total{{{asked},outcome="timeout",purpose="classification"}}': 1.0,
        f'llm_calls_total{{{summed},outcome="ok",purpose="summary"}}': 1.0,
        f'llm_call_seconds_total{{{asked},outcome="ok",purpose="classification"}}': 0.2,
        f'llm_call_seconds_total{{{asked},outcome="timeout",purpose="classification"}}': 0.4,
        f'llm_call_seconds_total{{{summed},outcome="ok",purpose="summary"}}': 0.2,
        f'llm_cost_usd_total{{{asked},purpose="classification"}}': 0.01,
        f"llm_breaker_open{{{asked}}}": 1.0,
        "llm_budget_usd": 5.0,
        "llm_budget_spent_usd": 0.01,
    }


def test_prometheus_is_told_of_no_budget_where_there_is_none():
    assert scraped() == {'llm_breaker_open{model="gpt-4o-mini"}': 0.0}
