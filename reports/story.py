"""What a summary is written from: the week's numbers and themes, and some comments as they may be shown.

A summary is a document in Portuguese, in whatever language somebody else uses the panel; so its words stand here and
beside, and not among the translations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from alumusic.weeks import Week
from classifier.models import Category
from reports.numbers import Numbers

GREETING = "Olá!"
SIGNATURE = "Feedbacks por IA"
YEAR = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
MONTHS = YEAR.split()


RECURRING = 2
PART_OF_TOPIC = 0.3


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme, as it is told. name: as it stands in a sentence. samples: some of its comments, masked."""

    name: str
    by_category: Mapping[Category, int]
    samples: Sequence[str] = ()

    @property
    def size(self) -> int:
        return sum(self.by_category.values())


@dataclass(frozen=True, slots=True)
class Story:
    """samples: comments of the week beside those of its topics, masked."""

    week: Week
    numbers: Numbers
    topics: Sequence[Topic] = ()
    samples: Sequence[str] = ()

    def topics_with(self, category: Category) -> list[Topic]:
        """Those with more than one comment of the category, and not only beside others, the most of them first."""
        fitting = [
            topic
            for topic in self.topics
            if topic.by_category.get(category, 0) >= max(RECURRING, PART_OF_TOPIC * topic.size)
        ]
        return sorted(fitting, key=lambda topic: -topic.by_category[category])


def span(week: Week) -> str:
    """`de 27 de outubro a 2 de novembro de 2025`; of one month, `de 3 a 9 de novembro de 2025`."""
    first, last = week.days[0], week.days[-1]
    beginning = _day(first)
    if first.month != last.month:
        beginning += f" de {MONTHS[first.month - 1]}"
    if first.year != last.year:
        beginning += f" de {first.year}"
    return f"de {beginning} a {_day(last)} de {MONTHS[last.month - 1]} de {last.year}"


def _day(day: date) -> str:
    return "1º" if day.day == 1 else str(day.day)
