"""The report before Django takes it up: nobody can tell which road an answer came by."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from reports import recent
from reports.api.short_road import PATH, ShortRoad

pytestmark = pytest.mark.django_db(transaction=True)  # Django closes its connections between requests

Door = Callable[..., tuple[str, dict[str, str], bytes]]


class Counting:
    """Django as a server runs it, with the settings of its first request; and how often it was asked."""

    asked = 0

    @cached_property
    def django(self) -> Any:
        return get_wsgi_application()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.asked += 1
        return self.django(environ, start_response)


@pytest.fixture
def long_road() -> Counting:
    return Counting()


@pytest.fixture
def get(long_road) -> Door:
    application = ShortRoad(long_road)

    def get(path: str = PATH, method: str = "get", **headers: str) -> tuple[str, dict[str, str], bytes]:
        given: list[Any] = []
        environ = getattr(RequestFactory(), method)(path, headers=headers).environ
        chunks = application(environ, lambda status, headers, *_more: given.extend((status, dict(headers))))
        body = b"".join(chunks)
        if close := getattr(chunks, "close", None):
            close()
        return given[0], given[1], body

    return get


def test_a_warm_answer_needs_neither_django_nor_the_database(get, long_road):
    get()
    with CaptureQueriesContext(connection) as queries:
        status, _headers, body = get()

    assert (status, long_road.asked, len(queries)) == ("200 OK", 1, 0)
    assert body.endswith(b',"reload":false}')


def test_both_roads_answer_with_the_same_headers(get, long_road):
    get()
    short = get(**{"X-Request-ID": "r-1"})
    long = get(**{"X-Request-ID": "r-1", "Accept": "application/json;q=1"})

    assert long_road.asked == 2
    assert (short[0], short[2]) == (long[0], long[2])
    assert {**short[1], "Content-Language": "pt-br"} == long[1]
    assert short[1]["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in short[1]["Content-Security-Policy"]


def test_304_and_head_have_no_body(get, long_road):
    _status, headers, _body = get()

    status, unchanged, nothing = get(**{"If-None-Match": headers["ETag"]})
    assert (status, nothing, unchanged["ETag"]) == ("304 Not Modified", b"", headers["ETag"])
    assert "Content-Type" not in unchanged
    status, head, nothing = get(method="head")
    assert (status, nothing, head["Content-Length"]) == ("200 OK", b"", str(len(get()[2])))
    assert long_road.asked == 1


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        (PATH, "get", {"Host": "evil.example"}, "400"),
        (PATH, "get", {"Accept": "application/xml"}, "406"),
        (PATH, "get", {"Accept": "text/html, */*"}, "200"),
        (f"{PATH}?x=1", "get", {}, "400"),
        (PATH, "post", {}, "405"),
        (PATH, "options", {}, "405"),
        (f"{PATH}/", "get", {}, "404"),
    ],
)
def test_what_is_not_plain_is_answered_as_everywhere(get, path, method, headers, status):
    get()

    assert get(path, method, **headers)[0].startswith(status)


def test_a_request_that_must_come_by_https_is_not_answered_without(get, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert get()[0].startswith("301")
    assert get()[0].startswith("301")


def test_when_the_cache_is_cold_again_the_long_road_fills_it(get, long_road):
    get()
    cache.delete(recent.KEY)

    assert get()[2].endswith(b',"reload":true}')
    assert long_road.asked == 2


def test_a_report_that_is_closed_is_closed_on_both_roads(get, settings):
    get()
    settings.REPORTS_PUBLIC = False

    assert get()[0].startswith("401")
