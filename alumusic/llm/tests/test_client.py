import json
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise
from threading import Event
from typing import Any

import pytest

from alumusic.llm import (
    Answer,
    Declined,
    LLMFault,
    Misconfigured,
    NotAsked,
    OutOfTime,
    Patience,
    RateLimited,
    Rejected,
    TooLong,
    Unavailable,
    Usage,
)
from alumusic.llm.client import Client, client
from alumusic.llm.patience import retry_after
from alumusic.llm.tests.questions import ANSWER, QUESTION, SCHEMA, soon
from tests.fakes import llm as fake
from tests.fakes.llm import LLMServer, Reply, Request, Step

MakeClient = Callable[..., Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def make(llm: LLMServer, pauses: list[float]) -> MakeClient:
    """A client of the test server that notes its pauses; its clock jumps over them."""
    patience = Patience(
        pause=lambda _stop, seconds: pauses.append(seconds), now=lambda: time.monotonic() + sum(pauses), jitter=max
    )

    def make(*, tries: int = 6, **options: Any) -> Client:
        given: dict[str, Any] = {
            "base_url": llm.base_url,
            "api_key": "test-key",
            "model": "m",
            "timeout": 5.0,
            "concurrency": 2,
        }
        return Client(**(given | options), patience=replace(patience, tries=tries))

    return make


def test_a_call_carries_the_key_the_model_and_a_strict_schema(llm: LLMServer, make: MakeClient) -> None:
    make().ask(QUESTION, deadline=soon())

    [request] = llm.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer test-key"
    assert request.body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Seja breve."},
            {"role": "user", "content": '[{"i":0,"m":"que hino"}]'},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "n", "strict": True, "schema": SCHEMA},
        },
        "temperature": 0,
        "max_tokens": 50,
    }


def test_an_answer_has_its_text_and_what_it_cost(llm: LLMServer, make: MakeClient) -> None:
    usage = {"prompt_tokens": 900, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 768}}
    choice = {"finish_reason": "stop", "message": {"content": "oi"}}
    llm.script(fake.raw(json.dumps({"choices": [choice], "usage": usage}).encode()))

    assert make().ask(QUESTION, deadline=soon()) == Answer("oi", Usage(prompt=900, completion=20, cached=768))


@pytest.mark.parametrize(
    "step",
    [
        *(fake.http_error(status) for status in (408, 409, 429, 500, 502, 503, 529)),
        fake.dropped(),
        *(fake.raw(body) for body in (b"", b"<html>", b"{}", b"[]", b'{"choices": []}', b'{"choices": [{}]}')),
    ],
)
def test_what_may_pass_in_a_while_is_asked_again(llm: LLMServer, make: MakeClient, step: Step) -> None:
    llm.script(step, step)

    assert make().ask(QUESTION, deadline=soon()).text == ANSWER
    assert len(llm.requests) == 3


@pytest.mark.parametrize(
    ("step", "kind", "reason"),
    [
        (fake.http_error(400), Rejected, "rejected"),
        (fake.http_error(422), Rejected, "rejected"),
        (fake.http_error(401), Misconfigured, "unauthorized"),
        (fake.http_error(403), Misconfigured, "forbidden"),
        (fake.http_error(404), Misconfigured, "unknown_model"),
        (fake.http_error(400, code="model_not_found"), Misconfigured, "unknown_model"),
        (fake.http_error(429, code="insufficient_quota"), Misconfigured, "quota"),
        (fake.context_exceeded(), TooLong, "context_length"),
        (fake.http_error(413), TooLong, "context_length"),
        (fake.cut(), TooLong, "truncated"),
        (fake.refused(), Declined, "refusal"),
        (fake.content_filtered(), Declined, "content_filter"),
        (fake.filtered_answer(), Declined, "content_filter"),
    ],
)
def test_a_no_is_taken_once_and_named(
    llm: LLMServer, make: MakeClient, step: Step, kind: type[LLMFault], reason: str
) -> None:
    llm.always = step

    with pytest.raises(LLMFault) as caught:
        make().ask(QUESTION, deadline=soon())

    assert (type(caught.value), caught.value.reason, len(llm.requests)) == (kind, reason, 1)


def test_a_wrong_key_never_loops(llm: LLMServer, make: MakeClient) -> None:
    llm.always = fake.http_error(401, code="invalid_api_key")
    asking = make()

    faults = []
    for _ in range(5):
        with pytest.raises(LLMFault) as caught:
            asking.ask(QUESTION, deadline=soon())
        faults.append((type(caught.value), caught.value.reason))

    assert faults == [(Misconfigured, "unauthorized"), *[(NotAsked, "unauthorized")] * 4]
    assert len(llm.requests) == 1


