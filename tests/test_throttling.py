"""Limits hold over all processes, can't be talked away, tell when to come back, and never stop the work."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings as configured
from django.core.cache import cache

from alumusic.problems import Throttled
from alumusic.throttling import Limit
from conftest import PASSWORD

HALF_PAST = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

FOUR_PROCESSES_TAKE_THIRTY_EACH = """
import multiprocessing
from alumusic.problems import Throttled
from alumusic.throttling import Limit

def take(start, passed):
    start.wait()
    for _ in range(30):
        try:
            Limit("register").take("198.51.100.7")
        except Throttled:
            continue
        with passed.get_lock():
            passed.value += 1

fork = multiprocessing.get_context("fork")
start, passed = fork.Barrier(4), fork.Value("i", 0)
processes = [fork.Process(target=take, args=(start, passed)) for _ in range(4)]
for process in processes:
    process.start()
for process in processes:
    process.join()
print([process.exitcode for process in processes], passed.value)
"""


@pytest.fixture
def probe(settings):
    settings.THROTTLES = settings.THROTTLES | {"probe": (10, 900)}
    return Limit("probe")


def passes(limit, ident="ana"):
    try:
        limit.take(ident)
    except Throttled:
        return False
    return True


def wait(limit, ident="ana"):
    with pytest.raises(Throttled) as refusal:
        limit.take(ident)
    return int(refusal.value.headers["Retry-After"])


def register(api, name, **extra):
    return api.post("/api/auth/register", {"username": name, "password": PASSWORD}, **extra)


def test_four_processes_share_one_limit():
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "alumusic.settings",
        "VAR_DIR": str(configured.VAR_DIR),
        "THROTTLE_REGISTER_PER_QUARTER": "5",
    }

    done = subprocess.run(  # noqa: S603  (our own interpreter and script)
        [sys.executable, "-c", FOUR_PROCESSES_TAKE_THIRTY_EACH],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("[0, 0, 0, 0] 5\n", "")


@pytest.mark.django_db
def test_twenty_registrations_an_address_and_quarter_of_an_hour(anonymous):
    statuses = [register(anonymous, f"ana{n}").status_code for n in range(22)]
    refused = register(anonymous, "bia")

    assert statuses == [201] * 20 + [429] * 2
    assert (refused["Content-Type"], refused.json()["type"]) == (
        "application/problem+json",
        "/problemas/muitas-requisicoes",
    )
    assert 1 <= int(refused["Retry-After"]) <= 1800
    assert register(anonymous, "bia", REMOTE_ADDR="198.51.100.7").status_code == 201


@pytest.mark.django_db
def test_what_a_client_writes_in_x_forwarded_for_is_no_way_around(anonymous):
    statuses = [
        register(anonymous, f"ana{n}", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(22)
    ]

    assert statuses == [201] * 20 + [429] * 2


@pytest.mark.django_db
def test_behind_a_trusted_proxy_each_visitor_has_their_own_limit(settings, anonymous):
    settings.TRUSTED_PROXY_COUNT = 1

    def arrive(n, forged, seen):
        return register(anonymous, f"{seen[-1]}ana{n}", headers={"X-Forwarded-For": f"{forged}, {seen}"}).status_code

    assert [arrive(n, f"10.0.0.{n}", "198.51.100.7") for n in range(21)] == [201] * 20 + [429]
    assert arrive(0, "10.0.0.1", "198.51.100.8") == 201


@pytest.mark.django_db
def test_a_user_has_so_many_requests_a_minute_and_another_user_their_own(settings, api, curator_api):
    settings.THROTTLES = settings.THROTTLES | {"user": (3, 60)}

    statuses = [api.get("/api/auth/me").status_code for _ in range(5)]

    assert statuses == [200] * 3 + [429] * 2
    assert curator_api.get("/api/auth/me").status_code == 200


def test_coming_back_when_told_to_is_enough(probe):
    with time_machine.travel(HALF_PAST, tick=False) as clock:
        for spread in (0, 7, 100, 800, 899, 1_700):
            cache.clear()
            for _ in range(40):
                clock.shift(spread / 10)
                if not passes(probe):
                    clock.shift(wait(probe))
                    assert passes(probe)


def test_a_burst_over_the_edge_of_a_window_is_one_burst(probe):
    with time_machine.travel(HALF_PAST, tick=False) as clock:
        clock.shift(899)
        before = [passes(probe) for _ in range(7)]
        clock.shift(2)
        after = [passes(probe) for _ in range(7)]

    assert (before, after) == ([True] * 7, [True] * 3 + [False] * 4)


def test_after_two_windows_all_is_forgotten(probe):
    with time_machine.travel(HALF_PAST, tick=False) as clock:
        assert [passes(probe) for _ in range(11)] == [True] * 10 + [False]
        clock.shift(1_800)

        assert [passes(probe) for _ in range(11)] == [True] * 10 + [False]


def test_refused_events_do_not_make_the_wait_longer(probe):
    with time_machine.travel(HALF_PAST, tick=False):
        for _ in range(10):
            probe.take("ana")

        assert [wait(probe) for _ in range(5)] == [990] * 5


def test_checking_counts_nothing(probe):
    with time_machine.travel(HALF_PAST, tick=False):
        for _ in range(50):
            probe.check("ana")

        assert [passes(probe) for _ in range(11)] == [True] * 10 + [False]


def test_any_text_may_be_counted(probe):
    for ident in ("com espaço", "\x00\x1f", "a" * 10_000, "ação", ""):
        assert [passes(probe, ident) for _ in range(11)] == [True] * 10 + [False]


@pytest.mark.django_db
def test_with_the_cache_down_everything_passes_and_the_log_says_so(settings, anonymous, make_user, caplog):
    make_user("ana")
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
        }
    }

    def login(password):
        return anonymous.post("/api/auth/login", {"username": "ana", "password": password}).status_code

    assert [login("errada") for _ in range(12)] == [401] * 12
    assert login(PASSWORD) == 200
    assert register(anonymous, "bia").status_code == 201
    assert "limit login not counted, the cache is down: ConnectionError" in caplog.messages


def test_a_cache_full_of_old_counters_keeps_the_living_ones(settings, tmp_path, probe):
    settings.CACHES = {
        "default": {
            "BACKEND": "alumusic.cache.SharedFileCache",
            "LOCATION": tmp_path,
            "OPTIONS": {"MAX_ENTRIES": 100},
        }
    }
    with time_machine.travel(HALF_PAST, tick=False) as clock:
        for n in range(99):
            cache.set(f"old-{n}", 1, timeout=60)
        clock.shift(120)

        assert [passes(probe) for _ in range(11)] == [True] * 10 + [False]
        assert len(list(tmp_path.glob("*.djcache"))) == 1


def test_a_full_file_cache_makes_room(settings, tmp_path):
    settings.CACHES = {
        "default": {
            "BACKEND": "alumusic.cache.SharedFileCache",
            "LOCATION": tmp_path,
            "OPTIONS": {"MAX_ENTRIES": 30},
        }
    }
    with time_machine.travel(HALF_PAST, tick=False) as clock:
        for n in range(120):
            cache.set(n, n)
            clock.shift(61)

        assert len(list(tmp_path.glob("*.djcache"))) <= 30
        assert cache.get(119) == 119
