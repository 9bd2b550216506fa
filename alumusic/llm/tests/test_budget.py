"""What a day may cost, and how staff hear that it is used up."""

from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.utils.html import escape

from alumusic.llm import NotAsked, availability, budget, ledger
from alumusic.llm.client import client
from alumusic.llm.models import Call, Notice
from alumusic.llm.tests.questions import ADMINISTRATORS, CURATORS, QUESTION, made, soon
from tests.fakes import llm as fake

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_cents(settings):
    settings.LLM_DAILY_BUDGET_USD = Decimal("0.05")


@pytest.fixture
def staff(make_user):
    for name, group, address in (
        ("chefe", ADMINISTRATORS, "chefe@example.com"),
        ("vice", ADMINISTRATORS, "vice@example.com"),
        ("sem endereço", ADMINISTRATORS, ""),
        ("curadora", CURATORS, "curadora@example.com"),
    ):
        user = make_user(name, group)
        user.email = address
        user.save()


def spend(usd: str) -> None:
    """As the ledger does it when a call has ended."""
    ledger.write([Call(purpose="summary", model="m", outcome="ok", latency_ms=1, cost_usd=Decimal(usd))])


def test_without_a_budget_nothing_is_used_up():
    spend("1000")

    assert (budget.used_up(), Notice.objects.count()) == (False, 0)


def test_a_budget_is_used_up_when_the_calls_of_the_day_have_cost_it(five_cents):
    made(cost_usd=None)
    seen = [budget.used_up()]
    for usd in ("0.03", "0.0199", "0.0001"):
        spend(usd)
        seen.append(budget.used_up())

    assert (seen, budget.spent_today()) == ([False, False, False, True], Decimal("0.05"))


def test_a_budget_of_nothing_is_used_up_from_the_start(settings):
    settings.LLM_DAILY_BUDGET_USD = Decimal(0)

    assert budget.used_up() is True


@pytest.mark.parametrize(("moment", "used_up"), [("2026-11-20T02:59:59Z", True), ("2026-11-20T03:00:00Z", False)])
def test_the_day_ends_at_midnight_in_the_time_zone_of_the_settings(five_cents, moment, used_up):
    with time_machine.travel("2026-11-19T20:00:00Z", tick=False):
        spend("0.06")

    with time_machine.travel(moment, tick=False):
        assert budget.used_up() is used_up


def test_staff_are_told_once_a_day(five_cents, staff, caplog):
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False):
        for _ in range(3):
            spend("0.05")
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        spend("0.05")

    assert [(message.to, sorted(message.bcc)) for message in mail.outbox] == [
        ([], ["chefe@example.com", "vice@example.com"])
    ] * 2
    assert "0,05 USD" in mail.outbox[0].body
    assert [record.levelname for record in caplog.records if "notice" in record.message] == ["WARNING"] * 2
    assert Notice.objects.count() == 2


def test_mail_that_cannot_be_sent_stops_nothing(five_cents, staff, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    spend("0.05")

    assert (Call.objects.count(), Notice.objects.count()) == (1, 1)
    assert "a notice could not be mailed: ConnectionRefusedError" in caplog.text


def test_when_the_budget_is_used_up_nobody_is_asked(five_cents, llm, settings):
    settings.LLM_MODEL = "gpt-4o-mini"
    llm.always = fake.raw(
        b'{"choices": [{"message": {"content": "oi"}}], "usage": {"prompt_tokens": 400000, "completion_tokens": 0}}'
    )

    assert client().ask(QUESTION, deadline=soon()).text == "oi"
    assert availability.refusal() == "budget"
    with pytest.raises(NotAsked, match="budget"):
        client().ask(QUESTION, deadline=soon())

    assert (len(llm.requests), Notice.objects.count()) == (1, 1)


def test_the_panel_shows_todays_notice_to_whoever_has_entered(five_cents, anonymous, admin_client):
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False):
        spend("0.05")
        text = Notice.objects.get().text
        pages = [browser.get("/painel/", follow=True).content.decode() for browser in (admin_client, anonymous)]
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        next_day = admin_client.get("/painel/").content.decode()

    assert [escape(text) in page for page in (*pages, next_day)] == [True, False, False]
