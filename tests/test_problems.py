"""Every error has one form, in the reader's language, and gives nothing away."""

import re

import pytest
from django.test import Client

from alumusic.problems import every_problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/nada", 404),
        ("get", "/api/comentarios/", 404),
        ("post", "/api/comentarios/export", 405),
        ("put", "/api/comentarios", 405),
        ("options", "/api/comentarios", 405),
        ("get", "/api/lotes/00000000-0000-0000-0000-000000000000", 404),
        ("get", "/api/lotes/abc", 404),
    ],
)
def test_an_error_is_a_problem(api, method, path, status):
    response = getattr(api, method)(path)

    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (body["status"], sorted(body)) == (status, ["detail", "status", "title", "type"])
    assert re.fullmatch(r"/problemas/[a-z-]+", body["type"])


def test_405_names_what_is_allowed(api):
    assert api.put("/api/comentarios")["Allow"] == "GET, HEAD, POST"


def test_a_form_that_cannot_be_given_is_406(api):
    assert api.get("/api/comentarios", headers={"Accept": "application/xml"}).status_code == 406


def test_every_type_of_problem_has_its_page(client):
    slugs = [problem.slug for problem in every_problem()]

    assert len(slugs) == len(set(slugs))
    assert [client.get(f"/problemas/{slug}").status_code for slug in slugs] == [200] * len(slugs)


def test_a_problem_that_is_not_there_has_a_page_too(client):
    response = client.get("/problemas/nada", headers={"Accept": "text/html"})

    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Não encontrado" in response.content.decode()


def test_our_own_fault_carries_an_id_and_no_detail(settings, api, caplog):
    settings.ROOT_URLCONF = "tests.urls_that_fail"
    client = Client(raise_request_exception=False)

    response = client.get("/api/falha", headers={"X-Request-ID": "pedido-7"})

    assert (response.status_code, response["X-Request-ID"]) == (500, "pedido-7")
    assert response.json()["detail"] == "Algo falhou do nosso lado. O id é pedido-7."
    assert "segredo" not in response.content.decode()


def test_a_request_keeps_the_id_it_came_with_if_it_is_sane(api):
    assert api.get("/api/auth/me", headers={"X-Request-ID": "abc-1.2_3"})["X-Request-ID"] == "abc-1.2_3"
    assert re.fullmatch(r"[0-9a-f-]{36}", api.get("/api/auth/me", headers={"X-Request-ID": "a b"})["X-Request-ID"])
    assert re.fullmatch(r"[0-9a-f-]{36}", api.get("/api/auth/me")["X-Request-ID"])
