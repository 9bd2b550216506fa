"""How many calls pass at once, by a clock that moves only when somebody waits."""

from contextlib import ExitStack
from threading import Event

import pytest

from alumusic.llm import OutOfTime, RateLimited
from alumusic.llm.gate import Gate

SOON = 1_000.0


class Clock:
    def __init__(self) -> None:
        self.time = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    def pause(self, _stop: Event, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gate(most: int, clock: Clock) -> Gate:
    return Gate(most, now=clock.now, pause=clock.pause)


def enter(stack: ExitStack, door: Gate, count: int) -> list[int]:
    return [stack.enter_context(door.passing(deadline=SOON, stop=Event())) for _ in range(count)]


def succeed(door: Gate, count: int) -> None:
    for _ in range(count):
        with door.passing(deadline=SOON, stop=Event()) as era:
            door.succeeded(era)


def test_a_refusal_halves_the_limit_once_for_all_calls_under_way(clock: Clock) -> None:
    door = gate(16, clock)
    with ExitStack() as stack:
        eras = enter(stack, door, 16)
        for era in eras:
            door.refused(era, None)

        assert door.limit == 8


def test_the_limit_never_falls_under_one(clock: Clock) -> None:
    door = gate(5, clock)
    limits = []
    for _ in range(4):
        with door.passing(deadline=SOON, stop=Event()) as era:
            door.refused(era, None)
        limits.append(door.limit)

    assert limits == [2, 1, 1, 1]


def test_a_limits_worth_of_successes_raises_it_by_one_up_to_the_most(clock: Clock) -> None:
    door = gate(4, clock)
    with door.passing(deadline=SOON, stop=Event()) as era:
        door.refused(era, None)

    limits = [door.limit]
    for count in (1, 1, 3, 4, 4):
        succeed(door, count)
        limits.append(door.limit)

    assert limits == [2, 2, 3, 4, 4, 4]


def test_a_success_that_began_before_the_refusal_does_not_raise_the_limit(clock: Clock) -> None:
    door = gate(2, clock)
    with ExitStack() as stack:
        first, second = enter(stack, door, 2)
        door.refused(first, None)
        door.succeeded(second)

        assert door.limit == 1


def test_nobody_passes_before_the_server_will_have_calls_again(clock: Clock) -> None:
    door = gate(4, clock)
    with door.passing(deadline=SOON, stop=Event()) as era:
        door.refused(era, 7.0)

    with door.passing(deadline=SOON, stop=Event()):
        assert clock.now() == 7.0
    with door.passing(deadline=SOON, stop=Event()):
        assert clock.pauses == [7.0]


def test_who_cannot_wait_so_long_is_told_at_once(clock: Clock) -> None:
    door = gate(4, clock)
    with door.passing(deadline=SOON, stop=Event()) as era:
        door.refused(era, 60.0)

    with pytest.raises(RateLimited) as caught, door.passing(deadline=30.0, stop=Event()):
        pass

    assert (caught.value.retry_after, clock.pauses) == (60.0, [])


def test_without_room_before_the_deadline_time_is_out(clock: Clock) -> None:
    door = gate(1, clock)
    with (
        door.passing(deadline=SOON, stop=Event()),
        pytest.raises(OutOfTime),
        door.passing(deadline=0.01, stop=Event()),
    ):
        pass


def test_who_has_gone_does_not_pass(clock: Clock) -> None:
    door = gate(1, clock)
    gone = Event()
    gone.set()

    with pytest.raises(OutOfTime), door.passing(deadline=SOON, stop=gone):
        pass
    with door.passing(deadline=SOON, stop=Event()):
        assert door.limit == 1


def test_a_call_that_ends_badly_leaves_its_room_to_the_next(clock: Clock) -> None:
    door = gate(1, clock)
    with pytest.raises(KeyError), door.passing(deadline=SOON, stop=Event()):
        raise KeyError

    with door.passing(deadline=0.01, stop=Event()) as era:
        assert era == 0
