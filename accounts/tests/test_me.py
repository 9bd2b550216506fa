"""What a user is told of themselves, and of nobody else."""

import pytest

from accounts.groups import ADMINISTRATORS, API_CLIENT, CURATORS, READERS
from conftest import Api

pytestmark = pytest.mark.django_db


def test_i_am_told_my_groups_and_permissions(make_user):
    user = make_user("ana", API_CLIENT)

    response = Api(user).get("/api/auth/me")

    assert response.status_code == 200
    assert response.json() == {
        "id": user.pk,
        "username": "ana",
        "grupos": [API_CLIENT],
        "permissoes": sorted(user.get_all_permissions()),
    }


def test_names_come_with_their_accents(make_user):
    assert "Renée".encode() in Api(make_user("Renée")).get("/api/auth/me").content


def test_two_users_asking_the_same_address_get_their_own_answer(make_user):
    ana, bia = Api(make_user("ana")), Api(make_user("bia"))

    answers = [api.get("/api/auth/me") for api in (ana, bia, ana)]

    assert [answer.json()["username"] for answer in answers] == ["ana", "bia", "ana"]
    for answer in answers:
        assert answer["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Accept-Language"} <= set(answer["Vary"].split(", "))


def test_a_refusal_is_nobody_elses_either(anonymous):
    response = anonymous.get("/api/auth/me")

    assert (response.status_code, response["Cache-Control"]) == (401, "private, no-cache")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert "Authorization" in response["Vary"].split(", ")


@pytest.mark.parametrize(
    ("group", "may"),
    [(API_CLIENT, False), (READERS, True), (CURATORS, True), (ADMINISTRATORS, True)],
)
def test_groups_come_with_the_right_to_the_panel_or_without(make_user, group, may):
    permissions = Api(make_user("ana", group)).get("/api/auth/me").json()["permissoes"]

    assert ("accounts.enter_panel" in permissions) is may


def test_only_the_administration_manages_accounts(make_user):
    def managing(group):
        permissions = Api(make_user(group.split()[0], group)).get("/api/auth/me").json()["permissoes"]
        return [p for p in permissions if p.startswith(("accounts.", "auth.")) and p != "accounts.enter_panel"]

    assert [managing(group) for group in (API_CLIENT, READERS, CURATORS)] == [[], [], []]
    assert managing(ADMINISTRATORS) == [
        "accounts.add_user",
        "accounts.change_tokenfamily",
        "accounts.change_user",
        "accounts.delete_user",
        "accounts.view_tokenfamily",
        "accounts.view_user",
        "auth.add_group",
        "auth.change_group",
        "auth.delete_group",
        "auth.view_group",
    ]
