"""Equal texts are asked, and paid for, once."""

import pytest

from classifier.tests.comments import sent

pytestmark = pytest.mark.django_db


def asked(llm):
    return [text for request in llm.requests for text in request.texts]


def test_in_one_list_each_comment_gets_its_label_and_the_text_is_asked_once(api, llm):
    body = api.post("/api/comentarios", [sent("o login não abre")] * 1 + [sent("o login não abre") for _ in range(9)])

    assert [(c["categoria"], c["tags_funcionalidades"]) for c in body.json()] == [("CRÍTICA", ["fix_login"])] * 10
    assert asked(llm) == ["o login não abre"]


@pytest.mark.parametrize("again", ["Amei o refrão", "  Amei  o\n refrão ", "Amei o refra\u0303o", "Ａmei o refrão"])
def test_nor_is_it_asked_in_a_later_call(api, llm, again):
    api.post("/api/comentarios", sent("Amei o refrão"))

    assert api.post("/api/comentarios", sent(again)).json()["motor"] == "llm/test-model"
    assert asked(llm) == ["Amei o refrão"]


@pytest.mark.parametrize("other", ["amei o refrão", "Amei o refrao", "Amei o refrão!"])
def test_what_may_mean_something_else_is_asked(api, llm, other):
    api.post("/api/comentarios", sent("Amei o refrão"))
    api.post("/api/comentarios", sent(other))

    assert asked(llm) == ["Amei o refrão", other]


def test_another_model_is_asked_anew(api, llm, settings):
    api.post("/api/comentarios", sent())
    settings.LLM_MODEL = "other"

    assert api.post("/api/comentarios", sent()).json()["motor"] == "llm/other"
    assert len(llm.requests) == 2


def test_what_was_said_before_is_known_while_the_model_is_down(api, llm, settings):
    api.post("/api/comentarios", sent())
    settings.OPENAI_API_KEY = ""
    settings.CLASSIFIER_ENGINE = "llm"

    assert api.post("/api/comentarios", sent()).json()["motor"] == "llm/test-model"


def test_personal_data_does_not_leave_the_house_and_stays_in_what_is_stored(api, llm):
    text = "não abre, respondam em ana.souza@example.com ou 11 98765-4321"

    body = api.post("/api/comentarios", sent(text)).json()

    assert body["texto"] == text
    assert asked(llm) == ["não abre, respondam em [email] ou [telefone]"]


def test_where_the_operator_says_so_it_is_sent_as_it_came(api, llm, settings):
    settings.LLM_MASK_PII = False

    api.post("/api/comentarios", sent("falem com ana.souza@example.com"))

    assert asked(llm) == ["falem com ana.souza@example.com"]
