"""Accounts by hand: made and put in a group by the administration, which can't rise above itself."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts import tokens
from accounts.groups import ADMINISTRATORS, CURATORS
from accounts.models import TokenFamily, User
from conftest import PASSWORD, Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(make_user):
    browser = Client()
    browser.force_login(make_user("chefe", ADMINISTRATORS))
    return browser


def add(browser, name, password=PASSWORD):
    form = {"username": name, "password1": password, "password2": password, "usable_password": "true"}
    return browser.post("/painel/accounts/user/add/", form)


def change(browser, user, **fields):
    form = {"username": user.username, "is_active": "on", **fields}
    return browser.post(f"/painel/accounts/user/{user.pk}/change/", form)


def test_a_curator_made_by_hand_enters_the_panel(administrator):
    assert add(administrator, "nova").status_code == 302
    nova = User.objects.get(username="nova")
    assert change(administrator, nova, groups=[Group.objects.get(name=CURATORS).pk]).status_code == 302

    browser = Client()
    response = browser.post("/painel/login/?next=/painel/", {"username": "nova", "password": PASSWORD})

    assert (response.status_code, browser.get("/painel/").status_code) == (302, 200)


@pytest.mark.parametrize("name", ["ana", "Ana", "ａｎａ"])
def test_a_name_that_is_taken_in_another_spelling_is_refused_in_the_form(administrator, make_user, name):
    make_user("ana")

    response = add(administrator, name)

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["username"]


def test_renaming_an_account_renames_its_login(administrator, make_user, anonymous):
    change(administrator, make_user("ana"), username="Beatriz")

    statuses = [
        anonymous.post("/api/auth/login", {"username": name, "password": PASSWORD}).status_code
        for name in ("beatriz", "ana")
    ]

    assert statuses == [200, 401]


def test_nobody_makes_themselves_superuser(administrator):
    me = User.objects.get(username="chefe")

    change(administrator, me, is_superuser="on", user_permissions=["1"], groups=[g.pk for g in me.groups.all()])

    me.refresh_from_db()
    assert (me.is_superuser, me.user_permissions.count()) == (False, 0)


def test_a_superuser_is_out_of_the_administrations_reach(administrator):
    root = User.objects.create_superuser("raiz", password=PASSWORD)
    pages = ("change/", "delete/", "password/")

    posted = [administrator.post(f"/painel/accounts/user/{root.pk}/{page}", {"post": "yes"}) for page in pages]

    assert [response.status_code for response in posted] == [403, 403, 403]
    assert User.objects.get(pk=root.pk).check_password(PASSWORD)


def test_a_superuser_makes_another(make_user):
    browser, ana = Client(), make_user("ana")
    browser.force_login(User.objects.create_superuser("raiz", password=PASSWORD))

    change(browser, ana, is_superuser="on")

    ana.refresh_from_db()
    assert ana.is_superuser is True


def test_revoking_a_login_ends_it_at_once(administrator, make_user, anonymous):
    pair = tokens.issue(make_user("ana"))
    family = TokenFamily.objects.get()

    administrator.post("/painel/accounts/tokenfamily/", {"action": "revoke", "_selected_action": [str(family.pk)]})

    assert anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {pair.access}"}).status_code == 401
    assert anonymous.post("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 401


def test_no_page_shows_a_token(administrator, make_user):
    pair = tokens.issue(make_user("ana"))
    family = TokenFamily.objects.get()

    pages = [
        administrator.get(path)
        for path in ("/painel/accounts/tokenfamily/", f"/painel/accounts/tokenfamily/{family.pk}/change/")
    ]

    assert [page.status_code for page in pages] == [200, 200]
    shown = "".join(page.content.decode() for page in pages)
    assert "ana" in shown
    assert not [part for token in (pair.access, pair.refresh) for part in token.split(".")[1:] if part in shown]


def test_an_account_is_deleted_with_its_logins(administrator, make_user):
    ana = make_user("ana")
    tokens.issue(ana)

    response = administrator.post(f"/painel/accounts/user/{ana.pk}/delete/", {"post": "yes"})

    assert response.status_code == 302
    assert (User.objects.filter(pk=ana.pk).exists(), TokenFamily.objects.count()) == (False, 0)


@pytest.mark.parametrize("path", ["accounts/user/", "accounts/user/add/", "accounts/tokenfamily/", "auth/group/"])
def test_a_curator_sees_nothing_of_accounts(make_user, path):
    browser = Client()
    browser.force_login(make_user("ana", CURATORS))

    assert browser.get(f"/painel/{path}").status_code == 403


def test_a_password_changed_in_the_panel_ends_the_owners_tokens(administrator, make_user):
    ana = make_user("ana")
    api = Api(ana)
    new = "outro-segredo-comprido-43"
    form = {"password1": new, "password2": new, "usable_password": "true"}

    response = administrator.post(f"/painel/accounts/user/{ana.pk}/password/", form)

    assert response.status_code == 302
    assert api.get("/api/auth/me").status_code == 401
