import argparse
import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from tqdm import tqdm

from classifier.engines import kind_in_service
from classifier.evaluation import data_sets, reporting, runs
from classifier.evaluation.asking import NoAnswersError
from classifier.evaluation.data_sets import DataSetBrokenError, Examples, slug
from classifier.evaluation.measuring import Measured
from classifier.evaluation.runs import DifferentDataError, NoSuchRunError, Sheet
from classifier.evaluation.thresholds import METRICS, Bound, Check, Threshold, check, defaults
from classifier.models import Category, DataSet, Run

STDOUT = "-"
COULD_NOT_RUN = 2
KINDS = Run.EngineKind.values


class Command(BaseCommand):
    help = (
        "Measures an engine on comments whose category is known, and keeps the run. "
        "Exit code: 0 all thresholds hold, 1 one is missed, 2 it could not run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("-d", "--data-csv", type=Path, help=f"CSV texto,categoria; default: {_own_name()}")
        parser.add_argument("--from-corrections", action="store_true", help="measure on what people decided instead")
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="with --from-corrections: since that day")
        parser.add_argument("--limit", type=_positive, help="at most so many comments, spread evenly over the data")
        parser.add_argument("--engine", choices=KINDS, help="default: the engine in service")
        parser.add_argument(
            "--compare", nargs=2, metavar=("A", "B"), help=f"is B better than A? Each: {', '.join(KINDS)} or a run's id"
        )
        parser.add_argument("--json", metavar="PATH", help="- for standard output, and then nothing else goes there")
        parser.add_argument("--markdown", metavar="PATH", help="- for standard output")
        parser.add_argument("--junit", type=Path, metavar="PATH", help="a test case a threshold")
        parser.add_argument("--all", action="store_true", help="check all categories by the default thresholds")
        for category in Category:
            name = slug(category)
            group = parser.add_argument_group(category.value)
            group.add_argument(f"--{name}", action="store_true", help="check this category by the default thresholds")
            for metric in ("recall", "precision", "f1"):
                for bound in Bound:
                    group.add_argument(f"--{name}-{bound}-{metric}", type=_share, metavar="0..1")

    def handle(self, *args: Any, **options: Any) -> None:
        self.apart = STDOUT in (options["json"], options["markdown"])
        try:
            met = self.compared(options) if options["compare"] else self.measured(options)
        except DataSetBrokenError as error:
            raise _failure(str(error)) from error
        except NoAnswersError as error:
            raise _failure(_("The engine gave no answer at all: %(reason)s") % {"reason": error}) from error
        except OSError as error:
            raise _failure(f"{error.filename}: {error.strerror}") from error
        if not met:
            raise SystemExit(1)

    def measured(self, options: dict[str, Any]) -> bool:
        """Whether all thresholds hold."""
        kind = options["engine"] or kind_in_service()
        sheet = self.ask(kind, self.examples(options))
        sheet, found, checks = self.kept(sheet, options)
        self.write(
            options,
            text=reporting.run_as_text(sheet, found, checks),
            markdown=reporting.run_as_markdown(sheet, found, checks),
            data=reporting.run_as_json(sheet, found, checks),
        )
        if options["junit"]:
            options["junit"].write_text(reporting.as_junit(sheet, checks), encoding="utf-8")
        return self.verdict(sheet, checks)

    def compared(self, options: dict[str, Any]) -> bool:
        """Whether all thresholds that were asked for hold for the second."""
        if options["engine"]:
            raise _failure(_("--engine and --compare exclude each other: A and B name the engines."))
        kept = {name: self.run(name) for name in options["compare"] if name not in KINDS}
        examples = (
            self.examples(options) if not kept or self.data_named(options) else next(iter(kept.values())).examples
        )
        first, second = (kept.get(name) or self.ask(name, examples) for name in options["compare"])
        try:
            result, flips = runs.compare(first, second)
        except DifferentDataError:
            raise _failure(_("A and B were not measured on the same data, so they cannot be compared.")) from None
        first, *_of_first = self.kept(first, options) if first.run is None else (first,)
        second, found, checks = self.kept(second, options)
        self.write(
            options,
            text=reporting.comparison_as_text(first, second, result, flips),
            markdown=reporting.comparison_as_markdown(first, second, result, flips),
            data={
                "primeiro": reporting.run_as_json(first, first.measured(), []),
                "segundo": reporting.run_as_json(second, found, checks),
                "comparacao": reporting.comparison_as_json(result, flips),
            },
        )
        if options["junit"]:
            options["junit"].write_text(reporting.as_junit(second, checks), encoding="utf-8")
        for each in checks:
            self.say(str(each))
        return self.verdict(second, checks)

    def examples(self, options: dict[str, Any]) -> Examples:
        if options["since"] and not options["from_corrections"]:
            raise _failure(_("--since goes with --from-corrections."))
        if options["from_corrections"] and options["data_csv"]:
            raise _failure(_("--data-csv and --from-corrections exclude each other."))
        found = (
            data_sets.from_corrections(options["since"])
            if options["from_corrections"]
            else data_sets.from_file(options["data_csv"] or data_sets.DEFAULT)
        )
        return found.spread(options["limit"])

    @staticmethod
    def data_named(options: dict[str, Any]) -> bool:
        return bool(options["data_csv"] or options["from_corrections"] or options["limit"])

    def run(self, name: str) -> Sheet:
        try:
            return runs.load(int(name))
        except (ValueError, NoSuchRunError):
            known = ", ".join(KINDS)
            told = _("“%(name)s” is no kept run, and none of the engines %(known)s.")
            raise _failure(told % {"name": name, "known": known}) from None

    def ask(self, kind: str, examples: Examples) -> Sheet:
        if kind != "embedded" and not settings.OPENAI_API_KEY:
            raise _failure(_("The language model needs OPENAI_API_KEY."))
        with tqdm(total=len(examples.items), unit=_(" comments"), file=sys.stderr, disable=None) as bar:
            return runs.ask(kind, examples, tell=bar.update)

    def kept(self, sheet: Sheet, options: dict[str, Any]) -> tuple[Sheet, Measured, list[Check]]:
        """The sheet as a kept run, which it may have been already, with its figures and the thresholds asked for.

        A file is measured also where there is no database yet, which a fresh checkout has not.
        """
        found = sheet.measured()
        checks = check(thresholds(options, sheet), found)
        if sheet.run is None:
            try:
                sheet = replace(sheet, run=runs.keep(sheet, found, checks))
            except DatabaseError as error:
                if sheet.examples.source is DataSet.Source.CORRECTIONS:
                    raise
                self.stderr.write(_("The run is not kept: %(error)s") % {"error": error})
        return sheet, found, checks

    def write(self, options: dict[str, Any], *, text: str, markdown: str, data: dict[str, Any]) -> None:
        self.say(text)
        as_json = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)
        for target, content in ((options["json"], as_json + "\n"), (options["markdown"], markdown)):
            if target == STDOUT:
                self.stdout.write(content, ending="")
            elif target:
                Path(target).write_text(content, encoding="utf-8")

    def verdict(self, sheet: Sheet, checks: Sequence[Check]) -> bool:
        if sheet.run:
            self.say(_("kept as run %(id)s") % {"id": sheet.run.pk})
        return all(each.met for each in checks)

    def say(self, words: str) -> None:
        """To people; on standard error where the output is a machine's."""
        (self.stderr if self.apart else self.stdout).write(words)


def thresholds(options: dict[str, Any], sheet: Sheet) -> list[Threshold]:
    """Those given; where none is, the defaults of the categories named."""
    given = [
        Threshold(category, metric, bound, options[f"{slug(category)}_{bound}_{metric}"])
        for category in Category
        for metric in METRICS
        for bound in Bound
        if options[f"{slug(category)}_{bound}_{metric}"] is not None
    ]
    if given:
        return given
    categories = [category for category in Category if options["all"] or options[slug(category)]]
    return defaults(categories, engine=sheet.asked.kind, own_file=_own_file(options))


def _own_file(options: dict[str, Any]) -> str | None:
    """The name of the project's own data set where it is measured on whole."""
    path: Path = (options["data_csv"] or data_sets.DEFAULT).resolve()
    if options["from_corrections"] or options["limit"] or path.parent != data_sets.FOLDER:
        return None
    return path.name


def _own_name() -> str:
    return f"classifier/data/{data_sets.DEFAULT.name}"


def _failure(words: str) -> CommandError:
    return CommandError(words, returncode=COULD_NOT_RUN)


def _share(text: str) -> float:
    value = float(text.replace(",", "."))
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no day like 2026-01-31") from error
