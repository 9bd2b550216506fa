"""What can't come back is thrown away, and nothing that still counts."""

from datetime import UTC, datetime

import pytest
import time_machine

from accounts import tokens
from accounts.models import RefreshToken, TokenFamily
from accounts.tasks import purge_tokens

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = 86_400


def test_families_go_when_their_last_token_has_expired(make_user):
    user = make_user("ana")
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(20):
            tokens.rotate(tokens.issue(user).refresh)
        clock.shift(1 * DAY)
        living = tokens.issue(user).refresh
        clock.shift(13 * DAY + 1)

        assert purge_tokens() == 20
        assert purge_tokens() == 0
        assert (TokenFamily.objects.count(), RefreshToken.objects.count()) == (1, 1)
        tokens.rotate(living)


def test_a_family_that_never_rests_keeps_only_the_tokens_that_could_be_replayed(make_user, anonymous):
    with time_machine.travel(NOON, tick=False) as clock:
        refresh = tokens.issue(make_user("ana")).refresh
        for _ in range(30):
            last, refresh = refresh, tokens.rotate(refresh).refresh
            clock.shift(1 * DAY)
        purge_tokens()

        assert RefreshToken.objects.count() == 15
        assert anonymous.post("/api/auth/refresh", {"refresh": last}).status_code == 401
        assert anonymous.post("/api/auth/refresh", {"refresh": refresh}).status_code == 401


def test_the_purge_takes_a_fixed_number_of_queries(make_user, django_assert_num_queries):
    user = make_user("ana")
    for families in (1, 3):
        with time_machine.travel(NOON, tick=False):
            for _ in range(families):
                tokens.rotate(tokens.issue(user).refresh)
        with time_machine.travel(NOON.replace(month=4), tick=False), django_assert_num_queries(6):
            assert purge_tokens() == families
