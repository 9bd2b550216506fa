from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from alumusic import retention


class Command(BaseCommand):
    help = (
        "Deletes what is over its time: expired logins, and what the settings RETENTION_…_DAYS say. Beat does so daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, count in retention.purge(timezone.now()):
            self.stdout.write(f"{kind}: {count}")
