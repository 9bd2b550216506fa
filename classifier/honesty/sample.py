"""The blind verdicts on the comments of a span, and what they say of all of its labels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from alumusic.weeks import Week
from classifier.honesty import estimates
from classifier.honesty.estimates import Known, Told
from classifier.models import Category, Comment, CommentState, Review
from classifier.review.acts import Act, acts_by_comment, deciding

CATEGORIES = tuple(Category)
WEEKS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """The labelled comments whose moment is in [start, end).

    undecided: by the machine's category, those that no person decided. known: those that a person did, in that order.
    """

    undecided: Counter[int]
    known: Sequence[Known]

    @property
    def population(self) -> int:
        return self.undecided.total() + len(self.known)

    @property
    def blind(self) -> int:
        return sum(each.drawn is not None for each in self.known)

    @property
    def accuracy(self) -> Told:
        return estimates.accuracy(self.known, self.population)

    def accuracy_of(self, category: Category) -> Told:
        """Of what the machine gave this category."""
        place = CATEGORIES.index(category)
        mine = [each for each in self.known if each.said == place]
        return estimates.accuracy(mine, self.undecided[place] + len(mine))

    def counted(self, category: Category) -> int:
        """How many the machine gave this category."""
        place = CATEGORIES.index(category)
        return self.undecided[place] + sum(each.said == place for each in self.known)

    def share(self, category: Category) -> Told:
        """Of all comments, with the machine's errors mended as far as they are known."""
        return estimates.share(self.known, self.population, CATEGORIES.index(category), self.counted(category))


def between(start: datetime, end: datetime) -> Span:
    """Three queries, one of which reads all verdicts on the span's comments."""
    comments = Comment.objects.filter(moment__gte=start, moment__lt=end)
    open_ones = comments.filter(reviewed=False, state=CommentState.CLASSIFIED).order_by()
    counts = dict(open_ones.values_list("category").annotate(n=Count("pk")))
    reviews = Review.objects.filter(comment__moment__gte=start, comment__moment__lt=end)
    decided = [found for _comment, acts in acts_by_comment(reviews) if (found := _known(acts))]
    decided.sort(key=lambda pair: pair[0])
    return Span(
        Counter({CATEGORIES.index(Category(name)): count for name, count in counts.items()}),
        [each for _moment, each in decided],
    )


def _known(acts: Sequence[Act]) -> tuple[datetime, Known] | None:
    """The comment with the moment at which it left the urn; None where no machine had given it a category."""
    first, last = acts[0], deciding(acts)
    if first.said is None or last is None or last.category is None:
        return None
    drawn = first.drawn if first.blind else None
    said, truth = (CATEGORIES.index(Category(name)) for name in (first.said, last.category))
    return first.moment, Known(said, truth, drawn)


def weeks(count: int = WEEKS) -> list[tuple[Week, Span]]:
    """The last ISO weeks, the present one last."""
    week = Week.of(timezone.localdate())
    found = []
    for _ in range(count):
        found.append((week, between(week.start, week.end)))
        week = week.previous
    return found[::-1]
