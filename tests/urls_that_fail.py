from django.http import HttpRequest, HttpResponse
from django.urls import path

from alumusic.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("segredo")


urlpatterns = [*urlpatterns, path("api/falha", fail)]
