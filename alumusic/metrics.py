"""What Prometheus scrapes: right with any number of processes.

What is the system's is read from the database, and requests from the files of all processes of this host.
"""

import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django_celery_beat.models import PeriodicTask
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from alumusic.traffic import REQUESTS

LOOPBACK = {"127.0.0.1", "::1"}
DATABASE_BYTES = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}


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
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def building() -> Iterator[Metric]:
    """What is no app's: how large the database is, and whether beat goes on."""
    with connection.cursor() as cursor:
        cursor.execute(DATABASE_BYTES[connection.vendor])
        yield GaugeMetricFamily("database_bytes", "Size of the database on its disk.", float(cursor.fetchone()[0]))
    silent = GaugeMetricFamily("beat_silent_seconds", "Since beat last noted down that it sent something.")
    last = PeriodicTask.objects.aggregate(last=Max("last_run_at"))["last"]
    if last:
        silent.add_metric([], (timezone.now() - last).total_seconds())
    yield silent


def _may_read(request: HttpRequest) -> bool:
    """By the token, or without one from this host itself and not through a proxy."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), settings.METRICS_TOKEN.encode())
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
