"""Refresh tokens are good for one use; a stolen one brings its whole family down."""

import logging
from datetime import UTC, datetime

import pytest
import time_machine

from accounts import tokens
from accounts.models import TokenFamily

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def first(make_user):
    return tokens.issue(make_user("ana"))


def renew(api, refresh):
    return api.post("/api/auth/refresh", headers={"Authorization": f"Bearer {refresh}"})


def me(api, access):
    return api.get("/api/auth/me", headers={"Authorization": f"Bearer {access}"}).status_code


def test_a_refresh_token_in_the_header_gives_a_new_pair(anonymous, first):
    response = renew(anonymous, first.refresh)

    assert (response.status_code, sorted(response.json())) == (200, ["access", "refresh"])
    assert response["Cache-Control"] == "no-store"
    assert response.json()["refresh"] != first.refresh
    assert me(anonymous, response.json()["access"]) == 200


def test_a_refresh_token_in_the_body_gives_a_new_pair(anonymous, first):
    assert anonymous.post("/api/auth/refresh", {"refresh": first.refresh}).status_code == 200


def test_the_body_counts_where_the_header_shows_the_access_token(anonymous, first):
    response = anonymous.post(
        "/api/auth/refresh", {"refresh": first.refresh}, headers={"Authorization": f"Bearer {first.access}"}
    )

    assert response.status_code == 200


def test_an_empty_object_as_body_leaves_it_to_the_header(anonymous, first):
    response = anonymous.post("/api/auth/refresh", {}, headers={"Authorization": f"Bearer {first.refresh}"})

    assert response.status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YW5hOmFuYQ==", "Bearer a b"])
def test_no_refresh_token_at_all_is_401(anonymous, header):
    response = anonymous.post("/api/auth/refresh", headers={"Authorization": header})

    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


@pytest.mark.parametrize("body", [{"refresh": 5}, {"refresh": None}, {"refresh": ""}, {"token": "x"}, ["x"], "x"])
def test_a_body_of_another_shape_is_400(anonymous, body):
    assert anonymous.post("/api/auth/refresh", body).status_code == 400


def test_a_refresh_token_lives_fourteen_days_and_each_new_one_again(anonymous, make_user):
    with time_machine.travel(NOON, tick=False) as clock:
        pair = tokens.issue(make_user("ana"))
        clock.shift(13 * 86_400)
        second = renew(anonymous, pair.refresh).json()["refresh"]
        clock.shift(13 * 86_400)
        third = renew(anonymous, second).json()["refresh"]
        clock.shift(14 * 86_400)

        assert renew(anonymous, third).status_code == 401


def test_sent_twice_by_accident_the_second_is_refused_and_the_family_lives(anonymous, make_user):
    with time_machine.travel(NOON, tick=False) as clock:
        pair = tokens.issue(make_user("ana"))
        child = renew(anonymous, pair.refresh).json()
        clock.shift(10)

        assert renew(anonymous, pair.refresh).status_code == 401
        assert me(anonymous, child["access"]) == 200
        assert renew(anonymous, child["refresh"]).status_code == 200


def test_used_again_later_than_ten_seconds_after_the_whole_family_is_void(anonymous, make_user, caplog):
    with time_machine.travel(NOON, tick=False) as clock:
        user = make_user("ana")
        pair, other_login = tokens.issue(user), tokens.issue(user)
        child = renew(anonymous, pair.refresh).json()
        clock.shift(11)

        with caplog.at_level(logging.WARNING, "alumusic.security"):
            assert renew(anonymous, pair.refresh).status_code == 401

        assert renew(anonymous, child["refresh"]).status_code == 401
        assert [me(anonymous, access) for access in (pair.access, child["access"])] == [401, 401]
        assert renew(anonymous, other_login.refresh).status_code == 200
    family = TokenFamily.objects.exclude(revoked_at=None).get()
    security = [record.getMessage() for record in caplog.records if record.name == "alumusic.security"]
    assert security == [f"refresh token used again: family {family.pk} of user {user.pk} is void"]
    assert not [secret for secret in (*child.values(), pair.access, pair.refresh) if secret in caplog.text]


def test_what_came_of_the_theft_is_void_whoever_refreshed_last(anonymous, make_user):
    with time_machine.travel(NOON, tick=False) as clock:
        stolen = tokens.issue(make_user("ana")).refresh
        thiefs = renew(anonymous, stolen).json()["refresh"]
        thiefs = renew(anonymous, thiefs).json()["refresh"]
        clock.shift(3_600)
        renew(anonymous, stolen)

        assert renew(anonymous, thiefs).status_code == 401


def test_after_logout_neither_token_is_good(anonymous, first):
    response = anonymous.post("/api/auth/logout", {"refresh": first.refresh})

    assert (response.status_code, response.content) == (204, b"")
    assert renew(anonymous, first.refresh).status_code == 401
    assert me(anonymous, first.access) == 401
    assert anonymous.post("/api/auth/logout", {"refresh": first.refresh}).status_code == 401


def test_logout_takes_the_header_and_leaves_other_logins(anonymous, make_user):
    user = make_user("ana")
    here, there = tokens.issue(user), tokens.issue(user)

    response = anonymous.post("/api/auth/logout", headers={"Authorization": f"Bearer {here.refresh}"})

    assert response.status_code == 204
    assert [me(anonymous, here.access), me(anonymous, there.access)] == [401, 200]
