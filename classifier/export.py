"""Comments as a stream of CSV or JSON lines, however many there are, in flat memory.

PostgreSQL writes the cells itself: making a million dates in Python takes longer than reading the rows. The CSV then
comes as COPY has it, and passes through here unread; on SQLite it is written by `csv`.
"""

import csv
import json
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import CharField, F, Func, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Collate
from django.utils import timezone

from classifier import formulas
from classifier.models import CommentTag, Tag
from classifier.models.comment import CommentQuerySet

CHUNK = 2_000
HEADER = ["id", "texto", "categoria", "tags", "confianca", "created_at", "updated_at"]

Cells = tuple[str, str, str, str, str, str, str]


class _Text(Func):
    output_field = CharField()


class _Harmless(_Text):
    """As `formulas.harmless` has it."""

    template = (
        "CASE WHEN left(ltrim(%(expressions)s, ''''), 1) = ANY(%%s)"
        " THEN '''' || %(expressions)s ELSE %(expressions)s END"
    )

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        sql, params = super().as_sql(compiler, connection, **extra)
        return sql, [*params, list(formulas.STARTS)]


class _Iso(_Text):
    """As datetime.isoformat has it, in the session's time zone."""

    template = """replace(to_char(%(expressions)s, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM'), '.000000', '')"""


class _TwoPlaces(_Text):
    template = "(round(%(expressions)s * 100) / 100)::text"


class _Line:
    """A file for csv.writer that keeps nothing but the line it was last given."""

    def write(self, line: str) -> str:
        return line


def csv_stream(comments: CommentQuerySet, *, raw: bool = False) -> Iterator[bytes]:
    """CSV with a header. raw: cells that a spreadsheet would run are left as they are.

    Closing the iterator ends the query, so a client that goes away costs nothing more.
    """
    if connection.vendor == "postgresql":
        return _in_pieces(_copied(comments, raw=raw))
    return _in_pieces(line.encode() for line in _csv_lines(_cells(comments), raw=raw))


def json_stream(comments: CommentQuerySet) -> Iterator[bytes]:
    """One JSON object a line, as in the API's list but without what the CSV lacks."""
    return _in_pieces(line.encode() for line in _json_lines(_cells(comments)))


def _csv_lines(rows: Iterator[Cells], *, raw: bool) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield writer.writerow(HEADER)
    for key, text, *rest in rows:
        yield writer.writerow([key, text if raw else formulas.harmless(text), *rest])


def _json_lines(rows: Iterator[Cells]) -> Iterator[str]:
    for key, text, category, tags, confidence, created, updated in rows:
        line = {
            "id": key,
            "texto": text,
            "categoria": category or None,
            "tags_funcionalidades": tags.split(",") if tags else [],
            "confianca": float(confidence) if confidence else None,
            "created_at": created,
            "updated_at": updated,
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _cells(comments: CommentQuerySet) -> Iterator[Cells]:
    """The exported cells of each comment, as text, read by a cursor of the database's.

    No transaction on SQLite, where each begins by locking out every other writer: for as long as a client reads.
    """
    if connection.vendor != "postgresql":
        yield from _written_by_python(comments)
        return
    with transaction.atomic():
        _speak_local_time()
        yield from _written_by_postgresql(comments, raw=True).iterator(chunk_size=CHUNK)


def _speak_local_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [timezone.get_current_timezone_name()])


def _written_by_postgresql(comments: CommentQuerySet, *, raw: bool) -> Any:
    # Each name by its key: a join would read all tags for every comment.
    name = Collate(Subquery(Tag.objects.filter(pk=OuterRef("tag_id")).values("name")), "C")
    names = CommentTag.objects.filter(comment=OuterRef("pk")).annotate(name=name).order_by("name").values("name")
    empty = Value("")
    return comments.values_list(
        "external_id",
        F("text") if raw else _Harmless("text"),
        Coalesce("category", empty, output_field=CharField()),
        _Text(ArraySubquery(names), Value(","), function="array_to_string"),
        Coalesce(_TwoPlaces("confidence"), empty, output_field=CharField()),
        _Iso("created_at"),
        _Iso("updated_at"),
    )


def _copied(comments: CommentQuerySet, *, raw: bool) -> Generator[bytes]:
    sql, params = _written_by_postgresql(comments, raw=raw).query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        _speak_local_time()
        yield (",".join(HEADER) + "\n").encode()
        # COPY takes no parameters from the server's side, so the driver writes them in.
        with cursor.copy(f"COPY ({cursor.mogrify(sql, params)}) TO STDOUT (FORMAT csv)") as copy:
            for row in copy:
                yield bytes(row)


def _written_by_python(comments: CommentQuerySet) -> Iterator[Cells]:
    columns = ["pk", "external_id", "text", "category", "confidence", "created_at", "updated_at"]
    zone = timezone.get_current_timezone()

    def iso(moment: datetime) -> str:
        return moment.astimezone(zone).isoformat()

    rows = comments.values_list(*columns).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        tags = _tags_of([row[0] for row in chunk])
        for pk, key, text, category, confidence, created, updated in chunk:
            number = "" if confidence is None else f"{round(confidence, 2):g}"
            yield key, text, category or "", ",".join(tags.get(pk, [])), number, iso(created), iso(updated)


def _tags_of(comments: list[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    pairs = CommentTag.objects.filter(comment__in=comments).order_by("tag__name").values_list("comment_id", "tag__name")
    for comment, name in pairs:
        names.setdefault(comment, []).append(name)
    return names


def _in_pieces(lines: Generator[bytes], size: int = 65_536) -> Iterator[bytes]:
    """The lines in pieces of about `size` bytes: a write a line would cost more than making it."""
    with closing(lines):
        yield from islice(lines, 1)  # at once, so that the client sees that it has begun
        pending: list[bytes] = []
        length = 0
        for line in lines:
            pending.append(line)
            length += len(line)
            if length >= size:
                yield b"".join(pending)
                pending, length = [], 0
        if pending:
            yield b"".join(pending)
