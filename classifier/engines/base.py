from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from classifier.models import Category


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an engine says of one text.

    confidence: probability that the category is right, 0..1. tags: at most five, sorted, of the contract's pattern.
    probabilities: one a category in their declared order, sum 1; None where the engine knows none.
    """

    category: Category
    confidence: float
    tags: tuple[str, ...] = ()
    probabilities: tuple[float, ...] | None = None


class Remedy(Enum):
    """What is to be done about a text without a verdict."""

    WAIT = "the same engine may have one later"
    REPLACE = "the engine will never have one: another labels the text, and a person looks at it"
    STAND_IN = "the engine is out of service: another labels the text, until this one is back"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an engine has no verdict on one text. reason: one word."""

    reason: str
    remedy: Remedy = Remedy.WAIT


Result = Verdict | Failure


@dataclass(frozen=True, slots=True)
class Part:
    """What one engine says of some of the texts, by their place.

    engine: as the contract's `motor`. prompt_version: empty for an engine without a prompt.
    """

    engine: str
    prompt_version: str
    results: Mapping[int, Result]


class Engine(Protocol):
    """Something that labels texts. Stateless towards its caller and safe to use from several threads."""

    @property
    def name(self) -> str:
        """As the contract's `motor` where it is one engine; what is asked for it loads the engine."""

    def label(self, texts: Sequence[str], *, deadline: float, urgent: bool = True) -> Iterator[Part]:
        """A result a text, in parts as they come, so that what was paid for can be kept at once.

        deadline: a `time.monotonic()`; what is not done by then is a Failure, and so comes by then too. urgent:
        somebody waits for the labels.
        """


class Labelled(NamedTuple):
    """A result with the name of the engine that gave it."""

    engine: str
    result: Result


def labelled(engine: Engine, texts: Sequence[str], *, deadline: float) -> list[Labelled]:
    """One result a text, in order, when all are there."""
    found = {
        place: Labelled(part.engine, result)
        for part in engine.label(texts, deadline=deadline)
        for place, result in part.results.items()
    }
    return [found[place] for place in range(len(texts))]
