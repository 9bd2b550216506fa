"""The figures as a plain reading of every comment has them, against which the stored ones are held."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.utils import timezone

from classifier.models import Category, Comment


def comments(start: datetime, end: datetime) -> list[Comment]:
    return list(Comment.objects.filter(moment__gte=start, moment__lt=end).with_tags())


def by_category(found: list[Comment]) -> dict[Category, int]:
    counts = Counter(comment.category for comment in found)
    return {category: counts[category] for category in Category}


def mean_confidence(found: list[Comment]) -> dict[Category, float | None]:
    means: dict[Category, float | None] = {}
    for category in Category:
        measured = [c for c in found if c.category == category and not c.category_corrected]
        known = [c.confidence for c in measured if c.confidence is not None]
        means[category] = sum(known) / len(known) if known else None
    return means


def by_tag_and_category(found: list[Comment]) -> dict[str, dict[Category, int]]:
    counts: Counter[tuple[str, str]] = Counter()
    for comment in found:
        counts.update((name, str(comment.category)) for name in comment.tag_names)
    names = {name for name, _category in counts}
    return {name: {category: counts[name, category] for category in Category} for name in names}


def by_hour(found: list[Comment], start: datetime, end: datetime) -> dict[float, int]:
    """By the seconds since 1970: equal local times of two hours are then two."""
    counts = Counter(int(comment.moment.timestamp()) // 3600 * 3600 for comment in found)
    first, last = int(start.timestamp()), int(end.timestamp())
    return {second: counts[second] for second in range(first, last, 3600)}


def by_day(found: list[Comment], start: datetime, end: datetime) -> dict[date, dict[Category, int]]:
    counts = Counter((timezone.localdate(comment.moment), comment.category) for comment in found)
    first = timezone.localdate(start)
    number = (timezone.localdate(end - timedelta(seconds=1)) - first).days + 1
    days = [first + timedelta(days=n) for n in range(number)]
    return {day: {category: counts[day, category] for category in Category} for day in days}
