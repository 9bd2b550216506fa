"""The public report from the cache, answered before Django takes the request up."""

import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings

from alumusic import single_flight
from alumusic.requests import SANE_ID
from alumusic.throttling import CACHE_DOWN
from alumusic.traffic import ROUTE
from reports import recent
from reports.api import conditional

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Any], Iterable[bytes]]

PATH = "/api/relatorio/semana"
ANY_JSON = {"*/*", "application/*", "application/json"}
OF_EACH_ANSWER = {"ETag", "Cache-Control", "Content-Length", "X-Request-ID", "Content-Language"}
MOST_DOORS = 100


class ShortRoad:
    """WSGI middleware. Pages poll the report, and nothing that Django would do for them changes the answer.

    Whether a host and a scheme are good, and which headers protect an answer, it learns from Django: it answers only
    where the long road has answered the same host by the same scheme before, and with the headers that it had then.
    What needs a second thought goes the long road: a cold or stale cache, a query, a form to negotiate.
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self.learned: dict[tuple[Any, ...], Headers] = {}

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH or not _plain(environ):
            return self.application(environ, start_response)
        door = tuple(environ.get(name) for name in ("HTTP_HOST", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO"))
        common = self.learned.get(door)
        if common is None:
            return self.application(environ, self._learning(door, start_response))
        try:
            found: single_flight.Answer[recent.Encoded] | None = single_flight.stored(recent.KEY)
        except CACHE_DOWN:
            found = None
        if found is None or not found.fresh:
            return self.application(environ, start_response)
        environ[ROUTE] = PATH
        return _respond(environ, start_response, found, common)

    def _learning(self, door: tuple[Any, ...], start_response: Any) -> Any:
        def start(status: str, headers: Headers, *more: Any) -> Any:
            if status.startswith("200") and len(self.learned) < MOST_DOORS:
                self.learned[door] = [header for header in headers if header[0] not in OF_EACH_ANSWER]
            return start_response(status, headers, *more)

        return start


def _plain(environ: Environ) -> bool:
    accepted = environ.get("HTTP_ACCEPT", "*/*")
    return (
        settings.REPORTS_PUBLIC
        and environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ.get("QUERY_STRING")
        and not environ.get("CONTENT_LENGTH")
        and (accepted in ANY_JSON or not ANY_JSON.isdisjoint(accepted.replace(" ", "").split(",")))
    )


def _respond(
    environ: Environ, start_response: Any, found: single_flight.Answer[recent.Encoded], common: Headers
) -> Iterable[bytes]:
    sent = environ.get("HTTP_X_REQUEST_ID", "")
    own = [
        *conditional.headers(found).items(),
        ("X-Request-ID", sent if SANE_ID.fullmatch(sent) else str(uuid.uuid4())),
    ]
    if conditional.unchanged(environ.get("HTTP_IF_NONE_MATCH"), found):
        status = HTTPStatus.NOT_MODIFIED
        common = [header for header in common if header[0] != "Content-Type"]
        body = b""
    else:
        status, body = HTTPStatus.OK, found.value.from_cache
        own.append(("Content-Length", str(len(body))))
    start_response(f"{status.value} {status.phrase}", common + own)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
