from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alumusic.weeks import iso
from reports import counting


class Command(BaseCommand):
    help = "Counts the figures under charts and summaries anew, for all time, while the service runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; name each hour whose figures are wrong, and fail"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_all()
            return
        hours = sum(counting.recount(week) for week in counting.weeks_of_hours())
        self.stdout.write(f"{hours} hours counted")

    def check_all(self) -> None:
        checked, wrong = 0, list[datetime]()
        for week in counting.weeks_of_hours():
            found = counting.differing(week)
            for hour, difference in found.items():
                self.stderr.write(f"{iso(hour)}: {difference}")
            checked, wrong = checked + len(week), wrong + list(found)
        if wrong:
            raise CommandError(f"{len(wrong)} of {checked} hours are wrong; recount_figures mends them")
        self.stdout.write(f"{checked} hours are right")
