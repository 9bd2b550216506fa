"""The weekly summaries, as ones that were sent; questions can be asked of them at once."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from django.utils import timezone

from alumusic.weeks import Week
from legacy.comments import ENGINE, aware
from legacy.keeping import Fault, Tally, keep
from legacy.source import OldSummary
from reports import document
from reports.models import WeeklySummary
from reports.numbers import measured

HALF_A_WEEK = timedelta(days=3, hours=12)


def week_of(moment: datetime) -> Week:
    """The week that a summary written at this moment tells of: the one that most of the seven days before it are in."""
    return Week.of(timezone.localtime(moment - HALF_A_WEEK).date())


def take_in(rows: Sequence[OldSummary], zone: tzinfo) -> Tally:
    """To be called when the comments are in, for the numbers of each week are counted from them.

    rows: the newest first, so that of several for one week the last that was written is taken.
    """
    tally = Tally(read=len(rows))
    kept = []
    for row in rows:
        with transaction.atomic():
            if faults := _take_in(row, zone, tally):
                kept.append((row.id, faults, asdict(row), None))
    tally.kept = keep("resumos_semanais", kept)
    return tally


def _take_in(row: OldSummary, zone: tzinfo, tally: Tally) -> list[Fault]:
    text, moment = (row.texto or "").strip(), aware(row.created_at, zone)
    if not text:
        return [Fault.EMPTY]
    if moment is None:
        return [Fault.TIME]
    week = week_of(moment)
    there = WeeklySummary.objects.filter(week=str(week)).first()
    if there:
        if there.text != text:
            return [Fault.WEEK_TAKEN]
        tally.here += 1
        return []
    numbers = measured(week, in_themes=0, outside=0)
    summary = WeeklySummary(
        week=str(week),
        text=text,
        figures=numbers.model_dump(mode="json"),
        engine=ENGINE,
        created_at=moment,
        queued_at=moment,
        sent_at=moment,
    )
    summary.html = document.html(summary, [])
    summary.save()
    tally.new += 1
    return []
