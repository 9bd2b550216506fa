"""The ledger: a row for each call that was made."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from . import budget, prices
from .dialect import Question
from .models import ABANDONED, Call
from .usage import Usage

LETTERS_A_TOKEN = 4
_listener: ContextVar[list[Call] | None] = ContextVar("listener", default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """A call that is under way."""

    question: Question
    model: str
    started: float = field(default_factory=time.monotonic)

    def abandoned(self) -> Call:
        """The row of a call of which nobody will know the end; its question is billed all the same."""
        letters = len(self.question.system) + len(self.question.user)
        return self.ended(ABANDONED, Usage(prompt=letters // LETTERS_A_TOKEN))

    def ended(self, outcome: str, usage: Usage) -> Call:
        """The row of it, not saved."""
        return Call(
            purpose=self.question.purpose,
            model=self.model,
            prompt_version=self.question.prompt_version,
            outcome=outcome,
            items=self.question.items,
            prompt_tokens=usage.prompt,
            cached_tokens=usage.cached,
            completion_tokens=usage.completion,
            cost_usd=prices.cost(self.model, usage),
            latency_ms=round((time.monotonic() - self.started) * 1_000),
        )


@contextmanager
def listened() -> Iterator[list[Call]]:
    """The calls that this thread writes meanwhile: what a piece of work costs, whoever else asks at that time."""
    calls: list[Call] = []
    token = _listener.set(calls)
    try:
        yield calls
    finally:
        _listener.reset(token)


def write(calls: Iterable[Call]) -> None:
    """Saves the rows; where with them the day's budget is used up, staff are told."""
    written = Call.objects.bulk_create(calls)
    if (listener := _listener.get()) is not None:
        listener += written
    if written:
        budget.watch()
