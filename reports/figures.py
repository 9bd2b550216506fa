"""What the comments of a span of time were: the numbers behind charts, comparisons and summaries."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from django.db.models import Sum
from django.utils import timezone

from classifier.models import Category
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


def between(start: datetime, end: datetime) -> Figures:
    """The figures of [start, end), right as of now; hours that need it are counted first.

    Raises ValueError where either is naive or not a whole hour.
    """
    for edge in (start, end):
        if timezone.is_naive(edge) or edge.minute or edge.second or edge.microsecond:
            raise ValueError(f"{edge.isoformat()} is not a whole hour with an offset")
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    counting.settle(start, end)
    return _figures(start, end)


def _figures(start: datetime, end: datetime) -> Figures:
    within = {"hour__gte": start, "hour__lt": end}
    hours = dict.fromkeys(counting.hours_between(start, end), 0)
    day_of = {hour: timezone.localdate(hour) for hour in hours}
    days = {day: dict.fromkeys(Category, 0) for day in day_of.values()}
    categories = dict.fromkeys(Category, 0)
    measured: Counter[Category] = Counter()
    confidence = dict.fromkeys(Category, 0.0)
    reviewed = unlabelled = 0
    for row in CategoryFigure.objects.filter(**within).order_by("hour"):
        category = Category(row.category)
        hours[row.hour] += row.comments
        days[day_of[row.hour]][category] += row.comments
        categories[category] += row.comments
        measured[category] += row.measured
        confidence[category] += row.confidence_sum
        reviewed += row.reviewed
    for hour, count in CountedHour.objects.filter(**within, unlabelled__gt=0).values_list("hour", "unlabelled"):
        hours[hour] += count
        unlabelled += count
    tags = _tags(within)
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


def _tags(within: dict[str, datetime]) -> dict[str, dict[Category, int]]:
    counts: dict[str, dict[Category, int]] = {}
    rows = TagFigure.objects.filter(**within).order_by().values_list("tag__name", "category")
    for name, category, comments in rows.annotate(total=Sum("comments")):
        counts.setdefault(name, dict.fromkeys(Category, 0))[Category(category)] = comments
    return dict(sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0])))


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
