import json
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from alumusic.llm.models import Call, UsageLine

MOST_DAYS = 3_660
WORDS = 3  # the columns of words, at the left


def days(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= MOST_DAYS:
        raise ArgumentTypeError(f"a number from 1 to {MOST_DAYS}")
    return int(value)


class Command(BaseCommand):
    help = "Prints the calls to the language model, their tokens and their cost (USD), by day, purpose and model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=days, default=7, help="how many days, today included (default: 7)")
        parser.add_argument("--json", action="store_true", help="the lines as a list of JSON objects")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = Call.objects.of_the_last(options["days"]).usage()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(line) for line in lines], cls=DjangoJSONEncoder, indent=2))
            return
        for row in table(lines):
            self.stdout.write(row)


def table(lines: list[UsageLine]) -> list[str]:
    """The rows of the table, with a head and a sum; columns as wide as what is in them."""
    head = [_("day"), _("purpose"), _("model"), _("calls"), _("failures"), _("prompt"), _("cached"), _("completion")]
    rows = [[*head, "USD", "ms"], *(cells(line) for line in lines), total(lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(aligned(row, widths)).rstrip() for row in rows]


def cells(line: UsageLine) -> list[str]:
    counts = (line.calls, line.failures, line.prompt, line.cached, line.completion)
    usd = "" if line.usd is None else f"{line.usd:.6f}"
    return [line.day.isoformat(), str(line.purpose_name), line.model, *map(str, counts), usd, f"{line.latency_ms:.0f}"]


def total(lines: list[UsageLine]) -> list[str]:
    names = ("calls", "failures", "prompt", "cached", "completion")
    sums = [str(sum(getattr(line, name) for line in lines)) for name in names]
    return [_("total"), "", "", *sums, f"{sum(line.usd or 0 for line in lines):.6f}", ""]


def aligned(row: list[str], widths: list[int]) -> list[str]:
    """Words to the left, numbers to the right."""
    words = [cell.ljust(width) for cell, width in zip(row[:WORDS], widths, strict=False)]
    return words + [cell.rjust(width) for cell, width in zip(row[WORDS:], widths[WORDS:], strict=True)]
