"""Long lists, and whoever asks for it, are answered at once and labelled in the background."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier import tasks
from classifier.models import Batch, Comment
from classifier.tests.comments import sent, stored

pytestmark = pytest.mark.django_db

LATER = {"Prefer": "respond-async"}


def test_more_than_500_are_answered_with_the_batch_that_follows_them(api, llm):
    comments = [sent(f"Amei {n}") for n in range(501)]

    response = api.post("/api/comentarios", comments)

    assert response.status_code == 202
    batch = response.json()
    assert response["Location"] == f"/api/lotes/{batch['id']}"
    assert batch | {"id": "", "criado_em": ""} == {
        "id": "",
        "estado": "processando",
        "total": 501,
        "classificados": 0,
        "pendentes": 501,
        "falhas": 0,
        "progresso": 0.0,
        "criado_em": "",
        "concluido_em": None,
        "erros": [],
    }

    tasks.label_waiting()

    batch = api.get(response["Location"]).json()
    assert (batch["estado"], batch["classificados"], batch["progresso"]) == ("concluido", 501, 1.0)
    page = api.get(f"{response['Location']}/comentarios?limite=1000").json()
    assert [(c["id"], c["categoria"]) for c in page] == [(c["id"], "ELOGIO") for c in comments]


def test_a_short_list_is_answered_at_once_where_the_client_prefers_it(api, llm):
    response = api.post("/api/comentarios", [sent(), sent("Quando sai?")], headers=LATER)

    assert (response.status_code, response.json()["pendentes"], llm.requests) == (202, 2, [])


def test_so_is_one_comment(api, llm):
    comment = sent()

    response = api.post("/api/comentarios", comment, headers={"Prefer": "wait=1, Respond-Async; foo"})

    assert (response.status_code, response["Location"]) == (202, f"/api/comentarios/{comment['id']}")
    assert (response.json()["estado"], llm.requests) == ("pendente", [])
    tasks.label_waiting()
    assert api.get(response["Location"]).json()["motor"] == "llm/test-model"


def test_another_preference_changes_nothing(api, llm):
    assert api.post("/api/comentarios", sent(), headers={"Prefer": "return=minimal"}).status_code == 201


def test_what_is_stored_already_is_in_the_batch_and_not_labelled_again(api, llm):
    known = stored("já estava", external_id="a")

    response = api.post("/api/comentarios", [sent("já estava", id="a"), sent("Amei")], headers=LATER)

    assert (response.json()["total"], response.json()["classificados"]) == (2, 1)
    tasks.label_waiting()
    known.refresh_from_db()
    assert (known.engine, [r.texts for r in llm.requests]) == ("embedded/test", [["Amei"]])


def test_an_id_with_another_text_stores_nothing_of_a_long_list(api):
    stored("um", external_id="a")

    response = api.post("/api/comentarios", [sent("outro", id="a"), sent()], headers=LATER)

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/0/id")
    assert (Comment.objects.count(), Batch.objects.count()) == (1, 0)


def test_a_correction_does_not_move_the_end_of_a_batch(api, curator_api, llm):
    comment = sent()
    location = api.post("/api/comentarios", [comment], headers=LATER)["Location"]
    tasks.label_waiting()
    ended = api.get(location).json()["concluido_em"]

    curator_api.patch(f"/api/comentarios/{comment['id']}", {"categoria": "SPAM"})

    assert ended is not None
    assert api.get(location).json()["concluido_em"] == ended


def test_the_queries_of_a_long_list_do_not_grow_with_it(api):
    def queries(count):
        with CaptureQueriesContext(connection) as captured:
            api.post("/api/comentarios", [sent() for _ in range(count)], headers=LATER)
        return len(captured)

    queries(1)

    assert queries(1) == queries(3) == queries(30)
