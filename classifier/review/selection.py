"""What a curator asked the queue for: filters, each of which an index answers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from classifier.models import Category, Comment
from classifier.models.comment import CommentQuerySet


def week_of(moment: datetime) -> date:
    """The Monday of the moment's week, as the business cuts weeks."""
    day = timezone.localtime(moment).date()
    return day - timedelta(days=day.weekday())


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
            found = found.tagged(self.tag)
        if self.text:
            found = found.matching(self.text)
        return found

    def of_period(self) -> CommentQuerySet:
        """The comments to review of its period, whatever their label: what may be drawn to be shown blind."""
        found = Comment.objects.to_review()
        if self.since:
            found = found.filter(moment__gte=self.since)
        if self.until:
            found = found.filter(moment__lt=self.until)
        return found

    def scored(self) -> CommentQuerySet:
        """The scored ones in the queue's order; the weeks are named too, since the order's index begins with them."""
        found = self.comments().most_doubtful_first()
        if self.since:
            found = found.filter(review_week__gte=week_of(self.since))
        if self.until:
            found = found.filter(review_week__lte=week_of(self.until))
        return found
