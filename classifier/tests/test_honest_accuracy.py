"""The page of the honest accuracy and the corrected shares, over HTTP, from rows."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.groups import CURATORS, READERS
from classifier.models import Category, Comment, CommentState, Review
from classifier.models.search import search_words

pytestmark = pytest.mark.django_db

PAGE, SHARES = "/painel/acerto/", "/api/relatorio/corrigido"


@pytest.fixture
def reader(make_user):
    client = Client()
    client.force_login(make_user("leitora", READERS))
    return client


def judged_blind(count, by, *, said=Category.PRAISE, truth=Category.PRAISE, undone=False):
    """So many comments that a machine gave one category and a person, who did not see it, another."""
    now = timezone.now()
    comments = Comment.objects.bulk_create(
        Comment(
            external_id=f"{said}-{truth}-{n}", text="x", moment=now - timedelta(hours=1),
            search_words=search_words("x"),
            state=CommentState.CLASSIFIED, category=said if undone else truth, confidence=0.9, engine="embedded/test",
            reviewed=not undone, category_corrected=not undone and said != truth,
        )
        for n in range(count)
    )  # fmt: skip
    acts = [Review.Action.CONFIRM if said == truth else Review.Action.CORRECT, *([Review.Action.UNDO] * undone)]
    for act in acts:
        undo = act == Review.Action.UNDO
        Review.objects.bulk_create(
            Review(
                comment=comment, reviewer=by, action=act, category=said if undo else truth,
                category_before=truth if undo else said, state_before="classificado",
                blind=not undo, draw_probability=None if undo else 0.01,
            )
            for comment in comments
        )  # fmt: skip


def unjudged(count, category):
    Comment.objects.bulk_create(
        Comment(
            external_id=f"livre-{category}-{n}", text="x", moment=timezone.now() - timedelta(hours=1),
            search_words=search_words("x"), state=CommentState.CLASSIFIED, category=category, confidence=0.9,
            engine="embedded/test",
        )
        for n in range(count)
    )  # fmt: skip


def test_with_fewer_than_thirty_blind_verdicts_there_is_no_number(reader, anonymous, make_user):
    judged_blind(29, make_user("bia", CURATORS))

    page, body = reader.get(PAGE).content.decode(), anonymous.get(SHARES).json()

    assert re.search("not enough data|dados insuficientes", page)
    assert "polyline" not in page
    assert body["motivo"] == "dados insuficientes"
    assert {each["corrigido"] for each in body["distribuicao_categorias"].values()} == {None}


def test_accuracy_is_told_with_its_interval_and_drawn_week_by_week(reader, make_user):
    bia = make_user("bia", CURATORS)
    judged_blind(45, bia)
    judged_blind(5, bia, said=Category.SPAM, truth=Category.CRITICISM)
    unjudged(500, Category.PRAISE)

    response = reader.get(PAGE)
    page = response.content.decode()

    assert response.status_code == 200
    assert "polyline" in page
    assert re.search(r"\d\d[.,]\d %–9\d[.,]\d %", page)


def test_what_was_taken_back_is_no_verdict(anonymous, make_user):
    judged_blind(40, make_user("bia", CURATORS), undone=True)

    assert anonymous.get(SHARES).json()["vereditos_as_cegas"] == 0


def test_shares_are_corrected_beside_what_is_counted(anonymous, make_user):
    bia = make_user("bia", CURATORS)
    judged_blind(60, bia)
    judged_blind(20, bia, said=Category.PRAISE, truth=Category.CRITICISM)
    unjudged(920, Category.PRAISE)

    body = anonymous.get(SHARES).json()

    praise = body["distribuicao_categorias"]["ELOGIO"]
    assert body["motivo"] is None
    assert body["vereditos_as_cegas"] == 80
    assert praise["contado"] == 98.0
    assert praise["intervalo"][0] <= praise["corrigido"] <= praise["intervalo"][1] < 90
    assert sum(each["corrigido"] for each in body["distribuicao_categorias"].values()) == pytest.approx(100, abs=0.3)


def test_the_report_shows_them_on_request_only(anonymous, make_user):
    judged_blind(40, make_user("bia", CURATORS))
    asked = anonymous.get("/relatorio?corrigido=1", headers={"Accept": "text/html"}).content.decode()
    plain = anonymous.get("/relatorio", headers={"Accept": "text/html"}).content.decode()

    assert 'data-live="corrected"' in asked
    assert 'data-live="corrected"' not in plain
    assert "corrigido=1#corrigido" in plain
