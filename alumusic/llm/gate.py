"""The gate that all HTTP calls of a process pass: how many at once, and not before the server will have them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Event

from .faults import OutOfTime, RateLimited

LONGEST_PAUSE = 60


class Gate:
    """Lets `most` calls through at once, fewer while the server refuses them with 429 (AIMD, as TCP does it).

    A refusal halves the limit, once for all calls that were under way with it; as many successes as the limit raise it
    by one. Each halving begins an era, and a call belongs to the one in which it passed. now, pause: the clock and the
    way to wait.
    """

    def __init__(
        self,
        most: int,
        *,
        now: Callable[[], float] = time.monotonic,
        pause: Callable[[Event, float], object] = Event.wait,
    ) -> None:
        self._most = most
        self._limit = most
        self._under_way = 0
        self._successes = 0
        self._era = 0
        self._opens = 0.0
        self._now = now
        self._pause = pause
        self._room = Condition()

    @property
    def limit(self) -> int:
        return self._limit

    @contextmanager
    def passing(self, *, deadline: float, stop: Event) -> Iterator[int]:
        """The time of a call; gives its era.

        Raises OutOfTime where there is no room before the deadline or the event, RateLimited where the server will
        have no calls before the deadline.
        """
        era = self._enter(deadline, stop)
        try:
            yield era
        finally:
            with self._room:
                self._under_way -= 1
                self._room.notify_all()

    def succeeded(self, era: int) -> None:
        with self._room:
            if era != self._era:
                return
            self._successes += 1
            if self._successes >= self._limit and self._limit < self._most:
                self._limit += 1
                self._successes = 0

    def refused(self, era: int, retry_after: float | None) -> None:
        """The call was answered 429. retry_after: the seconds for which nobody is to start.

        LONGEST_PAUSE of them count: longer ones are for the breaker, which other processes see.
        """
        with self._room:
            self._opens = max(self._opens, self._now() + min(retry_after or 0, LONGEST_PAUSE))
            if era == self._era:
                self._era += 1
                self._limit = max(1, self._limit // 2)
                self._successes = 0

    def _enter(self, deadline: float, stop: Event) -> int:
        while True:
            self._sit_out(deadline, stop)
            with self._room:
                room = self._room.wait_for(
                    lambda: self._under_way < self._limit, timeout=min(max(0.0, deadline - self._now()), 1e6)
                )
                if not room or stop.is_set():
                    raise OutOfTime
                if self._opens <= self._now():
                    self._under_way += 1
                    return self._era

    def _sit_out(self, deadline: float, stop: Event) -> None:
        """Returns when the server will have calls again."""
        while (seconds := self._opens - self._now()) > 0:
            if self._opens >= deadline:
                raise RateLimited(retry_after=seconds)
            self._pause(stop, seconds)
            if stop.is_set():
                raise OutOfTime
