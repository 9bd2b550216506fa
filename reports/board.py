"""The numbers of the page `/relatorio`: a span beside the one before it. Kept for 60 s, computed once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from alumusic import single_flight
from alumusic.weeks import Week, start_of
from classifier.models import Category
from reports import figures
from reports.changes import Change, changes
from reports.counting import HOUR, hour_of
from reports.figures import Figures, percentages
from reports.recent import DAYS, HOURS, MOST_TAGS, SECONDS, TAG_HOURS

WEEK = timedelta(days=7)
MOST_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Span:
    """What is drawn: [start, end), hours and tags of their own shorter spans, and what it is held against."""

    start: datetime
    end: datetime
    before_start: datetime
    before_end: datetime
    hours_start: datetime
    tags_start: datetime
    short_end: datetime


def last_days(now: datetime) -> Span:
    """The spans of the API's report; the week before ends where the present one stands, seven days earlier."""
    today, end = timezone.localdate(now), hour_of(now) + HOUR
    start, before = start_of(today - timedelta(days=DAYS - 1)), start_of(today - timedelta(days=2 * DAYS - 1))
    return Span(
        start=start,
        end=start_of(today + timedelta(days=1)),
        before_start=before,
        before_end=end - WEEK,
        hours_start=end - HOURS * HOUR,
        tags_start=end - TAG_HOURS * HOUR,
        short_end=end,
    )


def whole_week(week: Week, now: datetime) -> Span:
    """The week from Monday to Sunday; while it runs, the week before is cut at the same hour."""
    before_end = min(week.start, max(hour_of(now) + HOUR - WEEK, week.previous.start))
    return Span(week.start, week.end, week.previous.start, before_end, week.start, week.start, week.end)


def board(week: Week | None) -> dict[str, Any]:
    """The numbers, as plain data. week: None for the last days."""
    answer: single_flight.Answer[dict[str, Any]] = single_flight.answer(
        f"report:board:{week or 'recent'}", lambda: _compute(week, timezone.now()), seconds=SECONDS
    )
    return answer.value


def _compute(week: Week | None, now: datetime) -> dict[str, Any]:
    span = last_days(now) if week is None else whole_week(week, now)
    present = figures.between(span.start, span.end)
    before = figures.between(span.before_start, span.before_end)
    short = present if week else figures.between(span.tags_start, span.short_end)
    tags_before = before if week else figures.between(span.tags_start - WEEK, span.short_end - WEEK)
    shares, shares_before = percentages(present.by_category), percentages(before.by_category)
    found = changes(
        {"category": (before.by_category, present.by_category), "tag": (before.by_tag, present.by_tag)},
        base_before=before.labelled,
        base=present.labelled,
    )

    def told(change: Change) -> dict[str, Any]:
        """Of a category the very share that its bar shows, which sums to 100 with the others."""
        if change.kind == "category":
            category = Category(change.name)
            return {"name": change.name, "before": shares_before[category], "now": shares[category]}
        return {"name": change.name, "before": change.before.percent, "now": change.now.percent}

    return {
        "start": span.start,
        "end": span.end,
        "tags_start": span.tags_start,
        "short_end": span.short_end,
        "total": present.total,
        "total_before": before.total,
        "unlabelled": present.unlabelled,
        "labelled": present.labelled,
        "labelled_before": before.labelled,
        "reviewed": present.reviewed,
        "categories": [
            {
                "category": category.value,
                "count": present.by_category[category],
                "share": shares[category],
                "share_before": shares_before[category],
                "confidence": present.mean_confidence[category],
                "confidence_before": before.mean_confidence[category],
            }
            for category in Category
        ],
        "days": _days(present, before),
        "tags": [
            {
                "tag": tag,
                "count": short.by_tag[tag],
                "before": tags_before.by_tag.get(tag, 0),
                "by_category": [by_category[category] for category in Category],
            }
            for tag, by_category in list(short.by_tag_and_category.items())[:MOST_TAGS]
        ],
        "hours": [
            {"hour": hour, "count": count}
            for hour, count in short.by_hour.items()
            if span.hours_start <= hour < span.short_end
        ],
        "rose": [told(change) for change in found if change.points > 0][:MOST_CHANGES],
        "fell": [told(change) for change in found if change.points < 0][:MOST_CHANGES],
    }


def _days(present: Figures, before: Figures) -> list[dict[str, Any]]:
    earlier = {day + WEEK: sum(counts.values()) for day, counts in before.by_day.items()}
    return [
        {"day": day, "counts": [counts[category] for category in Category], "before": earlier.get(day, 0)}
        for day, counts in present.by_day.items()
    ]
