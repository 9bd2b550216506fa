"""Every kind of answer tells the browser the same: nothing runs but our own files, nothing frames us, only https."""

import pytest
from django.test import Client

from accounts.groups import ADMINISTRATORS
from conftest import PASSWORD
from reports.api.short_road import PATH, ShortRoad

pytestmark = pytest.mark.django_db

YEAR = 31_536_000
PAGE = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def https(settings):
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.LANGUAGE_COOKIE_SECURE = settings.SECURE_HSTS_PRELOAD = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_SECONDS = YEAR


def protected(response):
    """The headers, apart from those that are as they should be."""
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    expected = {
        "Strict-Transport-Security": f"max-age={YEAR}; includeSubDomains; preload",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    wrong = {
        name: response.headers.get(name) for name, value in expected.items() if response.headers.get(name) != value
    }
    runs = {policy["default-src"], policy["script-src"], policy["style-src"], policy["frame-ancestors"]}
    if runs != {"'none'", "'self'"} or "unsafe" in response["Content-Security-Policy"]:
        wrong["Content-Security-Policy"] = response["Content-Security-Policy"]
    if "camera=()" not in response.headers.get("Permissions-Policy", ""):
        wrong["Permissions-Policy"] = response.headers.get("Permissions-Policy")
    return wrong


KINDS = {
    "a page": ("get", "/painel/login/", PAGE, 200),
    "a redirect": ("get", "/", PAGE, 302),
    "the charts": ("get", "/relatorio", PAGE, 200),
    "a page that is not there": ("get", "/nada", PAGE, 404),
    "a page of the panel that is not there": ("get", "/painel/nada/", PAGE, 302),
    "the API's page": ("get", "/api/docs", PAGE, 200),
    "the API's description": ("get", "/api/schema", {}, 200),
    "an answer of the API": ("get", "/api/relatorio/semana", {}, 200),
    "a refusal of the API": ("get", "/api/comentarios", {}, 401),
    "a call that is not there": ("get", "/api/nada", {}, 404),
    "a method that is not taken": ("put", "/api/comentarios", {}, 401),
    "a body that is refused": ("post", "/api/auth/login", {"Content-Encoding": "gzip"}, 415),
    "a static file": ("get", "/static/alumusic/page.css", {}, 200),
    "a static file that is not there": ("get", "/static/nada.css", {}, 404),
    "a page of a problem": ("get", "/problemas/validacao", PAGE, 200),
    "the metrics": ("get", "/metrics", {}, 200),
    "health": ("get", "/healthz", {}, 200),
    "an unknown unsubscriber": ("get", "/resumo/sair/x", PAGE, 404),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_of_this_kind_is_protected(kind):
    method, path, headers, status = KINDS[kind]

    response = getattr(Client(headers=headers), method)(path, secure=True)
    response.close()

    assert (response.status_code, protected(response)) == (status, {})


def test_our_own_failure_is_protected_too(settings):
    settings.ROOT_URLCONF = "tests.urls_that_fail"

    response = Client(raise_request_exception=False).get("/api/falha", secure=True)

    assert (response.status_code, protected(response)) == (500, {})


def test_a_form_from_another_site_is_refused_under_protection():
    response = Client(enforce_csrf_checks=True, headers=PAGE).post("/painel/login/", {}, secure=True)

    assert (response.status_code, protected(response)) == (403, {})


def test_a_host_that_is_not_ours_gets_no_page_of_ours():
    response = Client().get("/api/auth/me", secure=True, HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "evil.example" not in response.content.decode()


def test_plain_http_is_led_to_https_but_for_a_probe(settings):
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get("/relatorio")["Location"] == "https://testserver/relatorio"
    assert Client().get("/healthz").status_code == 200


def test_cookies_are_for_https_and_out_of_reach_of_scripts_and_other_sites(make_user):
    browser = Client(headers=PAGE)
    make_user("ana", ADMINISTRATORS)
    browser.get("/painel/login/", secure=True)
    browser.post("/idioma", {"language": "en"}, secure=True)
    browser.post("/painel/login/", {"username": "ana", "password": PASSWORD}, secure=True)

    told = {
        name: (bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"])
        for name, cookie in browser.cookies.items()
    }

    assert sorted(told) == ["csrftoken", "django_language", "sessionid"]
    assert set(told.values()) == {(True, True, "Lax")}


def test_the_short_road_says_what_the_long_one_said(settings):
    heads = []
    road = ShortRoad(
        lambda environ, start: start("200 OK", [("Permissions-Policy", "camera=()"), ("ETag", "x")]) or [b""]
    )
    environ = {"PATH_INFO": PATH, "REQUEST_METHOD": "GET", "HTTP_HOST": "testserver", "wsgi.url_scheme": "https"}

    road(environ, lambda _status, headers, *_more: heads.append(headers))
    [learned] = road.learned.values()

    assert learned == [("Permissions-Policy", "camera=()")]
