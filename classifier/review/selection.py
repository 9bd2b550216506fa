"""What a curator asked the queue for: filters, each of which an index answers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from classifier.models import Category, Comment
from classifier.models.comment import CommentQuerySet

FEW = 5_000


def week_of(moment: datetime) -> date:
    """The Monday of the moment's week, as the business cuts weeks."""
    day = timezone.localtime(moment).date()
    return day - timedelta(days=day.weekday())


def _few(comments: CommentQuerySet) -> CommentQuerySet:
    """The same comments, by their keys where they are few.

    Walking the queue's order to where a rare word or tag turns up may be walking all of a million rows, and the
    planner can't know: where it is old, where it is frequent.
    """
    keys = list(comments.order_by().values_list("pk", flat=True)[: FEW + 1])
    return comments if len(keys) > FEW else Comment.objects.to_review().filter(pk__in=keys)


@dataclass(frozen=True, slots=True)
class Selection:
    """since: inclusive; until: exclusive. What is empty or None filters nothing."""

    category: Category | None = None
    tag: str = ""
    engine: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def comments(self) -> CommentQuerySet:
        """The comments to review that it names."""
        found = self.of_period()
        if self.category:
            found = found.filter(category=self.category)
        if self.engine:
            found = found.filter(engine=self.engine)
        if self.tag:
            found = _few(found.tagged(self.tag))
        if self.text:
            found = _few(found.matching(self.text))
        return found

    def of_period(self) -> CommentQuerySet:
        """The comments to review of its period, whatever their label: what may be drawn to be shown blind."""
        found = Comment.objects.to_review()
        if self.since:
            found = found.filter(moment__gte=self.since)
        if self.until:
            found = found.filter(moment__lt=self.until)
        return found

    def scored(self, comments: CommentQuerySet) -> CommentQuerySet:
        """Those of its `comments` that have a score, in the queue's order.

        The weeks of the period are named too, since the order's index begins with them.
        """
        found = comments.most_doubtful_first()
        if self.since:
            found = found.filter(review_week__gte=week_of(self.since))
        if self.until:
            found = found.filter(review_week__lte=week_of(self.until))
        return found
