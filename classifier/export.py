"""Comments as a stream of CSV or JSON lines, however many there are, in flat memory."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from classifier.models import CommentTag
from classifier.models.comment import CommentQuerySet

CHUNK = 2_000
HEADER = ["id", "texto", "categoria", "tags", "confianca", "created_at", "updated_at"]
COLUMNS = ["pk", "external_id", "text", "category", "confidence", "created_at", "updated_at"]

# What a spreadsheet takes for a formula (OWASP, "CSV Injection"), the full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Row = tuple[str, str, str | None, list[str], float | None, datetime, datetime]


class _Line:
    """A file for csv.writer that keeps nothing but the line it was last given."""

    def write(self, line: str) -> str:
        return line


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def csv_lines(rows: Iterator[Row], *, raw: bool = False) -> Iterator[str]:
    """CSV with a header. raw: cells that a spreadsheet would run are left as they are."""
    write: Callable[[list[Any]], str] = csv.writer(_Line()).writerow
    clean = (lambda cell: cell) if raw else harmless
    zone = timezone.get_current_timezone()
    yield write(HEADER)
    for key, text, category, tags, confidence, created, updated in rows:
        shown = "" if confidence is None else round(confidence, 2)
        yield write([key, clean(text), category, ",".join(tags), shown, _local(created, zone), _local(updated, zone)])


def json_lines(rows: Iterator[Row]) -> Iterator[str]:
    zone = timezone.get_current_timezone()
    for key, text, category, tags, confidence, created, updated in rows:
        line = {
            "id": key,
            "texto": text,
            "categoria": category,
            "tags_funcionalidades": tags,
            "confianca": None if confidence is None else round(confidence, 2),
            "created_at": _local(created, zone),
            "updated_at": _local(updated, zone),
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _local(moment: datetime, zone: Any) -> str:
    return moment.astimezone(zone).isoformat()


def rows(comments: CommentQuerySet) -> Iterator[Row]:
    """The exported columns of each comment. Reads by a cursor of the database's, inside one transaction.

    Closing the iterator ends the transaction, so a client that goes away costs nothing more.
    """
    with transaction.atomic():
        values = comments.values_list(*COLUMNS).iterator(chunk_size=CHUNK)
        while chunk := list(islice(values, CHUNK)):
            tags = _tags_of([row[0] for row in chunk])
            for pk, key, text, category, confidence, created, updated in chunk:
                yield key, text, category, tags.get(pk, []), confidence, created, updated


def _tags_of(comments: list[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    pairs = CommentTag.objects.filter(comment__in=comments).order_by("tag__name").values_list("comment_id", "tag__name")
    for comment, name in pairs:
        names.setdefault(comment, []).append(name)
    return names


def buffered(lines: Iterator[str], size: int = 65_536) -> Iterator[bytes]:
    """The lines in pieces of about `size` characters: a write a line would cost more than making it."""
    pending: list[str] = []
    length = 0
    for line in lines:
        pending.append(line)
        length += len(line)
        if length >= size:
            yield "".join(pending).encode()
            pending, length = [], 0
    if pending:
        yield "".join(pending).encode()
