"""The panel's home tells of the last summary, and of mail that did not go out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.groups import ADMINISTRATORS, CURATORS
from alumusic.weeks import Week
from classifier.models import Category
from classifier.tests.comments import stored
from reports.models import WeeklySummary

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(make_user):
    def page(*groups):
        client = Client()
        client.force_login(make_user("ana", *groups))
        return client.get("/painel/").content.decode()

    return page


def summary(**fields):
    week = str(Week.present().previous)
    return WeeklySummary.objects.create(week=week, text="Olá, a semana foi calma.", html="", figures={}, **fields)


def test_the_last_summary_is_there(home):
    summary(queued_at=timezone.now(), sent_at=timezone.now())

    page = home(CURATORS)

    assert "Olá, a semana foi calma." in page
    assert "ainda não saiu" not in page


def test_a_summary_whose_mail_is_not_out_needs_attention(home):
    made = summary(queued_at=timezone.now())

    assert f"{made.week}: o resumo semanal ainda não saiu." in home(ADMINISTRATORS)


def test_before_the_first_summary_it_says_so(home):
    assert "Nenhuma semana foi resumida ainda" in home(CURATORS)


def test_the_week_so_far_stands_beside_the_same_hours_of_the_week_before(home):
    now = timezone.now()
    for age in (timedelta(0), timedelta(weeks=1), timedelta(weeks=1)):
        stored("Que voz linda", category=Category.PRAISE, moment=now - age)

    page = " ".join(home(CURATORS).split())

    assert '<span class="figure">1</span> comentários; 2 até esta hora na semana passada' in page


@pytest.mark.parametrize("public", [True, False])
def test_the_menu_leads_to_the_charts(home, settings, public):
    settings.REPORTS_PUBLIC = public

    assert 'href="/relatorio"' in home(CURATORS)
