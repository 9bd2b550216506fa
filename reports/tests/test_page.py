"""The page `/relatorio` as the server writes it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from accounts.groups import CURATORS
from classifier.models import Category
from classifier.signals import tell
from classifier.tests.comments import stored
from conftest import PASSWORD

NOW = datetime(2025, 8, 1, 16, 20, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def curator(make_user) -> Client:
    make_user("curadora", CURATORS)
    client = Client()
    assert client.login(username="curadora", password=PASSWORD)
    return client


def page(client: Client | None = None, **query: str) -> str:
    response = (client or Client()).get("/relatorio", query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_numbers_stand_in_tables_also_without_scripts():
    stored(category=Category.CRITICISM, tags=("fix_login",), moment=NOW)
    stored(category=Category.PRAISE, moment=NOW - timedelta(days=7))

    text = page()

    assert "Últimos 7 dias: de 26/07 a 01/08/2025" in text
    assert text.count("<table") == 5
    assert "fix_login" in text
    assert "100,0%" in text


def test_without_comments_each_chart_says_so():
    text = page()

    assert "Nenhum comentário nos últimos 7 dias" in text
    assert text.count("Nada a mostrar") == 5
    assert "<table" not in text


def test_any_past_week_is_shown_beside_the_one_before():
    stored(category=Category.QUESTION, tags=("doc_ajuda",), moment=datetime(2025, 7, 1, 12, tzinfo=UTC))

    text = page(semana="2025-W27")

    assert "Semana 2025-W27: de 30/06 a 06/07/2025" in text
    assert 'href="?semana=2025-W26"' in text
    assert 'href="?semana=2025-W28"' in text
    assert "doc_ajuda" in text


@pytest.mark.parametrize("week", ["2025-W53", "2025-31", "2025-W00", "1969-W40", "", "²025-W31", "2025-W31\x00"])
def test_a_week_that_is_none_is_a_clear_error(week):
    response = Client().get("/relatorio", {"semana": week})

    assert response.status_code == 400
    assert "Deve ser uma semana ISO, como 2025-W31." in response.content.decode()


def test_an_unknown_parameter_is_an_error():
    assert Client().get("/relatorio", {"week": "2025-W31"}).status_code == 400


def test_what_rose_and_fell_is_said_in_words_where_it_is_not_chance():
    for number in range(60):
        before = Category.PRAISE if number < 45 else Category.CRITICISM
        stored(category=before, moment=NOW - timedelta(days=8))
        stored(category=Category.CRITICISM if number < 45 else Category.PRAISE, moment=NOW - timedelta(days=1))

    text = page()

    assert "CRÍTICA subiu de 25,0% para 75,0% dos comentários." in text
    assert "ELOGIO caiu de 75,0% para 25,0% dos comentários." in text


def test_of_too_few_comments_no_change_is_told():
    stored(category=Category.PRAISE, moment=NOW - timedelta(days=8))
    stored(category=Category.CRITICISM, moment=NOW)

    assert "Poucos comentários para comparar" in page()


def test_only_who_may_see_comments_is_led_to_them(curator):
    stored(category=Category.CRITICISM, tags=("fix_login",), moment=NOW)

    assert "/painel/classifier/comment/" not in page()
    text = page(curator)
    assert "/painel/classifier/comment/?categoria=CR%C3%8DTICA&amp;desde=2025-07-26T00%3A00%3A00-03%3A00" in text
    assert "/painel/classifier/comment/?tag=fix_login" in text


def test_the_page_is_sent_again_only_when_its_numbers_changed(clock):
    stored(moment=NOW)
    first = Client().get("/relatorio")

    assert Client().get("/relatorio", headers={"If-None-Match": first["ETag"]}).status_code == 304
    clock.shift(61)
    assert Client().get("/relatorio", headers={"If-None-Match": first["ETag"]}).status_code == 304

    with transaction.atomic():
        tell([stored(category=Category.SPAM, moment=NOW - timedelta(days=1))])
    clock.shift(61)
    assert Client().get("/relatorio", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_closed_report_asks_for_login_and_permission(settings, curator, make_user):
    settings.REPORTS_PUBLIC = False
    make_user("ninguem")
    nobody = Client()
    nobody.login(username="ninguem", password=PASSWORD)

    assert Client().get("/relatorio").headers["Location"] == "/painel/login/?next=/relatorio"
    assert nobody.get("/relatorio").status_code == 403
    assert curator.get("/relatorio").status_code == 200
