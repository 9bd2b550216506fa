"""The written comments: what trains, and what is held back to measure."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from classifier.engines.embedded.features import unaccented
from classifier.models import Category

CATEGORIES = tuple(Category)
TRAINING = "comments_*.csv"
NEUTRAL = "neutral.csv"
HARD = "evaluation_hard.csv"
EVALUATION = ("evaluation.csv", HARD)
PUNCTUATION = re.compile(r"[^\w\s]|_")


class DataBroken(Exception):
    """A data file is missing, or a row of it is not what it should be."""


@dataclass(frozen=True, slots=True)
class Example:
    """category: place in the declared order. voice: who wrote it; idea: what of, shared by its rewordings."""

    text: str
    category: int
    tags: tuple[str, ...] = ()
    idea: str = ""
    voice: str = ""


def voices(folder: Path) -> list[Example]:
    """All comments that train, file by file; raises DataBroken."""
    files = sorted(folder.glob(TRAINING))
    if not files:
        raise DataBroken(f"no {TRAINING} in {folder}")
    return [example for file in files for example in read(file)]


def neutral(folder: Path) -> list[str]:
    """Texts without a tone, of which nothing should be sure."""
    file = folder / NEUTRAL
    return [row["texto"] for row in _rows(file)] if file.exists() else []


def read(file: Path) -> list[Example]:
    """The comments of one file; raises DataBroken naming the line."""
    examples = []
    for line, row in enumerate(_rows(file), start=2):
        try:
            category = CATEGORIES.index(Category(row["categoria"]))
            tags = tuple((row.get("tags") or "").split())
            examples.append(Example(row["texto"], category, tags, row.get("ideia") or "", row.get("voz") or file.stem))
        except (KeyError, ValueError) as error:
            raise DataBroken(f"{file.name}, line {line}: {error}") from error
    return examples


def _rows(file: Path) -> Iterable[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)
    except OSError as error:
        raise DataBroken(f"{file.name}: {error}") from error


def bare(text: str) -> str:
    """The text as many type it: without accents and punctuation."""
    return " ".join(PUNCTUATION.sub(" ", unaccented(text)).split())
