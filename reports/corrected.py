"""The shares of a span beside what they would be without the classifier's errors, told from blind verdicts alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alumusic import single_flight
from classifier.honesty import sample
from classifier.honesty.estimates import LEAST
from classifier.models import Category
from reports import figures
from reports.figures import percentages
from reports.recent import SECONDS


@dataclass(frozen=True, slots=True)
class Share:
    """All in per cent. corrected and interval are None where too few were judged blind."""

    category: Category
    counted: float
    corrected: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """blind: how many of the span's comments were judged blind; `LEAST` are needed."""

    start: datetime
    end: datetime
    labelled: int
    blind: int
    shares: list[Share]

    @property
    def enough(self) -> bool:
        return self.blind >= LEAST


def between(start: datetime, end: datetime) -> Corrected:
    """Of the comments whose moment is in [start, end), whole hours; kept for 60 s, computed once."""
    answer: single_flight.Answer[dict[str, Any]] = single_flight.answer(
        f"report:corrected:{start.timestamp():.0f}:{end.timestamp():.0f}",
        lambda: _computed(start, end),
        seconds=SECONDS,
    )
    kept = answer.value
    shares = [
        Share(Category(name), counted, corrected, tuple(interval) if interval else None)
        for name, counted, corrected, interval in kept["shares"]
    ]
    return Corrected(start, end, kept["labelled"], kept["blind"], shares)


def _computed(start: datetime, end: datetime) -> dict[str, Any]:
    counts = figures.between(start, end, with_tags=False)
    counted, span = percentages(counts.by_category), sample.between(start, end)
    shares = []
    for category in Category:
        told = span.share(category)
        interval = [round(100 * edge, 1) for edge in told.interval] if told.interval else None
        value = None if told.value is None else round(100 * told.value, 1)
        shares.append([category.value, counted[category], value, interval])
    return {"labelled": counts.labelled, "blind": span.blind, "shares": shares}
