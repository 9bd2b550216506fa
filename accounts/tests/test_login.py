"""A name and a password for a pair of tokens, and nothing told to who guesses."""

import pytest

from accounts.groups import API_CLIENT
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


def login(api, username="ana", password=PASSWORD, **extra):
    return api.post("/api/auth/login", {"username": username, "password": password}, **extra)


def told(response):
    return response.status_code, response.json(), response["WWW-Authenticate"], response["Content-Type"]


def test_the_access_token_of_a_login_opens_the_api(anonymous, make_user):
    make_user("ana", API_CLIENT)

    access = login(anonymous).json()["access"]

    assert anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def test_tokens_are_never_stored_on_the_way(anonymous, make_user):
    make_user("ana")

    assert login(anonymous)["Cache-Control"] == "no-store"


def test_an_unknown_name_a_wrong_password_and_a_deactivated_account_are_told_alike(anonymous, make_user):
    make_user("ana")
    gone = make_user("bia")
    gone.is_active = False
    gone.save()

    wrong = told(login(anonymous, "ana", "errada"))

    assert (wrong[0], wrong[2], wrong[3]) == (401, 'Bearer realm="api"', "application/problem+json")
    assert told(login(anonymous, "ninguém")) == wrong
    assert told(login(anonymous, "bia")) == wrong


@pytest.mark.parametrize("username", ["a" * 151, "a" * 2**20, "ana\x00", 5, None, {"$ne": ""}])
def test_a_name_that_cannot_be_is_400_here_too(anonymous, username):
    assert login(anonymous, username).status_code == 400


def test_a_name_with_percent_zero_is_just_unknown(anonymous):
    assert login(anonymous, "ana%00").status_code == 401


def test_a_form_instead_of_json_is_415(anonymous):
    response = anonymous.post(
        "/api/auth/login", "username=ana&password=x", content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 415


def test_a_broken_authorization_header_is_no_hindrance_to_logging_in(anonymous, make_user):
    make_user("ana")

    assert login(anonymous, headers={"Authorization": "Bearer velho e quebrado"}).status_code == 200


def test_after_ten_failures_an_address_waits(anonymous, make_user):
    make_user("ana")

    statuses = [login(anonymous, password="errada").status_code for _ in range(12)]
    refused = login(anonymous)

    assert statuses == [401] * 10 + [429] * 2
    assert (refused.status_code, refused.json()["type"]) == (429, "/problemas/muitas-requisicoes")
    assert 1 <= int(refused["Retry-After"]) <= 1800
    assert login(anonymous, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_logins_that_succeed_do_not_count(anonymous, make_user):
    make_user("ana")

    assert [login(anonymous).status_code for _ in range(12)] == [200] * 12
