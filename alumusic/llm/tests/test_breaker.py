"""The breaker, whose state all processes share by a row."""

from datetime import timedelta

import pytest
import time_machine

from alumusic.llm import Declined, LLMFault, Misconfigured, OutOfTime, RateLimited, Rejected, TooLong, Unavailable
from alumusic.llm.breaker import Admission, Breaker, Passage
from alumusic.llm.models import Circuit
from tests.racing import at_once

MOMENT = "2026-11-20T12:00:00Z"

CLOSED = Admission(Passage.CLOSED)
PROBE = Admission(Passage.PROBE)
OPEN = Admission(Passage.OPEN, "breaker")
DOWN = Unavailable("server_error")


@pytest.fixture
def breaker(db: None) -> Breaker:
    return Breaker("http://127.0.0.1:1/v1", "m")


@pytest.fixture
def clock():
    with time_machine.travel(MOMENT, tick=False) as clock:
        yield clock


def fail(breaker: Breaker, *faults: LLMFault) -> None:
    for fault in faults:
        breaker.settle(fault)


def wait(clock, **duration: float) -> None:
    clock.shift(timedelta(**duration))


def test_it_opens_after_three_failures_in_a_row(breaker, clock):
    seen = [breaker.admit()]
    for _ in range(3):
        fail(breaker, DOWN)
        seen.append(breaker.admit())

    assert seen == [CLOSED, CLOSED, CLOSED, OPEN]


def test_a_success_between_begins_the_count_anew(breaker, clock):
    fail(breaker, DOWN, DOWN)
    breaker.settle(None)
    fail(breaker, DOWN, DOWN)

    assert breaker.admit() == CLOSED


@pytest.mark.parametrize("fault", [RateLimited(), OutOfTime()])
def test_what_says_nothing_of_the_server_does_not_count(breaker, clock, fault):
    fail(breaker, DOWN, DOWN, *[fault] * 5)
    assert breaker.admit() == CLOSED

    fail(breaker, DOWN)
    assert breaker.admit() == OPEN


@pytest.mark.parametrize("fault", [Declined("refusal"), TooLong("truncated"), Rejected("rejected")])
def test_a_no_to_one_question_is_an_answer(breaker, clock, fault):
    fail(breaker, DOWN, DOWN, fault, DOWN, DOWN)

    assert breaker.admit() == CLOSED


@pytest.mark.parametrize("reason", ["unauthorized", "forbidden", "unknown_model", "quota"])
def test_what_a_person_must_mend_opens_it_at_once_for_five_minutes(breaker, clock, reason):
    fail(breaker, Misconfigured(reason))

    seen = [breaker.look()]
    for seconds in (299, 1):
        wait(clock, seconds=seconds)
        seen.append(breaker.look())

    shut = Admission(Passage.OPEN, reason)
    assert seen == [shut, shut, PROBE]


def test_when_the_pause_is_over_one_asker_gets_the_probe(breaker, clock):
    fail(breaker, DOWN, DOWN, DOWN)
    wait(clock, seconds=30)

    assert [breaker.admit() for _ in range(3)] == [PROBE, OPEN, OPEN]


def test_a_probe_that_passes_closes_it(breaker, clock):
    fail(breaker, DOWN, DOWN, DOWN)
    wait(clock, seconds=30)
    breaker.admit()
    breaker.settle(None)
    fail(breaker, DOWN, DOWN)

    assert breaker.admit() == CLOSED


def test_the_pause_doubles_while_probes_fail_up_to_ten_minutes(breaker, clock):
    fail(breaker, DOWN, DOWN, DOWN)
    pauses = []
    for _ in range(7):
        pauses.append(Circuit.objects.get().pause_seconds)
        wait(clock, seconds=pauses[-1])
        assert breaker.admit() == PROBE
        fail(breaker, DOWN)
        assert breaker.admit() == OPEN

    assert pauses == [30, 60, 120, 240, 480, 600, 600]


def test_calls_that_began_before_it_opened_do_not_lengthen_the_pause(breaker, clock):
    fail(breaker, *[DOWN] * 10)

    assert Circuit.objects.get().pause_seconds == 30


def test_a_probe_whose_process_died_is_given_to_another(breaker, clock):
    fail(breaker, DOWN, DOWN, DOWN)
    wait(clock, seconds=30)
    seen = [breaker.admit()]
    for seconds in (59, 1):
        wait(clock, seconds=seconds)
        seen.append(breaker.admit())

    assert seen == [PROBE, OPEN, PROBE]


@pytest.mark.parametrize("fault", [RateLimited(), OutOfTime()])
def test_a_probe_that_learnt_nothing_is_free_again(breaker, clock, fault):
    fail(breaker, DOWN, DOWN, DOWN)
    wait(clock, seconds=30)
    breaker.admit()
    fail(breaker, fault)

    assert breaker.admit() == PROBE


def test_looking_takes_no_probe(breaker, clock):
    fail(breaker, DOWN, DOWN, DOWN)
    wait(clock, seconds=30)

    assert [breaker.look(), breaker.look(), breaker.admit()] == [PROBE, PROBE, PROBE]


def test_another_model_has_a_breaker_of_its_own(breaker, clock):
    fail(breaker, DOWN, DOWN, DOWN)

    assert Breaker(breaker.base_url, "another").admit() == CLOSED


def test_no_secret_of_the_address_is_stored(breaker, clock):
    fail(Breaker("https://ana:segredo@llm.example:8443/v1", "m"), DOWN)

    assert Circuit.objects.get().base_url == "https://llm.example:8443/v1"


def test_all_is_well_costs_one_query_and_no_write(breaker, django_assert_num_queries):
    breaker.settle(None)
    with django_assert_num_queries(1):
        breaker.admit()
    with django_assert_num_queries(1):
        breaker.settle(None)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_come_at_once_one_gets_the_probe():
    breaker = Breaker("http://127.0.0.1:1/v1", "m")
    with time_machine.travel(MOMENT, tick=False):
        fail(breaker, DOWN, DOWN, DOWN)

    admissions = at_once([breaker.admit] * 8)

    assert sorted(each.passage.value for each in admissions) == ["open"] * 7 + ["probe"]
