"""The ledger: each call has its row, whoever asked, however it ended, and no answer is lost for a row's sake."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection

from alumusic.llm import LLMFault, NotAsked, Patience, Unavailable, Usage
from alumusic.llm.client import Client
from alumusic.llm.models import Call, Circuit
from alumusic.llm.tests.questions import ANSWER, QUESTION, soon
from tests.fakes import llm as fake
from tests.fakes.llm import LLMServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(llm: LLMServer) -> Client:
    patience = Patience(pause=lambda _stop, _seconds: None, tries=3)
    return Client(
        base_url=llm.base_url, api_key="k", model="gpt-4o-mini", timeout=5.0, concurrency=2, patience=patience
    )


def outcomes() -> list[str]:
    return list(Call.objects.order_by("pk").values_list("outcome", flat=True))


def test_a_call_is_written_with_what_it_was_for_and_what_it_cost(llm: LLMServer, asking: Client) -> None:
    llm.script(fake.answering(cached=20))
    answer = asking.ask(replace(QUESTION, prompt_version="7", items=1), deadline=soon())

    call = Call.objects.get()
    shown = (call.purpose, call.model, call.prompt_version, call.items, call.outcome)
    usage = Usage(call.prompt_tokens, call.completion_tokens, call.cached_tokens)
    assert shown == ("summary", "gpt-4o-mini", "7", 1, "ok")
    assert (usage, usage.cached) == (answer.usage, 20)
    full, written = usage.prompt - 20, usage.completion
    expected = (Decimal("0.15") * full + Decimal("0.075") * 20 + Decimal("0.60") * written) / 1_000_000
    assert call.cost_usd == expected.quantize(Decimal("1e-9"))


def test_each_try_has_its_row(llm: LLMServer, asking: Client) -> None:
    llm.script(fake.http_error(500), fake.rate_limited("0.01"), fake.dropped())

    asking.ask(QUESTION, deadline=soon())

    assert outcomes() == ["server_error", "rate_limited", "connection", "ok"]


def test_a_question_that_fails_leaves_its_rows_too(llm: LLMServer, asking: Client) -> None:
    llm.always = fake.http_error(500)

    with pytest.raises(Unavailable):
        asking.ask(QUESTION, deadline=soon())

    assert outcomes() == ["server_error"] * 3


@pytest.mark.parametrize(
    ("step", "outcome"),
    [(fake.cut(), "truncated"), (fake.refused(), "refusal"), (fake.filtered_answer(), "content_filter")],
)
def test_an_answer_that_cannot_be_used_is_billed_all_the_same(
    llm: LLMServer, asking: Client, step: fake.Step, outcome: str
) -> None:
    llm.script(step)

    with pytest.raises(LLMFault):
        asking.ask(QUESTION, deadline=soon())

    call = Call.objects.get()
    assert (call.outcome, call.prompt_tokens > 0, bool(call.cost_usd)) == (outcome, True, True)


def test_a_model_without_a_price_has_no_cost(llm: LLMServer) -> None:
    unpriced = Client(base_url=llm.base_url, api_key="k", model="llama3", timeout=5.0, concurrency=1)

    unpriced.ask(QUESTION, deadline=soon())

    assert Call.objects.get().cost_usd is None


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ("null", (0, 0, 0)),
        ('{"prompt_tokens": null}', (0, 0, 0)),
        ('{"prompt_tokens": -5, "completion_tokens": 3}', (0, 3, 0)),
        ('{"prompt_tokens": 99999999999, "prompt_tokens_details": null}', (2**31 - 1, 0, 0)),
    ],
)
def test_a_server_that_counts_oddly_is_understood(
    llm: LLMServer, asking: Client, usage: str, counted: tuple[int, int, int]
) -> None:
    body = f'{{"choices": [{{"message": {{"content": "oi"}}}}], "usage": {usage}}}'
    llm.script(fake.raw(body.encode()))

    assert asking.ask(QUESTION, deadline=soon()).text == "oi"

    call = Call.objects.get()
    assert (call.prompt_tokens, call.completion_tokens, call.cached_tokens) == counted


def test_who_submits_many_writes_when_it_likes(llm: LLMServer, asking: Client) -> None:
    counts = []
    with asking.notes() as notes:
        for _ in range(2):
            future = asking.submit(QUESTION, deadline=soon(), notes=notes)
            assert future.result().text == ANSWER
            notes.write()
            counts.append(Call.objects.count())
        asking.submit(QUESTION, deadline=soon(), notes=notes).result()

    assert (counts, Call.objects.count()) == ([1, 2], 3)


def test_a_call_that_nobody_waits_for_any_more_is_written_once_as_abandoned(llm: LLMServer, asking: Client) -> None:
    llm.always = fake.hanging()
    with asking.notes() as notes:
        future = asking.submit(QUESTION, deadline=soon(0.5), notes=notes)
        until(lambda: len(llm.requests) == 1)
    with pytest.raises(LLMFault):
        future.result()
    notes.write()

    assert outcomes() == ["abandoned"]


def test_the_clients_threads_need_no_database(llm: LLMServer, asking: Client) -> None:
    """Under pytest-django a thread that touched the database would wait for ever for this test's transaction."""
    with ThreadPoolExecutor(1) as elsewhere, asking.notes() as notes:
        futures = elsewhere.submit(
            lambda: [asking.submit(QUESTION, deadline=soon(), notes=notes) for _ in range(3)]
        ).result()
        assert [future.result().text for future in futures] == [ANSWER] * 3

    assert outcomes() == ["ok"] * 3


def test_failing_questions_open_the_breaker_and_then_nobody_asks(llm: LLMServer, asking: Client) -> None:
    llm.always = fake.http_error(503)
    for _ in range(3):
        with pytest.raises(Unavailable):
            asking.ask(QUESTION, deadline=soon())

    with pytest.raises(NotAsked, match="breaker"):
        asking.ask(QUESTION, deadline=soon())

    assert (len(llm.requests), Circuit.objects.get().reason) == (9, "server_error")


def test_a_server_that_hangs_is_told_from_a_deadline_that_is_short(llm: LLMServer) -> None:
    llm.always = fake.hanging()
    asking = Client(base_url=llm.base_url, api_key="k", model="m", timeout=0.2, concurrency=1)

    with pytest.raises(Unavailable, match="timeout"):
        asking.ask(QUESTION, deadline=soon(0.5))

    assert Circuit.objects.get().failures == 1


def until(happened: Callable[[], bool], seconds: float = 5.0) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.005)


@pytest.fixture
def database_away(transactional_db: None):
    """The next write fails as it does when the server has gone or the file is locked."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only = 1")
        else:
            cursor.execute("SELECT pg_backend_pid()")
            end_session(cursor.fetchone()[0])
    yield
    connection.close()


def end_session(pid: int) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_costs_the_rows_and_not_the_answer(
    llm: LLMServer, asking: Client, caplog: pytest.LogCaptureFixture, database_away: None
) -> None:
    with asking.notes() as notes:
        answer = asking.submit(QUESTION, deadline=soon(), notes=notes).result()

    assert answer.text == ANSWER
    assert "1 calls are missing in the ledger: OperationalError" in caplog.text
