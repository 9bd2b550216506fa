"""Who may make an account, under which names, and what a new one may do."""

import pytest
from django.contrib.auth.models import Group

from accounts.groups import API_CLIENT
from accounts.models import User
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


def register(api, username, password=PASSWORD):
    return api.post("/api/auth/register", {"username": username, "password": password})


def test_a_new_account_is_an_api_client_and_nothing_else(anonymous):
    response = register(anonymous, "ana")

    user = User.objects.get()
    assert (response.status_code, response.json()) == (201, {"id": user.pk, "username": "ana"})
    assert [group.name for group in user.groups.all()] == [API_CLIENT]
    assert (user.is_staff, user.is_superuser, user.user_permissions.count()) == (False, False, 0)


def test_a_new_account_can_log_in(anonymous):
    register(anonymous, "ana")

    response = anonymous.post("/api/auth/login", {"username": "ana", "password": PASSWORD})

    assert (response.status_code, sorted(response.json())) == (200, ["access", "refresh"])


def test_closed_registration_says_so_and_makes_no_account(settings, anonymous):
    settings.ACCOUNTS_OPEN_REGISTRATION = False

    response = register(anonymous, "ana")

    assert (response.status_code, response.json()["type"]) == (403, "/problemas/cadastro-fechado")
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ana", "ana"),
        ("ana", "Ana"),
        ("ana", "ａｎａ"),
        ("rené", "rene\u0301"),
        ("rene\u0301", "RENÉ"),
        ("straße", "STRASSE"),
        ("\ufb01lipe", "filipe"),
    ],
)
def test_two_spellings_of_one_name_are_one_account(anonymous, first, second):
    assert register(anonymous, first).status_code == 201

    response = register(anonymous, second)

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/username")
    assert response.json()["errors"][0]["code"] == "unique"
    assert User.objects.count() == 1


def test_any_spelling_of_the_name_logs_in(anonymous):
    register(anonymous, "René")

    statuses = [
        anonymous.post("/api/auth/login", {"username": name, "password": PASSWORD}).status_code
        for name in ("René", "rene\u0301", "RENÉ", "ｒｅｎé")
    ]

    assert statuses == [200, 200, 200, 200]


@pytest.mark.parametrize(
    ("username", "code"),
    [
        ("", "min_length"),
        ("a" * 151, "max_length"),
        ("a" * 2**20, "max_length"),
        ("\ufb03" * 150, "max_length"),
        ("ana maria", "invalid"),
        ("ana\u200b", "invalid"),
        ("<b>ana</b>", "invalid"),
        ("ana\x00", "characters"),
        (5, "type"),
        (None, "type"),
        (["ana"], "type"),
    ],
)
def test_a_name_that_cannot_be_is_refused_by_name(anonymous, username, code):
    response = register(anonymous, username)

    assert response.status_code == 400
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/username", code)]
    assert User.objects.count() == 0


def test_half_a_surrogate_pair_is_no_name(anonymous):
    body = b'{"username": "ana\\ud83d", "password": "segredo-bem-comprido-42"}'

    assert anonymous.post("/api/auth/register", body).status_code == 400
    assert User.objects.count() == 0


def test_the_longest_name_is_taken(anonymous):
    assert register(anonymous, "ﬃ" * 50).json()["username"] == "ffi" * 50
    assert register(anonymous, "ΐ" * 150).status_code == 201


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Zk9#", ["password_too_short"]),
        ("password123", ["password_too_common"]),
        ("83746592017", ["password_entirely_numeric"]),
        ("anabeatriz", ["password_too_similar"]),
        ("12345", ["password_too_short", "password_too_common", "password_entirely_numeric"]),
    ],
)
def test_a_weak_password_is_refused_with_every_reason(anonymous, password, codes):
    response = register(anonymous, "anabeatriz", password)

    assert response.status_code == 400
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/password", c) for c in codes]
    assert User.objects.count() == 0


def test_a_bad_name_and_a_bad_password_are_named_in_one_answer(anonymous):
    errors = register(anonymous, "ana maria", "12345").json()["errors"]

    assert sorted({e["pointer"] for e in errors}) == ["/password", "/username"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"username": "ana"}, "/password", "required"),
        ({"password": PASSWORD}, "/username", "required"),
        ({"username": "ana", "password": PASSWORD, "is_superuser": True}, "/is_superuser", "unknown"),
        ([], "", "type"),
        ('"ana"', "", "type"),
    ],
)
def test_a_body_of_another_shape_is_refused(anonymous, body, pointer, code):
    response = anonymous.post("/api/auth/register", body)

    assert response.status_code == 400
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]


def test_an_account_is_made_even_where_its_group_was_deleted(anonymous):
    Group.objects.all().delete()

    assert register(anonymous, "ana").status_code == 201
    assert User.objects.get().get_all_permissions() == set()
