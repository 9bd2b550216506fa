"""What Prometheus scrapes. Each figure is read from the database, so it is right with any number of processes."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

LOOPBACK = {"127.0.0.1", "::1"}


class FromDatabase(Collector):
    def collect(self) -> Iterator[Metric]:
        for path in settings.METRICS:
            yield from import_string(path)()


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as text; 404 to whom they are not for, who then does not learn that they are here."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(FromDatabase())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: HttpRequest) -> bool:
    """By the token, or without one from this host itself and not through a proxy."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), settings.METRICS_TOKEN.encode())
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
