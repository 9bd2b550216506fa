"""Is the process up, and can it do its work: a probe a part, each naming what it found."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from alumusic.celery import app
from alumusic.throttling import CACHE_DOWN


@dataclass(frozen=True, slots=True)
class Finding:
    """part: its name; fault: None where it is well; vital: nothing works without it."""

    part: str
    fault: str | None = None
    vital: bool = False


Probe = Callable[[], Finding]


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        return Finding("banco", type(error).__name__, vital=True)
    return Finding("banco")


def migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError) as error:
        return Finding("migracoes", type(error).__name__, vital=True)
    return Finding("migracoes", f"{len(plan)} pendentes" if plan else None, vital=bool(plan))


def cache_server() -> Finding:
    try:
        cache.get("readiness")
    except (*CACHE_DOWN, OSError) as error:
        return Finding("cache", type(error).__name__)
    return Finding("cache")


def broker() -> Finding:
    try:
        with app.connection_for_write(connect_timeout=1) as link:
            link.ensure_connection(max_retries=0, timeout=1)
    except (BrokerError, KombuError, OSError) as error:
        return Finding("broker", type(error).__name__)
    return Finding("broker")


def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"estado": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    findings = [import_string(path)() for path in settings.READINESS_PROBES]
    down = {f.part: f.fault for f in findings if f.fault and f.vital}
    degraded = {f.part: f.fault for f in findings if f.fault and not f.vital}
    answer = {"estado": "indisponivel" if down else "ok"}
    return JsonResponse(
        answer | ({"falhas": down} if down else {}) | ({"degradado": degraded} if degraded else {}),
        status=503 if down else 200,
    )
