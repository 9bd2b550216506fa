"""Comments are read back: one, or the list with its filters."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.models import Category
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 8, 1, 15, tzinfo=UTC)


def ids(response):
    assert response.status_code == 200, response.content
    return [comment["id"] for comment in response.json()]


def test_the_list_has_the_newest_moment_first(api):
    old = stored(moment=NOON)
    new = stored(moment=NOON + timedelta(hours=1))

    assert ids(api.get("/api/comentarios")) == [new.external_id, old.external_id]


def test_order_by_confidence_puts_what_has_none_last_in_both_directions(api):
    sure, unsure = stored(confidence=0.9), stored(confidence=0.2)
    waiting = stored(category=None)

    assert ids(api.get("/api/comentarios?ordem=asc")) == [c.external_id for c in (unsure, sure, waiting)]
    assert ids(api.get("/api/comentarios?ordem=desc")) == [c.external_id for c in (sure, unsure, waiting)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("categoria=CRÍTICA", ["critic"]),
        ("categoria=SPAM", []),
        ("tag=fix_login", ["critic"]),
        ("estado=pendente", ["waiting"]),
        ("revisado=true", ["reviewed"]),
        ("revisado=false", ["critic", "waiting"]),
        ("motor=embedded/test", ["critic", "reviewed"]),
        ("confianca_min=0.5", ["reviewed"]),
        ("confianca_max=0.5", ["critic"]),
        ("desde=2025-08-02", ["critic"]),
        ("ate=2025-08-02", ["waiting", "reviewed"]),
        ("desde=2025-08-01T12:00:00-03:00&ate=2025-08-01T13:00:00-03:00", ["reviewed"]),
        ("desde=2025-08-01T18:00:00+03:00&ate=2025-08-01T21:00:00+03:00", ["waiting", "reviewed"]),
        ("desde=0540-05-14T08:40:26-17:26", ["critic", "waiting", "reviewed"]),
        ("q=senha", ["critic"]),
        ("q=SENHAS&categoria=CRÍTICA&tag=fix_login&revisado=false&ordem=asc", ["critic"]),
    ],
)
def test_each_filter_finds_its_comments(api, query, expected):
    stored(external_id="reviewed", moment=NOON, reviewed=True)
    stored(external_id="waiting", category=None, moment=NOON + timedelta(hours=2))
    stored(
        "não aceita minha senha",
        external_id="critic",
        category=Category.CRITICISM,
        confidence=0.4,
        tags=("fix_login",),
        moment=NOON + timedelta(days=2),
    )

    assert ids(api.get(f"/api/comentarios?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("cor=azul", "?cor"),
        ("categoria=elogio", "?categoria"),
        ("ordem=up", "?ordem"),
        ("limite=0", "?limite"),
        ("limite=1001", "?limite"),
        ("limite=dez", "?limite"),
        ("tag=Login", "?tag"),
        ("confianca_min=nan", "?confianca_min"),
        ("confianca_min=2", "?confianca_min"),
        ("desde=ontem", "?desde"),
        ("desde=0000-01-01", "?desde"),
        ("q=", "?q"),
        ("q=%00", "?q"),
        ("motor=%00", "?motor"),
        ("revisado=sim", "?revisado"),
        ("cursor=abc", "?cursor"),
        ("ordem=asc&ordem=desc", "?ordem"),
    ],
)
def test_an_unknown_or_wrong_parameter_is_named(api, query, pointer):
    response = api.get(f"/api/comentarios?{query}")

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_an_unknown_parameter_is_answered_with_the_known_ones(api):
    detail = api.get("/api/comentarios?pagina=2").json()["errors"][0]["detail"]

    assert detail == (
        "Parâmetro desconhecido. Conhecidos: categoria, tag, ordem, q, estado, revisado, motor, confianca_min, "
        "confianca_max, desde, ate, limite, cursor."
    )


def test_a_page_takes_one_query_and_one_for_tags_however_many_rows(api):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get("/api/comentarios")
        return len(captured)

    stored(tags=("fix_login",))
    with_one = queries()
    for _ in range(2):
        stored(tags=("fix_login", "feat_playlist"))

    assert queries() == with_one


@pytest.mark.parametrize("key", ["nada", "%00", "a" * 65, "com%20espaço"])
def test_a_comment_that_is_not_there_is_404(api, key):
    response = api.get(f"/api/comentarios/{key}")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_the_list_answers_in_english_when_asked_to(api):
    response = api.get("/api/comentarios?ordem=up", headers={"Accept-Language": "en"})

    assert response.json()["title"] == "Invalid data"


def test_what_one_user_got_is_not_cached_for_another(api):
    response = api.get("/api/comentarios")

    assert response["Cache-Control"] == "private, no-cache"
    assert "Authorization" in response["Vary"]
