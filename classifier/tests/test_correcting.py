"""A curator's word stands above the machine's, and nobody's is overwritten unseen."""

import time
import uuid
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from classifier import labelling
from classifier.engines import llm_engine
from classifier.models import Comment
from classifier.tests.comments import stored

pytestmark = pytest.mark.django_db


def test_a_correction_is_what_is_shown_and_counted(curator_api):
    stored("Parabéns, estragaram", external_id="a", confidence=0.7)

    response = curator_api.patch(
        "/api/comentarios/a", {"categoria": "CRÍTICA", "tags_funcionalidades": ["fix_player"], "observacao": "ironia"}
    )

    body = response.json()
    assert response.status_code == 200
    assert (body["categoria"], body["tags_funcionalidades"], body["revisado"]) == ("CRÍTICA", ["fix_player"], True)
    assert (body["motor"], body["confianca"]) == ("embedded/test", 0.7)
    assert [(h["tipo"], h["quem"], h["categoria"], h["observacao"]) for h in body["historico"]] == [
        ("corrige", "curadora", "CRÍTICA", "ironia")
    ]
    assert [c["id"] for c in curator_api.get("/api/comentarios?categoria=CRÍTICA").json()] == ["a"]


def test_saying_the_same_confirms(curator_api):
    stored(external_id="a")

    body = curator_api.patch("/api/comentarios/a", {"categoria": "ELOGIO"}).json()

    assert (body["revisado"], [h["tipo"] for h in body["historico"]]) == (True, ["confirma"])
    assert Comment.objects.get().category_corrected is False


def test_an_empty_body_confirms_what_stands(curator_api):
    stored(external_id="a", tags=("fix_login",))

    body = curator_api.patch("/api/comentarios/a", {}).json()

    assert (body["categoria"], body["tags_funcionalidades"]) == ("ELOGIO", ["fix_login"])
    assert body["revisado"] is True


def test_tags_can_be_taken_away(curator_api):
    stored(external_id="a", tags=("fix_login",))

    body = curator_api.patch("/api/comentarios/a", {"tags_funcionalidades": []}).json()

    assert (body["tags_funcionalidades"], body["categoria"]) == ([], "ELOGIO")


def test_a_comment_without_a_label_needs_a_category(curator_api):
    stored(external_id="a", category=None)

    assert curator_api.patch("/api/comentarios/a", {}).status_code == 400
    assert curator_api.patch("/api/comentarios/a", {"categoria": "SPAM"}).json()["estado"] == "classificado"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"categoria": "critica"}, "/categoria"),
        ({"categoria": 1}, "/categoria"),
        ({"tags_funcionalidades": "fix_login"}, "/tags_funcionalidades"),
        ({"tags_funcionalidades": ["Fix Login"]}, "/tags_funcionalidades/0"),
        ({"tags_funcionalidades": ["fix_a", "fix_b", "fix_c", "fix_d", "fix_e", "fix_f"]}, "/tags_funcionalidades"),
        ({"observacao": "x" * 2001}, "/observacao"),
        ({"texto": "outro"}, "/texto"),
    ],
)
def test_a_wrong_correction_changes_nothing(curator_api, body, pointer):
    stored(external_id="a")

    response = curator_api.patch("/api/comentarios/a", body)

    assert response.status_code == 400
    assert [e["pointer"] for e in response.json()["errors"]] == [pointer]
    assert Comment.objects.get().reviewed is False


def test_who_was_slower_is_told_so(curator_api):
    stored(external_id="a")
    read = curator_api.get("/api/comentarios/a")["ETag"]
    assert curator_api.patch("/api/comentarios/a", {"categoria": "SPAM"}, headers={"If-Match": read}).status_code == 200

    response = curator_api.patch("/api/comentarios/a", {"categoria": "DÚVIDA"}, headers={"If-Match": read})

    assert (response.status_code, response.json()["type"]) == (412, "/problemas/alterado-por-outra-pessoa")
    assert curator_api.get("/api/comentarios/a").json()["categoria"] == "SPAM"


def test_an_etag_that_a_proxy_weakened_is_good(curator_api):
    stored(external_id="a")
    read = "W/" + curator_api.get("/api/comentarios/a")["ETag"]

    assert curator_api.patch("/api/comentarios/a", {}, headers={"If-Match": read}).status_code == 200


def test_only_curators_correct(api, reader_api):
    stored(external_id="a")

    assert api.patch("/api/comentarios/a", {"categoria": "SPAM"}).status_code == 403
    assert reader_api.patch("/api/comentarios/a", {"categoria": "SPAM"}).status_code == 403


def test_who_corrected_and_why_is_told_to_curators_only(curator_api, api):
    stored(external_id="a")
    curator_api.patch("/api/comentarios/a", {"categoria": "SPAM", "observacao": "corrente"})

    [entry] = api.get("/api/comentarios/a").json()["historico"]

    assert (entry["tipo"], entry["quem"], entry["observacao"]) == ("corrige", None, None)


def labelled_by_the_machine(comment, token):
    """What a worker does that read this comment when its claim had this token."""
    work = labelling.Work([comment], Q(lease_token=token), deadline=time.monotonic() + 5)
    return labelling.label(work, llm_engine())


def test_a_machine_that_comes_later_does_not_overrule_the_person(curator_api, llm):
    token = uuid.uuid4()
    comment = stored(
        external_id="a", category=None, lease_token=token, lease_until=timezone.now() + timedelta(minutes=1)
    )
    curator_api.patch("/api/comentarios/a", {"categoria": "SPAM"})

    labelled_by_the_machine(comment, token)

    body = curator_api.get("/api/comentarios/a").json()
    assert (body["categoria"], body["tags_funcionalidades"]) == ("SPAM", [])
    assert (body["confianca"], body["motor"]) == (0.9, "llm/test-model")
    assert Comment.objects.get().category_corrected is True


def test_a_worker_that_lost_its_claim_changes_nothing(llm):
    comment = stored(category=None, lease_token=uuid.uuid4(), lease_until=timezone.now())

    assert labelled_by_the_machine(comment, uuid.uuid4()).labelled == 0
    comment.refresh_from_db()
    assert (comment.category, comment.classifications.count()) == (None, 0)
