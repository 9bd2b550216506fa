import json
import sys
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from legacy import comments, summaries, users
from legacy.keeping import Tally
from legacy.models import KeptRow
from legacy.source import COLUMNS, OldComment, OldSummary, OldUser, Source, Unreadable, opened


class Command(BaseCommand):
    help = (
        "Takes over comments, weekly summaries and users of the system that this one replaces. Safe to run again, after"
        " an interruption too: what is here already is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url", help="postgresql://user@host:port/name; a password may stand in PGPASSWORD instead"
        )
        parser.add_argument("--schema", default="feedback_classifier", help="default: %(default)s")
        parser.add_argument(
            "--time-zone",
            default="UTC",
            metavar="ZONE",
            help="zone of the times there, which say none; default: %(default)s; for a server that wrote its local"
            " time, America/Sao_Paulo",
        )
        parser.add_argument(
            "--list", action="store_true", help="only prints the rows that were kept, one JSON object a line"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.list_kept()
            return
        if not options["url"]:
            raise CommandError("--url is missing")
        if options["time_zone"] not in available_timezones():
            raise CommandError(f"{options['time_zone']} is not a time zone of the IANA data base")
        try:
            with opened(options["url"], options["schema"]) as source:
                tallies = self.take_in(source, ZoneInfo(options["time_zone"]))
        except Unreadable as error:
            raise CommandError(f"{error}\nWhat was read is stored; run the command again to go on.") from None
        self.tell(tallies)

    def take_in(self, source: Source, zone: ZoneInfo) -> dict[str, Tally]:
        takers: dict[type[Any], Callable[[Any], Tally]] = {
            OldUser: users.take_in,
            OldComment: lambda rows: comments.take_in(rows, zone),
            OldSummary: lambda rows: summaries.take_in(rows, zone),
        }
        counts = {kind: source.count(kind) for kind in takers}  # first of all: a table that is missing stops it here
        tallies = {}
        for kind, take_in in takers.items():
            table = COLUMNS[kind][0]
            tallies[table] = Tally()
            with tqdm(total=counts[kind], desc=table, file=sys.stderr, disable=None) as bar:
                for rows in source.chunks(kind):
                    tallies[table] += take_in(rows)
                    bar.update(len(rows))
        return tallies

    def tell(self, tallies: dict[str, Tally]) -> None:
        self.stdout.write(f"{'':18}{'read':>12}{'new':>12}{'here before':>14}")
        for table, tally in tallies.items():
            self.stdout.write(f"{table:18}{tally.read:12,}{tally.new:12,}{tally.here:14,}")
            for fault, count in sorted(tally.kept.items()):
                self.stdout.write(f"{'':18}{count:12,} with a fault: {fault}")
        if KeptRow.objects.exists():
            self.stdout.write("Rows with a fault are kept as they were; import_legacy --list prints them.")

    def list_kept(self) -> None:
        kept = KeptRow.objects.order_by("table", "pk").values_list(
            "table", "key", "faults", "comment__external_id", "row"
        )
        for table, key, faults, comment, row in kept:
            line = {"table": table, "id": key, "faults": faults, "comment": comment, "row": row}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
