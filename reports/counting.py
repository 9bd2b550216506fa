"""The stored hours: marked when comments change, and counted anew when somebody asks for them.

Why no mark is lost and no fresh figure overwritten by an older one: docs/decisions/hourly-figures.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import TruncHour
from django.utils import timezone

from classifier.models import Comment
from reports.models import CategoryFigure, ChangedHour, CountedHour, TagFigure

Item = TypeVar("Item")

HOUR = timedelta(hours=1)
HOURS_AT_ONCE = 7 * 24
MARKS_AT_ONCE = 10_000
LOCK = 6_041_957  # any number, but one that no other advisory lock of this database has


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def hours_between(start: datetime, end: datetime) -> list[datetime]:
    """The whole hours of [start, end), in UTC, so that no change of the clock hides or doubles one."""
    first, last = hour_of(start), hour_of(end)
    return [first + number * HOUR for number in range(int((last - first) / HOUR))]


def mark(moments: Mapping[int, datetime], **_kwargs: Any) -> None:
    """Marks the hours of comments that the running transaction changes. One query."""
    hours = {hour_of(moment) for moment in moments.values()}
    ChangedHour.objects.bulk_create([ChangedHour(hour=hour) for hour in sorted(hours)])


def settle(start: datetime, end: datetime) -> None:
    """Counts what of [start, end) is marked or was never counted; the stored figures are then right.

    Two queries where there is nothing to count. Other recounts wait until the transaction ends; who writes
    comments never does.
    """
    if not _due(start, end).hours:
        return
    with transaction.atomic():
        _lock()
        _recount(_due(start, end))


def settle_marked() -> int:
    """How many hours were counted anew, of whatever age, until no mark that stood at the beginning is left."""
    counted = 0
    until = ChangedHour.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while hours := list(
        ChangedHour.objects.filter(pk__lte=until)
        .order_by("hour")
        .values_list("hour", flat=True)
        .distinct()[:HOURS_AT_ONCE]
    ):
        recount(hours)
        counted += len(hours)
    return counted


def recount(hours: Collection[datetime]) -> int:
    """How many hours there are in `hours`, which are counted, marked or not."""
    with transaction.atomic():
        _lock()
        marks = ChangedHour.objects.filter(hour__in=hours).values_list("pk", flat=True)
        _recount(_Due(set(hours), list(marks)))
    return len(hours)


def weeks_of_hours() -> Iterator[list[datetime]]:
    """Every hour that has comments, or figures, in pieces small enough for one transaction."""
    first = list(Comment.objects.order_by("moment").values_list("moment", flat=True)[:1])
    last = list(Comment.objects.order_by("-moment").values_list("moment", flat=True)[:1])
    edges = CountedHour.objects.aggregate(first=Min("hour"), last=Max("hour"))
    known = [hour_of(moment) for moment in (*first, *last, *edges.values()) if moment is not None]
    if known:
        yield from _pieces(hours_between(min(known), max(known) + HOUR), HOURS_AT_ONCE)


def differing(hours: Collection[datetime]) -> dict[datetime, str]:
    """The counted hours among these whose figures are not what their comments say, and how.

    An hour that is marked, or that was never counted, is not wrong: it will be counted before it is shown. The marks
    are read last, so that what changed while it was counted is among them.
    """
    with transaction.atomic():
        _lock()
        stored = Counted(
            list(CountedHour.objects.filter(hour__in=hours)),
            list(CategoryFigure.objects.filter(hour__in=hours)),
            list(TagFigure.objects.filter(hour__in=hours)),
        ).lines()
        true = count(hours).lines()
        counted = set(CountedHour.objects.filter(hour__in=hours).values_list("hour", flat=True))
        marked = set(ChangedHour.objects.filter(hour__in=hours).values_list("hour", flat=True))
    return {
        hour: f"{sorted(stored[hour] - true[hour])} should be {sorted(true[hour] - stored[hour])}"
        for hour in sorted(counted - marked)
        if stored[hour] != true[hour]
    }


@dataclass(frozen=True, slots=True)
class _Due:
    """Hours to count, and the marks that the count will have answered."""

    hours: set[datetime]
    marks: list[int]


def _due(start: datetime, end: datetime) -> _Due:
    within = {"hour__gte": hour_of(start), "hour__lt": hour_of(end)}
    marks = dict(ChangedHour.objects.filter(**within).values_list("pk", "hour"))
    counted = set(CountedHour.objects.filter(**within).values_list("hour", flat=True))
    missing = [hour for hour in hours_between(start, end) if hour not in counted]
    return _Due(set(marks.values()) | set(_worth_counting(missing)), list(marks))


def _worth_counting(missing: list[datetime]) -> list[datetime]:
    """Without the hours to come and those before the first comment: they are empty, and would fill the table."""
    present = hour_of(timezone.now())
    begun = [hour for hour in missing if hour <= present]
    if not begun:
        return []
    oldest = Comment.objects.aggregate(oldest=Min("moment"))["oldest"]
    return [] if oldest is None else [hour for hour in begun if hour >= hour_of(oldest)]


def _lock() -> None:
    """Lets one recount through at a time. On SQLite a transaction that may write has that by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _recount(due: _Due) -> None:
    for hours in _pieces(sorted(due.hours), HOURS_AT_ONCE):
        for stored in (CategoryFigure.objects, TagFigure.objects, CountedHour.objects):
            stored.filter(hour__in=hours).delete()
        counted = count(hours)
        CategoryFigure.objects.bulk_create(counted.categories)
        TagFigure.objects.bulk_create(counted.tags)
        CountedHour.objects.bulk_create(counted.hours)
    for marks in _pieces(due.marks, MARKS_AT_ONCE):
        ChangedHour.objects.filter(pk__in=marks).delete()


