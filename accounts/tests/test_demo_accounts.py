"""`manage.py demo_accounts` leaves a way in, written down for its owner alone."""

import stat
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def credentials(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / "credentials.txt"


def demo_accounts():
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    return out.getvalue()


def entered(line):
    _group, name, password = line.split()
    browser = Client()
    browser.post("/painel/login/?next=/painel/", {"username": name, "password": password})
    return browser.get("/painel/").status_code == 200


def test_both_accounts_enter_the_panel_with_what_the_file_says(credentials):
    shown = demo_accounts()

    lines = credentials.read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines] == ["curadoria:", "administracao:"]
    assert [entered(line) for line in lines] == [True, True]
    assert shown == credentials.read_text(encoding="utf-8")
    groups = {user.username: [group.name for group in user.groups.all()] for user in User.objects.all()}
    assert groups == {"curadoria": ["Curadoria"], "administracao": ["Administração"]}
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_file_is_its_owners_alone(credentials):
    demo_accounts()

    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    assert list(credentials.parent.iterdir()) == [credentials]


def test_a_second_run_changes_nothing(credentials):
    first = demo_accounts()

    assert demo_accounts() == first
    assert all(entered(line) for line in first.splitlines())


def test_where_the_file_was_lost_there_are_new_passwords(credentials):
    lost = demo_accounts()
    credentials.unlink()

    lines = demo_accounts().splitlines()

    assert [entered(line) for line in lines] == [True, True]
    assert [entered(line) for line in lost.splitlines()] == [False, False]
