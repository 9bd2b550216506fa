"""With a cascade the embedded engine keeps what it is sure of, and the language model gets the rest."""

import pytest

from classifier.engines import embedded_engine
from classifier.models import Category
from classifier.tests.comments import sent
from tests.fakes.llm import http_error

pytestmark = pytest.mark.django_db

SURE = "Clique no link e ganhe seguidores grátis no meu canal"
UNSURE = "hmm"


@pytest.fixture
def cascade(llm, settings):
    settings.CLASSIFIER_ENGINE = "cascade"
    return llm


def test_each_comment_is_labelled_by_the_engine_it_needs(api, cascade):
    body = api.post("/api/comentarios", [sent(UNSURE), sent(SURE), sent("terça-feira")]).json()

    assert [c["motor"] for c in body] == ["llm/test-model", embedded_engine().name, "llm/test-model"]
    assert sorted(cascade.requests[0].texts) == [UNSURE, "terça-feira"]


def test_with_nothing_to_ask_the_model_is_not_asked(api, cascade):
    api.post("/api/comentarios", sent(SURE))

    assert cascade.requests == []


def test_when_the_model_is_down_the_embedded_engine_keeps_all(api, cascade):
    cascade.always = http_error(401)

    body = api.post("/api/comentarios", [sent(UNSURE), sent(SURE)]).json()

    assert {c["motor"] for c in body} == {embedded_engine().name}


def test_what_is_sure_enough_was_chosen_in_training_for_every_category():
    thresholds = embedded_engine().thresholds

    assert thresholds.keys() == set(Category)
    assert all(0.2 < least < 1 for least in thresholds.values())