def _pieces(items: list[Item], size: int) -> Iterator[list[Item]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows as they should stand, not yet saved."""

    hours: list[CountedHour]
    categories: list[CategoryFigure]
    tags: list[TagFigure]

    def lines(self) -> dict[datetime, set[str]]:
        """Each hour's figures as text, to be compared; sums as far as they do not depend on the order of adding."""
        lines: dict[datetime, set[str]] = defaultdict(set)
        for hour in self.hours:
            lines[hour.hour].add(f"unlabelled {hour.unlabelled}")
        for row in self.categories:
            numbers = f"{row.comments} {row.reviewed} {row.measured} {row.confidence_sum:.6f}"
            lines[row.hour].add(f"{row.category} {numbers}")
        for tag in self.tags:
            lines[tag.hour].add(f"tag {tag.tag_id} {tag.category} {tag.comments}")
        return lines


def count(hours: Collection[datetime]) -> Counted:
    """What the comments themselves say of these hours. Two queries, which read no comment outside of them."""
    if not hours:
        return Counted([], [], [])
    wanted = Comment.objects.filter(_within(hours)).annotate(hour=TruncHour("moment", tzinfo=UTC)).order_by()
    uncorrected = Q(category_corrected=False)
    unlabelled: dict[datetime, int] = defaultdict(int)
    categories = []
    for row in wanted.values("hour", "category").annotate(
        comments=Count("pk"),
        reviewed=Count("pk", filter=Q(reviewed=True)),
        measured=Count("confidence", filter=uncorrected),
        confidence_sum=Sum("confidence", filter=uncorrected, default=0.0),
    ):
        if row["category"] is None:
            unlabelled[row["hour"]] += row["comments"]
        else:
            categories.append(CategoryFigure(**row))
    labelled = wanted.filter(category__isnull=False, comment_tags__isnull=False)
    tags = [
        TagFigure(hour=hour, tag_id=tag, category=category, comments=comments)
        for hour, tag, category, comments in labelled.values_list("hour", "comment_tags__tag_id", "category").annotate(
            comments=Count("pk")
        )
    ]
    return Counted([CountedHour(hour=hour, unlabelled=unlabelled[hour]) for hour in sorted(hours)], categories, tags)


def _within(hours: Collection[datetime]) -> Q:
    """The moments in these hours, as few ranges: an index reads each and nothing between them."""
    return reduce(or_, (Q(moment__gte=start, moment__lt=end) for start, end in _runs(sorted(hours))))


def _runs(hours: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    start = end = hours[0]
    for hour in hours:
        if hour > end:
            yield start, end
            start = hour
        end = hour + HOUR
    yield start, end
