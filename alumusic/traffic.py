"""How many requests came, by route and status, and how long each took until its answer began."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

ROUTE = "alumusic.route"
METHODS = {"GET", "HEAD", "POST", "PATCH", "OPTIONS"}

# In a file of each process's own where PROMETHEUS_MULTIPROC_DIR is set, as gunicorn.conf.py does; added up by a scrape.
REQUESTS = Histogram(
    "http_request_seconds",
    "Time until an answer began, by method, route and status.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
    registry=None,
)

Environ = dict[str, Any]


class Counted:
    """WSGI middleware around all roads, the short ones too."""

    def __init__(self, application: Callable[[Environ, Any], Iterable[bytes]]) -> None:
        self.application = application
        self.counters: dict[tuple[str, str, str], Any] = {}

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._count(environ, status[:3], time.perf_counter() - began)
            return start_response(status, headers, *more)

        return self.application(environ, start)

    def _count(self, environ: Environ, status: str, seconds: float) -> None:
        method = environ["REQUEST_METHOD"]
        key = (method if method in METHODS else "other", environ.get(ROUTE, ""), status)
        counter = self.counters.get(key)
        if counter is None:
            counter = self.counters[key] = REQUESTS.labels(*key)
        counter.observe(seconds)


class RouteMiddleware:
    """Tells `Counted` the route; what matches none has none, so that strangers can't invent any."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        if request.resolver_match:
            request.META[ROUTE] = f"/{request.resolver_match.route}"
