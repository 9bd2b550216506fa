from typing import Any

from django.core.management.base import BaseCommand

from alumusic.weeks import Week
from reports import narrative, summaries
from reports.models import WeeklySummary

WEEKS = 8


class Command(BaseCommand):
    help = "Makes the summaries of the last eight weeks, marked as sent, in a database that has none."

    def handle(self, *args: Any, **options: Any) -> None:
        if WeeklySummary.objects.exists():
            return
        weeks = [Week.present().previous]
        while len(weeks) < WEEKS:
            weeks.append(weeks[-1].previous)
        for week in reversed(weeks):
            made = summaries.make(week, write=narrative.plain)
            WeeklySummary.objects.filter(pk=made.pk).update(created_at=week.end, queued_at=week.end, sent_at=week.end)
        self.stdout.write(f"{WEEKS} weekly summaries")
