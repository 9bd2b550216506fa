"""Who had an account in the former system logs in here with the password of then."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from werkzeug.security import generate_password_hash

from accounts.groups import API_CLIENT
from accounts.models import User
from alumusic import settings as product
from legacy import users
from legacy.models import KeptRow
from legacy.source import OldUser

pytestmark = pytest.mark.django_db
PASSWORD = "correto cavalo çedilha"


@pytest.fixture(autouse=True)
def hashers_of_the_product(settings, monkeypatch):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1_000)  # what a new password costs is not the matter here


def login(client, name, password):
    return client.post("/api/auth/login", {"username": name, "password": password}).status_code


@pytest.mark.parametrize("method", ["scrypt", "scrypt:16384:8:2", "pbkdf2:sha256:260000"])
def test_the_old_password_opens_the_account_and_no_other_does(anonymous, method):
    tally = users.take_in([OldUser("7", "ana", generate_password_hash(PASSWORD, method))])

    assert (tally.read, tally.new, dict(tally.kept)) == (1, 1, {})
    assert login(anonymous, "ana", PASSWORD + "x") == 401
    assert login(anonymous, "ana", PASSWORD) == 200
    assert login(anonymous, "ana", PASSWORD) == 200  # kept by our own hasher since the first time
    user = User.objects.get(username="ana")
    assert user.password.startswith("pbkdf2_sha256$")
    assert [group.name for group in user.groups.all()] == [API_CLIENT]


@pytest.mark.parametrize(
    "old", ["", None, "md5$abc$0123", "scrypt:1048576:8:1$salt$" + 128 * "a", "pbkdf2:sha1:1000$salt$" + 40 * "a"]
)
def test_who_has_a_hash_that_cannot_be_read_gets_an_account_without_a_password(anonymous, old):
    tally = users.take_in([OldUser("7", "ana", old)])

    assert (tally.new, dict(tally.kept)) == (1, {"senha": 1})
    assert not User.objects.get(username="ana").has_usable_password()
    assert login(anonymous, "ana", "x") == 401
    assert KeptRow.objects.get().row == {"id": "7", "username": "ana"}


def test_accounts_that_are_here_stay_as_they_are(make_user, anonymous):
    make_user("ana", password="senha-de-agora-42")
    old = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")

    tally = users.take_in([OldUser("1", "ana", old), OldUser("2", "Ana", old), OldUser("3", 151 * "a", old)])

    assert (tally.read, tally.new, tally.here, dict(tally.kept)) == (3, 0, 1, {"nome ocupado": 1, "nome": 1})
    assert login(anonymous, "ana", "senha-de-agora-42") == 200
    assert login(anonymous, "ana", PASSWORD) == 401
