"""Only what we signed, as what it was meant for, opens anything."""

import base64
import hashlib
import hmac
import json

import jwt
import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts import tokens
from alumusic import environment

pytestmark = pytest.mark.django_db

DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def segment(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims, key, algorithm="HS256", digest="HS256"):
    message = f"{segment({'alg': algorithm, 'typ': 'JWT'})}.{segment(claims)}"
    return f"{message}.{segment(hmac.new(key.encode(), message.encode(), DIGESTS[digest]).digest())}"


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def refused(anonymous, token):
    response = anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
    refreshed = anonymous.post("/api/auth/refresh", {"refresh": token}) if token.strip() else response
    told = (response.status_code, response["WWW-Authenticate"], response["Content-Type"])
    return told == (401, 'Bearer realm="api"', "application/problem+json") and refreshed.status_code == 401


@pytest.fixture
def key(settings):
    return settings.SIMPLE_JWT["SIGNING_KEY"]


@pytest.fixture
def pair(make_user):
    return tokens.issue(make_user("ana"))


def test_the_forgers_tools_are_sound(anonymous, pair, key):
    token = signed(claims_of(pair.access), key)

    assert anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("kind", ["access", "refresh"])
@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [("none", "HS256"), ("None", "HS256"), ("HS512", "HS512"), ("HS384", "HS384"), ("RS256", "HS256"), ("", "HS256")],
)
def test_another_algorithm_is_refused_even_with_our_key(anonymous, pair, key, kind, algorithm, digest):
    assert refused(anonymous, signed(claims_of(getattr(pair, kind)), key, algorithm, digest))


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_no_signature_or_that_of_another_key_is_refused(anonymous, pair, kind):
    token = getattr(pair, kind)
    header, payload, _signature = token.split(".")

    assert refused(anonymous, f"{segment({'alg': 'none'})}.{payload}.")
    assert refused(anonymous, f"{header}.{payload}.")
    assert refused(anonymous, signed(claims_of(token), 32 * "k"))


def test_a_refresh_token_opens_no_call(anonymous, pair):
    for path in ("/api/auth/me", "/api/comentarios"):
        assert anonymous.get(path, headers={"Authorization": f"Bearer {pair.refresh}"}).status_code == 401


def test_an_access_token_renews_nothing_and_ends_nothing(anonymous, pair):
    for path in ("/api/auth/refresh", "/api/auth/logout"):
        assert anonymous.post(path, {"refresh": pair.access}).status_code == 401
        assert anonymous.post(path, headers={"Authorization": f"Bearer {pair.access}"}).status_code == 401
    assert anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {pair.access}"}).status_code == 200


@pytest.mark.parametrize("claim", ["exp", "jti", "token_type", "family", "pwd"])
@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_a_token_that_lacks_a_claim_is_refused(anonymous, pair, key, kind, claim):
    claims = claims_of(getattr(pair, kind))
    del claims[claim]

    assert refused(anonymous, signed(claims, key))


@pytest.mark.parametrize("odd", ["x", "", 5, None, ["a"], {"a": 1}, "' OR 1=1"])
@pytest.mark.parametrize("claim", ["jti", "family", "pwd"])
def test_a_claim_of_another_make_is_refused(anonymous, pair, key, claim, odd):
    for token in (pair.access, pair.refresh):
        assert refused(anonymous, signed(claims_of(token) | {claim: odd}, key))


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a.b.c",
        "Bearer ..",
        "Bearer \xff\xfe\x80",
        "Bearer Bearer",
        "Basic YW5hOmFuYQ==",
        "Token x",
        "Bearer " + "a" * 7_000,
        "Bearer " + segment(b"[" * 5_000) + ".e30.e30",
        "Bearer " + segment({"alg": ["HS256"]}) + ".e30.e30",
        "Bearer " + segment({"alg": "HS256", "crit": ["exp"]}) + ".e30.e30",
        "Bearer " + segment(b"\xff") + ".e30.e30",
    ],
)
def test_a_malformed_header_is_401_and_nothing_worse(anonymous, header):
    response = anonymous.get("/api/auth/me", headers={"Authorization": header})

    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("raw", ["a", "a.b", "é.ü.ß", "😀", "..", " ", "[" * 4_000, "a" * 4_096])
def test_junk_in_the_body_is_401_and_nothing_worse(anonymous, raw):
    assert anonymous.post("/api/auth/refresh", {"refresh": raw}).status_code == 401


def test_the_scheme_is_read_in_any_case(anonymous, pair):
    assert anonymous.get("/api/auth/me", headers={"Authorization": f"bearer {pair.access}"}).status_code == 200


@pytest.mark.parametrize("name", ["JWT_SIGNING_KEY", "SECRET_KEY"])
def test_a_key_of_24_bytes_is_refused_at_the_start(monkeypatch, name):
    monkeypatch.setenv(name, "k" * 24)

    with pytest.raises(ImproperlyConfigured, match=f"{name} must have at least 32 bytes"):
        environment.load()
