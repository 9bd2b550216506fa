"""A weak password is refused by every door through which one can come in."""

import pytest
from django.test import Client

from accounts.groups import ADMINISTRATORS
from accounts.models import User
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

WEAK = ["curta7!", "password", "12345678901234", "anamaria1", "qwertyuiop"]


@pytest.fixture
def browser(make_user):
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(make_user("chefe", ADMINISTRATORS))
    return browser


@pytest.mark.parametrize("weak", WEAK)
def test_registering(anonymous, weak):
    response = anonymous.post("/api/auth/register", {"username": "anamaria", "password": weak})

    assert (response.status_code, {e["pointer"] for e in response.json()["errors"]}) == (400, {"/password"})
    assert not User.objects.filter(username="anamaria").exists()


@pytest.mark.parametrize("weak", WEAK)
def test_an_administrator_making_an_account_or_setting_its_password(browser, make_user, weak):
    both = {"password1": weak, "password2": weak}
    other = make_user("anamaria")

    browser.post("/painel/accounts/user/add/", {"username": "anamaria2", "usable_password": "true", **both})
    browser.post(f"/painel/accounts/user/{other.pk}/password/", {"usable_password": "true", **both})

    other.refresh_from_db()
    assert not User.objects.filter(username="anamaria2").exists()
    assert other.check_password(PASSWORD)


@pytest.mark.parametrize("weak", WEAK)
def test_changing_ones_own(make_user, weak):
    user = make_user("anamaria", ADMINISTRATORS)
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(user)

    browser.post("/painel/password_change/", {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_good_one_is_taken_by_all(anonymous, browser):
    good = {"password1": PASSWORD, "password2": PASSWORD}

    made = anonymous.post("/api/auth/register", {"username": "anamaria", "password": PASSWORD})
    added = browser.post("/painel/accounts/user/add/", {"username": "rui", "usable_password": "true", **good})

    assert (made.status_code, added.status_code) == (201, 302)
