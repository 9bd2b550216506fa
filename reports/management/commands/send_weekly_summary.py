from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from alumusic.weeks import Week
from reports import delivery, message, smtp, summaries
from reports.models import WeeklySummary


class Command(BaseCommand):
    help = "Makes the summary of a week that is over, once, and sends it to its recipients, each once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--semana", help="ISO week, as 2025-W31; without it the last that is over")
        parser.add_argument("--dry-run", action="store_true", help="only prints the text; stores and sends nothing")
        parser.add_argument("--to", metavar="ADDRESS", help="sends to this address alone, whoever has got it before")

    def handle(self, *args: Any, **options: Any) -> None:
        week = _week(options["semana"])
        try:
            if options["dry_run"]:
                self.stdout.write(_text(week))
                return
            summary = summaries.make(week)
        except summaries.NotOver as error:
            raise CommandError(error) from None
        if options["to"]:
            _send_one(summary, options["to"])
            self.stdout.write(f"{week}: sent to {options['to']}")
            return
        delivery.queue(summary)
        delivery.deliver_due()
        counts = summary.deliveries.all().count_by_state()
        told = ", ".join(f"{count} {state}" for state, count in counts.items()) or "no recipients"
        self.stdout.write(f"{week}: {told}")


def _week(text: str | None) -> Week:
    try:
        return Week.parse(text) if text else summaries.recent()[0]
    except ValueError:
        raise CommandError(f"{text} is not an ISO week such as 2025-W31") from None


def _text(week: Week) -> str:
    stored = WeeklySummary.objects.filter(week=str(week)).first()
    return stored.text if stored else summaries.compose(week).narrative.text


def _send_one(summary: WeeklySummary, address: str) -> None:
    try:
        validate_email(address)
        smtp.hand_over(message.sample(summary, address))
    except ValidationError:
        raise CommandError(f"{address} is not an e-mail address") from None
    except (smtp.NotTaken, smtp.Unproven) as fault:
        raise CommandError(f"not sent: {fault}") from None
