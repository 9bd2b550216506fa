"""An operator may keep the panel to the company's own networks; who comes from elsewhere finds nothing there."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.groups import ADMINISTRATORS
from alumusic import environment
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

OFFICE = ["203.0.113.0/24", "2001:db8:1::/48"]


@pytest.fixture(autouse=True)
def office_only(settings):
    settings.PANEL_NETWORKS = [ip_network(each) for each in OFFICE]


def browser(address, **defaults):
    return Client(headers={"Accept": "text/html"}, REMOTE_ADDR=address, **defaults)


@pytest.mark.parametrize("address", ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8:1:7::1"])
def test_from_the_office_the_panel_is_there(address):
    assert browser(address).get("/painel/login/").status_code == 200


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8:2::1", "", "unix:", "203.0.113.9.evil"])
def test_from_elsewhere_there_is_no_panel_and_no_login(address, make_user):
    make_user("ana", ADMINISTRATORS)
    outside = browser(address, enforce_csrf_checks=True)

    page = outside.get("/painel/login/")
    login = outside.post("/painel/login/", {"username": "ana", "password": PASSWORD})

    assert (page.status_code, login.status_code, "sessionid" in outside.cookies) == (404, 404, False)
    assert "Não encontrado" in page.content.decode()


def test_a_session_from_the_office_is_of_no_use_elsewhere(make_user):
    outside = browser("198.51.100.7")
    outside.force_login(make_user("ana", ADMINISTRATORS))

    assert {outside.get(path).status_code for path in ("/painel/", "/painel/revisao/", "/painel/nada/")} == {404}


def test_what_a_visitor_writes_in_x_forwarded_for_opens_nothing(settings):
    forged = {"X-Forwarded-For": "203.0.113.9"}
    assert browser("198.51.100.7").get("/painel/login/", headers=forged).status_code == 404

    settings.TRUSTED_PROXY_COUNT = 1
    behind = browser("10.0.0.1")
    assert behind.get("/painel/login/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}).status_code == 404
    assert behind.get("/painel/login/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}).status_code == 200


def test_the_api_and_the_charts_stay_open(api):
    api.defaults["REMOTE_ADDR"] = "198.51.100.7"

    assert [api.get(path).status_code for path in ("/api/auth/me", "/relatorio", "/healthz")] == [200] * 3


def test_without_the_setting_the_panel_is_everywhere(settings):
    settings.PANEL_NETWORKS = []

    assert browser("198.51.100.7").get("/painel/login/").status_code == 200


def test_the_setting_is_a_list_of_networks_and_nothing_else(monkeypatch):
    monkeypatch.setenv("PANEL_NETWORKS", "203.0.113.0/24, 2001:db8:1::/48")
    assert [str(each) for each in environment.load().PANEL_NETWORKS] == OFFICE

    monkeypatch.setenv("PANEL_NETWORKS", "203.0.113.9/24")
    with pytest.raises(ImproperlyConfigured, match=r"PANEL_NETWORKS\.0"):
        environment.load()
