"""What engines are measured on: a file of comments whose category is known, or what people decided in the panel."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TextIO

from django.utils.translation import gettext as _

from alumusic.json_input import UNSTORABLE
from alumusic.weeks import start_of
from classifier.engines.embedded.features import unaccented
from classifier.files import UnreadableFileError, encoding_of, text_of
from classifier.models import Category, Comment, DataSet, Review
from classifier.models.comment import MAX_TEXT

FOLDER = Path(__file__).resolve().parents[1] / "data"
DEFAULT = FOLDER / "evaluation.csv"
DELIMITERS = ";,\t"
COLUMNS = ("texto", "categoria")
CATEGORIES = {unaccented(category.value).lower(): category for category in Category}
MOST_TOLD = 20


class Example(NamedTuple):
    """comment: its id where it is one of the database. blind: who judged it saw nothing that a machine said."""

    text: str
    category: Category
    comment: int | None = None
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Examples:
    source: DataSet.Source
    name: str
    items: Sequence[Example]

    @property
    def sha256(self) -> str:
        """Of what is measured on: texts and categories in their order, or which comments and verdicts."""
        digest = sha256()
        for item in self.items:
            key: list[str | int] = [item.text if item.comment is None else item.comment, item.category.value]
            digest.update(json.dumps(key, ensure_ascii=False).encode() + b"\n")
        return digest.hexdigest()

    def spread(self, most: int | None) -> "Examples":
        """At most so many, evenly from begin to end: files are often sorted by category."""
        if most is None or most >= len(self.items):
            return self
        chosen = [self.items[place * len(self.items) // most] for place in range(most)]
        return Examples(self.source, self.name, chosen)


class DataSetBrokenError(Exception):
    """Nothing can be measured on it; the message says why, of bad rows line by line."""


def slug(category: Category) -> str:
    return unaccented(category.value).lower()


def from_file(path: Path) -> Examples:
    """The comments of a CSV with the columns `texto` and `categoria`, whatever other ones it has.

    Raises DataSetBrokenError: a row that cannot be counted would make the figures those of another file.
    """
    try:
        with path.open("rb") as raw, text_of(raw, encoding_of(raw)) as file:
            items, faults = _sorted_out(_rows(file))
    except OSError as error:
        raise DataSetBrokenError(f"{path}: {error.strerror}") from error
    except UnreadableFileError as error:
        raise DataSetBrokenError(f"{path}: {error}") from error
    if faults:
        raise DataSetBrokenError("\n".join([f"{path}:", *faults[:MOST_TOLD], *_more(len(faults) - MOST_TOLD)]))
    if not items:
        raise DataSetBrokenError(_("%(file)s has no comment.") % {"file": path})
    return Examples(DataSet.Source.FILE, path.name, items)


def _more(count: int) -> list[str]:
    return [_("and %(n)s more") % {"n": count}] if count > 0 else []


def _sorted_out(rows: Iterable[Example | str]) -> tuple[list[Example], list[str]]:
    items: list[Example] = []
    faults: list[str] = []
    for row in rows:
        if isinstance(row, str):
            faults.append(row)
        else:
            items.append(row)
    return items, faults


def _rows(file: TextIO) -> Iterator[Example | str]:
    """Each row, or what is wrong with it."""
    first = file.readline()
    delimiter = max(DELIMITERS, key=first.count)
    header = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise UnreadableFileError(
            _("The first line must name the columns; missing: %(names)s.") % {"names": ", ".join(missing)}
        )
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _told(line, _("it is no row of a CSV: a quote is out of place"))
            return
        if any(cell.strip() for cell in cells):
            yield _example(line, dict(zip(header, cells, strict=False)))


def _example(line: int, cells: dict[str, str]) -> Example | str:
    text = cells.get("texto", "").strip()
    named = cells.get("categoria", "").strip()
    category = CATEGORIES.get(unaccented(named).lower())
    if not text:
        return _told(line, _("texto is empty"))
    if len(text) > MAX_TEXT or UNSTORABLE.search(text):
        return _told(line, _("texto is too long or holds what is no text"))
    if category is None:
        known = ", ".join(Category.values)
        return _told(line, _("categoria is “%(name)s”, not one of %(known)s") % {"name": named[:40], "known": known})
    return Example(text, category)


def _told(line: int, fault: str) -> str:
    return _("line %(number)s: %(fault)s") % {"number": line, "fault": fault}


def from_corrections(since: date | None = None) -> Examples:
    """The comments that a person decided, with what they are; since: only verdicts of that day and later.

    Where one of the verdicts was given blind it is the truth, whatever somebody said later with a machine's label
    before their eyes. Raises DataSetBrokenError where there is none.
    """
    verdicts = _standing(since)
    comments = Comment.objects.filter(reviewed=True, category__isnull=False, pk__in=verdicts)
    rows = comments.order_by("pk").values_list("pk", "text", "category")
    items = [
        Example(text, Category(verdicts[pk] or str(category)), pk, blind=verdicts[pk] is not None)
        for pk, text, category in rows.iterator()
    ]
    if not items:
        raise DataSetBrokenError(_("Nobody has reviewed a comment yet, or not since that day."))
    return Examples(DataSet.Source.CORRECTIONS, _corrections_name(since), items)


def _corrections_name(since: date | None) -> str:
    return _("verdicts since %(day)s") % {"day": since.isoformat()} if since else _("verdicts of people")


def _standing(since: date | None) -> dict[int, str | None]:
    """The comments with a verdict that nobody has undone, and the category of the last blind one, if any."""
    acts = Review.objects.order_by("comment_id", "pk")
    if since is not None:
        acts = acts.filter(created_at__gte=start_of(since))
    standing: dict[int, list[tuple[str | None, bool]]] = {}
    for comment, action, category, blind in acts.values_list("comment_id", "action", "category", "blind").iterator():
        acts_on_it = standing.setdefault(comment, [])
        if action != Review.Action.UNDO:
            acts_on_it.append((category, blind))
        elif acts_on_it:
            acts_on_it.pop()
    return {
        comment: next((category for category, blind in reversed(acts_on_it) if blind), None)
        for comment, acts_on_it in standing.items()
        if acts_on_it
    }
