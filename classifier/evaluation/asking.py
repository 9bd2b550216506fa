"""An engine's answers to a data set, by the road that production takes, with what they cost."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alumusic.llm import ledger
from alumusic.llm.models import Call
from classifier.engines import Engine, Failure, Remedy, Result, Verdict, engine_of
from classifier.models import Category

CHUNK = 200
SECONDS_A_CHUNK = 300
# As often as a waiting comment is asked about before it counts as one that the engine will never label.
TURNS = 3

Tell = Callable[[int], object]


class NoAnswersError(Exception):
    """The engine answered nothing at all; the message is the reason, one word."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one comment. failure: one word, where nothing was. engine: who said it, of a cascade."""

    category: Category | None
    confidence: float | None
    engine: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """usd: None where no price is known."""

    seconds: float
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: Decimal | None = Decimal(0)

    @classmethod
    def of(cls, calls: Sequence[Call], *, seconds: float) -> "Cost":
        prices = [call.cost_usd for call in calls]
        return cls(
            seconds=seconds,
            prompt_tokens=sum(call.prompt_tokens for call in calls),
            completion_tokens=sum(call.completion_tokens for call in calls),
            usd=None if None in prices else sum((price for price in prices if price is not None), Decimal(0)),
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """answers: one a text, in order. model: the engine's name."""

    kind: str
    model: str
    prompt_version: str
    answers: Sequence[Answer]
    cost: Cost


def ask(kind: str, texts: Sequence[str], *, tell: Tell = lambda _count: None) -> Asked:
    """What the engine of that kind says of each text; a language model is asked also what it has answered before.

    tell: is given how many more have an answer. Nobody waits for these answers, so a language model's calls are packed
    as for a backlog, and what it had no answer to for the moment is asked again. Raises NoAnswersError.
    """
    engine = engine_of(kind, fresh=True)
    name = engine.name  # loads the engine, which is no part of the time that labelling takes
    asking = _Asking(engine, texts, tell)
    started = time.monotonic()
    with ledger.listened() as calls:
        for start in range(0, len(texts), CHUNK):
            asking.chunk(range(start, min(start + CHUNK, len(texts))))
    cost = Cost.of(calls, seconds=time.monotonic() - started)
    answers = [asking.answers[place] for place in range(len(texts))]
    if all(answer.failure for answer in answers):
        raise NoAnswersError(answers[0].failure if answers else "empty")
    return Asked(kind, name, ", ".join(sorted(asking.prompts)), answers, cost)


class _Asking:
    def __init__(self, engine: Engine, texts: Sequence[str], tell: Tell) -> None:
        self.engine = engine
        self.texts = texts
        self.tell = tell
        self.answers: dict[int, Answer] = {}
        self.prompts: set[str] = set()

    def chunk(self, places: Sequence[int]) -> None:
        left = list(places)
        for turn in range(TURNS):
            left = self.turn(left, last=turn == TURNS - 1)
            if not left:
                return

    def turn(self, places: Sequence[int], *, last: bool) -> list[int]:
        """The places that are to be asked about once more."""
        again: list[int] = []
        deadline = time.monotonic() + SECONDS_A_CHUNK
        for part in self.engine.label([self.texts[place] for place in places], deadline=deadline, urgent=False):
            self.prompts |= {part.prompt_version} - {""}
            before = len(self.answers)
            for place, result in part.results.items():
                if not last and isinstance(result, Failure) and result.remedy is Remedy.WAIT:
                    again.append(places[place])
                else:
                    self.answers[places[place]] = _answer(part.engine, result)
            self.tell(len(self.answers) - before)
        return sorted(again)


def _answer(engine: str, result: Result) -> Answer:
    if isinstance(result, Verdict):
        return Answer(result.category, result.confidence, engine)
    return Answer(None, None, engine, result.reason)
