"""What the comments of a span of time were: the numbers behind charts, comparisons and summaries."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from django.db.models import Sum
from django.utils import timezone

from classifier.models import Category, Tag
from reports import counting
from reports.models import CategoryFigure, CountedHour, TagFigure

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Figures:
    """The comments whose moment is in [start, end). Everything but `total` and `by_hour` leaves out the unlabelled.

    mean_confidence: of those whose category no person changed; None where there are none. by_tag: the most frequent
    first, ties by name. by_hour: every hour by its first moment in UTC (two of one local name are two), all comments.
    by_day: every local day that the span touches.
    """

    start: datetime
    end: datetime
    total: int
    unlabelled: int
    reviewed: int
    by_category: dict[Category, int]
    mean_confidence: dict[Category, float | None]
    by_tag: dict[str, int]
    by_tag_and_category: dict[str, dict[Category, int]]
    by_hour: dict[datetime, int]
    by_day: dict[date, dict[Category, int]]

    @property
    def labelled(self) -> int:
        return self.total - self.unlabelled


def between(start: datetime, end: datetime, *, with_tags: bool = True) -> Figures:
    """The figures of [start, end), right as of now; hours that need it are counted first.

    with_tags: False leaves the tags empty and spares their reading, which is most of it.
    Raises ValueError where either is naive or not a whole hour.
    """
    for edge in (start, end):
        if timezone.is_naive(edge) or edge.minute or edge.second or edge.microsecond:
            raise ValueError(f"{edge.isoformat()} is not a whole hour with an offset")
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    counting.settle(start, end)
    return _figures(start, end, with_tags=with_tags)


def _figures(start: datetime, end: datetime, *, with_tags: bool) -> Figures:
    within = {"hour__gte": start, "hour__lt": end}
    hours = dict.fromkeys(counting.hours_between(start, end), 0)
    day_of = {hour: timezone.localdate(hour) for hour in hours}
    days = {day: dict.fromkeys(Category, 0) for day in day_of.values()}
    categories = dict.fromkeys(Category, 0)
    measured: Counter[Category] = Counter()
    confidence = dict.fromkeys(Category, 0.0)
    reviewed = unlabelled = 0
    rows = CategoryFigure.objects.filter(**within).order_by("hour")
    columns = ("hour", "category", "comments", "reviewed", "measured", "confidence_sum")
    for hour, name, comments, seen, with_confidence, confidence_sum in rows.values_list(*columns):
        category = Category(name)
        hours[hour] += comments
        days[day_of[hour]][category] += comments
        categories[category] += comments
        measured[category] += with_confidence
        confidence[category] += confidence_sum
        reviewed += seen
    for hour, count in CountedHour.objects.filter(**within, unlabelled__gt=0).values_list("hour", "unlabelled"):
        hours[hour] += count
        unlabelled += count
    tags = tags_between(start, end) if with_tags else {}
    return Figures(
        start=timezone.localtime(start),
        end=timezone.localtime(end),
        total=sum(hours.values()),
        unlabelled=unlabelled,
        reviewed=reviewed,
        by_category=categories,
        mean_confidence={c: confidence[c] / measured[c] if measured[c] else None for c in Category},
        by_tag={name: sum(counts.values()) for name, counts in tags.items()},
        by_tag_and_category=tags,
        by_hour=hours,
        by_day=days,
    )


def tags_between(start: datetime, end: datetime) -> dict[str, dict[Category, int]]:
    """Tags by category as they are stored, the most frequent first: for a part of a span that `between` has settled."""
    counts: dict[int, dict[Category, int]] = {}
    rows = TagFigure.objects.filter(hour__gte=start, hour__lt=end).order_by().values_list("tag_id", "category")
    for tag, category, comments in rows.annotate(total=Sum("comments")):
        counts.setdefault(tag, dict.fromkeys(Category, 0))[Category(category)] = comments
    names = dict(Tag.objects.filter(pk__in=counts).values_list("pk", "name"))
    named = {names[tag]: by_category for tag, by_category in counts.items()}
    return dict(sorted(named.items(), key=lambda item: (-sum(item[1].values()), item[0])))


def percentages(counts: Mapping[Key, int]) -> dict[Key, float]:
    """The shares in per cent with one decimal, their sum exactly 100: what rounding down leaves goes, a tenth each,
    to the largest remainders, the earlier first. All 0.0 where there is nothing to share.
    """
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts, 0.0)
    tenths = {key: count * 1000 // total for key, count in counts.items()}
    left = 1000 - sum(tenths.values())
    for key in sorted(counts, key=lambda key: -(counts[key] * 1000 % total))[:left]:
        tenths[key] += 1
    return {key: tenth / 10 for key, tenth in tenths.items()}