def test_pauses_double_and_tries_end(llm: LLMServer, make: MakeClient, pauses: list[float]) -> None:
    llm.always = fake.http_error(500)

    with pytest.raises(Unavailable, match="server_error"):
        make(tries=5).ask(QUESTION, deadline=soon(60))

    assert pauses == [0.2, 0.4, 0.8, 1.6]
    assert len(llm.requests) == 5


def test_the_server_says_how_long_to_wait(llm: LLMServer, make: MakeClient, pauses: list[float]) -> None:
    llm.script(fake.rate_limited("7"), fake.rate_limited("1.5"))

    make().ask(QUESTION, deadline=soon(60))

    assert pauses == [7.2, 1.7]


def test_the_server_may_say_until_when_to_wait(llm: LLMServer, make: MakeClient, pauses: list[float]) -> None:
    llm.script(fake.rate_limited(formatdate(time.time() + 600, usegmt=True)))

    make().ask(QUESTION, deadline=soon(1_000))

    assert 500 < pauses[0] < 601


def test_being_refused_uses_up_no_try(llm: LLMServer, make: MakeClient) -> None:
    llm.script(*[fake.rate_limited("0.01")] * 8, fake.http_error(500))

    assert make(tries=2).ask(QUESTION, deadline=soon(60)).text == ANSWER
    assert len(llm.requests) == 10


def test_without_a_time_to_wait_the_pauses_of_a_refused_call_double(
    llm: LLMServer, make: MakeClient, pauses: list[float]
) -> None:
    llm.always = fake.http_error(429)

    with pytest.raises(RateLimited):
        make().ask(QUESTION, deadline=soon(20))

    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4]


def test_a_refusal_halves_what_may_be_under_way(llm: LLMServer, make: MakeClient) -> None:
    asking = make(concurrency=8)
    free = [asking.free]
    llm.script(fake.rate_limited("0.01"))
    for _ in range(5):
        asking.ask(QUESTION, deadline=soon(60))
        free.append(asking.free)

    assert free == [8, 4, 4, 4, 5, 5]


def test_after_a_refusal_no_other_call_starts_before_its_time(
    llm: LLMServer, make: MakeClient, pauses: list[float]
) -> None:
    asking = make()
    llm.script(fake.rate_limited("60"))

    for _ in range(2):
        with pytest.raises(RateLimited):
            asking.ask(QUESTION, deadline=soon(30))

    assert (len(llm.requests), pauses) == (1, [])


def test_a_wait_beyond_the_deadline_is_not_begun(llm: LLMServer, make: MakeClient, pauses: list[float]) -> None:
    llm.always = fake.rate_limited("60")

    with pytest.raises(Unavailable, match="rate_limited"):
        make().ask(QUESTION, deadline=soon(30))

    assert (pauses, len(llm.requests)) == ([], 1)


def test_who_stops_a_call_is_not_kept_by_its_pauses(llm: LLMServer) -> None:
    stop = Event()

    def stopping(request: Request) -> Reply:
        stop.set()
        return fake.rate_limited("60")(request)

    llm.always = stopping
    asking = Client(base_url=llm.base_url, api_key="k", model="m", timeout=5, concurrency=1)

    with pytest.raises(Unavailable, match="rate_limited"):
        asking.ask(QUESTION, deadline=soon(600), stop=stop)

    assert len(llm.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        (formatdate(1_000_030, usegmt=True), 30.0),
        (formatdate(999_990, usegmt=True), None),
        ("0", None),
        ("-3", None),
        ("inf", None),
        ("nan", None),
        ("amanhã", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, now=1_000_000) == seconds


@pytest.mark.parametrize("step", [fake.hanging(), fake.broken_off(), fake.dripping()])
def test_a_call_ends_when_its_time_is_up_however_the_server_stalls(
    llm: LLMServer, make: MakeClient, step: Step
) -> None:
    llm.always = step

    with pytest.raises(Unavailable, match="timeout"):
        make(tries=1, timeout=0.2).ask(QUESTION, deadline=soon(60))


def test_the_deadline_ends_a_call_before_its_time_out(llm: LLMServer, make: MakeClient) -> None:
    llm.always = fake.hanging()

    with pytest.raises(OutOfTime):
        make().ask(QUESTION, deadline=soon(0.2))


def test_after_the_deadline_nobody_is_asked(llm: LLMServer, make: MakeClient) -> None:
    with pytest.raises(OutOfTime):
        make().ask(QUESTION, deadline=soon(-1))

    assert llm.requests == []


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        ({"json_schema"}, {"json_object", "temperature", "max_tokens"}),
        ({"json_schema", "json_object"}, {"temperature", "max_tokens"}),
        ({"temperature"}, {"json_schema", "max_tokens"}),
        ({"max_tokens"}, {"json_schema", "temperature", "max_completion_tokens"}),
        ({"max_tokens", "max_completion_tokens"}, {"json_schema", "temperature"}),
        ({"json_schema", "json_object", "temperature", "max_tokens", "max_completion_tokens"}, set()),
    ],
)
def test_a_refused_parameter_is_replaced_once_and_remembered(
    llm: LLMServer, make: MakeClient, refused: set[str], left: set[str]
) -> None:
    llm.refuses = refused
    asking = make()

    assert asking.ask(QUESTION, deadline=soon()).text == ANSWER
    assert len(llm.requests) == len(refused) + 1

    asking.ask(QUESTION, deadline=soon())
    assert len(llm.requests) == len(refused) + 2
    assert llm.requests[-1].parameters == left


