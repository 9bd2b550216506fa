import csv
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from classifier.engines import Engine, Verdict, embedded_engine, engine_in_service, labelled
from classifier.files import BadLine, Line, UnreadableFileError, encoding_of, read_csv, text_of
from classifier.formulas import as_typed, harmless

CHUNK = 200
SECONDS_A_CHUNK = 120
ADDED = ["categoria", "tags", "confianca", "motor"]


class Command(BaseCommand):
    help = "Labels the comments of a CSV file (a column `texto`) and writes them with their labels to another."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV in UTF-8 or Windows-1252, separated by comma or semicolon")
        parser.add_argument("-o", "--output", type=Path, help="default: the same name with _classificado")
        parser.add_argument("--engine", choices=["service", "embedded"], default="service")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["file"]
        target: Path = options["output"] or source.with_name(f"{source.stem}_classificado.csv")
        engine = embedded_engine() if options["engine"] == "embedded" else engine_in_service()
        try:
            labelled, bad = self.label_file(source, target, engine)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except UnreadableFileError as error:
            raise CommandError(f"{source}: {error}") from error
        self.stdout.write(
            _("%(n)s comments labelled, %(bad)s lines left out: %(file)s") % {"n": labelled, "bad": bad, "file": target}
        )

    def label_file(self, source: Path, target: Path, engine: Engine) -> tuple[int, int]:
        """How many comments got a label, and how many lines were left out.

        The target, which may be the source, is replaced when all is written.
        """
        draft = target.with_name(f"{target.name}.part")
        with source.open("rb") as raw, text_of(raw, encoding_of(raw)) as file:
            header, lines = read_csv(file)
            counts = self.write(draft, header, lines, engine)
        draft.replace(target)
        return counts

    def write(self, draft: Path, header: list[str], lines: Iterator[Line | BadLine], engine: Engine) -> tuple[int, int]:
        labelled = bad = 0
        with draft.open("w", encoding="utf-8", newline="") as out:
            kept = [name for name in header if name not in ("id", *ADDED)]
            writer = csv.writer(out)
            writer.writerow(["id", *kept, *ADDED])
            with tqdm(unit=_(" comments"), file=sys.stderr, disable=None) as bar:
                for chunk in chunks(lines):
                    rows, faults = label_chunk(chunk, engine, kept)
                    writer.writerows(rows)
                    for fault in faults:
                        self.stderr.write(_("line %(number)s: %(fault)s") % asdict(fault))
                    labelled, bad = labelled + len(rows), bad + len(faults)
                    bar.update(len(chunk))
        return labelled, bad


def label_chunk(chunk: list[Line | BadLine], engine: Engine, kept: list[str]) -> tuple[list[list[Any]], list[BadLine]]:
    """The rows to write, and what cannot be written, in the order of the file. kept: columns taken over."""
    good = [line for line in chunk if isinstance(line, Line)]
    faults = [line for line in chunk if isinstance(line, BadLine)]
    deadline = time.monotonic() + SECONDS_A_CHUNK
    found = labelled(engine, [line.comment.text for line in good], deadline=deadline)
    rows: list[list[Any]] = []
    for line, (motor, result) in zip(good, found, strict=True):
        if isinstance(result, Verdict):
            cells = [harmless(as_typed(line.cells[name])) for name in kept]
            label = [result.category.value, ",".join(result.tags), round(result.confidence, 2), motor]
            rows.append([line.comment.id, *cells, *label])
        else:
            faults.append(BadLine(line.number, result.reason))
    return rows, sorted(faults, key=lambda fault: fault.number)


def chunks(lines: Iterator[Line | BadLine]) -> Iterator[list[Line | BadLine]]:
    while chunk := list(islice(lines, CHUNK)):
        yield chunk
