"""Many at once: one wins, whatever the threads and the database do."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from accounts import tokens
from accounts.models import RefreshToken, User
from conftest import PASSWORD, Api
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def renew(refresh):
    try:
        return Api().post("/api/auth/refresh", {"refresh": refresh})
    finally:
        connections.close_all()


def test_of_24_refreshes_with_one_token_one_wins_and_its_pair_is_good(make_user):
    refresh = tokens.issue(make_user("ana")).refresh

    answers = at_once([lambda: renew(refresh)] * 24)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 23}
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert renew(winner.json()["refresh"]).status_code == 200
    assert RefreshToken.objects.filter(used_at=None).count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time and no row locks")
def test_refreshes_that_waited_for_one_lock_have_one_winner(make_user):
    refresh = tokens.issue(make_user("ana")).refresh
    with ThreadPoolExecutor(8) as pool:
        with transaction.atomic():
            RefreshToken.objects.select_for_update().get()
            answers = [pool.submit(renew, refresh) for _ in range(8)]
            wait_until_locked_out(8)

        assert Counter(answer.result().status_code for answer in answers) == {200: 1, 401: 7}


def wait_until_locked_out(sessions):
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        waiting = 0
        while waiting < sessions:
            assert time.monotonic() < deadline
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            waiting = cursor.fetchone()[0]


@pytest.mark.parametrize("names", [["ana"] * 8, ["ana", "Ana", "ANA", "ａｎａ"] * 2])
def test_of_eight_registrations_of_one_name_one_is_made(names):
    waiting = iter(names)

    def register():
        return Api().post("/api/auth/register", {"username": next(waiting), "password": PASSWORD})

    answers = at_once([register] * 8)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 7}
    refused = [answer.json()["errors"] for answer in answers if answer.status_code == 400]
    assert {(e["pointer"], e["code"]) for errors in refused for e in errors} == {("/username", "unique")}
    assert User.objects.count() == 1


def test_of_thirty_guesses_at_once_ten_are_answered(make_user):
    make_user("ana")

    answers = at_once([lambda: Api().post("/api/auth/login", {"username": "ana", "password": "errada"})] * 30)

    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 20}


def test_24_logins_of_one_user_at_once_all_succeed(make_user):
    make_user("ana")

    answers = at_once([lambda: Api().post("/api/auth/login", {"username": "ana", "password": PASSWORD})] * 24)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh"] for answer in answers}) == 24
