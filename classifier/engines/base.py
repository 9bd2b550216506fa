from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an engine has no verdict on one text. transient: asking again later may help."""

    reason: str
    transient: bool = True


class Engine(Protocol):
    """Something that labels texts. Stateless towards its caller and safe to use from several threads."""

    @property
    def name(self) -> str:
        """As the contract's `motor`: `embedded/<version>` or `llm/<model>`."""

    @property
    def prompt_version(self) -> str:
        """Version of the prompt; empty for an engine without one."""

    def label(self, texts: Sequence[str], *, deadline: float) -> list[Verdict | Failure]:
        """One result a text, in order. deadline: a `time.monotonic()`; what is not done by then is a Failure."""
