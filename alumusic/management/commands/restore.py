from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from alumusic import backups


class Command(BaseCommand):
    help = "Fills an empty database from a file that `backup` wrote: all of it or nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backups.restore(options["file"])
        except backups.Failed as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        for name in ("accounts.User", "classifier.Comment", "reports.WeeklySummary"):
            model = apps.get_model(name)
            self.stdout.write(f"{model.objects.count():12,} {model._meta.db_table}")
