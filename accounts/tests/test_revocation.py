"""Who may not come in any more is out at once, with every token that is out already."""

import pytest
from django.test import Client

from accounts import tokens
from accounts.groups import ADMINISTRATORS, API_CLIENT, CURATORS
from accounts.models import User
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


def change_password(user):
    user.set_password("outro-segredo-comprido-43")
    user.save()


def deactivate(user):
    user.is_active = False
    user.save()


def delete(user):
    user.delete()


WAYS_OUT = [change_password, deactivate, delete]


@pytest.mark.parametrize("leave", WAYS_OUT)
def test_tokens_that_are_out_already_are_refused_at_once(anonymous, make_user, leave):
    user = make_user("ana", API_CLIENT)
    pair = tokens.issue(user)
    bearer = {"Authorization": f"Bearer {pair.access}"}
    assert anonymous.get("/api/auth/me", headers=bearer).status_code == 200

    leave(user)

    assert anonymous.get("/api/auth/me", headers=bearer).status_code == 401
    assert anonymous.get("/api/comentarios", headers=bearer).status_code == 401
    assert anonymous.post("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 401
    assert anonymous.post("/api/auth/logout", {"refresh": pair.refresh}).status_code == 401


@pytest.mark.parametrize("leave", WAYS_OUT)
def test_an_open_panel_closes_at_once(make_user, leave):
    user = make_user("ana", CURATORS)
    browser = Client()
    browser.force_login(user)
    assert browser.get("/painel/").status_code == 200

    leave(user)

    assert browser.get("/painel/").status_code == 302


def test_a_new_password_logs_in_and_its_tokens_are_good(anonymous, make_user):
    user = make_user("ana")
    change_password(user)

    response = anonymous.post("/api/auth/login", {"username": "ana", "password": "outro-segredo-comprido-43"})

    assert response.status_code == 200
    assert anonymous.post("/api/auth/refresh", {"refresh": response.json()["refresh"]}).status_code == 200
    assert anonymous.post("/api/auth/login", {"username": "ana", "password": PASSWORD}).status_code == 401


def test_a_token_tells_nothing_of_the_password(make_user):
    user = make_user("ana")
    pair = tokens.issue(user)

    assert not [part for part in user.password.split("$") if part in pair.access or part in pair.refresh]


def test_taking_a_group_away_takes_effect_on_the_next_call(api, curator_api):
    assert curator_api.get("/api/comentarios").status_code == 200

    User.objects.get(pk=curator_api.user.pk).groups.clear()

    assert curator_api.get("/api/comentarios").status_code == 403
    assert api.get("/api/comentarios").status_code == 200


def activate_again(user):
    user.is_active = True
    user.save()


def by_update(user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()


@pytest.mark.parametrize("leave", [deactivate, by_update])
def test_who_is_activated_again_logs_in_again(anonymous, make_user, leave):
    user = make_user("ana", CURATORS)
    pair, browser = tokens.issue(user), Client(headers={"Accept": "text/html"})
    browser.force_login(user)

    leave(user)
    activate_again(User.objects.get(pk=user.pk))

    assert anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {pair.access}"}).status_code == 401
    assert anonymous.post("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 401
    assert browser.get("/painel/").status_code == 302
    again = anonymous.post("/api/auth/login", {"username": "ana", "password": PASSWORD}).json()
    assert anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {again['access']}"}).status_code == 200


def test_saving_a_user_who_stays_keeps_everybody_logged_in(anonymous, make_user):
    user = make_user("ana", CURATORS)
    access = tokens.issue(user).access

    user.first_name = "Ana"
    user.save()
    user.save(update_fields=["email"])
    User.objects.update(last_name="Prado")

    assert anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def test_an_administrator_logs_somebody_out_everywhere(anonymous, make_user):
    user, chief = make_user("ana", CURATORS), make_user("chefe", ADMINISTRATORS)
    root = User.objects.create_superuser("raiz", password=PASSWORD)
    theirs, roots = tokens.issue(user).access, tokens.issue(root).access
    session, panel = Client(headers={"Accept": "text/html"}), Client(headers={"Accept": "text/html"})
    session.force_login(user)
    panel.force_login(chief)

    panel.post("/painel/accounts/user/", {"action": "log_out_everywhere", "_selected_action": [user.pk, root.pk]})

    def status(token):
        return anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code

    assert (status(theirs), session.get("/painel/").status_code, status(roots)) == (401, 302, 200)
