"""`GET /api/relatorio/semana`: public, right, quick, and computed once."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from alumusic import single_flight
from classifier.models import Category
from classifier.review import verdicts
from classifier.tests.comments import sent, stored
from conftest import Api
from reports import recent
from reports.counting import HOUR, hour_of
from tests.racing import at_once

PATH = "/api/relatorio/semana"
NOW = datetime(2025, 8, 1, 16, 20, tzinfo=UTC)  # a Friday, 13:20 in São Paulo
PRESENT = hour_of(NOW)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def report(client: Client | None = None) -> dict[str, Any]:
    response = (client or Api()).get(PATH)
    assert response.status_code == 200
    return response.json()["relatorios"]


def test_the_five_series_in_the_words_of_the_contract(clock):
    stored(category=Category.PRAISE, confidence=0.75, tags=("feat_letra",), moment=NOW)
    stored(category=Category.PRAISE, confidence=0.25, moment=NOW - timedelta(days=6))
    stored(category=Category.CRITICISM, confidence=0.5, tags=("fix_login", "ui_player"), moment=NOW - HOUR)
    stored(category=None, moment=NOW)
    stored(category=Category.SPAM, moment=NOW - timedelta(days=7))

    body = Api().get(PATH).json()

    assert body["reload"] is True
    assert list(body) == ["relatorios", "reload"]
    series = body["relatorios"]
    assert series["distribuicao_categorias"] == {
        "ELOGIO": 66.7, "CRÍTICA": 33.3, "SUGESTÃO": 0.0, "DÚVIDA": 0.0, "SPAM": 0.0,
    }  # fmt: skip
    none = dict.fromkeys(Category.values, 0)
    assert series["evolucao_temporal"] == [
        {"data": "2025-07-26", **none, "ELOGIO": 1},
        *({"data": f"2025-07-{day}", **none} for day in range(27, 32)),
        {"data": "2025-08-01", **none, "ELOGIO": 1, "CRÍTICA": 1},
    ]
    assert series["top_tags_48h"] == [
        {"tag": "feat_letra", "frequencia": 1},
        {"tag": "fix_login", "frequencia": 1},
        {"tag": "ui_player", "frequencia": 1},
    ]
    assert series["confianca_media_por_categoria"] == {
        "ELOGIO": 0.5, "CRÍTICA": 0.5, "SUGESTÃO": 0.0, "DÚVIDA": 0.0, "SPAM": 0.0,
    }  # fmt: skip
    hours = series["comentarios_por_hora"]
    assert len(hours) == 24
    assert hours[0] == {"hora": "2025-07-31T14:00:00-03:00", "quantidade": 0}
    assert hours[-2:] == [
        {"hora": "2025-08-01T12:00:00-03:00", "quantidade": 1},
        {"hora": "2025-08-01T13:00:00-03:00", "quantidade": 2},
    ]
    assert list(series) == [
        "distribuicao_categorias", "evolucao_temporal", "top_tags_48h", "confianca_media_por_categoria",
        "comentarios_por_hora",
    ]  # fmt: skip


def test_without_comments_every_slot_is_there_and_zero(clock):
    series = report()

    assert set(series["distribuicao_categorias"].values()) == {0.0}
    assert set(series["confianca_media_por_categoria"].values()) == {0.0}
    assert len(series["evolucao_temporal"]) == 7
    assert series["top_tags_48h"] == []
    assert [slot["quantidade"] for slot in series["comentarios_por_hora"]] == [0] * 24


def test_the_shares_sum_to_exactly_100(clock):
    for category in (Category.PRAISE, Category.CRITICISM, Category.SPAM):
        stored(category=category, moment=NOW)

    shares = json.loads(Api().get(PATH).content, parse_float=Decimal)["relatorios"]["distribuicao_categorias"]

    assert sum(shares.values()) == 100


def test_ten_tags_at_most_and_ties_by_name(clock):
    for number in range(12):
        stored(tags=(f"feat_t{number:02}",), moment=NOW)
    stored(tags=("feat_t11",), moment=NOW)
    stored(tags=("feat_velha",), moment=PRESENT - 48 * HOUR)
    stored(tags=("feat_velha",), moment=PRESENT - 48 * HOUR)

    tags = report()["top_tags_48h"]

    assert tags[0] == {"tag": "feat_t11", "frequencia": 2}
    assert [each["tag"] for each in tags[1:]] == [f"feat_t{number:02}" for number in range(9)]


def test_a_correction_counts_and_its_confidence_does_not(clock, make_user):
    comment = stored(category=Category.PRAISE, confidence=0.9, tags=("feat_letra",), moment=NOW)
    stored(category=Category.CRITICISM, confidence=0.5, moment=NOW)
    report()

    verdicts.correct(comment, reviewer=make_user(), category=Category.CRITICISM, tags=["fix_login"])
    clock.shift(61)
    series = report()

    assert series["distribuicao_categorias"]["CRÍTICA"] == 100
    assert series["confianca_media_por_categoria"]["CRÍTICA"] == 0.5
    assert series["top_tags_48h"] == [{"tag": "fix_login", "frequencia": 1}]


def test_what_is_posted_is_in_the_next_report_a_late_one_in_its_own_hour(clock, api):
    before = report()
    late = (NOW - timedelta(hours=5)).isoformat()

    assert api.post("/api/comentarios", [sent(), sent("Péssimo", publicado_em=late)]).status_code == 201
    assert report() == before
    clock.shift(61)

    by_hour = {slot["hora"]: slot["quantidade"] for slot in report()["comentarios_por_hora"]}
    assert {hour: count for hour, count in by_hour.items() if count} == {
        "2025-08-01T13:00:00-03:00": 1,
        "2025-08-01T08:00:00-03:00": 1,
    }


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2018-11-04T12:00:00-02:00", ["2018-11-03T23:00:00-03:00", "2018-11-04T01:00:00-02:00"]),
        ("2018-02-18T12:00:00-03:00", ["2018-02-17T23:00:00-02:00", "2018-02-17T23:00:00-03:00"]),
    ],
)
def test_when_the_clock_is_changed_every_hour_and_every_day_is_there_once(now, hours):
    with time_machine.travel(datetime.fromisoformat(now), tick=False):
        for hour in hours:
            stored(moment=datetime.fromisoformat(hour) + timedelta(minutes=59))
        series = report()

    slots = series["comentarios_por_hora"]
    assert len({datetime.fromisoformat(slot["hora"]) for slot in slots}) == 24
    assert [slot["hora"] for slot in slots if slot["quantidade"]] == hours
    days = [day["data"] for day in series["evolucao_temporal"]]
    assert len(set(days)) == 7
    assert sum(day["ELOGIO"] for day in series["evolucao_temporal"]) == 2


def test_the_cache_answers_for_60_seconds_and_says_how_many_are_left(clock):
    stored(moment=NOW)
    assert Api().get(PATH).json()["reload"] is True

    clock.shift(20)
    warm = Api().get(PATH)
    assert (warm.json()["reload"], warm["Cache-Control"]) == (False, "public, max-age=40")

    clock.shift(41)
    assert Api().get(PATH).json()["reload"] is True


def test_the_etag_is_of_the_series_alone_and_gives_304(clock):
    cold, warm = Api().get(PATH), Api().get(PATH)

    assert cold["ETag"] == warm["ETag"]
    assert warm["ETag"].startswith('W/"')
    for tag in (warm["ETag"], warm["ETag"].removeprefix("W/"), f'"other", {warm["ETag"]}', "*"):
        unchanged = Client().get(PATH, headers={"If-None-Match": tag})
        assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", warm["ETag"])
    clock.shift(61)
    assert Client().get(PATH, headers={"If-None-Match": warm["ETag"]}).status_code == 304  # computed, yet the same
    assert Client().get(PATH, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("warm", [False, True])
def test_head_options_queries_and_forms_are_answered_as_everywhere(clock, warm):
    full = Api().get(PATH)
    if not warm:
        cache.clear()

    head = Api().head(PATH)
    assert (head.status_code, head.content) == (200, b"")
    if warm:
        assert head["ETag"] == full["ETag"]
        assert int(head["Content-Length"]) == len(Api().get(PATH).content)
    assert Api().options(PATH).status_code == 405
    assert Api().post(PATH, {}).status_code == 405
    unknown = Api().get(PATH, {"semana": "2025-W31"})
    assert (unknown.status_code, unknown["Content-Type"]) == (400, "application/problem+json")
    assert unknown.json()["errors"][0]["pointer"] == "?semana"
    assert Client().get(PATH, headers={"Accept": "application/xml"}).status_code == 406
    assert Client().get(PATH, headers={"Accept": "text/html, */*"}).status_code == 200
    assert Client().get(PATH, headers={"Host": "evil.example"}).status_code == 400


def test_a_closed_report_asks_for_the_permission(clock, settings, reader_api, make_user):
    Api().get(PATH)
    settings.REPORTS_PUBLIC = False

    assert Api().get(PATH).status_code == 401
    assert Api(make_user("ninguem")).get(PATH).status_code == 403
    answer = reader_api.get(PATH)
    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("private")


def test_the_report_is_free_of_the_limit_on_requests(clock, settings):
    settings.THROTTLES = {**settings.THROTTLES, "user": (1, 60)}

    statuses = []
    for _ in range(4):
        cache.delete(recent.KEY)
        statuses.append(Api().get(PATH).status_code)

    assert statuses == [200] * 4


@pytest.mark.django_db(transaction=True)
def test_of_a_thousand_who_ask_at_once_one_computes():
    stored()

    bodies = at_once([lambda: Client().get(PATH).json()] * 1_000)

    assert sum(body["reload"] for body in bodies) == 1
    assert {json.dumps(body["relatorios"]) for body in bodies} == {json.dumps(report())}


@pytest.mark.django_db(transaction=True)
def test_while_one_computes_the_next_answer_the_others_get_the_stale_one():
    with time_machine.travel(NOW, tick=False):
        stored(moment=NOW)
        report()
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        bodies = at_once([lambda: Client().get(PATH).json()] * 50)

    assert sum(body["reload"] for body in bodies) == 1


def test_when_who_computes_fails_the_next_one_tries(clock, monkeypatch):
    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        single_flight.answer(recent.KEY, fail, seconds=60)

    assert Api().get(PATH).json()["reload"] is True


def test_without_its_cache_the_report_is_computed_and_the_log_says_so(clock, settings, caplog):
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
        }
    }
    stored(moment=NOW)

    body = Client().get(PATH).json()

    assert (body["reload"], body["relatorios"]["distribuicao_categorias"]["ELOGIO"]) == (True, 100.0)
    assert "the cache is down" in caplog.text
