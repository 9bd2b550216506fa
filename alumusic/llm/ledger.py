"""The ledger: a row for each call that was made."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import budget, prices
from .dialect import Question
from .models import ABANDONED, Call
from .usage import Usage

LETTERS_A_TOKEN = 4


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


def write(calls: Iterable[Call]) -> None:
    """Saves the rows; where with them the day's budget is used up, staff are told."""
    if Call.objects.bulk_create(calls):
        budget.watch()
