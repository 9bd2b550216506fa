from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alumusic import backups


class Command(BaseCommand):
    help = "Writes the whole database to a file that only its owner may read; everything goes on meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="default: VAR_DIR/backups/<moment>.dump")
        parser.add_argument("--snapshot", default="", help="what another session of PostgreSQL's sees, to compare with")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"] or _path()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            backups.dump(path, snapshot=options["snapshot"])
        except (backups.Failed, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from None
        self.stdout.write(f"{path} ({path.stat().st_size:,} bytes)")


def _path() -> Path:
    folder: Path = settings.VAR_DIR / "backups"
    return folder / f"{timezone.localtime():%Y-%m-%dT%H%M%S}.dump"
