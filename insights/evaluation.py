"""How good answers are over a set of questions whose right passages are known: figures, not opinions."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alumusic.weeks import Week
from insights.answers import Composed
from insights.grounding import MOST_WORDS, Claimed, grounded
from insights.sources import FEWEST, Source, SourceTheme

DATA = Path(__file__).with_name("data")

Answering = Callable[[str, Sequence[Source]], Composed]


@dataclass(frozen=True, slots=True)
class Case:
    """must: one of these must stand in a cited passage, of `week` where that is given; none: it is to be "não sei".

    base: the week of the newest of the three summaries asked. half: `ajuste` was used to tune, `prova` was not.
    """

    question: str
    base: str
    half: str
    must: Sequence[str]
    must_not: Sequence[str]
    week: str | None

    @property
    def answerable(self) -> bool:
        return bool(self.must)


def summaries() -> list[Source]:
    """The fixture's weeks, the newest first."""
    data = json.loads((DATA / "summaries.json").read_text("utf-8"))
    found = [
        Source(
            Week.parse(each["semana"]),
            each["texto"],
            [SourceTheme(theme["nome"], theme["quantidade"], theme["categoria"]) for theme in each["temas"]],
        )
        for each in data
    ]
    return sorted(found, key=lambda source: source.week, reverse=True)


def cases(half: str | None = None) -> list[Case]:
    lines = (DATA / "questions.jsonl").read_text("utf-8").splitlines()
    found = [
        Case(each["pergunta"], each["ate"], each["metade"], each["deve"], each["nao_deve"], each["semana"])
        for each in map(json.loads, lines)
    ]
    return [case for case in found if half in (None, case.half)]


@dataclass(slots=True)
class Result:
    """What one set of answers came to. wrong: the questions that were not answered as they should."""

    answerable: int = 0
    right: int = 0
    unanswerable: int = 0
    refused: int = 0
    statements: int = 0
    unsourced: int = 0
    longest: int = 0
    weeks: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def right_share(self) -> float:
        return self.right / self.answerable if self.answerable else 1.0

    @property
    def refused_share(self) -> float:
        return self.refused / self.unanswerable if self.unanswerable else 1.0

    def take(self, case: Case, composed: Composed) -> None:
        good = _right(case, composed) if case.answerable else not composed.statements
        if case.answerable:
            self.answerable, self.right = self.answerable + 1, self.right + good
        else:
            self.unanswerable, self.refused = self.unanswerable + 1, self.refused + good
        if not good:
            self.wrong.append(case.question)
        self.statements += len(composed.statements)
        self.unsourced += sum(not _sourced(each.text, each.source, each.quote) for each in composed.statements)
        self.longest = max(self.longest, len(composed.text.split()))
        self.weeks += len({str(each.source.week) for each in composed.statements})


def evaluate(found: Iterable[Case], answer: Answering) -> Result:
    result = Result()
    for case in found:
        result.take(case, answer(case.question, _base(case)))
    return result


def _base(case: Case) -> list[Source]:
    return [source for source in summaries() if str(source.week) <= case.base][:FEWEST]


def _right(case: Case, composed: Composed) -> bool:
    if any(words in composed.text for words in case.must_not) or len(composed.text.split()) > MOST_WORDS:
        return False
    return any(_carries(each.quote, each.source, case) for each in composed.statements)


def _carries(quote: str, source: Source, case: Case) -> bool:
    """A quote carries what is asked where it has the words, or is a part of the sentence that has them."""
    if case.week not in (None, str(source.week)):
        return False
    return any(words in quote or (quote in words and len(quote) > len(words) // 2) for words in case.must)


def _sourced(text: str, source: Source, quote: str) -> bool:
    return quote in source.text and grounded(Claimed(text, str(source.week), quote), [source]) is not None


def by_half(answer: Answering) -> Iterator[tuple[str, Result]]:
    for half in ("ajuste", "prova"):
        yield half, evaluate(cases(half), answer)
