"""The panel is entered by permission; guessing at its door is slow and shuts out nobody else."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.groups import ADMINISTRATORS, API_CLIENT, CURATORS, READERS
from accounts.models import User
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

DOOR = "/painel/login/"


@pytest.fixture
def browser():
    return Client(headers={"Accept": "text/html", "Accept-Language": "en"})


def enter(browser, username="ana", password=PASSWORD, *, into="/painel/", **extra):
    return browser.post(f"{DOOR}?next={into}", {"username": username, "password": password, "next": into}, **extra)


def inside(browser):
    return browser.get("/painel/").status_code == 200


@pytest.mark.parametrize("group", [READERS, CURATORS, ADMINISTRATORS])
def test_a_member_enters_without_being_staff(browser, make_user, group):
    user = make_user("ana", group)

    response = enter(browser)

    assert (user.is_staff, response.status_code, response["Location"]) == (False, 302, "/painel/")
    assert inside(browser)


def test_any_spelling_of_the_name_enters(browser, make_user):
    make_user("René", CURATORS)

    assert enter(browser, "rene\u0301").status_code == 302


def test_a_superuser_enters(browser):
    User.objects.create_superuser("raiz", password=PASSWORD)

    assert enter(browser, "raiz").status_code == 302
    assert inside(browser)


def test_the_permission_alone_is_enough(browser, make_user):
    make_user("ana").user_permissions.add(Permission.objects.get(codename="enter_panel"))

    assert enter(browser).status_code == 302
    assert inside(browser)


def test_staff_without_the_permission_stay_outside(browser, make_user):
    user = make_user("ana", API_CLIENT)
    user.is_staff = True
    user.save()

    response = enter(browser)

    assert response.status_code == 200
    assert "This account may not enter the panel." in response.content.decode()
    assert not inside(browser)


def test_an_unknown_name_a_wrong_password_and_a_deactivated_account_are_told_alike(browser, make_user):
    make_user("ana", CURATORS)
    make_user("bia", CURATORS)
    User.objects.filter(username="bia").update(is_active=False)

    told = [
        enter(browser, name, password).context["form"].non_field_errors()
        for name, password in [("ana", "errada"), ("caio", PASSWORD), ("bia", PASSWORD)]
    ]

    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 1


@pytest.mark.parametrize("name", ["a" * 151, "a" * 2**20, "ana\x00", ""])
def test_a_name_that_cannot_be_is_a_message_and_no_failure(browser, name):
    response = enter(browser, name)

    assert response.status_code == 200
    assert "username" in response.context["form"].errors


def test_after_ten_failures_the_name_waits_at_that_address(browser, make_user):
    make_user("ana", CURATORS)

    statuses = [enter(browser, password="errada").status_code for _ in range(12)]
    refused = enter(browser)

    assert statuses == [200] * 10 + [429] * 2
    assert (refused.status_code, inside(browser)) == (429, False)
    assert "Too many failed logins with this name." in refused.content.decode()
    assert 1 <= int(refused["Retry-After"]) <= 1800


def test_another_spelling_is_no_way_around(browser, make_user):
    make_user("ana", CURATORS)
    for name in ["ana", "Ana", "ANA", "ａｎａ", "aNa"] * 2:
        enter(browser, name, "errada")

    assert enter(browser).status_code == 429


def test_nobody_locks_another_out(browser, make_user):
    make_user("ana", CURATORS)
    make_user("bia", CURATORS)
    for _ in range(11):
        enter(browser, "ana", "errada", REMOTE_ADDR="203.0.113.9")

    assert enter(browser, "ana", REMOTE_ADDR="203.0.113.9").status_code == 429
    assert enter(browser, "bia", REMOTE_ADDR="203.0.113.9").status_code == 302
    assert enter(Client(), "ana", REMOTE_ADDR="198.51.100.7").status_code == 302


@pytest.mark.parametrize("elsewhere", ["//evil.com", "https://evil.com/", "javascript:alert(1)", "/\\evil.com"])
def test_a_login_leads_nowhere_else(browser, make_user, elsewhere):
    make_user("ana", CURATORS)

    assert enter(browser, into=elsewhere)["Location"] == "/painel/"


def test_a_form_from_another_site_is_refused(make_user):
    make_user("ana", CURATORS)
    browser = Client(enforce_csrf_checks=True)

    assert enter(browser).status_code == 403
    assert not inside(browser)


def test_the_session_never_opens_the_api(browser, make_user):
    make_user("ana", ADMINISTRATORS)
    enter(browser)

    assert inside(browser)
    browser.defaults["HTTP_ACCEPT"] = "*/*"
    assert [browser.get(path).status_code for path in ("/api/auth/me", "/api/comentarios")] == [401, 401]
    assert browser.post("/api/comentarios", {"texto": "oi"}, "application/json").status_code == 401


def test_a_token_never_opens_a_page(admin_api):
    assert admin_api.get("/api/auth/me").status_code == 200

    response = admin_api.get("/painel/")

    assert (response.status_code, response["Location"]) == (302, "/painel/login/?next=/painel/")


def test_the_door_is_open_to_look_at_and_says_nothing_of_the_api(browser):
    response = browser.get(DOOR)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_name_after_name_from_one_address_is_stopped_too(browser, make_user, settings):
    make_user("ana", CURATORS)
    settings.THROTTLES = settings.THROTTLES | {"panel_address": (20, 900)}

    statuses = [enter(browser, f"nome{n}", "errada").status_code for n in range(21)]
    refused = enter(browser, "ana")

    assert statuses == [200] * 20 + [429]
    assert (refused.status_code, inside(browser)) == (429, False)
    assert "Too many failed logins from your network." in refused.content.decode()
    assert enter(Client(), "ana", REMOTE_ADDR="198.51.100.7").status_code == 302


def test_a_login_begins_a_new_session(browser, make_user):
    make_user("ana", CURATORS)
    browser.cookies["sessionid"] = "chosen-by-somebody-else"

    enter(browser)

    assert inside(browser)
    assert browser.cookies["sessionid"].value != "chosen-by-somebody-else"


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_the_language_that_was_chosen_stays(db, language):
    browser = Client(headers={"Accept": "text/html", "Accept-Language": "fr"})

    response = browser.post("/idioma", {"language": language, "next": DOOR})

    assert (response.status_code, response["Location"]) == (302, DOOR)
    assert int(browser.cookies["django_language"]["max-age"]) == 60 * 60 * 24 * 365
    assert f'<html lang="{language}"' in browser.get(DOOR).content.decode()


def test_the_choice_of_a_language_leads_nowhere_else(browser):
    assert browser.post("/idioma", {"language": "en", "next": "//evil.com"})["Location"] == "/"
