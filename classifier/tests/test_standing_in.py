"""While the language model is out of service the embedded engine labels, and says so; then the model has its turn."""

from decimal import Decimal

import pytest
from django.utils import timezone

from alumusic.environment import Price
from alumusic.llm.models import Circuit
from classifier import tasks
from classifier.engines import embedded_engine
from classifier.models import Comment, Relabelling
from classifier.tests.comments import sent
from tests.fakes.llm import answering, content_filtered, http_error

pytestmark = pytest.mark.django_db


@pytest.fixture
def down(llm):
    """The model refuses the key, which opens the breaker at once."""
    llm.always = http_error(401)
    return llm


def back(llm):
    """The model answers again, and the breaker's pause is over."""
    llm.always = answering()
    Circuit.objects.update(open_until=timezone.now())


def labels(api):
    return sorted((c["motor"].partition("/")[0], c["categoria"]) for c in api.get("/api/comentarios").json())


def test_comments_are_labelled_at_once_and_say_by_whom(api, down):
    response = api.post("/api/comentarios", [sent("que hino lindo"), sent("o login não abre")])

    assert response.status_code == 201
    assert [c["motor"] for c in response.json()] == [embedded_engine().name] * 2
    assert len(down.requests) == 1


def test_while_the_breaker_is_open_the_model_is_not_asked(api, down):
    api.post("/api/comentarios", sent())
    api.post("/api/comentarios", sent("outro"))

    assert len(down.requests) == 1


def test_when_the_model_is_back_it_labels_them_again(api, down):
    api.post("/api/comentarios", [sent("que hino lindo"), sent("o login não abre")])
    back(down)

    tasks.relabel()

    assert labels(api) == [("llm", "CRÍTICA"), ("llm", "ELOGIO")]
    assert Relabelling.objects.count() == 0


def test_until_then_they_wait(api, down):
    api.post("/api/comentarios", [sent("que hino lindo"), sent("o login não abre")])

    tasks.relabel()

    assert (Relabelling.objects.count(), len(down.requests)) == (2, 1)
    assert {engine for engine, _category in labels(api)} == {"embedded"}


def test_a_label_that_a_person_gave_is_not_touched(api, curator_api, down):
    comment = sent("que hino lindo")
    api.post("/api/comentarios", comment)
    curator_api.patch(f"/api/comentarios/{comment['id']}", {"categoria": "DÚVIDA"})
    back(down)

    tasks.relabel()

    body = api.get(f"/api/comentarios/{comment['id']}").json()
    assert (body["categoria"], body["revisado"], body["motor"]) == ("DÚVIDA", True, "llm/test-model")


def test_where_the_operator_wants_none_nothing_is_labelled_again(api, down, settings):
    settings.LLM_RECLASSIFY = False

    api.post("/api/comentarios", sent())

    assert Relabelling.objects.count() == 0


def test_what_waits_for_its_first_label_comes_first(api, down):
    api.post("/api/comentarios", sent("que hino lindo"))
    back(down)
    api.post("/api/comentarios", sent("Quando sai?"), headers={"Prefer": "respond-async"})

    assert tasks.relabel() == 0


def test_past_the_budget_the_embedded_engine_labels(api, llm, settings):
    settings.LLM_PRICES = {"test-model": Price(input=Decimal(100_000), output=Decimal(100_000))}
    settings.LLM_DAILY_BUDGET_USD = 1
    api.post("/api/comentarios", sent("que hino lindo"))

    body = api.post("/api/comentarios", sent("outro hino lindo")).json()

    assert (body["motor"], len(llm.requests)) == (embedded_engine().name, 1)


def test_why_the_model_will_never_label_a_comment_is_kept(api, llm):
    llm.when("palavrão", content_filtered())

    api.post("/api/comentarios", sent("que palavrão horrível esse show"))

    comment = Comment.objects.get()
    assert (comment.engine, comment.fallback_reason) == (embedded_engine().name, "content_filter")
    assert comment.classifications.get().fallback_reason == "content_filter"
    assert Relabelling.objects.count() == 0


def test_a_comment_that_the_model_declines_when_it_is_back_keeps_its_label_and_the_reason(api, down):
    comment = sent("que palavrão horrível esse show")
    api.post("/api/comentarios", comment)
    back(down)
    down.when("palavrão", content_filtered())

    tasks.relabel()

    stored = Comment.objects.get()
    assert (stored.engine, stored.fallback_reason) == (embedded_engine().name, "content_filter")
    assert Relabelling.objects.count() == 0


def test_after_repeated_failure_the_worker_does_not_wait_for_the_model(api, llm, settings):
    """Three questions fail in all their tries; what waits is then labelled without it."""
    llm.always = http_error(503, headers={"Retry-After": "3600"})
    settings.LLM_MAX_CONCURRENCY = 1
    api.post("/api/comentarios", [sent(f"que hino {n}") for n in range(130)], headers={"Prefer": "respond-async"})

    for _ in range(3):
        tasks.label_waiting()

    assert {engine for engine, _category in labels(api)} == {"embedded"}
    assert len(llm.requests) == 4
