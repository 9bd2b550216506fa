"""With the LLM as the engine, every comment that was accepted ends with a label, whatever the LLM does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from classifier import claims, tasks
from classifier.models import Comment, CommentState
from classifier.tests.comments import sent, stored
from tests.fakes.llm import answering, content_filtered, rate_limited

pytestmark = pytest.mark.django_db


@pytest.fixture
def post_while_down(api, llm, settings):
    """Posts while the LLM wants no calls, and lets it recover."""

    def post(body):
        llm.always, settings.CLASSIFY_WAIT_SECONDS = rate_limited("0.5"), 0.3
        response = api.post("/api/comentarios", body)
        llm.always, settings.CLASSIFY_WAIT_SECONDS = answering(), 20
        return response

    return post


def test_the_llm_labels_a_list(api, llm):
    comments = [sent("Amei"), sent("Quando sai?"), sent("o app trava")]

    response = api.post("/api/comentarios", comments)

    assert response.status_code == 201
    assert [(c["id"], c["motor"], c["confianca"]) for c in response.json()] == [
        (c["id"], "llm/test-model", 0.9) for c in comments
    ]


def test_one_comment_that_the_llm_does_not_answer_waits_and_is_labelled_later(api, post_while_down):
    comment = sent("Amei")

    response = post_while_down(comment)

    assert (response.status_code, response["Location"]) == (202, f"/api/comentarios/{comment['id']}")
    assert (response.json()["categoria"], response.json()["estado"]) == (None, "pendente")

    tasks.label_waiting()

    assert api.get(response["Location"]).json()["estado"] == "classificado"


def test_a_list_that_the_llm_does_not_answer_is_a_batch_to_follow(api, post_while_down):
    comments = [sent(f"Amei {n}") for n in range(5)]

    response = post_while_down(comments)

    assert response.status_code == 202
    assert [c["estado"] for c in response.json()] == ["pendente"] * 5
    batch = api.get(response["Location"]).json()
    assert (batch["estado"], batch["total"], batch["pendentes"], batch["progresso"]) == ("processando", 5, 5, 0.0)

    tasks.label_waiting()

    batch = api.get(response["Location"]).json()
    assert (batch["estado"], batch["classificados"], batch["progresso"]) == ("concluido", 5, 1.0)
    assert batch["concluido_em"] is not None
    page = api.get(response["Location"] + "/comentarios")
    assert [c["id"] for c in page.json()] == [c["id"] for c in comments]


def test_a_batch_is_its_owners_and_the_administrations(api, admin_api, curator_api, post_while_down):
    location = post_while_down([sent()])["Location"]

    assert [client.get(location).status_code for client in (api, admin_api, curator_api)] == [200, 200, 404]
    assert curator_api.get(location + "/comentarios").status_code == 404


def test_the_same_comment_again_while_it_waits_is_neither_stored_nor_asked_twice(api, llm, post_while_down):
    comment = sent()
    post_while_down(comment)
    asked = len(llm.requests)

    response = api.post("/api/comentarios", comment)

    assert (response.status_code, response.json()["estado"]) == (200, "pendente")
    assert (Comment.objects.count(), len(llm.requests)) == (1, asked)


def test_what_the_llm_will_not_answer_is_labelled_by_the_embedded_engine(api, llm):
    llm.when("palavrão", content_filtered())

    body = api.post("/api/comentarios", [sent("que palavrão horrível esse show"), sent("Amei")]).json()

    assert [c["motor"].partition("/")[0] for c in body] == ["embedded", "llm"]
    assert [c["estado"] for c in body] == ["classificado"] * 2


def test_what_a_dead_worker_held_is_labelled_after_its_lease(llm):
    held = stored(category=None)
    claims.claim(10)
    tasks.label_waiting()
    held.refresh_from_db()
    assert held.state == CommentState.PENDING

    Comment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.label_waiting()

    held.refresh_from_db()
    assert held.state == CommentState.CLASSIFIED


def test_what_kills_each_worker_that_takes_it_is_set_aside(llm):
    poison = stored(category=None, attempts=claims.MAX_ATTEMPTS)

    tasks.label_waiting()

    poison.refresh_from_db()
    assert (poison.state, len(llm.requests)) == (CommentState.FAILED, 0)


def test_the_more_often_a_comment_was_claimed_in_vain_the_fewer_go_with_it():
    often = [stored(category=None, attempts=attempts).pk for attempts in (4, 3, 3) for _ in range(2)]
    never = [stored(category=None).pk for _ in range(3)]

    claimed = [[comment.pk for comment in claims.claim(10).comments] for _ in range(5)]

    assert claimed == [never, often[2:], [often[0]], [often[1]], []]


def test_a_label_that_is_there_is_not_asked_for_again(llm):
    stored()

    tasks.label_waiting()

    assert llm.requests == []
