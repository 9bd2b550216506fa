"""The weekly summaries over the API."""

import pytest

from classifier.models import Comment
from conftest import Api
from reports.tests.weeks import PRICE, WEEK, a_week, sent, summary

pytestmark = pytest.mark.django_db

URL = "/api/relatorios/resumos"


def test_a_summary_has_exactly_the_contracts_fields(api):
    a_week()
    made = summary(**sent(WEEK))

    answer = api.get(f"{URL}/2025-W31")

    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["semana", "inicio", "fim", "texto", "numeros", "temas", "enviado_em"]
    assert (body["semana"], body["inicio"], body["fim"]) == ("2025-W31", "2025-07-28", "2025-08-03")
    assert body["enviado_em"] == "2025-08-04T00:00:00-03:00"
    assert (body["texto"], body["numeros"]) == (made.text, made.figures)
    theme = body["temas"][0]
    assert (theme["nome"], theme["quantidade"], theme["por_categoria"]) == ("Preço", 4, {"CRÍTICA": 4})
    assert len(theme["citacoes"]) == 2
    quoted = {quote["id"]: quote["texto"] for quote in theme["citacoes"]}
    assert quoted == dict(Comment.objects.filter(external_id__in=quoted).values_list("external_id", "text"))


def test_a_quote_goes_when_its_comment_goes(api):
    a_week()
    summary()
    Comment.objects.filter(text__in=PRICE).delete()

    [price, _lyrics] = api.get(f"{URL}/2025-W31").json()["temas"]

    assert (price["quantidade"], price["citacoes"]) == (4, [])


def test_the_list_has_the_newest_first_and_pages_by_week(api):
    for week in (WEEK.previous, WEEK, WEEK.next):
        summary(week)

    def weeks(query):
        return [one["semana"] for one in api.get(f"{URL}{query}").json()]

    assert weeks("") == ["2025-W32", "2025-W31", "2025-W30"]
    assert weeks("?limite=1") == ["2025-W32"]
    assert weeks("?limite=2&antes_de=2025-W32") == ["2025-W31", "2025-W30"]


@pytest.mark.parametrize("weeks", [1, 3])
def test_the_list_costs_the_same_queries_however_long(api, weeks, django_assert_num_queries):
    week = WEEK
    for _ in range(weeks):
        a_week(week)
        summary(week)
        week = week.previous

    with django_assert_num_queries(6):
        assert len(api.get(URL).json()) == weeks


@pytest.mark.parametrize("query", ["limite=0", "limite=101", "antes_de=ontem", "outro=1", "limite=a"])
def test_a_wrong_parameter_is_named(api, query):
    answer = api.get(f"{URL}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"


@pytest.mark.parametrize("week", ["2025-W31", "2025-W99", "ontem", "2025-w31", "2025-W31%00"])
def test_a_week_without_a_summary_is_not_found(api, week):
    assert api.get(f"{URL}/{week}").status_code == 404


def test_summaries_are_for_those_who_may_see_them(anonymous, api, reader_api, curator_api, admin_api, make_user):
    stranger = Api(make_user("estranha"))

    statuses = [
        client.get(URL).status_code for client in (anonymous, stranger, api, reader_api, curator_api, admin_api)
    ]

    assert statuses == [401, 403, 200, 200, 200, 200]