def test_a_model_that_counts_its_thoughts_gets_room_for_them(llm: LLMServer, make: MakeClient) -> None:
    llm.refuses = {"max_tokens"}

    make().ask(QUESTION, deadline=soon())

    assert llm.requests[-1].body["max_completion_tokens"] == 50 + 4_096


def test_no_more_calls_are_under_way_than_allowed(llm: LLMServer, make: MakeClient) -> None:
    llm.always = fake.together(2)
    asking = make(concurrency=2)

    futures = [asking.submit(QUESTION, deadline=soon(), notes=asking.notes()) for _ in range(6)]

    assert [future.result().text for future in futures] == [ANSWER] * 6
    assert llm.peak == 2


def test_a_client_knows_how_many_calls_could_start(llm: LLMServer, make: MakeClient) -> None:
    llm.always = fake.hanging()
    asking = make(concurrency=2)

    free = [asking.free]
    for _ in range(3):
        last = asking.submit(QUESTION, deadline=soon(0.5), notes=asking.notes())
        free.append(asking.free)

    assert free == [2, 1, 0, 0]
    with pytest.raises(OutOfTime):
        last.result()


@pytest.mark.parametrize("key", ["", "chave-é", "two\nlines"])
def test_a_key_that_no_header_can_carry_is_answered_like_any_wrong_one(
    llm: LLMServer, make: MakeClient, key: str
) -> None:
    llm.always = fake.http_error(401)

    with pytest.raises(Misconfigured, match="unauthorized"):
        make(api_key=key).ask(QUESTION, deadline=soon())

    assert llm.requests[0].headers["authorization"] == "Bearer none"


def test_all_who_ask_in_a_process_share_one_client(llm: LLMServer, settings: Any) -> None:
    first = client()
    assert client() is first

    settings.LLM_MODEL = "another"
    assert client() is not first


# A text as it comes


def streaming(client: Client, said: list[str], stop: Event | None = None) -> Any:
    with client.notes() as notes:
        future = client.submit(QUESTION, deadline=soon(), notes=notes, stop=stop, on_text=said.append)
        return future.result(timeout=10)


def test_a_text_is_given_as_it_comes_with_its_usage(llm, make):
    said: list[str] = []

    answer = streaming(make(), said)

    assert answer.text == said[-1]
    assert len(said) > 2
    assert all(later.startswith(earlier) for earlier, later in pairwise(said))
    assert answer.usage.completion == len(answer.text) // 4


@pytest.mark.parametrize("parameter", ["stream_options", "stream"])
def test_a_server_that_cannot_stream_answers_at_once(llm, make, parameter):
    llm.script(fake.http_error(400, message=f"Unsupported parameter: '{parameter}'"))
    said: list[str] = []

    answer = streaming(make(), said)

    assert said[-1:] == ([answer.text] if parameter == "stream_options" else [])
    assert llm.requests[-1].body.get("stream") == (True if parameter == "stream_options" else None)


def test_a_stream_that_breaks_off_is_asked_for_again(llm, make):
    llm.script(fake.raw(b"data: {not json"), fake.broken_off())
    said: list[str] = []

    answer = streaming(make(timeout=0.5), said)

    assert answer.text == said[-1]
    assert len(llm.requests) == 3


@pytest.mark.parametrize(
    ("step", "fault"), [(fake.cut(), TooLong), (fake.refused(), Declined), (fake.filtered_answer(), Declined)]
)
def test_a_stream_is_read_with_as_little_trust(llm, make, step, fault):
    llm.script(step)

    with pytest.raises(fault):
        streaming(make(), [])


def test_a_call_that_nobody_wants_any_more_closes_its_connection(llm, make):
    llm.script(fake.hanging())
    client, stop = make(timeout=30), Event()
    with client.notes() as notes:
        future = client.submit(QUESTION, deadline=soon(60), notes=notes, stop=stop)
        while not llm.requests:
            stop.wait(0.01)
        stop.set()
        with pytest.raises(OutOfTime):
            future.result(timeout=5)

    assert llm.left.wait(5)
    assert client.ask(QUESTION, deadline=soon()).text == ANSWER
