"""From the client's threads to the database, by way of the thread of whoever asked."""

import logging
from threading import Lock
from types import TracebackType
from typing import Self

from django.db import InterfaceError, OperationalError

from . import ledger
from .breaker import Breaker
from .dialect import Question
from .faults import LLMFault
from .ledger import Attempt
from .models import Call
from .usage import Usage

logger = logging.getLogger(__name__)


class Notes:
    """What the calls for one asker have come to: the client's threads note it, the asker's thread writes it.

        with client().notes() as notes:
            future = client().submit(question, deadline=deadline, notes=notes)
            …
            notes.write()  # as often as wanted; the end of the block writes the rest

    So no thread of the client's ever opens a database connection or waits for a lock there. A call that is still under
    way when the block ends gets its row too, as `abandoned`, and what it comes to later is not noted any more.
    `written` has the rows that are in the ledger.
    """

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker
        self._lock = Lock()
        self._under_way: set[Attempt] = set()
        self._calls: list[Call] = []
        self._ends: list[LLMFault | None] = []
        self.written: list[Call] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._calls += [attempt.abandoned() for attempt in self._under_way]
            self._under_way.clear()
        self.write()

    def started(self, question: Question, model: str) -> Attempt:
        attempt = Attempt(question, model)
        with self._lock:
            self._under_way.add(attempt)
        return attempt

    def ended(self, attempt: Attempt, outcome: str, usage: Usage) -> None:
        with self._lock:
            if attempt in self._under_way:
                self._under_way.remove(attempt)
                self._calls.append(attempt.ended(outcome, usage))

    def settled(self, fault: LLMFault | None) -> None:
        """A question has ended, with all its tries; fault: None where it was answered."""
        with self._lock:
            if fault is None:
                self._ends.clear()  # an answer sets the breaker back, whatever was before it
            self._ends.append(fault)

    def write(self) -> None:
        """Writes what was noted since. For the asker's thread, outside of a transaction.

        A database that is away loses these rows and nothing else: the answer matters more than its bill.
        """
        with self._lock:
            calls, self._calls = self._calls, []
            ends, self._ends = self._ends, []
        try:
            if calls:
                ledger.write(calls)
                self.written += calls
            for fault in ends:
                self._breaker.settle(fault)
        except (OperationalError, InterfaceError) as error:
            logger.warning("%s calls are missing in the ledger: %s", len(calls), type(error).__name__)
