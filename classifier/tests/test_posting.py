"""A listener's comment comes in, one or many, and gets its label."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.models import Category, Comment, CommentState, Tag
from classifier.tests.comments import sent, stored

pytestmark = pytest.mark.django_db


def test_one_comment_comes_back_with_category_tags_and_confidence(api):
    comment = sent("Não consigo fazer login, a senha certa dá erro. Horrível")

    response = api.post("/api/comentarios", comment)

    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/comentarios/{comment['id']}"
    assert (body["id"], body["texto"]) == (comment["id"], comment["texto"])
    assert body["categoria"] == "CRÍTICA"
    assert "fix_login" in body["tags_funcionalidades"]
    assert 0 <= body["confianca"] <= 1
    assert body["confianca"] == round(body["confianca"], 2)
    assert body["motor"].startswith("embedded/")
    assert (body["estado"], body["revisado"]) == ("classificado", False)


def test_a_list_keeps_its_order_and_its_ids_when_texts_repeat(api):
    comments = [
        sent("Que hino!"),
        sent("Quando sai o clipe?"),
        sent("Que hino!"),
        sent("Clique e ganhe seguidores grátis"),
    ]

    response = api.post("/api/comentarios", comments)

    assert response.status_code == 201
    assert [(c["id"], c["texto"]) for c in response.json()] == [(c["id"], c["texto"]) for c in comments]
    assert [c["categoria"] for c in response.json()] == ["ELOGIO", "DÚVIDA", "ELOGIO", "SPAM"]


def test_accents_are_sent_as_they_are(api):
    response = api.post("/api/comentarios", sent("Não gostei da introdução"))

    assert "CRÍTICA".encode() in response.content
    assert "introdução".encode() in response.content


def test_the_text_is_trimmed_and_the_optional_fields_are_kept(api):
    comment = sent(
        "  Amei  ", origem="app", autor="@bia", publicado_em="2025-08-01T13:00:00-03:00", metadados={"versao": "9.1"}
    )

    api.post("/api/comentarios", comment)

    body = api.get(f"/api/comentarios/{comment['id']}").json()
    assert body["texto"] == "Amei"
    assert (body["origem"], body["autor"], body["metadados"]) == ("app", "@bia", {"versao": "9.1"})
    assert body["publicado_em"] == "2025-08-01T13:00:00-03:00"


def test_the_same_comment_again_is_answered_as_stored_and_classified_once(api):
    comment = sent()
    first = api.post("/api/comentarios", comment).json()

    again = api.post("/api/comentarios", comment | {"origem": "web"})

    assert (again.status_code, again.json()) == (200, first)
    history = api.get(f"/api/comentarios/{comment['id']}").json()["historico"]
    assert [entry["tipo"] for entry in history] == ["classificacao"]


def test_the_same_id_with_another_text_is_a_conflict_and_changes_nothing(api):
    comment = sent("Amei")
    api.post("/api/comentarios", comment)

    response = api.post("/api/comentarios", comment | {"texto": "Odiei"})

    assert response.status_code == 409
    assert response.json()["type"] == "/problemas/id-com-outro-texto"
    assert api.get(f"/api/comentarios/{comment['id']}").json()["texto"] == "Amei"


def test_a_list_with_known_and_new_comments_stores_only_the_new(api):
    known = sent("Amei")
    api.post("/api/comentarios", known)

    response = api.post("/api/comentarios", [known, sent("Que som bom")])

    assert response.status_code == 201
    assert Comment.objects.count() == 2


def test_a_list_in_which_an_id_has_another_text_names_it_and_stores_nothing(api):
    known = sent("Amei")
    api.post("/api/comentarios", known)

    response = api.post("/api/comentarios", [sent("Novo"), known | {"texto": "Odiei"}])

    assert response.status_code == 400
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/1/id", "conflict")]
    assert Comment.objects.count() == 1


def test_bad_items_of_a_list_are_all_named_and_nothing_is_stored(api):
    good = sent()
    comments = [good, sent("   "), {"id": "sem-texto"}, sent("x", cor="azul"), good, sent(texto_longo := "é" * 5001)]

    response = api.post("/api/comentarios", comments)

    assert len(texto_longo) == 5001
    assert response.status_code == 400
    assert response.json()["detail"] == "5 comentários têm erro; nada foi gravado."
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [
        ("/1/texto", "blank"),
        ("/2/texto", "required"),
        ("/3/cor", "unknown"),
        ("/5/texto", "max_length"),
        ("/4/id", "duplicate"),
    ]
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"id": ""}, "/id", "pattern"),
        ({"id": "-abc"}, "/id", "pattern"),
        ({"id": "a" * 65}, "/id", "pattern"),
        ({"id": "com espaço"}, "/id", "pattern"),
        ({"id": "export"}, "/id", "reserved"),
        ({"id": 7}, "/id", "type"),
        ({"texto": ""}, "/texto", "blank"),
        ({"texto": "\u200b\u2060 \ufeff"}, "/texto", "blank"),
        ({"texto": 5}, "/texto", "type"),
        ({"texto": None}, "/texto", "type"),
        ({"texto": ["a"]}, "/texto", "type"),
        ({"texto": "a" * 5001}, "/texto", "max_length"),
        ({"origem": "x" * 101}, "/origem", "max_length"),
        ({"metadados": []}, "/metadados", "type"),
        ({"metadados": {"a": "x" * 5000}}, "/metadados", "max_length"),
        ({"publicado_em": "ontem"}, "/publicado_em", "moment"),
        ({"publicado_em": "2025-08-01T13:00:00"}, "/publicado_em", "moment"),
        ({"publicado_em": "2199-08-01T13:00:00Z"}, "/publicado_em", "future"),
        ({"publicado_em": "0187-01-09T21:12:14-18:34"}, "/publicado_em", "past"),
        ({"categoria": "SPAM"}, "/categoria", "unknown"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(api, fields, pointer, code):
    response = api.post("/api/comentarios", sent() | fields)

    assert response.status_code == 400
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]
    assert Comment.objects.count() == 0


@pytest.mark.parametrize("body", [7, "texto", None, True, [7], ["a"], [[]], [None]])
def test_what_is_no_comment_is_refused(api, body):
    response = api.post(
        "/api/comentarios", f"{body!r}".replace("'", '"').replace("None", "null").replace("True", "true")
    )

    assert response.status_code == 400
    assert Comment.objects.count() == 0


def test_an_empty_list_is_refused(api):
    assert api.post("/api/comentarios", []).status_code == 400


def test_more_than_10_000_are_too_many_for_one_call(api):
    response = api.post("/api/comentarios", [sent() for _ in range(10_001)])

    assert response.status_code == 413
    assert response.json()["detail"] == "Uma lista pode ter no máximo 10000 comentários."
    assert Comment.objects.count() == 0


def test_a_text_of_5000_characters_is_classified(api):
    complaint = (
        "Não gostei do disco novo. A voz sumiu atrás da bateria, as letras são fracas e o refrão se repete demais. "
        "A faixa 4 é uma cópia piorada da 2. Esperei três anos por isso e me arrependi de comprar. "
        "O som está abafado, a capa é feia e o preço é um absurdo. Que decepção. "
    )
    text = (complaint * 20)[:5_000]

    assert api.post("/api/comentarios", sent(text)).json()["categoria"] == "CRÍTICA"


@pytest.mark.parametrize("text", ["🔥🔥🔥", "?", "...", "👍🏽", "שיר יפה מאוד", "\u202eabc", "a", "ㅤoi"])
def test_odd_but_visible_texts_get_a_label(api, text):
    body = api.post("/api/comentarios", sent(text)).json()

    assert body["categoria"] in Category.values
    assert body["texto"] == text


def queries_of_a_list(api, count):
    """How many a list takes of which each comment is tagged; their texts decide the tags, so they are fixed."""
    subjects = ("o login", "a playlist", "a busca", "o download")
    comments = [sent(f"{subjects[n % len(subjects)]} não funciona") for n in range(count)]
    with CaptureQueriesContext(connection) as captured:
        answer = api.post("/api/comentarios", comments)
    assert answer.status_code == 201
    assert all(comment["tags_funcionalidades"] for comment in answer.json())
    return len(captured)


@pytest.mark.usefixtures("nobody_promotes")
def test_the_number_of_queries_does_not_grow_with_the_list(api):
    queries_of_a_list(api, 100)

    assert queries_of_a_list(api, 1) == queries_of_a_list(api, 3) == queries_of_a_list(api, 100)


@pytest.mark.usefixtures("nobody_promotes")
def test_nor_does_it_grow_with_the_tags_that_are_new(api):
    def with_an_empty_vocabulary(count):
        Comment.objects.all().delete()
        Tag.objects.all().delete()
        return queries_of_a_list(api, count)

    queries_of_a_list(api, 1)

    assert with_an_empty_vocabulary(1) == with_an_empty_vocabulary(4) == with_an_empty_vocabulary(100)


def test_a_comment_that_waits_is_shown_without_a_label(api):
    comment = stored(category=None)

    body = api.get(f"/api/comentarios/{comment.external_id}").json()

    assert (body["categoria"], body["confianca"], body["motor"], body["estado"]) == (None, None, None, "pendente")
    assert comment.state == CommentState.PENDING


def test_who_may_only_read_cannot_send(reader_api):
    response = reader_api.post("/api/comentarios", sent())

    assert (response.status_code, response.json()["type"]) == (403, "/problemas/sem-permissao")


def test_without_a_token_nothing_comes_in(anonymous):
    response = anonymous.post("/api/comentarios", sent())

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_an_answer_does_not_outgrow_what_was_sent(api):
    hostile = {f"campo{n}": n for n in range(5_000)} | {"k" * 100_000: 1}

    response = api.post("/api/comentarios", [sent(), sent() | hostile, {"id": "b"}])

    assert response.status_code == 400
    assert {error["pointer"].split("/")[1] for error in response.json()["errors"]} == {"1", "2"}
    assert len(response.content) < 10_000
