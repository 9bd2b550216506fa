"""A process in which a request, a task and a log line fail, each with words that are nobody else's. Run by a test."""

import logging

import django

django.setup()

from celery import shared_task  # noqa: E402
from django.conf import settings  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

from alumusic.urls import handler400, handler403, handler404, handler500  # noqa: E402

__all__ = ["handler400", "handler403", "handler404", "handler500"]

WORDS = "um comentário que ninguém mais lê"


def fail(request: HttpRequest, key: str) -> HttpResponse:
    local = request.body.decode()
    raise RuntimeError(f"{local} {key}")


@shared_task(name="tests.fail")
def failing(text: str) -> None:
    raise ValueError(text)


urlpatterns = [path("api/falha/<key>", fail)]

if __name__ == "__main__":
    settings.ROOT_URLCONF = "tests.process_that_fails"
    client = Client(raise_request_exception=False, headers={"Authorization": "Bearer token-secreto"})
    answer = client.post(
        "/api/falha/chave-na-rota?q=busca-secreta", {"texto": WORDS}, "application/json", HTTP_X_REQUEST_ID="pedido-7"
    )
    failing.apply(kwargs={"text": WORDS})
    logging.getLogger("classifier").error("Não gravou %s", WORDS)
    print(answer.status_code)  # noqa: T201
