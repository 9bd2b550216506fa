"""What answers are drawn from: the last weekly summaries that were sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alumusic.problems import Problem
from alumusic.weeks import Week
from reports.models import WeeklySummary
from reports.story import GREETING, SIGNATURE

FEWEST = 3
MOST = 12

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-Ý“\"«(\d])")


class TooFewSummaries(Problem):
    slug = "resumos-insuficientes"
    status = 404
    title = gettext_lazy("Too few weekly summaries")
    explanation = gettext_lazy("A question needs at least 3 weekly summaries that were sent.")


@dataclass(frozen=True, slots=True)
class SourceTheme:
    name: str
    size: int
    category: str


@dataclass(frozen=True, slots=True)
class Source:
    """One week's summary. key: that of its row; None for one that is not stored."""

    week: Week
    text: str
    themes: Sequence[SourceTheme] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a summary, letter for letter."""

    source: Source
    text: str


def latest(count: int) -> list[Source]:
    """The last summaries sent, the newest first: `count` of them, or as many as there are.

    Raises TooFewSummaries where there are fewer than three.
    """
    found = [source_of(summary) for summary in WeeklySummary.objects.sent().prefetch_related("themes")[:count]]
    if len(found) < FEWEST:
        sentence = _("There are %(n)s weekly summaries that were sent; a question needs at least %(fewest)s.")
        raise TooFewSummaries(sentence % {"n": len(found), "fewest": FEWEST})
    return found


def source_of(summary: WeeklySummary) -> Source:
    themes = [SourceTheme(theme.name, theme.size, theme.category) for theme in summary.themes.all()]
    return Source(summary.iso_week, summary.text, themes, summary.figures, summary.pk)


def passages(source: Source) -> list[Passage]:
    """The sentences that say something: all but greeting and signature."""
    sentences = (each.strip() for part in source.text.split("\n\n") for each in SENTENCE_END.split(part))
    return [Passage(source, sentence) for sentence in sentences if sentence not in ("", GREETING, SIGNATURE)]
